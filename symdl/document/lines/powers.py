"""This module draws a power of ten out of arrays of small numbers: 10⁻⁵ times a matrix that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import floor, log10

from symdl.formula.tree import Array, Negate, Node, Number, Power, number, times

SMALL = -4  # exponents below which numbers are written with a power of ten
TEN = number(10)


def drawn_out(node: Node) -> Node:
    """An array whose largest entry has a power of ten with that in front; any other formula as it is.

    >>> from symdl.formula.plain import to_plain
    >>> small = [Number(Fraction(text), text) for text in ("2.5e-6", "0", "1e-7")]
    >>> to_plain(drawn_out(Array(tuple(small))))
    '10^(-6) ([2.5, 0, 0.1])'
    """
    if not isinstance(node, Array) or not all(isinstance(part, Number) for part in _numbers(node)):
        return node
    largest = max((abs(part.value) for part in _numbers(node) if isinstance(part, Number)), default=0)
    if largest == 0 or (exponent := floor(log10(largest))) >= SMALL:
        return node
    scaled = _times(node, Fraction(10) ** -exponent)
    return times(Power(TEN, Negate(number(-exponent))), scaled, style="juxtaposed")


def _numbers(node: Node) -> Iterator[Node]:
    if isinstance(node, Array):
        for item in node.items:
            yield from _numbers(item)
    else:
        yield node.arg if isinstance(node, Negate) else node


def _times(node: Node, factor: Fraction) -> Node:
    if isinstance(node, Array):
        return Array(tuple(_times(item, factor) for item in node.items))
    if isinstance(node, Negate):
        return Negate(_times(node.arg, factor))
    assert isinstance(node, Number)
    value = Fraction(node.value) * factor
    decimal = (Decimal(value.numerator) / Decimal(value.denominator)).normalize()
    return Number(value, f"{decimal:f}" if value >= Fraction(1, 1000) or not value else f"{decimal:e}")
