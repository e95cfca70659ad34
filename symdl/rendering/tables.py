"""This module finds how much smaller a table must be set to fit the page."""

from __future__ import annotations

from symdl.document.blocks import Math, Spans, Table
from symdl.rendering.layout import extended
from symdl.rendering.theme import Theme

LETTER = 0.52  # mean width of a letter in em
PADDING = 1.8  # between columns, in em
SMALLEST = 0.6
BROKEN = 16.0  # em of running text that breaks in its cell


def table_scale(table: Table, theme: Theme) -> float:
    """The factor at which the columns of a table fit beside each other, 1 where they do."""
    return max(SMALLEST, min(1.0, theme.measure / max(table_width(table, theme), 1e-9)))


def table_width(table: Table, theme: Theme) -> float:
    """The width of a table in em of the text, about."""
    rows = [table.header, *table.rows] if table.header else list(table.rows)
    count = max((len(row) for row in rows), default=0)
    widest = [max((_width(row[k], theme) for row in rows if k < len(row)), default=0.0) for k in range(count)]
    return sum(widest) + PADDING * max(0, count - 1) + 0.4


def _width(cell: Spans, theme: Theme) -> float:
    text = sum(len(span) for span in cell if isinstance(span, str)) * LETTER
    math = sum(extended(span, theme, display=False).width for span in cell if isinstance(span, Math))
    return min(text, BROKEN) + float(math) * theme.spacing["math"]
