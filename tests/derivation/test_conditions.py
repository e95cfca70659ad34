"""Conditions as products, spans at the edges of domains, and the search that rests on both."""

from __future__ import annotations

from math import inf
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdl
import symdl.models
from symdl.checking import roots
from symdl.checking.elimination import real_zeros
from symdl.checking.spans import SPAN, Outside, Span
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import compiled
from symdl.core.differentiation import differentiate
from symdl.derivation.convexity.stationary import Point, certain_sign
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Node
from symdl.problems.answering.conditions import factored, systems
from symdl.problems.names import library_names


def read(text: str, by: str = "xy") -> Node:
    return read_formula(text, Scope(frozenset(by), library_names()))


def apart(text: str, by: str = "xy") -> list[list[str]]:
    """The systems that a gradient comes to."""
    formula = read(text, by)
    products = [factored(differentiate(formula, name), by) for name in by]
    found = systems(products)
    assert found is not None
    return [list(map(to_plain, case)) for case in found]


@pytest.mark.parametrize(
    "text",
    [
        "x exp(-x^2 - y^2)",
        "-cos(x) cos(y) exp(-(x - pi)^2 - (y - pi)^2)",
        "x y exp(x)/(1 + exp(-x y))",
        "(x^2 - y^2) e^(-x) + exp(y) x",
        "exp(x y) sin(x)/exp(2 x)",
    ],
)
@pytest.mark.parametrize("name", ["x", "y"])
def test_a_condition_is_equal_to_its_product(text: str, name: str) -> None:
    slope = differentiate(read(text), name)
    product = factored(slope, ("x", "y")).node
    left, right = (compiled(node, ("x", "y"), FLOAT) for node in (slope, product))
    random = Random(1)
    for _ in range(20):
        at = random.uniform(-2, 2), random.uniform(-2, 2)
        assert left(*at) == pytest.approx(right(*at), rel=1e-11, abs=1e-300)


def test_exponentials_go_and_factors_make_cases() -> None:
    assert sorted(apart("x exp(-x^2 - y^2)")) == [["2 x^2 - 1", "x"], ["2 x^2 - 1", "y"]]
    easom = apart("-cos(x) cos(y) exp(-(x - pi)^2 - (y - pi)^2)")
    assert len(easom) == 4 and all("exp" not in line for case in easom for line in case)
    assert systems([factored(read("x y"), "xy"), factored(read("x (y - 1)"), "xy")]) is None  # x = 0: a line


@given(
    st.sampled_from([
        "log(x)", "sqrt(x)", "x^3 - x", "x^4", "1/x", "exp(x) x", "x^(1/2)", "tanh(x)/x^2", "acosh(x)",
        "sin(x)",
        "asin(x)", "erf(x)", "e^x pi", "abs(x - 1)", "x log(x)", "where(x > 1, x^2, -x)", "relu(x)/x",
    ]),
    st.floats(-4, 4), st.floats(0, 3), st.floats(0, 1),
)  # fmt: skip
def test_spans_enclose_every_value(text: str, low: float, width: float, part: float) -> None:
    node = read(text, "x")
    x = min(low + part * width, low + width)
    with np.errstate(all="ignore"):
        value = float(compiled(node, ("x",), FLOAT)(x))
    try:
        span = compiled(node, ("x",), SPAN)(Span(low, low + width))
    except Outside:
        assert not np.isfinite(value)
        return
    if np.isfinite(value):
        assert span.low <= value <= span.high


def test_spans_know_the_edge_of_a_domain() -> None:
    log = compiled(read("log(x) - 1", "x"), ("x",), SPAN)
    assert log(Span(-1.0, 1.0)).low == -inf and not log(Span(-1.0, 1.0)).contains_zero()
    with pytest.raises(Outside):
        log(Span(-2.0, -1.0))


def test_what_touches_is_one_region() -> None:
    random = Random(4)
    cells = [((float(i), i + 1.0), (float(j), j + 1.0)) for i in range(4) for j in range(3)]
    random.shuffle(cells)
    assert roots.regions(cells) == (((0.0, 4.0), (0.0, 3.0)),)
    assert len(roots.regions([*cells, ((9.0, 9.5), (0.0, 1.0))])) == 2


PEAKS = "3 (1 - x)^2 exp(-x^2 - (y + 1)^2) - 10 (x/5 - x^3 - y^5) exp(-x^2 - y^2) - exp(-(x + 1)^2 - y^2)/3"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (PEAKS, 9),  # with the conditions as they are, most of the square stays open
        ("1/(1 + exp(-x y)) + x^2 - y^2 x", 3),
        ("sin(x + y) + (x - y)^2 - 3/2 x + 5/2 y + 1", 12),  # McCormick
        ("(y - 5.1/(4 pi^2) x^2 + 5/pi x - 6)^2 + 10 (1 - 1/(8 pi)) cos(x) + 10", 4),  # Branin
    ],
)
def test_the_search_of_a_box_comes_to_an_end(text: str, count: int) -> None:
    formula = read(text)
    found = systems([factored(differentiate(formula, name), "xy") for name in "xy"])
    assert found is not None
    results = [roots.zeros(system, "xy", roots.cube(10, 2)) for system in found]
    assert not any(result is None or result.left_open for result in results)
    assert len(roots.distinct([z for result in results if result for z in result.zeros])) == count


def test_a_hessian_of_tiny_entries_is_still_decided() -> None:
    second = [[read("10^(-40)"), read("0")], [read("0"), read("-10^(-45)")]]
    assert certain_sign(second, Point({"x": 0.1, "y": 0.2}, None)) == "indefinite"
    assert certain_sign([[read("(x - 1/10)^2")]], Point({"x": 0.1}, None)) is None


@pytest.mark.parametrize("text", ["x exp(-x^2 - y^2)", "(x^2 - y^2) exp(-x^2/2 - y^2)"])
def test_a_product_with_an_exponential_is_solved_everywhere(text: str) -> None:
    problem = symdl.problem(
        symbols={"x": [], "y": []}, let={"f": text}, asks=[{"stationary": "f", "by": ["x", "y"]}]
    )
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    keys = [step.because.key for step in solved.steps]
    assert "rule.stationary.factored_exponential" in keys and "rule.stationary.solved_everywhere" in keys
    for language in ("en", "fa"):
        assert "exp" in str(symdl.render(solved.compose(language=language), "txt")) or language == "fa"


@pytest.mark.parametrize(
    ("text", "by", "kinks", "points"),
    [
        ("abs(x) + y^2", "xy", [(0, 0)], 0),
        ("abs(x - 1) + x^2 - x", "x", [(1,)], 0),
        ("relu(x) - 2 x + x^2", "x", [], 1),  # the slope jumps from -2 to -1, and is zero beyond
        ("abs(x) + 3 x^2 - 2 x", "x", [], 1),
    ],
)
def test_a_kink_is_no_stationary_point_and_is_told(
    text: str, by: str, kinks: list[tuple[int, ...]], points: int
) -> None:
    problem = symdl.problem(
        symbols={name: [] for name in by}, let={"f": text}, asks=[{"stationary": "f", "by": list(by)}]
    )
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert len(solved.derivation.answers[0].table) == points
    found = [step for step in solved.steps if step.because.key == "rule.stationary.kinks"]
    places = [tuple(map(to_plain, place.values())) for s in found for place in s.because.facts["places"]]
    assert places == [tuple(map(str, place)) for place in kinks]
    assert not any(step.because.facts.get("places") for step in solved.steps if step not in found)


@pytest.mark.parametrize("text", ["0 x + 2", "exp(x) - exp(x) + 3"])
def test_a_constant_is_stationary_everywhere(text: str) -> None:
    problem = symdl.problem(symbols={"x": []}, let={"f": text}, asks=[{"stationary": "f", "by": ["x"]}])
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert solved.steps[-1].because.key == "rule.stationary.none_constant"
    assert "every point is stationary" in " ".join(str(symdl.render(solved.compose(), "txt")).split())


def test_a_high_power_is_not_put_into_another() -> None:
    """`x = 800 y^799` in `x^899` would have more terms than memory."""
    formula = read("x^900 + y^800 - x y")
    assert real_zeros([differentiate(formula, name) for name in "xy"], "xy") is None
