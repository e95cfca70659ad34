"""This module holds a problem being solved: its values, its backward passes, the steps found so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward, backward
from symdl.autodiff.second_order import jacobian
from symdl.core.dims import shape_text
from symdl.core.evaluation import Values, evaluate, to_float
from symdl.core.graph import Adjoint, Graph, Var, ancestors, descendants
from symdl.core.holding import is_held
from symdl.core.spelling import is_identity
from symdl.derivation.backward_pass import backward_steps
from symdl.derivation.explanation import because_jacobian
from symdl.derivation.route import Unfolded
from symdl.derivation.running.update import Run
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import Node
from symdl.problems.formulas import Formulas
from symdl.problems.given import inputs_of, missing
from symdl.problems.names import base_name, declared
from symdl.problems.problem import Problem
from symdl.problems.reading import asks
from symdl.problems.reading.settings import Ask
from symdl.problems.recognition import rectified
from symdl.problems.refusing import refuse_infinite, refuse_kinks, refuse_not_finite
from symdl.registry import nearest

if TYPE_CHECKING:
    from symdl.derivation.calculus.differentiating import Kind, Known

MAX_EXACT = 4000  # entries of a graph up to which exact rationals are carried along


class Solver:
    """One problem being solved: values once, one backward pass per loss, then question by question."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.graph = self.current = problem.graph
        self.numeric = not missing(problem, problem.graph)
        self.given = inputs_of(problem, problem.graph) if self.numeric else {}
        self.values: Values = {}
        self.exact: Values = {}
        self.backwards: dict[str, Backward] = {}
        self.steps: list[Step] = []
        self.answers: list[Answer] = []
        self.wanted: dict[str, set[str]] = {}
        self.differentiated: dict[tuple[str, Kind], Known] = {}  # by each name, for asks that cite it
        self.expanded: dict[tuple[str, str, str, int], tuple[str, Node]] = {}  # derivatives that stand there
        self.runs: dict[str, Run] = {}
        self.moved: dict[str, dict[str, Any]] = {}  # what the runs up to one have changed, by its id
        self.facts = problem.moves_know
        self.at_kink = problem.conventions.at_kink
        self.jacobians: dict[str, Backward] = {}
        self.seen: dict[str, int] = {}  # ids of answers and of update lines
        self.formulas = Formulas(problem)

    def ids(self, ask: Ask, by: Sequence[str] | None = None) -> tuple[asks.Answer, ...]:
        """The answers of an ask, each with an id of its own."""
        return tuple(asks.distinct(answer, self.seen) for answer in asks.answer_ids(ask, by))

    @cached_property
    def bodies(self) -> dict[str, Node]:
        """The lines as they are worked with: `max(0, u)` is ReLU, as in the graph."""
        return {name: rectified(node) for name, node in self.problem.lines.items()}

    @cached_property
    def unfolded(self) -> Unfolded:
        """The graph as scalars, for paths."""
        return Unfolded(self.graph, self.given)

    def evaluate(self) -> None:
        """Values of all quantities, floats always, exact rationals where they are rational and few."""
        if not self.numeric:
            return
        graph, rounded = self.graph, self._digits
        known = {var: self.given[var] for var in graph.inputs}
        self.values = evaluate(graph, known, rounded=rounded)
        refuse_not_finite(self.problem, self.values)
        entries = sum(int(np.prod([int(n) for n in var.shape])) for var in graph.variables())
        if rounded is None and entries <= MAX_EXACT:
            self.exact = evaluate(graph, inputs_of(self.problem, graph, "exact"), "exact")
            self.values = nearest_floats(self.values, self.exact)

    @property
    def _digits(self) -> int | None:
        """The digits that every value is rounded to, where it is carried on so."""
        policy = self.problem.conventions
        return policy.digits if policy.rounding == "carry" else None

    def backward(self, of: str, by: tuple[str, ...], listed: bool = True) -> Backward:
        """The backward pass of a loss, derived once; its steps are `listed` for what is asked."""
        names = {base_name(name) if name not in self.graph.by_name else name for name in by}
        if listed:
            self.wanted.setdefault(of, set()).update(names)
        if of not in self.backwards:
            loss = self.scalar(of)
            if self.numeric:
                refuse_kinks(self.problem, self.values, loss)
            swept = backward(self.current, loss, self.graph.inputs, self.at_kink)
            self.backwards[of] = swept
            self.extend(swept.graph)
        names |= self.wanted.get(of, set())
        swept = self.backwards[of]
        refuse_infinite(self.values, swept, _needed(swept, names), names)
        return swept

    def jacobian(self, of: Var, by: tuple[str, ...]) -> Backward:
        """The derivatives of an array by all inputs, derived once; the lines for what is asked are listed."""
        name = str(of.name)
        if not of.shape:
            return self.backward(name, by)
        if name not in self.jacobians:
            self.jacobians[name] = jacobian(self.current, of, self.graph.inputs, self.at_kink)
            self.extend(self.jacobians[name].graph)
        swept = self.jacobians[name]
        needed = _needed(swept, {n if n in self.graph.by_name else base_name(n) for n in by})
        listed = {step.id for step in self.steps}
        for step in backward_steps(swept, self.values, self.exact):
            if step.claim.out in needed and step.id not in listed and not is_identity(step.claim.out):
                value, exact = (self.laid_out(step.claim.out, found) for found in (step.value, step.exact))
                because = because_jacobian(step.because)
                self.steps.append(replace(step, because=because, value=value, exact=exact))
        return swept

    def laid_out(self, var: Var, value: Any) -> Any:
        """A Jacobian of a vector by a vector in the layout of the conventions."""
        assert isinstance(var.name, Adjoint)
        return value.T if self.problem.conventions.turns(var.name.rank, np.ndim(value)) else value

    def extend(self, graph: Graph) -> None:
        """Take further equations into account: their values join the others."""
        self.current = graph
        if self.numeric:
            known = {var: self.given[var] for var in graph.inputs if var in self.given}
            self.values = self.values | evaluate(graph, known, rounded=self._digits)
            if self.exact:
                found = evaluate(graph, inputs_of(self.problem, graph, "exact"), "exact")
                numbered = set(graph.variables())  # what is irrational here may bear the number of another
                self.exact = {var: it for var, it in self.exact.items() if var not in numbered} | found
                self.values = nearest_floats(self.values, self.exact)

    def scalar(self, name: str) -> Var:
        """A quantity that has a gradient; an array is refused."""
        found = self.named(name)
        if found.shape:
            raise ProblemError("problem.not_scalar", name=name, shape=shape_text(found.shape))
        return found

    def named(self, name: str) -> Var:
        """A quantity that an ask names; unknown ones are refused with the nearest word."""
        var = self.graph.by_name.get(declared(name))
        if var is None:
            known = [str(n) for n in self.graph.by_name if isinstance(n, str)]
            raise ProblemError("problem.unknown_quantity", name=name, nearest=nearest(name, known))
        return var

    def needed(self, of: str) -> frozenset[Var]:
        """The adjoints that what is asked of a loss rests on."""
        return _needed(self.backwards[of], self.wanted[of])


def nearest_floats(values: Values, exact: Values) -> Values:
    """Values with the floats next to the exact ones, where those are known: zero is zero."""
    return {**values, **{var: to_float(value) for var, value in exact.items() if value is not None}}


def _needed(swept: Backward, names: set[str]) -> frozenset[Var]:
    wanted = [
        adjoint for var, adjoint in swept.adjoints.items()
        if isinstance(var.name, str) and var.name in names
    ]  # fmt: skip
    sources = frozenset(var for var in swept.adjoints if str(var.name) in names)
    reached = descendants(swept.graph, sources)
    left_out = [
        swept.adjoints[e.out] for e in swept.graph.equations
        if is_held(e.op) and e.out in swept.adjoints and e.out in reached
    ]  # fmt: skip
    return ancestors(swept.graph, *wanted, *left_out) | {swept.adjoints[swept.of]}
