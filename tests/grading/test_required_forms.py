"""Forms that answers are to have: right values in another form are that, and cost what the rubric says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import symdl
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.grading.judging.required_forms import factored

FORMS = [
    ("expanded", "x^2 - y^2 + 2x", True), ("expanded", "(x - y)(x + y) + 2x", False),
    ("expanded", "x^2 + 2x - y y", True), ("expanded", "2x - (y^2 - x^2)", False),
    ("expanded", "(2x^2 - 2y^2 + 4x)/2", False),
    ("factored", "x^2 - y^2 + 2x", False), ("factored", "(x^2 - y^2 + 2x) * 1", True),
    ("fraction", "x^2 - y^2 + 2x", True), ("fraction", "(2x^2 - 2y^2 + 4x)/2", True),
    ("fraction", "x^2 - y^2 + 4x/2", False), ("fraction", "x (x^2 - y^2 + 2x)/x", False),
    ("fraction", "6(x^2 - y^2 + 2x)/4 * 2/3", False),
    ("in terms of x, y", "x^2 - y^2 + 2x", True), ("in terms of x, u", "u + x^2", True),
    ("in terms of x, u", "x^2 - y^2 + 2x", False),
]  # fmt: skip


def problem(form: Any, rubric: Any = None) -> Any:
    return symdl.problem(
        given={"x": "1.5", "y": 2}, let={"u": "2 x - y^2", "f": "x^3/3 - x y^2 + x^2 + 0 u"},
        asks=[{"gradient": "f", "by": ["x"], "answer_form": form, "points": 4}], rubric=rubric or {},
    )  # fmt: skip


@pytest.mark.parametrize(("form", "answer", "holds"), FORMS)
def test_a_right_value_in_the_form_asked_for(form: str, answer: str, holds: bool) -> None:
    row = symdl.grade(problem(form), {"gradient.f.x": answer}).row("gradient.f.x")
    assert row.status == ("right" if holds else "equivalent_form")
    assert row.score == (4 if holds else 3)
    assert holds or (len(row.said) == 2 and row.spoken("fa") != row.feedback)


def test_a_wrong_value_is_wrong_in_any_form() -> None:
    for form in ("expanded", "factored", "fraction"):
        assert symdl.grade(problem(form), {"gradient.f.x": "x^2 + 2x"}).rows[0].status == "wrong"


def test_the_rubric_says_what_a_form_costs() -> None:
    report = symdl.grade(problem("expanded", {"equivalent_form": "1/2"}), {"gradient.f.x": "x(x + 2) - y^2"})
    assert report.score == Fraction(2)


def test_a_multiple_of_delta() -> None:
    network = symdl.problem(
        given={"x": [0.4, -0.9], "w": [0.6, 0.3], "y": 1},
        let={"z": "w^T x", "a": "sigmoid(z)", "L": "(a - y)^2 / 2"},
        asks=[{"gradient": "L", "by": ["w"], "answer_form": ["multiple of dz"]}],
    )
    statuses = [
        symdl.grade(network, {"gradient.L.w": answer}).rows[0].status
        for answer in (
            "dz x",
            r"\delta x",
            "x dL/dz",
            "(a - y) a (1 - a) x",
            "dz x + dz x",
            "2 dz x / 2",
            "a x",
        )
    ]
    assert statuses == ["right"] * 3 + ["equivalent_form", "wrong", "right", "wrong"]


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(symdl.SymdlError, match="expandd"):
        symdl.grade(problem("expandd"), {"gradient.f.x": "x^2 - y^2 + 2x"})


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("(x-1)(x+1)", True), ("(x^2-1)*1", False), ("x(x^2+x)", False), ("2(x+y)(x-y)", True),
        ("2(x^2-y^2)", False), ("-(x-1)(x^2+x+1)", True), ("(x+1)/(y^2-1)", False), ("x^2 (3x-4)", True),
        ("(x^2-2x+1)^2", False), ("(x+y)^30 (x^40-1)", True),
    ],
)  # fmt: skip
def test_every_factor_is_factored(text: str, whole: bool) -> None:
    assert factored(read_formula(text, Scope())) is whole
