"""This module solves problems: it runs the questions and joins what derives with what checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward, backward
from symdl.autodiff.second_order import jacobian
from symdl.core.dims import shape_text
from symdl.core.evaluation import Values, evaluate, to_float
from symdl.core.expansion import primitive
from symdl.core.graph import Adjoint, Equation, Graph, Var, ancestors, descendants
from symdl.core.holding import is_held
from symdl.core.op import Pointwise
from symdl.core.spelling import is_identity
from symdl.derivation.backward_pass import backward_steps
from symdl.derivation.explanation import because_jacobian
from symdl.derivation.forward_pass import forward_steps
from symdl.derivation.route import Unfolded
from symdl.derivation.running.update import Run
from symdl.derivation.step import Answer, Derivation, Step
from symdl.errors import DomainError, Place, ProblemError, SymdlError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Negate, Node, Number, substitute
from symdl.problems import bounds
from symdl.problems.answering import questions
from symdl.problems.formulas import Formulas
from symdl.problems.given import inputs_of, missing
from symdl.problems.instances import kinks_at
from symdl.problems.names import base_name, declared
from symdl.problems.problem import Problem
from symdl.problems.reading import asks
from symdl.problems.reading.settings import Ask
from symdl.problems.recognition import rectified
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

    def run(self) -> Derivation:
        """The whole derivation."""
        self._values(self.graph)
        if not bounds.too_large(self.graph):
            self.steps.extend(forward_steps(self.graph, self.values, self.exact))
        for k, ask in enumerate(self.problem.asks):
            try:
                self.answers.extend(questions.answer(self, ask))
            except (ProblemError, DomainError) as error:
                raise error.at(self._blamed(k, ask, error)) from None
        return self._finished()

    def _blamed(self, k: int, ask: Ask, error: SymdlError) -> Place:
        """The key of an ask that an error is about, or the ask itself."""
        name, place = str(error.facts.get("setting", error.facts.get("name", ""))), self.problem.raw.place
        if name in ask.model_fields_set:
            return place("ask", k, name)
        if name in (getattr(ask, "at", None) or {}) and error.key.startswith("problem.given"):
            return place("ask", k, "at", name)
        if name in ask.wanted:
            return place("ask", k, "by", ask.wanted.index(name))
        return place("ask", k, ask.kind if name == ask.subject else "")

    def _values(self, graph: Graph) -> None:
        """Values of all quantities, floats always, exact rationals where they are rational and few."""
        if not self.numeric:
            return
        policy = self.problem.conventions
        rounded = policy.digits if policy.rounding == "carry" else None
        known = {var: self.given[var] for var in self.graph.inputs}
        self.values = evaluate(graph, known, rounded=rounded)
        self._check_finite(graph)
        entries = sum(int(np.prod([int(n) for n in var.shape])) for var in graph.variables())
        if rounded is None and entries <= MAX_EXACT:
            self.exact = evaluate(graph, inputs_of(self.problem, self.graph, "exact"), "exact")
            self.values = nearest_floats(self.values, self.exact)

    def _check_finite(self, graph: Graph) -> None:
        flat = primitive(graph, stable=True)
        for equation in flat.equations:
            value = self.values.get(equation.out)
            if value is not None and not np.all(np.isfinite(to_float(value))):
                out = equation.out
                name = out.name if isinstance(out.name, str) else self._owner(flat, out)
                raise DomainError(
                    "domain.not_finite", place=self._line(str(name)), name=name, cause=self._cause(equation)
                )

    def _line(self, name: str) -> Place:
        """The line of `[let]` that defines a quantity; a node of a one-line problem stands in that line."""
        lines = self.problem.raw.let
        family = (left for left in lines if left.partition("[")[0] == base_name(name))
        left = name if name in lines else next(family, next(iter(lines), ""))
        return self.problem.raw.place("let", left)

    def _cause(self, equation: Equation) -> str:
        """What has no finite value, with its numbers: `1/0`, `log(-2)`."""
        op, result = equation.op, np.asarray(to_float(self.values[equation.out]))
        if not isinstance(op, Pointwise):
            return op.key
        spot = tuple(np.argwhere(~np.isfinite(result))[0])
        numbers = (float(np.asarray(to_float(self.values[arg]))[spot]) for arg in equation.args)
        operands = {p: _operand(x) for p, x in zip(op.params, numbers, strict=True)}
        return to_plain(substitute(op.body, operands))

    def _owner(self, graph: Graph, var: Var) -> object:
        """The named line that an anonymous quantity belongs to."""
        reached = {var}
        for equation in graph.equations:
            if not reached.isdisjoint(equation.args):
                if equation.out.name is not None:
                    return equation.out.name
                reached.add(equation.out)
        return var.label

    def backward(self, of: str, by: tuple[str, ...], listed: bool = True) -> Backward:
        """The backward pass of a loss, derived once; its steps are `listed` for what is asked."""
        names = {base_name(name) if name not in self.graph.by_name else name for name in by}
        if listed:
            self.wanted.setdefault(of, set()).update(names)
        if of not in self.backwards:
            loss = self.scalar(of)
            self._refuse_kinks(loss)
            swept = backward(self.current, loss, self.graph.inputs, self.at_kink)
            self.backwards[of] = swept
            self.extend(swept.graph)
        self._refuse_infinite(self.backwards[of], names | self.wanted.get(of, set()))
        return self.backwards[of]

    def _refuse_infinite(self, swept: Backward, names: set[str]) -> None:
        """What is asked for has finite derivatives, as √x at 0 has not."""
        needed = self._needed(swept, names)
        for equation in swept.graph.equations:
            value = self.values.get(equation.out)
            if equation.out in needed and value is not None and not np.all(np.isfinite(to_float(value))):
                name = ", ".join(sorted(names & set(swept.graph.by_name)))
                cause = self._cause(equation)
                singular = any(each.op.key == "det" for each in swept.graph.equations)
                key = "domain.singular" if singular else "domain.infinite"
                raise DomainError(key, of=str(swept.of.name), by=name, cause=cause)

    def jacobian(self, of: Var, by: tuple[str, ...]) -> Backward:
        """The derivatives of an array by all inputs, derived once; the lines for what is asked are listed."""
        name = str(of.name)
        if not of.shape:
            return self.backward(name, by)
        if name not in self.jacobians:
            self.jacobians[name] = jacobian(self.current, of, self.graph.inputs, self.at_kink)
            self.extend(self.jacobians[name].graph)
        swept = self.jacobians[name]
        needed = self._needed(swept, {n if n in self.graph.by_name else base_name(n) for n in by})
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

    def _refuse_kinks(self, loss: Var) -> None:
        """Under `kink = "undefined"`, a derivative at a kink is no derivative."""
        if self.problem.conventions.kink != "undefined" or not self.numeric:
            return
        for var in kinks_at(self.graph, self.values) & ancestors(self.graph, loss):
            name = var.name if isinstance(var.name, str) else self._owner(self.graph, var)
            raise DomainError("domain.kink", place=self.problem.raw.place("let", str(name)), name=name)

    def extend(self, graph: Graph) -> None:
        """Take further equations into account: their values join the others."""
        self.current = graph
        if self.numeric:
            rounded = (
                self.problem.conventions.digits if self.problem.conventions.rounding == "carry" else None
            )
            known = {var: self.given[var] for var in graph.inputs if var in self.given}
            self.values = {**self.values, **evaluate(graph, known, rounded=rounded)}
            if self.exact:
                self.exact = {
                    **self.exact,
                    **evaluate(graph, inputs_of(self.problem, graph, "exact"), "exact"),
                }
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

    def _finished(self) -> Derivation:
        for of, swept in self.backwards.items():
            if of not in self.wanted:
                continue  # a pass that only gives numbers; its derivative is worked out rule by rule
            needed = self._needed(swept, self.wanted[of])
            listed = [
                step for step in backward_steps(swept, self.values, self.exact) if step.claim.out in needed
            ]
            self.steps = [
                *(s for s in self.steps if s.phase == "forward"),
                *listed,
                *(s for s in self.steps if s.phase != "forward"),
            ]
        return Derivation(
            self.current,
            tuple(self.steps),
            self.problem.conventions,
            tuple(self.answers),
            self.values,
            self.exact,
            self.backwards,
        )

    @staticmethod
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


def nearest_floats(values: Values, exact: Values) -> Values:
    """Values with the floats next to the exact ones, where those are known: zero is zero."""
    return {**values, **{var: to_float(value) for var, value in exact.items() if value is not None}}


def _operand(value: float) -> Node:
    """A number in an error message, four digits of it: 1.07e301 rather than three hundred zeros."""
    written = f"{abs(value):.4g}".replace("e+", "e")
    found = Number(Fraction(written), written)
    return Negate(found) if value < 0 else found


def derive(problem: Problem) -> Derivation:
    """The derivation of a problem: forward lines, backward lines, and the answers to its questions."""
    return Solver(problem).run()
