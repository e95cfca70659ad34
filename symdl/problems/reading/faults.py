"""This module defines what is wrong with one entry of a problem, before anyone knows where it stands."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from symdl.errors import ProblemError
from symdl.text import Text, sentence

Path = tuple[str | int, ...]  # ("ask", 0, "by"); positions count from 0 here and from 1 in print

MAX_REPORTED = 5
_JOINERS = "\u200c"  # a Persian word may hold one


class Fault(ValueError):
    """One thing wrong with a value: a key under `[error.file]`, its facts, and where inside the value."""

    def __init__(self, key: str, /, *, inside: Path = (), **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.inside = inside
        self.facts = facts


class ProblemErrors(ProblemError):
    """Several things wrong with one problem, told together: the first few, in the order of the file."""

    def __init__(self, errors: Sequence[ProblemError]) -> None:
        super().__init__("file.several", count=len(errors))
        self.errors = tuple(errors)

    def message(self, language: str = "en") -> str:
        """The messages one below the other, and whether there are more."""
        lines = [error.message(language) for error in self.errors[:MAX_REPORTED]]
        if len(self.errors) > MAX_REPORTED:
            lines.append(sentence(Text("error.file.more"), language))
        return "\n".join(lines)


def one_or_several(errors: Sequence[ProblemError]) -> ProblemError:
    """The error to raise: a lone one itself, several as one."""
    return errors[0] if len(errors) == 1 else ProblemErrors(errors)


def shown(path: Path) -> str:
    """A key path as a teacher would write it.

    >>> shown(("ask", 0, "by")), shown(("let", "D(x)"))
    ('ask[1].by', 'let.D(x)')
    """
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return visible(text, 80)


def visible(text: str, width: int = 60) -> str:
    r"""Text from outside, safe to print on one line: control and direction characters replaced, and cut.

    >>> visible("a\x1bb" * 2, 3)
    'a\ufffd…'
    """
    clean = "".join(char if _printable(char) else "\ufffd" for char in text[: width + 1])
    return clean if len(clean) <= width else clean[: width - 1] + "…"


def _printable(char: str) -> bool:
    return char in _JOINERS or not unicodedata.category(char).startswith("C")


def preview(value: Any, width: int = 40) -> str:
    """What came, as it would be written in the file, cut to a width.

    >>> preview(["W1", 2, True])
    '["W1", 2, true]'
    """
    return visible(_written(value, width), width)


def _written(value: Any, room: int) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Mapping():
            inside = (f"{key} = {_written(item, room)}" for key, item in list(value.items())[:room])
            return f"{{{', '.join(inside)}}}"
        case list() | tuple():
            return f"[{', '.join(_written(item, room) for item in value[:room])}]"
        case str() if type(value) is str:
            return json.dumps(value[: room + 1], ensure_ascii=False)
        case int() if value.bit_length() > 200:
            return "…"
        case _:
            return str(value)
