"""This module solves problems: it runs the questions and joins what derives with what checks."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from functools import cached_property

import numpy as np

from symdl.autodiff.reverse import Backward, backward
from symdl.autodiff.rewriting import Facts, simplified
from symdl.core.dims import shape_text
from symdl.core.entries import Entries, positions, symbolic_position
from symdl.core.evaluation import Values, evaluate, to_float
from symdl.core.graph import Graph, Var, ancestors
from symdl.core.spelling import NoMatrixView, Speller
from symdl.derivation.backward_pass import backward_steps
from symdl.derivation.forward_pass import forward_steps
from symdl.derivation.route import Unfolded
from symdl.derivation.step import Answer, Derivation, Step
from symdl.errors import DomainError, ProblemError
from symdl.formula.tree import Node, number, unmarked
from symdl.problems import questions
from symdl.problems.given import inputs_of, missing
from symdl.problems.instances import kinks_at
from symdl.problems.problem import Problem, base_name, declared
from symdl.registry import nearest

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
        self.facts = Facts(problem.distributions)

    @cached_property
    def unfolded(self) -> Unfolded:
        """The graph as scalars, for paths."""
        return Unfolded(self.graph, self.given)

    def run(self) -> Derivation:
        """The whole derivation."""
        self._values(self.graph)
        self.steps.extend(forward_steps(self.graph, self.values, self.exact))
        for k, ask in enumerate(self.problem.asks):
            try:
                self.answers.extend(questions.answer(self, ask))
            except (ProblemError, DomainError) as error:
                raise error.at(self.problem.raw.place("ask", k)) from None
        return self._finished()

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

    def _check_finite(self, graph: Graph) -> None:
        for equation in graph.equations:
            value = self.values.get(equation.out)
            if value is not None and not np.all(np.isfinite(to_float(value))):
                name = (
                    equation.out.name
                    if isinstance(equation.out.name, str)
                    else self._owner(graph, equation.out)
                )
                raise DomainError(
                    "domain.not_finite",
                    place=self.problem.raw.place("let", str(name)),
                    name=name,
                    op=equation.op.key,
                )

    def _owner(self, graph: Graph, var: Var) -> object:
        """The named line that an anonymous quantity belongs to."""
        reached = {var}
        for equation in graph.equations:
            if not reached.isdisjoint(equation.args):
                if equation.out.name is not None:
                    return equation.out.name
                reached.add(equation.out)
        return var.label

    def backward(self, of: str, by: tuple[str, ...]) -> Backward:
        """The backward pass of a loss, derived once; its steps are listed for what is asked."""
        self.wanted.setdefault(of, set()).update(
            base_name(name) if name not in self.graph.by_name else name for name in by
        )
        if of not in self.backwards:
            loss = self.named(of)
            if loss.shape:
                raise ProblemError("problem.not_scalar", name=of, shape=shape_text(loss.shape))
            self._refuse_kinks(loss)
            swept = backward(self.current, loss, self.graph.inputs, at_kink(self.problem))
            self.backwards[of] = swept
            self.extend(swept.graph)
        return self.backwards[of]

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

    def named(self, name: str) -> Var:
        """A quantity that an ask names; unknown ones are refused with the nearest word."""
        var = self.graph.by_name.get(declared(name))
        if var is None:
            known = [str(n) for n in self.graph.by_name if isinstance(n, str)]
            raise ProblemError("problem.unknown_quantity", name=name, nearest=nearest(name, known))
        return var

    def _finished(self) -> Derivation:
        for of, swept in self.backwards.items():
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
    def _needed(swept: Backward, names: set[str]) -> set[Var]:
        found: set[Var] = set()
        for var, adjoint in swept.adjoints.items():
            if isinstance(var.name, str) and var.name in names:
                found |= ancestors(swept.graph, adjoint)
        return found | {swept.adjoints[swept.of]}

    # Formulas of answers

    def formulas(self, graph: Graph, var: Var, entry: tuple[int, ...] | None = None) -> dict[str, Node]:
        """The right side of a line in each view that it has."""
        found: dict[str, Node] = {}
        if entry is None:
            with suppress(NoMatrixView):
                found["matrix"] = self.tidied(Speller(graph).line(var))
        entries = Entries(graph)
        place = symbolic_position(entries.letters(len(var.shape)))
        found["index"] = self.tidied(entries.line(var, place))
        if not var.shape:
            found["scalar"] = found.get("matrix", found["index"])
        elif entry is not None:
            written = Entries(graph, expanded=True)
            spot = list(positions(var.shape))[int(np.ravel_multi_index(entry, [int(n) for n in var.shape]))]
            found["scalar"] = self.tidied(written.line(var, spot))
        return found

    def tidied(self, node: Node) -> Node:
        """A formula after all teaching moves, without marks."""
        result = unmarked(node)
        for form in simplified(result, self.facts):
            result = form.node
        return result


def at_kink(problem: Problem) -> Node | None:
    """The value that the conventions give every derivative at its kink, None for each op's own."""
    kink = problem.conventions.kink
    return number(kink) if isinstance(kink, Fraction) else None


def derive(problem: Problem) -> Derivation:
    """The derivation of a problem: forward lines, backward lines, and the answers to its questions."""
    return Solver(problem).run()
