"""More runs that books print: line searches, Newton, quasi-Newton, barriers, update rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.printed_runs import assert_printed, column, rows

QUADRATIC = {"f": "x^T Q x / 2 - b^T x"}

# Beck, Introduction to Nonlinear Optimization, 2014

ROUND, FLAT = {"f": "x^2 + 2 y^2"}, {"f": "sqrt(x^2 + 1) + sqrt(y^2 + 1)"}
CURVED = {"f": "100 (y - x^2)^2 + (1 - x)^2"}
HALVING = {"first": 2, "decrease": "1/4", "shrink": "1/2"}  # s, α, β of his backtracking


@pytest.mark.parametrize(
    ("ask", "count", "norms", "values"),
    [
        ({}, 13, ["1.885618", "0.628539", "0.209513"], ["0.666667", "0.074074", "0.008230"]),
        ({"learning_rate": "0.1"}, 58, ["4.000000", "2.937210", "2.222791"],
         ["3.280000", "1.897600", "1.141888"]),
        ({"line_search": "armijo", "settings": HALVING}, 2, ["4.000000", "0.000000"],
         ["2.000000", "0.000000"]),
    ],
    ids=["exact", "constant", "backtracking"],
)  # fmt: skip
def test_steepest_descent_of_beck(
    ask: dict[str, Any], count: int, norms: list[str], values: list[str]
) -> None:
    """Examples 4.8 to 4.10: x² + 2y² from (2, 1) until the gradient is below 1e-5."""
    table = rows({"x": 2, "y": 1}, ROUND, minimize="f", by=["x", "y"], steps=100, tolerance="1e-5", **ask)
    assert len(table) - 1 == count
    assert_printed([row["objective"] for row in table[1 : len(values) + 1]], values)
    found = [float(np.hypot(*row["gradient"].values())) for row in table[1 : len(norms) + 1]]
    assert_printed(found, norms)


def test_backtracking_creeps_through_the_valley_of_rosenbrock() -> None:
    """Section 4.4: 6890 steps from (2, 5)."""
    ask = {"line_search": "armijo", "settings": HALVING, "steps": 7000, "tolerance": "1e-5"}
    table = rows({"x": 2, "y": 5}, CURVED, minimize="f", by=["x", "y"], **ask)
    assert len(table) - 1 == 6890
    assert_printed([row["objective"] for row in table[1:3]], ["3.221022", "1.496586"])


def test_newton_of_beck_is_linear_where_the_hessian_is_singular() -> None:
    """Example 5.2."""
    let, ask = {"f": "100 x^4 + 0.01 y^4"}, {"steps": 40, "tolerance": "1e-6"}
    table = rows({"x": 1, "y": 1}, let, minimize="f", by=["x", "y"], method="newton", **ask)
    assert len(table) - 1 == 17
    values = [row["objective"] for row in table]
    assert_printed(values[1:4], ["19.7550617284", "3.9022344155", "0.7708117364"])
    assert_printed(values[16:], ["0.0000000005", "0.0000000001"])


def test_newton_of_beck_diverges_and_is_mended_by_damping() -> None:
    """Examples 5.3 and 5.4."""
    ask: dict[str, Any] = {"minimize": "f", "by": ["x", "y"], "start": {"x": 10, "y": 10}}
    away = rows({"x": 1, "y": 1}, FLAT, **ask, method="newton", steps=2)
    assert_printed([row["objective"] for row in away[1:]], ["2000.0009999998", "1999999999.5259"])
    ask |= {"method": "damped_newton", "settings": {"decrease": "1/2"}, "tolerance": "1e-5", "steps": 30}
    home = [row["objective"] for row in rows({"x": 1, "y": 1}, FLAT, **ask)]
    assert len(home) - 1 == 17
    assert_printed(home[1:4], ["4.6688169339", "2.4101973721", "2.0336386321"])
    assert_printed(home[16:], ["2.0000000005", "2.0000000000"])


# Heath, Scientific Computing, chapter 6


@pytest.mark.parametrize("method", ["bfgs", "bfgs_direct"])
def test_bfgs_of_heath(method: str) -> None:
    """Example 6.13: full steps, x₁²/2 + 5x₂²/2 from (5, 1)."""
    let = {"f": "x1^2 / 2 + 5 x2^2 / 2"}
    ask = {"minimize": "f", "by": ["x1", "x2"], "method": method, "learning_rate": 1, "steps": 5}
    table = rows({"x1": 5, "x2": 1}, let, **ask)
    assert_printed([row["objective"] for row in table[:5]], ["15.000", "40.000", "2.963", "0.350", "0.001"])
    for row, digits in zip(
        column(table, "x1", "x2")[1:5],
        (("0.000", "-4.000"), ("-2.222", "0.444"), ("0.816", "0.082"), ("-0.009", "-0.015")),
        strict=True,
    ):
        assert_printed(row, digits)


@pytest.mark.parametrize(("loss", "weight"), [("sum(r^2) / 2", 1), ("sum(r^2)", 2), ("mean(r^2)", 1 / 2)])
def test_gauss_newton_of_heath(loss: str, weight: float) -> None:
    """Example 6.16: x₁ exp(x₂ t) through four points, from (1, 0); the path is that of any multiple."""
    given = {"a": 1, "c": 0, "t": [0, 1, 2, 3], "y": [2, 0.7, 0.3, 0.1]}
    let = {"r": "y - a exp(c t)", "f": loss}
    ask = {"minimize": "f", "by": ["a", "c"], "method": "gauss_newton", "residuals": "r", "steps": 5}
    table = rows(given, let, **ask)
    found = column(table, "a", "c")
    assert_printed(found[1], ["1.690", "-0.610"])
    assert_printed(found[2], ["1.975", "-0.930"])
    assert_printed(found[3], ["1.994", "-1.004"])
    assert_printed(found[5], ["1.995", "-1.010"])
    squares = [2 * row["objective"] / weight for row in table[:5]]
    assert_printed(squares, ["2.390", "0.212", "0.007", "0.002", "0.002"])


@pytest.mark.parametrize(
    ("formula", "start", "expected"),
    [("0.5 - x exp(-x^2)", 1, ["0.500", "0.700", "0.707"])],
)
def test_newton_for_a_minimum_of_heath(formula: str, start: float, expected: list[str]) -> None:
    """Example 6.11."""
    table = rows({"x": start}, {"f": formula}, minimize="f", by="x", method="newton", steps=3)
    assert_printed([x for (x,) in column(table, "x")[1:]], expected)


# Sauer, Numerical Analysis


def test_two_equations_of_sauer() -> None:
    """Section 2.7: v = u³ and u² + v² = 1 from (1, 2), all digits of double precision."""
    table = rows({"u": 1, "v": 2}, {"F": "[v - u^3, u^2 + v^2 - 1]"}, root="F", by=["u", "v"], steps=5)
    found = column(table, "u", "v")
    assert found[1] == [1, 1] and found[2] == [0.875, 0.625]
    assert_printed(found[3], ["0.82903634826712", "0.56434911242604"])
    assert_printed(found[4], ["0.82604010817065", "0.56361977350284"])
    assert_printed(found[5], ["0.82603135773241", "0.56362416213163"])


def test_newton_for_a_minimum_of_sauer() -> None:
    """Section 13.2, all digits that stand there."""
    let, ask = {"f": "5 x^4 + 4 x^2 y - x y^3 + 4 y^4 - x"}, {"method": "newton", "steps": 8}
    table = rows({"x": 1, "y": 1}, let, minimize="f", by=["x", "y"], **ask)
    found = column(table, "x", "y")
    assert_printed(found[1], ["0.64429530201342", "0.63758389261745"])
    assert_printed(found[4], ["0.50009733696780", "-0.44771929519763"])
    assert_printed(found[8], ["0.49230778672681", "-0.36428555993321"])
    values = [table[k]["objective"] for k in (0, 1, 2, 3, 7)]
    assert_printed(
        values,
        ["11", "1.77001867827422", "0.10112006537534", "-0.17818585977225", "-0.45752162262701"],
    )


# Luenberger; Nocedal & Wright; Rao; Bazaraa, Sherali & Shetty; Griva, Nash & Sofer


def test_steepest_descent_of_luenberger() -> None:
    """Linear and Nonlinear Programming, section 8.6."""
    matrix = [[0.78, -0.02, -0.12, -0.14], [-0.02, 0.86, -0.04, 0.06], [-0.12, -0.04, 0.72, -0.08],
              [-0.14, 0.06, -0.08, 0.74]]  # fmt: skip
    given = {"x": [0, 0, 0, 0], "Q": matrix, "b": [0.76, 0.08, 1.12, 0.68]}
    table = rows(given, QUADRATIC, minimize="f", by="x", steps=6)
    expected = ["0", "-2.156363", "-2.174407", "-2.174644", "-2.174659", "-2.174659", "-2.174660"]
    assert [row["objective"] for row in table] == pytest.approx([float(x) for x in expected], abs=1e-6)
    assert column(table, "x")[6] == pytest.approx([1.534965, 0.1220097, 1.975156, 1.412954], abs=2e-4)


def test_the_last_errors_of_nocedal_and_wright() -> None:
    """Section 2.2 and the table of section 6.1: Rosenbrock's function by BFGS and by Newton."""
    let, by = {"f": "100 (y - x^2)^2 + (1 - x)^2"}, ["x", "y"]
    table = rows({"x": -1.2, "y": 1}, let, minimize="f", by=by, method="bfgs", steps=60, tolerance="1e-5")
    errors = [float(np.hypot(x - 1, y - 1)) for x, y in column(table, "x", "y")]
    assert sorted(errors[-4:], reverse=True) == pytest.approx([1.70e-3, 1.17e-3, 1.34e-4, 1.01e-6], rel=5e-3)
    ask = {"method": "damped_newton", "line_search": "wolfe", "steps": 60}
    table = rows({"x": -1.2, "y": 1}, let, minimize="f", by=by, **ask)
    errors = [float(np.hypot(x - 1, y - 1)) for x, y in column(table, "x", "y")]
    assert len(table) - 1 == 21 and errors[-4:-2] == pytest.approx([1.44e-2, 1.82e-4], rel=5e-3)


PLAIN = {"f": "x - y + 2 x^2 + 2 x y + y^2"}


def test_the_example_of_rao() -> None:
    """Engineering Optimization, chapter 6: one function by four methods, from (0, 0)."""
    run = {"minimize": "f", "by": ["x", "y"]}
    start = {"x": 0, "y": 0}
    slow = rows(start, PLAIN, **run, steps=3)
    assert np.allclose(column(slow, "x", "y"), np.array([[0, 0], [-1, 1], [-0.8, 1.2], [-1, 1.4]]))
    assert [row["step_length"] for row in slow[1:]] == pytest.approx([1, 1 / 5, 1])
    for method, length in (("conjugate_gradient", 1 / 4), ("bfgs", 1 / 4), ("dfp", 1 / 4)):
        quick = rows(start, PLAIN, **run, method=method, line_search="exact", steps=2)
        assert np.allclose(column(quick, "x", "y"), np.array([[0, 0], [-1, 1], [-1, 1.5]]))
        assert method != "conjugate_gradient" or quick[2]["step_length"] == pytest.approx(length)
    damped = rows(start, PLAIN, **run, method="levenberg_marquardt", damping=10000, steps=1)
    assert_printed([1e4 * x for x in column(damped, "x", "y")[1]], ["-0.9998", "1.0000"])


def test_newton_for_a_step_length_of_rao() -> None:
    """Section 5.12.1, rounded there on the way."""
    let = {"f": "0.65 - 0.75 / (1 + x^2) - 0.65 x arctan(1 / x)"}
    table = rows({"x": 0.1}, let, minimize="f", by="x", method="newton", steps=3)
    assert [x for (x,) in column(table, "x")[1:]] == pytest.approx([0.377241, 0.465119, 0.480409], abs=2e-6)


def test_newton_of_bazaraa_sherali_and_shetty() -> None:
    """(x₁ - 2)⁴ + (x₁ - 2x₂)² from (0, 3): the distance shrinks by a third in every step."""
    let = {"f": "(x - 2)^4 + (x - 2 y)^2"}
    table = rows({"x": 0, "y": 3}, let, minimize="f", by=["x", "y"], method="newton", steps=6)
    expected = [(0.67, 0.33), (1.11, 0.56), (1.41, 0.70), (1.60, 0.80), (1.74, 0.87), (1.82, 0.91)]
    assert np.allclose(column(table, "x", "y")[1:], expected, atol=0.0051)


def test_a_barrier_of_griva_nash_and_sofer() -> None:
    """Linear and Nonlinear Optimization, example 16.1: the centers have a formula."""
    given, let = {"x": 0.5, "y": 0.5}, {"f": "x - 2 y"}
    ask = {"method": "log_barrier", "subject_to": ["1 + x - y^2 >= 0", "y >= 0"], "steps": 5}
    for row in rows(given, let, minimize="f", by=["x", "y"], **ask)[1:]:
        mu = 1 / row["tau"]
        root = np.sqrt(1 + 2 * mu)
        assert column([row], "x", "y")[0] == pytest.approx([(root + 3 * mu - 1) / 2, (1 + root) / 2])
        assert row["state"]["lambda"] == pytest.approx([1, root - 1])


def test_one_coordinate_after_another_is_the_iteration_of_gauss_and_seidel() -> None:
    """Burden & Faires, Numerical Analysis, section 7.3: four steps are one sweep."""
    matrix = [[10, -1, 2, 0], [-1, 11, -1, 3], [2, -1, 10, -1], [0, 3, -1, 8]]
    given = {"x": [0, 0, 0, 0], "Q": matrix, "b": [6, 25, -11, 15]}
    found = column(rows(given, QUADRATIC, minimize="f", by="x", method="coordinate_descent", steps=12), "x")
    assert_printed(found[4], ["0.6000", "2.3273", "-0.9873", "0.8789"])
    assert found[8] == pytest.approx([1.030, 2.037, -1.014, 0.9844], abs=5e-4)
    assert found[12] == pytest.approx([1.0065, 2.0036, -1.0025, 0.9983], abs=1e-4)


def test_conjugate_gradients_of_burden_and_faires() -> None:
    """Section 7.6."""
    given = {"x": [0, 0, 0], "Q": [[4, 3, 0], [3, 4, -1], [0, -1, 4]], "b": [24, 30, -24]}
    table = rows(given, QUADRATIC, minimize="f", by="x", method="conjugate_gradient", steps=3)
    assert_printed(column(table, "x")[1], ["3.525773196", "4.407216495", "-3.525773196"])
    assert_printed(column(table, "x")[2], ["2.858011121", "4.148971938", "-4.954222165"])
    assert_printed([table[1]["step_length"], table[2]["step_length"]], ["0.1469072165", "0.2378157558"])


# Update rules


def test_adam_of_brownlee() -> None:
    """Code Adam From Scratch, 2021: x² + y², the first five of sixty steps."""
    given = {"x": [-0.16595599, 0.44064899]}
    ask = {"update": "adam", "of": "f", "by": "x", "learning_rate": "0.02", "beta1": "0.8", "steps": 5}
    table = rows(given, {"f": "x[1]^2 + x[2]^2"}, **ask)
    expected = [[-0.14595599, 0.42064899], [-0.12613855, 0.40070573], [-0.10665938, 0.3808601],
                [-0.08770234, 0.3611548], [-0.06947941, 0.34163405]]  # fmt: skip
    assert np.allclose(column(table, "x")[1:], expected, rtol=0, atol=1.01e-8)
    assert_printed(
        [row["objective"] for row in table[1:]], ["0.19825", "0.17648", "0.15643", "0.13812", "0.12154"]
    )


def test_rmsprop_and_adam_of_keras() -> None:
    """The examples of its pages: x²/2 from 10."""
    run = {"of": "f", "by": "x", "learning_rate": "0.1", "epsilon": "1e-7", "steps": 1}
    for rule, expected in (("rmsprop", "9.683772"), ("adam", "9.900000")):
        assert_printed(column(rows({"x": 10}, {"f": "x^2 / 2"}, update=rule, **run), "x")[1], [expected])


def test_ten_thousand_steps_of_mazur() -> None:
    """A Step by Step Backpropagation Example, 2015: the weights after one step, the errors at both ends."""
    given = {"x": [0.05, 0.1], "W1": [[0.15, 0.2], [0.25, 0.3]], "b1": 0.35,
             "W2": [[0.4, 0.45], [0.5, 0.55]], "b2": 0.6, "y": [0.01, 0.99]}  # fmt: skip
    let = {"h": "sigmoid(W1 x + b1)", "o": "sigmoid(W2 h + b2)", "E": "sum((o - y)^2) / 2"}
    ask = {"update": "gd", "of": "E", "by": ["W1", "W2"], "learning_rate": "0.5", "steps": 10000}
    table = rows(given, let, **ask)
    assert_printed(
        np.ravel(table[1]["parameters"]["W2"]), ["0.35891648", "0.408666186", "0.511301270", "0.561370121"]
    )
    assert_printed(
        np.ravel(table[1]["parameters"]["W1"]), ["0.149780716", "0.19956143", "0.24975114", "0.29950229"]
    )
    assert table[0]["objective"] == pytest.approx(0.298371109, abs=1e-9)
    assert table[-1]["objective"] == pytest.approx(0.0000351085, rel=3e-4)
