"""Answers and their marks: formulas, numbers, arrays, errors followed through, files in and out."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdl

RIGHT = [
    ("gradient.L.W1", r"\delta_1 x^T"),
    ("gradient.L.W1", r"\frac{\partial L}{\partial W_1} = \delta^{(1)} x^\top"),
    ("gradient.L.W1", "(o - y) o (1 - o) (w2 * h1 * (1 - h1)) x^T"),
    ("gradient.L.W1", "outer(dz1, x)"),
    ("gradient.L.W1", r"(o-y)\,\sigma'(z_2)\,\left(w_2 \odot \sigma'(z_1)\right) x^T"),
    ("gradient.L.b1", r"\delta_1"),
    ("gradient.L.b1", "dL/db1 = w2 * h1 * (1-h1) * dL/dz2"),
    ("gradient.L.w2", r"(o - y)\cdot o(1-o)\, h_1"),
    ("gradient.L.w2", "[dL/dz2 * h1[1], dL/dz2 * h1[2]]"),
    ("gradient.L.w2", r"\begin{pmatrix} \delta_2 h_{1,1} \\ \delta_2 h_{1,2} \end{pmatrix}"),
    ("gradient.L.b2", "-(y - o) (o - o^2)"),
    ("gradient.L.b2", r"(o-y)\frac{e^{-z_2}}{(1+e^{-z_2})^2}"),
    ("gradient.L.W1[1,2]", r"\delta^{(1)}_1 x_2"),
    ("value.z1", r"W^{(1)} x + b^{(1)}"),
    ("value.L", r"\tfrac12 (y-o)^2"),
    ("adjoint.L.z2", "(o-y)*o*(1-o)"),
]
WRONG = [
    ("gradient.L.W1", "x delta1^T * 2", "wrong"),
    ("gradient.L.b2", "(o - y)", "missing_factor"),
    ("gradient.L.b2", "(y - o) o (1 - o)", "sign"),
    ("gradient.L.b2", "2 (o - y) o (1 - o)", "factor_two"),
    ("gradient.L.b2", "(o - y) z2 (1 - z2)", "derivative_at_input"),
    ("gradient.L.b2", r"(o - y)\sigma'(o)", "derivative_at_output"),
    ("gradient.L.b2", "(o - y) o", "value_for_derivative"),
    ("gradient.L.b1", "w2 * dL/dz2", "missing_factor"),
    ("gradient.L.w2", "(o - y) h1", "missing_factor"),
    ("value.z1", "W1 x", "missing_term"),
]


@pytest.mark.parametrize(("question", "answer"), RIGHT)
def test_right_answers_in_many_forms_are_right(network: Any, question: str, answer: str) -> None:
    row = symdl.grade(network, {question: answer}).row(question)
    assert (row.status, row.score) == ("right", row.max_score)
    assert not row.diagnosis and row.read_as


@pytest.mark.parametrize(("question", "answer", "cause"), WRONG)
def test_wrong_answers_are_wrong_and_the_mistake_is_named(
    network: Any, question: str, answer: str, cause: str
) -> None:
    row = symdl.grade(network, {question: answer}).row(question)
    assert row.status == "wrong" and row.score == 0
    assert cause in (*row.diagnosis, "wrong") and row.feedback and row.place


@pytest.mark.parametrize(
    ("question", "answer", "status"),
    [
        ("gradient.L.b2", r"\frac{\partial L}{\partial b_2}", "unreadable"),
        ("gradient.L.b2", r"\nabla_{b_2} L", "unreadable"),
        ("gradient.L.b2", "dL/dw2 = (o - y) o (1 - o)", "unreadable"),
        ("gradient.L.b2", "q + 1", "unreadable"),
        ("gradient.L.b2", "(o - y", "unreadable"),
        ("gradient.L.W1", "x delta1^T", "other_convention"),
        ("gradient.L.b2", "log(-1 - o^2)", "wrong"),
        ("update.w2[1]", "w2 - dL/dw2 / 10", "right"),
        ("update.w2[1]", r"w_2 - \eta \frac{\partial L}{\partial w_2}", "right"),
        ("update.w2", "w2 - 0.1 (o - y) o (1 - o) h1", "right"),
        ("update.w2[1]", "w2 + dL/dw2 / 10", "wrong"),
        ("update.w2[1]", "w2 - dL/dw2", "wrong"),
        ("update.w2", "w2", "wrong"),
        ("update.w2[1]", "w2 - m/10", "unreadable"),
    ],
)
def test_what_is_not_an_answer(network: Any, question: str, answer: str, status: str) -> None:
    row = symdl.grade(network, {question: answer}).row(question)
    assert row.status == status and row.feedback


def test_numbers_are_judged_by_their_digits(network: Any) -> None:
    truth = symdl.derive(network).gradient["b2"].numpy
    exact = symdl.grade(network, {"gradient.L.b2": float(truth)}).row("gradient.L.b2")
    written = symdl.grade(network, {"gradient.L.b2": f"{float(truth):.4g}"}).row("gradient.L.b2")
    short = symdl.grade(network, {"gradient.L.b2": f"{float(truth):.2g}"}).row("gradient.L.b2")
    assert (exact.status, written.status, short.status) == ("right", "right", "close")
    assert symdl.grade(network, {"gradient.L.b2": -float(truth)}).row("gradient.L.b2").diagnosis[0] == "sign"
    comma = f"{float(truth):.4g}".replace(".", ",")
    assert symdl.grade(network, {"gradient.L.b2": comma}).row("gradient.L.b2").status == "right"


def test_arrays_are_judged_entry_by_entry(network: Any) -> None:
    truth = symdl.derive(network).gradient["W1"].numpy
    good = symdl.grade(network, {"gradient.L.W1": truth, "gradient.L.b1": truth[:, 0].tolist()})
    assert good.row("gradient.L.W1").status == "right"
    off = truth.copy()
    off[1, 0] *= 1.7
    assert "(2, 1)" in symdl.grade(network, {"gradient.L.W1": off}).row("gradient.L.W1").feedback
    turned = symdl.grade(network, {"gradient.L.W1": truth.T}).row("gradient.L.W1")
    assert turned.diagnosis == ("transposed",)
    column = np.reshape(symdl.derive(network).gradient["w2"].numpy, (2, 1))
    assert symdl.grade(network, {"gradient.L.w2": column}).row("gradient.L.w2").status == "right"
    row = symdl.grade(network, {"gradient.L.w2": column.T}).row("gradient.L.w2")
    assert row.status == "other_convention"
    assert "3" in symdl.grade(network, {"gradient.L.w2": [1, 2, 3]}).row("gradient.L.w2").feedback


def test_an_error_is_followed_through(network: Any) -> None:
    solved = symdl.derive(network)
    z2 = float(solved.values["z2"]) + 0.3
    o = 1 / (1 + np.exp(-z2))
    gradient = (o - 1) * o * (1 - o)
    report = symdl.grade(network, {"value.z2": z2, "value.o": o, "gradient.L.b2": gradient})
    assert report.row("value.z2").status == "wrong"
    assert report.row("value.o").status == "follows_from_error"
    assert report.row("gradient.L.b2").status == "follows_from_error"
    assert report.first_error is report.row("value.z2")
    formulas = symdl.grade(network, {"adjoint.L.z2": "(o - y)", "gradient.L.w2": "(o - y) h1"})
    assert formulas.row("gradient.L.w2").status == "follows_from_error"


def test_a_trivial_value_is_not_carried(network: Any) -> None:
    report = symdl.grade(network, {"value.o": 1, "gradient.L.b2": 0})
    assert report.row("gradient.L.b2").status == "wrong"


def test_updates_and_their_steps(network: Any) -> None:
    records = symdl.derive(network).answers["update.w2"].answer.table
    first, second = (records[t]["parameters"]["w2"].tolist() for t in (1, 2))
    report = symdl.grade(network, {"update.w2[1]": first, "update.w2[2]": second, "update.w2": second})
    assert [row.status for row in report] == ["right"] * 3
    assert symdl.grade(network, {"update.w2": first}).row("update.w2").status != "right"


def test_an_error_is_followed_into_the_steps_of_an_update(network: Any) -> None:
    solved = symdl.derive(network)
    truth = solved.gradient["w2"].numpy
    before = np.array([0.8, -1.1])
    own = truth * [1.9, 0.4]
    report = symdl.grade(network, {"gradient.L.w2": own, "update.w2[1]": before - own / 10})
    assert [row.status for row in report] == ["wrong", "follows_from_error"]
    assert (
        symdl.grade(network, {"gradient.L.w2": own, "update.w2[1]": before + own / 5}).rows[1].status
        == "wrong"
    )
    assert symdl.grade(network, {"update.w2[1]": before - own / 10}).rows[0].status != "follows_from_error"
    first = before - own / 10
    z1 = np.array([[0.3, -0.7], [0.9, 0.2]]) @ [0.5, -1.5] + [0.1, -0.2]
    h1 = 1 / (1 + np.exp(-z1))
    o = 1 / (1 + np.exp(-(first @ h1 + 0.25)))
    second = first - 0.1 * (o - 1) * o * (1 - o) * h1
    both = symdl.grade(network, {"update.w2[1]": first, "update.w2[2]": second})
    assert both.row("update.w2[2]").status == "follows_from_error"


def test_every_update_of_a_problem_has_its_own_answers() -> None:
    asks = [
        {"id": id, "update": "gd", "of": "f", "by": "x", "steps": 2, "learning_rate": rate}
        for id, rate in (("slow", "1/100"), ("right", "3/10"))
    ]
    problem = symdl.problem(given={"x": 3}, let={"f": "x^2"}, asks=asks)
    report = symdl.grade(problem, {"slow": "2.881", "right": "0.48", "right[1]": "1.2", "slow[1]": "2.94"})
    assert {row.status for row in report} == {"right"}
    assert symdl.grade(problem, {"right": "2.881"}).rows[0].status == "wrong"
    assert "rate_forgotten" in symdl.grade(problem, {"right[1]": "-3"}).rows[0].diagnosis


def test_points_are_exact_and_shared(network: Any) -> None:
    answers = {
        "value.L": "(o-y)^2/2",
        "gradient.L.b2": "delta2",
        "gradient.L.b1": "delta1",
        "gradient.L.w2": "h1",
    }
    report = symdl.grade(network, answers)
    assert (report.score, report.max_score) == (Fraction(5), Fraction(10))
    assert report.row("gradient.L.b2").score == 2


def test_what_is_not_answered_counts_and_is_named(network: Any) -> None:
    answers = {"Ada": {"value.L": "(o-y)^2/2", "gradient.L.w2": "h1"}, "Bea": {"gradient.L": "delta1"}}
    report = symdl.grade(network, answers)
    left = {"gradient.L.W1": 2, "gradient.L.b1": 2, "gradient.L.b2": 2, "update.w2": 1}
    assert report.unanswered["Ada"] == left
    assert report.of("Ada").max_score == report.of("Bea").max_score == 10
    assert report.of("Ada").unanswered.keys() == {"Ada"} and report.max_score == 20
    assert "Not answered: gradient.L.W1, gradient.L.b1, gradient.L.b2, update.w2." in report.export("txt")


def test_a_class_comes_in_and_goes_out(network: Any, tmp_path: Path) -> None:
    long = tmp_path / "long.csv"
    long.write_text(
        'student,question,answer\nAda,gradient.L.b2,delta2\n=cmd,gradient.L.b2,"(o-y)"\nAda,nonsense,1\n',
        "utf-8-sig",
    )
    wide = tmp_path / "wide.csv"
    wide.write_text("student;gradient.L.b2;value.z1\nAda;delta2;W1 x + b1\nعلی;(o - y;\n", "utf-8")
    dump = tmp_path / "answers.json"
    dump.write_text(json.dumps({"Ada": {"gradient.L.b2": "delta2"}}))
    report = symdl.grade(network, long)
    assert [row.status for row in report] == ["right", "unreadable", "wrong"]
    assert [row.status for row in symdl.grade(network, wide)] == ["right", "right", "unreadable"]
    assert symdl.grade(network, dump).row("gradient.L.b2", "Ada").score == 2
    table = list(csv.DictReader(io.StringIO(report.export("csv").removeprefix("\ufeff"))))
    columns = "student question score max_score status diagnosis place feedback read_as seconds"
    assert " ".join(table[0]) == columns
    assert table[2]["student"] == "'=cmd" and table[2]["diagnosis"] == "missing_factor"
    assert json.loads(report.export("json"))["totals"]["Ada"]["score"] == 2
    assert {"score", "tests"} <= set(json.loads(report.of("Ada").export("gradescope")))
    assert "Ada" in report.export()


def test_marks_show_themselves_in_a_notebook(network: Any) -> None:
    report = symdl.grade(network, {"gradient.L.b2": "(o - y)", "gradient.L.w2": "<script>alert(1)</script>"})
    bundle = report._repr_mimebundle_()
    assert {"text/html", "text/latex", "text/plain"} <= set(bundle)
    assert "σ′(z" in bundle["text/plain"] and "<script>" not in bundle["text/html"]
    assert report.row("gradient.L.b2")._repr_latex_() == r"$\displaystyle o - y$"
    assert report.of("")._repr_mimebundle_() == bundle
    many = symdl.grade(network, {str(k): {"gradient.L.b2": "(o - y)"} for k in range(9)})
    assert "A factor of the chain missing" in many._repr_mimebundle_()["text/plain"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("columns.csv", b"a,b\n1,2\n"),
        ("broken.json", b"{"),
        ("number.json", b"3"),
        ("only.csv", b"student,question,answer\n"),
    ],
)
def test_unusable_files_are_refused_clearly(network: Any, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(symdl.SymdlError, match=r"\w"):
        symdl.grade(network, path)


def test_hostile_rows_leave_the_others_alone(network: Any, tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    hostile = [
        "{" * 900,
        "((9^9)^9999)^9999",
        "x" * 5000,
        "__import__('os')",
        "\\input{/etc/passwd}",
        "sum(b2, i=1..10^9)",
    ]
    rows = [f'h{k},gradient.L.b2,"{text}"' for k, text in enumerate(hostile)]
    body = "\n".join(["student,question,answer", *rows, "Ada,gradient.L.b2,delta2"])
    path.write_bytes(body.encode() + b"\nnul,gradient.L.b2,\0\n")
    report = symdl.grade(network, path)
    assert {row.status for row in report if row.student != "Ada"} <= {"unreadable", "wrong", "undecided"}
    assert report.row("gradient.L.b2", "Ada").status == "right"
    assert len(report.rows) == len(hostile) + 2


def test_symbolic_sizes_are_marked_too() -> None:
    problem = symdl.load(Path(__file__).parents[2] / "worked_examples" / "mlp_symbolic" / "problem.toml")
    good = symdl.grade(problem, {"gradient.L.W2": "H1^T (2/N * (O - Y) * O * (1 - O))"})
    assert good.row("gradient.L.W2").status == "right"
    bad = symdl.grade(problem, {"gradient.L.W2": "H1^T (2 * (O - Y) * O * (1 - O))"})
    assert bad.row("gradient.L.W2").status == "wrong"
    cause = symdl.grade(problem, {"gradient.L.W1": "X^T (dZ2 W2^T)"}).rows[0]
    assert (cause.status, cause.diagnosis, cause.place) == ("wrong", ("missing_factor",), "H1")


def test_a_target_that_is_a_distribution_stays_one() -> None:
    problem = symdl.problem(
        symbols={"z": [3], "y": [3]}, assume={"y": "distribution"},
        let={"p": "softmax(z)", "L": "-sum(y * log(p))"}, asks=[{"gradient": "L", "by": ["z"]}],
    )  # fmt: skip
    assert symdl.grade(problem, {"gradient.L.z": "p - y"}).row("gradient.L.z").status == "right"
    assert symdl.grade(problem, {"gradient.L.z": "y - p"}).row("gradient.L.z").diagnosis == ("sign",)


def test_one_line_expressions() -> None:
    problem = symdl.solve("x^2 + 3*x*y + y^2", at={"x": 2, "y": 3}).problem
    answers = {
        "gradient.f.x": "2x + 3y",
        "gradient.f.y": "2*3 + 3*2",
        "hessian.f.x,y": r"\begin{pmatrix}2&3\\3&2\end{pmatrix}",
    }
    report = symdl.grade(problem, {k: v for k, v in answers.items() if k != "hessian.f.x,y"})
    assert [row.status for row in report] == ["right", "right"]
    assert symdl.grade(problem, {"gradient.f.x": "2x"}).row("gradient.f.x").diagnosis == ("missing_path",)
