"""This module reads problem files: TOML with exact decimals, every fault told with its line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symdl.errors import Place, ProblemError, reason_of
from symdl.problems.reading.faults import shown, visible
from symdl.problems.reading.locate import Layout, Span, locate
from symdl.problems.reading.values import Written
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.reading.schema import RawProblem

MAX_BYTES = 800_000

# What the TOML parser says, and our word for it; the first that fits counts.
_SYNTAX = (
    ("Unescaped '\\'", "toml_escape"),
    ("Invalid hex", "toml_escape"),
    ("Illegal character '\\n'", "toml_quote"),
    ("Unterminated string", "toml_quote"),
    ('Expected "\'"', "toml_quote"),
    ("Expected \"'''\"", "toml_quote"),
    ("Illegal character", "toml_character"),
    ("Unclosed", "toml_unclosed"),
    ("Expected ']'", "toml_header"),
    ("Invalid initial character for a key part", "toml_key"),
    ("Invalid statement", "toml_key"),
    ("Expected '='", "toml_equals"),
    ("Expected newline or end", "toml_rest"),
    ("Invalid value", "toml_value"),
)
_TWICE = ("Cannot", "Duplicate")
_CURLY = "\u201c\u201d\u201e\u2018\u2019"  # quotes that a word processor put there
_BARE = re.compile(
    rf"""\s*([^=]+?)\s*=\s*[{_CURLY}]*([^\s"'\[{{#={_CURLY}][^"'#{_CURLY}]*?)[{_CURLY}]*\s*(#.*)?"""
)


def read_file(path: str | os.PathLike[str]) -> RawProblem:
    """The problem in a TOML file; every fault of the file is a `ProblemError` with its line."""
    name = os.fspath(path)
    return read_text(_decoded(_bytes(Path(name)), name), name)


def read_text(text: str, name: str | None = None) -> RawProblem:
    r"""The problem in a TOML text, which came from the file `name`.

    >>> raw = read_text('[let]\nf = "x^2"\n[[ask]]\ngradient = "f"\nby = "x"')
    >>> raw.let["f"], raw.lines["ask[1].by"]
    ('x^2', 5)
    """
    from symdl.problems.reading.schema import Origin
    from symdl.problems.reading.validation import validated

    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    layout = locate(text)
    origin = Origin(name, tuple(text.split("\n")), layout)
    return validated(_parsed(text, origin), origin)


def read_tables(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The tables of a TOML file that is no problem, such as a theme; its faults are told like a problem's."""
    from symdl.problems.reading.schema import Origin

    name = os.fspath(path)
    text = _decoded(_bytes(Path(name)), name).removeprefix("\ufeff").replace("\r\n", "\n")
    return _parsed(text, Origin(name, tuple(text.split("\n")), locate(text)))


def raw_problem(
    *,
    given: Mapping[Any, Any] | None = None,
    let: Mapping[Any, Any] | None = None,
    asks: Sequence[Mapping[str, Any]] = (),
    **tables: Any,
) -> RawProblem:
    """A problem from Python, checked as a file is; numbers may be NumPy arrays, fractions or SymPy numbers.

    Any other key of the file is a keyword: `title`, `symbols`, `dims`, `conventions`, ….

    >>> raw_problem(given={"x": [1, 0.5]}, let={"f": "sum(x^2)"}).let
    {'f': 'sum(x^2)'}
    """
    from symdl.problems.reading.schema import Origin
    from symdl.problems.reading.validation import validated

    named = {"given": given or {}, "let": let or {}, **tables}
    plain = {key: _text_keys(table) for key, table in named.items() if table is not None}
    return validated({**plain, "ask": list(asks)}, Origin())


def _text_keys(table: Any) -> Any:
    """A table with its keys as text: SymPy symbols name quantities too."""
    return {str(key): value for key, value in table.items()} if isinstance(table, Mapping) else table


def _bytes(path: Path) -> bytes:
    place = Place(file=visible(str(path), 200))
    try:
        if path.is_dir():
            raise ProblemError("file.directory", place=place)
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ProblemError("file.not_found", place=place, nearest=_neighbor(path)) from None
    except (OSError, ValueError) as error:
        raise ProblemError("file.unreadable", place=place, reason=_reason(error)) from None
    if len(content) > MAX_BYTES:
        raise ProblemError("file.too_big", place=place, limit=MAX_BYTES // 1000)
    return content


def _reason(error: Exception) -> Text | str:
    reason = reason_of(error)
    return visible(reason) if isinstance(reason, str) else reason


def _neighbor(path: Path) -> str | None:
    """The problem file nearby that has almost this name."""
    from symdl.registry import nearest

    found = nearest(path.name, [other.name for other in path.parent.glob("*.toml")])
    return str(path.parent / found) if found else None


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"0x{content[error.start]:02X}"
        raise ProblemError("file.not_utf8", place=Place(visible(name, 200), line), byte=byte) from None


def _parsed(text: str, origin: Any) -> dict[str, Any]:
    """The tables of a TOML text."""
    layout: Layout = origin.layout
    if layout.refused is not None:
        fault, span = layout.refused
        raise ProblemError(f"file.{fault.key}", place=_at(span, origin), **fault.facts)
    try:
        return tomllib.loads(text, parse_float=Written)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), origin) from None
    except (RecursionError, ValueError) as error:
        raise ProblemError("file.toml", place=Place(file=origin.file), said=visible(str(error))) from None


def _syntax(said: str, origin: Any) -> ProblemError:
    """Our words for what the TOML parser says, at its line."""
    span = _spot(said, origin)
    if said.startswith(_TWICE):
        return _twice(span, origin)
    key = next((ours for theirs, ours in _SYNTAX if said.startswith(theirs)), "toml")
    if key in ("toml_unclosed", "toml_key") and origin.layout.unclosed is not None:
        key, span = "toml_unclosed", origin.layout.unclosed
    line = origin.lines[span.line - 1]
    return ProblemError(f"file.{key}", place=_at(span, origin), quoted=_quoted(line), said=visible(said))


def _spot(said: str, origin: Any) -> Span:
    """The line and column that the parser names; the last line with anything on it for the end."""
    found = re.search(r"at line (\d+), column (\d+)", said)
    if found:
        line, column = int(found[1]), int(found[2]) - 1
        return Span(line, column, column + 1)
    last = max((k for k, line in enumerate(origin.lines) if line.strip()), default=0)
    width = len(origin.lines[last].rstrip())
    return Span(last + 1, max(0, width - 1), width)


def _twice(spot: Span, origin: Any) -> ProblemError:
    """A key or section that stands twice, with the line of the first."""
    for path, first, second in origin.layout.twice:
        if second.line == spot.line:
            return ProblemError("file.twice", place=_at(second, origin), name=shown(path), first=first.line)
    return ProblemError("file.toml_twice", place=_at(spot, origin))


def _quoted(line: str) -> str | None:
    """The line with quotes around a bare value: what was probably meant."""
    found = _BARE.fullmatch(line) if len(line) < 100 else None
    return f'{found[1]} = "{found[2]}"' if found and found[2].isprintable() else None


def _at(span: Span, origin: Any) -> Place:
    source = visible(origin.lines[span.line - 1].replace("\t", " "), 10_000)
    return Place(origin.file, span.line, source, span.start, span.stop)
