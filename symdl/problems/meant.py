"""This module refuses what cannot be meant: a division by zero, given arguments of layers that are not what
the layers take them for: signs, a binary tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symdl.core.indexing import evaluate
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply, Name, Node, Quotient, names
from symdl.formula.walking import walk
from symdl.models.layer import LAYERS
from symdl.problems.problem import Given

Rows = Sequence[Sequence[Fraction]]


def refuse_unmeant(node: Node, given: Mapping[str, Given]) -> None:
    """Refuse a formula that divides by a number zero, and a given array where a layer in it takes that for
    something that it is not.
    """
    for call in walk(node):
        if isinstance(call, Quotient) and not names(call.denominator) and evaluate(call.denominator) == 0:
            raise ProblemError("problem.division_by_zero", formula=to_plain(call))
        if not isinstance(call, Apply) or call.function not in LAYERS:
            continue
        layer = LAYERS[call.function]
        for param, arg in zip(layer.params, call.args, strict=False):
            if param in layer.facts and isinstance(arg, Name) and arg.text in given:
                found = MEANT[layer.facts[param]](_rows(given[arg.text]))
                if found is not None:
                    reason, facts = found
                    shown: dict[str, Any] = {key: _shown(value) for key, value in facts.items()}
                    raise ProblemError(f"problem.{reason}", name=arg.text, function=layer.key, **shown)


def _rows(given: Given) -> Rows:
    """The entries row by row; none where one is no rational number."""
    values = [evaluate(item) for item in given.items]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(given.shape) > 2:
        return ()
    width = given.shape[-1] if given.shape else 1
    return [known[k : k + width] for k in range(0, len(known), width)]


def _shown(value: object) -> str:
    return ", ".join(str(k + 1) for k in value) if isinstance(value, list) else str(value)


Fault = tuple[str, dict[str, object]] | None  # why it is not what it is taken for


def unsigned(rows: Rows) -> Fault:
    """The first entry that is neither 1 nor -1.

    >>> unsigned([[Fraction(1), Fraction(0)]])
    ('no_sign', {'got': Fraction(0, 1)})
    """
    for value in (value for row in rows for value in row):
        if abs(value) != 1:
            return "no_sign", {"got": value}
    return None


def treeless(rows: Rows) -> Fault:
    """Why the rows are not the paths to the leaves of a binary tree: 1 left, -1 right, 0 off the path.

    At the node where leaves part, some turn left and some right, and below it no node serves both sides.

    >>> one, zero = Fraction(1), Fraction(0)
    >>> treeless([[one, one], [one, -one], [-one, zero]])
    >>> treeless([[one, one], [one, one], [-one, zero]])
    ('tree_one_side', {'node': 2, 'leaves': [0, 1]})
    """
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value not in (1, -1, 0):
                return "tree_entry", {"got": value, "leaf": i + 1, "node": j + 1}
    if not rows:
        return None
    return _parted(rows, list(range(len(rows))), list(range(len(rows[0]))))


def _parted(rows: Rows, leaves: list[int], nodes: list[int]) -> Fault:
    """The same of some leaves and the nodes that stand on the paths below where they came together."""
    if len(leaves) == 1:
        if nodes:
            return "tree_one_side", {"node": nodes[0] + 1, "leaves": leaves}
        return None
    tops = [node for node in nodes if all(rows[leaf][node] for leaf in leaves)]
    if not tops:
        return "tree_no_node", {"leaves": leaves}
    top = tops[0]
    sides = [[leaf for leaf in leaves if rows[leaf][top] == turn] for turn in (1, -1)]
    if not all(sides):
        return "tree_one_side", {"node": top + 1, "leaves": leaves}
    below = [
        [node for node in nodes if node != top and any(rows[leaf][node] for leaf in side)] for side in sides
    ]
    for node in nodes:
        if node != top and (node in below[0]) == (node in below[1]):
            reason = "tree_both_sides" if node in below[0] else "tree_unused"
            return reason, {"node": node + 1}
    return _parted(rows, sides[0], below[0]) or _parted(rows, sides[1], below[1])


MEANT: Mapping[str, Callable[[Rows], Fault]] = {"signs": unsigned, "tree": treeless}
