"""These tests tidy formulas of arrays: brackets and identity matrices that say nothing, scalars in front."""

from __future__ import annotations

import pytest

from symdl.autodiff.moving import Facts
from symdl.autodiff.rewriting import tidied
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Name

RANKS = {"A": 2, "B": 2, "X": 2, "x": 1, "y": 1, "u": 1, "v": 1, "s": 0, "f": 0}
SCOPE = Scope(names=frozenset(RANKS), functions=frozenset({"eye", "ones", "sum"}))
FACTS = Facts(ranks={Name(name): rank for name, rank in RANKS.items()})


def tidy(text: str) -> str:
    return to_plain(tidied(read_formula(text, SCOPE), FACTS))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("(x * y) * u", "x * y * u"),
        ("x * (y * (u * v))", "x * y * u * v"),
        ("((X.T A) B) X", "X.T A B X"),
        ("A (x y.T)", "A x y.T"),
        ("eye(2).T (A X) + A.T (eye(2) X)", "A X + A.T X"),
        ("A eye(2) x", "A x"),
        ("(x + y) * ones(2)", "x + y"),
        ("(1/s ones(2)) * x * y", "1/s (x * y)"),
        ("A (1/f x)", "1/f A x"),
        ("sum(s x)", "s sum(x)"),
        ("sum(2 x)", "2 sum(x)"),
        ("sum(-2 ones(3))", "-6"),
        ("2 (x.T y) f/(f^2)^2", "2 x.T y/f^3"),
        ("4/(2 f)^2 (1/f) A", "1/f^3 A"),
        ("(s f)/(-s)^3", "-f/s^2"),
    ],
)
def test_arrays_are_written_as_on_the_board(written, expected):
    assert tidy(written) == expected


@pytest.mark.parametrize(
    "formula",
    [
        "A (x.T y)",  # A xᵀ would be no product
        "x * (A y)",
        "s eye(2)",  # a scalar matrix
        "ones(2) * s",
        "(A x) * y",
        "x/s",
    ],
)
def test_what_means_something_stays(formula):
    assert tidy(formula) == formula
