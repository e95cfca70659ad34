"""This module builds formulas without clutter: zeros vanish, ones drop out, constants gather in front.

These constructors are used where symdl makes formulas itself (local derivatives). What a teacher
wrote is never passed through them.
"""

from __future__ import annotations

from fractions import Fraction

from symdl.formula.tree import (
    ONE,
    ZERO,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    number,
    plus,
    times,
)  # fmt: skip

UNIT = Fraction(1)


def is_number(node: Node, value: int) -> bool:
    """Whether a node is a given number."""
    return isinstance(node, Number) and node.value == value


def total(*terms: Node) -> Node:
    """A sum without its zeros; numbers are added up and put last.

    >>> total(ZERO, Name("x"))
    Name(text='x')
    """
    flat: list[Node] = []
    constant = Fraction(0)
    for term in terms:
        for item in term.terms if isinstance(term, Sum) else (term,):
            value = constant_of(item)
            if value is None:
                flat.append(item)
            else:
                constant += value
    if constant and flat and len(terms) and constant_of(terms[0]) is not None:
        return plus(number(constant), *flat)
    if constant or not flat:
        flat.append(signed(constant))
    return plus(*flat)


def negative(node: Node) -> Node:
    """Minus a node; two minus signs cancel, a number takes the sign itself."""
    match node:
        case Negate(arg):
            return arg
        case Number(value):
            return signed(-value)
        case _:
            return Negate(node)


def signed(value: Fraction) -> Node:
    """A number, a negative one as minus its absolute value.

    >>> signed(Fraction(-2)) == Negate(number(2))
    True
    """
    return Negate(number(-value)) if value < 0 else number(value)


def unsigned(node: Node) -> Node:
    """A term without the minus in front of it."""
    return node.arg if isinstance(node, Negate) else node


def ratio(value: Fraction) -> Node:
    """A fraction as a quotient of whole numbers, a negative one as minus its absolute value.

    >>> ratio(Fraction(-1, 2)) == Negate(Quotient(number(1), number(2)))
    True
    """
    if value.denominator == 1:
        return signed(value)
    size = Quotient(number(abs(value.numerator)), number(value.denominator))
    return Negate(size) if value < 0 else size


def constant_of(node: Node) -> Fraction | None:
    """The value of a plain or negated number, or None."""
    match node:
        case Number(value):
            return value
        case Negate(Number(value)):
            return -value
        case _:
            return None


def product(*factors: Node) -> Node:
    """A product without its ones; a zero wins; numbers gather in front, a minus before all.

    Quotients among the factors become one: 2 · 1/(2 √u) · x is x/√u.

    >>> product(number(2), Name("x"), number(3)) == times(number(6), Name("x"))
    True
    """
    above, below = fraction_parts(factors)
    coefficient, rest = split_coefficient(tuple(above))
    divisor, under = split_coefficient(tuple(below))
    if coefficient == 0:
        return ZERO
    coefficient /= divisor
    top = scaled(Fraction(abs(coefficient).numerator), rest) if under else scaled(abs(coefficient), rest)
    if under:
        top = quotient(top, scaled(Fraction(coefficient.denominator), under))
    return negative(top) if coefficient < 0 else top


def fraction_parts(factors: tuple[Node, ...]) -> tuple[list[Node], list[Node]]:
    """What stands above and below the line when quotients among some factors are multiplied out."""
    above: list[Node] = []
    below: list[Node] = []
    for factor in factors:
        match factor:
            case Quotient(top, bottom) if constant_of(bottom) is None:
                above.append(top)
                below.append(bottom)
            case Negate(Quotient(top, bottom)) if constant_of(bottom) is None:
                above.append(negative(top))
                below.append(bottom)
            case _:
                above.append(factor)
    return above, below


def scaled(coefficient: Fraction, rest: list[Node]) -> Node:
    """Factors with a positive number in front, which a one does not need."""
    if not rest:
        return number(coefficient)
    return times(*rest) if coefficient == 1 else times(number(coefficient), *rest)


def split_coefficient(factors: tuple[Node, ...]) -> tuple[Fraction, list[Node]]:
    """The product of the numbers among some scalar factors, and the factors that are left."""
    coefficient = Fraction(1)
    rest: list[Node] = []
    stack = list(reversed(factors))
    while stack:
        factor = stack.pop()
        match factor:
            case Number(value):
                coefficient *= value
            case Negate(arg):
                coefficient = -coefficient
                stack.append(arg)
            case Product(inner):
                stack.extend(reversed(inner))
            case _:
                rest.append(factor)
    return coefficient, rest


def quotient(numerator: Node, denominator: Node) -> Node:
    """A quotient; nothing stands over one, and zero over anything is zero."""
    if is_number(denominator, 1) or is_number(numerator, 0):
        return numerator
    top, bottom = constant_of(numerator), constant_of(denominator)
    if top is not None and bottom:
        return signed(top / bottom)
    if isinstance(numerator, Negate):
        return Negate(quotient(numerator.arg, denominator))
    return Quotient(numerator, denominator)


def power(base: Node, exponent: Node) -> Node:
    """A power; the exponents 0 and 1 disappear."""
    if is_number(exponent, 1):
        return base
    if is_number(exponent, 0):
        return ONE
    return Power(base, exponent)


def square(node: Node) -> Node:
    """A node to the power of two."""
    return Power(node, number(2))


def name(text: str) -> Name:
    """A name node."""
    return Name(text)
