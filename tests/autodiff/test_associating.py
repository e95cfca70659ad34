"""These tests tidy formulas of arrays: brackets and identity matrices that say nothing, scalars in front."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.autodiff.moving import Facts
from symdl.autodiff.rewriting import simplified, tidied
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
        ("1/4 (2 (x.T x)) x", "1/2 (x.T x) x"),
        ("1/4 (2 (x.T x)) x + 1/4 (2 (x.T x)) x", "(x.T x) x"),
        ("2 ((X.T A) x)", "2 X.T A x"),
        ("1/f (x.T x) x", "1/f (x.T x) x"),
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
        "A.T (2^X).T x",  # 2 to the power of a matrix is no scalar
        "x/s",
    ],
)
def test_what_means_something_stays(formula):
    assert tidy(formula) == formula


@pytest.mark.parametrize(
    "formula", ["1/4 (2 (x.T x)) x", "1/N (x.T x) x", "s/N (A x)", "1/(2 N) (2 s) (x.T y) u"]
)
def test_moves_do_not_undo_each_other(formula):
    scope = Scope(names=frozenset({*RANKS, "N"}), functions=SCOPE.functions)
    facts = Facts(ranks={**FACTS.ranks, Name("N"): 0}, sizes=frozenset({"N"}))
    forms = [form.node for form in simplified(read_formula(formula, scope), facts)]
    assert len(forms) == len(set(forms)) < 5


SCALARS = [
    "s", "f", "(2)", "(1/2)", "(1/N)", "(s/f)", "(1/(2 N))", "(x.T y)", "(s/f)^2", "(-s)", "((2 f)^2/s)",
    "sum(s x)",
]  # fmt: skip
ARRAYS = ["x", "(A x)", "(x * y)", "(A (x y.T))", "(-A)", "(s (A B))", "(1/f x)", "(x + y)"]
TERMS = st.lists(
    st.tuples(st.lists(st.sampled_from(SCALARS), max_size=4), st.sampled_from(ARRAYS)), min_size=1, max_size=3
)


@given(TERMS)
def test_moves_come_to_an_end(terms: list[tuple[list[str], str]]) -> None:
    scope = Scope(names=frozenset({*RANKS, "N"}), functions=SCOPE.functions)
    facts = Facts(ranks={**FACTS.ranks, Name("N"): 0}, sizes=frozenset({"N"}))
    written = " + ".join(" ".join([*scalars, array]) for scalars, array in terms)
    forms = [form.node for form in simplified(read_formula(written, scope), facts)]
    assert len(forms) == len(set(forms)), written
