"""This module holds terms of sums of matrix products: each a number, powers of scalars, a chain of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm

from symdl.core.matrix_patterns import row
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    Apply,
    Negate,
    Node,
    Power,
    Quotient,
    number,
    size,
    times,
)  # fmt: skip

Powers = frozenset[tuple[Node, int]]
Chain = tuple[Node, ...]


@dataclass(frozen=True)
class Term:
    """A number times powers of scalars times a chain of arrays."""

    number: Fraction = Fraction(1)
    scalars: Powers = frozenset()
    chain: Chain = ()

    def times(self, other: Term) -> Term:
        """The product of two terms, its chain not yet looked through for scalars."""
        return Term(
            self.number * other.number,
            joined(self.scalars, other.scalars),
            (*self.chain, *other.chain),
        )

    def power(self, exponent: int) -> Term:
        """A whole power of a term of scalars."""
        return Term(self.number**exponent, frozenset((base, e * exponent) for base, e in self.scalars))

    def around(self, part: Node) -> tuple[Chain, Chain]:
        """What stands before and behind a factor that is once in the chain; otherwise a `ValueError`."""
        (k,) = (place for place, factor in enumerate(self.chain) if factor == part)
        return self.chain[:k], self.chain[k + 1 :]

    @property
    def negative(self) -> bool:
        """Whether a minus stands in front."""
        return self.number < 0

    @property
    def node(self) -> Node:
        """The term as it is written."""
        above = [_power(base, e) for base, e in _ordered(self.scalars) if e > 0]
        below = [_power(base, -e) for base, e in _ordered(self.scalars) if e < 0]
        top, bottom = abs(self.number.numerator), self.number.denominator
        front = _product(top, above)
        if below or bottom != 1:
            front = Quotient(front, _product(bottom, below))
        factors = [] if self.chain and front == ONE else row(front)
        body = times(*factors, *self.chain, style="juxtaposed")
        return Negate(body) if self.negative else body


def joined(one: Powers, other: Powers) -> Powers:
    """Powers of scalars multiplied; an even power of a root is one of what stands under it."""
    halves: dict[Node, int] = {}
    for base, exponent in (*one, *other):
        match base:
            case Apply("sqrt", (arg,), ()):
                halves[arg] = halves.get(arg, 0) + exponent
            case _:
                halves[base] = halves.get(base, 0) + 2 * exponent
    return frozenset(
        (Apply("sqrt", (base,)), half) if half % 2 else (base, half // 2)
        for base, half in halves.items()
        if half
    )


def _ordered(powers: Powers) -> list[tuple[Node, int]]:
    return sorted(powers, key=lambda item: (size(item[0]), to_plain(item[0])))


def _power(base: Node, exponent: int) -> Node:
    return base if exponent == 1 else Power(base, number(exponent))


def _product(count: int, factors: Sequence[Node]) -> Node:
    front = [number(count)] if count != 1 or not factors else []
    return times(*front, *factors, style="juxtaposed")


def common(terms: Sequence[Term], allowed: Callable[[Node], bool] = lambda base: True) -> Term:
    """The number and the powers of allowed scalars that all terms have; the number is below zero where all
    are.
    """
    top = gcd(*(term.number.numerator for term in terms))
    bottom = lcm(*(term.number.denominator for term in terms))
    powers = [dict(term.scalars) for term in terms]
    shared = {}
    for base in filter(allowed, powers[0]):
        exponents = [own.get(base, 0) for own in powers]
        if min(exponents) > 0:
            shared[base] = min(exponents)
        elif max(exponents) < 0:
            shared[base] = max(exponents)
    sign = -1 if all(term.negative for term in terms) else 1
    return Term(Fraction(sign * top, bottom), frozenset(shared.items()))


def swapped(terms: Sequence[Term], table: Mapping[Node, Term]) -> Iterator[Term]:
    """Terms with other terms for some of their scalars."""
    for term in terms:
        found = Term(term.number)
        for base, exponent in term.scalars:
            own = table[base] if base in table else Term(scalars=frozenset({(base, 1)}))
            found = found.times(own.power(exponent))
        yield replace(found, chain=term.chain)
