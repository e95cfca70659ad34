"""This module names the mistake in an answer of another shape: it may be the adjoint of another quantity."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.core.graph import Adjoint, Var, descendants
from symdl.core.naming import leaf
from symdl.formula.tree import Partial
from symdl.grading.diagnosing.diagnosis import Diagnosis
from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS
from symdl.grading.diagnosing.search import Search
from symdl.grading.diagnosing.variants import Variants
from symdl.grading.judging.judgement import Judgement
from symdl.grading.judging.likeness import Answer, same_or_none


def misshapen(result: Judgement, variants: Variants) -> Diagnosis | None:
    """An answer that stops on its way: a chain without its last factors, a bias not summed over examples."""
    question, target = result.question, result.question.target
    if result.node is None or result.shapes is None or target is None or question.graph is not variants.graph:
        return None
    found = variants.values(question, result.node)
    if not found or not found[0] or not isinstance(target.name, Adjoint):
        return None
    search = Search(question, Answer(found[0], None, variants.judge.digits), variants)
    if _adds_up(found[0], search.true_points):
        named = search.named(MISCONCEPTIONS["missing_batch_sum"], target.name.by, {})
        return Diagnosis(named.keys, named.place, named.texts)
    for name, var in question.graph.by_name.items():
        if not isinstance(name, Adjoint) or name.of != target.name.of or var == target or name.by == name.of:
            continue
        right = [values[var] for values in variants.altered.points]
        if all(map(same_or_none, found[0], right)):
            key, place, facts = _cause(variants, target, var)
            named = search.named(MISCONCEPTIONS[key], place, facts)
            return Diagnosis(named.keys, named.place, named.texts)
    return None


def _cause(variants: Variants, target: Var, found: Var) -> tuple[str, str, dict[str, Any]]:
    """What is missing from the adjoint that was handed in to the one that was asked for."""
    assert isinstance(target.name, Adjoint) and isinstance(found.name, Adjoint)
    if target not in descendants(variants.graph, frozenset({found})):
        return "wrong_variable", target.name.by, {"other": leaf(found.name)}
    factor = Partial(leaf(found.name.by), (leaf(target.name.by),))
    return "missing_factor", found.name.by, {"factor": factor}


def _adds_up(answers: tuple[Any, ...], truths: list[Any]) -> bool:
    """Whether an answer is right once it is added up along its first axis."""
    pairs = list(zip(answers, truths, strict=True))
    return bool(pairs) and all(
        a is not None and np.ndim(a) and same_or_none(np.sum(a, axis=0), t) for a, t in pairs
    )
