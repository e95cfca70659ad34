"""This module states a quantity whole: in matrices, else by its entries where they are few and would need
cases, else by a general entry.
"""

from __future__ import annotations

from symdl.core.dims import size_of
from symdl.core.entries import Entries
from symdl.core.graph import Graph, Var
from symdl.core.naming import array_node
from symdl.core.positions import positions, symbolic_position
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.formula.tree import Compare, Node, names, size
from symdl.formula.walking import walk

MAX_LISTED, MAX_LISTED_SIZE = 12, 240  # entries of an array that are written one by one, and their parts


def line_of(graph: Graph, var: Var) -> Node:
    """The right side of a line: in matrices where they can write it, by entries otherwise."""
    try:
        return matrix_line(Speller(graph), var)
    except NoMatrixView:
        entries = Entries(graph)
        return entries.line(var, symbolic_position(entries.letters(len(var.shape))))


def matrix_line(speller: Speller, var: Var) -> Node:
    """The right side of a line in matrices; a small array that they cannot write is listed.

    Raises `NoMatrixView` where neither can be done.
    """
    try:
        return speller.line(var)
    except NoMatrixView:
        node = listed(speller.graph, var)
        if node is None:
            raise
        return node


def listed(graph: Graph, var: Var) -> Node | None:
    """A small array by its entries, where its general entry would need cases."""
    shape = var.shape
    if len(shape) not in (1, 2) or not all(isinstance(n, int) for n in shape) or size_of(shape) > MAX_LISTED:
        return None
    entries = Entries(graph)
    letters = entries.letters(len(shape))
    if not _has_cases(entries.line(var, symbolic_position(letters)), frozenset(letters)):
        return None
    expanded = Entries(graph, expanded=True)
    items = [expanded.line(var, place) for place in positions(shape)]
    return array_node(items, shape) if sum(map(size, items)) <= MAX_LISTED_SIZE else None


def _has_cases(node: Node, letters: frozenset[str]) -> bool:
    """Whether a formula tells places apart."""
    tests = (part for part in walk(node) if isinstance(part, Compare))
    return any((names(test.left) | names(test.right)) & letters for test in tests)
