"""This module tries out the questions of a problem before students do: can right and wrong be told apart?

Each question marks its own answer, that answer in two other forms, and the answer of every mistake. Where
only a number is asked for, some mistakes may lead to the right one: a gate that is open, a factor that is 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symdl.errors import SymdlError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Negate
from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS
from symdl.grading.judging.likeness import same_number
from symdl.grading.marker import Marker
from symdl.grading.question import Question
from symdl.grading.reporting.submissions import Submission
from symdl.grading.stepping import picked
from symdl.grading.values import FAILURES
from symdl.problems.problem import Problem
from symdl.text import Text

MOST = 3  # mistakes that are named
TINY = 1e-6  # next to the largest value of the problem


def lint(problem: Problem) -> tuple[Text, ...]:
    """What a teacher should know about the questions of a problem before handing it out."""
    try:
        marker = Marker(problem)
        return tuple(finding for id in marker.judge.questions.asked for finding in _findings(marker, id))
    except (SymdlError, *FAILURES):
        return ()  # what is wrong with the problem is told where it is solved


def _findings(marker: Marker, id: str) -> Iterator[Text]:
    try:
        question = marker.judge.questions[id]
    except SymdlError:
        return
    for form in forms(question):
        row = marker.student([Submission("", id, form)])[0]
        if row.status not in ("right", "equivalent_form"):
            yield Text("lint.refused", {"question": id, "answer": form, "status": row.status})
            break
    yield from _flat(question)
    same = coinciding(marker, question)
    if same:
        named = tuple(Text(f"cause.{key}") for key in same[:MOST])
        key = "lint.coincides" if len(same) <= MOST else "lint.coincides_often"
        yield Text(key, {"question": id, "mistakes": named, "count": len(same), "more": len(same) - MOST})


def forms(question: Question) -> Iterator[Any]:
    """The right answer: as a number, as its formula, and that formula in two other forms."""
    if question.known is not None and np.all(np.isfinite(np.asarray(question.known, dtype=float))):
        yield question.known
    for right in question.formulas[:1]:
        if question.restates and right in question.restates:
            continue
        yield to_plain(right)
        yield to_plain(Negate(Negate(right)))
        yield f"2*({to_plain(right)})/2"


def _flat(question: Question) -> Iterator[Text]:
    """A gradient that is zero or nearly so tells little: a dead unit, a saturated one."""
    if question.known is None or question.kind not in ("gradient", "derivative"):
        return
    value = np.abs(np.asarray(question.known, dtype=float))
    if value.size and np.all(value == 0):
        yield Text("lint.zero", {"question": question.id})
    elif value.size and float(value.max()) < TINY:
        yield Text("lint.vanishing", {"question": question.id})
    elif np.any(value == 0):
        yield Text("lint.zeros", {"question": question.id, "count": int(np.sum(value == 0))})


def coinciding(marker: Marker, question: Question) -> list[str]:
    """The mistakes whose number is the right one although their formula is not."""
    digits, known = marker.judge.digits, question.known
    if known is None:
        return []
    found: dict[str, None] = {}
    if question.graph is marker.variants.graph:
        right = marker.variants.true_points(question)
        altered = marker.variants.altered
        for variant in altered.concerning(question.target):
            given = altered.answer(question, variant, None)
            if given is None or not same_number(given, known, digits):
                continue
            if _differ(right, altered.answers(question, variant)):
                found[variant.mistake.key] = None
    right = marker.variants.true_points(question)
    for formulated in marker.variants.formulated(question):
        given = formulated.given
        if given is None or not same_number(given, known, digits):
            continue
        if _differ(right, list(formulated.points)):
            found[formulated.mistake.key] = None
    found |= dict.fromkeys(_turned(marker, question))
    record = question.record
    for stepped in marker.variants.stepped:
        if record is None or stepped.mistake.convention or stepped.stepping.start is not question.start:
            continue
        given = picked(stepped.records.get(record[2]), record[0], record[1])
        if given is not None and same_number(given, known, digits) and stepped.matters(record):
            found[stepped.mistake.key] = None
    return list(found)


def _turned(marker: Marker, question: Question) -> Iterator[str]:
    """Changes of an answer as a whole that leave it as it is: the step alone, where a parameter starts at 0.

    A factor or a sign does so at zero only, which is told by itself.
    """
    if not np.any(question.known):
        return
    right = marker.variants.true_points(question)
    for mistake in MISCONCEPTIONS.values():
        for turn in () if mistake.convention else mistake.turns:
            given = turn.turn(question.known, {**question.history, "count": 0})
            if given is None or not same_number(given, question.known, marker.judge.digits):
                continue
            elsewhere = [None if truth is None else turn.turn(truth, {"count": 0}) for truth in right]
            if question.record is not None or _differ(right, elsewhere):
                yield mistake.key


def _differ(right: list[Any], wrong: list[Any]) -> bool:
    pairs = [(a, b) for a, b in zip(right, wrong, strict=False) if a is not None and b is not None]
    return any(np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=1e-6, atol=1e-12) for a, b in pairs)
