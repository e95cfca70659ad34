"""This module leaves out of a formula the cases that only say that a read outside an array is 0."""

from __future__ import annotations

from symdl.formula.tree import Apply, Compare, Index, Node, Number, Partial, Slice, rebuild
from symdl.formula.walking import walk


def cases(node: Node) -> int:
    """How many times a formula distinguishes cases."""
    return sum(isinstance(part, Apply) and part.function == "where" for part in walk(node))


def without_guards(node: Node) -> Node:
    """A formula whose reads outside an array are left to the convention that they are 0."""
    match node:
        case Apply("where", (Compare(">=" | "<=", place, _), inside, Number(value))) if value == 0:
            if place in subscripts_of(inside):
                return without_guards(inside)
    return node if isinstance(node, Partial) else rebuild(node, without_guards)


def subscripts_of(node: Node) -> set[Node | Slice]:
    """Every subscript that stands in a formula."""
    return {place for part in walk(node) if isinstance(part, Index) for place in part.subscripts}
