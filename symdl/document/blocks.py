"""This module defines what a reader sees, in no format yet: a document is a list of blocks.

Composition fills blocks with finished sentences and formulas; a renderer prints them. Formulas are
strings here, in TeX and in plain text, because this is the last station before a format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Strength = Literal["definition", "proved", "checked", "convention", "undecided"]


@dataclass(frozen=True, slots=True)
class Math:
    """A formula inside a sentence or a cell: TeX for typesetting, plain text for terminals,
    and spoken words for readers who listen (the plain text where none are given).
    """

    tex: str
    plain: str
    spoken: str | None = None


Span = str | Math  # running text, or a formula in it
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an aligned formula: `left relation right`. Rows after the first may leave `left`
    empty, for a chain of equalities. `note` is a short remark at the end of the row.
    """

    left: Math | None
    relation: str  # TeX and plain agree on "=" and the like
    right: Math
    note: Spans = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A displayed formula of one or more aligned rows; of a `flowing` one, rows stand side by side while
    there is room.
    """

    rows: tuple[Row, ...]
    flowing: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a part of the sheet, 2 a section in it."""

    level: int
    spans: Spans
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class StepBlock:
    """One step of a derivation: its number, what is done and why, the formula, how it was checked."""

    id: str
    number: str  # printed and cited: "7"
    title: Spans  # the rule, a few words
    sentence: Spans  # why
    formula: Formula
    strength: Strength
    check: Spans = ()  # a few words on how it was checked, for the margin or a footnote


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every cell is a tuple of spans. `align` is one letter a column: l, c or r."""

    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    caption: Spans = ()
    align: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A set-off remark: a convention in force, a result to remember, a warning."""

    kind: Literal["convention", "result", "warning", "remark"]
    title: Spans
    spans: Spans


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as SVG, with words for readers who do not see it and a caption."""

    svg: str
    alt: str
    caption: Spans = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A box of a diagram or a unit of a network: what stands in it, a shorter form where that is too wide,
    its value above and its adjoint below, whether it lies on the path that is pointed out.
    """

    key: str
    label: Math
    short: Math | None = None
    kind: Literal["input", "parameter", "target", "intermediate", "loss", "gap"] = "intermediate"
    above: Math | None = None
    below: Math | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow from one node to another by their keys, with the local derivative or weight on it."""

    start: str
    stop: str
    label: Math | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """A computation graph; `backward` turns the arrows round, `steps` run from left to right as time does.
    `alt` tells it to readers who listen.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    alt: str
    caption: Spans = ()
    backward: bool = False
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Layers of units side by side, each with a formula below it, and the weights between them."""

    layers: tuple[tuple[Node, ...], ...]
    feet: tuple[Math, ...]
    edges: tuple[Edge, ...]
    alt: str
    caption: Spans = ()


Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a plot through points, with its name; `dotted` shows the points themselves, as steps."""

    points: tuple[Place, ...]
    label: Math | None = None
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A single point that is pointed out, told by its shape, with its name beside it."""

    at: Place
    label: Math | None = None
    kind: Literal["minimum", "maximum", "saddle", "start", "stop", "point"] = "point"


@dataclass(frozen=True, slots=True)
class Surface:
    """A function of two variables on a grid, shown by its level lines: `values[j][i]` at `xs[i]`, `ys[j]`."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A constraint over the grid of a surface: its border is where the `values` are zero; unless it is an
    equation, what is positive is outside.
    """

    label: Math
    values: tuple[tuple[float, ...], ...]
    equation: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves and points over two named axes, on the level lines of a surface where one is given; the set
    that its `limits` leave is shaded.

    `logarithmic` counts the second axis in powers of ten, `digits` is the language of its numbers.
    """

    curves: tuple[Curve, ...]
    x: Math
    y: Math
    alt: str
    caption: Spans = ()
    marks: tuple[Mark, ...] = ()
    surface: Surface | None = None
    logarithmic: bool = False
    digits: str = ""
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Heat:
    """A matrix as a field of colors with its numbers in it: `values[i][j]` in row `rows[i]` and column
    `columns[j]`, printed as `cells[i][j]`; its name stands in the corner.
    """

    values: tuple[tuple[float, ...], ...]
    cells: tuple[tuple[Math, ...], ...]
    rows: tuple[Math, ...]
    columns: tuple[Math, ...]
    alt: str
    caption: Spans = ()
    name: Math | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A quantity with its name: how long the bar is, and what is printed at its end."""

    name: str
    value: float
    note: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Quantities beside each other, each as a bar with its name; the names begin where lines begin."""

    bars: tuple[Bar, ...]
    alt: str
    caption: Spans = ()
    direction: Literal["ltr", "rtl"] = "ltr"


Picture = Diagram | Network | Plot | Heat | Bars


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures that belong together: side by side where there is room; else what is there `instead`, and
    where that is nothing, one below the other.

    Where there is room, they stand `beside` so many of the blocks before them, and take this `share` of the
    line at most.
    """

    parts: tuple[Picture, ...]
    caption: Spans = ()
    instead: tuple[Picture, ...] = ()
    beside: int = 0
    share: float = 0.32


@dataclass(frozen=True, slots=True)
class Code:
    """A program text."""

    language: str
    source: str


Block = Heading | Paragraph | Formula | StepBlock | Table | Note | Figure | Pictures | Code


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A whole sheet: title, language, blocks. `labels` are the few fixed words a renderer prints
    itself (page, of, step, checked), already in the document's language.
    """

    title: Spans
    language: str  # "en", "fa"
    direction: Literal["ltr", "rtl"]
    blocks: tuple[Block, ...]
    labels: tuple[tuple[str, str], ...] = ()
    header: Spans = ()  # course, teacher
    source: Spans = ()  # where the problem comes from

    def __repr__(self) -> str:
        title = "".join(span if isinstance(span, str) else span.plain for span in self.title)
        return f"Document({title!r}, {self.language!r}, {len(self.blocks)} blocks)"
