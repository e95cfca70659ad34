"""Derivatives by definition where the quotient is brought back to those of its parts."""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

import symdl
from symdl.checking.symbolic import to_sympy, with_plain_symbols
from symdl.formula.plain import to_plain

X = sympy.Symbol("x")
POINT = mpmath.mpf(7919) / 12000
COMPOSED = (
    "x^2 sin(x)", "sin(x^2)", "tan(x)", "exp(x^2)", "x/(1 + x)", "ln(x^2)", "-x exp(-x)", "sin(x)/x",
    "1/cos(x)", "sin(x)^2", "sqrt(sin(x) + 2)", "x^x", "x^(1/3)", "x^(3/2)", "atan(x)", "asin(x/2)",
    "sigmoid(x)", "tanh(x)",
    "cosh(x^2)", "log2(x^2 + 1)", "2^(x^2)", "3x^2 cos(x) - 5 exp(x)/x", "(x + 1)(x - 1) sin(x) cos(x)",
    "|x|", "5 cbrt(2x + 1)", "softplus(x)", "exp(-x^2/2)/sqrt(2 pi)", "sin(sin(sin(x)))", "asinh(x)",
    "gelu(x)", "x erf(x)", "elu(x)", "relu(x)", "max(x^2, 2x) sin(x)", "where(x > 1, x^2, 3x)",
    "x sin(1/x)", "x^2 (2x + 1)/(sin(3)^2 + 1)", "x/sin(3) + x^2",
)  # fmt: skip


def by_definition(text: str) -> symdl.Solved:
    ask = {"derivative": "f", "by": "x", "method": "limit"}
    return symdl.derive(symdl.problem(symbols={"x": []}, let={"f": text}, asks=[ask]))


def deviation(solved: symdl.Solved) -> float:
    """How far the derivative is from a difference quotient of sixty digits; nan where there is no value."""
    body = with_plain_symbols(to_sympy(solved.problem.lines["f"]))
    found = solved.answers["derivative.f.x"].sympy
    with mpmath.workdps(60):
        function, slope = (sympy.lambdify(X, e, "mpmath") for e in (body, found))
        h = mpmath.mpf(10) ** -20
        try:
            quotient = (function(POINT + h) - function(POINT - h)) / (2 * h)
            return float(abs(quotient - slope(POINT)) / (1 + abs(quotient)))
        except (OverflowError, TypeError, ZeroDivisionError):
            return math.nan


@pytest.mark.parametrize("text", COMPOSED)
def test_laws_bring_every_quotient_back_to_basic_limits(text: str) -> None:
    solved = by_definition(text)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert deviation(solved) < 1e-25
    *parts, last = (step for step in solved.steps if step.phase == "calculus")
    assert "limit_definition" in dict(last.lines)
    assert all(step.id in {use for later in (*parts, last) for use in later.uses} for step in parts)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("x sin(x)", ("limit_inserted", "limit_sorted", "limit_each")),
        ("x/sin(x)", ("limit_common", "limit_inserted", "limit_sorted", "limit_each")),
        ("sin(x^2)", ("limit_inner", "limit_each", "put_back")),
        ("atan(x)", ("limit_inverse", "limit_each", "limit_value")),
        ("tan(x)", ("limit_written", "limit_named")),
        ("sigmoid(x)", ("limit_written", "split", "add_subtract", "divide", "own_value")),
        ("softplus(x)", ("limit_written", "extend", "own_value")),
        ("gelu(x)", ("limit_written", "cancel")),
        ("cbrt(x)", ("limit_cubes", "limit_cancel", "limit_taken")),
    ],
)
def test_each_law_shows_its_moves(text: str, rows: tuple[str, ...]) -> None:
    shown = [kind for kind, _ in by_definition(text).steps[-1].lines]
    assert [kind for kind in shown if kind in rows] == list(rows)


def test_a_part_that_occurs_twice_is_worked_out_once() -> None:
    solved = by_definition("sin(x) exp(sin(x))")
    goals = [to_plain(step.left) for step in solved.steps if step.left is not None]
    assert len(goals) == len(set(goals))


OUTER = ("sin", "cos", "exp", "tanh", "atan", "sigmoid", "sqrt", "log", "cbrt")
LEAVES = st.sampled_from(["x", "x", "x^2", "2x + 1", "sin(x)", "exp(x)", "3"])
GROWN = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) * ({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) / (({p[1]})^2 + 1)"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} - {p[1]})"),
        st.tuples(st.sampled_from(OUTER), inner).map(lambda p: f"{p[0]}({p[1]})"),
    ),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=10, deadline=None, phases=(Phase.generate,))
@given(GROWN.filter(lambda text: "x" in text.replace("exp", "")))
def test_random_compositions_by_definition(text: str) -> None:
    solved = by_definition(text)
    assert "fails" not in {check.outcome for check in solved.checks}
    error = deviation(solved)
    assume(math.isfinite(error))
    assert error < 1e-25
