"""This module sets running text and tables for a terminal: in columns where they fit, else in parts."""

from __future__ import annotations

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from symdl.document.blocks import Math, Spans, Table
from symdl.rendering.view import clean
from symdl.text import MARK, SCRIPT

NARROWEST = 40
GAP = 3  # between columns
LONGEST = 20  # letters of a word that is not broken

_JUSTIFY = {"c": "center", "r": "right"}


def text_of(spans: Spans, style: str = "") -> Text:
    """Running text; formulas in plain letters, between marks of direction where words run right to left."""
    text = Text(style=style)
    mark = MARK if any(isinstance(span, str) and SCRIPT.search(span) for span in spans) else ""
    for span in spans:
        if isinstance(span, Math):
            text.append(f"{mark}{clean(span.plain)}{mark}", style="cyan")
        else:
            text.append(clean(span))
    return text


def table_of(table: Table, width: int) -> RenderableType:
    """A table whose columns fit; one of numbers in parts below each other, one of words with broken lines."""
    cells = [[text_of(cell) for cell in row] for row in table.rows]
    count = max([len(table.header), *map(len, cells)])
    head = [[text_of(cell, "bold") for cell in table.header]] if table.header else []
    filled = [[*row, *([Text()] * (count - len(row)))] for row in (*head, *cells)]
    widths = [max(row[index].cell_len for row in filled) for index in range(count)]
    if any("\n" in cell.plain for row in filled for cell in row):
        return _broken(table, filled[len(head) :], width)
    if sum(widths) + GAP * (count - 1) <= width:
        parts = [list(range(count))]
    elif any(" " in cell.plain for row in filled[len(head) :] for cell in row[1:]):
        return _broken(table, filled[len(head) :], width)
    else:
        parts = _parts(widths, width)
    lines: list[Text] = [text_of(table.caption, "dim italic")] if table.caption else []
    for k, columns in enumerate(parts):
        lines.extend([Text()] if k else [])
        part = [widths[index] for index in columns]
        align = "".join(table.align[index : index + 1] or "l" for index in columns)
        rows = [_aligned([row[index].copy() for index in columns], part, align) for row in filled]
        if head:
            rows.insert(1, Text("─" * (sum(part) + GAP * (len(part) - 1)), no_wrap=True))
        lines.extend(rows)
    return Group(*lines)


def _parts(widths: list[int], width: int) -> list[list[int]]:
    """The columns that stand beside each other; every part has the first."""
    parts: list[list[int]] = [[0]]
    for index in range(1, len(widths)):
        columns = [*parts[-1], index]
        if len(parts[-1]) > 1 and sum(widths[k] + GAP for k in columns) - GAP > width:
            parts.append([0, index])
        else:
            parts[-1] = columns
    return parts


def _aligned(cells: list[Text], widths: list[int], align: str) -> Text:
    """The cells of a row side by side."""
    line = Text()
    for index, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        cell.align(_JUSTIFY.get(align[index : index + 1], "left"), width)  # type: ignore[arg-type]
        line.append(" " * GAP if index else "").append_text(cell)
    return line


def _broken(table: Table, rows: list[list[Text]], width: int) -> RenderableType:
    """Columns set by rich, which breaks the lines in them: between words where these fit side by side."""
    columns = range(len(rows[0]) if rows else len(table.header))
    heads = [text_of(cell, "bold") for cell in table.header]
    heads += [Text()] * (len(columns) - len(heads))
    least = [_longest_word([row[index].plain for row in (heads, *rows)]) for index in columns]
    gap = 1 if sum(least) + GAP * (len(least) - 1) > width else GAP
    natural = [max((row[index].cell_len for row in (heads, *rows)), default=1) for index in columns]
    widths = _shared(least, natural, width - gap * (len(least) - 1))
    grid = Grid(
        box=box.SIMPLE_HEAD, show_edge=False, show_header=bool(table.header), pad_edge=False,
        padding=(0, gap // GAP),
    )  # fmt: skip
    grid.title_justify = "left"
    if table.caption:
        grid.title = text_of(table.caption, "dim")
    for index, header in enumerate(heads):
        justify = _JUSTIFY.get(table.align[index : index + 1], "left")
        own = widths[index] if widths else None
        grid.add_column(header, justify=justify, overflow="fold", width=own)  # type: ignore[arg-type]
    for row in rows:
        grid.add_row(*row)
    return grid


def _longest_word(cells: list[str]) -> int:
    return min(max((cell_len(word) for cell in cells for word in cell.split()), default=1), LONGEST)


def _shared(least: list[int], natural: list[int], room: int) -> list[int] | None:
    """The widths of columns that break no word, with what room is left shared out; None where none is."""
    if sum(least) > room:
        return None
    widths = [*least]
    while sum(widths) < room and widths != natural:
        for index, whole in enumerate(natural):
            widths[index] += widths[index] < whole and sum(widths) < room
    return widths
