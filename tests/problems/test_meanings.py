"""These tests read what lecturers write short: what could be meant in two ways is refused, never guessed."""

from __future__ import annotations

from fractions import Fraction

import pytest

import symdl
from symdl.errors import FormulaError


def value(formula: str) -> object:
    problem = symdl.problem(given={"w": ["1/2", -3], "c": 1}, let={"L": formula}, asks=[{"value": "L"}])
    return symdl.derive(problem).values["L"]


@pytest.mark.parametrize(
    "formula",
    [
        "sum(where(|w| <= c, w^2 / 2, c * (|w| - c / 2)))",
        "sum(where(c > |w|, w, 2 w))",
        "sum(|w| + 1)",
        "mean(|w| / (1 + |w|))",
    ],
)
def test_lengths_where_entries_are_compared_or_added_up_are_refused(formula):
    with pytest.raises(FormulaError) as caught:
        value(formula)
    assert caught.value.key == "formula.ambiguous_sizes"
    assert "abs(w)" in caught.value.message()
    assert "norm(w)" in caught.value.message()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("sum(where(abs(w) <= c, w^2 / 2, c * (abs(w) - c / 2)))", Fraction(21, 8)),  # Huber
        ("sum(where(norm(w) > 3, w, 0))", Fraction(-5, 2)),
        ("where(|w[1]| < 1, w[2], 0)", -3),
        ("where(|w| > 3, 1, 0)", 1),  # one number to choose, as in a trust ratio
        ("sum(|w|)", Fraction(7, 2)),
        ("sum(|w|^2)", Fraction(37, 4)),
        ("|w|^2 + 1", Fraction(41, 4)),
    ],
)
def test_bars_that_mean_one_thing_are_read(formula, expected):
    assert value(formula) == expected


def test_a_norm_in_a_sum_is_a_norm():
    assert value("sum(||w||)") == pytest.approx(9.25**0.5)
