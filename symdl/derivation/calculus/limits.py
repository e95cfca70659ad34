"""This module takes derivatives by definition: the limit of the difference quotient, as worked on the board.

Rational functions are multiplied out until `h` cancels; `limit_ways` holds the functions that need a
conjugate or a basic limit. A function is split into terms, each with a constant factor in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from symdl.core.algebra import constant_of
from symdl.core.polynomials import Polynomial, TooLong, polynomial, written
from symdl.derivation.calculus.rows import Rows
from symdl.errors import SymdlError
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    TWO,
    ZERO,
    Apply,
    Name,
    Negate,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    names,
    plus,
    substitute,
    times,
)  # fmt: skip

Worked = tuple[str, Rows]  # what a way rests on, and its rows
Way = Callable[["Part"], "Worked | None"]
Fraction = tuple[Polynomial, Polynomial]
LIMIT = "limit"  # of its first argument, as the second tends to the third
UNIT: Polynomial = {(): ONE.value}


class NoWay(SymdlError):
    """A term whose difference quotient is not worked out here."""

    def __init__(self, node: Node) -> None:
        super().__init__("problem.no_limit", formula=to_plain(node))


@dataclass(frozen=True)
class Part:
    """A term of a function: a constant factor, what stands behind it, the variable and its increment."""

    factor: Node
    body: Node
    x: str
    h: Name
    minus: bool = False  # taken away from the others, not added

    def moved(self, node: Node) -> Node:
        """A formula at `x + h`."""
        return substitute(node, {self.x: plus(Name(self.x), self.h)})

    def scaled(self, node: Node) -> Node:
        """A formula behind the constant factor."""
        match self.factor:
            case Negate(factor):
                return Negate(node if factor == ONE else times(factor, node, style="juxtaposed"))
        return node if self.factor == ONE else times(self.factor, node, style="juxtaposed")

    @property
    def whole(self) -> Node:
        """The term as it is."""
        return self.scaled(self.body)

    @property
    def quotient(self) -> Node:
        """Its difference quotient."""
        return Quotient(plus(self.moved(self.whole), Negate(self.whole)), self.h)


def limit(body: Node, h: Name) -> Node:
    """The limit of a formula as `h` tends to 0."""
    return Apply(LIMIT, (body, h, ZERO))


def spare_increment(taken: frozenset[str]) -> Name:
    """A letter for the increment that is not in use."""
    return Name(next(letter for letter in ("h", "t", "s", "k", "d", "epsilon") if letter not in taken))


def parts(formula: Node, x: str, h: Name) -> tuple[Part, ...]:
    """The terms of a function, all rational ones together."""
    rational: list[Node] = []
    others: list[Node] = []
    for term in formula.terms if isinstance(formula, Sum) else (formula,):
        (rational if _one_fraction(term, x) else others).append(term)
    found = [Part(ONE, plus(*rational), x, h)] if rational else []
    if len(found) + len(others) == 1:
        return (*found, *(_split(term, x, h) for term in others))
    signed = [(term.arg, True) if isinstance(term, Negate) else (term, False) for term in others]
    return (*found, *(replace(_split(term, x, h), minus=minus) for term, minus in signed))


def _one_fraction(term: Node, x: str) -> bool:
    """Whether a term is worked out as one fraction; a denominator that is constant comes out first."""
    found = fraction(term, x)
    return found is not None and (x in names(written(found[1])) or found[1].keys() <= {()})


def _split(term: Node, x: str, h: Name) -> Part:
    """A term as a constant factor and the rest."""
    match term:
        case Negate(arg):
            inner = _split(arg, x, h)
            return Part(Negate(inner.factor), inner.body, x, h)
        case Product(factors):
            fixed = [factor for factor in factors if x not in names(factor)]
            moving = [factor for factor in factors if x in names(factor)]
            if fixed and len(moving) == 1:
                return Part(times(*fixed, style="juxtaposed"), moving[0], x, h)
        case Quotient(top, bottom) if x not in names(bottom):
            return Part(Quotient(ONE, bottom), top, x, h)
    return Part(ONE, term, x, h)


def rational(part: Part) -> Worked | None:
    """Polynomials and their quotients: `h` cancels once the numerator is multiplied out."""
    found = fraction(part.whole, part.x)
    if found is None or not _one_fraction(part.whole, part.x):
        return None
    top, bottom = (written(poly) for poly in found)
    rows = _over_common(part, top, bottom) if part.x in names(bottom) else _multiplied_out(part)
    return "canceled", tuple(rows)


def _multiplied_out(part: Part) -> Iterator[tuple[str, Node]]:
    """What stands in both terms cancels, and every term that is left has a factor `h`."""
    after, before = (written(polynomial(node)) for node in (part.moved(part.whole), part.whole))
    yield "expand", Quotient(plus(*_terms(after), *map(_minus, _terms(before))), part.h)
    yield from change_over(part, plus(after, Negate(before)))


def change_over(part: Part, change: Node, *under: Node) -> Iterator[tuple[str, Node]]:
    """A change of a polynomial over `h` times something: multiplied out, `h` canceled, then `h` is 0."""
    change = written(polynomial(change))
    yield "limit_drop", Quotient(change, times(part.h, *under, style="juxtaposed"))
    rest = _divided(change, part.h)
    yield "limit_cancel", Quotient(rest, times(*under, style="juxtaposed")) if under else rest
    if not under:
        yield "limit_taken", at_zero(rest, part.h)


def _over_common(part: Part, top: Node, bottom: Node) -> Iterator[tuple[str, Node]]:
    """Both fractions over one denominator; the numerator multiplied out has a factor `h`."""
    first = bottom if top == ONE else times(part.moved(top), bottom, style="juxtaposed")
    second = part.moved(bottom) if top == ONE else times(top, part.moved(bottom), style="juxtaposed")
    under = (part.moved(bottom), bottom)
    change = plus(first, Negate(second))
    yield "limit_common", Quotient(change, times(part.h, *under, style="juxtaposed"))
    rows = list(change_over(part, change, *under))
    yield from rows
    rest = rows[-1][1]
    assert isinstance(rest, Quotient)
    yield "limit_taken", Quotient(at_zero(rest.numerator, part.h), Power(bottom, TWO))


def _divided(node: Node, h: Name) -> Node:
    """A polynomial in which every term has a factor `h`, without it."""
    return written({
        tuple((atom, e - (atom == h)) for atom, e in monomial if e - (atom == h)): c
        for monomial, c in polynomial(node).items()
    })  # fmt: skip


def at_zero(node: Node, h: Name) -> Node:
    """A polynomial at `h = 0`."""
    return written({m: c for m, c in polynomial(node).items() if all(atom != h for atom, _ in m)})


def fraction(node: Node, x: str) -> Fraction | None:
    """Numerator and denominator of a rational function of `x`, None for any other function."""
    try:
        found = _fraction(node)
    except TooLong:
        return None
    atoms = [] if found is None else [atom for poly in found for m in poly for atom, _ in m]
    strange = any(x in names(atom) and atom != Name(x) for atom in atoms)
    return None if strange else found


def _fraction(node: Node) -> Fraction | None:
    match node:
        case Quotient(top, bottom):
            return _joined((top, bottom), _divide)
        case Power(base, Negate(exponent)) if constant_of(exponent) is not None:
            return _joined((Power(base, exponent),), lambda found: (found[0][1], found[0][0]))
        case Negate(arg):
            return _joined((arg,), lambda found: (polynomial(Negate(written(found[0][0]))), found[0][1]))
        case Sum(terms):
            return _joined(terms, _total)
        case Product(factors):
            return _joined(factors, _product)
    return polynomial(node), UNIT


def _joined(nodes: tuple[Node, ...], join: Callable[[list[Fraction]], Fraction]) -> Fraction | None:
    found = [_fraction(node) for node in nodes]
    known = [each for each in found if each is not None]
    return join(known) if len(known) == len(found) else None


def _total(found: list[Fraction]) -> Fraction:
    top, bottom = found[0]
    for above, below in found[1:]:
        if below == bottom:
            top = polynomial(plus(written(top), written(above)))
        else:
            top = polynomial(
                plus(times(written(top), written(below)), times(written(above), written(bottom)))
            )
            bottom = _times(bottom, below)
    return top, bottom


def _divide(found: list[Fraction]) -> Fraction:
    (top, below), (bottom, above) = found
    return _times(top, above), _times(below, bottom)


def _product(found: list[Fraction]) -> Fraction:
    top, bottom = UNIT, UNIT
    for above, below in found:
        top, bottom = _times(top, above), _times(bottom, below)
    return top, bottom


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    return polynomial(times(written(left), written(right)))


def _terms(node: Node) -> tuple[Node, ...]:
    return node.terms if isinstance(node, Sum) else (node,)


def _minus(node: Node) -> Node:
    return node.arg if isinstance(node, Negate) else Negate(node)
