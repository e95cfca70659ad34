"""This module verifies derivations: every line by at least one means that does not share its rule.

* what is printed is read back and compared in ball arithmetic with what was computed, at the given and
  at random points, at several sizes where sizes are symbolic;
* every adjoint is compared with central differences of the loss from that quantity on;
* printed values are recomputed from the printed line;
* small scalar results are confirmed by SymPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from symdl.autodiff.reverse import backward
from symdl.autodiff.rewriting import Facts, simplified
from symdl.checking import numeric, probe, symbolic
from symdl.checking.check import Check, Strength, verdict
from symdl.core.arithmetic import FLOAT, Undecided
from symdl.core.dims import size_of
from symdl.core.entries import Entries, positions, symbolic_position
from symdl.core.evaluation import Values, evaluate, significant, to_kind
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.core.spelling import NoMatrixView, Speller
from symdl.derivation.links import Links, in_formulas
from symdl.derivation.step import Answer, Derivation, Step
from symdl.errors import DomainError
from symdl.formula.tree import Array, Node, children, unmarked
from symdl.problems.given import numbers_of
from symdl.problems.instances import Instance, Instances, exactly, floats
from symdl.problems.problem import Problem

VALUE_TOLERANCE = 1e-11


class Verifier:
    """Checks one derivation of one problem."""

    def __init__(self, problem: Problem, derivation: Derivation, seed: int = 0) -> None:
        self.problem, self.derivation = problem, derivation
        self.seed = seed or (problem.raw.seed or 1)
        self.facts = Facts(problem.distributions)
        self.instances = Instances(problem, self.seed)

    @cached_property
    def links(self) -> Links:
        """The chain rule of scalar quantities as it is printed."""
        return Links(self.derivation.graph, {})

    def run(self) -> tuple[Check, ...]:
        """All checks, in the order of the steps."""
        found: list[Check] = []
        graphs: dict[int, Graph] = {
            id(step.graph): step.graph for step in self.derivation.steps if step.graph
        }
        groups = {key: [s for s in self.derivation.steps if id(s.graph) == key] for key in graphs}
        current = self.derivation.graph
        plain = [s for s in self.derivation.steps if s.phase in ("forward", "backward", "update")]
        found.extend(self._group(current, plain))
        for key, steps in groups.items():
            special = [s for s in steps if s.phase in ("path", "hessian")]
            if special:
                found.extend(self._group(graphs[key], special))
        found.extend(self._answers())
        order = {step.id: k for k, step in enumerate(self.derivation.steps)}
        return tuple(sorted(found, key=lambda check: order.get(check.step, len(order))))

    def _group(self, graph: Graph, steps: list[Step]) -> Iterator[Check]:
        instances = list(self.instances.of(graph))
        for step in steps:
            if step.phase == "update":
                yield self._update(step)
                continue
            if step.phase == "path":
                yield self._path(step)
                continue
            if not step.lines:
                yield self._line(step, instances)
            if step.phase in ("backward", "hessian") and not step.lines:
                yield self._difference(step, instances)
            if step.value is not None and step.phase in ("forward", "backward"):
                yield self._value(step)
            if step.phase == "hessian" and step.lines:
                yield self._eigenvalues(step)

    # Lines

    def forms(self, graph: Graph, var: Var) -> Iterator[Node]:
        """Everything that may be printed for a line: as spelled, and after each move."""
        try:
            node = unmarked(Speller(graph).line(var))
        except NoMatrixView:
            return
        yield node
        for form in simplified(node, self.facts):
            yield form.node

    def _line(self, step: Step, instances: list[Instance]) -> Check:
        strength: Strength = "definition" if step.phase == "forward" else "checked"
        worst: float | None = None
        for instance in instances:
            error = self._line_error(step, instance)
            if error is not None:
                worst = error if worst is None else max(worst, error)
        tolerance = probe.TOLERANCE if all(i.balls for i in instances) else 1e-8
        outcome = verdict(worst, tolerance)
        return Check(
            step.id,
            "line",
            "balls",
            strength if outcome != "undecided" else "undecided",
            outcome,
            worst or 0.0,
            tolerance,
            self.seed,
        )

    def _line_error(self, step: Step, instance: Instance) -> float | None:
        graph = self._graph_of(step)
        source = step.claim.out
        reader = probe.Reader(instance.graph, instance.sizes)
        target = next(var for var in instance.graph.variables() if var.number == source.number)
        read, wanted = [], []
        for node in self.forms(graph, source):
            read.append(reader.read(node))
            wanted.append(instance.values[target])
        links = (
            self.links.of(source.name)
            if isinstance(source.name, Adjoint) and step.phase == "backward"
            else ()
        )
        if links:
            read.append(reader.read(in_formulas(links)))
            wanted.append(instance.values[target])
        written = instance.graph.written.get(source.label)
        if written is not None and isinstance(source.name, str) and step.phase == "forward":
            read.append(reader.read(written))
            wanted.append(instance.values[target])
        entry = self._entry(graph, source, target, reader, instance)
        if entry is not None:
            read.append(entry[0])
            wanted.append(entry[1])
        if not read:
            return None
        known = {
            var: value if instance.balls else to_kind(exactly(value), "ball")
            for var, value in instance.values.items()
            if var.name is not None
        }
        with probe.precision():
            try:
                values = reader.values(read, known)
            except (DomainError, Undecided):
                return None
            goals = [goal if instance.balls else to_kind(exactly(goal), "ball") for goal in wanted]
            return max(probe.difference(value, goal) for value, goal in zip(values, goals, strict=True))

    def _entry(
        self, graph: Graph, source: Var, target: Var, reader: probe.Reader, instance: Instance
    ) -> tuple[Var, Any] | None:
        """The index form at one place, its letters replaced by numbers."""
        if not source.shape:
            return None
        entries = Entries(graph)
        letters = entries.letters(len(source.shape))
        node = unmarked(entries.line(source, symbolic_position(letters)))
        place = list(positions(target.shape))[self.seed % int(size_of(target.shape))]
        numbers = tuple(int(form.const) for form in place)
        read = reader.read(node, {letter: k + 1 for letter, k in zip(letters, numbers, strict=True)})
        return read, instance.values[target][numbers]

    def _graph_of(self, step: Step) -> Graph:
        return (
            self.derivation.graph
            if step.phase in ("forward", "backward") or step.graph is None
            else step.graph
        )

    # Differences

    def _difference(self, step: Step, instances: list[Instance]) -> Check:
        worst: float | None = None
        method, tolerance, at_kink = "central_difference", numeric.BALL_TOLERANCE, False
        for instance in instances:
            found = self._difference_at(step, instance)
            if found == "kink":
                at_kink = True
            elif isinstance(found, float):
                worst = found if worst is None else max(worst, found)
                if not instance.balls:
                    tolerance = numeric.FLOAT_TOLERANCE
        outcome = verdict(worst, tolerance)
        strength: Strength = "undecided" if outcome == "undecided" else "convention" if at_kink else "checked"
        return Check(step.id, "adjoint", method, strength, outcome, worst or 0.0, tolerance, self.seed)

    def _difference_at(self, step: Step, instance: Instance) -> float | str | None:
        name = step.claim.out.name
        assert name is not None and not isinstance(name, str)
        by_text = {str(key): var for key, var in instance.graph.by_name.items()}
        at, of = by_text[name.by], by_text[name.of]  # type: ignore[union-attr]
        target = next(var for var in instance.flat.variables() if var.number == step.claim.out.number)
        if at == of:
            return 0.0
        part = numeric.cut(instance.flat, at, of)
        if any(equation.out in instance.kinked for equation in part.equations):
            return "kink"
        try:
            if instance.balls:
                return numeric.ball_error(part, instance.values, instance.values[target], self.seed)
            return numeric.float_error(part, instance.values, instance.values[target], self.seed, FLOAT)
        except (DomainError, Undecided):
            return None

    # Values

    def _value(self, step: Step) -> Check:
        """The printed value, recomputed from the printed line with the printed operands."""
        graph, var = self.derivation.graph, step.claim.out
        carry = self.problem.conventions.rounding == "carry"
        nodes = list(self.forms(graph, var))
        if not nodes:
            return Check(step.id, "value", "balls", "checked", "holds", 0.0, VALUE_TOLERANCE, self.seed)
        reader = probe.Reader(graph)
        read = reader.read(nodes[0])
        known = {
            v: to_kind(exactly(value), "ball")
            for v, value in self.derivation.values.items()
            if v.name is not None
        }
        with probe.precision():
            try:
                (value,) = reader.values([read], known)
            except (DomainError, Undecided):
                return Check(step.id, "value", "balls", "undecided", "undecided")
            if carry:
                value = to_kind(exactly(significant(floats(value), self.problem.conventions.digits)), "ball")
            error = probe.difference(value, to_kind(exactly(step.value), "ball"))
        return Check(
            step.id,
            "value",
            "balls",
            "checked",
            verdict(error, VALUE_TOLERANCE),
            error,
            VALUE_TOLERANCE,
            self.seed,
        )

    def _path(self, step: Step) -> Check:
        """The sum over the paths against the gradient of the same quantity."""
        if step.value is None:
            return Check(step.id, "paths", "gradient", "checked", "holds")
        by = step.because.facts["by"]
        graph = step.graph
        assert graph is not None
        source = next(var for var in graph.inputs if var.name is not None and leaf(var.name) == by)
        swept = backward(graph, step.claim.out, [source])
        unfolded = {var: _entry_value(self.problem, str(var.name)) for var in graph.inputs}
        values = evaluate(swept.graph, unfolded)
        expected = float(values[swept.adjoints[source]])
        error = abs(expected - float(step.value)) / max(1.0, abs(expected))
        return Check(
            step.id,
            "paths",
            "gradient",
            "checked",
            verdict(error, VALUE_TOLERANCE),
            error,
            VALUE_TOLERANCE,
            self.seed,
        )

    def _eigenvalues(self, step: Step) -> Check:
        """Eigenvalues against the trace and the determinant of the matrix."""
        found = np.array(step.because.facts["eigenvalues"])
        matrix = np.asarray(step.value, dtype=float)
        scale = max(1.0, float(np.abs(found).max())) ** len(found)
        error = max(abs(found.sum() - np.trace(matrix)), abs(found.prod() - np.linalg.det(matrix))) / scale
        return Check(
            step.id,
            "eigenvalues",
            "trace_determinant",
            "checked",
            verdict(float(error), 1e-9),
            float(error),
            1e-9,
            self.seed,
        )

    def _update(self, step: Step) -> Check:
        """A state equation, recomputed in balls from its operands."""
        line = step.because.facts["line"]
        reader_graph = Graph((), (), step.claim.out)
        reader = probe.Reader(reader_graph)
        known: Values = {}
        for name, value in step.because.facts["operands"].items():
            copy = reader.tape.input(name, np.shape(value))
            reader.scope[name] = copy
            known[copy] = to_kind(exactly(value), "ball")
        read = reader.read(line.formula)
        graph = Graph(tuple(reader.tape.inputs), tuple(reader.tape.equations), read)
        with probe.precision():
            error = probe.difference(
                evaluate(graph, known, "ball")[read], to_kind(exactly(step.value), "ball")
            )
        tolerance = (
            VALUE_TOLERANCE
            if self.problem.conventions.rounding == "show"
            else 10.0 ** (1 - self.problem.conventions.digits)
        )
        return Check(
            step.id, "update", "balls", "checked", verdict(error, tolerance), error, tolerance, self.seed
        )

    # Answers

    def _answers(self) -> Iterator[Check]:
        """Small scalar results, confirmed by SymPy for all values."""
        whole = self.problem.whole
        if whole is None:
            return
        formula = self.problem.lines[str(whole.output.name)]
        for answer in self.derivation.answers:
            yield from self._symbolic(answer, formula)

    def _symbolic(self, answer: Answer, formula: Node) -> Iterator[Check]:
        found = answer.formula.get("scalar")
        if (
            answer.kind == "gradient"
            and found is not None
            and symbolic.confirms(formula, (answer.by,), found)
        ):
            yield self._proved(f"backward.{answer.of}.{answer.by}")
        if answer.kind == "hessian" and isinstance(found, Array):
            names = answer.by.split(",")
            for first, row in zip(names, found.items, strict=True):
                for second, entry in zip(names, children(row), strict=True):
                    if symbolic.confirms(formula, (first, second), entry):
                        yield self._proved(f"{answer.id}.{first}.{second}")

    def _proved(self, step: str) -> Check:
        return Check(step, "formula", "sympy", "proved", "holds", seed=self.seed)


def _entry_value(problem: Problem, name: str) -> float:
    """The given value of a scalar of the unfolded graph: `W1[1,2]` is an entry of `W1`."""
    given = problem.given.get(name)
    if given is not None:
        return float(numbers_of(given))
    base, inside = name[:-1].rsplit("[", 1)
    given = problem.given.get(base)
    parts = [int(part) - 1 for part in inside.split(",")]
    if given is None:  # a state such as h[0] with a place behind its index
        first, *rest = inside.split(",")
        given = problem.given[f"{base}[{first}]"]
        parts = [int(part) - 1 for part in rest]
    return float(numbers_of(given)[tuple(parts)])


def verify(problem: Problem, derivation: Derivation, seed: int = 0) -> tuple[Check, ...]:
    """The checks of every line of a derivation."""
    return Verifier(problem, derivation, seed).run()
