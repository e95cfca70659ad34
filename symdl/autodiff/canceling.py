"""This module shortens a quotient: common factors cancel, the numerator is multiplied out where that helps.

It finishes what the quotient rule leaves: `(2 x (x^2 + 1) - 2 x (x^2 - 1)) / (x^2 + 1)^2` is
`4 x / (x^2 + 1)^2`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm

from symdl.autodiff.gathering import Factors, condensed, factors_of
from symdl.autodiff.moving import Form
from symdl.core.polynomials import TooLong, polynomial, written
from symdl.formula.tree import Negate, Node, Number, Quotient, Sum, plus, size


def shortened(node: Node) -> Iterator[Form]:
    """The shorter forms of a quotient, each named by its move; none of any other formula.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Name, Power, number, times
    >>> x = Name("x")
    >>> top = Sum((times(number(3), Power(x, number(2))), Negate(times(number(6), x))))
    >>> [to_plain(form.node) for form in shortened(Quotient(top, Power(x, number(4))))]
    ['(3 x - 6)/x^3']
    """
    for _ in range(3):
        before = node
        for rule, move in (("cancel", _canceled), ("expand", _multiplied)):
            after = _within(node, move)
            if after != node:
                node = after
                yield Form(rule, node)
        if node == before:
            return


def _within(node: Node, move: object) -> Node:
    """A move applied to a quotient, also to one behind a minus sign."""
    match node:
        case Negate(arg):
            inner = _within(arg, move)
            return node if inner == arg else condensed(Negate(inner))
        case Quotient(Sum() as top, bottom):
            assert callable(move)
            found = move(top, bottom)
            return node if found is None else found
    return node


def _canceled(top: Sum, bottom: Node) -> Node | None:
    """Factors that every term of the numerator shares with the denominator, taken away from both."""
    terms, below = [factors_of(term) for term in top.terms], factors_of(bottom)
    shared = {base: _shared(base, terms, below) for factors in (*terms, below) for base in factors.powers}
    shared = {base: power for base, power in shared.items() if power}
    number = _common_number(terms, below)
    if not shared and number == 1:
        return None
    for factors in (*terms, below):
        factors.number /= number
        for base, power in shared.items():
            factors.powers[base] = factors.powers.get(base, Fraction(0)) - power
    return condensed(_over(plus(*(_node(term) for term in terms)), _node(below)))


def _shared(base: Node, terms: Sequence[Factors], below: Factors) -> Fraction:
    """The power of a base that cancels; a negative one clears a fraction from the numerator."""
    zero = Fraction(0)
    least = min(term.powers.get(base, zero) for term in terms)
    return min(least, max(below.powers.get(base, zero), zero)) if least > 0 else least


def _common_number(terms: list[Factors], below: Factors) -> Fraction:
    """The number that leaves coprime whole coefficients above and below."""
    numbers = [factors.number for factors in (*terms, below)]
    return Fraction(gcd(*(n.numerator for n in numbers)), lcm(*(n.denominator for n in numbers)))


def _multiplied(top: Sum, bottom: Node) -> Node | None:
    """The numerator multiplied out, where it gets shorter by that."""
    try:
        out = written(polynomial(top))
    except TooLong:
        return None
    if size(out) >= size(top) or _count(out) > len(top.terms):
        return None
    return condensed(_over(out, bottom))


def _count(node: Node) -> int:
    return len(node.terms) if isinstance(node, Sum) else 1


def _over(top: Node, bottom: Node) -> Node:
    return top if bottom == Number(Fraction(1)) else Quotient(top, bottom)


def _node(factors: Factors) -> Node:
    factors.powers = {base: power for base, power in factors.powers.items() if power}
    return factors.node()
