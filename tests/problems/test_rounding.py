"""Rounding: under `carry` what is printed multiplies to what is printed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.evaluation import significant
from symdl.core.op import pointwise
from symdl.document.request import Request
from symdl.document.sheet import Sheet
from symdl.formula.tree import Array, Node, names
from symdl.formula.walking import walk

CARRIED = {"digits": 3, "policy": "carry"}


def test_every_line_goes_on_from_the_rounded_one() -> None:
    problem = symdl.problem(
        given={"x": 1.234567, "y": 7.654321},
        let={"a": "x y", "b": "a^2", "c": "b / 7"},
        asks=[{"gradient": "c", "by": ["x", "y"]}],
        rounding=CARRIED,
    )
    solved = symdl.derive(problem)
    a = significant(1.234567 * 7.654321, 3)
    b = significant(a * a, 3)
    assert solved.values["a"] == pytest.approx(a)
    assert solved.values["b"] == pytest.approx(b)
    assert solved.values["c"] == pytest.approx(significant(b / 7, 3))
    assert all(check.outcome == "holds" for check in solved.checks)


def test_showing_carries_full_precision() -> None:
    solved = symdl.solve("x*y", at={"x": 1.234567, "y": 7.654321})
    assert solved.values["f"] == pytest.approx(1.234567 * 7.654321, rel=1e-15)


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        (0.12345, 4, 0.1235),
        (-0.12345, 4, -0.1235),
        (1e-9 * 1.25, 2, 1.3e-9),
        (0.0, 3, 0.0),
        (99.95, 3, 100.0),
        ((0.3 - 1) ** 2 / 2, 2, 0.25),
        (-0.34568 + 0.5 * 0.33003, 5, -0.18067),
    ],
)
def test_rounding_is_half_away_from_zero(value: float, digits: int, rounded: float) -> None:
    assert significant(value, digits) == pytest.approx(rounded, rel=1e-12)


def test_arrays_are_rounded_entry_by_entry() -> None:
    assert np.allclose(significant(np.array([1.2345, 0.00012345]), 2), [1.2, 0.00012], rtol=1e-12)


NET: dict[str, Any] = {
    "given": {
        "x": [0.35, -1.2],
        "W1": [[0.11, 0.42], [-0.33, 0.27], [0.9, -0.6]],
        "b1": [0.1, 0.2, -0.1],
        "W2": [[0.5, -0.4, 0.3]],
        "b2": [0.05],
        "y": [1],
    },
    "let": {"z1": "W1 x + b1", "h": "sigmoid(z1)", "z2": "W2 h + b2", "L": "sum((z2 - y)^2)/2"},
}
BOWL: dict[str, Any] = {"given": {"a": 2.3, "b": -1.1}, "let": {"f": "3*a^2 + 2*a*b + b^2 - a"}}
PRODUCTS: dict[str, Any] = {"given": {"p": 1.37, "q": 2.91}, "let": {"f": "p^2*q/(1 + q) + log(p*q)"}}
LONG: dict[str, Any] = {
    "given": {"u": [0.7654321, -0.3456789], "v": 1.23456789, "t": 1},
    "let": {"s": "sum(u^2) v", "f": "(tanh(s) - t)^2/2"},
}
START = {"a": 2.3, "b": -1.1}
CARRIED_OUT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "gradient": (NET, {"gradient": "L", "by": ["W1", "b1", "W2", "b2"]}),
    "descent": (NET, {"update": "gd", "of": "L", "by": ["W1", "b2"], "steps": 2, "learning_rate": 0.3}),
    "adam": (NET, {"update": "adam", "of": "L", "by": ["W2", "b2"], "steps": 2, "learning_rate": 0.05}),
    "momentum": (BOWL, {"update": "momentum", "of": "f", "by": ["a"], "steps": 3, "learning_rate": 0.1}),
    "steepest": (BOWL, {"minimize": "f", "method": "steepest_descent", "start": START, "steps": 3}),
    "newton": (BOWL, {"minimize": "f", "method": "newton", "start": START, "steps": 2}),
    "conjugate": (BOWL, {"minimize": "f", "method": "conjugate_gradient", "start": START, "steps": 2}),
    "given digits": (LONG, {"update": "gd", "of": "f", "by": ["u", "v"], "steps": 2, "learning_rate": 0.5}),
    "expression": (PRODUCTS, {"gradient": "f", "by": ["p", "q"]}),
    "curvature": (PRODUCTS, {"hessian": "f", "by": ["p", "q"]}),
}


def number(node: Node) -> float:
    """What a formula of numbers comes to."""
    return float(body_function(pointwise("number", (), node), FLOAT)())


@pytest.mark.parametrize("digits", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("name", CARRIED_OUT)
def test_what_is_printed_comes_to_what_is_printed(name: str, digits: int) -> None:
    tables, ask = CARRIED_OUT[name]
    problem: Any = symdl.problem(**tables, asks=[ask], rounding={"digits": digits, "policy": "carry"})
    solved = symdl.derive(problem)
    assert [check for check in symdl.verify(solved) if check.outcome != "holds"] == []
    writer = Sheet(problem, solved.derivation, (), Request(view="scalar")).writer
    lines = 0
    for step in solved.derivation.steps:
        for chain in writer.chains(step):
            numeric = [node for kind, node in chain.rows if kind in ("numbers", "terms") and not names(node)]
            printed = [node for kind, node in chain.rows if kind == "result" and not names(node)]
            scalar = not any(isinstance(part, Array) for node in (*numeric, *printed) for part in walk(node))
            for node in numeric if scalar and printed else ():
                lines += 1
                assert significant(number(node), digits) == pytest.approx(number(printed[0]), rel=1e-12)
    assert lines > 1
