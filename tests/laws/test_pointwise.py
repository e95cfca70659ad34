"""What every function that works entry by entry obeys; a new declaration is tested with the others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

import symdl.models  # noqa: F401  (declares the library)
from symdl.core.arithmetic import BALL, EXACT, FLOAT, SCALAR, Arithmetic, Irrational
from symdl.core.compiling import body_function
from symdl.core.differentiation import differentiate
from symdl.core.function import POINTWISE
from symdl.core.holding import holds
from symdl.core.op import OUTPUT, Pointwise, pointwise
from symdl.errors import DomainError
from symdl.formula.tree import ONE, ZERO, Apply, Node, names
from tests.helpers.symbolic import digits, symbols, to_sympy

OPS = POINTWISE.values()
PARTIALS = [(op, k) for op in OPS for k in range(len(op.params))]
each_op = pytest.mark.parametrize("op", OPS, ids=[op.key for op in OPS])
each_partial = pytest.mark.parametrize(
    "op, k", PARTIALS, ids=[f"{op.key}-{op.params[k]}" for op, k in PARTIALS]
)

Point = tuple[Fraction, ...]
SAMPLES = [Fraction(n, 8) for n in (-43, -25, -11, -7, -4, -1, 1, 2, 5, 9, 12, 26, 45)]  # exact as balls
EXTREMES = [Fraction(sign * size) for size in (1, 12, 40, 100, 300, 700) for sign in (1, -1)]


def points(op: Pointwise, samples: list[Fraction] = SAMPLES) -> Iterator[Point]:
    """Points of the domain of an op that lie on no kink."""
    for at in product(samples, repeat=len(op.params)):
        if inside(op, at) and not any(vanishes(kink, op, at) for kink in op.kinks):
            yield at


def inside(op: Pointwise, at: Point) -> bool:
    """Whether an op is defined at a point, as its domain says and as it computes."""
    if op.domain is not None and value(Apply("where", (op.domain, ONE, ZERO)), op, at, EXACT) == 0:
        return False
    try:
        return value(op.body, op, at) is not None
    except DomainError:
        return False


def vanishes(kink: Node, op: Pointwise, at: Point) -> bool:
    """Whether a point lies on a kink."""
    return bool(abs(float(value(kink, op, at))) < 1e-9)


def value(body: Node, op: Pointwise, at: Point, kind: Arithmetic = BALL, **known: Any) -> Any:
    """The value of a formula in the parameters of an op, and in names known already."""
    params = (*op.params, *known)
    numbers = (*(kind.number(x) for x in at), *known.values())
    return body_function(pointwise("test", params, body), kind)(*numbers)


def derivative(op: Pointwise, k: int, at: Point, kind: Arithmetic = BALL) -> Any:
    """The local derivative as it is used: taught or derived, with the output where it names it."""
    body = op.partial_body(k)
    known = {OUTPUT: body_function(op, kind)(*(kind.number(x) for x in at))}
    return value(body, op, at, kind, **(known if OUTPUT in names(body) - set(op.params) else {}))


def close(left: Any, right: Any, tolerance: float = 1e-9) -> bool:
    """Whether two numbers agree, relative to their size where that is large."""
    a, b = float(left), float(right)
    return abs(a - b) <= tolerance * max(1.0, abs(b))


@each_partial
def test_the_stated_derivative_is_that_of_the_body(op: Pointwise, k: int):
    derived = differentiate(op.body, op.params[k])
    for at in points(op):
        assert close(derivative(op, k, at), value(derived, op, at))


@each_partial
def test_the_stated_derivative_is_that_of_sympy(op: Pointwise, k: int):
    known = symbols(*op.params)
    expected = to_sympy(op.body, known).diff(known[op.params[k]])
    for at in list(points(op))[::3]:
        assert close(derivative(op, k, at), digits(expected.doit(), dict(zip(op.params, at, strict=True))))


@pytest.mark.parametrize("op, k", [(op, k) for op, k in PARTIALS if not holds(op)])
def test_the_stated_derivative_is_the_slope(op: Pointwise, k: int):
    """Central differences in ball arithmetic, so close to the point that no kink is between."""
    step = Fraction(1, 10**6)
    for at in points(op):
        beside = [(*at[:k], at[k] + sign * step, *at[k + 1 :]) for sign in (1, -1)]
        if all(inside(op, each) for each in beside):
            up, down = (float(value(op.body, op, each)) for each in beside)
            assert close(derivative(op, k, at), (up - down) / (2 * float(step)), 1e-4)


@pytest.mark.parametrize("op, stable", [(op, op.stable) for op in OPS if op.stable is not None])
def test_the_stable_formula_is_equal(op: Pointwise, stable: Node):
    for at in points(op, [*SAMPLES, *EXTREMES]):
        assert close(value(stable, op, at), value(op.body, op, at))


@each_op
def test_floats_and_balls_agree(op: Pointwise):
    ats = list(points(op))
    arrays = [np.array([float(x) for x in column]) for column in zip(*ats, strict=True)]
    together = body_function(op, FLOAT)(*arrays)
    for at, one in zip(ats, np.broadcast_to(together, (len(ats),)), strict=True):
        exact = value(op.body, op, at)
        single = body_function(op, SCALAR)(*map(float, at))
        assert close(one, exact) and close(single, exact) and math.isclose(one, single, abs_tol=1e-12)


@each_op
def test_exact_values_lie_in_the_balls(op: Pointwise):
    for at in points(op, [*SAMPLES, Fraction(0), Fraction(1), Fraction(9, 4)]):
        try:
            exact = body_function(op, EXACT)(*at)
        except Irrational:
            continue
        assert isinstance(exact, Fraction)
        assert value(op.body, op, at).overlaps(BALL.number(exact))


@each_partial
def test_large_arguments_stay_finite(op: Pointwise, k: int):
    """Up to 700, where exp is still a float, no value or derivative overflows that is not itself large."""
    for at in points(op, EXTREMES):
        for kind in (FLOAT, SCALAR):
            with np.errstate(all="ignore"):
                found = body_function(op, kind)(*map(float, at)), derivative(op, k, at, kind)
            for number, exact in zip(found, (value(op.body, op, at), derivative(op, k, at)), strict=True):
                if abs(float(exact)) < 1e300:
                    assert close(number, exact, 1e-6), (kind.kind, at)


@each_op
def test_stated_kinks_are_kinks(op: Pointwise):
    """On every stated kink, somewhere, the value or a derivative jumps."""
    for kink in op.kinks:
        found = [at for at in on_the_kink(op, kink)]
        assert found
        assert any(jumps(op, k, at) for at in found for k in range(len(op.params)))


@each_op
def test_there_are_no_other_kinks(op: Pointwise):
    grid = [Fraction(n, 4) for n in range(-32, 33)]
    samples = grid if len(op.params) == 1 else grid[::5]
    for at in points(op, samples):
        assert not any(jumps(op, k, at) for k in range(len(op.params)))


def on_the_kink(op: Pointwise, kink: Node) -> Iterator[Point]:
    """Points at which a kink's expression is zero."""
    samples = [Fraction(n, 2) for n in range(-14, 15)]
    return (at for at in product(samples, repeat=len(op.params)) if inside(op, at) and vanishes(kink, op, at))


def jumps(op: Pointwise, k: int, at: Point) -> bool:
    """Whether the value or the local derivative differs on the two sides of a point."""
    step = Fraction(1, 10**9)
    sides = [(*at[:k], at[k] + sign * step, *at[k + 1 :]) for sign in (1, -1)]
    if not all(inside(op, side) for side in sides):
        return False
    left, right = (body_function(op, BALL)(*map(BALL.number, side)) for side in sides)
    before, after = (derivative(op, k, side) for side in sides)
    return not (close(left, right, 1e-5) and close(before, after, 1e-5))


@each_op
def test_outside_its_domain_a_function_says_so(op: Pointwise):
    for at in product(SAMPLES, repeat=len(op.params)):
        if not inside(op, at):
            with np.errstate(all="ignore"):
                assert not math.isfinite(body_function(op, SCALAR)(*map(float, at)))
                assert not np.isfinite(body_function(op, FLOAT)(*map(np.float64, at)))
            with pytest.raises(DomainError):
                body_function(op, BALL)(*map(BALL.number, at))
