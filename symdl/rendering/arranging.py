"""This module arranges blocks on a page as wide as it is: tables side by side, a small picture beside the
words that it belongs to. Formats that have no such room print the same blocks one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from math import ceil

from symdl.document.blocks import Block, Heading, Pictures, Table
from symdl.rendering.abreast import Arranged, Beside, Tables
from symdl.rendering.pictures.scenes import SMALLEST, scenes
from symdl.rendering.tables import table_width
from symdl.rendering.theme import POINTS_PER_MM, Theme

APART = 2.4  # em between tables side by side, and between words and a picture
AIR = 1.015  # of the width of tables, as that is an estimate
PART = 0.32  # of the measure, which a picture beside words can be made to fit
SMALL = 0.8  # of tables that still share a row
SHORT = 6  # rows of a table that is not divided
LEAST = 4  # rows of a part
MOST = 30  # rows that stay together


def arranged(blocks: Sequence[Block], theme: Theme) -> list[Arranged]:
    """Blocks as they stand on a page."""
    found: list[Arranged] = []
    blocks = _gathered(blocks)
    runs = [
        (tables, list(run)) for tables, run in groupby(blocks, key=lambda block: isinstance(block, Table))
    ]
    for k, (tables, run) in enumerate(runs):
        if tables:
            after = runs[k + 1][1][0] if k + 1 < len(runs) else None
            found += _tabulated([table for table in run if isinstance(table, Table)], after, theme)
            continue
        for block in run:
            count, width = _reach(found, block), _picture_width(block, theme)
            reached = found[-count:] if count else []
            if reached and isinstance(block, Pictures) and _fits(reached, width, theme):
                found[-count:] = [Beside(tuple(reached), block, width or 0.0)]
            else:
                found.append(block)
    return found


def _tabulated(several: Sequence[Table], after: Block | None, theme: Theme) -> list[Arranged]:
    """Tables side by side; a long one is divided, unless a picture `after` it has room beside the whole."""
    if len(several) > 1:
        return _rows(several, theme)
    beside = isinstance(after, Pictures) and after.beside == 1
    if beside and after is not None and _fits(several, _picture_width(after, theme), theme):
        return list(several)
    return _rows(_parts(several[0], theme), theme)


def _fits(blocks: Sequence[Arranged], width: float | None, theme: Theme) -> bool:
    """Whether the tables among some blocks leave room for a picture of this width; words always do."""
    return width is not None and all(_across(each, theme) + APART + width <= theme.measure for each in blocks)


def _across(block: Arranged, theme: Theme) -> float:
    """How wide tables are, which no narrower column breaks; 0 for everything else."""
    if isinstance(block, Table):
        return table_width(block, theme)
    if isinstance(block, Tables):
        widths = sum(table_width(table, theme) for table in block.tables)
        return block.scale * (widths + APART * (len(block.tables) - 1))
    return 0.0


def _gathered(blocks: Sequence[Block]) -> list[Block]:
    """Pictures that follow each other with no word between as pictures side by side."""
    kept: list[Block] = []
    for block in blocks:
        last = kept[-1] if kept else None
        if isinstance(block, Pictures) and isinstance(last, Pictures) and _joinable(last, block):
            kept[-1] = replace(block, parts=(*last.parts, *block.parts), beside=last.beside)
        else:
            kept.append(block)
    return kept


def _joinable(first: Pictures, second: Pictures) -> bool:
    """Whether nothing that is said of either would be lost, nor one that stands in for several."""
    return not (first.caption or second.beside or first.instead or second.instead)


def narrowed(theme: Theme, width: float) -> Theme:
    """A theme whose page is so many em narrower."""
    taken = width * theme.sizes["text"] / POINTS_PER_MM
    return replace(theme, page={**theme.page, "width": theme.page["width"] - taken})


def _reach(found: Sequence[Arranged], block: Block) -> int:
    """How many of the blocks before it a picture stands beside: none beyond a heading."""
    if not isinstance(block, Pictures):
        return 0
    count = 0
    for before in reversed(found[-block.beside :] if block.beside else ()):
        if isinstance(before, Heading):
            break
        count += 1
    return count


def _picture_width(block: Block, theme: Theme) -> float | None:
    """The width of pictures in one row, made a little smaller if need be, if they leave room for words."""
    if not isinstance(block, Pictures) or not block.beside:
        return None
    rows = scenes(block, theme)
    if len(rows) > 1:
        return None
    width = sum(scene.width for scene in rows[0]) + APART * (len(rows[0]) - 1)
    room = max(PART, block.share) * theme.measure
    return min(width, block.share * theme.measure) if width * SMALLEST <= room else None


def _parts(table: Table, theme: Theme) -> list[Table]:
    """A long narrow table as several short ones."""
    if len(table.rows) <= SHORT:
        return [table]
    room = int((theme.measure / SMALL + APART) / (table_width(table, theme) + APART))
    count = min(3, room, ceil(len(table.rows) / LEAST))
    if count < 2 or len(table.rows) > count * MOST:
        return [table]
    size = ceil(len(table.rows) / count)
    return [replace(table, rows=table.rows[k : k + size]) for k in range(0, len(table.rows), size)]


def _rows(tables: Sequence[Table], theme: Theme) -> list[Arranged]:
    """Tables in rows, in as few as there are when they are made a little smaller, of much the same size."""
    rows: list[list[Table]] = []
    for table in tables:
        short = len(table.rows) <= MOST and bool(rows) and len(rows[-1][0].rows) <= MOST
        if short and _share(theme, [*rows[-1], table]) >= SMALL:
            rows[-1].append(table)
        else:
            rows.append([table])
    rows = _evened(rows, theme)
    return [row[0] if len(row) == 1 else Tables(tuple(row), min(1.0, _share(theme, row))) for row in rows]


def _evened(rows: list[list[Table]], theme: Theme) -> list[list[Table]]:
    """As many rows, tables moved from one to the next wherever the smaller of the two gets larger by it."""
    for above, below in pairwise(rows):
        least = min(_share(theme, above), _share(theme, below))
        while least < 1 and len(above) > 1:
            least, before = min(_share(theme, above[:-1]), _share(theme, [above[-1], *below])), least
            if least <= before:
                break
            below.insert(0, above.pop())
    return rows


def _share(theme: Theme, tables: Sequence[Table]) -> float:
    """The scale at which tables stand side by side, with a little air."""
    widths = sum(table_width(table, theme) for table in tables) + APART * (len(tables) - 1)
    return theme.measure / max(widths * AIR, 1e-9)
