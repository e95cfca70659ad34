"""This module judges a formula: equal to what is asked at every point, at enough of them, and far out too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from symdl.core.function import POINTWISE
from symdl.formula.tree import Apply, Array, Bars, Compare, Node, Transpose
from symdl.formula.walking import walk
from symdl.grading.judging.agreement import agreement, first_off, floats
from symdl.grading.judging.arrays import turns
from symdl.grading.judging.judgement import Decision, Judgement
from symdl.grading.judging.trials import Trials
from symdl.grading.question import Question
from symdl.grading.values import Value
from symdl.problems.instances import Instance

ENOUGH = 3


def formula_judged(question: Question, node: Node, trials: Trials, letters: tuple[str, ...]) -> Judgement:
    """A formula against the graph of what is asked, at many points; `letters` are those of its place."""
    assert question.graph is not None and question.pick is not None
    near = trials.near(question.graph)
    if letters:
        values = trials.entries(question, node, near, letters)
    else:
        values = trials.values(question.graph, node, near)
    shapes = _shapes(question, near, values)
    if shapes is not None and shapes[0] != shapes[1]:
        return _turned(question, node, near, values, shapes)
    result = _decided(question, node, near, values)
    if result.decision == "equal" and not letters and bends(node) and not _equal_far(question, node, trials):
        return replace(result, decision="different")
    return result


def _equal_far(question: Question, node: Node, trials: Trials) -> bool:
    """Whether a formula with cases of its own holds far out as well, on their other sides."""
    assert question.graph is not None and question.pick is not None
    far = trials.far(question.graph)
    values = trials.values(question.graph, node, far)
    return all(
        agreement(value, question.pick(point.values), point.balls) != "different"
        for point, value in zip(far, values, strict=True)
    )


def _decided(
    question: Question, node: Node, points: tuple[Instance, ...], values: tuple[Value, ...]
) -> Judgement:
    assert question.pick is not None
    agreed = 0
    for point, value in zip(points, values, strict=True):
        truth = question.pick(point.values)
        verdict = agreement(value, truth, point.balls)
        if verdict == "different":
            return Judgement(
                question, "different", node, values, _given(points, values), (),
                first_off(value, truth, point.balls), facts={"point": point},
            )  # fmt: skip
        agreed += verdict == "equal"
    decision: Decision = "equal" if agreed >= min(ENOUGH, len(points)) and agreed else "undecided"
    return Judgement(question, decision, node, values, _given(points, values))


def _given(points: tuple[Instance, ...], values: tuple[Value, ...]) -> Any:
    for point, value in zip(points, values, strict=True):
        if point.given and value.status == "value":
            return floats(value.ball)
    return None


def _turned(
    question: Question,
    node: Node,
    points: tuple[Instance, ...],
    values: tuple[Value, ...],
    shapes: Any,
) -> Judgement:
    """An answer of another shape, perhaps the right one transposed."""
    assert question.pick is not None
    for _, decision in turns(np.zeros(shapes[0]), shapes[1]):
        right = (np.shape(question.pick(point.values)) for point in points)
        turned = tuple(_turned_value(v, shape) for v, shape in zip(values, right, strict=True))
        if isinstance(node, Transpose) and isinstance(node.arg, Array):
            decision = "equal"  # a list in a line is a column all the same
        if question.in_rows and decision == "transposed" and len(shapes[1]) == 1:
            decision = "equal"  # what is added to every row is a row itself
        if _decided(question, node, points, turned).decision == "equal":
            return Judgement(question, decision, node, turned, _given(points, turned), shapes=shapes)
    return Judgement(question, "different", node, (), None, shapes=shapes)


def bends(node: Node) -> bool:
    """Whether a formula has cases: functions with kinks, comparisons, the letters of an absolute value."""
    return any(
        isinstance(part, Bars | Compare)
        or (isinstance(part, Apply) and part.function in POINTWISE and POINTWISE[part.function].kinks)
        for part in walk(node)
    )


def _turned_value(value: Value, shape: tuple[int, ...]) -> Value:
    if value.status != "value":
        return value
    for array, _ in turns(np.asarray(value.ball, dtype=object), shape):
        return Value("value", array if array.shape else array[()])
    return Value("undefined")


def _shapes(question: Question, points: tuple[Instance, ...], values: tuple[Value, ...]) -> Any:
    assert question.pick is not None
    for point, value in zip(points, values, strict=True):
        if value.status == "value":
            return np.shape(value.ball), np.shape(question.pick(point.values))
    return None
