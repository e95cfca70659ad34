"""This module takes out what all terms of a sum share: `x e^x + e^x` is `(x + 1) e^x`.

Whole positive powers are taken out, and what all terms have alike; what is left in brackets is multiplied
out where that is shorter. A polynomial in names that shares names alone stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd

from symdl.autodiff.factors import Factors, factors_of, is_atom, reordered
from symdl.autodiff.gathering import condensed, expanded, told
from symdl.autodiff.moving import Form
from symdl.core.algebra import unsigned
from symdl.core.polynomials import TooLong, is_polynomial, polynomial
from symdl.formula.tree import (
    Name,
    Negate,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    names,
    plus,
    size,
    times,
)  # fmt: skip
from symdl.formula.walking import walk

ZERO = Fraction(0)


def factored(node: Node) -> tuple[Form, ...]:
    """The forms in which the factors that the terms of a sum share come in front, each named by its move.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Apply
    >>> x, sine = Name("x"), Apply("sin", (Name("x"),))
    >>> [to_plain(form.node) for form in factored(plus(times(x, sine), Negate(sine)))]
    ['(x - 1) sin(x)']
    """
    shared = _within(node, _taken_out)
    if shared == node:
        return ()
    forms = [Form("common", shared), *told(shared)]
    shorter = _within(forms[-1].node, _shortest)
    if shorter != forms[-1].node:
        forms.append(Form("expand", shorter))
    return tuple(forms) if size(forms[-1].node) <= size(node) + 1 else ()


def finished(node: Node) -> tuple[Form, ...]:
    """The forms from a tidy derivative to the one that is handed in: a polynomial multiplied out unless its
    terms share a bracket, else what is shared in front.
    """
    if not shares_brackets(node) and (out := _spread(node)) != node:
        return (Form("expand", out),)
    forms = factored(node)
    if (positive := _signed_out(forms[-1].node if forms else node)) is not None:
        forms = (*forms, Form("signs", positive))
    return forms


def _signed_out(node: Node) -> Node | None:
    """A quotient whose numerator has nothing but minus signs, with one in front."""
    match node:
        case Quotient(Sum(terms), bottom) if all(isinstance(term, Negate) for term in terms):
            return Negate(Quotient(plus(*(unsigned(term) for term in terms)), bottom))
    return None


def _spread(node: Node) -> Node:
    """A polynomial multiplied out; a sum without brackets stays as it is, also after names and numbers."""
    return node if _is_flat(node) else expanded(node)


def _is_flat(node: Node) -> bool:
    match node:
        case Sum(terms):
            return not any(isinstance(part, Sum) for term in terms for part in walk(term))
        case Negate(arg) | Quotient(arg, Number()):
            return _is_flat(arg)
        case Product(factors):
            sums = [factor for factor in factors if any(isinstance(part, Sum) for part in walk(factor))]
            return len(sums) == 1 and isinstance(sums[0], Sum) and _is_flat(sums[0])
    return False


def shares_brackets(node: Node) -> bool:
    """Whether all terms of a sum have a bracket in common, which nobody multiplies out."""
    return isinstance(node, Sum) and any(isinstance(base, Sum) for base in _common(_terms(node)))


def _within(node: Node, move: Callable[[Sum, bool], Node], part: bool = False) -> Node:
    """A move applied to a sum, to one above a line, behind a minus sign or, as a part, among factors."""
    match node:
        case Sum():
            return move(node, part)
        case Negate(arg):
            return Negate(_within(arg, move, part))
        case Product(factors):
            return _joined([_within(factor, move, True) for factor in factors])
        case Quotient(top, bottom):
            return Quotient(_within(top, move, not isinstance(bottom, Number)), bottom)
    return node


def _joined(factors: Sequence[Node]) -> Node:
    """A product without brackets around the products in it."""
    parts = [p for factor in factors for p in (factor.factors if isinstance(factor, Product) else (factor,))]
    return times(*sorted(parts, key=lambda p: not isinstance(p, Number)), style="juxtaposed")


def _taken_out(node: Sum, part: bool = False) -> Node:
    """A sum with what its terms share in front, numbers alone where it is part of a product."""
    terms = _terms(node)
    common = _common(terms)
    if not common:
        opened = Sum(tuple(t if isinstance(t, Sum) else _within(t, _taken_out) for t in node.terms))
        if _common(_terms(opened)):
            return _taken_out(opened, part)
    if not common and not (part and abs(_content(terms)) != 1):
        return node
    if all(isinstance(base, Name) for base in common) and _is_polynomial(node) and not part:
        return node
    front = Factors(number=_content(terms), powers=dict(common), divided=any(p < 0 for p in common.values()))
    front.parted = any(factors.parted or factors.divided for factors in terms)
    front.over = {base for factors in terms for base in factors.over}
    for factors in terms:
        factors.number /= front.number
        for base, power in common.items():
            factors.powers[base] -= power
        factors.powers = {base: power for base, power in factors.powers.items() if power}
    parts = [factors.node() for factors in terms]
    if isinstance(parts[0], Negate):  # what stands in front has no minus, where there is such a term
        parts.sort(key=lambda part: isinstance(part, Negate))
    rest = plus(*(term for part in parts for term in (part.terms if isinstance(part, Sum) else (part,))))
    front.powers[rest] = Fraction(1)
    return front.node()


def _terms(node: Sum) -> list[Factors]:
    """The terms as numbers times powers; sums that differ in their order alone are one base."""
    terms, known = [factors_of(term) for term in node.terms], list[Sum]()
    for factors in terms:
        for base in [base for base in factors.powers if isinstance(base, Sum)]:
            same = next((one for one in known if reordered(one, base)), None)
            if same is None:
                known.append(base)
            elif same != base:
                factors.powers[same] = factors.powers.pop(base)
    return terms


def _common(terms: Sequence[Factors]) -> dict[Node, Fraction]:
    """The powers that all terms have: the lowest of whole positive ones, any that are alike."""
    found: dict[Node, Fraction] = {}
    for base in terms[0].powers:
        powers = [factors.powers.get(base, ZERO) for factors in terms]
        whole = all(power > 0 and power.denominator == 1 for power in powers) and not is_atom(base)
        if powers[0] and (whole or len(set(powers)) == 1):
            found[base] = min(powers)
    return found


def _content(terms: Sequence[Factors]) -> Fraction:
    """The number that whole coefficients share; a minus with it where all terms have one."""
    numbers = [factors.number for factors in terms]
    alike = len({abs(n) for n in numbers}) == 1
    whole = all(n.denominator == 1 for n in numbers)
    size_of = abs(numbers[0]) if alike else Fraction(gcd(*(int(n) for n in numbers)) if whole else 1)
    return -size_of if all(n < 0 for n in numbers) else size_of


def _is_polynomial(node: Node) -> bool:
    try:
        return is_polynomial(polynomial(node), names(node))
    except TooLong:
        return False


def _shortest(node: Sum, _: bool) -> Node:
    out = condensed(expanded(node))
    return out if size(out) < size(node) else node
