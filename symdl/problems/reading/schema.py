"""This module defines the raw form of a problem: every table of the file, typed and validated, nothing built.

Numbers are exact, lists are tuples, and each entry can say where it stands: `raw.place("let.z1")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, PrivateAttr

from symdl.errors import Place
from symdl.problems.reading import chances, values
from symdl.problems.reading.asks import Answer, answer_ids
from symdl.problems.reading.faults import Fault, Path, preview, shown, visible
from symdl.problems.reading.fields import (
    Digits,
    Dims,
    Entry,
    Exact,
    Formula,
    Listed,
    Name,
    Seed,
    Setting,
    Size,
    Table,
    Target,
    Text,
    Value,
    Words,
)  # fmt: skip
from symdl.problems.reading.locate import Layout
from symdl.problems.reading.settings import Ask, Detail, View

__all__ = ["Answer", "Ask", "Exact", "Origin", "RawProblem", "answer_ids"]

Fact = Literal[
    "real", "positive", "integer", "unit", "distribution", "distribution-columns", "one-hot",
    "symmetric", "orthogonal", "positive-definite", "positive-semidefinite",
]  # fmt: skip
Draw = Annotated[Any, PlainValidator(chances.drawing)]
_KINKS = ("default", "undefined")


def _kink(value: object) -> Any:
    if isinstance(value, str) and not isinstance(value, values.Written):
        if value in _KINKS:
            return value
        raise Fault("wrong_kink", got=preview(value))
    return values.exact(value)


def _facts(value: object) -> object:
    """One fact or a list of them."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        raise Fault("wrong_names", got=preview(value))
    return tuple(value)


class ConventionsTable(Table):
    """`[conventions]`: the choices that courses make differently."""

    jacobian: Literal["numerator", "denominator"] = "numerator"
    kink: Annotated[Any, PlainValidator(_kink)] = "default"
    ties: Literal["first", "share"] = "first"
    vec: Literal["rows", "columns"] = "rows"


class RoundingTable(Table):
    """`[rounding]`: significant digits, and whether each line is rounded as by hand."""

    digits: Digits = 4
    policy: Literal["show", "carry"] = "show"


class NotationTable(Table):
    """`[notation]`: a profile of names and the names that differ from it."""

    profile: Text | None = None
    names: dict[Name, Text] = Field(default_factory=dict)


class NetworkTable(Table):
    """`[network]`: layers in order; which layers there are is the library's to say."""

    input: Name
    layers: Annotated[tuple[dict[Name, Setting], ...], Listed]
    loss: dict[Name, Setting] | None = None


class HeatTable(Table):
    """`[sheet.heat.A]`: a matrix that is drawn as a field of colors, with names of its rows and columns."""

    rows: Annotated[tuple[Words, ...] | None, Listed] = None
    columns: Annotated[tuple[Words, ...] | None, Listed] = None


class SheetTable(Table):
    """`[sheet]`: the head of a sheet, its layout unless the command says otherwise, matrices to be drawn."""

    course: Words | None = None
    teacher: Words | None = None
    language: Text | None = None
    detail: Detail | None = None
    view: View | None = None
    heat: dict[Name, HeatTable] = Field(default_factory=dict)
    numerals: Literal["latin", "native"] | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a problem came from; nothing in it for a problem made in Python."""

    file: str | None = None
    lines: tuple[str, ...] = ()
    layout: Layout = field(default_factory=lambda: Layout({}))

    def place(self, path: Path) -> Place:
        """The line of a key path, with the key marked."""
        span = self.layout.find(path)
        if span is None:
            return Place(file=self.file)
        source = visible(self.lines[span.line - 1].replace("\t", " "), 10_000)
        return Place(self.file, span.line, source, span.start, span.stop)


class RawProblem(Table):
    """A problem as written, checked entry by entry."""

    title: Words | None = None
    source: Words | None = None
    seed: Seed | None = None
    conventions: ConventionsTable = Field(default_factory=lambda: ConventionsTable())
    rounding: RoundingTable = Field(default_factory=lambda: RoundingTable())
    notation: NotationTable = Field(default_factory=lambda: NotationTable())
    dims: dict[Name, Size] = Field(default_factory=dict)
    given: dict[Entry, Value] = Field(default_factory=dict)
    draw: dict[Entry, Draw] = Field(default_factory=dict)
    symbols: dict[Entry, Dims] = Field(default_factory=dict)
    assume: dict[Name, Annotated[tuple[Fact, ...], BeforeValidator(_facts)]] = Field(default_factory=dict)
    network: NetworkTable | None = None
    let: dict[Target, Formula] = Field(default_factory=dict)
    asks: tuple[Ask, ...] = Field((), alias="ask")
    sheet: SheetTable = Field(default_factory=lambda: SheetTable())
    rubric: dict[Text, Setting] = Field(default_factory=dict)

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def origin(self) -> Origin:
        """The file and its layout."""
        return self._origin

    @property
    def lines(self) -> Mapping[str, int]:
        """The line of every key, by its path: `lines["let.z1"]`."""
        spans = self._origin.layout.spans
        return MappingProxyType({shown(path): span.line for path, span in spans.items()})

    def place(self, *path: str | int) -> Place:
        """Where an entry stands, or the section that would hold it.

        The path comes as text, `"let.z1"` or `"ask[1].by"`, or in parts, `"ask", 0, "by"`.
        """
        return self._origin.place(self._origin.layout.path(str(path[0])) if len(path) == 1 else path)
