"""Intervals on which a function is constant: told as sets, from kink to kink."""

from __future__ import annotations

import json
from typing import Any

import pytest

import symdl


@pytest.mark.parametrize(
    ("text", "interval", "key", "value"),
    [
        ("relu(u^2 - 2)", ["-sqrt(2)", "sqrt(2)"], "level_minimum", 0),
        ("relu(u) + relu(-u - 1)", ["-1", "0"], "level_minimum", 0),
        ("max(1 - u^2, 0) + u^2 - 1", ["-1", "1"], "level", 0),
        ("3 - relu(2 u - 1)", ["-10", "1/2"], "level_maximum", 3),
    ],
)
def test_an_interval_of_stationary_points(text: str, interval: list[str], key: str, value: Any) -> None:
    solved = symdl.derive(
        symdl.problem(symbols={"u": []}, let={"f": text}, asks=[{"stationary": "f", "by": "u"}])
    )
    assert {check.outcome for check in solved.checks} == {"holds"}
    (row,) = json.loads(solved.to_json())["answers"][0]["value"]
    (record,) = solved.derivation.answers[0].table
    assert (record["interval"], record["value"], record["free"]) == (interval, value, ["u"])
    assert row["kind"] == ("maximum" if key == "level_maximum" else "minimum")
    assert any(step.because.key == f"rule.stationary.{key}" for step in solved.steps)


def test_of_many_points_one_of_each_kind_is_told_in_full() -> None:
    solved = symdl.derive(
        symdl.problem(
            symbols={"x": [], "y": []}, let={"f": "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"},
            asks=[{"stationary": "f", "by": ["x", "y"]}],
        )
    )  # fmt: skip
    steps = [step for step in solved.steps if "point" in step.because.facts]
    told = [step for step in steps if step.detail == "outline"]
    assert len(steps) == 9
    assert {step.because.key.removeprefix("rule.stationary."): step.because.facts.get("further", 0)
            for step in told} == {"minimum_by_hessian_likewise": 3, "saddle_by_hessian_likewise": 3,
                                  "maximum_by_hessian": 0}  # fmt: skip
