"""Rounding: under `carry` what is printed multiplies to what is printed."""

from __future__ import annotations

import numpy as np
import pytest

import symdl
from symdl.core.evaluation import significant

CARRIED = {"digits": 3, "policy": "carry"}


def test_every_line_goes_on_from_the_rounded_one() -> None:
    problem = symdl.problem(
        given={"x": 1.234567, "y": 7.654321},
        let={"a": "x y", "b": "a^2", "c": "b / 7"},
        asks=[{"gradient": "c", "by": ["x", "y"]}],
        rounding=CARRIED,
    )
    solved = symdl.derive(problem)
    a = significant(1.234567 * 7.654321, 3)
    b = significant(a * a, 3)
    assert solved.values["a"] == pytest.approx(a)
    assert solved.values["b"] == pytest.approx(b)
    assert solved.values["c"] == pytest.approx(significant(b / 7, 3))
    assert all(check.outcome == "holds" for check in solved.checks)


def test_showing_carries_full_precision() -> None:
    solved = symdl.solve("x*y", at={"x": 1.234567, "y": 7.654321})
    assert solved.values["f"] == pytest.approx(1.234567 * 7.654321, rel=1e-15)


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        (0.12345, 4, 0.1235),
        (-0.12345, 4, -0.1235),
        (1e-9 * 1.25, 2, 1.3e-9),
        (0.0, 3, 0.0),
        (99.95, 3, 100.0),
    ],
)
def test_rounding_is_half_away_from_zero(value: float, digits: int, rounded: float) -> None:
    assert significant(value, digits) == pytest.approx(rounded, rel=1e-12)


def test_arrays_are_rounded_entry_by_entry() -> None:
    assert np.allclose(significant(np.array([1.2345, 0.00012345]), 2), [1.2, 0.00012], rtol=1e-12)
