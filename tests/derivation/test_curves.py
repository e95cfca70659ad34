"""Singular stationary points that no line decides: curves, terms of lowest weight, turned coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.core.polynomials import polynomial
from symdl.derivation.convexity.curves import decided
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope


def point(formula: str) -> tuple[Mapping[str, Any], symdl.Solved]:
    solved = symdl.derive(
        symdl.problem(symbols={"x": [], "y": []}, let={"f": formula}, asks=[{"stationary": "f"}])
    )
    rows = solved.derivation.answers[0].table
    return next(row for row in rows if abs(row["point"]["x"]) + abs(row["point"]["y"]) < 1e-9), solved


@pytest.mark.parametrize(
    ("formula", "kind", "by"),
    [
        ("(y - x^2) (y - 2 x^2)", "saddle", "curves"),  # Peano's example: a minimum along every line
        ("(y - x^2)^2 + x^5", "saddle", "curves"),
        ("x^2 - 2 x y^2 + 2 y^4", "minimum", "form"),
        ("x^4 + y^4 - x^2 y^2", "minimum", "form"),
        ("-x^2 - y^6 + x y^3", "maximum", "form"),
        ("(x - y)^2 + x^4 + y^4", "minimum", "turned"),
        ("-(x + 3 y)^2 - x^4 - 2 y^4 + 5", "maximum", "turned"),
        ("(y - x^2)^2", "minimum", "bound"),  # not strict: no curve decides
    ],
)
def test_what_the_point_is_and_what_decides(formula: str, kind: str, by: str) -> None:
    row, solved = point(formula)
    assert (row["kind"], row["decided_by"]) == (kind, by)
    assert {check.outcome for check in solved.checks} == {"holds"}
    for language in ("en", "fa"):
        assert symdl.render(solved.compose(language=language), "txt")


def test_both_signs_occur_along_the_curves() -> None:
    found = decided(polynomial(read_formula("(y - x^2) (y - 2 x^2)", Scope())), ("x", "y"))
    assert found is not None
    t = Fraction(1, 1000)
    values = []
    for curve in found.curves:
        x, y = curve.at(t)
        values.append((y - x**2) * (y - 2 * x**2))
        coefficient, power = curve.first
        assert values[-1] / (coefficient * t**power) == pytest.approx(1, rel=1e-2)
    assert min(values) < 0 < max(values)


@pytest.mark.parametrize("seed", range(12))
def test_random_forms_are_never_called_what_they_are_not(seed: int) -> None:
    random = np.random.default_rng(seed)
    terms = [(4, 0), (2, 1), (0, 2), (3, 1), (1, 2), (0, 4), (2, 2), (5, 0)]
    coefficients = random.integers(-3, 4, len(terms))
    text = " + ".join(f"({c}) x^{i} y^{j}" for c, (i, j) in zip(coefficients, terms, strict=True))
    found = decided(polynomial(read_formula(text, Scope())), ("x", "y"))
    x, y = random.normal(size=(2, 4000)) * 1e-3
    y = y * np.abs(random.normal(size=4000)) ** 4 * 1e-1
    values = sum(c * x**i * y**j for c, (i, j) in zip(coefficients, terms, strict=True))
    if found is not None and found.kind == "minimum":
        assert np.min(values) > 0
    if found is not None and found.kind == "maximum":
        assert np.max(values) < 0


def test_decimals_of_numeric_points_are_printed_as_decimals() -> None:
    solved = symdl.derive(
        symdl.problem(symbols={"x": []}, let={"f": "x^2 - cos(x) + x"}, asks=[{"stationary": "f"}])
    )
    shown = str(symdl.render(solved.compose(), "txt"))
    assert "-0.3354" in shown and "/100000" not in shown
