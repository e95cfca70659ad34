"""Laws of misconceptions: each has its words, changes something, and its own answer brings its own name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.grading.marking import Marker
from symdl.grading.misconceptions import MISCONCEPTIONS
from symdl.grading.variants import truths
from symdl.text import template

PROBLEMS: dict[str, Any] = {
    "sigmoid": {
        "given": {
            "x": [0.5, -1.5], "W1": [[0.3, -0.7], [0.9, 0.2]], "b1": [0.1, -0.2], "w2": [0.8, -1.1], "y": 1,
        },
        "let": {"z1": "W1 x + b1", "h1": "sigmoid(z1)", "o": "sigmoid(w2^T h1)", "L": "(o - y)^2 / 2"},
        "asks": [{"gradient": "L", "by": ["W1", "b1", "w2"]}],
    },
    "softmax": {
        "given": {"x": [0.4, 1.2], "W": [[0.2, -0.4], [0.7, 0.1], [-0.3, 0.5]], "y": [0.2, 0.5, 0.3]},
        "let": {"z": "W x", "p": "softmax(z)", "L": "sum((p - y)^2)"},
        "asks": [{"gradient": "L", "by": ["W"]}],
    },
    "paths": {
        "given": {"x": 0.7, "w": 1.3},
        "let": {"u": "tanh(w x)", "v": "exp(u)", "L": "u v + w^2"},
        "asks": [{"gradient": "L", "by": ["w", "x"]}],
    },
    "fused": {
        "given": {"x": [0.4, 1.2], "w": [0.6, -0.9], "y": 1},
        "let": {"z": "w^T x", "a": "sigmoid(z)", "L": "bce(a, y)"},
        "asks": [{"gradient": "L", "by": ["w"]}],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def markers() -> dict[str, Marker]:
    return {name: Marker(symdl.problem(**tables)) for name, tables in PROBLEMS.items()}


@pytest.mark.parametrize("key", list(MISCONCEPTIONS))
def test_every_misconception_has_words(key: str) -> None:
    assert template(f"misconception.{key}")


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_the_answer_of_a_mistake_brings_its_name(name: str, markers: dict[str, Marker]) -> None:
    """Where mistakes coincide, the name is that of one which gives the same answer."""
    marker = markers[name]
    found = set()
    for variant in marker.variants.all:
        for id in marker.judge.questions.asked:
            question = marker.judge.questions[id]
            (given,) = truths(question, (variant.given,))
            if given is None or not np.all(np.isfinite(given)):
                continue
            if np.allclose(given, question.known, rtol=2e-3, atol=1e-9):
                continue
            row = marker.report({id: given}).row(id)
            assert row.status in ("wrong", "close", "other_convention")
            if row.status == "wrong":
                assert row.diagnosis
                found.add(variant.mistake.key)
    assert len(found) >= 2


def test_all_changes_occur_somewhere(markers: dict[str, Marker]) -> None:
    seen = {v.mistake.key for marker in markers.values() for v in marker.variants.all}
    assert {m.key for m in MISCONCEPTIONS.values() if m.changes} - seen <= {"missing_square"}


def test_updates(markers: dict[str, Marker]) -> None:
    ask = {"update": "gd", "of": "L", "by": ["w"], "learning_rate": "1/10"}
    problem = symdl.problem(**{**PROBLEMS["paths"], "asks": [ask]})
    w = float(symdl.derive(problem).answers["update.w"])
    wrong = {
        "update_ascends": 2 * 1.3 - w, "rate_forgotten": 1.3 + (w - 1.3) * 10, "step_alone": 1.3 - w,
        "step_miscounted": 1.3,
    }  # fmt: skip
    for key, answer in wrong.items():
        assert key in symdl.grade(problem, {"update.w": answer}).row("update.w").diagnosis
