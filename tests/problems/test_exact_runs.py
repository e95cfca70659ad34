"""Runs in exact rationals: against closed forms, and against a loop of fractions by hand."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

import symdl
from symdl.document.blocks import Math, Table


def solved(given: dict[str, Any], let: dict[str, str], **ask: Any) -> symdl.Solved:
    return symdl.derive(symdl.problem(given=given, let=let, asks=[ask]))


def exact(found: symdl.Solved) -> list[dict[str, Any]]:
    rows = json.loads(found.to_json())["answers"][0]["value"]
    return [row["exact"] for row in rows if "exact" in row]


def test_thirds_stay_thirds() -> None:
    found = solved({"x": 3}, {"f": "x^2"}, update="gd", of="f", by="x", learning_rate="1/3", steps=4)
    assert [row["parameters"]["x"] for row in exact(found)] == ["3", "1", "1/3", "1/9", "1/27"]
    document = symdl.compose(found, symdl.verify(found))
    table = next(block for block in document.blocks if isinstance(block, Table))
    cells = [[span.plain for cell in row for span in cell if isinstance(span, Math)] for row in table.rows]
    assert cells[3] == ["3", "1/9", "2/9", "1/81"]


@pytest.mark.parametrize("rule", ["momentum", "nesterov", "gd"])
def test_rules_against_fractions_by_hand(rule: str) -> None:
    rate, mu = Fraction(1, 7), Fraction(1, 2) if rule != "gd" else Fraction(0)
    settings = {} if rule == "gd" else {"momentum": "1/2"}
    found = solved(
        {"x": 3}, {"f": "x^2"}, update=rule, of="f", by="x", learning_rate="1/7", steps=5, **settings
    )
    x, v = Fraction(3), Fraction(0)
    rows = exact(found)
    assert len(rows) == 6
    for row in rows:
        assert Fraction(row["parameters"]["x"]) == x and Fraction(row["objective"]) == x**2
        v = mu * v - rate * 2 * (x + mu * v if rule == "nesterov" else x)
        x += v


QUADRATIC = {"f": "y^T Q y / 2 - c^T y"}
GIVEN = {"y": [0, 0, 0], "Q": [[3, 0, 1], [0, 4, 2], [1, 2, 3]], "c": [3, 0, 1]}


@pytest.mark.parametrize(
    "method",
    [{"method": "conjugate_gradient"}, {"method": "conjugate_gradient", "form": "linear"},
     {"method": "bfgs", "line_search": "exact"}, {"method": "dfp"}],
)  # fmt: skip
def test_conjugate_directions_end_exactly(method: dict[str, str]) -> None:
    """Chong & Zak, example 10.3: α₀ = 10/36, the solution (1, 0, 0) after three steps, without rounding."""
    rows = exact(solved(GIVEN, QUADRATIC, minimize="f", by="y", steps=3, **method))
    assert rows[1]["step_length"] == "5/18" and rows[1]["parameters"]["y"] == ["5/6", "0", "5/18"]
    assert rows[3]["parameters"]["y"] == ["1", "0", "0"] and rows[3]["gradient"]["y"] == ["0", "0", "0"]


def test_newton_solves_a_quadratic_exactly() -> None:
    rows = exact(solved({**GIVEN, "y": [1, 1, 1]}, QUADRATIC, minimize="f", by="y", method="newton", steps=2))
    assert rows[1]["parameters"]["y"] == ["1", "0", "0"]


@pytest.mark.parametrize(
    ("given", "let", "ask"),
    [
        ({"x": 0.1}, {"f": "x^2"}, {"update": "gd", "learning_rate": "1/3"}),
        ({"x": 3}, {"f": "0.5 x^2"}, {"update": "gd", "learning_rate": "1/3"}),
        ({"x": 3}, {"f": "x^2"}, {"update": "gd", "learning_rate": "0.3"}),
    ],
)
def test_decimals_stay_decimals(given: dict[str, Any], let: dict[str, str], ask: dict[str, Any]) -> None:
    assert exact(solved(given, let, of="f", by="x", steps=2, **ask)) == []


def test_rationals_end_where_roots_begin() -> None:
    found = solved({"x": 2}, {"f": "sqrt(x)"}, update="gd", of="f", by="x", learning_rate="1/3", steps=3)
    assert exact(found) == []
    rows = exact(solved({"x": 4}, {"f": "x^4"}, minimize="f", by="x", steps=3))
    assert rows == []  # the exact step of a quartic is the root of a cubic


@pytest.mark.parametrize("rule", ["momentum", "nesterov"])
@pytest.mark.parametrize("start", [[1, -2], [[1, 2], [3, 4]]])
def test_the_first_state_has_the_shape_of_its_parameter(rule: str, start: list[Any]) -> None:
    found = solved(
        {"w": start}, {"f": "sum(w * w)"}, update=rule, of="f", by="w", learning_rate="1/10", momentum="1/2",
        steps=2,
    )  # fmt: skip
    zeros = ["0", "0"] if start == [1, -2] else [["0", "0"], ["0", "0"]]
    assert exact(found)[0]["state"] == {"v": zeros}
    assert symdl.compose(found, symdl.verify(found)).blocks
