"""This module composes the table of all states: what is named of each, its energy, weight and probability."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symdl.core.graph import Var
from symdl.core.naming import array_node, leaf
from symdl.document.blocks import Block, Spans, Table
from symdl.document.lines.values import number_node
from symdl.document.sheet import Sheet
from symdl.formula.tree import Apply, Negate, Node, Transpose


def state_table(sheet: Sheet) -> Iterator[Block]:
    """Every state, a row each; with the weights of a log-sum-exp and what they add up to."""
    found = sheet.tabled
    if found is None:
        return
    columns = [(found.states, _symbol(found.states))]
    columns += [(var, _symbol(var)) for var in found.columns if var is not found.exponents]
    header: list[Spans] = [(sheet.math(node),) for _, node in columns]
    header[0] = (sheet.language.word("states.state"), " ", *header[0])
    cells = [_column(sheet, sheet.derivation.values[var]) for var, _ in columns]
    caption: Spans = ()
    if found.exponents is not None:
        exponent = np.asarray(sheet.derivation.values[found.exponents], float)
        weights, symbol = np.exp(exponent), _symbol(found.exponents)
        for key, node, values in (
            ("energy", Negate(symbol), -exponent),
            ("weight", Apply("exp", (symbol,)), weights),
            ("probability", Apply("softmax", (symbol,)), weights / weights.sum()),
        ):
            header.append((sheet.language.word(f"states.{key}"), " ", sheet.math(node)))
            cells.append(_column(sheet, values))
        caption = sheet.say("states.sum", total=number_node(float(weights.sum()), sheet.digits))
    rows = tuple(zip(*cells, strict=True))
    align = "".join("r" if np.ndim(sheet.derivation.values[var]) == 1 else "c" for var, _ in columns)
    yield Table(tuple(header), rows, caption=caption, align=align.ljust(len(header), "r"))


def _symbol(var: Var) -> Node:
    return leaf(str(var.name))


def _column(sheet: Sheet, values: Any) -> list[Spans]:
    """The numbers of a quantity, those of a state each; several stand as a row."""
    return [(sheet.math(_cell(row, sheet.digits)),) for row in np.asarray(values, float)]


def _cell(value: Any, digits: int) -> Node:
    if not np.ndim(value):
        return number_node(float(value), digits)
    nodes = [number_node(float(entry), digits) for entry in value]
    return Transpose(array_node(nodes, (len(nodes),))) if len(nodes) > 1 else nodes[0]
