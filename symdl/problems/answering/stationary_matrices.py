"""This module answers `stationary` asks about a matrix: a linear condition is solved with inverses."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.multiplying import Terms, Unwritten
from symdl.autodiff.reverse import backward
from symdl.autodiff.rewriting import tidied
from symdl.autodiff.second_order import hessian
from symdl.core.algebra import signed
from symdl.core.evaluation import evaluate, to_float
from symdl.core.graph import Graph, Var
from symdl.core.naming import array_node, leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.derivation.convexity.hessian import definiteness
from symdl.derivation.convexity.kronecker import vec
from symdl.derivation.convexity.normal import functions_of, solved
from symdl.derivation.convexity.normal_matrix import Linear, inverted, linear
from symdl.derivation.convexity.stationary import KINDS
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Name,
    Negate,
    Node,
    Partial,
    names,
    plus,
    times,
    unmarked,
)
from symdl.problems.answering.curving_lines import bent, shaped
from symdl.problems.answering.looking import signs_of
from symdl.problems.given import inputs_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULE = "rule.stationary."
MAX_UNKNOWNS = 60  # of a system in numbers, solved in fractions


class MatrixWork:
    """One condition by a matrix being written, and solved where it is linear."""

    def __init__(self, solver: Solver, id: str, of: str, graph: Graph, by: Var) -> None:
        self.solver, self.id, self.of, self.by = solver, id, of, by
        self.first = backward(graph, graph.by_name[of], [by], solver.at_kink)
        self.unknown, self.graph = Name(str(by.name)), graph
        self.table: tuple[dict[str, Any], ...] = ()
        self.formula: dict[str, Node] = {}
        try:
            written = unmarked(matrix_line(Speller(self.first.graph), self.first.adjoints[by]))
        except NoMatrixView:
            raise ProblemError("problem.no_matrix_form", name=self.unknown.text) from None
        self.gradient = tidied(written, solver.facts)

    @property
    def slope(self) -> Node:
        """The symbol of the gradient."""
        return Partial(leaf(self.of), (self.unknown,))

    def steps(self) -> Iterator[Step]:
        """The condition, and its solution or the reason why there is none."""
        same = (self.slope, self.gradient)
        yield self._step("zero", "array_condition", self.slope, (self.gradient, ZERO), same)
        if self.unknown.text not in names(self.gradient):
            yield self._step("none", "array_constant", self.slope, (self.gradient,), same, "zero")
            return
        terms = Terms(self.solver.facts)
        try:
            found = linear(self.gradient, self.unknown, self.by.shape, terms, signs_of(self.solver))
            other = inverted(self.gradient, self.unknown, terms) if found is None else None
        except Unwritten:
            found = other = None
        if found is not None and found.moving:
            yield from self._linear(found)
        elif other is not None:
            yield from self._inverse(*other)
        else:
            functions = functions_of(self.gradient, self.unknown.text)
            key = "array_open" if functions else "array_powers"
            yield self._step("none", key, self.slope, (self.gradient,), same, "zero", functions=functions)

    def _linear(self, found: Linear) -> Iterator[Step]:
        difference = plus(found.left, Negate(found.right)) if found.still else found.left
        front = found.common.node
        whole = difference if front == ONE else times(front, difference, style="juxtaposed")
        equal = (whole, self.slope)
        key = "normal" if front == ONE else "normal_divided"
        side = found.right if found.still else ZERO
        yield self._step("normal", key, found.left, (side,), equal, "zero", name=self.unknown, common=front)
        numbers = tuple(self._numbers(found))
        singular = bool(numbers) and "singular" in numbers[0].because.facts
        if not singular and found.closed is not None and found.closed != found.right:
            yield self._closed(found.closed, found)
        elif not singular and found.closed is None:
            order = self.solver.problem.conventions.vec
            matrix, right = found.system(order)
            column = vec(self.unknown, order)
            yield self._step(
                "vec", "sylvester", times(matrix, column, style="juxtaposed"), (right,), (), "normal",
                name=self.unknown, system=(matrix, right), matrix=matrix,
            )  # fmt: skip
        elif not singular:
            self.formula = {"matrix": found.right}
        yield from self._composed()
        yield from numbers

    def _closed(self, closed: Node, found: Linear) -> Step:
        """The solution with inverses."""
        self.formula = {"matrix": closed}
        key = "matrix_divided" if found.where == "number" else f"matrix_{found.where}"
        return self._step(
            "closed", key, self.unknown, (closed,), (), "normal", closed=closed, name=self.unknown,
            matrix=found.matrix,
        )  # fmt: skip

    def _inverse(self, side: Node, closed: Node) -> Iterator[Step]:
        """A condition on the inverse alone, solved by inverting its other side."""
        self.formula = {"matrix": closed}
        inverse = Apply("inv", (self.unknown,))
        yield self._step(
            "closed", "matrix_inverse", inverse, (side,), (), "zero", closed=closed, name=self.unknown,
            matrix=side,
        )  # fmt: skip
        yield from self._composed()

    def _composed(self) -> Iterator[Step]:
        """That every stationary point is a minimum, or a maximum, where the function is seen to be convex."""
        steps = tuple(shaped(self.solver, self.graph, self.of, (self.by,), self.id))
        yield from steps or bent(self.solver, self.graph, self.graph.by_name[self.of], (self.by,), self.id)

    def _numbers(self, found: Linear) -> Iterator[Step]:
        """The solution in numbers, where everything but the unknown is given."""
        graph, shape = self.graph, self.by.shape
        known = inputs_of(self.solver.problem, graph, "exact")
        missing = any(var not in known for var in graph.inputs if var != self.by)
        if missing or not all(isinstance(n, int) for n in shape):
            return
        rows, columns = (int(n) for n in shape)
        whole = hessian(graph, graph.by_name[self.of], [self.by], self.solver.at_kink)
        zero = np.array([[Fraction(0)] * columns] * rows, dtype=object)
        at_zero = evaluate(whole.graph, {**known, self.by: zero}, "exact")
        slope, block = whole.first.adjoints[self.by], whole.blocks[self.by, self.by]
        if slope not in at_zero or block not in at_zero:
            return
        n = rows * columns
        matrix = [
            [Fraction(entry) for entry in row]
            for row in np.asarray(at_zero[block], dtype=object).reshape(n, n)
        ]
        side = [-Fraction(entry) for entry in np.asarray(at_zero[slope], dtype=object).reshape(n)]
        result = solved(matrix, side)
        if result is None:
            yield self._singular(found, matrix, side)
            return
        yield self._point(graph, known, matrix, np.array(result, dtype=object).reshape(rows, columns))

    def _point(self, graph: Graph, known: Any, matrix: Any, result: Any) -> Step:
        value = evaluate(graph, {**known, self.by: result}, "exact")[graph.by_name[self.of]]
        verdict, eigenvalues = definiteness(np.array(matrix, dtype=float))
        kind = KINDS.get(verdict, "inconclusive")
        exact = array_node([signed(x) for x in result.ravel()], result.shape)
        name = self.unknown.text
        self.table = ({
            "point": {name: [[float(x) for x in row] for row in result]},
            "exact": {name: [[str(x) for x in row] for row in result]},
            "value": float(to_float(value)), "eigenvalues": eigenvalues, "kind": kind,
            "decided_by": "hessian",
        },)  # fmt: skip
        solution = tuple(tuple(row) for row in result)
        return self._step(
            "numbers", f"normal_{kind}", self.unknown, (exact,), (), "normal", value=float(value), kind=kind,
            eigenvalues=tuple(dict.fromkeys(eigenvalues)), solution=solution,
        )  # fmt: skip

    def _singular(self, found: Linear, matrix: Any, side: Any) -> Step:
        """A system without an inverse: no solution, or more than can be listed."""
        numbers = np.array(matrix, dtype=float)
        rank = int(np.linalg.matrix_rank(numbers))
        whole = int(np.linalg.matrix_rank(np.column_stack([numbers, np.array(side, dtype=float)])))
        key = "normal_many" if whole == rank else "normal_none"
        return self._step(
            "singular", key, leaf("H"), (), (), "normal", rank=rank, size=len(matrix),
            system=found.system(), singular=True,
        )  # fmt: skip

    def _step(
        self, part: str, key: str, left: Node, rows: tuple[Node, ...], equal: tuple[Node, ...],
        *uses: str, **facts: Any,
    ) -> Step:  # fmt: skip
        told = {"of": leaf(self.of), "by": self.unknown, **facts, "extra": {}, "equal": equal}
        ids = tuple(f"{self.id}.{use}" for use in uses) or (f"backward.{self.of}.{self.unknown.text}",)
        claim = self.first.graph.definition[self.first.adjoints[self.by]]
        return Step(
            f"{self.id}.{part}", "stationary", claim, Text(f"{RULE}{key}", told), ids, "outline", left=left,
            lines=tuple(("line", row) for row in rows), graph=self.first.graph,
        )  # fmt: skip


def stationary(solver: Solver, of: str, graph: Graph, unknown: Var, id: str) -> Iterator[Answer]:
    """The stationary points by one matrix: solved where the gradient is linear in it, or in its inverse."""
    sizes = [n for n in unknown.shape if isinstance(n, int)]
    if len(sizes) == len(unknown.shape) and prod(sizes) > MAX_UNKNOWNS:
        raise ProblemError("problem.too_many_variables", count=prod(sizes), limit=MAX_UNKNOWNS)
    solver.backward(of, (str(unknown.name),))
    work = MatrixWork(solver, id, of, graph, graph.by_name[str(unknown.name)])
    solver.steps.extend(work.steps())
    name = str(unknown.name)
    yield Answer(id, "stationary", of, name, left=leaf(name), formula=work.formula, table=work.table)
