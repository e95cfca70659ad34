"""This module holds the moves that tidy a derivative: factors gathered, powers joined, terms counted.

They work on scalar formulas, beside the moves of `rewriting`, which also keep the order of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from symdl.autodiff.moving import Facts, Form, move, moved
from symdl.autodiff.rewriting import MOVES
from symdl.core.algebra import constant_of, ratio, signed
from symdl.core.elementary import ELEMENTARY
from symdl.core.polynomials import TooLong, is_polynomial, polynomial, written
from symdl.formula.tree import (
    Apply,
    Bars,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    children,
    names,
    number,
    plus,
    size,
    times,
)  # fmt: skip

MAX_TERMS = 8  # of a sum that is still multiplied out
KEPT = frozenset({"seed", "drop_zero", "drop_one", "signs"})


@dataclass
class Factors:
    """A product as a number and bases with exponents; `divided` where it was written as a quotient."""

    number: Fraction = Fraction(1)
    powers: dict[Node, Fraction] = field(default_factory=dict)
    divided: bool = False

    def add(self, node: Node, exponent: Fraction = Fraction(1)) -> None:
        """Multiply by a power of a formula, taken apart into its factors where that is allowed."""
        whole = exponent.denominator == 1
        match node:
            case Number(value) if whole and (value or exponent > 0):
                self.number *= value ** int(exponent)
            case Negate(arg) if whole:
                self.number *= Fraction(-1) ** int(exponent)
                self.add(arg, exponent)
            case Product(factors) if whole:
                for factor in factors:
                    self.add(factor, exponent)
            case Quotient(top, bottom) if whole:
                self.divided = self.divided or constant_of(bottom) is None
                self.add(top, exponent)
                self.add(bottom, -exponent)
            case Power(base, power) if constant_of(power) is not None and (whole or isinstance(base, Name)):
                self._count(base, exponent * (constant_of(power) or 0))
            case _:
                self._count(node, exponent)

    def _count(self, base: Node, exponent: Fraction) -> None:
        if comes_apart(base) and exponent.denominator == 1:
            self.add(base, exponent)
            return
        self.powers[base] = self.powers.get(base, Fraction(0)) + exponent
        if isinstance(base, Apply) and base.function == "sqrt" and abs(self.powers[base]) >= 2:
            whole = int(self.powers[base] / 2)
            self.powers[base] -= 2 * whole
            self.add(base.args[0], Fraction(whole))
        if isinstance(base, Bars) or (isinstance(base, Apply) and base.function in ("sign", "abs")):
            self._signed(base.arg if isinstance(base, Bars) else base.args[0])

    def _signed(self, arg: Node) -> None:
        """The sign of a number over its size is one over the number."""
        sign = Apply("sign", (arg,))
        for size_of in (Apply("abs", (arg,)), Bars(arg)):
            if self.powers.get(sign, 0) >= 1 and self.powers.get(size_of, 0) <= -1:
                self.powers[sign] -= 1
                self.powers[size_of] += 1
                self.add(arg, Fraction(-1))

    def node(self) -> Node:
        """The product as it is written: number, names, functions, sums; a minus in front of all."""
        above = [(b, e) for b, e in self.powers.items() if e > 0 or (e < 0 and not self.divided)]
        below = [(b, -e) for b, e in self.powers.items() if e < 0 and self.divided]
        top, bottom = abs(self.number.numerator), self.number.denominator
        body = _product(top, above) if below or bottom == 1 else _weighted(Fraction(top, bottom), above)
        if below:
            body = Quotient(body, _product(bottom, below))
        return Negate(body) if self.number < 0 else body


def comes_apart(base: Node) -> bool:
    """Whether a whole power of a formula is the product of the powers of its parts."""
    if isinstance(base, Power):
        return (constant_of(base.exponent) or Fraction(1, 2)).denominator == 1
    return isinstance(base, Number | Negate | Product | Quotient) and constant_of(base) != 0


def _product(coefficient: int, powers: list[tuple[Node, Fraction]]) -> Node:
    factors = [_power(b, e) for b, e in sorted(powers, key=lambda pair: _rank(pair[0]))]
    return times(
        *([number(coefficient)] if coefficient != 1 or not factors else []), *factors, style="juxtaposed"
    )


def _weighted(coefficient: Fraction, powers: list[tuple[Node, Fraction]]) -> Node:
    front = ratio(coefficient)
    factors = [_power(b, e) for b, e in sorted(powers, key=lambda pair: _rank(pair[0]))]
    return times(front, *factors, style="juxtaposed")


def _power(base: Node, exponent: Fraction) -> Node:
    return base if exponent == 1 else Power(base, signed(exponent))


def _rank(base: Node) -> int:
    """The place of a factor: names first, then powers, functions, and sums last."""
    match base:
        case Name():
            return 0
        case Sum():
            return 3
        case Apply():
            return 2
    return 1


def _gather(node: Node, facts: Facts) -> Node:
    """Factors counted: numbers in front, equal bases joined, common ones canceled."""
    if _plain_fraction(node) or not (isinstance(node, Product | Quotient) or _power_of_parts(node)):
        return node
    factors = factors_of(node)
    return factors.node() if factors.number else number(0)


def _power_of_parts(node: Node) -> bool:
    """Whether a node is a whole power of a product, of a power or of a root: (2 x)^2, (x^2)^3, sqrt(x)^2."""
    match node:
        case Power(Number()):
            return False
        case Power(Apply("sqrt", _, ()), exponent):
            return abs(constant_of(exponent) or Fraction(0)) >= 2
        case Power(base, exponent):
            value = constant_of(exponent)
            return value is not None and value.denominator == 1 and comes_apart(base)
    return False


def _plain_fraction(node: Node) -> bool:
    return isinstance(node, Quotient) and all(
        isinstance(part, Number) and part.value.denominator == 1 for part in children(node)
    )


def _arithmetic(node: Node, facts: Facts) -> Node:
    """Numbers in a sum are added: 3 - 1 is 2."""
    if not isinstance(node, Sum):
        return node
    values = [rational(term) for term in node.terms]
    if sum(value is not None for value in values) < 2:
        return node
    rest = [term for term, value in zip(node.terms, values, strict=True) if value is None]
    total = sum((value for value in values if value is not None), Fraction(0))
    return plus(*rest, *([signed(total)] if total or not rest else []))


def rational(node: Node) -> Fraction | None:
    """The value of a number, a fraction of two, or minus one of these; None of anything else."""
    match node:
        case Negate(arg):
            value = rational(arg)
            return None if value is None else -value
        case Quotient(top, bottom):
            above, below = rational(top), rational(bottom)
            return above / below if above is not None and below else None
    return constant_of(node)


def _collect(node: Node, facts: Facts) -> Node:
    """Equal terms of a sum are counted, whatever the order of their factors."""
    if not isinstance(node, Sum):
        return node
    counted: dict[object, list[Node]] = {}
    for k, term in enumerate(node.terms):
        counted.setdefault(k if rational(term) is not None else _key(term), []).append(term)
    if len(counted) == len(node.terms):
        return node
    kept = [part for terms in counted.values() for part in _counted(terms)]
    return plus(*kept) if kept else number(0)


def _counted(terms: list[Node]) -> list[Node]:
    """Terms that differ in their number alone, as one; none where they cancel."""
    if len(terms) == 1:
        return terms
    first, *others = (factors_of(term) for term in terms)
    first.number += sum((other.number for other in others), Fraction(0))
    return [first.node()] if first.number else []


def factors_of(node: Node) -> Factors:
    """A formula as a number times powers."""
    factors = Factors()
    factors.add(node)
    return factors


def _key(term: Node) -> object:
    """What a term is but for its number."""
    return frozenset((base, e) for base, e in factors_of(term).powers.items() if e)


def _flat(node: Node, facts: Facts) -> Node:
    """A sum inside a sum, without its brackets; a minus goes to each of its terms."""
    if not isinstance(node, Sum):
        return node
    terms: list[Node] = []
    for term in node.terms:
        match term:
            case Sum(inner):
                terms.extend(inner)
            case Negate(Sum(inner)):
                terms.extend(t.arg if isinstance(t, Negate) else Negate(t) for t in inner)
            case _:
                terms.append(term)
    return Sum(tuple(terms))


def _drop_power(node: Node, facts: Facts) -> Node:
    match node:
        case Power(base, exponent) if constant_of(exponent) == 1:
            return base
        case Power(_, exponent) if constant_of(exponent) == 0:
            return number(1)
    return node


def _special(node: Node, facts: Facts) -> Node:
    """Functions at numbers where the value is rational: sin(0) is 0."""
    if not isinstance(node, Apply) or node.function not in ELEMENTARY or len(node.args) != 1:
        return node
    value = constant_of(node.args[0])
    exact = None if value is None else ELEMENTARY[node.function].exact(value)
    return node if exact is None or exact.denominator != 1 else signed(exact)


GATHERING = (
    *(known for known in MOVES if known.key in KEPT),
    move("special", _special, Apply),
    move("arithmetic", _arithmetic, Sum),
    move("collect", _collect, Sum),
    move("drop_power", _drop_power, Power),
    move("brackets", _flat, Sum),
    move("gather", _gather, Product, Quotient, Power),
)
SILENT = frozenset({"drop_zero", "drop_one", "arithmetic", "drop_power"})


def gathered(node: Node) -> Iterator[Form]:
    """The forms of a scalar formula, move after move, until nothing changes.

    >>> from symdl.formula.plain import to_plain
    >>> [to_plain(form.node) for form in gathered(times(Name("x"), number(2), Name("x")))]
    ['2 x^2']
    """
    return moved(node, GATHERING)


def told(node: Node) -> tuple[Form, ...]:
    """The forms worth a line of their own: dropping a zero or a one is not, a sign always is."""
    forms = list(gathered(node))
    return tuple(form for form in forms if form.rule not in SILENT or form is forms[-1])


def condensed(node: Node) -> Node:
    """A scalar formula after all these moves."""
    return [node, *(form.node for form in gathered(node))][-1]


def multiplied_out(node: Node) -> Node:
    """A scalar formula after all these moves, a polynomial multiplied out too."""
    return expanded(condensed(node))


def expanded(node: Node) -> Node:
    """A polynomial multiplied out, where that stays short; any other formula as it is."""
    try:
        poly = polynomial(node)
    except TooLong:
        return node
    if not is_polynomial(poly, names(node)):
        return node
    out = written(poly)
    terms = len(out.terms) if isinstance(out, Sum) else 1
    return out if terms <= MAX_TERMS and size(out) <= 4 * size(node) else node
