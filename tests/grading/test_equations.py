"""Equations say the same however their sides are moved, and only then."""

from __future__ import annotations

import pytest

import symdl


@pytest.mark.parametrize(
    ("left", "right", "outcome"),
    [
        ("2x + 4y - 3 = 0", "y = -x/2 + 3/4", "equal"),
        ("x - 2y + z - 1 = 0", "x - 2y + z - 1 = 0", "equal"),
        ("1 = x", "x = 1", "equal"),
        ("x^2/16 + y^2/12 = 1/4", "x^2/4 + y^2/3 = 1", "equal"),
        ("y = sin(2x)", "y/2 = cos(x)*sin(x)", "equal"),
        ("y^2 = x^2", "y = x", "different"),
        ("x + y = 1", "x + y = 2", "different"),
        ("x = 1", "y = 1", "different"),
        ("x = x", "y = y", "different"),
        ("x = 5 + 5 + 1 = 7 = 11", "x = 11", "different"),
        ("x^2 <= 9", "abs(x) < 3", "different"),
        ("x < 3", "3 > x", "equal"),
        ("14{,}916", "14916", "equal"),
        (r"32,\! 349 x", "32349 x", "equal"),
        ("[1,200]", "1200", "different"),
    ],
)
def test_equations(left: str, right: str, outcome: str) -> None:
    assert symdl.compare(left, right, symbols=["x", "y", "z"]).outcome == outcome
    assert symdl.compare(right, left, symbols=["x", "y", "z"]).outcome == outcome
