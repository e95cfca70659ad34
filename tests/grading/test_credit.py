"""Points: by ask, by question, by status; exact, the same in any order, never below zero."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

import symdl

ANSWERS = {
    "gradient.L.W": "((o-y) v * (1-a*a)) x^T", "gradient.L.b": "(o-y) v * (1-a*a)", "gradient.L.v": "(o-y) a",
}  # fmt: skip


def problem(rubric: dict[str, Any] | None = None, **ask: Any) -> Any:
    return symdl.problem(
        given={
            "x": [0.5, -1.5], "W": [[0.3, -0.7], [0.9, 0.2]], "b": [0.1, -0.2], "v": [0.8, -1.1], "y": 0.4,
        },
        let={"z": "W x + b", "a": "tanh(z)", "o": "v^T a", "L": "(o - y)^2 / 2"},
        asks=[{"gradient": "L", "by": ["W", "b", "v"], **ask}],
        rubric=rubric or {},
    )  # fmt: skip


def scores(found: Any) -> dict[str, Fraction]:
    return {row.question: row.score for row in found}


def test_the_points_of_an_ask_are_shared_exactly() -> None:
    report = symdl.grade(problem(points="1/7"), ANSWERS)
    assert set(scores(report).values()) == {Fraction(1, 21)} and report.score == report.max_score == Fraction(
        1, 7
    )
    assert symdl.grade(problem(points=0), ANSWERS).max_score == 0


def test_a_rubric_gives_points_to_questions_and_to_quantities_that_are_not_asked() -> None:
    rubric = {"gradient.L.W": 3, "gradient.L.b": "1/2", "value.z": 1, "gradient.L.v": 0}
    report = symdl.grade(problem(rubric), {"Ada": {**ANSWERS, "value.z": "W x + b"}, "Bob": ANSWERS})
    assert scores(report.of("Ada")) == {
        "gradient.L.W": 3, "gradient.L.b": Fraction(1, 2), "gradient.L.v": 0, "value.z": 1,
    }  # fmt: skip
    for student in ("Ada", "Bob"):  # what one hands in does not change what could be had
        assert report.of(student).max_score == Fraction(9, 2)
    assert "value.z" in report.unanswered["Bob"] and "value.z" not in report.unanswered["Ada"]


@pytest.mark.parametrize(
    ("rubric", "answers", "part"),
    [
        ({"follows_from_error": "1/2"}, {"adjoint.L.z": [0.5, 0.25], "gradient.L.b": [0.5, 0.25]}, "1/2"),
        ({"other_convention": "1/5"}, {"gradient.L.b": "x ((o-y) v * (1-a*a))^T", "gradient.L.W": ""}, "0"),
        ({"wrong": "1/4"}, {"gradient.L.b": "(y - o) v"}, "1/4"),
        ({"right": "9/10"}, {"gradient.L.b": "(o-y) v * (1-a*a)"}, "9/10"),
        ({}, {"gradient.L.b": "(o-y) v * (1-a*a)"}, "1"),
    ],
)
def test_every_status_earns_its_part(rubric: dict[str, Any], answers: dict[str, Any], part: str) -> None:
    assert symdl.grade(problem(rubric), answers).row("gradient.L.b").score == Fraction(part)


@pytest.mark.parametrize(
    ("rubric", "named"),
    [
        ({"gradient.L.W": -3}, "-3"),
        ({"close": 2}, "2"),
        ({"wrong": "-1/4"}, "-1/4"),
        ({"gradient.L.W": "many"}, "many"),
        ({"othr_convention": 1}, "other_convention"),
        ({"gradient.L.Q": 1}, "gradient.L.Q"),
        ({"value.zz": 1}, "value.z"),
    ],
)
def test_a_rubric_that_cannot_be_meant_is_refused(rubric: dict[str, Any], named: str) -> None:
    with pytest.raises(symdl.SymdlError) as caught:
        symdl.grade(problem(rubric), ANSWERS)
    assert all(named in caught.value.message(language) for language in ("en", "fa"))


def test_totals_do_not_depend_on_the_order_of_rows() -> None:
    random = Random(5)
    forms = ("{}", "{} + 0", "2 * ({})", "-({})", "({}")
    rows = [
        {"student": student, "question": question, "answer": random.choice(forms).format(answer)}
        for student in "abcdef" for question, answer in ANSWERS.items()
    ]  # fmt: skip
    found = set()
    for _ in range(4):
        random.shuffle(rows)
        report = symdl.grade(problem(points="5/7"), rows)
        found.add((report.score, tuple(sorted((r.student, r.question, r.score, r.status) for r in report))))
    assert len(found) == 1 and 0 < next(iter(found))[0] < report.max_score
