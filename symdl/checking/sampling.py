"""This module draws random points within what a problem assumes, seeded: rationals, or floats for many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from random import Random
from typing import Any

from symdl.core.dims import Shape, size_of
from symdl.core.facts import COLUMNS
from symdl.formula.tree import Node, Number
from symdl.formula.walking import walk

Drawn = Any  # a Fraction or a float
Point = dict[str, tuple[Drawn, ...]]
Divide = Callable[[int, int], Drawn]
MOST_NUMBERS, WIDER = 6, (10, 50, 200)

OFF = 7919  # a prime: values lie a 7919th beside round numbers, where kinks and roots often are


def sample(
    shapes: Mapping[str, Shape],
    facts: Mapping[str, tuple[str, ...]],
    seed: int,
    *,
    positive: bool = False,
    divide: Divide = Fraction,
) -> Point:
    """Values row by row for quantities of known shapes.

    Facts are kept: a positive quantity is positive, the rows of a distribution sum to one. With
    `positive`, all others are positive too, for formulas with logarithms and roots. The numbers are
    quotients of whole ones by `divide`: `Fraction` keeps them exact, `operator.truediv` makes floats.

    >>> sum(sample({"p": (2,)}, {"p": ("distribution",)}, 1)["p"])
    Fraction(1, 1)
    """
    random = Random(seed)
    return {
        name: _values(shape, facts.get(name, ()), random, positive, divide) for name, shape in shapes.items()
    }


def _values(
    shape: Shape, facts: tuple[str, ...], random: Random, positive: bool, divide: Divide
) -> tuple[Drawn, ...]:
    count = int(size_of(shape))
    if "columns" in facts or COLUMNS in facts:  # of a matrix whose columns are distributions
        rows, width = (int(n) for n in shape)
        if "distribution" in facts and rows == width:  # and its rows too: an identity with its rows moved
            places = random.sample(range(rows), rows)
            return tuple(divide(int(places[i] == j), 1) for i in range(rows) for j in range(width))
        turned = _distribution((width, rows), count, random, divide)
        return tuple(turned[j * rows + i] for i in range(rows) for j in range(width))
    if "one-hot" in facts:
        return _one_hot(shape, count, random, divide)
    if "distribution" in facts:
        return _distribution(shape, count, random, divide)
    if "integer" in facts:
        return tuple(divide(random.randint(1 if "positive" in facts else -3, 4), 1) for _ in range(count))
    if "unit" in facts:
        return tuple(divide(random.randint(50, 950), 1000) for _ in range(count))
    low = 100 if positive or "positive" in facts else -1800
    values = [divide(random.randint(low, 1800) * OFF + 1000, 1000 * OFF) for _ in range(count)]
    return _arranged(shape, values, facts)


def _arranged(shape: Shape, values: list[Drawn], facts: tuple[str, ...]) -> tuple[Drawn, ...]:
    if "positive-semidefinite" in facts and len(shape) == 2:
        return _gram(values, int(shape[0]), int("positive-definite" in facts))
    if "symmetric" in facts and len(shape) == 2:
        n = int(shape[0])
        return tuple(values[min(i, j) * n + max(i, j)] for i in range(n) for j in range(n))
    if "orthogonal" in facts and len(shape) == 2:
        return _reflection(values[: int(shape[0])])
    return tuple(values)


def _gram(m: list[Drawn], n: int, more: int) -> tuple[Drawn, ...]:
    """`M Mᵀ` plus a multiple of the identity."""
    return tuple(
        sum(m[i * n + k] * m[j * n + k] for k in range(n)) + (more if i == j else 0)
        for i in range(n) for j in range(n)
    )  # fmt: skip


def _reflection(v: list[Drawn]) -> tuple[Drawn, ...]:
    """The reflection I - 2 v vᵀ / vᵀv: orthogonal, and rational where v is."""
    length = sum(x * x for x in v)
    return tuple(int(i == j) - 2 * v[i] * v[j] / length for i in range(len(v)) for j in range(len(v)))


def _rows(shape: Shape, count: int) -> tuple[int, int]:
    width = int(shape[-1]) if shape else 1
    return count // width, width


def _one_hot(shape: Shape, count: int, random: Random, divide: Divide) -> tuple[Drawn, ...]:
    rows, width = _rows(shape, count)
    chosen = [random.randrange(width) for _ in range(rows)]
    return tuple(divide(int(j == chosen[i]), 1) for i in range(rows) for j in range(width))


def _distribution(shape: Shape, count: int, random: Random, divide: Divide) -> tuple[Drawn, ...]:
    rows, width = _rows(shape, count)
    found: list[Drawn] = []
    for _ in range(rows):
        parts = [random.randint(1, 20) for _ in range(width)]
        total = sum(parts)
        found.extend(divide(part, total) for part in parts)
    return tuple(found)


def elsewhere(formulas: Iterable[Node]) -> Iterator[tuple[Fraction, Fraction]]:
    """Scales and shifts of random numbers to look for the domain of formulas: around the numbers in them, on
    either side of 0, and ever further out.

    >>> from symdl.formula.tree import Apply, Name, number, plus
    >>> [int(shift) for _, shift in elsewhere([Apply("sqrt", (plus(Name("x"), number(20)),))])][:2]
    [20, 20]
    """
    found = dict.fromkeys(
        abs(part.value) for node in formulas for part in walk(node) if isinstance(part, Number) and part.value
    )
    for value in list(found)[:MOST_NUMBERS]:
        for shift in (value, -value):
            yield from ((scale, shift) for scale in (Fraction(1), Fraction(1, 4)))
    for scale in WIDER:
        yield from ((Fraction(scale), Fraction(0)) for _ in range(4))


def trial_sizes(names: tuple[str, ...], attempt: int) -> dict[str, int]:
    """Unequal sizes for symbolic dimensions, a 1 among them in some; later attempts are drawn.

    >>> trial_sizes(("N", "n"), 0)
    {'N': 3, 'n': 2}
    """
    ladders = ((3, 2, 4, 5, 2, 3), (2, 3, 1, 2, 4, 3), (1, 4, 2, 3, 3, 2))
    if attempt >= len(ladders):
        random = Random(attempt)
        return {name: random.randint(1, 6) for name in names}
    ladder = ladders[attempt]
    return {name: ladder[k % len(ladder)] for k, name in enumerate(names)}
