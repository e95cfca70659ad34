"""This module knows the values of sine, cosine and tangent at the angles that everyone learns, and back.

Angles are multiples of π/6 and of π/4 (Abramowitz & Stegun, section 4.3.46).
"""

from __future__ import annotations

from fractions import Fraction

from symdl.core.algebra import ratio
from symdl.core.constants import exact_value
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Name,
    Negate,
    Node,
    Power,
    Quotient,
    number,
    rebuild,
    substitute,
    times,
)  # fmt: skip

PI = Name("pi")
HALF = Fraction(1, 2)
ROOT_TWO, ROOT_THREE = Apply("sqrt", (number(2),)), Apply("sqrt", (number(3),))
SINES: dict[Fraction, Node] = {  # of parts of π up to π/2
    Fraction(0): ZERO,
    Fraction(1, 6): ratio(HALF),
    Fraction(1, 4): Quotient(ROOT_TWO, number(2)),
    Fraction(1, 3): Quotient(ROOT_THREE, number(2)),
    HALF: ONE,
}
TANGENTS: dict[Fraction, Node] = {
    Fraction(0): ZERO,
    Fraction(1, 6): Quotient(ROOT_THREE, number(3)),
    Fraction(1, 4): ONE,
    Fraction(1, 3): ROOT_THREE,
}


def with_known_angles(node: Node) -> Node:
    """A formula with sines, cosines, tangents and their inverses worked out where their values are taught.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(with_known_angles(Apply("cos", (Quotient(times(number(2), PI), number(3)),))))
    '-1/2'
    >>> to_plain(with_known_angles(Apply("atan", (ONE,))))
    'pi/4'
    """
    node = rebuild(node, with_known_angles)
    if not isinstance(node, Apply) or len(node.args) != 1:
        return node
    (arg,) = node.args
    if node.function in ("sin", "cos", "tan"):
        part = part_of_pi(arg)
        found = None if part is None else _value(node.function, part)
        return node if found is None else found
    if node.function in ("asin", "acos", "atan"):
        return _angle(node.function, arg) or node
    if node.function == "log" and arg == Name("e"):
        return ONE
    if node.function == "log" and isinstance(arg, Power) and arg.base == Name("e"):
        return arg.exponent
    return node


def part_of_pi(node: Node) -> Fraction | None:
    """The rational number that a formula is a multiple of π by, None where it is none."""
    at = [exact_value(substitute(node, {"pi": number(k)})) for k in (0, 1, 2)]
    if at[0] != 0 or at[1] is None or at[2] != 2 * at[1]:
        return None
    return at[1]


def _value(function: str, part: Fraction) -> Node | None:
    if function == "cos":
        return _value("sin", part + HALF)
    if function == "tan":
        part = (part + HALF) % 1 - HALF  # from -π/2 to π/2
        found = TANGENTS.get(abs(part))
        return found if found is None or part >= 0 else Negate(found)
    part = (part + 1) % 2 - 1  # from -π to π
    size = abs(part) if abs(part) <= HALF else 1 - abs(part)
    found = SINES.get(size)
    return found if found is None or part >= 0 or found == ZERO else Negate(found)


def _angle(function: str, arg: Node) -> Node | None:
    """The angle with a taught value, from its exact number."""
    value = exact_value(arg)
    table = TANGENTS if function == "atan" else SINES
    for part, known in table.items():
        same = exact_value(known)
        if value is not None and same is not None and abs(value) == same:
            angle = part if value >= 0 else -part
            angle = HALF - angle if function == "acos" else angle
            return _multiple(angle)
    return None


def _multiple(part: Fraction) -> Node:
    if part == 0:
        return ZERO
    top = PI if abs(part.numerator) == 1 else times(number(abs(part.numerator)), PI, style="juxtaposed")
    size = top if part.denominator == 1 else Quotient(top, number(part.denominator))
    return Negate(size) if part < 0 else size
