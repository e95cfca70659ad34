"""Pairs that other graders publish: judged as they judge them, or otherwise for a stated reason."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import symdl

SOURCES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "published.toml").read_text("utf-8"))
ARGUED = [
    # STACK takes decimals for inexact numbers
    ("452", "4.52*10^2", "equal"),
    ("100.4-80.0", "20.4", "equal"),
    ("0.99999999", "99999998/99999999", "different"),
    # equal for all real numbers, which computer algebra there does not see
    ("log(abs((x^2-9)))", "log(abs(x-3))+log(abs(x+3))", "equal"),
    ("(n+1)^((n+2)/(n+1))/(n+2)", "1/(n+2)*((n+1)^(1/(n+1)))^(n+2)", "equal"),
    ("asinh(x)", "ln(x+sqrt(x^2+1))", "equal"),
    # without a value where the other side has one
    ("sqrt(k/m)*sqrt(m/k)", "1", "different"),
    ("log(a^2*b)", "2*log(a)+log(b)", "different"),
    ("(-1)^n*cos(x)^n", "(-cos(x))^n", "different"),
    # Math-Verify lists both as one
    (r"1 - \frac{1}{\mathrm{e}}", r"1 + \frac{1}{\mathrm{e}}", "different"),
    ("z = 3+3 = 2", "z = 1+1 = 2", "different"),
    ("0.0833333333333333", r"\frac{1}{12}", "different"),
    # a logarithm is the natural one
    (r"\log x", "log(x)/log(10)", "different"),
    # a name and its value
    ("1", "x=1", "equal"),
    ("1=1", "x=1", "different"),
    ("g(x)=x^2", "f(x)=x^2", "different"),
    ("y = 5", "x = 5", "different"),
]


def rows(verdict: str) -> list[tuple[str, str]]:
    return [(left, right) for source in SOURCES.values() for left, right in source.get(verdict, [])]


@pytest.mark.parametrize(("left", "right"), rows("equal"))
def test_equal_pairs(left: str, right: str) -> None:
    assert symdl.compare(left, right).outcome == "equal"


@pytest.mark.parametrize(("left", "right"), rows("different"))
def test_different_pairs(left: str, right: str) -> None:
    assert symdl.compare(left, right).outcome == "different"


@pytest.mark.parametrize(("left", "right", "outcome"), ARGUED)
def test_pairs_that_are_judged_otherwise(left: str, right: str, outcome: str) -> None:
    assert symdl.compare(left, right).outcome == outcome


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"\log_{11} x", "log(x)/log(11)"), (r"\log_a (x y)", "log(x*y)/log(a)"), (r"\lg x", "log10(x)"),
        (r"\lceil x \rceil", "-floor(-x)"), (r"\sin^{-1} x", "asin(x)"), (r"\ln([x-y])", "log(x-y)"),
        ("max(x, y, z, 2)", "max(max(x, y), max(z, 2))"), (r"{x + 1 \over y}", "(x+1)/y"),
        ("𝑥 + 𝟐𝐲", "x + 2y"), ("x .* y ./ z .^ 2", "x*y/z^2"), (r"1,500\times 10^{-1}", "150"),
        ("Matrix([[1], [2]])", "[1, 2]"), ("Max(x, Abs(y))", "max(x, |y|)"),
    ],
)  # fmt: skip
def test_notation_of_other_tools(left: str, right: str) -> None:
    assert symdl.compare(left, right).outcome == "equal"
