"""This module asks whether a wrong answer follows from the student's own earlier values."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.core.graph import Var
from symdl.grading.carrying import replayed, trivial, upstream
from symdl.grading.judging.agreement import agreement, floats
from symdl.grading.judging.answers import Judge
from symdl.grading.judging.digits import Numbers, closeness
from symdl.grading.judging.judgement import Judgement
from symdl.grading.judging.updates import followed, stepping_of
from symdl.grading.question import Question


def follows(judge: Judge, result: Judgement, own: list[Judgement]) -> bool:
    """Whether a wrong answer is right for the student's own earlier values."""
    question = result.question
    if question.record is not None:
        return _follows_in_update(judge, result, own)
    if question.graph is None or question.pick is None or question.target is None:
        return False
    wrong = [j for j in own if j.decision in ("different", "close") and j.question.graph is question.graph]
    earlier = [j for j in wrong if j.question.target is not None and j is not result]
    if result.values:
        return _follows_as_formula(judge, result, [j for j in earlier if j.values])
    return result.number is not None and _follows_as_number(judge, result, earlier)


def _follows_in_update(judge: Judge, result: Judgement, own: list[Judgement]) -> bool:
    """Whether a step is right for own gradients and own earlier parameters."""
    stepping = stepping_of(result.question, judge.questions.steppings)
    if stepping is None or result.number is None:
        return False
    earlier = [
        (j.question, j.number) for j in own
        if j is not result and j.decision in ("different", "close") and j.number is not None
        and np.shape(j.number) == np.shape(j.question.known) and not trivial(j.number, j.question.known)
    ]  # fmt: skip
    value = followed(result.question, earlier, stepping)
    if value is None or np.shape(value) != np.shape(result.number):
        return False
    written = (0,) * int(np.size(result.number))
    near = closeness(Numbers(result.number, written), floats(value), judge.digits)[0]
    return near == "right" and not _unmoved(result.question, result.number, value)


def carried_numbers(judge: Judge, result: Judgement, own: list[Judgement]) -> dict[Var, Any]:
    """The student's own wrong numbers that an answer is made of."""
    question, values = result.question, judge.questions.solver.values
    if question.graph is None or question.target is None:
        return {}
    handed = [
        (j.question.target, j.number) for j in own
        if j is not result and j.decision in ("different", "close") and j.question.graph is question.graph
        and j.number is not None
    ]  # fmt: skip
    kept = {v: n for v, n in handed if v is not None and not trivial(n, floats(values[v]))}
    return upstream(question.graph, question.target, kept)


def _follows_as_number(judge: Judge, result: Judgement, earlier: list[Judgement]) -> bool:
    question = result.question
    assert question.graph is not None and question.pick is not None and question.target is not None
    carried = carried_numbers(judge, result, earlier)
    if not carried:
        return False
    solver = judge.questions.solver
    digits = judge.problem.conventions.digits if judge.problem.conventions.rounding == "carry" else None
    truth = question.pick(replayed(question.graph, solver.values, carried, False, digits))
    if np.shape(truth) != np.shape(result.number) or trivial(floats(truth), question.known):
        return False
    written = (0,) * int(np.size(result.number))
    return closeness(Numbers(result.number, written), floats(truth), judge.digits)[0] == "right"


def _follows_as_formula(judge: Judge, result: Judgement, earlier: list[Judgement]) -> bool:
    question = result.question
    assert question.graph is not None and question.pick is not None and question.target is not None
    agreed = 0
    for k, point in enumerate(judge.trials.near(question.graph)):
        if point.sizes:
            return False
        own = {j.question.target: j.values[k].ball for j in earlier if j.values[k].status == "value"}
        carried = upstream(question.graph, question.target, {v: x for v, x in own.items() if v is not None})
        if not carried:
            return False
        values = replayed(question.graph, point.values, carried, point.balls)
        if (
            question.target not in values
            or agreement(result.values[k], question.pick(values), point.balls) != "equal"
        ):
            return False
        agreed += 1
    return agreed > 1


def _unmoved(question: Question, number: Any, value: Any) -> bool:
    """Whether the step itself, far smaller than the parameter, is another one."""
    before = question.history.get("before")
    if before is None:
        return False
    step = np.max(np.abs(np.asarray(value) - np.asarray(before)), initial=0.0)
    return bool(np.any(np.abs(np.asarray(number) - np.asarray(value)) > step / 10))
