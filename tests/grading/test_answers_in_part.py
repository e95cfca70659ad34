"""Answers that are right in part: few digits, small steps, entries of a step, blanks, ids with a tail."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import symdl


@pytest.fixture(scope="module")
def line() -> Any:
    return symdl.problem(
        given={"x": [0.5, -1.2], "w": [0.3, 0.8], "b": 0.1, "y": 0.4},
        let={"o": "w^T x + b", "L": "(o-y)^2/2"},
        asks=[
            {"gradient": "L", "by": ["w"], "id": "gv"},
            {"value": "o"},
            {"update": "gd", "of": "L", "by": ["w"], "learning_rate": "1/100000", "steps": 1},
        ],
    )


@pytest.mark.parametrize(
    ("question", "answer", "status"),
    [
        ("value.o", "-0.7", "rounded_early"),
        ("value.o", "-0.71", "right"),
        ("value.o", "-0.8", "wrong"),
        ("value.o", "-1", "wrong"),
        ("value.L", "0.61", "close"),
        ("value.L", "0.6", "rounded_early"),
        ("gv", "[-0.6, 1.3]", "rounded_early"),
        ("gv", "[-0.6, 1]", "wrong"),
        ("update.w", "[0.30000555, 0.79998668]", "right"),
        ("update.w", "[0.29999445, 0.80001332]", "wrong"),  # up the gradient, by less than the digits show
        ("update.w", "[0.3, 0.8]", "right"),
    ],
)
def test_few_digits_and_small_steps(line: Any, question: str, answer: str, status: str) -> None:
    row = symdl.grade(line, {question: answer}).row(question)
    assert row.status == status, row.feedback


def test_an_id_with_a_tail_is_told_the_nearest(line: Any) -> None:
    assert "`gv`" in symdl.grade(line, {"gv.w": "1"}).row("gv.w").feedback


def test_one_entry_of_a_parameter_after_a_step() -> None:
    problem = symdl.problem(
        given={"x": [0.5, -1.2], "W": [[0.3, 0.8], [0.1, -0.4]], "y": [0.4, 0.1]},
        let={"o": "W x", "L": "sum((o-y)^2)/2"},
        asks=[{"update": "gd", "of": "L", "by": ["W"], "learning_rate": "1/10", "steps": 2}],
    )
    value = 0.8 - 0.1 * ((0.3 * 0.5 - 0.8 * 1.2) - 0.4) * -1.2  # by hand
    report = symdl.grade(problem, {"update.W[1,2][1]": f"{value:.6f}", "update.W[1,2]": f"{value:.6f}"})
    assert report.row("update.W[1,2][1]").status == "right" and report.row("update.W[1,2]").status == "wrong"
    assert symdl.grade(problem, {"update.W[3,1]": "1"}).row("update.W[3,1]").status == "unreadable"


def test_who_leaves_everything_blank_is_there_with_zero(line: Any, tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text("student,gv,value.o\na,(o-y) x,-0.71\nb,,\n", "utf-8")
    for answers in (file, {"a": {"gv": "(o-y) x", "value.o": "-0.71"}, "b": {}}):
        report = symdl.grade(line, answers)
        assert report.students == ("a", "b") and report.of("b").score == 0
        assert report.of("b").max_score == report.of("a").max_score
        table = list(csv.DictReader(io.StringIO(report.export("csv").lstrip("\ufeff"))))
        assert [(row["student"], row["score"], row["max_score"]) for row in table][-1] == ("b", "0", "3")
        assert json.loads(report.export("json"))["totals"]["b"] == {"score": 0.0, "max_score": 3.0}
        moodle = list(csv.DictReader(io.StringIO(report.export("moodle").lstrip("\ufeff"))))
        assert moodle[1]["gv"] == "0" and "gv" in moodle[1]["gv (feedback)"]
        assert json.loads(report.export("class"))["students"] == 2
    alone = json.loads(symdl.grade(line, {"b": {}}).export("gradescope"))
    assert alone["score"] == 0 and {test["name"] for test in alone["tests"]} == {"gv", "value.o", "update.w"}
