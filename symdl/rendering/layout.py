"""This module lays out displayed formulas for a line of given width: rows aligned at their relation, long
sides broken at operators, long fractions in lines inside, and what cannot be broken made smaller.

All widths are in em of the text; they come from the typesetter, whose letters are those of LaTeX, so that
one layout serves both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from symdl.document.blocks import Formula, Math, Row, Spans
from symdl.rendering import breaking
from symdl.rendering.extents import Extent, extent
from symdl.rendering.packing import chained, packed
from symdl.rendering.stacking import LEGIBLE, in_lines, stacked
from symdl.rendering.theme import Theme
from symdl.rendering.typeset import Typeset, typeset
from symdl.rendering.view import relation

WIDEST_LEFT = 0.45  # of the line; a longer left side gets a line of its own
NOTE_ROOM = 0.28  # of the line, at most, where a row ends in a remark
NOTE_LETTER, NOTE_GAP = 0.42, 2.2  # em of a letter of a remark, and before it


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one side, and the factor by which it is made smaller to fit."""

    math: Math
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class SetRow:
    """One row as it is printed: a left side that needs its own line, or none; the left side before the
    relation, or none; the relation; the right side in lines; a remark.
    """

    head: Line | None
    left: Math | None
    relation: Math
    right: tuple[Line, ...]
    note: Spans

    @property
    def before(self) -> Math | None:
        """All that stands before the right side, as one formula; empty groups give the relation its space."""
        if not self.relation.tex:
            return self.left
        if self.left is None:  # the right side says it
            return Math(f"{{}}{self.relation.tex}{{}}", self.relation.plain, "")
        spaced = f"{self.left.tex}{{}}{self.relation.tex}{{}}"
        return Math(spaced, f"{self.left.plain} {self.relation.plain}".strip(), self.left.spoken)


def measured(math: Math, theme: Theme, *, display: bool = True) -> Typeset:
    """A formula in the colors of a theme."""
    return typeset(math.tex, display=display, colors=theme.tex_colors)


def extended(math: Math, theme: Theme, *, display: bool = True) -> Extent:
    """The measures of a formula that need not be a picture yet."""
    return extent(math.tex, display=display, colors=theme.tex_colors)


def set_rows(formula: Formula, theme: Theme, line: float) -> list[SetRow]:
    """The rows of a displayed formula, in a line that is so wide."""

    def width(math: Math) -> float:
        return _width(math, theme)

    def remark(note: Spans) -> float:
        return note_room(note, theme) if note else 0.0

    if formula.flowing:
        given = packed(formula.rows, line, width)
    else:
        given = chained(formula.rows, line, width, remark)
    rows = [SetRow(None, row.left, relation(row.relation), (), row.note) for row in given]
    widest = max((_width(row.before, theme) for row in rows), default=0)
    if widest > WIDEST_LEFT * line:
        rows = [_headed(row, line, theme) for row in rows]
        widest = max(_width(row.before, theme) for row in rows)
    return [
        replace(row, right=_fitted(before, line - widest, theme))
        for row, before in zip(rows, given, strict=True)
    ]


def inline_parts(span: str | Math, theme: Theme, room: float) -> list[str | Math]:
    """A formula in running text in parts that fit a line, with room for a break between them; the first
    speaks for all.
    """
    if not isinstance(span, Math):
        return [span]
    first, *rest = breaking.lines(
        span.tex, room, lambda tex: extended(Math(tex, ""), theme, display=False).width
    )
    if not rest:
        return [span]
    parts: list[str | Math] = [Math(first, span.plain, span.spoken)]
    for tex in rest:
        parts += [" ", Math(tex, "", "")]
    return parts


def _headed(row: SetRow, line: float, theme: Theme) -> SetRow:
    if row.left is None:
        return replace(row, head=None)
    width = partial(_tex_width, theme=theme)
    tex = stacked(row.left.tex, line, width)
    if width(tex) * LEGIBLE > line:
        tex = in_lines(tex, line, width)
    return replace(row, head=_shrunk(replace(row.left, tex=tex), line, theme), left=None)


def _tex_width(tex: str, theme: Theme) -> float:
    return _width(Math(tex, ""), theme)


def _width(math: Math | None, theme: Theme) -> float:
    return extended(math, theme).width if math else 0


def _fitted(row: Row, room: float, theme: Theme) -> tuple[Line, ...]:
    """The right side in lines within its room. The first line speaks for all."""
    room -= note_room(row.note, theme) if row.note else 0.0
    width = partial(_tex_width, theme=theme)
    first, *rest = (stacked(line, room, width) for line in breaking.lines(row.right.tex, room, width))
    whole = Math(first, row.right.plain, row.right.spoken)
    return tuple(_shrunk(math, room, theme) for math in (whole, *(Math(tex, "") for tex in rest)))


def note_room(note: Spans, theme: Theme) -> float:
    """The room that a remark takes, which is broken where it is long."""
    said = sum(len(span if isinstance(span, str) else span.plain) for span in note)
    return min(NOTE_ROOM * theme.measure, NOTE_LETTER * said + NOTE_GAP)


def _shrunk(math: Math, room: float, theme: Theme) -> Line:
    return Line(math, min(1.0, room / max(_width(math, theme), room)))
