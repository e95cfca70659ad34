"""This module writes the derivatives of a function of scalars as formulas, for the lines of a run.

A run says what the gradient is at each point; where the function is one formula, so are its derivatives, and
a line shows them with the numbers of the point in place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.moving import Facts
from symdl.autodiff.rewriting import tidied
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.naming import array_node, leaf
from symdl.core.op import pointwise
from symdl.core.polynomials import multiplied_out
from symdl.derivation.running.tracing import Worked
from symdl.errors import SymdlError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Node, names, substitute
from symdl.problems.names import declared

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

NO_FACTS = Facts()
LONG = 4  # variables of a matrix of second derivatives that is written out
Written = tuple[Node, Worked]


class SlopeLines:
    """The first and second derivatives of one function by some scalars; none where it is no such function."""

    def __init__(self, solver: Solver, of: str, by: Sequence[str]) -> None:
        self.by = tuple(by)
        self.known: dict[str, Any] = {}
        self.body = self._formula(solver, declared(of))

    def _formula(self, solver: Solver, of: str) -> Node | None:
        body = solver.bodies.get(of)
        if body is None or solver.graph.by_name.get(of) is None:
            return None
        inputs = {str(var.name): var for var in solver.graph.inputs}
        used = names(body) - {"pi", "e"}
        if not used <= set(inputs) or any(inputs[name].shape for name in used | set(self.by)):
            return None
        self.known = {name: float(solver.given[inputs[name]]) for name in used if name not in self.by}
        return body

    def gradient(self, by: str, point: Mapping[str, Any], called: Mapping[str, Node]) -> Written | None:
        """A derivative at a point; `called` are the names of its coordinates."""
        return self._worked(self._partial(self.body, by), point, called)

    def gradients(self, point: Mapping[str, Any]) -> Written | None:
        """All first derivatives, as a vector."""
        parts = [self._partial(self.body, name) for name in self.by]
        return self._worked(_array(parts, (len(parts),)), point, {})

    def hessian(self, point: Mapping[str, Any]) -> Written | None:
        """All second derivatives, as a matrix."""
        count = len(self.by)
        if count > LONG:
            return None
        rows = [self._partial(self.body, name) for name in self.by]
        return self._worked(
            _array([self._partial(row, name) for row in rows for name in self.by], (count, count)), point, {}
        )

    def curve(self, by: str, at: float) -> tuple[float, float] | None:
        """The second and the third derivative by one variable at a point."""
        second = self._partial(self._partial(self.body, by), by)
        third = self._partial(second, by)
        if second is None or third is None:
            return None
        known = tuple(self.known | {by: at})
        values = [
            float(body_function(pointwise("d", known, node), FLOAT)(*(self.known | {by: at}).values()))
            for node in (second, third)
        ]
        return values[0], values[1]

    def _partial(self, body: Node | None, by: str) -> Node | None:
        """The derivative of a formula by one variable, in its shortest form."""
        if body is None:
            return None
        words = tuple(sorted({by, *names(body)} - {"pi", "e"}))
        try:
            found = pointwise("d", words, body).partial_body(words.index(by))
            return min(found, tidied(found, NO_FACTS), multiplied_out(found), key=_length)
        except SymdlError:
            return None

    def _worked(
        self, node: Node | None, point: Mapping[str, Any], called: Mapping[str, Node]
    ) -> Written | None:
        if node is None or not names(node) & set(self.by):
            return None
        values = self.known | dict(point)
        operands = {name: _number(values[name]) for name in sorted(names(node)) if name in values}
        placed = {called.get(name, leaf(name)): value for name, value in operands.items()}
        return substitute(node, dict(called)), Worked(node, operands, placed)


def _length(node: Node) -> int:
    return len(to_plain(node))


def _number(value: Any) -> float:
    return float(np.asarray(value).item())


def _array(parts: Sequence[Node | None], shape: tuple[int, ...]) -> Node | None:
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return found[0] if len(found) == 1 else array_node(found, shape)
