"""Formulas in a letter that stand for a series: right for every member, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.series import gathered, general
from symdl.formula.tree import Node, Repeat, plus


def read(text: str) -> Node:
    return read_formula(text, Scope())


@given(first=st.integers(1, 30), shift=st.integers(-3, 3), up=st.booleans())
def test_what_is_found_is_every_member(first: int, shift: int, up: bool):
    step = 1 if up else -1
    first += 20

    def form(t: int) -> Node:
        return read(f"(A h[{t + shift}] + b[{t},3]) x[{90 - t}]^2")

    found = general(form(first), form(first + step), "t")
    assert found is not None
    assert all(found.is_at(t + shift, form(t)) for t in range(first - 9, first + 9))
    assert not found.is_at(first + shift, form(first + 1))


def test_what_differs_elsewhere_is_no_series():
    assert general(read("tanh(h[1])"), read("sin(h[2])"), "t") is None
    assert general(read("2 h[1]"), read("5 h[2]"), "t") is None
    assert general(read("h[1]"), read("h[1]"), "t") is None


def test_a_term_that_differs_stays_by_itself():
    terms = [read(f"g[{t}] h[{t - 1}]") for t in range(1, 8)]
    odd = read("g[9] x")
    assert to_plain(gathered(plus(odd, *terms), "t", 5)) == "g[9] x + sum(g[t] h[t - 1], t=1..7)"
    assert gathered(plus(*terms[:5]), "t", 5) == plus(*terms[:5])


def test_a_series_that_counts_down_is_the_same_sum():
    terms = [read(f"g[{t}] h[{t - 1}]") for t in range(7, 0, -1)]
    found = gathered(plus(*terms), "t", 5)
    assert isinstance(found, Repeat) and to_plain(found) == "sum(g[t] h[t - 1], t=1..7)"
