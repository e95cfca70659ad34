"""This module bounds what a formula could cost, from its tree alone, before anything is computed.

Bounds multiply along nesting, so `((9^9)^9999)^9999` is refused although each exponent is small.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import exp2, log2
from typing import NamedTuple

from symdl.errors import FormulaError, Place
from symdl.formula.tree import (
    Apply,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Repeat,
    RepeatOver,
    Sum,
    children,
)

MAX_TREE_DEPTH = 100
MAX_DIGITS = 60
MAX_DECIMAL_EXPONENT = 400
MAX_BITS = 13_000  # of an exact number; stays below Python's limit of 4300 digits
MAX_EXPONENT = 1_000
MAX_DEGREE = 1_000
MAX_EXP = 2_000  # of exp of a number
MAX_FACTORIAL = 1_000
MAX_ARGUMENT_BITS = 200  # of a number given to any other function
MAX_TERMS = 20_000  # of bound sums and products, with those inside them
MAX_ENTRIES = 10_000_000  # of arrays made from numbers, `ones(1000, 1000)`

_ENTRIES = frozenset({"ones", "zeros", "eye", "identity", "commutation", "binary"})


class Bound(NamedTuple):
    """Bits of the largest exact number, degree in the names (0: a number), and terms when unrolled."""

    bits: float = 0.0
    degree: float = 0.0
    terms: float = 1.0


class _TooLarge(Exception):
    def __init__(self, key: str, node: Node, limit: int) -> None:
        super().__init__(key)
        self.key, self.node, self.limit = key, node, limit


def check_size(node: Node, place_of: Callable[[Node], Place]) -> None:
    """Refuse a formula that nests too deeply or whose numbers, powers or sums grow too large."""
    try:
        _check_depth(node)
        _bound(node)
    except _TooLarge as found:
        where = place_of(found.node)
        raise FormulaError(f"formula.{found.key}", place=where, limit=found.limit) from None


def _check_depth(node: Node) -> None:
    """Level by level, since a long chain `a/b/c/...` is deep without any bracket."""
    level, depth = [node], 0
    while level:
        depth += 1
        if depth > MAX_TREE_DEPTH:
            raise _TooLarge("too_deep", node, MAX_TREE_DEPTH)
        level = [child for parent in level for child in children(parent)]


def _bound(node: Node) -> Bound:
    bound = _raw_bound(node)
    if bound.bits > MAX_BITS:
        raise _TooLarge("number_too_large", node, MAX_BITS)
    if bound.degree > MAX_DEGREE:
        raise _TooLarge("degree_too_large", node, MAX_DEGREE)
    if bound.terms > MAX_TERMS:
        raise _TooLarge("too_many_terms", node, MAX_TERMS)
    return bound


def _raw_bound(node: Node) -> Bound:
    if isinstance(node, Number):
        return Bound(_bits(node.value))
    if isinstance(node, Name):
        return Bound(degree=1)
    if isinstance(node, Power):
        return _power(node)
    if isinstance(node, Repeat | RepeatOver):
        return _repeat(node)
    inner = [_bound(child) for child in children(node)]
    if isinstance(node, Apply):
        return _apply(node, inner)
    return _combined(node, inner)


def _combined(node: Node, inner: list[Bound]) -> Bound:
    join = sum if isinstance(node, Product | Quotient) else max
    growth = log2(len(inner)) if isinstance(node, Sum) else 0.0
    return Bound(
        join([each.bits for each in inner] or [0.0]) + growth,
        join([each.degree for each in inner] or [0.0]),
        sum(each.terms for each in inner) or 1.0,
    )


def _bits(value: Fraction) -> float:
    return max(abs(value.numerator).bit_length(), value.denominator.bit_length())


def _magnitude(node: Node, bound: Bound) -> float:
    """The largest absolute value of a part without names."""
    while isinstance(node, Negate):
        node = node.arg
    if isinstance(node, Number) and bound.bits < 1000:
        return float(abs(node.value))
    return exp2(min(bound.bits, 1000.0))


def _power(node: Power) -> Bound:
    base, exponent = _bound(node.base), _bound(node.exponent)
    terms = base.terms + exponent.terms
    if exponent.degree:
        return Bound(max(base.bits, exponent.bits), max(base.degree, exponent.degree), terms)
    size = _magnitude(node.exponent, exponent)
    if size > MAX_EXPONENT:
        raise _TooLarge("exponent_too_large", node, MAX_EXPONENT)
    return Bound(base.bits * max(size, 1.0), base.degree * max(size, 1.0), terms)


def _apply(node: Apply, inner: list[Bound]) -> Bound:
    combined = _combined(node, inner)
    if combined.degree or not node.args:
        return Bound(combined.bits, min(combined.degree, 1.0), combined.terms)
    sizes = [_magnitude(child, each) for child, each in zip(children(node), inner, strict=True)]
    _check_arguments(node, sizes, combined.bits)
    return Bound(max(sizes[0], 1.0) if node.function == "exp" else combined.bits, 0.0, combined.terms)


def _check_arguments(node: Apply, sizes: list[float], bits: float) -> None:
    if node.function == "exp" and max(sizes) > MAX_EXP:
        raise _TooLarge("argument_too_large", node, MAX_EXP)
    if node.function == "factorial" and max(sizes) > MAX_FACTORIAL:
        raise _TooLarge("argument_too_large", node, MAX_FACTORIAL)
    if bits > MAX_ARGUMENT_BITS:
        raise _TooLarge("argument_too_large", node, MAX_ARGUMENT_BITS)
    if node.function in _ENTRIES and _entries(node.function, sizes) > MAX_ENTRIES:
        raise _TooLarge("too_many_entries", node, MAX_ENTRIES)


def _entries(function: str, sizes: list[float]) -> float:
    if function == "binary":
        return sizes[0] * exp2(min(sizes[0], 1000.0))
    count = 1.0
    for each in sizes:
        count *= max(each, 1.0)
    return count**2 if function in ("eye", "identity", "commutation") else count


def _repeat(node: Repeat | RepeatOver) -> Bound:
    body = _bound(node.body)
    if isinstance(node, RepeatOver):
        over = _bound(node.collection)
        return Bound(max(body.bits, over.bits), max(body.degree, 1.0), body.terms + over.terms)
    count = _count(node)
    if node.kind == "prod":
        return Bound(body.bits * count, body.degree * count, body.terms * count)
    return Bound(body.bits + log2(max(count, 1.0)), body.degree, body.terms * count)


def _count(node: Repeat) -> float:
    """How many terms a bound sum has; 1 where its ends are not numbers."""
    start, stop = _bound(node.start), _bound(node.stop)
    if start.degree or stop.degree:
        return 1.0
    spread = _magnitude(node.stop, stop) + _magnitude(node.start, start)
    return spread
