"""The log barrier: centers, multipliers and gap against KKT points, exact central paths and scipy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.errors import ProblemError


def solved(let: str, constraints: list[str], start: dict[str, float], **ask: Any) -> symdl.Solved:
    whole = {"minimize": "f", "method": "log_barrier", "by": list(start), "subject_to": constraints, **ask}
    return symdl.derive(symdl.problem(given=start, let={"f": let}, asks=[whole]))


def table(found: symdl.Solved) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(found.to_json())["answers"][0]["value"]
    return rows


PROBLEMS = [
    ("(x - 2)^2 + (y - 1)^2", ["x + y <= 2", "x >= 0", "y >= 0"], {"x": 0.5, "y": 0.5}),
    ("x + 2 y", ["x^2 + y^2 <= 4"], {"x": 0.1, "y": 0.2}),
    ("-x - y", ["x + 2 y <= 4", "3 x + y <= 6", "x >= 0", "y >= 0"], {"x": 0.3, "y": 0.7}),
    ("x^2 + 3 y^2", ["x + y = 1", "x >= 1/5", "y >= 1/2"], {"x": 0.3, "y": 0.7}),
    ("-2 a - 3 b", ["a + b + c = 4", "a + 2 b + d = 6", "a >= 0", "b >= 0", "c >= 0", "d >= 0"],
     {"a": 1.0, "b": 1.0, "c": 2.0, "d": 3.0}),
    ("exp(x) - 2 x", ["x >= 1", "x <= 3"], {"x": 2.0}),
]  # fmt: skip


@pytest.mark.parametrize(("let", "constraints", "start"), PROBLEMS, ids=[p[0] for p in PROBLEMS])
def test_the_end_is_a_point_of_kkt(let: str, constraints: list[str], start: dict[str, float]) -> None:
    found = solved(let, constraints, start, tolerance="1/10^7")
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    assert "gap" in json.loads(found.to_json())["answers"][0]["note"]
    last = table(found)[-1]
    by_kkt = symdl.problem(
        given=start, let={"f": let}, asks=[{"minimize": "f", "by": list(start), "subject_to": constraints}]
    )
    points = [row["point"] for row in table(symdl.derive(by_kkt))]
    assert len(points) == 1
    for name, value in points[0].items():
        assert last["parameters"][name] == pytest.approx(value, abs=2e-6)
    assert last["gap"] <= 1e-7


def test_the_central_path_of_a_bound() -> None:
    """The least x with x ≥ 0: the center is 1/τ, the multiplier 1, the gap exactly m/τ."""
    for row in table(solved("x", ["x >= 0"], {"x": 3.0}, steps=5))[1:]:
        assert row["parameters"]["x"] == pytest.approx(1 / row["tau"], rel=1e-9)
        assert row["objective"] - 0 == pytest.approx(row["gap"], rel=1e-9)
        assert row["state"]["lambda"] == pytest.approx([1.0], rel=1e-9)


def test_the_gap_bounds_what_is_left() -> None:
    let, constraints, start = PROBLEMS[0]
    rows = table(solved(let, constraints, start, steps=6, settings={"grow": 4, "tau": "1/2"}))
    assert [row["tau"] for row in rows[1:]] == [0.5 * 4**k for k in range(6)]
    for row in rows[1:]:
        assert 0 < row["objective"] - 0.5 <= row["gap"] == 3 / row["tau"]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_sheet_of_it(language: str) -> None:
    for let, constraints, start in PROBLEMS[:4]:
        found = solved(let, constraints, start, steps=3)
        assert symdl.compose(found, symdl.verify(found), language=language).blocks


def test_numbers_rounded_as_by_hand() -> None:
    ask = {
        "minimize": "f",
        "method": "log_barrier",
        "by": ["x", "y"],
        "subject_to": PROBLEMS[0][1],
        "steps": 3,
    }
    rounding = {"policy": "carry", "digits": 4}
    problem = symdl.problem(given=PROBLEMS[0][2], let={"f": PROBLEMS[0][0]}, asks=[ask], rounding=rounding)
    found = symdl.derive(problem)
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_an_array_between_walls() -> None:
    ask = {
        "minimize": "f",
        "method": "log_barrier",
        "subject_to": ["x[1] + x[2] <= 1", "x[2] >= -1"],
        "steps": 9,
    }
    problem = symdl.problem(given={"x": [0, 0]}, let={"f": "sum((x - 3)^2)"}, asks=[ask])
    found = symdl.derive(problem)
    assert table(found)[-1]["parameters"]["x"] == pytest.approx([0.5, 0.5], abs=1e-6)
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_a_function_without_a_minimum_ends_with_its_reason() -> None:
    found = json.loads(solved("-x", ["x >= 0"], {"x": 1.0}).to_json())["answers"][0]
    assert len(found["value"]) == 1 and "1" in found["note"]


@pytest.mark.parametrize(
    ("constraints", "word"),
    [
        (["x >= 1"], "x >= 1"),
        (["x = 1/2"], "inequality"),
        (["x >= 0", "x y = 1"], "not linear"),
        ([], "subject_to"),
    ],
)
def test_what_has_no_inside_is_refused(constraints: list[str], word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        solved("x^2 + y", constraints, {"x": 0.5, "y": 1.0})


def test_the_path_of_scipy() -> None:
    optimize = pytest.importorskip("scipy.optimize", reason="scipy is not installed")
    let, constraints, start = PROBLEMS[2]
    for row in table(solved(let, constraints, start, steps=3))[1:]:

        def height(x: Any, tau: float = row["tau"]) -> float:
            s = np.array([4 - x[0] - 2 * x[1], 6 - 3 * x[0] - x[1], x[0], x[1]])
            return float(tau * (-x[0] - x[1]) - np.sum(np.log(s))) if np.all(s > 0) else np.inf

        there = optimize.minimize(
            height, [0.3, 0.7], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-14}
        )
        assert list(row["parameters"].values()) == pytest.approx(there.x, abs=1e-6)
