"""This module answers `stationary` asks about a vector: the normal equations, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.rewriting import tidied
from symdl.autodiff.second_order import Hessian, hessian
from symdl.core.algebra import signed
from symdl.core.building import Builder
from symdl.core.dims import dim_names
from symdl.core.evaluation import evaluate, to_float
from symdl.core.graph import Graph, Var, descendants
from symdl.core.matrix_patterns import in_a_row
from symdl.core.naming import array_node, leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry
from symdl.derivation.convexity.hessian import block_step, convexity, definiteness
from symdl.derivation.convexity.normal import (
    Condition,
    condition,
    functions_of,
    in_front,
    solved,
    weighed,
)  # fmt: skip
from symdl.derivation.convexity.stationary import KINDS
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Bars,
    Compare,
    Index,
    Name,
    Negate,
    Node,
    Partial,
    Power,
    names,
    number,
    plus,
    substitute,
    times,
    unmarked,
)  # fmt: skip
from symdl.problems.answering.curving_lines import shaped
from symdl.problems.answering.looking import signs_of, smoothly
from symdl.problems.given import inputs_of
from symdl.problems.recognition import Recognizer
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULE = "rule.stationary."
SIGN = "sign"
MAX_CONDITION = 1e8  # of a matrix whose system is solved in floats
MAX_UNKNOWNS = 60  # of a system in numbers, solved in fractions


def stationary(solver: Solver, of: str, unknown: Var, id: str) -> Iterator[Answer]:
    """The stationary points by one vector: solved where the gradient is linear in it."""
    name, (count,) = str(unknown.name), unknown.shape
    if isinstance(count, int) and count > MAX_UNKNOWNS:
        raise ProblemError("problem.too_many_variables", count=count, limit=MAX_UNKNOWNS)
    solver.backward(of, (name,))
    found = hessian(*lines_of(solver, of, (name,)), solver.at_kink)
    graph, by = found.graph, found.by[0]
    try:
        gradient = tidied(unmarked(matrix_line(Speller(graph), found.first.adjoints[by])), solver.facts)
    except NoMatrixView:
        raise ProblemError("problem.scalars_only", name=name) from None
    work = _Work(solver, id, of, by, found, gradient)
    if not work.sign_terms and not _asked(solver, of, name):
        solver.steps.extend((work.block, *work.convexity))
    solver.steps.extend(work.steps())
    yield Answer(id, "stationary", of, name, left=leaf(name), formula=work.formula, table=work.table)


def _asked(solver: Solver, of: str, name: str) -> bool:
    """Whether the Hessian stands on the sheet already."""
    return any((a.kind, a.of, a.by) == ("hessian", of, name) for a in solver.answers)


def by_matrix(solver: Solver, of: str, unknown: Var, id: str) -> Iterator[Answer]:
    """The stationary points by one matrix."""
    from symdl.problems.answering import stationary_matrices

    graph, _, _ = lines_of(solver, of, (str(unknown.name),))
    yield from stationary_matrices.stationary(solver, of, graph, unknown, id)


def lines_of(solver: Solver, of: str, unknown: Sequence[str]) -> tuple[Graph, Var, list[Var]]:
    """The function written in its inputs and in lines that the unknowns leave alone; it, and the unknowns."""
    lines = dict(solver.problem.lines)
    if of not in lines:
        raise ProblemError("problem.scalars_only", name=of)
    formula, kept = lines[of], _kept(solver, unknown)
    lines = {line: written for line, written in lines.items() if line not in kept}
    while set(lines) & names(formula):
        formula = substitute(formula, lines)
    tape = Tape()
    sizes: dict[str, Node] = {n: Name(n) for n in dim_names(var.shape for var in solver.graph.inputs)}
    dims: dict[str, Node] = {n: number(size) for n, size in solver.problem.dims.items()}
    scope: dict[str, Entry] = {n: Constant(node) for n, node in {**sizes, **dims}.items()}
    scope |= solver.problem.functions
    for var in (*solver.graph.inputs, *(kept[line] for line in kept if line in names(formula))):
        scope[str(var.name)] = tape.input(var.name or "", var.shape, var.role)
    builder = Builder(tape, scope, solver.problem.conventions.ties)
    named = Recognizer(scope, solver.problem.conventions.ties)(formula)  # as on the sheet: its loss, not logs
    out = builder.line(of, named, "loss")
    graph = tape.graph(out)
    return graph, out, [graph.by_name[name] for name in unknown]


def _kept(solver: Solver, unknown: Sequence[str]) -> dict[str, Var]:
    """The lines that no unknown moves, as Φ of fixed centers, where they have no exact numbers."""
    moving = descendants(solver.graph, frozenset(solver.graph.by_name[name] for name in unknown))
    named = ((line, solver.graph.by_name.get(line)) for line in solver.problem.lines)
    return {
        line: var for line, var in named if var is not None and var not in moving and var not in solver.exact
    }


class _Work:
    """One condition being written, and solved where it is linear."""

    def __init__(self, solver: Solver, id: str, of: str, by: Var, found: Hessian, gradient: Node) -> None:
        self.solver, self.id, self.of, self.by, self.found = solver, id, of, by, found
        self.gradient, self.unknown = gradient, Name(str(by.name))
        weights = weighed(gradient, str(by.name), signs_of(solver))
        self.condition: Condition = condition(weights, str(by.name))
        self.table: tuple[dict[str, Any], ...] = ()
        self.formula: dict[str, Node] = {}
        self.block = block_step(found, f"{id}.hessian", of, by, by, {})

    @property
    def convexity(self) -> Sequence[Step]:
        """That every stationary point is a minimum, where the Hessian is a sum of squares."""
        if not smoothly(self.solver, self.of, (self.by,)):
            graph = self.found.graph
            return tuple(shaped(self.solver, graph, self.of, (self.by,), f"{self.id}.hessian"))
        try:
            line = matrix_line(Speller(self.found.graph), self.found.blocks[self.by, self.by])
            matrix = tidied(unmarked(line), self.solver.facts)
        except NoMatrixView:
            return ()
        return tuple(convexity(self.found, f"{self.id}.hessian", self.of, matrix, signs_of(self.solver)))

    def steps(self) -> Iterator[Step]:
        """The condition, and its solution or the reason why it has no closed form."""
        slope = Partial(leaf(self.of), (self.unknown,))
        rows = (self.gradient, ZERO)
        yield self._step("zero", "array_condition", slope, rows, (slope, self.gradient))
        if self.unknown.text not in names(self.gradient):
            yield self._step(
                "none", "array_constant", slope, (self.gradient,), (slope, self.gradient), "zero"
            )
        elif not self.condition.other:
            yield from self._linear(slope)
        elif self.sign_terms:
            yield self._subgradient(self.sign_terms)
        else:
            facts = {"functions": functions_of(self.gradient, self.unknown.text)}
            same, key = (slope, self.gradient), "array_open" if facts["functions"] else "array_powers"
            yield self._step("none", key, slope, same[1:], same, "zero", **facts)

    def _linear(self, slope: Node) -> Iterator[Step]:
        signs = signs_of(self.solver)
        common, condition = self.condition.divided(signs)
        matrix, right = condition.matrix(signs, self.by.shape), condition.right
        left = times(*in_a_row(matrix), self.unknown, style="juxtaposed")
        equal = (times(common, plus(left, Negate(right)), style="juxtaposed"), slope)
        key = "normal" if common == ONE else "normal_divided"
        yield self._step("normal", key, left, (right,), equal, "zero", name=self.unknown, common=common)
        numbers = tuple(self._numbers(matrix, right))
        if not (numbers and "singular" in numbers[0].because.facts):
            yield self._closed(matrix, right)
        yield from numbers

    def _closed(self, matrix: Node, right: Node) -> Step:
        """The solution with the inverse of the matrix."""
        closed = times(Power(matrix, Negate(ONE)), *in_a_row(right), style="juxtaposed")
        self.formula = {"matrix": closed}
        facts = {"system": (matrix, right), "matrix": matrix, "name": self.unknown}
        return self._step("closed", "normal_closed", self.unknown, (closed,), (), "normal", **facts)

    def _numbers(self, written: Node, right: Node) -> Iterator[Step]:
        """The solution in numbers, where everything but the unknown is given."""
        problem, graph = self.solver.problem, self.found.graph
        known = inputs_of(problem, graph, "exact")
        if any(var not in known for var in graph.inputs if var != self.by):
            yield from self._floats()
            return
        n = int(self.by.shape[0])
        zero = np.array([Fraction(0)] * n, dtype=object)
        at_zero = evaluate(graph, {**known, self.by: zero}, "exact")
        slope, block = self.found.first.adjoints[self.by], self.found.blocks[self.by, self.by]
        if slope not in at_zero or block not in at_zero:
            return
        matrix = [[Fraction(entry) for entry in row] for row in at_zero[block]]
        result = solved(matrix, [-Fraction(entry) for entry in at_zero[slope]])
        if result is None:
            yield self._singular(written, right, matrix, [-Fraction(entry) for entry in at_zero[slope]])
            return
        at = evaluate(graph, {**known, self.by: np.array(result, dtype=object)}, "exact")
        value = at[graph.by_name[self.of]]
        verdict, eigenvalues = definiteness(np.array(matrix, dtype=float))
        kind = KINDS.get(verdict, "inconclusive")
        exact = array_node([signed(x) for x in result], (n,))
        facts = {"value": float(value), "kind": kind, "eigenvalues": tuple(eigenvalues),
                 "solution": tuple(result)}  # fmt: skip
        yield self._step("numbers", f"normal_{kind}", self.unknown, (exact,), (), "normal", **facts)
        self.table = ({
            "point": {self.unknown.text: [float(x) for x in result]},
            "exact": {self.unknown.text: [str(x) for x in result]},
            "value": float(to_float(value)), "eigenvalues": eigenvalues, "kind": kind,
            "decided_by": "hessian",
        },)  # fmt: skip

    def _floats(self) -> Iterator[Step]:
        """The same where lines that the unknown leaves alone have no exact numbers."""
        graph, values = self.found.graph, self.solver.values
        known = {var: values.get(self.solver.graph.by_name[str(var.name)]) for var in graph.inputs}
        if any(value is None for var, value in known.items() if var != self.by):
            return
        floats = {
            var: np.asarray(to_float(value), dtype=float) for var, value in known.items() if value is not None
        }
        at_zero = evaluate(graph, {**floats, self.by: np.zeros(int(self.by.shape[0]))})
        slope, block = self.found.first.adjoints[self.by], self.found.blocks[self.by, self.by]
        matrix = np.asarray(at_zero[block], dtype=float)
        if np.linalg.cond(matrix) > MAX_CONDITION:
            return
        result = np.linalg.solve(matrix, -np.asarray(at_zero[slope], dtype=float))
        value = float(evaluate(graph, {**floats, self.by: result})[graph.by_name[self.of]])
        verdict, eigenvalues = definiteness(matrix)
        kind = KINDS.get(verdict, "inconclusive")
        facts = {"value": value, "kind": kind, "eigenvalues": tuple(eigenvalues), "solution": tuple(result),
                 "kept": {str(var.name): value for var, value in floats.items()}}  # fmt: skip
        step = self._step("numbers", f"normal_{kind}", self.unknown, (), (), "normal", **facts)
        yield replace(step, value=result)
        self.table = ({
            "point": {self.unknown.text: result.tolist()}, "exact": {self.unknown.text: None}, "value": value,
            "eigenvalues": eigenvalues, "kind": kind, "decided_by": "hessian",
        },)  # fmt: skip

    def _singular(self, written: Node, right: Node, matrix: Sequence[Sequence[Fraction]], side: Any) -> Step:
        """A matrix without an inverse: no solution, or more than can be listed."""
        numbers = np.array(matrix, dtype=float)
        rank = int(np.linalg.matrix_rank(numbers))
        whole = int(np.linalg.matrix_rank(np.column_stack([numbers, np.array(side, dtype=float)])))
        key = "normal_many" if whole == rank else "normal_none"
        entries = array_node([signed(entry) for row in matrix for entry in row], numbers.shape)
        return self._step(
            "singular", key, leaf("H"), (entries,), (), "normal", rank=rank, size=len(matrix),
            system=(written, right), singular=True,
        )  # fmt: skip

    @cached_property
    def sign_terms(self) -> tuple[Node, ...]:
        """What stands before the signs of the entries, where those are all that is not linear."""
        sign = Apply(SIGN, (self.unknown,))
        found = []
        for term in self.condition.other:
            if term.negative or term.factors[-1:] != (sign,):
                return ()
            found.append(times(*term.factors[:-1], style="juxtaposed") if term.factors[:-1] else ONE)
        return tuple(found)

    def _subgradient(self, weights: tuple[Node, ...]) -> Step:
        """|w| has no derivative at 0: there any number from -1 to 1 stands for it."""
        signs = signs_of(self.solver)
        terms = (*self.condition.linear, *self.condition.constant)
        smooth = tidied(plus(*(in_front(term, signs).node for term in terms)), self.solver.facts)
        g = Name(next(n for n in ("g", "q", "d") if n not in self.found.graph.by_name))
        place, weight = (Name("j"),), plus(*weights)
        entry, own = Index(g, place), Index(self.unknown, place)
        facts = {
            "moving": Compare("=", entry, Negate(times(weight, Apply(SIGN, (own,)), style="juxtaposed"))),
            "resting": Compare("<=", Bars(entry), weight), "entry": own, "name": self.unknown,
        }  # fmt: skip
        whole = plus(smooth, times(weight, Apply(SIGN, (self.unknown,)), style="juxtaposed"))
        equal = (whole, Partial(leaf(self.of), (self.unknown,)))
        return self._step("subgradient", "subgradient", g, (smooth,), equal, "zero", **facts)

    def _step(
        self, part: str, key: str, left: Node, rows: tuple[Node, ...], equal: tuple[Node, ...],
        *uses: str, **facts: Any,
    ) -> Step:  # fmt: skip
        because = Text(f"{RULE}{key}", {"of": leaf(self.of), "by": self.unknown, **facts,
                                        "extra": {}, "equal": equal})  # fmt: skip
        ids = tuple(f"{self.id}.{use}" for use in uses) or (f"backward.{self.of}.{self.unknown.text}",)
        claim = self.found.graph.definition[self.found.first.adjoints[self.by]]
        lines = tuple(("line", row) for row in rows)
        return Step(
            f"{self.id}.{part}", "stationary", claim, because, ids, "outline", left=left, lines=lines,
            graph=self.found.graph,
        )  # fmt: skip
