"""Laws of misconceptions: each has its words, changes something, and its own answer brings its own name."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.formula.plain import to_plain
from symdl.grading.diagnosing.altered import answer_of
from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS
from symdl.grading.marker import Marker
from symdl.grading.marking import marked
from symdl.grading.stepping import picked
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
    "batch": {
        "given": {
            "X": [[0.5, -1.0], [1.5, 0.3]], "W": [[0.2, -0.3], [0.4, 0.5]], "b": [0.1, -0.1],
            "Y": [[1, 0], [0, 1]],
        },
        "let": {"Z": "X W + b", "A": "relu(Z)", "L": "sum((A - Y)^2)/2"},
        "asks": [{"gradient": "L", "by": ["W", "b"]}],
    },
    "recurrent": {
        "given": {"x1": 0.5, "x2": -0.7, "h0": 0.2, "u": 0.8, "w": -0.6, "y": 0.3},
        "let": {"h1": "tanh(u x1 + w h0)", "h2": "tanh(u x2 + w h1)", "L": "(h2 - y)^2 / 2"},
        "asks": [{"gradient": "L", "by": ["u", "w"]}],
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
    found: set[str] = set()
    altered = marker.variants.altered
    for variant in altered.all:
        for id in marker.judge.questions.asked:
            question = marker.judge.questions[id]
            given = altered.answer(question, variant, None)
            if given is None or not np.all(np.isfinite(given)):
                continue
            if np.allclose(given, question.known, rtol=2e-3, atol=1e-9):
                continue
            row = marked(marker, {id: given}).row(id)
            assert row.status in ("wrong", "close", "other_convention")
            if row.status == "wrong":
                assert row.diagnosis
                found.add(variant.mistake.key)
    assert len(found) >= 2


def test_all_changes_occur_somewhere(markers: dict[str, Marker]) -> None:
    seen = {v.mistake.key for marker in markers.values() for v in marker.variants.altered.all}
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


RULES: dict[str, dict[str, Any]] = {
    "gd": {}, "momentum": {"momentum": "4/5"}, "nesterov": {"momentum": "4/5"}, "rmsprop": {"rho": "4/5"},
    "adam": {"beta1": "4/5", "beta2": "9/10", "epsilon": "1/20"}, "adagrad": {"epsilon": "1/20"},
}  # fmt: skip


def stepped(rule: str) -> Marker:
    ask = {"update": rule, "of": "L", "by": ["W1", "w2"], "learning_rate": "1/10", "steps": 3, **RULES[rule]}
    return Marker(symdl.problem(**{**PROBLEMS["sigmoid"], "asks": [ask]}))


@pytest.mark.parametrize("rule", RULES)
def test_mistakes_in_an_update_rule_bring_their_names(rule: str) -> None:
    """Every answer that a changed rule gives is named by a mistake that gives it; none by the right rule."""
    marker = stepped(rule)
    found: set[str] = set()
    for variant in marker.variants.stepped:
        for id in ("update.W1[3]", "update.w2[2]"):
            question = marker.judge.questions[id]
            assert question.record is not None
            given = picked(variant.records.get(question.record[2]), question.record[0], question.record[1])
            if given is None or not np.all(np.isfinite(given)):
                continue
            if np.allclose(given, question.known, rtol=2e-3, atol=1e-9):
                continue
            row = marked(marker, {id: given}).row(id)
            assert row.status in ("wrong", "other_convention", "close"), (variant.mistake.key, row)
            if row.status != "close":
                assert row.diagnosis, variant.mistake.key
                found.update(row.diagnosis)
    assert len(found) >= 3
    right = {id: marker.judge.questions[id].known for id in ("update.W1[3]", "update.w2[2]")}
    assert {row.status for row in marked(marker, right)} == {"right"}


def test_all_mistakes_in_rules_occur_somewhere() -> None:
    seen = {v.mistake.key for rule in RULES for v in stepped(rule).variants.stepped}
    assert {m.key for m in MISCONCEPTIONS.values() if m.reruns} == seen


EXPRESSIONS = [
    "x^2 * sin(x)", "exp(2*x)/x", "(x^2 + 1)^3", "log(1 + x^2) - exp(-x)", "2^x * (x + 1)",
    "sin(x)/(1 + x^2)", "(3*x - 1)*(x^2 + 5)",
]  # fmt: skip


def test_wrong_rules_of_calculus_bring_their_names() -> None:
    seen: set[str] = set()
    for text in EXPRESSIONS:
        marker = Marker(symdl.solve(text, at={"x": "7/5"}).problem)
        question = marker.judge.questions["derivative.f.x"]
        for found in marker.variants.formulated(question):
            answer = to_plain(found.rewritten.node)
            row = marked(marker, {question.id: answer}).row(question.id)
            if row.status == "right":  # the mistake makes no difference here
                continue
            assert row.status in ("wrong", "other_convention") and row.diagnosis, (text, answer)
            seen.update(row.diagnosis)
    assert {"product_rule", "quotient_rule", "power_rule", "chain_rule"} <= seen


@pytest.mark.parametrize(
    ("text", "answer", "key"),
    [
        ("x^2", "x^3/3", "integrated"),
        ("x^2 * sin(x)", "2 x cos(x)", "product_rule"),
        ("sin(x)/x", "cos(x)", "quotient_rule"),
        ("exp(2 x)", "exp(2 x)", "chain_rule"),
        ("exp(x)", "x e^(x-1)", "power_rule"),
    ],
)
def test_mistakes_in_one_line(text: str, answer: str, key: str) -> None:
    row = symdl.grade(symdl.solve(text, at={"x": 2}).problem, {"derivative.f.x": answer}).rows[0]
    assert row.status == "wrong" and key in row.diagnosis


def test_other_variables_brackets_and_mixed_terms() -> None:
    problem = symdl.solve("x^2 + 3*x*y + y^3", at={"x": 2, "y": 3}, by=["x", "y"]).problem
    assert "wrong_variable" in symdl.grade(problem, {"gradient.f.x": "3x + 3y^2"}).rows[0].diagnosis
    problem = symdl.problem(
        given={"x": 2, "y": 3}, let={"f": "x^2 + 3*x*y + y^3"}, asks=[{"hessian": "f", "by": ["x", "y"]}]
    )
    (id,) = [a.id for a in symdl.derive(problem).derivation.answers if a.kind == "hessian"]
    for answer, key in [
        ([[2, 0], [0, 18]], "mixed_terms_missing"),
        ([[2, 6], [6, 18]], "mixed_terms_factor"),
        ([[2, 3], [0, 18]], "one_sided_hessian"),
    ]:
        assert key in symdl.grade(problem, {id: answer}).rows[0].diagnosis


def test_two_mistakes_at_once(markers: dict[str, Marker]) -> None:
    """Planted pairs are explained: by both, or by less that comes to the same."""
    marker = markers["sigmoid"]
    question = marker.judge.questions["gradient.L.W1"]
    tried = explained = 0
    altered = marker.variants.altered
    for first, second in list(altered.pairs(question.target))[::29]:
        given = answer_of(question, altered.paired(first, second, None))
        if given is None or not np.all(np.isfinite(given)) or np.allclose(given, question.known, rtol=2e-3):
            continue
        row = marked(marker, {question.id: given}).row(question.id)
        tried += row.status == "wrong"
        explained += bool(row.diagnosis)
    assert tried > 10 and explained >= 0.95 * tried


def test_a_factor_of_a_loss_of_the_library_is_a_convention() -> None:
    tables: Any = {"given": {"x": 2, "w": 3, "y": 1}, "asks": [{"gradient": "L", "by": ["w"]}]}
    library = symdl.problem(let={"o": "w x", "L": "mse(o, y)"}, **tables)
    written = symdl.problem(let={"o": "w x", "L": "(o - y)^2"}, **tables)
    statuses = [symdl.grade(p, {"gradient.L.w": "(o - y) x"}).rows[0].status for p in (library, written)]
    assert statuses == ["other_convention", "wrong"]


def test_all_of_them_are_listed_by_a_process_that_marks_nothing() -> None:
    """Listing declares them: a fresh process knows as many as this one."""
    code = "from symdl.catalog import KINDS; print(len(KINDS['misconceptions']()))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(found.stdout) == len(MISCONCEPTIONS) > 50
