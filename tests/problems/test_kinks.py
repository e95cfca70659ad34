"""Adjoints at kinks: between the slopes to either side, or they are not confirmed."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.models.activations import activation

SPARSE = {  # a rectified code with a penalty on its entries, some of which are 0
    "h": "relu(W x + b)",
    "y": "V h",
    "L": "mse(y, x) + sum(abs(h)) / 10",
}
GIVEN = {
    "x": [1, -1, 2], "W": [[1, 0, -1], [0, -1, 1]], "b": [0, 0.5], "V": [[1, 0.5], [0.5, 1], [-1, 2]]
}  # fmt: skip


def checks(let: dict[str, str], by: list[str], **given: Any) -> list[symdl.Check]:
    asks = [{"gradient": "L", "by": by}]
    return list(symdl.verify(symdl.derive(symdl.problem(given={**GIVEN, **given}, let=let, asks=asks))))


def test_a_penalty_on_rectified_codes_is_decided():
    found = checks(SPARSE, ["W", "b", "V"])
    assert {check.outcome for check in found} == {"holds"}
    differences = {c.step: c.strength for c in found if c.method == "central_difference"}
    assert differences["backward.L.h"] == "convention"
    assert differences["backward.L.V"] == "checked"


@pytest.mark.parametrize("let", [
    {"h": "relu(W x + b)", "g": "relu(h)", "L": "sum(square(g))"},
    {"h": "relu(W x)", "g": "abs(h)", "L": "g^T g + sum(g)"},
    {"h": "hard_tanh(W x)", "L": "sum(max(h, 1)) + sum(h)"},
])  # fmt: skip
def test_a_kink_behind_a_kink_is_decided(let: dict[str, str]):
    assert {check.outcome for check in checks(let, ["W", "x"])} == {"holds"}


@pytest.mark.parametrize("slope", ["where(x > 0, -1, 0)", "where(x > 0, 1, -1)", "where(x > 0, 1, 2)"])
def test_a_slope_beyond_both_sides_is_not_confirmed(slope: str):
    activation("bent", "max(0, x)", derivative=slope)
    try:
        found = checks({"h": "relu(W x)", "g": "bent(h)", "L": "sum(g)"}, ["W"])
        assert any(c.step == "backward.L.h" and c.outcome != "holds" for c in found)
    finally:
        POINTWISE.remove("bent")
        FUNCTIONS.remove("bent")
