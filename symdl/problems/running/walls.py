"""This module gives the constraints of an ask as walls for a barrier: slacks with their derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.naming import array_node, leaf
from symdl.core.op import pointwise
from symdl.core.scalarize import entry_label, places
from symdl.derivation.running.layout import Layout
from symdl.derivation.running.methods import Walls
from symdl.derivation.running.tracing import Worked
from symdl.errors import ProblemError, SymdlError
from symdl.formula.tree import Name, Node, exchanged, names
from symdl.problems.running.projection import compared

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

FLAT = 1e-12
Function = Callable[..., Any]


def walls_of(solver: Solver, ask: Any, layout: Layout, start: Any) -> Walls:
    """The walls of an ask; the start must be inside them."""
    if not ask.subject_to:
        raise ProblemError("problem.constraints_missing", name="method", rule=ask.method)
    entries = [leaf(str(entry_label(name, place))) for name, (_, shape) in layout.places.items()
               for place in places(shape)]  # fmt: skip
    words = tuple(f"entry{k}" for k in range(layout.size))
    written = compared(solver, ask, layout)
    table: dict[Node, Name] = dict(zip(entries, map(Name, words), strict=True))
    made = [
        (_Slack(text, exchanged(node, table), words), relation)
        for text, (node, relation) in zip(ask.subject_to, written, strict=True)
    ]
    below = [slack for slack, relation in made if relation != "="]
    level = [slack for slack, relation in made if relation == "="]
    point = np.atleast_1d(start)
    for slack in below:
        if not slack.value(*point) > 0:
            raise ProblemError("problem.not_inside", name="start", got=slack.text, value=slack.value(*point))
    if not below:
        raise ProblemError("problem.no_walls", name="subject_to", rule=ask.method)
    matrix = np.array([slack.slope(point) for slack in level]) if level else None
    for slack in level:
        if not slack.straight(point):
            raise ProblemError("problem.curved_equation", name="subject_to", got=slack.text)
    offset = None if matrix is None else matrix @ point - np.array([slack.value(*point) for slack in level])
    straight = all(slack.straight(point) for slack in below)
    return Walls(
        lambda x: np.array([slack.value(*np.atleast_1d(x)) for slack in below], dtype=float),
        lambda x: _shaped([slack.slope(np.atleast_1d(x)) for slack in below], x, 1),
        lambda x: _shaped([slack.bend(np.atleast_1d(x)) for slack in below], x, 2),
        straight, matrix, offset, tuple(node for node, relation in written if relation != "="),
    )  # fmt: skip


def _shaped(rows: Sequence[Any], x: Any, axes: int) -> Any:
    """Rows as an array; with one variable a derivative is one number."""
    found = np.array(rows, dtype=float)
    return found.reshape(len(rows)) if np.ndim(x) == 0 else found


class _Slack:
    """One slack as a function of the entries of the variables, with two derivatives."""

    def __init__(self, text: str, body: Node, words: tuple[str, ...]) -> None:
        self.text = text
        if not set(names(body)) - {"pi", "e"} <= set(words):
            raise ProblemError("problem.not_a_constraint", name="subject_to", got=text)
        try:
            first = [pointwise("s", words, body).partial_body(k) for k in range(len(words))]
            second = [
                [pointwise("s", words, row).partial_body(k) for k in range(len(words))] for row in first
            ]
        except SymdlError:
            raise ProblemError("problem.not_a_constraint", name="subject_to", got=text) from None
        self.value: Function = _function(body, words)
        self._first = [_function(node, words) for node in first]
        self._second = [[_function(node, words) for node in row] for row in second]
        self._flat = not any(names(node) for row in second for node in row)

    def slope(self, point: Any) -> Any:
        """The gradient."""
        return np.array([part(*point) for part in self._first], dtype=float)

    def bend(self, point: Any) -> Any:
        """The Hessian."""
        return np.array([[part(*point) for part in row] for row in self._second], dtype=float)

    def straight(self, point: Any) -> bool:
        """Whether the Hessian is zero everywhere."""
        return self._flat and bool(np.all(np.abs(self.bend(point)) <= FLAT))


def slack_lines(walls: Walls, places: Layout, at: Any) -> tuple[Node, Worked]:
    """The slacks as formulas, with the numbers of a point in place."""
    node = array_node(walls.written, (len(walls.written),))
    point = places.unpack(np.atleast_1d(at))
    operands = {name: value for name, value in point.items() if name in names(node)}
    placed = {leaf(name): float(value) for name, value in operands.items() if np.ndim(value) == 0}
    return node, Worked(node, operands, placed)


def _function(node: Node, words: tuple[str, ...]) -> Function:
    run = body_function(pointwise("s", words, node), FLOAT)
    return lambda *point: float(run(*map(np.float64, point)))
