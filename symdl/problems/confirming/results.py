"""This module checks what a sheet states at the end: the formulas and numbers of its answers, the matrix of
second derivatives, the sums over paths. What is printed there is read back, as every line is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from symdl.autodiff.reverse import backward
from symdl.checking import probe
from symdl.checking.check import Check, measured
from symdl.checking.invariants import invariants_error
from symdl.core.arithmetic import FLOAT, Undecided
from symdl.core.entries import Entries
from symdl.core.evaluation import evaluate, telling_place, to_float
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.derivation.step import Answer, Derivation, Step
from symdl.errors import DomainError
from symdl.formula.tree import Array, Node, children
from symdl.problems.instances import Instance

Place = tuple[int, ...]
ReaderOf = Callable[[Graph, Mapping[str, int]], probe.Reader]
TOLERANCE = 1e-8  # of formulas worked out in floats
SAME = 1e-11  # of numbers


def answer_checks(
    derivation: Derivation, instances: Sequence[Instance], reader_of: ReaderOf, moved: bool, seed: int
) -> Iterator[Check]:
    """The formula of every answer in every view, at all instances; its number, unless points are `moved`."""
    lines = {step.claim.out: step.id for step in derivation.steps if step.phase in ("forward", "backward")}
    known = set(derivation.graph.variables())
    for answer in derivation.answers:
        if answer.var is None or answer.var not in known:
            continue
        step = lines.get(answer.var, answer.id)
        place = place_of(answer)
        if answer.formula:
            letters = Entries(derivation.graph).letters(len(answer.var.shape))  # as they are printed
            errors = [_formula_error(answer, place, letters, each, reader_of) for each in instances]
            yield _check(step, "result", errors, instances, seed)
        if answer.value is not None and not moved:
            yield _number_check(step, answer, derivation.values[answer.var], place, seed)


def place_of(answer: Answer) -> Place | None:
    """The entry that an answer is about, counted from 0: of `W[1,2]`, (0, 1)."""
    if answer.kind not in ("gradient", "value") or answer.var is None:
        return None
    name, own = answer.by or answer.of, answer.var.name
    if "[" not in name or name == str(own.by if isinstance(own, Adjoint) else own):  # a state, `h[0]`
        return None
    inside = name[name.rindex("[") + 1 : -1].split(",")
    return tuple(int(part) - 1 for part in inside) if len(inside) == len(answer.var.shape) else None


def _formula_error(
    answer: Answer, place: Place | None, letters: Sequence[str], instance: Instance, reader_of: ReaderOf
) -> float | None:
    """The worst deviation of the formulas of an answer from the quantity."""
    assert answer.var is not None
    target = instance.numbered[answer.var.number]
    goal, shape = instance.values[target], tuple(int(n) for n in target.shape)
    spot = place if place is not None else telling_place(goal)
    reader = reader_of(instance.graph, instance.sizes)
    errors = []
    with probe.precision():
        for view, node in _stated(answer):
            index = view == "index" or (view == "scalar" and place is not None)
            numbers = {letter: k + 1 for letter, k in zip(letters, spot, strict=True)} if index else {}
            try:
                found = reader.at(instance.known, instance.arithmetic)[reader.read(node, numbers)]
                errors.append(probe.difference(found, goal[spot] if index and shape else goal))
            except (DomainError, Undecided):
                return None
    return max(errors)


def _stated(answer: Answer) -> Iterator[tuple[str, Node]]:
    """The formulas of an answer, each with the view that it is written in."""
    yield from answer.formula.items()
    if answer.composed is not None:
        yield "matrix", answer.composed


def _number_check(step: str, answer: Answer, value: Any, place: Place | None, seed: int) -> Check:
    """The number of an answer, and its exact twin, against the value of its quantity."""
    whole = np.asarray(to_float(value))
    wanted = whole[place] if place is not None else whole
    stated = [np.asarray(to_float(answer.value))]
    if answer.exact is not None:
        stated.append(np.asarray(to_float(answer.exact)))
    if answer.kind == "jacobian":  # which may be laid out the other way
        wanted, stated = np.sort(wanted, axis=None), [np.sort(each, axis=None) for each in stated]
    scale = max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    fits = all(each.shape == wanted.shape for each in stated)
    error = max(float(np.max(np.abs(each - wanted))) for each in stated) / scale if fits else 1.0
    return measured(step, "result_value", "balls", error, SAME, seed)


def vector_check(step: Step, instances: Sequence[Instance], reader_of: ReaderOf, seed: int) -> Check:
    """A block written as a matrix against its entries, put in the order that the line states."""
    errors: list[float | None] = []
    for instance in instances:
        target = instance.numbered[step.claim.out.number]
        goal = np.asarray(instance.values[target])
        rank = step.because.facts["rank"]
        if step.because.facts["order"] == "columns":
            axes = [*reversed(range(rank)), *reversed(range(rank, goal.ndim))]
            goal = goal.transpose(axes)
        goal = goal.reshape(int(np.prod(goal.shape[:rank])), -1)
        reader = reader_of(instance.graph, instance.sizes)
        with probe.precision():
            try:
                point = reader.at(instance.known, instance.arithmetic)
                rows = [_column(point[reader.read(row)]) for _, row in step.lines]
                errors.append(max(probe.difference(row, goal) for row in rows))
            except (DomainError, Undecided):
                errors.append(None)
    return _check(step.id, "line", errors, instances, seed)


def _column(value: Any) -> Any:
    """A vector as the matrix with one column for which it stands."""
    found = np.asarray(value)
    return found[:, None] if found.ndim == 1 else found


def hessian_checks(
    step: Step, answer: Answer | None, instances: Sequence[Instance], reader_of: ReaderOf, seed: int
) -> Iterator[Check]:
    """The matrix of a Hessian entry by entry: its formulas where they are printed, at the given point."""
    matrix = answer.formula.get("scalar") if answer is not None else None
    given = next((each for each in instances if each.given), None)
    if not isinstance(matrix, Array) or given is None:
        return
    reader = reader_of(given.graph, given.sizes)
    point = reader.at(given.known, given.arithmetic)
    wanted, errors = np.asarray(step.value, dtype=float), []
    with probe.precision():
        for i, row in enumerate(matrix.items):
            for j, node in enumerate(children(row)):
                try:
                    found = to_float(point[reader.read(node)])
                except (DomainError, Undecided):
                    return
                errors.append(abs(float(found) - wanted[i, j]) / max(1.0, abs(wanted[i, j])))
    yield _check(step.id, "result", [max(errors)], [], seed)


def eigenvalue_check(step: Step, seed: int) -> Check:
    """Eigenvalues against the trace and the determinant of the matrix; minors likewise."""
    matrix, minors = np.atleast_2d(np.asarray(step.value, dtype=float)), step.because.facts.get("leading", ())
    error = invariants_error(matrix, step.because.facts["eigenvalues"], minors)
    return measured(step.id, "eigenvalues", "trace_determinant", error, 1e-9, seed)


def block_check(step: Step, instances: Sequence[Instance], seed: int) -> Iterator[Check]:
    """The numbers of a block of second derivatives against its line worked out at the given point."""
    given = next((each for each in instances if each.given), None)
    if given is None or step.value is None:
        return
    wanted = np.asarray(to_float(given.values[given.numbered[step.claim.out.number]]))
    scale = max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    error = float(np.max(np.abs(np.asarray(step.value, dtype=float) - wanted), initial=0.0)) / scale
    yield measured(step.id, "value", "balls", error, SAME, seed)


def path_checks(step: Step, instances: Sequence[Instance], seed: int) -> Iterator[Check]:
    """The sums over paths: the formula against the gradient at random points, the numbers against the sum."""
    rows = dict(step.lines)
    if "local" in rows:
        errors = [_path_error(step, rows["local"], each) for each in instances]
        yield _check(step.id, "line", errors, instances, seed)
    for kind in ("numbers", "terms"):
        if kind in rows and step.value is not None:
            scale = max(1.0, abs(float(step.value)))
            error = abs(_worked(rows[kind]) - float(step.value)) / scale
            yield measured(step.id, "value", "balls", error, SAME, seed)


def _path_error(step: Step, local: Node, instance: Instance) -> float | None:
    by = step.because.facts["by"]
    source = next(v for v in instance.graph.inputs if v.name is not None and leaf(v.name) == by)
    target = instance.numbered[step.claim.out.number]
    swept = backward(instance.graph, target, instance.graph.inputs)
    known = {var: to_float(instance.values[var]) for var in instance.graph.inputs}
    values = {var: value for var, value in evaluate(swept.graph, known).items() if var.name is not None}
    reader = probe.Reader(swept.graph)
    read = reader.read(local)
    try:
        found = float(reader.at(values, FLOAT)[read])
    except (DomainError, Undecided):
        return None
    wanted = float(values[swept.adjoints[source]])
    return abs(found - wanted) / max(1.0, abs(wanted))


def _worked(node: Node) -> float:
    """A formula of numbers alone."""
    reader = probe.Reader(Graph((), (), Var(None, (), "input", 0)))
    read = reader.read(node)
    return float(reader.at({}, FLOAT)[read])


def _check(
    step: str, claim: str, errors: Sequence[float | None], instances: Sequence[Instance], seed: int
) -> Check:
    known = [error for error in errors if error is not None]
    worst = max(known, default=None)
    balls = claim == "result" and bool(instances) and all(each.balls for each in instances)
    tolerance = probe.TOLERANCE if balls else TOLERANCE
    return measured(step, claim, "balls", worst, tolerance, seed)
