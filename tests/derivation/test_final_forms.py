"""The form in which a derivative is handed in: what is shared in front, decimals and ln as entered."""

from __future__ import annotations

import pytest

import symdl
from symdl.autodiff.factors import factors_of
from symdl.autodiff.sharing import factored, finished, shares_brackets
from symdl.document.blocks import StepBlock
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Node, Sum
from symdl.problems.names import library_names

FINAL = {
    "(3x - 2)^4 (x^2 + 1)^3": "6 (3 x - 2)^3 (x^2 + 1)^2 (5 x^2 - 2 x + 2)",
    "(x - 1)^2 (x + 2)^2": "2 (x - 1) (x + 2) (2 x + 1)",
    "(x^2 - 3x)/((x + 1)(x - 2))": "2 (x^2 - 2 x + 3)/((x + 1)^2 (x - 2)^2)",
    "x e^(-x) sin(2x)": "e^(-x) (sin(2 x) - x sin(2 x) + 2 x cos(2 x))",
    "sigmoid(x) (1 - sigmoid(x))": "sigmoid(x) (1 - sigmoid(x)) (1 - 2 sigmoid(x))",
    "x^2 log(x)": "x (2 log(x) + 1)",
    "e^x ln(x)/x": "e^x (x ln(x) - ln(x) + 1)/x^2",
    "x^(1/x)": "x^(1/x) (1 - log(x))/x^2",
    "(1 + 1/x)^x": "(1 + 1/x)^x (log(1 + 1/x) - 1/(x + 1))",
    "ln((x + 1)^2/(x - 1)^3)": "-(x + 5)/((x - 1) (x + 1))",
    "(x - 1/x)/(x + 1/x)": "4 x/(x^2 + 1)^2",
    "atan(1/x) + atan(x)": "0",
    "sec(3x) tan(3x)": "3 sec(3 x) (2 tan(3 x)^2 + 1)",
    "csc(x) cot(x)": "-csc(x) (2 cot(x)^2 + 1)",
    "0.5 x^2 - 1.25x + 0.1": "x - 1.25",
    "x sigmoid(1.702 x)": "sigmoid(1.702 x) (1 + 1.702 x (1 - sigmoid(1.702 x)))",
    "-(3 - x)^2/4": "(3 - x)/2",
    "sin(pi x/180)": "pi cos(pi x/180)/180",
    "x^(-3)": "-3 x^(-4)",
    "log2(x^2 + 1)": "2 x/((x^2 + 1) ln(2))",
    "log(x) + log2(x)": "(1 + 1/log(2))/x",
    "5^(2x - 1)": "2 (5^(2 x - 1)) log(5)",
    "ln(x)^x": "ln(x)^x (ln(ln(x)) + 1/ln(x))",
    "log_base(10, x)": "-ln(10)/(x ln(x)^2)",
    "(2x + 1) sin(x)": "2 sin(x) + (2 x + 1) cos(x)",
    "sin(x)/(1 + cos(x))": "1/(cos(x) + 1)",
    "x sinh(x) - x cosh(x)^2 + x sinh(x)^2": "sinh(x) + x cosh(x) - 1",
    "sech(x)^2": "-2 sech(x)^2 tanh(x)",
    "x^2 sqrt(1 - x)": "x (4 - 5 x)/(2 sqrt(1 - x))",
    "(2x)^(3x)": "3 (2 x)^(3 x) (log(2 x) + 1)",
    "x |x|": "2 |x|",
    "x/|x|": "0",
    "|x|^3": "3 x |x|",
    "1/(1/x + 1/(x + 1))": "((x + 1)^2 + x^2)/(2 x + 1)^2",
    "x^2/2 - x^4/24": "x - x^3/6",
    "(x^3 + 1)^2": "6 x^2 (x^3 + 1)",
    "sqrt(2/pi) (x + 0.044715 x^3)": "sqrt(2/pi) (1 + 0.134145 x^2)",
    "8x^3 + x^2 + 5": "24 x^2 + 2 x",
}


@pytest.mark.parametrize("text", FINAL)
def test_the_answer_is_in_the_form_that_is_handed_in(text: str) -> None:
    solved = symdl.solve(text, by=["x"])
    assert to_plain(solved.steps[-1].lines[-1][1]) == FINAL[text]
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_a_parameter_in_the_exponent_joins_the_power() -> None:
    solved = symdl.solve("x^n ln(x)", by=["x"])
    assert to_plain(solved.steps[-1].lines[-1][1]) == "x^(n - 1) (n ln(x) + 1)"


def read(text: str) -> Node:
    return read_formula(text, Scope(frozenset("abxy"), library_names()))


@pytest.mark.parametrize(
    "text", ["24x^2 + 2x", "1/x^2 + 1/x^3", "sin(x) + cos(x)", "a x + b x", "x/2 + sin(x)", "e^x + 2 e^(2 x)"]
)
def test_what_shares_nothing_worth_it_stays(text: str) -> None:
    assert factored(read(text)) == ()


def test_a_shared_bracket_is_not_multiplied_out() -> None:
    node = read("2 (x - 1) (x + 2)^2 + 2 (x - 1)^2 (x + 2)")
    assert shares_brackets(node) and not shares_brackets(read("x (x - 1) + x^2"))
    assert [form.rule for form in finished(node)] == ["common", "collect"]


def test_sums_in_another_order_are_one_factor() -> None:
    node = read("x/(x^2 + 1) - y/(1 + x^2)")
    assert isinstance(node, Sum)
    assert to_plain(factored(node)[-1].node) == "(x - y)/(x^2 + 1)"


def test_a_base_joins_its_symbolic_powers_but_not_one_with_itself_in_the_exponent() -> None:
    assert to_plain(factors_of(read("x x^a")).node()) == "x^(a + 1)"
    assert to_plain(factors_of(read("x^x/x")).node()) == "x^x/x"


def test_another_constant_goes_without_saying() -> None:
    solved = symdl.solve("(x + 1) (x + 2) (x + 3)", by=["x"])
    titles = {
        detail: [b.title[0] for b in solved.compose(detail=detail).blocks if isinstance(b, StepBlock)]
        for detail in ("lecture", "tutorial")
    }
    assert titles["lecture"].count("Constant rule") == 1 and titles["tutorial"].count("Constant rule") == 3
