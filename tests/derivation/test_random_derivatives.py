"""Derivatives of random expressions, and of textbook ones, against SymPy and high-precision differences."""

from __future__ import annotations

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import symdl
from symdl.checking.symbolic import to_sympy, with_plain_symbols

X = sympy.Symbol("x")
POINT = mpmath.mpf(7919) / 12000
LEAVES = st.sampled_from(["x", "x", "x", "2", "3", "1/2", "x^2", "2x", "pi"])
OUTER = ("sin", "cos", "exp", "tanh", "atan", "sigmoid", "softplus", "sinh", "sqrt", "log", "gelu", "cosh")


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One operation more."""
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: f"({p[0]} + {p[1]})"),
        pairs.map(lambda p: f"({p[0]} - {p[1]})"),
        pairs.map(lambda p: f"({p[0]}) * ({p[1]})"),
        pairs.map(lambda p: f"({p[0]}) / ({p[1]})"),
        st.tuples(inner, st.sampled_from([2, 3, -1])).map(lambda p: f"({p[0]})^({p[1]})"),
        st.tuples(st.sampled_from(OUTER), inner).map(lambda p: f"{p[0]}({p[1]})"),
    )


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=5).filter(lambda text: "x" in text.replace("exp", ""))


def at(expression: sympy.Expr, point: mpmath.mpf) -> mpmath.mpf:
    """The value of a SymPy expression to fifty digits."""
    return sympy.lambdify(X, expression, "mpmath")(point)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(EXPRESSIONS)
def test_random_expressions(text: str) -> None:
    mpmath.mp.dps = 60
    try:
        solved = symdl.derive(
            symdl.problem(symbols={"x": []}, let={"f": text}, asks=[{"derivative": "f", "by": "x"}])
        )
    except symdl.SymdlError:
        assume(False)  # no formula of `x`, or nowhere defined
    formula = with_plain_symbols(to_sympy(solved.problem.lines["f"]))
    found = solved.gradient["x"].sympy
    try:
        value = at(formula, POINT)
        expected = mpmath.diff(lambda x: at(formula, x), POINT, h=mpmath.mpf(10) ** -25)
        derived, differentiated = at(found, POINT), at(sympy.diff(formula, X), POINT)
    except (ZeroDivisionError, ValueError, OverflowError, KeyError):  # undefined, or infinite in SymPy
        assume(False)
    assume(mpmath.isfinite(value) and mpmath.im(value) == 0 and abs(expected) < 10**12)
    scale = max(1, abs(expected))
    assert abs(derived - expected) <= mpmath.mpf(10) ** -15 * scale
    assert abs(derived - differentiated) <= mpmath.mpf(10) ** -30 * scale
    assert {check.outcome for check in solved.checks} <= {"holds", "undecided"}


TEXTBOOK = {  # Stewart, Calculus, 8th ed., chapter 3; Spivak, Calculus, chapters 9 to 18; Apostol, chapter 4
    "x^2 e^x": "(x^2 + 2x) e^x",
    "(x^2 + x - 2)/(x^3 + 6)": "(-x^4 - 2x^3 + 6x^2 + 12x + 6)/(x^3 + 6)^2",
    "e^x/(1 + x^2)": "e^x (1 - x)^2/(1 + x^2)^2",
    "x^2 sin(x)": "x^2 cos(x) + 2x sin(x)",
    "sec(x)/(1 + tan(x))": "sec(x) (tan(x) - 1)/(1 + tan(x))^2",
    "sqrt(x^2 + 1)": "x/sqrt(x^2 + 1)",
    "sin(x^2)": "2x cos(x^2)",
    "sin(x)^2": "2 sin(x) cos(x)",
    "(x^3 - 1)^100": "300 x^2 (x^3 - 1)^99",
    "1/cbrt(x^2 + x + 1)": "-(1/3) (2x + 1) (x^2 + x + 1)^(-4/3)",
    "((x - 2)/(2x + 1))^9": "45 (x - 2)^8/(2x + 1)^10",
    "(2x + 1)^5 (x^3 - x + 1)^4": "2 (2x + 1)^4 (x^3 - x + 1)^3 (17x^3 + 6x^2 - 9x + 3)",
    "e^(sin(x))": "e^(sin(x)) cos(x)",
    "sin(cos(tan(x)))": "-cos(cos(tan(x))) sin(tan(x)) sec(x)^2",
    "x atan(sqrt(x))": "sqrt(x)/(2 (1 + x)) + atan(sqrt(x))",
    "log(x^3 + 1)": "3x^2/(x^3 + 1)",
    "log(sin(x))": "cot(x)",
    "sqrt(log(x + 2))": "1/(2 (x + 2) sqrt(log(x + 2)))",
    "log10(2 + sin(x))": "cos(x)/((2 + sin(x)) log(10))",
    "log((x + 1)/sqrt(4 - x))": "1/(x + 1) + 1/(2 (4 - x))",
    "x^(sqrt(x))": "x^(sqrt(x)) (2 + log(x))/(2 sqrt(x))",
    "x^x": "x^x (1 + log(x))",
    "asin(x)": "1/sqrt(1 - x^2)",
    "acosh(x + 2)": "1/sqrt((x + 2)^2 - 1)",
    "atanh(sin(x))": "sec(x)",
    "cosh(x)^2": "2 cosh(x) sinh(x)",
    "x^3/3 - x^2 + x": "(x - 1)^2",
    "x log(x) - x": "log(x)",
    "2^(3^x)": "2^(3^x) * 3^x log(2) log(3)",
    "(1 - x)/(1 + x)": "-2/(1 + x)^2",
    "tan(x) - x": "tan(x)^2",
    "(sin(x) - x cos(x))/(cos(x) + x sin(x))": "x^2/(cos(x) + x sin(x))^2",
    "e^(-x^2/2)": "-x e^(-x^2/2)",
    "log(x + sqrt(x^2 + 1))": "1/sqrt(x^2 + 1)",
    "x/sqrt(1 + x^2)": "(1 + x^2)^(-3/2)",
    "atan((1 + x)/(1 - x))": "1/(1 + x^2)",
    "1/(1 + e^(-x))": "e^(-x)/(1 + e^(-x))^2",
    "log(1 + e^x)": "1/(1 + e^(-x))",
    "x/(1 + |x|)": "1/(1 + |x|)^2",
    "sin(x)/x": "(x cos(x) - sin(x))/x^2",
}


@pytest.mark.parametrize("text", TEXTBOOK)
def test_textbook_derivatives(text: str) -> None:
    mpmath.mp.dps = 60
    solved = symdl.solve(text, by=["x"])
    expected = symdl.solve(TEXTBOOK[text])
    book = with_plain_symbols(to_sympy(expected.problem.lines["f"]))
    difference = at(solved.gradient["x"].sympy, POINT) - at(book, POINT)
    assert abs(difference) < mpmath.mpf(10) ** -40
    assert {check.outcome for check in solved.checks} == {"holds"}


PUBLISHED = {  # test functions with known stationary points (Himmelblau 1972; Jamil & Yang 2013; Apostol II)
    "(x^2 + y - 11)^2 + (x + y^2 - 7)^2": {"minimum": 4, "saddle": 4, "maximum": 1},
    "x^3 + y^3 + 2x^2 + 4y^2 + 6": {"minimum": 1, "saddle": 2, "maximum": 1},
    "x^3 - 3x y + y^3": {"minimum": 1, "saddle": 1},
    "x^4 + y^4 - 4x y + 1": {"minimum": 2, "saddle": 1},
    "(1 - x)^2 + 100 (y - x^2)^2": {"minimum": 1},
    "(x + 2y - 7)^2 + (2x + y - 5)^2": {"minimum": 1},
    "x^2 + x y + y^2 - 3x": {"minimum": 1},
    "x^2 - y^2": {"saddle": 1},
    "x^3 - 3x y^2": {"saddle": 1},
    "x^4 + y^4": {"minimum": 1},
    "2x^3 - 3x^2 - 6x y (x - y - 1)": {"minimum": 1, "saddle": 2, "maximum": 1},
    "x^3 + y^2 - 6x y + 6x + 3y": {"minimum": 1, "saddle": 1},
    "(x^2 - 1)^2 + y^2": {"minimum": 2, "saddle": 1},
    "2x^2 - 1.05x^4 + x^6/6 + x y + y^2": {"minimum": 3, "saddle": 2},
    "x y (1 - x - y)": {"maximum": 1, "saddle": 3},
}


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_stationary_points(text: str) -> None:
    solved = symdl.derive(
        symdl.problem(symbols={"x": [], "y": []}, let={"f": text}, asks=[{"stationary": "f"}])
    )
    kinds = [row["kind"] for row in solved.derivation.answers[0].table]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == PUBLISHED[text]
