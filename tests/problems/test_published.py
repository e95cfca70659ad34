"""Runs that books print, through problems as a teacher writes them, to all digits that stand there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.printed_runs import assert_printed, column, rows

# Chong & Zak, An Introduction to Optimization, 4th edition

QUADRATIC = {"f": "x^T Q x / 2 - b^T x"}
SPACE = {"x": [0, 0, 0], "Q": [[3, 0, 1], [0, 4, 2], [1, 2, 3]], "b": [3, 0, 1]}


@pytest.mark.parametrize("form", ["linear", "fletcher_reeves", "polak_ribiere"])
def test_conjugate_gradients_of_chong_and_zak(form: str) -> None:
    """Example 10.3."""
    table = rows(SPACE, QUADRATIC, minimize="f", by="x", method="conjugate_gradient", form=form, steps=3)
    assert_printed(column(table, "x")[1], ["0.8333", "0", "0.2778"])
    assert_printed(column(table, "x")[2], ["0.9346", "-0.1215", "0.1495"])
    assert_printed(column(table, "x")[3], ["1.000", "0.000", "0.000"])
    assert_printed(table[1]["gradient"]["x"], ["-0.2222", "0.5556", "0.6667"])
    assert_printed(table[2]["gradient"]["x"], ["-0.04673", "-0.1869", "0.1402"])
    assert_printed([row["step_length"] for row in table[1:]], ["0.2778", "0.2187", "0.8231"])


PLANE = {"x": [0, 0], "Q": [[5, -3], [-3, 2]], "b": [0, 1]}


def test_bfgs_of_chong_and_zak() -> None:
    """Example 11.4: the last matrix is the inverse of Q."""
    table = rows(PLANE, QUADRATIC, minimize="f", by="x", method="bfgs", line_search="exact", steps=2)
    assert np.allclose(column(table, "x"), np.array([[0, 0], [0, 0.5], [3, 5]], dtype=float), atol=1e-12)
    assert np.allclose(table[1]["state"]["B"], np.array([[1, 1.5], [1.5, 2.75]], dtype=float), atol=1e-12)
    assert np.allclose(table[2]["state"]["B"], np.array([[2, 3], [3, 5]], dtype=float), atol=1e-12)


def test_dfp_of_chong_and_zak() -> None:
    """Example 11.3."""
    given = {"x": [0, 0], "Q": [[4, 2], [2, 2]], "b": [-1, 1]}
    table = rows(given, QUADRATIC, minimize="f", by="x", method="dfp", steps=2)
    assert np.allclose(column(table, "x"), np.array([[0, 0], [-1, 1], [-1, 1.5]], dtype=float), atol=1e-12)
    assert np.allclose(table[1]["state"]["B"], np.array([[0.5, -0.5], [-0.5, 1.5]], dtype=float), atol=1e-12)
    assert [row["step_length"] for row in table[1:]] == pytest.approx([1, 0.5])


def test_rank_one_of_chong_and_zak() -> None:
    """Example 11.1."""
    given = {"x": [1, 2], "Q": [[2, 0], [0, 1]], "b": [0, 0]}
    table = rows(given, QUADRATIC, minimize="f", by="x", method="sr1", line_search="exact", steps=2)
    assert np.allclose(
        column(table, "x"), np.array([[1, 2], [-1 / 3, 2 / 3], [0, 0]], dtype=float), atol=1e-12
    )
    assert np.allclose(table[1]["state"]["B"], np.array([[1 / 2, 0], [0, 1]], dtype=float), atol=1e-12)


def test_newton_on_the_function_of_powell() -> None:
    """Example 9.1."""
    let = {"f": "(x1 + 10 x2)^2 + 5 (x3 - x4)^2 + (x2 - 2 x3)^4 + 10 (x1 - x4)^4"}
    given = {"x1": 3, "x2": -1, "x3": 0, "x4": 1}
    table = rows(given, let, minimize="f", by=list(given), method="newton", steps=3)
    found = column(table, *given)
    assert_printed(found[1], ["1.5873", "-0.1587", "0.2540", "0.2540"])
    assert_printed(found[2][:2], ["1.0582", "-0.1058"])  # the others, 0.1693, the book has as 0.1694
    assert_printed([row["objective"] for row in table[:3]], ["215", "31.8", "6.28"])


# Shewchuk, An Introduction to the Conjugate Gradient Method Without the Agonizing Pain, 1994

PAINLESS = {"x": [-2, -2], "Q": [[3, 2], [2, 6]], "b": [2, -8]}


def test_the_sample_problem_of_shewchuk() -> None:
    """Figures 6 and 30: steepest descent creeps, conjugate gradients end at (2, -2) in two steps."""
    slow = rows(PAINLESS, QUADRATIC, minimize="f", by="x", steps=1)
    assert slow[1]["step_length"] == pytest.approx(13 / 75) and column(slow, "x")[1] == pytest.approx(
        [0.08, -46 / 75]
    )
    quick = rows(PAINLESS, QUADRATIC, minimize="f", by="x", method="conjugate_gradient", steps=2)
    assert column(quick, "x")[2] == pytest.approx([2, -2])


def test_conjugate_gradients_of_the_encyclopedia() -> None:
    """Wikipedia, Conjugate gradient method, numerical example."""
    given = {"x": [2, 1], "Q": [[4, 1], [1, 3]], "b": [1, 2]}
    table = rows(given, QUADRATIC, minimize="f", by="x", method="conjugate_gradient", steps=2)
    assert_printed(column(table, "x")[1], ["0.2356", "0.3384"])
    assert_printed(column(table, "x")[2], ["0.0909", "0.6364"])
    assert_printed([-g for g in table[1]["gradient"]["x"]], ["-0.2810", "0.7492"])
    assert_printed([row["step_length"] for row in table[1:]], ["0.2205", "0.4122"])


@pytest.mark.parametrize("gamma", [2, 10])
def test_exact_line_search_of_boyd_and_vandenberghe(gamma: int) -> None:
    """Convex Optimization, section 9.3.2: on (x₁² + γ x₂²)/2 from (γ, 1) every step is known."""
    let = {"f": f"(x1^2 + {gamma} x2^2) / 2"}
    table = rows({"x1": gamma, "x2": 1}, let, minimize="f", by=["x1", "x2"], steps=6)
    ratio = (gamma - 1) / (gamma + 1)
    for k, row in enumerate(table):
        assert row["parameters"]["x1"] == pytest.approx(gamma * ratio**k, rel=1e-9)
        assert row["parameters"]["x2"] == pytest.approx((-ratio) ** k, rel=1e-9)
        assert row["objective"] == pytest.approx(gamma * (gamma + 1) / 2 * ratio ** (2 * k), rel=1e-9)


def test_gauss_newton_of_the_encyclopedia() -> None:
    """Wikipedia, Gauss-Newton algorithm: the rate of an enzyme; 0.00784 is the sum of squares left."""
    given = {
        "S": [0.038, 0.194, 0.425, 0.626, 1.253, 2.5, 3.74],
        "y": [0.05, 0.127, 0.094, 0.2122, 0.2729, 0.2665, 0.3317], "V": 0.9, "K": 0.2,
    }  # fmt: skip
    let = {"r": "y - V S / (K + S)", "f": "sum(r^2) / 2"}
    table = rows(given, let, minimize="f", by=["V", "K"], method="gauss_newton", residuals="r", steps=5)
    assert_printed(column(table, "V", "K")[5], ["0.362", "0.556"])
    assert_printed([2 * table[5]["objective"]], ["0.00784"])


# Newton's method for roots


@pytest.mark.parametrize(
    ("formula", "start", "expected"),
    [
        ("x^2 - 612", 10,
         ["35.6", "26.395505617978", "24.790635492455", "24.738688294075", "24.73863375376"]),
        ("cos(x) - x^3", 0.5, ["1.112141637097", "0.909672693736", "0.867263818209", "0.865477135298",
                               "0.865474033111", "0.865474033102"]),
        ("x^3 + 4 x^2 - 10", 1.5, ["1.373333333", "1.365262015", "1.365230014", "1.365230013"]),
        ("x^3 + x - 1", -0.7, ["0.12712551", "0.95767812", "0.73482779", "0.68459177", "0.68233217",
                               "0.68232780"]),
        ("x^2 - 4 sin(x)", 3, ["2.153058", "1.954039", "1.933972", "1.933754"]),
        ("cos(x) - x", "pi/4", ["0.7395361335", "0.7390851781", "0.7390851332"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_roots_in_print(formula: str, start: Any, expected: list[str]) -> None:
    """Wikipedia, Newton's method; Burden & Faires, sections 2.2 and 2.3; Sauer, section 1.4; Heath, 5.5."""
    table = rows({"x": start}, {"F": formula}, root="F", by="x", steps=len(expected), tolerance="1/10^15")
    assert_printed([x for (x,) in column(table, "x")[1:]], expected[: len(table) - 1])
    assert len(table) >= len(expected)


def test_three_equations_of_burden_and_faires() -> None:
    """Numerical Analysis, section 10.2, example 1, to the digits that its rounding by hand keeps."""
    lines = (
        "3 x1 - cos(x2 x3) - 1/2",
        "x1^2 - 81 (x2 + 1/10)^2 + sin(x3) + 1.06",
        "exp(-x1 x2) + 20 x3 + (10 pi - 3)/3",
    )
    given = {"x1": 0.1, "x2": 0.1, "x3": -0.1}
    found = column(rows(given, {"F": f"[{', '.join(lines)}]"}, root="F", by=list(given), steps=4), *given)
    assert_printed(found[1], ["0.49986967", "0.01946685", "-0.52152047"])
    assert_printed(found[2], ["0.50001424", "0.00158859", "-0.52355696"])


# Zhang, Lipton, Li & Smola, Dive into Deep Learning, chapter 12: the last of 10 or 20 steps

PARABOLA, VALLEY, NARROW = {"f": "x^2"}, {"f": "x1^2 + 2 x2^2"}, {"f": "0.1 x1^2 + 2 x2^2"}
TWO = {"x1": -5, "x2": -2}


@pytest.mark.parametrize(("rate", "last"), [("0.2", "0.060466"), ("0.05", "3.486784"), ("1.1", "61.917364")])
def test_gradient_descent_of_d2l(rate: str, last: str) -> None:
    """Section 12.3.1."""
    table = rows({"x": 10}, PARABOLA, update="gd", of="f", by="x", learning_rate=rate, steps=10)
    assert_printed(column(table, "x")[-1], [last])


@pytest.mark.parametrize(
    ("let", "ask", "last"),
    [
        (VALLEY, {"update": "gd", "learning_rate": "0.1"}, ["-0.057646", "-0.000073"]),
        (NARROW, {"update": "gd", "learning_rate": "0.4"}, ["-0.943467", "-0.000073"]),
        (NARROW, {"update": "gd", "learning_rate": "0.6"}, ["-0.387814", "-1673.365109"]),
        (NARROW, {"update": "momentum", "form": "accumulated", "learning_rate": "0.6", "momentum": "0.5"},
         ["0.007188", "0.002553"]),
        (NARROW, {"update": "momentum", "form": "accumulated", "learning_rate": "0.6", "momentum": "0.25"},
         ["-0.126340", "-0.186632"]),
        (NARROW, {"update": "adagrad", "learning_rate": "0.4", "epsilon": "1e-6", "epsilon_inside": True},
         ["-2.382563", "-0.158591"]),
        (NARROW, {"update": "adagrad", "learning_rate": "2", "epsilon": "1e-6", "epsilon_inside": True},
         ["-0.002295", "-0.000000"]),
        (NARROW, {"update": "rmsprop", "learning_rate": "0.4", "epsilon": "1e-6", "epsilon_inside": True},
         ["-0.010599", "0.000000"]),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)  # fmt: skip
def test_rules_of_d2l(let: dict[str, str], ask: dict[str, Any], last: list[str]) -> None:
    """Sections 12.3.2, 12.6, 12.7 and 12.8."""
    assert_printed(column(rows(TWO, let, **ask, of="f", by=["x1", "x2"], steps=20), "x1", "x2")[-1], last)
