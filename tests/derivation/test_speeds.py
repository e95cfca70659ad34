"""What a sheet says about the speed of Newton's method, of quasi-Newton methods and of Adam, measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.derivation.step import Step

BOWL = {"f": "x^T Q x / 2 - b^T x"}
GIVEN: dict[str, Any] = {"x": [1, -2, 3], "Q": [[4, 1, 0], [1, 3, 1], [0, 1, 2]], "b": [1, -2, 0.5]}


def lines(given: dict[str, Any], let: dict[str, str], **ask: Any) -> dict[str, list[Step]]:
    """The lines of an analysis by their kind; all of them hold."""
    found = symdl.derive(symdl.problem(given=given, let=let, asks=[{"analysis": True, **ask}]))
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    kept: dict[str, list[Step]] = {}
    for step in found.derivation.steps:
        if step.because.key.startswith("rule.regime_"):
            kept.setdefault(step.because.key.removeprefix("rule.regime_"), []).append(step)
    return kept


def ratios(step: Step) -> list[float]:
    return [value for *_, value in step.because.facts["parts"]]


@pytest.mark.parametrize(
    ("formula", "start", "factor"),
    [
        ("x^4/4 - x", 2, 1),  # f'' = 3 x², f''' = 6 x at 1
        ("exp(x) - 2 x", 2, 1 / 2),  # both derivatives are 2 at ln 2
        ("a x^3 - 3 a x", 3, 1 / 2),  # f'' = 6 a x, f''' = 6 a at 1, whatever a
    ],
)
def test_newton_squares_the_distance(formula: str, start: float, factor: float) -> None:
    ask = {"minimize": "f", "by": "x", "method": "newton", "steps": 12}
    given = {"x": start, "a": 7} if "a" in formula.replace("exp", "") else {"x": start}
    found = lines(given, {"f": formula}, **ask)
    assert found["newton_constant"][0].value == pytest.approx(factor)
    assert ratios(found["newton_squared"][0])[-1] == pytest.approx(factor, rel=0.02)
    assert "newton_taylor" in found


def test_newton_is_linear_where_the_second_derivative_is_zero() -> None:
    """On (x - 1)⁴ two thirds of the distance are left in every step."""
    ask = {"minimize": "f", "by": "x", "method": "newton", "steps": 12}
    found = lines({"x": 3}, {"f": "(x - 1)^4"}, **ask)
    assert ratios(found["newton_linear"][0]) == pytest.approx([2 / 3] * 6)
    assert "newton_constant" not in found


def test_one_step_on_a_quadratic() -> None:
    found = lines(GIVEN, BOWL, minimize="f", by="x", method="newton", steps=3)
    assert "newton_once" in found and "newton_squared" not in found


@pytest.mark.parametrize("method", ["bfgs", "dfp", "sr1"])
def test_quasi_newton_goes_as_conjugate_gradients_and_finds_the_inverse(method: str) -> None:
    ask = {"minimize": "f", "by": "x", "method": method, "line_search": "exact", "steps": 3}
    found = lines(GIVEN, BOWL, **ask, tolerance="1e-12")
    products = np.asarray(found["conjugate"][0].value)
    assert np.all(np.diag(products) > 0) and np.all(products == np.diag(np.diag(products)))
    parts = found["as_conjugate"][0].because.facts["parts"]
    assert parts[-1][-1] == pytest.approx(np.linalg.solve(GIVEN["Q"], GIVEN["b"]))
    assert np.allclose(found["inverse_found"][0].value, np.eye(3))


def test_quasi_newton_is_faster_than_linear() -> None:
    let = {"f": "x^4 / 4 + x y + y^2 + x^2"}
    found = lines({"x": 5, "y": 1}, let, minimize="f", by=["x", "y"], method="bfgs", steps=20)
    measured = ratios(found["superlinear"][0])
    assert measured[-1] < 0.05 < measured[0]


def test_the_bound_of_adam_is_reached_by_the_worst_gradients() -> None:
    """Gradients in proportion to (β₂/β₁)^t in time make Cauchy and Schwarz an equality."""
    beta1, beta2, eta, steps = 0.9, 0.999, 0.1, 20
    ask = {"update": "adam", "of": "f", "by": "x", "learning_rate": eta, "epsilon": 0, "steps": steps}
    found = lines({"x": 3}, {"f": "x^2"}, **ask)
    m = v = change = 0.0
    for t in range(1, steps + 1):
        g = (beta2 / beta1) ** t
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        change = eta * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t))
    reached = found["adam_bound"][0].value
    assert reached >= change * (1 - 1e-12)
    m = v = 0.0
    for t in range(1, steps + 1):
        g = (beta1 / beta2) ** (steps - t)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    assert reached == pytest.approx(eta * m / (1 - beta1**steps) / np.sqrt(v / (1 - beta2**steps)))
    assert found["adam_first"][0].value == pytest.approx(-eta)
    assert found["adam_longest"][0].value <= reached / eta


def test_methods_without_an_analysis_say_so() -> None:
    with pytest.raises(symdl.SymdlError, match="trust_region"):
        lines(GIVEN, BOWL, minimize="f", by="x", method="trust_region", steps=3)
    with pytest.raises(symdl.SymdlError, match="rmsprop"):
        lines(GIVEN, BOWL, update="rmsprop", of="f", by="x", steps=3)
