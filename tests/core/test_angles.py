"""The taught values of sine, cosine, tangent and their inverses against floats."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from symdl.core.algebra import ratio
from symdl.core.angles import PI, part_of_pi, with_known_angles
from symdl.core.constants import number_at
from symdl.formula.tree import Apply, Node, times
from symdl.formula.walking import walk

PARTS = [Fraction(k, 12) for k in range(-30, 31)]
TAUGHT = {Fraction(k, 6) for k in range(-15, 16)} | {Fraction(k, 4) for k in range(-10, 11)}


def angle(part: Fraction) -> Node:
    return times(ratio(part), PI, style="juxtaposed")


@pytest.mark.parametrize("function", ["sin", "cos", "tan"])
def test_values_at_taught_angles(function: str) -> None:
    for part in PARTS:
        written = Apply(function, (angle(part),))
        found = with_known_angles(written)
        if part not in TAUGHT or (function == "tan" and part % 1 == Fraction(1, 2)):
            assert found == written
        else:
            assert not any(isinstance(node, Apply) and node.function == function for node in walk(found))
            assert number_at(found)[0] == pytest.approx(getattr(math, function)(math.pi * part), abs=1e-13)


@pytest.mark.parametrize("function", ["asin", "acos", "atan"])
def test_angles_of_taught_values(function: str) -> None:
    for value in map(Fraction, ("-1", "-1/2", "0", "1/2", "1")):
        found = with_known_angles(Apply(function, (ratio(value),)))
        assert number_at(found)[0] == pytest.approx(getattr(math, function)(value), abs=1e-13)
    assert isinstance(with_known_angles(Apply(function, (ratio(Fraction(1, 3)),))), Apply)


def test_multiples_of_pi() -> None:
    assert part_of_pi(angle(Fraction(2, 3))) == Fraction(2, 3)
    assert part_of_pi(times(PI, PI, style="juxtaposed")) is None
