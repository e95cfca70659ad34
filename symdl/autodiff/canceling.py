"""This module shortens a quotient: common factors cancel, the numerator is multiplied out where that helps,
and so is a sum.

It finishes what the quotient rule leaves: `(2 x (x^2 + 1) - 2 x (x^2 - 1)) / (x^2 + 1)^2` is
`4 x / (x^2 + 1)^2`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from math import gcd, lcm

from symdl.autodiff.factors import Factors, factors_of, is_atom
from symdl.autodiff.gathering import tidy, told
from symdl.autodiff.moving import Form
from symdl.autodiff.sharing import shares_brackets
from symdl.core.algebra import unsigned
from symdl.core.polynomials import TooLong, is_polynomial, polynomial, written
from symdl.formula.tree import (
    ONE,
    Apply,
    Negate,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    names,
    plus,
    rebuild,
    size,
    times,
)
from symdl.formula.walking import walk


def shortened(node: Node) -> Iterator[Form]:
    """The shorter forms of a quotient or a sum, each named by its move; none of any other formula.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Name, Power, number, times
    >>> x = Name("x")
    >>> top = Sum((times(number(3), Power(x, number(2))), Negate(times(number(6), x))))
    >>> [to_plain(form.node) for form in shortened(Quotient(top, Power(x, number(4))))]
    ['(3 x - 6)/x^3']
    """
    if isinstance(unsigned(node), Sum) and (out := _out(node)) is not None:
        yield Form("expand", out)
        return
    if isinstance(node, Sum) and _mixes_roots(node) and (whole := _canceled(node, ONE)) is not None:
        node = whole
        yield Form("one_denominator", node)
    for _ in range(ROUNDS):
        before = node
        for rule, move in MOVES:
            after = _within(node, move)
            if after != node:
                node = after
                yield Form(rule, node)
        for form in told(node):
            node = form.node
            yield form
        if node == before:
            break
    if (positive := _positive(node)) != node:
        yield Form("signs", positive)


def _positive(node: Node) -> Node:
    """A quotient behind a minus sign, without it where the numerator has nothing but minus signs."""
    match node:
        case Negate(Quotient(Sum(terms), bottom)) if all(isinstance(term, Negate) for term in terms):
            return Quotient(plus(*map(unsigned, terms)), bottom)
    return node


def _mixes_roots(node: Sum) -> bool:
    """Whether a root stands above the line in one term and below it in another."""
    terms = [factors_of(term).powers for term in node.terms]
    roots = {
        base for powers in terms for base in powers if isinstance(base, Apply) and base.function == "sqrt"
    }
    return any(
        min(powers.get(root, 0) for powers in terms) < 0 < max(powers.get(root, 0) for powers in terms)
        for root in roots
    )


def _within(node: Node, move: Callable[[Node, Node], Node | None]) -> Node:
    """A move applied to a quotient, also to one behind a minus sign, in a product or in a sum."""
    match node:
        case Negate(arg):
            inner = _within(arg, move)
            return node if inner == arg else tidy(Negate(inner))
        case Product() | Sum():
            inner = rebuild(node, lambda part: _within(part, move))
            return node if inner == node else tidy(inner)
        case Quotient(top, bottom):
            found = move(top, bottom)
            return node if found is None else found
    return node


def _canceled(top: Node, bottom: Node) -> Node | None:
    """Factors that every term of the numerator shares with the denominator, taken away from both."""
    if not isinstance(top, Sum):
        return None
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
    return tidy(_over(plus(*(_node(term) for term in terms)), _node(below)))


def _cleared(top: Node, bottom: Node) -> Node | None:
    """A quotient whose sums have fractions in them, 1/(x (1 + 1/x)), without these where that is shorter."""
    node = Quotient(top, bottom)
    factors = factors_of(node)
    for base, power in list(factors.powers.items()):
        if isinstance(base, Sum) and power.denominator == 1:
            terms = [factors_of(term) for term in base.terms]
            below = {b: least for term in terms for b in term.powers if (least := _least(b, terms)) < 0}
            if not below:
                continue
            for term in terms:
                for b, least in below.items():
                    term.powers[b] = term.powers.get(b, Fraction(0)) - least
            del factors.powers[base]
            factors.add(plus(*(_node(term) for term in terms)), power)
            for b, least in below.items():
                factors.add(b, least * power)
    after = tidy(_node(factors))
    shorter = size(after), _quotients(after)
    return after if shorter < (size(node), _quotients(node)) else None


def _quotients(node: Node) -> int:
    return sum(isinstance(part, Quotient) for part in walk(node))


def _reduced(top: Node, bottom: Node) -> Node | None:
    """A number that all terms of the denominator share with the numerator, taken away from both."""
    if isinstance(top, Sum) or not isinstance(bottom, Sum):
        return None
    above, below = factors_of(top), [factors_of(term) for term in bottom.terms]
    number = Fraction(gcd(above.number.numerator, *(term.number.numerator for term in below)))
    if number == 1 or any(f.number.denominator != 1 for f in (above, *below)):
        return None
    for factors in (above, *below):
        factors.number /= number
    return tidy(_over(_node(above), plus(*map(_node, below))))


def _least(base: Node, terms: Sequence[Factors]) -> Fraction:
    """The lowest power of a base in some terms, 0 for an exponential, which stays above the line."""
    return Fraction(0) if is_atom(base) else min(term.powers.get(base, Fraction(0)) for term in terms)


def _shared(base: Node, terms: Sequence[Factors], below: Factors) -> Fraction:
    """The power of a base that cancels; a negative one clears a fraction from the numerator."""
    zero = Fraction(0)
    least = min(term.powers.get(base, zero) for term in terms)
    if least < 0:
        return zero if is_atom(base) else least
    return min(least, max(below.powers.get(base, zero), zero))


def _common_number(terms: list[Factors], below: Factors) -> Fraction:
    """The number that leaves coprime whole coefficients above and below."""
    numbers = [factors.number for factors in (*terms, below)]
    return Fraction(gcd(*(n.numerator for n in numbers)), lcm(*(n.denominator for n in numbers)))


def _multiplied(top: Node, bottom: Node) -> Node | None:
    """The numerator multiplied out, else the denominator, where it gets shorter by that."""
    for k, part in enumerate((top, bottom)):
        out = _out(part, more=1) if isinstance(part, Sum) and not shares_brackets(part) else None
        if out is not None:
            return tidy(_over(bottom=bottom, top=out) if k == 0 else _over(top, out))
    return None


def _out(node: Node, more: int = 0) -> Node | None:
    """A sum multiplied out, where it gets shorter by that, and by so many terms longer at most; a polynomial
    in names may have more of them.
    """
    for out in _spread(node):
        few = _count(out) <= _count(unsigned(node)) + more
        simpler = is_polynomial(polynomial(out), names(out)) or _quotients(out) < _quotients(node)
        if size(out) < size(node) and (few or (more and simpler)):
            return out
    return None


def _spread(node: Node) -> Iterator[Node]:
    """A sum as a polynomial of its parts, and as one of their powers, with roots and fractions among them."""
    with suppress(TooLong):
        yield tidy(written(polynomial(node)))
    if isinstance(node, Sum):
        terms = [term for part in node.terms for term in _multiplied_through(part)]
        yield tidy(plus(*terms))


def _multiplied_through(term: Node) -> list[Node]:
    """The terms of a product in which one factor is a sum."""
    factors = factors_of(term)
    sums = [base for base, power in factors.powers.items() if isinstance(base, Sum) and power == 1]
    if len(sums) != 1:
        return [term]
    (inner,) = sums
    del factors.powers[inner]
    front = factors.node()
    assert isinstance(inner, Sum)
    return [times(front, part, style="juxtaposed") for part in inner.terms]


def _count(node: Node) -> int:
    return len(node.terms) if isinstance(node, Sum) else 1


def _over(top: Node, bottom: Node) -> Node:
    return top if bottom == Number(Fraction(1)) else Quotient(top, bottom)


def _node(factors: Factors) -> Node:
    factors.powers = {base: power for base, power in factors.powers.items() if power}
    return factors.node()


ROUNDS = 3
MOVES = (("cancel", _canceled), ("expand", _multiplied), ("clear", _cleared), ("cancel", _reduced))
