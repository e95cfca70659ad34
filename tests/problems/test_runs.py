"""`update` and `minimize` asks as problems: batches, schedules, clipping, tables, bad input."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.errors import ProblemError

DATA = {"X": [[0.5, -1], [1, 2], [0.3, 0.1], [2, 1], [1, 1]], "y": [1, 0, 2, 1, 3], "w": [0.1, 0.2], "b": 0.3}
LINES = {"e": "X w + b - y", "L": "mean(e^2)"}


def solved(**ask: Any) -> symdl.Solved:
    ask = {"update": "gd", "of": "L", "by": ["w", "b"], **ask}
    return symdl.derive(symdl.problem(given=DATA, let=LINES, asks=[ask], seed=4))


def checked(derivation: symdl.Solved) -> set[str]:
    return {check.outcome for check in symdl.verify(derivation)}


def answer(derivation: symdl.Solved, k: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(derivation.to_json())["answers"][k]
    return found


@pytest.mark.parametrize(
    "ask",
    [
        {"update": "adam", "steps": 3},
        {"update": "nesterov", "steps": 2, "clip_norm": "1/2"},
        {"update": "momentum", "form": "damped", "weight_decay": "1/10", "clip_value": 1},
        {"update": "lamb", "steps": 2},
        {"update": "rmsprop", "form": "centered", "epsilon_inside": True},
        {"update": "adam", "learning_rate": {"schedule": "cosine", "initial": 1, "period": 4}, "steps": 2},
        {"update": "adagrad", "data": ["X", "y"], "batch_size": 2, "epochs": 1, "shuffle": True},
        {"update": "gd", "maximize": True, "learning_rate": "1/1000"},
    ],
    ids=lambda ask: ask["update"],
)
def test_every_line_holds(ask: dict[str, Any]) -> None:
    assert checked(solved(**ask)) == {"holds"}


def test_batches_take_the_rows_in_turn() -> None:
    records = answer(solved(data=["X", "y"], batch_size=2, epochs=2))["value"]
    assert [record["batch"] for record in records[:6]] == [[1, 2], [3, 4], [5], [1, 2], [3, 4], [5]]
    x, y = np.array(DATA["X"]), np.array(DATA["y"])
    error = x[:2] @ DATA["w"] + 0.3 - y[:2]
    assert np.allclose(records[0]["gradient"]["w"], x[:2].T @ error)
    assert len(records) == 7


def test_shuffled_batches_repeat_with_the_seed() -> None:
    one, two = (answer(solved(data=["X", "y"], batch_size=2, epochs=3, shuffle=True)) for _ in range(2))
    assert one == two
    rows = [row for record in one["value"][:3] for row in record["batch"]]
    assert sorted(rows) == [1, 2, 3, 4, 5] and rows != sorted(rows)


def test_an_update_goes_on_after_another() -> None:
    asks: list[dict[str, Any]] = [
        {"id": "first", "update": "gd", "of": "L", "by": "w", "steps": 2},
        {"id": "second", "update": "gd", "of": "L", "by": "w", "after": "first"},
    ]
    found = symdl.derive(symdl.problem(given=DATA, let=LINES, asks=asks))
    first, second = answer(found, 0), answer(found, 1)
    assert first["value"][-1]["parameters"]["w"] == second["value"][0]["parameters"]["w"]


def test_divergence_is_named_and_the_table_kept() -> None:
    found = answer(solved(learning_rate=50, steps=400))
    assert "no longer finite" in found["note"]
    assert 10 < len(found["value"]) < 400
    assert all(record["objective"] is not None for record in found["value"])


def test_long_runs_are_thinned() -> None:
    records = answer(solved(update="adam", steps=5000))["value"]
    assert len(records) < 2200 and records[-1]["t"] == 5000 and records[1]["t"] == 1


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        ({"learning_rate": -1}, "learning_rate"),
        ({"update": "adam", "beta1": 1}, "beta1"),
        ({"update": "admm"}, "adam"),
        ({"update": "momentum", "form": "heavy"}, "velocity"),
        ({"epsilon_inside": True}, "ε"),
        ({"momentum": "1/2"}, "momentum"),
        ({"learning_rate": {"schedule": "cosin"}}, "cosine"),
        ({"learning_rate": {"schedule": "step", "period": 3}}, "period"),
        ({"data": ["X", "w"]}, "rows"),
        ({"data": ["X", "y"], "batch_size": 9}, "9"),
        ({"after": "nothing"}, "nothing"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_input(ask: dict[str, Any], word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        solved(**ask)


# Minimizers

CHONG_ZAK = "(x1 - 4)^4 + (x2 - 3)^2 + 4 (x3 + 5)^4"
VALLEY = {"r": "[10 (x2 - x1^2), 1 - x1]", "f": "sum(r^2)/2"}


def minimized(**ask: Any) -> symdl.Solved:
    ask = {"minimize": "f", "by": ["x1", "x2"], **ask}
    return symdl.derive(symdl.problem(given={"x1": -1.2, "x2": 1}, let=VALLEY, asks=[ask]))


def test_the_line_search_of_the_notes() -> None:
    """Chong & Zak, An Introduction to Optimization, Example 8.1, to the digits printed there."""
    ask = {"minimize": "f", "by": ["x1", "x2", "x3"], "steps": 3, "start": {"x1": 4, "x2": 2, "x3": -1}}
    found = symdl.derive(symdl.problem(given={"x1": 0, "x2": 0, "x3": 0}, let={"f": CHONG_ZAK}, asks=[ask]))
    records = answer(found)["value"]
    assert records[1]["step_length"] == pytest.approx(0.0039671233047752379, rel=1e-12)
    assert records[1]["parameters"]["x3"] == pytest.approx(-5.0623342640898436, rel=1e-12)
    assert records[2]["step_length"] == pytest.approx(0.5, abs=1e-3)
    assert records[3]["step_length"] == pytest.approx(16.29, abs=5e-3)
    assert checked(found) == {"holds"}


@pytest.mark.parametrize(
    "ask",
    [
        {"method": "newton"},
        {"method": "damped_newton"},
        {"method": "levenberg_marquardt", "form": "marquardt", "lambda": "1/10"},
        {"method": "gauss_newton", "residuals": "r"},
        {"method": "bfgs"},
        {"method": "dfp", "line_search": "exact"},
        {"method": "sr1"},
        {"method": "conjugate_gradient", "form": "polak_ribiere"},
        {"method": "conjugate_gradient", "form": "linear"},
        {"method": "coordinate_descent"},
        {"method": "steepest_descent", "line_search": "armijo"},
        {"method": "steepest_descent", "learning_rate": "1/1000"},
    ],
    ids=lambda ask: ask["method"],
)
def test_every_line_of_a_minimizer_holds(ask: dict[str, Any]) -> None:
    assert checked(minimized(steps=3, **ask)) == {"holds"}


def test_a_run_ends_where_the_gradient_is_small() -> None:
    found = answer(minimized(method="newton", tolerance="1/10^6"))
    assert "norm of the gradient" in found["note"]
    assert found["value"][-1]["parameters"]["x1"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        ({"method": "newtn"}, "newton"),
        ({"method": "gauss_newton"}, "residuals"),
        ({"learning_rate": -1}, "learning_rate"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_searches(ask: dict[str, Any], word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        minimized(**ask)


# Roots


def test_the_root_of_two() -> None:
    asks = [{"root": "F", "by": "x", "tolerance": "1/10^12"}]
    found = symdl.derive(symdl.problem(given={"x": 1}, let={"F": "x^2 - 2"}, asks=asks))
    points = [record["parameters"]["x"] for record in answer(found)["value"]]
    assert points[:4] == pytest.approx([1, 3 / 2, 17 / 12, 577 / 408], rel=1e-15)
    assert checked(found) == {"holds"}


def test_roots_of_two_equations() -> None:
    given, let = {"u": 2, "v": 1}, {"G": "[u^2 + v^2 - 4, u v - 1]"}
    found = symdl.derive(symdl.problem(given=given, let=let, asks=[{"root": "G", "by": ["u", "v"]}]))
    last = answer(found)["value"][-1]["parameters"]
    assert last["u"] ** 2 + last["v"] ** 2 == pytest.approx(4) and last["u"] * last["v"] == pytest.approx(1)
    assert checked(found) == {"holds"}


def test_a_horizontal_tangent_ends_the_search() -> None:
    asks = [{"root": "F", "by": "x"}]
    found = answer(symdl.derive(symdl.problem(given={"x": 0}, let={"F": "x^2 + 1"}, asks=asks)))
    assert "singular" in found["note"] and len(found["value"]) == 1
