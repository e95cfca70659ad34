"""This module finds where each key of a TOML text stands, so that an error can name its line.

A light scan over the tokens of the text, before the real parser reads it: it never fails, and whatever it
sees of a broken file still helps to say what is broken. It also notes what the parser must not be given
at all: brackets or dotted keys so deep, and numbers so long, that reading them would never end.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from symdl.problems.reading.faults import Fault, Path, shown

MAX_DEPTH = 12
MAX_DOTS = 6
MAX_WORD = 100

_TOKEN = re.compile(
    r'''
    (?P<string> """(?:[^"\\]+|\\(?:.|\Z)|"(?!""))*+(?:"{3,5}|\Z) | \'\'\'(?:[^']+|'(?!\'\'))*+(?:'{3,5}|\Z)
              | "(?:[^"\\\n]+|\\[^\n])*+"? | '[^'\n]*'? )
  | (?P<skip> \#[^\n]* | [ \t\r]+ )
  | (?P<newline> \n )
  | (?P<mark> [][{}=,.] )
  | (?P<word> [^]\s"'#[{}=,.]+ )
    ''',
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A key in its line: the line counts from 1, the columns from 0."""

    line: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the keys of a text stand.

    `spans` holds every key, section and nested list by its path; `twice` the keys written again, with
    both places; `unclosed` the bracket that a key or the end of a line interrupts, or that never closes;
    `refused` what is too deep or too long to be read at all.
    """

    spans: Mapping[Path, Span]
    twice: tuple[tuple[Path, Span, Span], ...] = ()
    unclosed: Span | None = None
    refused: tuple[Fault, Span] | None = None

    def find(self, path: Path) -> Span | None:
        """The place of a path, or of the nearest key that contains it."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans.get(path)

    def path(self, text: str) -> Path:
        r"""The path that is shown as a text, or of the longest key that begins it.

        >>> locate('[let]\n"h[t=1..T]" = "x"').path("let.h[t=1..T]")
        ('let', 'h[t=1..T]')
        """
        known = {shown(path): path for path in self.spans}
        begins = [name for name in known if text == name or text.startswith((f"{name}.", f"{name}["))]
        return known[max(begins, key=len)] if begins else ()


def locate(text: str) -> Layout:
    r"""The layout of a TOML text; broken text gives what could be seen of it.

    >>> locate('[let]\nz1 = "x"').find(("let", "z1"))
    Span(line=2, start=0, stop=2)
    """
    scanner = _Scanner(text)
    for token in _TOKEN.finditer(text):
        scanner.take(token.lastgroup or "", token.group(), token.start())
        if scanner.over:
            break
    scanner.finish()
    unclosed = scanner.unclosed or (scanner.open[-1].span if scanner.open else None)
    return Layout(scanner.spans, tuple(scanner.twice), unclosed, scanner.refused)


@dataclass(slots=True)
class _Bracket:
    """An open list or inline table: its path, where it opened, and how many items went before."""

    kind: str
    path: Path
    span: Span
    count: int = 0

    @property
    def here(self) -> Path:
        return (*self.path, self.count) if self.kind == "[" else self.path


@dataclass(slots=True)
class _Scanner:
    text: str
    spans: dict[Path, Span] = field(default_factory=dict)
    twice: list[tuple[Path, Span, Span]] = field(default_factory=list)
    unclosed: Span | None = None
    refused: tuple[Fault, Span] | None = None
    table: Path = ()
    open: list[_Bracket] = field(default_factory=list)
    counts: dict[Path, int] = field(default_factory=dict)  # how often each [[section]] came
    parts: list[tuple[str, Span]] = field(default_factory=list)  # of the key being read
    header: int = 0  # the brackets before a section name: 0, 1 or 2
    value: Path | None = None  # the key whose value is being read
    over: bool = False  # nothing sensible can follow
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = [0, *(found.end() for found in re.finditer("\n", self.text))]

    def span(self, start: int, length: int) -> Span:
        row = bisect_right(self.starts, start) - 1
        column = start - self.starts[row]
        return Span(row + 1, column, column + max(1, length))

    def take(self, kind: str, token: str, start: int) -> None:
        if kind == "newline":
            self.end_line()
        elif kind == "mark":
            self.mark(token, start)
        elif kind in ("word", "string"):
            self.piece(kind, token, start)

    def mark(self, mark: str, start: int) -> None:
        if mark in "[{":
            self.opening(mark, start)
        elif mark in "]}" and self.open:
            self.open.pop()
        elif mark == "=":
            self.equals(start)
        elif mark == "," and self.open:
            self.open[-1].count += 1
            self.parts.clear()
            self.value = None if self.open[-1].kind == "{" else self.value

    def opening(self, mark: str, start: int) -> None:
        if self.value is None and not self.open:
            self.header += 1
            return
        path = self.open[-1].here if self.in_list else (self.value or ())
        span = self.span(start, 1)
        if self.in_list:
            self.spans.setdefault(path, span)
        self.open.append(_Bracket(mark, path, span))
        if len(self.open) > MAX_DEPTH:
            self.refuse(Fault("too_deep", limit=MAX_DEPTH), span)
        self.value = path if mark == "[" else None

    @property
    def in_list(self) -> bool:
        return bool(self.open) and self.open[-1].kind == "["

    def piece(self, kind: str, token: str, start: int) -> None:
        """A word or string: part of a key, or a value, of which only texts in lists are noted."""
        reading_key = not self.in_list and self.value is None
        if kind == "word" and len(token) > MAX_WORD:
            self.refuse(Fault("long_word", length=len(token), limit=MAX_WORD), self.span(start, MAX_WORD))
        elif reading_key:
            self.parts.append((_plain(token), self.span(start, len(token))))
            if len(self.parts) > MAX_DOTS:
                self.refuse(Fault("too_dotted", limit=MAX_DOTS), self.parts[0][1])
        elif self.in_list and kind == "string":
            self.spans.setdefault(self.open[-1].here, self.span(start, len(token)))

    def refuse(self, fault: Fault, span: Span) -> None:
        self.refused, self.over = (fault, span), True

    def equals(self, start: int) -> None:
        if self.in_list:
            self.unclosed, self.over = self.open[-1].span, True
        elif self.parts and self.value is None:
            base = self.open[-1].path if self.open else self.table
            self.value = self.note(base)

    def note(self, base: Path, *, again: bool = False) -> Path:
        """Record the key just read below a base; the last part of it must be new unless `again`."""
        for name, span in self.parts[:-1]:
            base = self.inside((*base, name))
            self.spans.setdefault(base, span)
        name, span = self.parts[-1]
        path = (*base, name)
        if path in self.spans and not again:
            self.twice.append((path, self.spans[path], span))
        self.spans.setdefault(path, span)
        self.parts.clear()
        return path

    def inside(self, path: Path) -> Path:
        """The latest of repeated sections, or the path itself."""
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def end_line(self) -> None:
        if self.header and self.parts:
            self.section()
        self.header = 0
        if self.open and self.open[-1].kind == "{":
            self.unclosed = self.unclosed or self.open[-1].span
        if not self.open:
            self.value = None
            self.parts.clear()

    def section(self) -> None:
        span = self.parts[-1][1]
        repeated = self.header > 1
        self.table = self.note((), again=repeated)
        if repeated:
            self.counts[self.table] = self.counts.get(self.table, 0) + 1
            self.table = self.inside(self.table)
            self.spans[self.table] = span

    def finish(self) -> None:
        if not self.over:
            self.end_line()


def _plain(token: str) -> str:
    """A key without its quotes."""
    if token[0] not in "\"'":
        return token
    if "\\" not in token:
        return token[1:-1]
    try:
        return str(tomllib.loads(f"key = {token}")["key"])
    except tomllib.TOMLDecodeError:
        return token[1:-1]
