"""Derivatives are proved by increments or by SymPy, and wrong ones by neither."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symdl.checking.proofs import grows_by, proof
from symdl.checking.symbolic import from_sympy, to_sympy
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import ONE, Node, plus

SCOPE = Scope(frozenset("xyh"), frozenset({"sin", "sigmoid", "relu"}))
TERMS = st.tuples(st.integers(-3, 3), st.integers(0, 3), st.integers(0, 2))


def read(text: str) -> Node:
    return read_formula(text, SCOPE)


@given(st.lists(TERMS, min_size=1, max_size=4), st.lists(st.sampled_from("xy"), max_size=2))
def test_derivatives_of_polynomials_are_those_of_sympy(terms: list[tuple[int, int, int]], by: list[str]):
    formula = read(" + ".join(f"({c}) x^{p} (y + 1)^{q}" for c, p, q in terms))
    slope = to_sympy(formula)
    for name in by:
        slope = slope.diff(sympy.Symbol(name, real=True))
    derivative = from_sympy(sympy.expand(slope))
    assert grows_by(formula, tuple(by), derivative) is True
    assert grows_by(formula, tuple(by), plus(derivative, ONE)) is False


@pytest.mark.parametrize(
    ("formula", "derivative", "method"),
    [
        ("x^2 + 3 x y + y^2", "2 x + 3 y", "increment"),
        ("(x - y)^3 / 6", "(x - y)^2 / 2", "increment"),
        ("h x^2", "2 h x", "increment"),  # a name of the problem is no increment
        ("x^2 + 3 x y", "2 x + 3 x", None),
        ("sin(x^2)", "2 x sin(x^2)", None),
        ("sigmoid(x)", "sigmoid(x) (1 - sigmoid(x))", "sympy"),
        ("x / y", "1 / y", "sympy"),
        ("relu(x)", "1", None),
        ("1 / x", "-1 / x", None),
    ],
)
def test_what_proves_a_derivative(formula: str, derivative: str, method: str | None):
    assert proof(read(formula), ("x",), read(derivative)) == method


def test_a_power_too_high_to_multiply_out_is_left_to_sympy():
    assert proof(read("(x + y)^300"), ("x",), read("300 (x + y)^299")) == "sympy"
