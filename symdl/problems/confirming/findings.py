"""This module checks what was found: a separating line by its signs, a contradiction by its sum, neighbors by
other formulas for the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from symdl.checking.check import Check, Strength, measured
from symdl.derivation.separation import Separation
from symdl.derivation.step import Derivation, Step
from symdl.problems.problem import Problem

TOLERANCE = 1e-9


def finding_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """The checks of lines that found something."""
    for step in derivation.steps:
        if step.phase == "finding":
            kind = step.because.key.removeprefix("rule.").partition("_")[0]
            error, method = _neighbors(step) if kind == "nearest" else _separation(step)
            strength: Strength = "definition" if "condition" in step.id else "checked"
            yield measured(step.id, "line", method, error, TOLERANCE, seed, strength)


def _separation(step: Step) -> tuple[float, str]:
    """Every example on its side; the weights that were learned replayed in floats; the proof added up."""
    facts = step.because.facts
    done: Separation = facts["done"]
    if "rate" in facts:
        return _replayed(done, facts), "replayed"
    points = np.array([[float(x) for x in row] for row in facts["inputs"]])
    targets = np.array([float(t) for t in facts["targets"]])
    if done.separates:
        fires = points @ np.array(list(map(float, done.weights))) + float(done.bias) >= 0
        return float(np.any(fires != (targets == 1))), "condition"
    assert done.proof is not None
    total = [Fraction(0)] * (points.shape[1] + 1)
    for weight, x, t in zip(done.proof, facts["inputs"], facts["targets"], strict=True):
        side = 1 if t else -1
        total = [a + side * weight * b for a, b in zip(total, (*x, Fraction(1)), strict=True)]
    wrong = any(total) or min(done.proof) < 0
    strict = any(weight and not t for weight, t in zip(done.proof, facts["targets"], strict=True))
    return float(wrong or not strict), "exact"


def _replayed(done: Separation, facts: Mapping[str, Any]) -> float:
    """How far weights and bias of every correction are from the rule carried out in floats."""
    weights, bias, worst = np.zeros(len(facts["inputs"][0])), 0.0, 0.0
    for each in done.corrections:
        x = np.array(list(map(float, facts["inputs"][each.example])))
        error = float(facts["targets"][each.example]) - float(weights @ x + bias >= 0)
        weights, bias = weights + float(facts["rate"]) * error * x, bias + float(facts["rate"]) * error
        found = np.array([*map(float, each.weights), float(each.bias)])
        worst = max(worst, float(np.max(np.abs(found - np.array([*weights, bias])))))
    return worst


def _neighbors(step: Step) -> tuple[float, str]:
    """Cosines by the law of cosines, distances by squares multiplied out; in order."""
    facts, worst = step.because.facts, 0.0
    before: dict[Any, float] = {}
    for record in facts["records"]:
        u, v = record["query"], facts["table"][record["row"]]
        uu, vv, apart = float(u @ u), float(v @ v), float(np.sum((u - v) ** 2))
        if facts["measure"] == "cosine":
            found, sign = (uu + vv - apart) / (2 * np.sqrt(uu * vv)), -1
        else:
            found, sign = float(np.sqrt(max(0.0, uu + vv - 2 * float(u @ v)))), 1
        worst = max(worst, abs(found - record["value"]) if found > 1e-6 else 0.0)
        key = u.tobytes()
        if sign * record["value"] < before.get(key, -np.inf) - TOLERANCE:
            return 1.0, "values"
        before[key] = sign * record["value"]
    return worst, "values"
