"""Running a graph: in floats, in floats rounded line by line, exactly, and in balls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symdl.core.arithmetic import BALL, Undecided
from symdl.core.evaluation import compile_graph, evaluate, significant
from symdl.core.graph import Var
from symdl.errors import DomainError
from tests.helpers.graphs import Array, build, formula, of_kind, run, value

NET = build({"x": (2,), "W": (2, 2), "b": ()}, [("z", "W x + b"), ("h", "tanh(z)"), ("L", "sum(h^2) / 2")])
AT = {"x": np.array([0.5, -1.0]), "W": np.array([[0.1, 0.2], [0.3, 0.4]]), "b": 0.25}


def given() -> dict[Var, Array]:
    """The point by quantities."""
    return {var: AT[str(var.name)] for var in NET.inputs}


def test_a_compiled_graph_gives_what_stepping_gives():
    values = evaluate(NET, given())
    named = [NET.by_name[name] for name in ("z", "h", "L")]
    for one, other in zip(run(NET, AT, named), (values[var] for var in named), strict=True):
        assert np.array_equal(one, other)


def test_only_what_is_asked_for_is_compiled():
    graph = build({"x": ()}, [("a", "x + 1"), ("b", "log(x)"), ("f", "a * 2")])
    assert len(compile_graph(graph, [graph.by_name["f"]]).instructions) == 2


def test_what_misses_an_input_is_left_out():
    graph = build({"x": (), "u": ()}, [("a", "x + 1"), ("f", "a u")])
    values = evaluate(graph, {graph.by_name["x"]: 1.0})
    assert {str(var.name) for var in values} == {"x", "a"}


@pytest.mark.parametrize(
    "number, digits, expected",
    [
        (0.37749999, 4, 0.3775),
        (2.5, 1, 3.0),
        (-2.5, 1, -3.0),
        (0.000123456, 3, 0.000123),
        (98765.0, 2, 99000.0),
        (0.0, 3, 0.0),
        (9.9996, 4, 10.0),
        (1e-300, 2, 1e-300),
    ],
)
def test_rounding_is_that_of_school(number: float, digits: int, expected: float):
    assert significant(number, digits) == expected


def test_carried_rounding_rounds_every_named_line_before_it_is_used():
    values = evaluate(NET, given(), rounded=3)
    z, h, L = (values[NET.by_name[name]] for name in ("z", "h", "L"))
    assert list(z) == [0.1, 0.0]
    assert list(h) == [0.0997, 0.0]
    assert significant(0.0997**2 / 2, 3) == L


def test_infinities_are_not_rounded():
    assert np.isinf(significant(np.inf, 3)) and np.isnan(significant(np.nan, 3))


@pytest.mark.parametrize(
    "text, x", [("log(x)", -1), ("1 / x", 0), ("sqrt(x)", -1), ("x^(-1)", 0), ("asin(x)", 2)]
)
def test_balls_refuse_what_is_undefined_and_floats_say_nan_or_infinite(text: str, x: int):
    graph = formula(text, x=())
    with pytest.raises(DomainError):
        evaluate(graph, {graph.inputs[0]: BALL.number(Fraction(x))}, "ball")
    assert not np.isfinite(value(graph, {"x": float(x)}))
    assert graph.output not in evaluate(graph, {graph.inputs[0]: Fraction(x)}, "exact")


def test_overlapping_balls_are_not_compared():
    graph = formula("relu(x - 1/3)", x=())
    third = BALL.number(Fraction(1, 3))
    with pytest.raises(Undecided):
        evaluate(graph, {graph.inputs[0]: third}, "ball")


def test_arrays_of_balls_keep_their_shapes():
    balls = {var: of_kind(AT[str(var.name)], lambda x: BALL.number(Fraction(x))) for var in NET.inputs}
    values = evaluate(NET, balls, "ball")
    assert np.shape(values[NET.by_name["h"]]) == (2,)
    assert float(values[NET.output]) == pytest.approx(value(NET, AT), rel=1e-14)


@pytest.mark.parametrize("kind", [float, np.float64, int])
def test_scalars_of_every_kind_are_numbers(kind: type):
    graph = formula("abs(x) + sign(x) + relu(x) + cbrt(x) + 1/x", x=())
    assert value(graph, {"x": kind(8)}) == pytest.approx(8 + 1 + 8 + 2 + 0.125)
