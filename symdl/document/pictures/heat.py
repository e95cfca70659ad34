"""This module composes pictures of matrices: attention, whose rows say where each place looks, and every
matrix that a problem asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from symdl.core.graph import Equation, Graph
from symdl.core.naming import leaf
from symdl.document.blocks import Block, Heat, Math, Pictures
from symdl.document.language import textual
from symdl.document.lines.values import number_node
from symdl.document.pictures.graphs import words
from symdl.document.sheet import Sheet
from symdl.formula.characters import canonical
from symdl.formula.tree import number

MOST = 12  # rows or columns of a matrix that is drawn
DIGITS = 3  # of the numbers in cells
BESIDE, SHARE = 2, 0.45  # matrices that stand beside a line of a long sheet, and their part of it
FAINT = 1e-6  # of the largest entry: less is no color that could be seen, as of what a mask hides
PRODUCTS = frozenset(("matmul", "matvec", "vecmat"))


def heat_pictures(sheet: Sheet) -> Iterator[Block]:
    """The weights of attention, and the matrices of `[sheet.heat]`, as fields of colors with numbers."""
    tables = {canonical(name): table for name, table in sheet.problem.raw.sheet.heat.items()}
    names = dict.fromkeys([*attentions(sheet.problem.graph), *tables])
    values = {var.name: value for var, value in sheet.derivation.values.items() if isinstance(var.name, str)}
    parts = []
    for name in names:
        value, table = values.get(name), tables.get(name)
        if value is not None and np.ndim(value) == 2 and max(np.shape(value)) <= MOST:
            rows, columns = (None, None) if table is None else (table.rows, table.columns)
            parts.append(_heat(sheet, name, np.asarray(value, float), rows, columns))
    if parts:
        beside = int(sheet.long and len(parts) <= BESIDE)
        yield Pictures(tuple(parts), sheet.say("picture.heat"), beside=beside, share=SHARE)


def attentions(graph: Graph) -> list[str]:
    """The named matrices that a softmax makes and a product uses: the weights of an attention.

    >>> import symdl
    >>> given = {"S": [[1, 0], [0, 1]], "V": [[1], [2]]}
    >>> attentions(symdl.problem(given=given, let={"A": "softmax(S)", "o": "A V"}).graph)
    ['A']
    """
    used = {var for equation in graph.equations if equation.op.key in PRODUCTS for var in equation.args}
    return [
        str(equation.out.name)
        for equation in graph.equations
        if _is_softmax(equation) and equation.out in used and isinstance(equation.out.name, str)
    ]


def _is_softmax(equation: Equation) -> bool:
    shape = equation.out.shape
    return equation.op.key == "softmax" and len(shape) == 2 and 1 not in shape


def _heat(sheet: Sheet, name: str, value: Any, rows: Any, columns: Any) -> Heat:
    value = np.where(np.abs(value) < FAINT * np.abs(value).max(initial=0), 0.0, value)
    cells = tuple(tuple(sheet.math(number_node(x, min(DIGITS, sheet.digits))) for x in row) for row in value)
    high, wide = np.shape(value)
    said = sheet.math(leaf(name))
    return Heat(
        values=tuple(tuple(map(float, row)) for row in value), cells=cells,
        rows=_names(sheet, rows, high), columns=_names(sheet, columns, wide),
        alt=_told(sheet, said, value, (rows, columns)),
        name=said,
    )  # fmt: skip


def _told(sheet: Sheet, name: Math, value: Any, labels: tuple[Any, Any]) -> str:
    """The picture in words: its size, and where each row is largest."""
    high, wide = np.shape(value)
    named, across = (
        range(1, count + 1) if given is None else _names(sheet, given, count)  # numbers in the words' digits
        for given, count in zip(labels, (high, wide), strict=True)
    )
    told = [sheet.say("picture.told_heat", name=name, rows=high, columns=wide)]
    for row, entries in zip(named, value, strict=True):
        best = int(np.argmax(entries))
        most = sheet.math(number_node(entries[best], DIGITS))
        told.append(sheet.say("picture.told_heat_row", row=row, column=across[best], value=most))
    return " ".join(words(said, sheet.language.code) for said in told)


def _names(sheet: Sheet, given: Sequence[Any] | None, count: int) -> tuple[Math, ...]:
    """The names of rows or columns; their numbers where there are none."""
    if given is None:
        return tuple(sheet.math(number(k)) for k in range(1, count + 1))
    return tuple(textual(sheet.localized(name)) for name in given)
