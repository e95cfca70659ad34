"""This module solves systems in closed form, and knows of polynomial ones whether that is all of them."""

from __future__ import annotations

from collections.abc import Sequence

from symdl.checking import elimination
from symdl.formula.tree import Node
from symdl.problems.answering import exact_roots
from symdl.problems.answering.exact_roots import Solution


def closed_forms(equations: Sequence[Node], names: Sequence[str]) -> tuple[Solution, ...] | None:
    """All real solutions of a system, None where they are not known in closed form.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> from symdl.formula.plain import to_plain
    >>> system = [read_formula(text, Scope()) for text in ("x^2 + y^2 - 4", "x - y")]
    >>> [to_plain(solution["x"]) for solution in closed_forms(system, ("x", "y")) or ()]
    ['-sqrt(2)', 'sqrt(2)']
    """
    found = elimination.real_zeros(equations, names)
    if found is None or found.left_open:
        return exact_roots.solved(equations, names)
    nodes = [elimination.exact_nodes(zero, names) for zero in found.zeros]
    told = tuple(node for node in nodes if node is not None)
    if len(told) == len(nodes):
        return told
    other = exact_roots.solved(equations, names)
    return other if other is not None and len(other) >= len(nodes) else None
