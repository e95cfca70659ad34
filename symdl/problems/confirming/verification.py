"""This module verifies derivations: every line by at least one means that does not share its rule.

* what is printed is read back and compared in ball arithmetic with what was computed, at the given and
  at random points, at several sizes where sizes are symbolic;
* every adjoint is compared with central differences of the loss from that quantity on;
* printed values are recomputed from the printed line;
* small scalar results are confirmed by SymPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from symdl.checking import probe
from symdl.checking.check import Check, measured
from symdl.core.graph import Graph
from symdl.derivation.step import Derivation, Step
from symdl.problems.confirming import gradients, results, statements, tangents
from symdl.problems.confirming import runs as run_checks
from symdl.problems.confirming.architecture import table_checks
from symdl.problems.confirming.lines import Points, line_check
from symdl.problems.confirming.printed import Printed
from symdl.problems.confirming.symbols import symbolic_checks
from symdl.problems.confirming.values import ShownValues
from symdl.problems.instances import Instance, Instances
from symdl.problems.problem import Problem

IN_FLOATS = 1e-8  # the tolerance at points of so many entries that they are floats
CONFIRMED = (  # phase, module, function: what checks a phase of its own
    ("calculus", "own_rows", "calculus_checks"),
    ("stationary", "points", "point_checks"),
    ("stationary", "kkt", "constrained_checks"),
    ("taylor", "taylor", "taylor_checks"),
    ("taylor", "taylor_arrays", "array_checks"),
    ("likelihood", "likelihood", "likelihood_checks"),
    ("lesson", "lessons", "lesson_checks"),
    ("finding", "findings", "finding_checks"),
)


class Verifier:
    """Checks one derivation of one problem."""

    def __init__(self, problem: Problem, derivation: Derivation, seed: int = 0) -> None:
        self.problem, self.derivation = problem, derivation
        self.seed = seed or (problem.raw.seed or 1)
        self.instances = Instances(problem, self.seed)
        self.printed = Printed(problem, derivation)
        self.values = ShownValues(self.printed, self.seed)

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
            special = [
                s for s in steps if s.phase in ("path", "hessian", "tangent") or "extra" in s.because.facts
            ]
            if special:
                found.extend(self._group(graphs[key], special))
        found.extend(symbolic_checks(self.problem, self.derivation, self.seed))
        found.extend(self._confirmed())
        found.extend(table_checks(self.problem, self.derivation, self.seed))
        order = {step.id: k for k, step in enumerate(self.derivation.steps)}
        return tuple(sorted(found, key=lambda check: order.get(check.step, len(order))))

    def _confirmed(self) -> Iterator[Check]:
        """The steps of phases that have a module of their own for their checks."""
        phases = {step.phase for step in self.derivation.steps}
        for phase, module, name in CONFIRMED:
            if phase in phases:
                checks = getattr(import_module(f"symdl.problems.confirming.{module}"), name)
                yield from checks(self.problem, self.derivation, self.seed)

    def _group(self, graph: Graph, steps: list[Step]) -> Iterator[Check]:
        if not steps and all(answer.var is None for answer in self.derivation.answers):
            return
        instances = list(self.instances.of(graph))
        points = [
            (each, self.printed.reader(each.graph, each.sizes).at(each.known, each.arithmetic))
            for each in instances
        ]
        for step in steps:
            yield from self._step(step, instances, points)
        if graph is self.derivation.graph:
            moved = any(getattr(ask, "at", None) for ask in self.problem.asks)
            yield from results.answer_checks(
                self.derivation, instances, self.printed.reader, moved, self.seed
            )

    def _step(self, step: Step, instances: list[Instance], points: Points) -> Iterator[Check]:
        """The checks of one step, by what it states."""
        if "extra" in step.because.facts:
            yield from self._statement(step, instances)
            return
        if step.phase == "update":
            yield run_checks.line_check(self.problem, step, self.seed)
            return
        if step.phase == "tangent" and step.lines:
            yield tangents.direction_check(step, self.seed)
            return
        if step.phase == "path":
            if step.value is not None:
                yield gradients.sum_check(self.problem, step, self.seed)
            yield from results.path_checks(step, instances, self.seed)
            return
        if "order" in step.because.facts and step.phase == "hessian":
            yield results.vector_check(step, instances, self.printed.reader, self.seed)
            return
        if "eigenvalues" in step.because.facts:
            yield results.eigenvalue_check(step, self.seed)
            owner = next((a for a in self.derivation.answers if step.id == f"{a.id}.definiteness"), None)
            yield from results.hessian_checks(step, owner, instances, self.printed.reader, self.seed)
            return
        if not step.lines:
            yield line_check(self.printed, step, points, self.seed)
        if step.phase in ("backward", "hessian") and not step.lines:
            yield gradients.difference_check(step, instances, self.seed)
        if step.value is not None and step.phase in ("forward", "backward"):
            yield self.values.check(step)
        if step.phase == "tangent":
            yield tangents.tangent_check(step, self.derivation, instances, self.seed)
        if step.phase in ("hessian", "tangent"):
            yield from results.block_check(step, instances, self.seed)

    def _statement(self, step: Step, instances: list[Instance]) -> Iterator[Check]:
        """A line with quantities of its own: its rows agree at random points, its squares are squares."""
        if {"system", "solution", "closed"} & step.because.facts.keys():
            yield statements.solution_check(self.problem, step, instances, self.seed)
            return
        if "witness" in step.because.facts:
            yield statements.witness_check(step, self.seed)
            return
        if "jensen" in step.because.facts:
            yield statements.midpoint_check(self.problem, step, instances, self.seed)
            return
        worst: float | None = None
        for instance in instances:
            error = statements.deviation(self.problem, step, instance, self.seed)
            if error is not None:
                worst = max(worst or 0.0, error)
        tolerance = probe.TOLERANCE if all(each.balls for each in instances) else IN_FLOATS
        found = measured(step.id, "line", "balls", worst, tolerance, self.seed)
        yield found
        if found.outcome == "holds" and {"convex", "concave"} & {*step.because.key.split("_")}:
            yield Check(step.id, "formula", "squares", "proved", "holds", seed=self.seed)


def verify(problem: Problem, derivation: Derivation, seed: int = 0) -> tuple[Check, ...]:
    """The checks of every line of a derivation."""
    return Verifier(problem, derivation, seed).run()
