"""This module verifies derivations: every line by at least one means that does not share its rule.

* what is printed is read back and compared in ball arithmetic with what was computed, at the given and
  at random points, at several sizes where sizes are symbolic;
* every adjoint is compared with central differences of the loss from that quantity on;
* printed values are recomputed from the printed line;
* small scalar results are confirmed by SymPy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from random import Random
from typing import Any

import numpy as np

from symdl.autodiff.reverse import backward
from symdl.autodiff.rewriting import Facts, simplified
from symdl.checking import numeric, probe, symbolic
from symdl.checking.check import Check, Strength, verdict
from symdl.core.arithmetic import BALL, FLOAT, Undecided
from symdl.core.entries import Entries
from symdl.core.evaluation import evaluate, significant, to_float, to_kind
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.core.positions import fixed_position, symbolic_position
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.derivation.links import Links, in_formulas
from symdl.derivation.step import Answer, Derivation, Step
from symdl.errors import DomainError
from symdl.formula.tree import Array, Node, children, unmarked
from symdl.problems import confirming_results as results
from symdl.problems import run_checks, statements
from symdl.problems.given import numbers_of
from symdl.problems.instances import BALL_BUDGET, Instance, Instances, exactly, floats
from symdl.problems.problem import Problem

NARROW = 12  # entries of an axis over which a sum is written out
VALUE_TOLERANCE = 1e-11
CONFIRMED = (  # phase, module, function: what checks a phase of its own
    ("calculus", "confirmation", "calculus_checks"),
    ("stationary", "confirming_points", "point_checks"),
    ("stationary", "confirming_kkt", "constrained_checks"),
    ("taylor", "confirming_taylor", "taylor_checks"),
    ("likelihood", "confirming_likelihood", "likelihood_checks"),
)
SAMPLES = 64  # entries of an array whose values are recomputed one by one
Reading = tuple[Var, tuple[int, ...]]  # a form as it was read, and the entry that it states, () for all


class Verifier:
    """Checks one derivation of one problem."""

    def __init__(self, problem: Problem, derivation: Derivation, seed: int = 0) -> None:
        self.problem, self.derivation = problem, derivation
        self.seed = seed or (problem.raw.seed or 1)
        self.facts = Facts(problem.sums_to_one)
        self.instances = Instances(problem, self.seed)
        self.spellers: dict[int, Speller] = {}
        self.written: dict[tuple[int, Var], tuple[Node, ...]] = {}
        self.readers: dict[Any, probe.Reader] = {}
        self.readings: dict[tuple[str, int], list[Reading]] = {}

    @cached_property
    def links(self) -> Links:
        """The chain rule of scalar quantities as it is printed."""
        return Links(self.derivation, {})

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
            special = [s for s in steps if s.phase in ("path", "hessian") or "extra" in s.because.facts]
            if special:
                found.extend(self._group(graphs[key], special))
        found.extend(self._answers())
        found.extend(self._confirmed())
        order = {step.id: k for k, step in enumerate(self.derivation.steps)}
        return tuple(sorted(found, key=lambda check: order.get(check.step, len(order))))

    def _confirmed(self) -> Iterator[Check]:
        """The steps of phases that have a module of their own for their checks."""
        phases = {step.phase for step in self.derivation.steps}
        for phase, module, name in CONFIRMED:
            if phase in phases:
                checks = getattr(import_module(f"symdl.problems.{module}"), name)
                yield from checks(self.problem, self.derivation, self.seed)

    def _group(self, graph: Graph, steps: list[Step]) -> Iterator[Check]:
        instances = list(self.instances.of(graph))
        points = [
            (each, self._reader(each.graph, each.sizes).at(each.known, each.arithmetic)) for each in instances
        ]
        for step in steps:
            if "extra" in step.because.facts:
                yield from self._statement(step, instances)
                continue
            if step.phase == "update":
                yield run_checks.line_check(self.problem, step, self.seed)
                continue
            if step.phase == "path":
                if step.value is not None:
                    yield self._path(step)
                yield from results.path_checks(step, instances, self.seed)
                continue
            if "eigenvalues" in step.because.facts:
                yield self._eigenvalues(step)
                owner = next((a for a in self.derivation.answers if step.id == f"{a.id}.definiteness"), None)
                yield from results.hessian_checks(step, owner, instances, self._reader, self.seed)
                continue
            if not step.lines:
                yield self._line(step, points)
            if step.phase in ("backward", "hessian") and not step.lines:
                yield self._difference(step, instances)
            if step.value is not None and step.phase in ("forward", "backward"):
                yield self._value(step)
            if step.phase == "hessian":
                yield from results.block_check(step, instances, self.seed)
        if graph is self.derivation.graph:
            moved = any(getattr(ask, "at", None) for ask in self.problem.asks)
            yield from results.answer_checks(self.derivation, instances, self._reader, moved, self.seed)

    def _statement(self, step: Step, instances: list[Instance]) -> Iterator[Check]:
        """A line with quantities of its own: its rows agree at random points, its squares are squares."""
        if "system" in step.because.facts or "solution" in step.because.facts:
            yield statements.solution_check(self.problem, step, instances, self.seed)
            return
        worst: float | None = None
        for instance in instances:
            error = statements.deviation(self.problem, step, instance, self.seed)
            if error is not None:
                worst = max(worst or 0.0, error)
        outcome = verdict(worst, probe.TOLERANCE)
        strength: Strength = "undecided" if outcome == "undecided" else "checked"
        yield Check(step.id, "line", "balls", strength, outcome, worst or 0.0, probe.TOLERANCE, self.seed)
        if outcome == "holds" and "convex" in step.because.key:
            yield Check(step.id, "formula", "squares", "proved", "holds", seed=self.seed)

    # Lines

    def forms(self, graph: Graph, var: Var) -> tuple[Node, ...]:
        """Everything that may be printed for a line: as spelled, and after each move."""
        if (id(graph), var) not in self.written:
            self.written[id(graph), var] = tuple(self._forms(graph, var))
        return self.written[id(graph), var]

    def _forms(self, graph: Graph, var: Var) -> Iterator[Node]:
        speller = self.spellers.setdefault(id(graph), Speller(graph))
        try:
            node = matrix_line(speller, var)
        except NoMatrixView:
            return
        yield from self._moved(node)

    def _line(self, step: Step, instances: list[tuple[Instance, probe.Point]]) -> Check:
        strength: Strength = "definition" if step.phase == "forward" else "checked"
        worst: float | None = None
        for instance, point in instances:
            error = self._line_error(step, instance, point)
            if error is not None:
                worst = error if worst is None else max(worst, error)
        tolerance = probe.TOLERANCE if all(i.balls for i, _ in instances) else 1e-8
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

    def _line_error(self, step: Step, instance: Instance, point: probe.Point) -> float | None:
        goal = instance.values[instance.numbered[step.claim.out.number]]
        with probe.precision():
            try:
                return max(
                    probe.difference(point[read], goal[place] if place else goal)
                    for read, place in self._read(step, instance)
                )
            except (DomainError, Undecided):
                return None

    def _read(self, step: Step, instance: Instance) -> list[Reading]:
        """Every form of a line, read back: once for all points of the same sizes."""
        reader = self._reader(instance.graph, instance.sizes)
        if (step.id, id(reader)) not in self.readings:
            nodes = self._whole(step, instance.graph)
            read: list[Reading] = [(reader.read(node), ()) for node in nodes]
            target = instance.numbered[step.claim.out.number]
            spot = results.telling_place(instance.values[target], tuple(int(n) for n in target.shape))
            self.readings[step.id, id(reader)] = [*read, *self._entry(step, spot, reader)]
        return self.readings[step.id, id(reader)]

    def _whole(self, step: Step, graph: Graph) -> Iterator[Node]:
        """The forms that state the whole quantity: as printed, as links of a chain, as it was written."""
        source = step.claim.out
        yield from self.forms(self._graph_of(step), source)
        links = self.links.of(step)
        if links:
            yield in_formulas(links)
        written = graph.written.get(source.label)
        if written is not None and isinstance(source.name, str) and step.phase == "forward":
            yield written

    def _entry(self, step: Step, spot: tuple[int, ...], reader: probe.Reader) -> Iterator[Reading]:
        """One entry as the other views write it: by index, its letters replaced by numbers, and with sums
        written out; each as derived and after every move.
        """
        graph, source = self._graph_of(step), step.claim.out
        entries = Entries(graph)
        letters = entries.letters(len(spot))
        index = {letter: k + 1 for letter, k in zip(letters, spot, strict=True)}
        for node in self._moved(entries.line(source, symbolic_position(letters))):
            yield reader.read(node, index), spot
        if _narrow(graph):
            for node in self._moved(Entries(graph, expanded=True).line(source, fixed_position(spot))):
                yield reader.read(node), spot

    def _moved(self, node: Node) -> Iterator[Node]:
        """A line as derived, and after each move."""
        plain = unmarked(node)
        yield plain
        yield from (form.node for form in simplified(plain, self.facts))

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
        at, of = instance.named[name.by], instance.named[name.of]  # type: ignore[union-attr]
        target = instance.numbered[step.claim.out.number]
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
        reader, shown = self._reader(graph, {}), self._laid_out(step)
        read = [(reader.read(node), place) for node, place in self._printed(graph, var)]
        with probe.precision():
            try:
                error = max(
                    probe.difference(self._carried(self._shown[each]), self._as_shown(shown[place]))
                    for each, place in read
                )
            except (DomainError, Undecided):
                return Check(step.id, "value", "balls", "undecided", "undecided")
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

    def _carried(self, value: Any) -> Any:
        """A value as the next line takes it: rounded, where lines are rounded as by hand."""
        if self.problem.conventions.rounding != "carry":
            return value
        return self._as_shown(significant(floats(value), self.problem.conventions.digits))

    def _as_shown(self, value: Any) -> Any:
        """Printed numbers in balls, but in floats where there are very many."""
        return to_kind(exactly(value), "ball") if self._few_shown else to_float(value)

    @cached_property
    def _few_shown(self) -> bool:
        return sum(np.size(value) for value in self.derivation.values.values()) <= BALL_BUDGET

    @cached_property
    def _shown(self) -> probe.Point:
        """The point of the printed values."""
        values = {
            var: self._as_shown(value)
            for var, value in self.derivation.values.items()
            if var.name is not None and np.all(np.isfinite(np.asarray(value, dtype=float)))
        }
        arithmetic = BALL if self._few_shown else FLOAT
        return self._reader(self.derivation.graph, {}).at(values, arithmetic)

    def _laid_out(self, step: Step) -> Any:
        """The value with the axes of its line, which in denominator layout are those of its transpose."""
        before = step.claim.out.name.rank if isinstance(step.claim.out.name, Adjoint) else 0
        turned = self.problem.conventions.turns(before, np.ndim(step.value))
        return np.asarray(np.transpose(step.value) if turned else step.value)

    def _printed(self, graph: Graph, var: Var) -> list[tuple[Node, tuple[int, ...]]]:
        """The line as matrices write it, at no place; else that of every entry, or of some of very many."""
        forms = self.forms(graph, var)
        if forms:
            return [(forms[0], ())]
        entries, shape = Entries(graph), tuple(int(n) for n in var.shape)
        places = list(np.ndindex(*shape))
        chosen = places if len(places) <= SAMPLES else Random(self.seed).sample(places, SAMPLES)
        return [(unmarked(entries.line(var, fixed_position(place))), place) for place in chosen]

    def _reader(self, graph: Graph, sizes: Mapping[str, int]) -> probe.Reader:
        problem, key = self.problem, (id(graph), *sizes.items())
        if key not in self.readers:
            known = {**problem.dims, **sizes}
            self.readers[key] = probe.Reader(graph, known, problem.functions, problem.conventions.ties)
        return self.readers[key]

    def _path(self, step: Step) -> Check:
        """The sum over the paths against the gradient of the same quantity."""
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


def _narrow(graph: Graph) -> bool:
    """Whether sums over its axes, written out, are of a length that a sheet could show."""
    return all(isinstance(n, int) and n <= NARROW for var in graph.variables() for n in var.shape)


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
