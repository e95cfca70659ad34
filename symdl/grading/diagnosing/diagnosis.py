"""This module names mistakes: it looks for the change to the right derivation that gives an answer.

First other conventions, then the answer as a whole (a sign, a factor, a transpose), every single change of
the graph, of the formula or of the update rule, and at last pairs of them. A formula is held against a change
at several random points; a number at the given values only, where several changes may coincide: at most two
are named.
"""

from __future__ import annotations

from dataclasses import dataclass

from symdl.grading.diagnosing.search import Search
from symdl.grading.diagnosing.variants import Variants
from symdl.grading.judging.agreement import floats
from symdl.grading.judging.judgement import Judgement
from symdl.grading.judging.likeness import Answer
from symdl.text import Text

MOST = 2


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The mistakes that explain an answer, best first, and where the first one happened."""

    keys: tuple[str, ...]
    place: str
    texts: tuple[Text, ...]
    convention: bool = False
    paired: bool = False  # two mistakes at once


def diagnose(result: Judgement, variants: Variants) -> Diagnosis | None:
    """The mistake behind a wrong answer, or None where none is recognized."""
    answer = _answer(result, variants)
    if answer is None:
        return None
    search = Search(result.question, answer, variants)
    best = search.conventions() or search.single() or search.undone(result) or search.pairs()
    if not best:
        return None
    if len(best[0].keys) == 1:  # an answer may have come about in several ways
        single = [found for found in best if len(found.keys) == 1]
        keys = tuple(found.keys[0] for found in single[:MOST])
        texts = tuple(found.texts[0] for found in single[:MOST])
    else:
        keys, texts = best[0].keys, best[0].texts
    paired = len(best[0].keys) > 1
    return Diagnosis(keys, best[0].place or result.question.place, texts, best[0].convention, paired)


def _answer(result: Judgement, variants: Variants) -> Answer | None:
    digits = variants.judge.digits
    graph = result.question.graph
    if result.values and graph is not None:
        points = [
            floats(value.ball) if value.status == "value" else None
            for value, point in zip(result.values, variants.judge.trials.near(graph), strict=True)
            if not point.given and not point.sizes
        ]
        found = tuple(points[: len(variants.altered.points)])
        return Answer(found, None, digits) if found else None
    return None if result.number is None else Answer(None, result.number, digits)
