"""A solution by hand from lecture notes, handed in with all its slips: each is seen where it was made."""

from __future__ import annotations

from typing import Any

import pytest

import symdl

WORK = {
    "value.z1": "[0.3375, 0.5675]",
    "value.h1": "[0.3375, 0.5675]",
    "value.z2": "[1.1057, 1.2297]",
    "value.o": "[0.7513, 0.7729]",
    "adjoint.L.o": "[-0.249, -0.217]",
    "gradient.L.W1": r"\frac{\partial L}{\partial W_1} = (h_1 \odot W_2^T((o-y)\odot o\odot(1-o))) x^T",
    "gradient.L.W2": r"\frac{\partial L}{\partial W_2} = ((o-y)\odot o\odot(1-o)) h_1^T",
    "update.W1[1,1]": "0.15006647",
    "update.W1": "[[0.15006647, 0.2], [0.25, 0.3]]",
}


@pytest.fixture(scope="module")
def report() -> Any:
    problem = symdl.problem(
        given={
            "x": [0.05, 0.10], "W1": [[0.15, 0.20], [0.25, 0.30]], "b1": 0.35,
            "W2": [[0.40, 0.45], [0.50, 0.55]], "b2": 0.60, "y": [0.01, 0.99],
        },
        let={"z1": "W1 x + b1", "h1": "relu(z1)", "z2": "W2 h1 + b2", "o": "sigmoid(z2)", "L": "mse(o, y)"},
        asks=[
            {"gradient": "L", "by": ["W1", "W2"]},
            {"update": "gd", "of": "L", "by": ["W1"], "learning_rate": "1/100", "steps": 1},
        ],
    )  # fmt: skip
    return symdl.grade(problem, WORK)


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("value.z1", "wrong"),
        ("value.h1", "follows_from_error"),
        ("value.z2", "wrong"),
        ("adjoint.L.o", "wrong"),
        ("gradient.L.W1", "wrong"),
        ("gradient.L.W2", "right"),
        ("update.W1[1,1]", "wrong"),
        ("update.W1", "wrong"),
    ],
)
def test_slips_are_seen_where_they_were_made(report: Any, question: str, status: str) -> None:
    assert report.row(question).status == status


def test_slips_have_names(report: Any) -> None:
    assert "one digit" in report.row("value.z1").feedback
    assert "رقم" in report.row("value.z1").spoken("fa")
    assert report.row("gradient.L.W1").diagnosis == ("value_for_derivative",)
    assert report.row("gradient.L.W1").place == "h1"
    assert report.first_error.question == "value.z1"


@pytest.mark.parametrize(
    ("answer", "word"),
    [("1.1161", "digit"), ("1.0611", "exchanged"), ("10.161", "point"), ("1.3577", "not recognized")],
)
def test_slips_of_the_pen(answer: str, word: str) -> None:
    problem = symdl.problem(given={"x": "0.6252"}, let={"f": "x + x^2"}, asks=[{"value": "f"}])
    row = symdl.grade(problem, {"value.f": answer}).row("value.f")  # 1.0161 is right
    assert row.status == "wrong" and word in row.feedback, row.feedback
