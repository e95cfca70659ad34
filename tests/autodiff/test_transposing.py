"""Transposes, roots, sizes and whole numbers in formulas that are tidied."""

from __future__ import annotations

import pytest

from symdl.autodiff.moving import Facts
from symdl.autodiff.rewriting import tidied
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Name

RANKS = {"w": 1, "d": 1, "x": 1, "A": 2, "B": 2, "s": 0, "k": 0}
FACTS = Facts(sizes=frozenset({"N"}), ranks={Name(name): rank for name, rank in RANKS.items()})
SCOPE = Scope(frozenset(RANKS) | {"N"}, frozenset({"diag", "trace", "sum", "sqrt", "log"}))


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("(w d.T).T w", "d w.T w"), ("(A B.T).T", "B A.T"), ("(A A).T", "A.T A.T"), ("(A B).T", "(A B).T"),
        ("diag(A.T)", "diag(A)"), ("trace(A.T)", "trace(A)"), ("sum(A.T)", "sum(A)"),
        ("(A * B).T", "(A * B).T"), ("(2 A B.T).T", "2 B A.T"), ("(A x).T", "(A x).T"),
        ("sqrt(x.T x)^3 * (1/(x.T x))", "sqrt(x.T x)"), ("1/s * s", "1"), ("2/N N", "2"),
        ("4 - 1 + 2 log(k)", "3 + 2 log(k)"), ("1 - 1 + k", "k"), ("4 + 9", "4 + 9"), ("2 - 5 + k", "-3 + k"),
    ],
)  # fmt: skip
def test_formulas_get_shorter(written: str, tidy: str) -> None:
    assert to_plain(tidied(read_formula(written, SCOPE), FACTS)) == tidy
