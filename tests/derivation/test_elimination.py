"""Zeros of polynomial systems by elimination: planted ones, searches from anywhere, singular ones, limits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from symdl.checking.elimination import exact_nodes, real_zeros
from symdl.core.arithmetic import FLOAT, whole_power
from symdl.core.compiling import compiled
from symdl.core.differentiation import differentiate
from symdl.core.polynomials import Polynomial, written
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Name, Node


def read(*texts: str) -> list[Node]:
    return [read_formula(text, Scope()) for text in texts]


def gradient(text: str, by: Sequence[str]) -> list[Node]:
    (formula,) = read(text)
    return [differentiate(formula, name) for name in by]


def rows(formulas: Sequence[Node], by: Sequence[str]) -> list[tuple[float, ...]]:
    found = real_zeros(formulas, by)
    assert found is not None and not found.left_open
    return [tuple(r.value for r in zero) for zero in found.zeros]


def through(random: Random, by: Sequence[str], at: Sequence[Fraction], degree: int) -> Node:
    """A random polynomial that is zero at a place."""
    poly: Polynomial = {}
    for _ in range(5):
        powers = tuple(random.randint(0, degree) for _ in by)
        monomial = tuple((Name(name), e) for name, e in zip(by, powers, strict=True) if e)
        coefficient = Fraction(random.randint(1, 5) * random.choice((1, -1)))
        value = coefficient
        for place, e in zip(at, powers, strict=True):
            value *= place**e
        poly[monomial] = poly.get(monomial, Fraction(0)) + coefficient
        poly[()] = poly.get((), Fraction(0)) - value
    return written({m: c for m, c in poly.items() if c})


def drawn(seed: int) -> tuple[list[str], list[Fraction], list[Node]]:
    """Random polynomials with a zero in common: their variables, the zero, and they."""
    random = Random(seed)
    by = ["x", "y"] if seed % 3 else ["x", "y", "z"]
    at = [Fraction(random.randint(-6, 6), random.randint(1, 4)) for _ in by]
    return by, at, [through(random, by, at, 3 if len(by) == 2 else 1) for _ in by]


@pytest.mark.parametrize("seed", range(12))
def test_a_planted_zero_is_found_exactly(seed: int) -> None:
    by, at, formulas = drawn(seed)
    found = real_zeros(formulas, by)
    assert found is not None and found.left_open == 0
    assert tuple(at) in {tuple(each.exact for each in zero) for zero in found.zeros}


@pytest.mark.peers
@pytest.mark.parametrize("seed", range(12))
def test_a_search_from_anywhere_finds_no_other_zero(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    by, _, formulas = drawn(seed)
    found = real_zeros(formulas, by)
    assert found is not None
    zeros = np.array([[each.value for each in zero] for zero in found.zeros])
    functions = [compiled(f, tuple(by), FLOAT) for f in formulas]
    random = Random(seed + 1)
    for _ in range(60):
        start = [random.uniform(-4, 4) for _ in by]
        with np.errstate(all="ignore"):
            there = optimize.root(lambda x: [float(f(*x)) for f in functions], start, tol=1e-13)
        if there.success and max(abs(float(f(*there.x))) for f in functions) < 1e-11:
            assert np.min(np.max(np.abs(zeros - there.x), axis=1)) < 1e-3


def test_the_published_sets() -> None:
    himmelblau = rows(gradient("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", "xy"), "xy")
    assert len(himmelblau) == 9 and (3.0, 2.0) in himmelblau
    chain = "(1 - x)^2 + 100 (y - x^2)^2 + (1 - y)^2 + 100 (z - y^2)^2"
    assert rows(gradient(chain, "xyz"), "xyz") == [(1.0, 1.0, 1.0)]
    longer = rows(gradient(f"{chain} + (1 - z)^2 + 100 (w - z^2)^2", "xyzw"), "xyzw")
    assert len(longer) == 3  # Kok and Sandrock, Evolutionary Computation 17(3), 2009
    assert longer[0] == pytest.approx((-0.77565923, 0.61309337, 0.38206285, 0.14597202), abs=1e-7)
    wood = "100 (y - x^2)^2 + (1 - x)^2 + 90 (w - z^2)^2 + (1 - z)^2 + 10 (y + w - 2)^2 + (y - w)^2/10"
    assert len(rows(gradient(wood, "xyzw"), "xyzw")) == 3


@pytest.mark.parametrize(
    ("formulas", "count"),
    [
        (("(x^2 - 2)^2", "(y^2 - 3)^2 x"), 4),
        (("((x + y)^2 - 2)^2 (x + y)", "(x - y)^2 - 3 + (x + y)^2 - 2"), 6),
        (("x^2 - 2", "x y - 2", "y^2 - 2"), 2),  # more equations than variables
        (("x^2 - 2", "y^2 - 2", "x y + 2"), 2),
        (("x^2 + y^2 + 1", "x - y"), 0),
        (("(x^2 - 2) (y^2 - 3)", "(x^2 - 3) (y^2 - 2)"), 8),
        (("x^2 - y^2 - 1", "x^2 + y^2 - 1"), 2),  # each touched from outside
        (("x^2/2 + y^2/3 + z^2/5 - 1", "x y/7 + z/3 - 1/11", "y z/2 - x/3 + 1/5"), 2),
        (("4 x^3 - 4 y z + y", "4 y^3 - 4 x z + x", "4 z^3 - 4 x y - 1"), 7),
    ],
)
def test_multiple_and_overdetermined_zeros_are_proved_too(formulas: tuple[str, ...], count: int) -> None:
    by = "xyz" if "z" in "".join(formulas) else "xy"
    assert len(rows(read(*formulas), by)) == count


def test_closed_forms_are_those_of_their_roots() -> None:
    found = real_zeros(gradient("((x + y)^2 - 2)^3 + ((x - y)^2 - 3)^4", "xy"), "xy")
    assert found is not None
    for zero in found.zeros:
        nodes = exact_nodes(zero, "xy")
        assert nodes is not None
        for each, node in zip(zero, nodes.values(), strict=True):
            assert float(compiled(node, (), FLOAT)()) == pytest.approx(each.value, abs=1e-12)
    assert to_plain(found.zeros[0][0].node or Name("none")) == "-sqrt(5/4 + 1/2 sqrt(6))"


@pytest.mark.parametrize("formulas", [("x (x y - 1)", "y (x y - 1)"), ("sin(x)", "y"), ("x y", "0")])
def test_curves_of_zeros_and_other_functions_are_left_to_others(formulas: tuple[str, ...]) -> None:
    assert real_zeros(read(*formulas), "xy") is None


def test_a_system_with_too_many_zeros_is_not_begun() -> None:
    assert real_zeros(read("x^40 y^40 + x - 1", "y^41 x^39 + y x - 2"), "xy") is None


def test_whole_powers_of_balls_around_zero_enclose() -> None:
    from flint import arb

    random = Random(3)
    for _ in range(300):
        middle, radius, exponent = random.uniform(-2, 2), random.uniform(0, 2), random.randint(0, 7)
        whole = whole_power(arb(middle, radius), exponent)
        for part in (-1, -0.4, 0.1, 1):
            assert whole.contains(arb(middle + 0.999 * part * radius) ** exponent)
    assert not whole_power(arb(0, 0.5), 2).contains(0.26)
