"""This module names a new mistake on top of an earlier one: the graph run from the student's own values.

An answer that neither is right nor follows from earlier values may follow from them by a mistake: every
single change is tried on the values as the student has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from symdl.core.graph import Var
from symdl.grading.carrying import replayed
from symdl.grading.diagnosing.altered import Known, answer_of
from symdl.grading.diagnosing.diagnosis import Diagnosis
from symdl.grading.diagnosing.misconceptions import LAST
from symdl.grading.diagnosing.search import ALSO, Found, Search
from symdl.grading.diagnosing.variants import Variants
from symdl.grading.judging.judgement import Judgement
from symdl.grading.judging.likeness import Answer, close
from symdl.text import Text

AFTER = Text("verdict.besides_carried", {})


def diagnose_carried(result: Judgement, variants: Variants, own: Mapping[Var, Any]) -> Diagnosis | None:
    """The mistake in a number that was worked out from own earlier values, None where none is recognized."""
    question, altered = result.question, variants.altered
    if not own or result.number is None or question.graph is not variants.graph or not altered.given:
        return None
    known = {**altered.given, **replayed(altered.graph, dict(altered.given), own, False)}
    search = Search(question, Answer(None, result.number, variants.judge.digits), variants)
    for found, value in _candidates(search, known, own):
        if value is not None and close(search.answer, value):
            return Diagnosis(found.keys, found.place or question.place, (*found.texts, AFTER))
    return None


def _candidates(search: Search, known: Known, own: Mapping[Var, Any]) -> Iterator[tuple[Found, Any]]:
    """Each single mistake with what it leads to, the likeliest first."""
    question, altered = search.question, search.altered
    truth = answer_of(question, known)
    for mistake, turn, facts in search.turns():
        if mistake.key in ALSO and truth is not None:
            named = search.named(mistake, question.place, {**facts, **turn.facts})
            yield replace(named, convention=False), turn.turn(truth, facts)
    for variant in altered.concerning(question.target):
        change = variant.change
        if change.later < LAST and change.var not in own and not variant.mistake.convention:
            named = search.named(variant.mistake, change.place, change.facts)
            yield named, answer_of(question, altered.after(known, variant))
