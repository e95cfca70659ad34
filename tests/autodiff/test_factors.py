"""Products taken apart: exponentials of one base, sums in another order, roots, fractions in fractions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.autodiff.canceling import shortened
from symdl.autodiff.gathering import condensed
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.op import pointwise
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Node, names, size

SCOPE = Scope(None, frozenset({"exp", "sqrt", "sin", "log"}))


def read(text: str) -> Node:
    return read_formula(text, SCOPE)


def short(text: str) -> str:
    node = condensed(read(text))
    return to_plain([node, *(form.node for form in shortened(node))][-1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e^x*e^y", "e^(x + y)"),
        ("e^x*e^(-x)", "1"),
        ("exp(2x)*exp(-x)", "exp(x)"),
        ("(e^x)^2", "e^(2 x)"),
        ("x/e^x", "x/e^x"),
        ("e^x/e^(2x)", "e^(-x)"),
        ("e^(x+1)*e^(y-1)", "e^(x + y)"),
        ("x^n*x^m", "x^(m + n)"),
        ("2^x*2^(3x)", "2^(4 x)"),
        ("e^(-x)/(1+e^(-x))^2", "e^(-x)/(1 + e^(-x))^2"),
        ("x^2*e^(-x^2/2)", "x^2 e^(-x^2/2)"),
        ("((e^x+1)*e^x - e^x*e^x)/(e^x+1)^2", "e^x/(e^x + 1)^2"),
        ("-(7/10*(1-s) - 3/10*s)", "s - 7/10"),
        ("(x+1)*(1+x)", "(x + 1)^2"),
        ("(1-x^2)/sqrt(1-x^2)", "sqrt(1 - x^2)"),
        ("x^(-3/2)/x", "1/x^(5/2)"),
        ("1/(x*(1+1/x))", "1/(x + 1)"),
        ("2/((1+(1+x)^2/(1-x)^2)*(1-x)^2)", "1/(x^2 + 1)"),
    ],
)
def test_what_a_product_becomes(text: str, expected: str) -> None:
    assert short(text) == expected


EXPONENTS = st.sampled_from(["x", "y", "2*x", "-x", "x+y", "x-1", "x^2/2", "-(x+y)", "sin(x)", "1-x"])
BASES = st.sampled_from(["e^({})", "exp({})", "2^({})", "x^({})", "sqrt(1+{}^2)", "(1+({})^2)", "({})"])
FACTORS = st.tuples(BASES, EXPONENTS, st.sampled_from([1, 1, 2, -1])).map(
    lambda f: f"({f[0].replace('{}', f'({f[1]})')})^({f[2]})"
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(FACTORS, min_size=1, max_size=4), st.lists(FACTORS, max_size=2))
def test_random_products_keep_their_value_and_come_to_rest(top: list[str], bottom: list[str]) -> None:
    text = "*".join(top) + (f"/({'*'.join(bottom)})" if bottom else "")
    node = read(text)
    after = condensed(node)
    assert condensed(after) == after
    assert size(after) <= size(node)
    at = {"x": 1.37, "y": 0.41, "e": 2.718281828459045}
    found, expected = (
        body_function(pointwise("f", tuple(sorted(names(n))), n), FLOAT)(*(at[k] for k in sorted(names(n))))
        for n in (after, node)
    )
    assert abs(found - expected) <= 1e-9 * max(1, abs(expected))
