"""This module answers `stationary` asks about weights with a bias: block normal equations, centered.

The condition by the bias says that the residuals add up to zero: the bias is the mean of what the weights
leave. Put in, it takes its mean from every column: with `C = I - 1 1ᵀ / N` the weights satisfy `Xᵀ C X w =
Xᵀ C y`, which is least squares with centered data (Hastie, Tibshirani and Friedman, section 3.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.multiplying import Terms, Unwritten
from symdl.autodiff.reverse import backward
from symdl.autodiff.rewriting import tidied
from symdl.core.algebra import signed
from symdl.core.dims import dim_names
from symdl.core.evaluation import evaluate, to_float
from symdl.core.graph import Graph, Var
from symdl.core.naming import array_node, dim_node, leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.derivation.convexity.centering import Shift, exchanged, flattened, shift
from symdl.derivation.convexity.hessian import definiteness
from symdl.derivation.convexity.normal import solved
from symdl.derivation.convexity.normal_matrix import Linear, linear
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
    substitute,
    times,
    unmarked,
)  # fmt: skip
from symdl.problems.answering.curving_lines import shaped
from symdl.problems.answering.looking import signs_of
from symdl.problems.answering.stationary_arrays import lines_of
from symdl.problems.given import inputs_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULE = "rule.stationary."
MAX_UNKNOWNS = 60  # of a system in numbers, solved in fractions
CENTERING = ("C", "K", "P")  # names for the matrix that takes means off


class _Work:
    """Two conditions being written, and solved one after the other."""

    def __init__(self, solver: Solver, id: str, of: str, graph: Graph, by: Sequence[Var]) -> None:
        self.solver, self.id, self.of, self.by = solver, id, of, tuple(by)
        self.first = backward(graph, graph.by_name[of], list(by), solver.at_kink)
        self.graph, self.table = graph, ()
        self.weights, self.bias = (Name(str(var.name)) for var in by)
        self.slopes = [self._written(var) for var in by]
        self.signs = signs_of(solver)

    table: tuple[dict[str, Any], ...]

    def _written(self, var: Var) -> Node:
        try:
            line = matrix_line(Speller(self.first.graph), self.first.adjoints[var])
        except NoMatrixView:
            raise ProblemError("problem.no_matrix_form", name=str(var.name)) from None
        return tidied(unmarked(line), self.solver.facts)

    def solution(self) -> tuple[Shift, Linear, Name] | None:
        """The residual, the condition by the weights once the bias is put in, the centering matrix."""
        moved = shift(self.slopes[1], self.bias.text, self.signs)
        if moved is None:
            return None
        center = Name(next(n for n in CENTERING if n not in self.first.graph.by_name))
        whole = flattened(moved.residual)
        slope = exchanged(self.slopes[0], whole, moved.centered(center))
        sizes: dict[Node, int] = {Name(n): 0 for n in dim_names(var.shape for var in self.graph.inputs)}
        facts = replace(self.solver.facts, ranks={**self.solver.facts.ranks, **sizes, center: 2},
                        symmetric=self.solver.facts.symmetric | {center.text})  # fmt: skip
        if self.bias.text in names(slope):
            return None
        try:
            found = linear(slope, self.weights, self.by[0].shape, Terms(facts), self.signs)
        except Unwritten:
            return None
        usable = found is not None and found.moving and found.still and found.closed is not None
        return (moved, found, center) if found is not None and usable else None

    def steps(self, moved: Shift, found: Linear, center: Name) -> Iterator[Step]:
        """The conditions, the bias, what it makes of the residual, the normal equations, the solution."""
        for var, name, slope in zip(self.by, (self.weights, self.bias), self.slopes, strict=True):
            left = Partial(leaf(self.of), (name,))
            yield self._step(f"zero.{name.text}", var, "array_condition", left, (slope, ZERO), (left, slope),
                             f"backward.{self.of}.{name.text}")  # fmt: skip
        weights, bias = self.by
        zero = f"{self.id}.zero.{self.bias.text}"
        put = {self.bias.text: moved.mean}
        none = Apply("zeros", tuple(map(dim_node, bias.shape))) if bias.shape else ZERO
        yield self._step("bias", bias, "bias_mean", self.bias, (moved.mean,),
                         (substitute(self.slopes[1], put), none), zero, name=self.bias)  # fmt: skip
        square = moved.centering
        flat = plus(*flattened(moved.residual))
        yield self._step(
            "centering", weights, "bias_centering", center, (square,),
            (substitute(flat, put), substitute(moved.centered(center), {center.text: square})),
            f"{self.id}.bias", name=self.bias, residual=flat,
            centered=moved.centered(center),
        )  # fmt: skip
        front = found.common.node
        difference = plus(found.left, Negate(found.right))
        whole = difference if front == ONE else times(front, difference, style="juxtaposed")
        equal = (substitute(whole, {center.text: square}), substitute(self.slopes[0], put))
        key = "normal" if front == ONE else "normal_divided"
        uses = (f"{self.id}.zero.{self.weights.text}", f"{self.id}.centering")
        yield self._step("normal", weights, key, found.left, (found.right,), equal, *uses,
                         name=self.weights, common=front)  # fmt: skip
        numbers = tuple(self._numbers(found, center, square))
        if numbers and "singular" in numbers[0].because.facts:
            yield from numbers
            return
        assert found.closed is not None
        at = {self.weights.text: substitute(found.closed, {center.text: square})}
        equal = (substitute(substitute(self.slopes[0], put), at),
                 Apply("zeros", tuple(map(dim_node, weights.shape))))  # fmt: skip
        yield self._step("closed", weights, "normal_closed", self.weights, (found.closed,), equal,
                         f"{self.id}.normal", matrix=found.matrix)  # fmt: skip
        yield from shaped(self.solver, self.graph, self.of, self.by, self.id)
        yield from numbers

    def _numbers(self, form: Linear, center: Name, square: Node) -> Iterator[Step]:
        """The solution in numbers, where everything but the unknowns is given."""
        graph = self.first.graph
        known = inputs_of(self.solver.problem, graph, "exact")
        if any(var not in known for var in graph.inputs if var not in self.by):
            return
        shapes = [tuple(int(n) for n in var.shape) for var in self.by]
        sizes = [prod(shape) for shape in shapes]

        def slopes_at(x: Sequence[Fraction]) -> list[Fraction]:
            parts = (x[: sizes[0]], x[sizes[0] :])
            put = {
                var: np.array(part, dtype=object).reshape(shape) if shape else part[0]
                for var, part, shape in zip(self.by, parts, shapes, strict=True)
            }
            values = evaluate(graph, {**known, **put}, "exact")
            found = [np.ravel(np.asarray(values[self.first.adjoints[v]], dtype=object)) for v in self.by]
            return [Fraction(entry) for part in found for entry in part]

        count = sum(sizes)
        start = slopes_at([Fraction(0)] * count)
        columns = [slopes_at([Fraction(int(j == k)) for j in range(count)]) for k in range(count)]
        matrix = [[columns[k][i] - start[i] for k in range(count)] for i in range(count)]
        result = solved(matrix, [-x for x in start])
        if result is None:
            numbers = np.array(matrix, dtype=float)
            rank = int(np.linalg.matrix_rank(numbers))
            system = tuple(substitute(node, {center.text: square}) for node in (form.matrix, form.right))
            yield self._step(
                "singular", self.by[0], "normal_many", leaf("H"), (), (), f"{self.id}.normal",
                rank=rank - sizes[1], size=sizes[0], system=system, singular=True,
            )  # fmt: skip
            return
        verdict, eigenvalues = definiteness(np.array(matrix, dtype=float))
        kind = KINDS.get(verdict, "inconclusive")
        parts = [np.array(result[: sizes[0]], dtype=object), np.array(result[sizes[0] :], dtype=object)]
        put = {v: p.reshape(s) if s else p[0] for v, p, s in zip(self.by, parts, shapes, strict=True)}
        value = evaluate(graph, {**known, **put}, "exact")[graph.by_name[self.of]]
        nodes = [
            array_node([signed(x) for x in part], shape) if shape else signed(part[0])
            for part, shape in zip(parts, shapes, strict=True)
        ]
        at = {var.label: put[var] for var in self.by}
        self.table = ({
            "point": {name: np.asarray(to_float(x), dtype=float).tolist() for name, x in at.items()},
            "exact": {name: np.vectorize(str, otypes=[object])(x).tolist() for name, x in at.items()},
            "value": float(to_float(value)), "eigenvalues": list(eigenvalues), "kind": kind,
            "decided_by": "hessian",
        },)  # fmt: skip
        weights, bias = self.by
        yield self._step("numbers.bias", bias, "bias_number", self.bias, (nodes[1],), (), f"{self.id}.bias",
                         solution=put[bias], kept={self.weights.text: to_float(put[weights])})  # fmt: skip
        yield self._step(
            "numbers", weights, f"normal_{kind}", self.weights, (nodes[0],), (), f"{self.id}.closed",
            value=float(to_float(value)), kind=kind, eigenvalues=tuple(eigenvalues),
            solution=put[weights], kept={self.bias.text: to_float(put[bias])},
        )  # fmt: skip

    def _step(
        self, part: str, var: Var, key: str, left: Node, rows: tuple[Node, ...], equal: tuple[Node, ...],
        *uses: str, **facts: Any,
    ) -> Step:  # fmt: skip
        told = {"of": leaf(self.of), "by": leaf(str(var.name)), **facts, "extra": {}, "equal": equal}
        claim = self.first.graph.definition[self.first.adjoints[var]]
        return Step(
            f"{self.id}.{part}", "stationary", claim, Text(f"{RULE}{key}", told), uses, "outline", left=left,
            lines=tuple(("line", row) for row in rows), graph=self.first.graph,
        )  # fmt: skip


def stationary(solver: Solver, of: str, wanted: Sequence[Var], id: str) -> Iterator[Answer]:
    """The stationary points by weights and a bias together: the bias put in, then the weights solved."""
    weights, bias = sorted(wanted, key=lambda var: -len(var.shape))
    sizes = [n for var in wanted for n in var.shape if isinstance(n, int)]
    if prod(sizes) > MAX_UNKNOWNS and len(sizes) == sum(len(var.shape) for var in wanted):
        raise ProblemError("problem.too_many_variables", count=prod(sizes), limit=MAX_UNKNOWNS)
    graph, _, by = lines_of(solver, of, (str(weights.name), str(bias.name)))
    work = _Work(solver, id, of, graph, by)
    found = work.solution() if len(weights.shape) == len(bias.shape) + 1 else None
    if found is None:
        raise ProblemError("problem.one_array", name=str(weights.name))
    solver.backward(of, tuple(str(var.name) for var in by))
    solver.steps.extend(work.steps(*found))
    _, linear_form, _ = found
    closed = (
        substitute(linear_form.closed, {found[2].text: found[0].centering}) if linear_form.closed else ZERO
    )
    name = str(weights.name)
    yield Answer(
        id, "stationary", of, ",".join(str(var.name) for var in wanted), left=leaf(name),
        formula={"matrix": closed}, table=work.table,
    )  # fmt: skip
