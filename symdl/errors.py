"""This module defines every exception, each with its facts in fields and its words in a language file."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any

from symdl.text import MARK, RIGHT, Text, placeholders, sentence, template


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file, a line (from 1), and a span of columns (from 0) in `source`."""

    file: str | None = None
    line: int | None = None
    source: str | None = None
    start: int | None = None
    stop: int | None = None


class SymdlError(Exception):
    """Base of all errors that a user can cause: what happened, where, and a hint.

    The key names a sentence under `[error]` of the language files; `<key>_hint`, where it exists and
    all its facts are known, is the hint.
    """

    def __init__(self, key: str, /, *, place: Place | None = None, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts
        self.place = place

    @property
    def text(self) -> Text:
        """The message, in no language yet."""
        return Text(f"error.{self.key}", self.facts)

    def at(self, place: Place) -> SymdlError:
        """The same error with a place, unless it already has a nearer one."""
        if self.place is None:
            self.place = place
        elif self.place.file is None and place.file is not None:
            near = self.place
            self.place = Place(place.file, near.line or place.line, near.source, near.start, near.stop)
        return self

    def message(self, language: str = "en") -> str:
        """The whole message: place, sentence, the source with a caret, hint."""
        place = self.place or Place()
        where = ":".join(str(part) for part in (place.file, place.line) if part is not None)
        backward = template("language.direction", language) == "rtl"  # each line in its own direction
        lines = [f"{where}: {sentence(self.text, language)}" if where else sentence(self.text, language)]
        if backward and where:
            lines[0] = f"{RIGHT}{lines[0]}"
        if place.source is not None:
            lines += [f"{MARK}{line}" if backward else line for line in _quoted(place).split("\n")]
        hint = self.hint(language)
        if hint:
            lines.append(sentence(Text("error.hint", {"hint": hint}), language))
        return "\n".join(lines)

    def hint(self, language: str = "en") -> str | None:
        """What to do about it, where the language file knows and the facts are there."""
        words = template(f"error.{self.key}_hint", language)
        if words is None or any(self.facts.get(name) is None for name in placeholders(words)):
            return None
        return sentence(Text(f"error.{self.key}_hint", self.facts), language)

    def __str__(self) -> str:
        return self.message()


def _quoted(place: Place, width: int = 100) -> str:
    source = (place.source or "").replace("\n", " ").replace("\t", " ")
    start = min(place.start or 0, len(source))
    stop = max(start + 1, min(place.stop or start + 1, len(source)))
    if place.start is None:
        return "  " + source[:width]
    shift = max(0, start - width // 2)
    line = source[shift : shift + width]
    return f"  {line}\n  {' ' * (start - shift)}{'^' * max(1, min(stop - start, width))}"


def reason_of(error: Exception) -> Text | str:
    """Why the system refused something, in words where the language files have them."""
    name = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    if template(f"system.{name}") is not None:
        return Text(f"system.{name}")
    return getattr(error, "strerror", None) or str(error)


class FormulaError(SymdlError):
    """A formula that cannot be read: unknown name, missing bracket, too long, too deep."""


class ShapeError(SymdlError):
    """Shapes that do not fit, with the op, the operands and their shapes."""


class ProblemError(SymdlError):
    """A problem file that cannot be used: a wrong key, a missing value, a cycle."""


class DomainError(SymdlError):
    """A value where the mathematics is undefined: division by zero, logarithm of a negative, a kink."""


class CheckFailed(SymdlError):
    """A line of the derivation failed its check; no sheet is made from it."""


class OutputError(SymdlError):
    """An output that cannot be written: unknown format, missing folder, missing system library."""
