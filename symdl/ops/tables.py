"""This module declares tables of fixed numbers: all states of some units, the positions of a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from symdl.core.building import Builder
from symdl.core.indexing import MAX_BITS
from symdl.core.value import Value
from symdl.errors import FormulaError
from symdl.formula.tree import Apply, Array, Node, Power, Quotient, number
from symdl.ops.declaring import built_function, read

CHOSEN = "where(r == k, 1, 0)"
CHOSEN_ROWS = "where(outer(ones(count(k)), r) == outer(k, ones(count(r))), 1, 0)"


def _states(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`states(n)`: the vectors of zeros and ones of length n, as the rows of a matrix."""
    n = int(builder.number_of(values[0], "states"))
    if not 0 < n <= MAX_BITS:
        raise FormulaError("formula.too_many_states", n=n, count=f"2^{n}", limit=f"2^{MAX_BITS}")
    bits = tuple(number(bit) for row in product((0, 1), repeat=n) for bit in row)
    return builder.literal(bits, (2**n, n))


def angle(position: int, column: int, width: int) -> Node:
    """The angle of a position, which the sine of an even and the cosine of an odd column take.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(angle(3, 0, 4)), to_plain(angle(3, 2, 4))
    ('3', '3/10000^(1/2)')
    """
    exponent = Fraction(2 * (column // 2), width)
    if not exponent or not position:
        return number(position)
    return Quotient(number(position), Power(number(10000), number(exponent)))


def _positions(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`positional_encoding(n, d)`: sines and cosines of n positions counted from 0, one position a row."""
    n, d = (int(builder.size_of(value, "size")) for value in values)
    if n * d > 2**MAX_BITS:
        raise FormulaError("formula.too_many_terms", count=n * d, limit=2**MAX_BITS)
    rows = (
        Array(tuple(Apply("cos" if k % 2 else "sin", (angle(t, k, d),)) for k in range(d))) for t in range(n)
    )
    return builder.value(Array(tuple(rows)))


def _class_vector(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`class_vector(k, n)`: 1 at the place k of n, 0 elsewhere; a row for each entry of a vector k."""
    classes, n = builder.variable(values[0]), int(builder.number_of(values[1], "class_vector"))
    places = builder.literal(tuple(number(k + 1) for k in range(n)), (n,))
    body = CHOSEN if not classes.shape else CHOSEN_ROWS
    return builder.expand(("k", "r"), read(body, "k", "r"), {"k": classes, "r": places})


def _triangular(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`triangular(n)`: the square matrix with ones on the diagonal and above it, zeros below."""
    n = int(builder.number_of(values[0], "triangular"))
    if n * n > 2**MAX_BITS:
        raise FormulaError("formula.too_many_terms", count=n * n, limit=2**MAX_BITS)
    return builder.literal(tuple(number(int(j >= i)) for i in range(n) for j in range(n)), (n, n))


built_function("class_vector", "k n", _class_vector)
built_function("triangular", "n", _triangular)
built_function("states", "n", _states)
built_function("positional_encoding", "n d", _positions)
