"""Identities of the activations hold in every row; the range and the limits that are told are right."""

from __future__ import annotations

import math

import pytest

import symdl
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.document.explaining.behavior import bounds, curves, ends, interval
from symdl.formula.reader import Scope, read_formula
from symdl.models.identities import IDENTITIES, Identity

ACTIVATIONS = [
    key for key, f in ((key, FUNCTIONS[key]) for key in FUNCTIONS) if f.kind == "activation"
    and len(f.params) == 1 and key in POINTWISE
]  # fmt: skip


@pytest.mark.parametrize("key", list(IDENTITIES))
def test_every_row_holds_and_is_proved(key: str) -> None:
    solved = symdl.derive(symdl.problem(asks=[{"show": IDENTITIES[key].function}]))
    mine = [check for check in solved.checks if check.step.endswith(key)]
    assert {check.outcome for check in mine} == {"holds"}
    assert "proved" in {check.strength for check in mine}


def test_a_wrong_row_fails() -> None:
    scope = Scope(frozenset({"x"}), frozenset({"sigmoid"}))
    wrong = (("own_value", read_formula("sigmoid(x) (1 + sigmoid(x))", scope)),)
    IDENTITIES.register(Identity("wrong", "sigmoid", True, wrong))
    try:
        solved = symdl.derive(symdl.problem(asks=[{"show": "sigmoid"}]))
        assert "fails" in {check.outcome for check in solved.checks}
    finally:
        IDENTITIES.remove("wrong")


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_no_value_leaves_the_range(key: str) -> None:
    low, high = bounds(POINTWISE[key])
    value, _ = curves(POINTWISE[key])
    for x in (-37.3, -8.1, -1.27, -0.3, 0.01, 0.7, 3.3, 21.9):
        assert low.value - 1e-6 <= value(x) <= high.value + 1e-6


@pytest.mark.parametrize(
    ("key", "plain"),
    [
        ("sigmoid", "(0, 1)"), ("tanh", "(-1, 1)"), ("relu", "[0, ∞)"), ("gaussian", "(0, 1]"),
        ("step", "{0, 1}"), ("softplus", "(0, ∞)"), ("elu", "(-1, ∞)"), ("swish", "[-0.2785, ∞)"),
        ("gelu", "[-0.17, ∞)"), ("mish", "[-0.3088, ∞)"), ("hard_tanh", "[-1, 1]"),
    ],
)  # fmt: skip
def test_published_ranges(key: str, plain: str) -> None:
    assert interval(POINTWISE[key]).plain == plain


def test_where_functions_saturate() -> None:
    saturated = {key: [end.saturates for end in ends(POINTWISE[key])] for key in ACTIVATIONS}
    assert saturated["sigmoid"] == [True, True] and saturated["relu"] == [True, False]
    assert saturated["leaky_relu"] == [False, False]
    assert math.isinf(ends(POINTWISE["relu"])[1].value)
