"""This module puts short rows of formulas on one line: the links of a chain of equalities one after another,
and formulas that have nothing to do with each other side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import zip_longest

from symdl.document.blocks import Math, Row, Spans
from symdl.rendering.view import relation

Width = Callable[[Math], float]
Remark = Callable[[Spans], float]  # how wide it is
APART = Math(r"\qquad ", "   ", "; ")  # between formulas side by side


def chained(rows: Sequence[Row], room: float, width: Width, remark: Remark = lambda note: 0.0) -> list[Row]:
    """A chain of equalities with as many of its links on a line as there is room: `z = W x + b = 0.7`.

    The left sides of all rows end at one line, so that the widest of them takes its room from every row. What
    is remarked of a row stays at its end; only numbers, as the last link of the chain, come between.
    """
    free = room - max((width(_spaced(row)) for row in rows), default=0.0)
    kept: list[Row] = []
    for row, after in zip_longest(rows, rows[1:]):
        note = kept[-1].note if kept else ()
        ends = (after is None or after.left is not None) and not any(map(str.isalpha, row.right.plain))
        if kept and row.left is None and row.relation and (not note or (ends and not row.note)):
            both = joined(kept[-1].right, Math("", "", ""), _link(row))
            if width(both) <= free - remark(row.note or note):
                kept[-1] = Row(kept[-1].left, kept[-1].relation, both, row.note or note)
                continue
        kept.append(row)
    return kept


def packed(rows: Sequence[Row], room: float, width: Width) -> list[Row]:
    """Formulas side by side, as many on a line as there is room for; a chain of equalities is one formula."""
    lines: list[Math] = []
    for formula in _whole(rows):
        both = joined(lines[-1], APART, formula) if lines else formula
        if lines and width(both) <= room:
            lines[-1] = both
        else:
            lines.append(formula)
    return [Row(None, "", line) for line in lines]


def _whole(rows: Sequence[Row]) -> Iterator[Math]:
    """Each formula with its left side and all links of its chain."""
    current: list[Math] = []
    for row in rows:
        if row.left is not None and current:
            yield _run(current)
            current = []
        current += [] if row.left is None else [row.left]
        # The left side says the relation behind it, a right side without one the relation before it.
        sign = relation(row.relation)
        current.append(_signed(sign, row.right) if sign.tex else row.right)
    if current:
        yield _run(current)


def _run(parts: Sequence[Math]) -> Math:
    return reduce(lambda left, right: joined(left, Math("", " ", " "), right), parts)


def joined(left: Math, between: Math, right: Math) -> Math:
    """Two formulas as one, in TeX, in plain letters and in words."""
    spoken = (part.plain if part.spoken is None else part.spoken for part in (left, between, right))
    return Math(
        f"{left.tex} {between.tex}{right.tex}",
        f"{left.plain}{between.plain}{right.plain}",
        "".join(spoken),
    )


def _link(row: Row) -> Math:
    linked = _signed(relation(row.relation), row.right)
    return Math(linked.tex, f" {linked.plain}", f", {linked.spoken}")


def _signed(sign: Math, right: Math) -> Math:
    said = right.plain if right.spoken is None else right.spoken
    return Math(f"{sign.tex} {right.tex}", f"{sign.plain} {right.plain}", said)


def _spaced(row: Row) -> Math:
    """What stands before the right side."""
    left = "" if row.left is None else row.left.tex
    return Math(f"{left}{{}}{relation(row.relation).tex}{{}}", "")
