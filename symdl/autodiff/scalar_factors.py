"""This module moves the scalars of an array formula: to the front of a product, together in a quotient.

`A (1/s x)` is `1/s A x`, and `q s/(s²)²` is `q/s³`; which factors are scalars is known from their ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symdl.autodiff.associating import rank_of
from symdl.autodiff.moving import Facts
from symdl.core.algebra import constant_of
from symdl.formula.tree import (
    ONE,
    Apply,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Transpose,
    number,
    size,
    times,
)  # fmt: skip
from symdl.formula.walking import walk


def scalars_out(node: Node, facts: Facts) -> Node:
    """Scalar factors inside a matrix product, a sum of entries or a shift, stand in front of the whole."""
    match node:
        case Apply("sum" | "roll" as function, (inside, *others), keywords):
            scalars, rest = _split(inside, facts)
            call = Apply(function, (rest, *others), keywords)
            return times(*scalars, call, style="juxtaposed") if scalars else node
        case Transpose():
            scalars, rest = _split(node, facts)
            return times(*scalars, rest, style="juxtaposed") if scalars else node
    if not isinstance(node, Product) or "star" in node.styles:
        return node
    front: list[Node] = []
    kept: list[Node] = [node.factors[0]]
    for factor in node.factors[1:]:
        scalars, rest = _split(factor, facts)
        front.extend(scalars)
        kept.append(rest)
    return times(*front, *kept, style="juxtaposed") if front else node


def _split(factor: Node, facts: Facts) -> tuple[list[Node], Node]:
    """The scalars in front of a product of arrays or of its transpose, and the product without them."""
    if isinstance(factor, Transpose):
        scalars, rest = _split(factor.arg, facts)
        return scalars, Transpose(rest) if scalars else factor
    if not isinstance(factor, Product) or "star" in factor.styles or not rank_of(factor, facts):
        return [], factor
    count = 0
    while rank_of(factor.factors[count], facts) == 0 and not isinstance(factor.factors[count], Number):
        count += 1
    return [*factor.factors[:count]], times(*factor.factors[count:], style="juxtaposed")


def scalars_first(node: Node, facts: Facts) -> Node:
    """A scalar that a rule has put behind a gradient stands in front of it: `s δ` for `δ s`."""
    if not isinstance(node, Product) or "star" in node.styles:
        return node
    ranks = [rank_of(factor, facts) for factor in node.factors]
    if None in ranks or not ranks[0] or 0 not in ranks or not _holds_gradient(node):
        return node
    scalars = [factor for factor, rank in zip(node.factors, ranks, strict=True) if rank == 0]
    arrays = [factor for factor, rank in zip(node.factors, ranks, strict=True) if rank != 0]
    return times(*scalars, *arrays, style="juxtaposed")


def _holds_gradient(node: Node) -> bool:
    return any(isinstance(part, Partial) for part in walk(node))


def without_ones(node: Node, facts: Facts) -> Node:
    """A scalar times an array of ones, multiplied entry by entry, is the scalar in front."""
    if not isinstance(node, Product) or set(node.styles) != {"star"}:
        return node
    for k, factor in enumerate(node.factors):
        match factor:
            case Product((*scalars, Apply("ones", args)), _) if "star" not in factor.styles:
                rest = times(*node.factors[:k], *node.factors[k + 1 :])
                if rank_of(rest, facts) == len(args) and all(rank_of(s, facts) == 0 for s in scalars):
                    return times(*scalars, rest, style="juxtaposed")
    return node


def canceled(node: Node, facts: Facts) -> Node:
    """The scalars in front of a product as one fraction, where that is shorter: equal factors above and below
    cancel, and powers of powers become one power.
    """
    match node:
        case Quotient() if rank_of(node, facts) == 0:
            whole = _Fraction(facts, [node])
            return _shorter(node, whole.node()) if whole.merged else node
        case Product(factors, styles) if "star" not in styles or _all_scalars(factors, facts):
            count = 0
            while count < len(factors) and rank_of(factors[count], facts) == 0:
                count += 1
            if not any(isinstance(factor, Quotient) for factor in factors[:count]):
                return node
            scalars = _Fraction(facts, factors[:count])
            if scalars.merged:
                front = scalars.node()
                if isinstance(front, Negate):
                    return _shorter(node, Negate(times(front.arg, *factors[count:], style="juxtaposed")))
                return _shorter(node, times(front, *factors[count:], style="juxtaposed"))
    return node


def _all_scalars(factors: Sequence[Node], facts: Facts) -> bool:
    return all(rank_of(factor, facts) == 0 for factor in factors)


def _shorter(node: Node, made: Node) -> Node:
    return made if size(made) < size(node) else node


class _Fraction:
    """Scalars multiplied: a number, and bases with their powers; whether two of them have met."""

    def __init__(self, facts: Facts, factors: Sequence[Node]) -> None:
        self.facts, self.number, self.merged = facts, Fraction(1), False
        self.powers: dict[Node, Fraction] = {}
        for factor in factors:
            self.add(factor, 1)

    def add(self, node: Node, exponent: int) -> None:
        """Multiply by a power of a formula, taken apart as far as it is made of scalars."""
        match node:
            case Number(value) if value:
                self.number *= value**exponent
            case Negate(arg):
                self.number *= Fraction(-1) ** exponent
                self.add(arg, exponent)
            case Quotient(top, bottom):
                self.add(top, exponent)
                self.add(bottom, -exponent)
            case Product(factors) if self._is_scalars(node):
                for factor in factors:
                    self.add(factor, exponent)
            case Power(base, power) if (whole := constant_of(power)) is not None and whole.denominator == 1:
                self.merged |= isinstance(base, Power | Quotient | Negate) or self._is_scalars(base)
                self.add(base, exponent * int(whole))
            case Apply("sqrt", (arg,)) if not isinstance(arg, Number):
                self._meet(arg, Fraction(exponent, 2))
            case _:
                self._meet(node, Fraction(exponent))

    def _meet(self, base: Node, exponent: Fraction) -> None:
        self.merged |= base in self.powers
        self.powers[base] = self.powers.get(base, Fraction(0)) + exponent

    def _is_scalars(self, node: Node) -> bool:
        return isinstance(node, Product) and _all_scalars(node.factors, self.facts)

    def node(self) -> Node:
        """The fraction as it is written, a minus in front of it."""
        top, bottom = abs(self.number.numerator), self.number.denominator
        above = self._product(top, {base: e for base, e in self.powers.items() if e > 0})
        below = self._product(bottom, {base: -e for base, e in self.powers.items() if e < 0})
        body = above if below == ONE else Quotient(above, below)
        return Negate(body) if self.number < 0 else body

    def _product(self, coefficient: int, powers: dict[Node, Fraction]) -> Node:
        factors = [_power(base, exponent) for base, exponent in powers.items()]
        if coefficient != 1 or not factors:
            factors.insert(0, number(coefficient))
        return times(*factors, style="juxtaposed")


def _power(base: Node, exponent: Fraction) -> Node:
    if exponent.denominator == 2:
        return _power(Apply("sqrt", (base,)), exponent * 2)
    return base if exponent == 1 else Power(base, number(exponent))
