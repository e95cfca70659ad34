"""This module holds the moves that tidy a derivative: factors gathered, powers joined, terms counted.

They work on scalar formulas, beside the moves of `rewriting`, which also keep the order of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symdl.autodiff import squares
from symdl.autodiff.factors import comes_apart, factors_of, rational
from symdl.autodiff.moving import Facts, Form, move, moved
from symdl.autodiff.rewriting import MOVES
from symdl.core.algebra import constant_of, signed
from symdl.core.elementary import ELEMENTARY
from symdl.core.polynomials import TooLong, is_polynomial, polynomial, written
from symdl.formula.tree import (
    Apply,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names,
    number,
    plus,
    size,
)  # fmt: skip

MAX_TERMS = 8  # of a sum that is still multiplied out
KEPT = frozenset({"seed", "drop_zero", "drop_one", "signs"})


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
    """Whether nothing is to be gathered in a fraction: 1/2, x/2, x^2/2."""
    match node:
        case Quotient(Number(above), Number(below)):
            return above.denominator == below.denominator == 1
        case Quotient(Name() | Sum() | Power(Name() | Sum(), Number()), Number(below)):
            return below.denominator == 1
    return False


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
        case Power(Number(value), Number(exponent)) if value in (0, 1) and exponent > 0:
            return node.base
    return node


def _root_squared(node: Node, facts: Facts) -> Node:
    """The square of a root is what stands under it."""
    match node:
        case Power(Apply("sqrt", (under,), ()), exponent) if constant_of(exponent) == 2:
            return under
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
    *squares.moves(),
    move("drop_power", _drop_power, Power),
    move("brackets", _flat, Sum),
    move("root_squared", _root_squared, Power),
    move("gather", _gather, Product, Quotient, Power),
)
PLAIN = tuple(known for known in GATHERING if known.key not in squares.KEYS)
SILENT = frozenset({"drop_zero", "drop_one", "arithmetic", "drop_power"})


def gathered(node: Node) -> Iterator[Form]:
    """The forms of a scalar formula, move after move, until nothing changes.

    >>> from symdl.formula.plain import to_plain
    >>> x = Name("x")
    >>> [to_plain(form.node) for form in gathered(Product((x, number(2), x), ("star", "star")))]
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


def tidy(node: Node) -> Node:
    """A scalar formula after these moves but for those that know how functions go together."""
    return [node, *(form.node for form in moved(node, PLAIN))][-1]


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
