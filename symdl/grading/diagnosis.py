"""This module names mistakes: it looks for the change to the right derivation that gives an answer.

First the answer as a whole (a sign, a factor, a transpose), then every single change of the graph. A formula
is held against a change at several random points; a number at the given values only, where several changes
may coincide: at most two are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdl.core.graph import Adjoint
from symdl.core.naming import leaf
from symdl.formula.pretty import to_text
from symdl.grading.agreement import floats
from symdl.grading.judging import Judgement
from symdl.grading.misconceptions import MISCONCEPTIONS
from symdl.grading.notation import notation
from symdl.grading.numbers import Numbers, closeness
from symdl.grading.variants import Variants, truths
from symdl.text import Text

MOST = 2
TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The mistakes that explain an answer, best first, and where the first one happened."""

    keys: tuple[str, ...]
    place: str
    texts: tuple[Text, ...]
    convention: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is held against variants: its values at the points, or the number at the given ones."""

    points: tuple[Any, ...] | None
    number: Any
    digits: int


def diagnose(result: Judgement, variants: Variants) -> Diagnosis | None:
    """The mistake behind a wrong answer, or None where none is recognized."""
    question = result.question
    answer = _answer(result, variants)
    if answer is None:
        return None
    keys: dict[str, tuple[str, Text, bool]] = {}
    for key, place, text, convention in (
        *_turned(result, answer, variants),
        *_changed(result, answer, variants),
    ):
        keys.setdefault(key, (place, text, convention))
        if len(keys) == MOST:
            break
    if not keys:
        return None
    if answer.points is not None:  # random points tell mistakes apart: the first one is the one
        keys = dict(list(keys.items())[:1])
    place, _, convention = next(iter(keys.values()))
    texts = tuple(text for _, text, _ in keys.values())
    return Diagnosis(tuple(keys), place or question.place, texts, convention)


def _answer(result: Judgement, variants: Variants) -> Answer | None:
    digits = variants.judge.digits
    if result.values and result.question.graph is variants.graph:
        points = [
            floats(value.ball) if value.status == "value" else None
            for value, point in zip(result.values, variants.judge.instances(variants.graph), strict=True)
            if not point.given and not point.sizes
        ]
        found = tuple(points[: len(variants.points)])
        return Answer(found, None, digits) if found else None
    return None if result.number is None else Answer(None, result.number, digits)


def _agrees(answer: Answer, points: list[Any], given: Any, truth_points: list[Any], truth: Any) -> bool:
    """Whether an answer is what a mistake leads to, and the mistake makes a difference here."""
    if answer.points is None:
        return given is not None and _close(answer, given) and not _close_values(given, truth, answer.digits)
    pairs = list(zip(answer.points, points, strict=True))
    if not pairs or any(a is None or b is None or not _same(a, b) for a, b in pairs):
        return False
    return any(t is None or not _same(b, t) for (_, b), t in zip(pairs, truth_points, strict=True))


def _close(answer: Answer, given: Any) -> bool:
    if np.shape(given) != np.shape(answer.number) or not np.all(np.isfinite(np.asarray(given, dtype=float))):
        return False
    written = (0,) * int(np.size(answer.number))
    return closeness(Numbers(answer.number, written), given, answer.digits)[0] == "right"


def _close_values(left: Any, right: Any, digits: int) -> bool:
    written = (0,) * int(np.size(left))
    return (
        np.shape(left) == np.shape(right) and closeness(Numbers(left, written), right, digits)[0] == "right"
    )


def _same(left: Any, right: Any) -> bool:
    if np.shape(left) != np.shape(right):
        return False
    a, b = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    return bool(np.all(np.isfinite(b)) and np.allclose(a, b, rtol=TOLERANCE, atol=1e-14))


Found = tuple[str, str, Text, bool]


def _turned(result: Judgement, answer: Answer, variants: Variants) -> Iterator[Found]:
    question = result.question
    at_points = truths(question, variants.points) if answer.points is not None else []
    for mistake in MISCONCEPTIONS.values():
        for turn in mistake.turns:
            for count in variants.counts() if mistake.key == "average" else (0,):
                facts = {**question.history, "count": count}
                points = [None if t is None else turn.turn(t, facts) for t in at_points]
                given = None if question.known is None else turn.turn(question.known, facts)
                if _agrees(answer, points, given, at_points, question.known):
                    said = {**facts, **turn.facts, "place": _shown(question.place, variants)}
                    yield (
                        mistake.key,
                        question.place,
                        Text(f"misconception.{mistake.key}", said),
                        mistake.convention,
                    )


def _changed(result: Judgement, answer: Answer, variants: Variants) -> Iterator[Found]:
    question = result.question
    if question.graph is not variants.graph:
        return
    at_points = truths(question, variants.points) if answer.points is not None else []
    for variant in variants.all:
        points = truths(question, variant.points) if answer.points is not None else []
        (given,) = truths(question, (variant.given,)) if variant.given else (None,)
        if _agrees(answer, points, given, at_points, question.known):
            place = variant.change.place
            said = {**variant.change.facts, "place": _shown(place, variants)}
            key = variant.mistake.key
            yield key, place, Text(f"misconception.{key}", said), variant.mistake.convention


def _shown(place: str, variants: Variants) -> str:
    """A place in the student's own symbols."""
    var = next((v for v in variants.graph.variables() if v.name is not None and str(v.name) == place), None)
    if var is None or not isinstance(var.name, str | Adjoint):
        return place
    return to_text(leaf(var.name), notation(variants.judge.problem, variants.graph))
