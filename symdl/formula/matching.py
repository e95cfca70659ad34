"""This module finds a pattern in a formula, whatever the order of its terms and factors.

A sum is a bag of signed terms and a product a bag of factors with a coefficient, so that
`-(t log p) - (1 - t) log(1 - p)` is an instance of `-(t log p + (1 - t) log(1 - p))`. Matrix products do not
commute: what is found is a candidate, and the caller compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

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
    children,
    number,
    plus,
    times,
)

Binding = Mapping[str, Node]
NOTHING: Binding = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Term:
    """A coefficient with its factors, those above the line and those below it."""

    coefficient: Fraction
    above: tuple[Node, ...] = ()
    below: tuple[Node, ...] = ()

    def scaled(self, factor: Fraction) -> Term:
        """The term with another coefficient."""
        return Term(self.coefficient * factor, self.above, self.below)


def matches(pattern: Node, node: Node, holes: frozenset[str], bound: Binding = NOTHING) -> Iterator[Binding]:
    """What the names in `holes` stand for, so that the pattern is the node; each way that there is.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> read = lambda text: read_formula(text, Scope(None, frozenset({"log"})))
    >>> [found] = matches(read("-(t*log(p) + 3)"), read("-3 - log(q)*s"), frozenset("tp"))
    >>> found == {"t": read("s"), "p": read("q")}
    True
    """
    hole = _hole(pattern, holes)
    if hole is not None:
        name, coefficient = hole
        value = _divided(node, coefficient)
        if name not in bound:
            yield {**bound, name: value}
        elif same(bound[name], value):
            yield bound
        return
    if isinstance(pattern, Sum | Product | Quotient | Negate | Number):
        yield from _bags(terms(pattern), terms(node), holes, bound)
        return
    if type(pattern) is not type(node) or _head(pattern) != _head(node):
        return
    yield from _in_order(children(pattern), children(node), holes, bound)


def same(one: Node, other: Node) -> bool:
    """Whether two formulas differ in the order of terms and factors alone."""
    return any(True for _ in matches(one, other, frozenset()))


def _hole(pattern: Node, holes: frozenset[str]) -> tuple[str, Fraction] | None:
    """The name and the coefficient of a pattern that is x, -x or 2 x."""
    match pattern:
        case Name(text) if text in holes:
            return text, Fraction(1)
        case Negate() | Product():
            term = _term(pattern)
            if len(term.above) == 1 and not term.below and isinstance(term.above[0], Name):
                return (term.above[0].text, term.coefficient) if term.above[0].text in holes else None
    return None


def _opposite(node: Node) -> Node:
    """A formula with the other sign; how its factors stand is kept."""
    match node:
        case Negate(arg):
            return arg
        case Sum(items):
            return Sum(tuple(map(_opposite, items)))
        case Quotient(top, bottom):
            return Quotient(_opposite(top), bottom)
        case Product((Number(value), *others), styles):
            return Product((number(-value), *others), styles)
        case Number(value):
            return number(-value)
    return Negate(node)


def _divided(node: Node, coefficient: Fraction) -> Node:
    if abs(coefficient) == 1:
        return node if coefficient == 1 else _opposite(node)
    return plus(*(written(term.scaled(1 / coefficient)) for term in terms(node)))


def partly(pattern: Node, node: Sum, holes: frozenset[str]) -> Iterator[tuple[Binding, tuple[Node, ...]]]:
    """The pattern as some of the terms of a sum, with the terms that are left."""
    wanted = terms(pattern)
    single = [item for item in node.terms if len(terms(item)) == 1]
    if len(wanted) < len(node.terms):
        for bound, rest in _some(wanted, tuple(_term(item) for item in single), holes, {}):
            kept = list(rest)
            left = []
            for item in node.terms:
                if item not in single:
                    left.append(item)
                elif _term(item) in kept:
                    kept.remove(_term(item))
                    left.append(item)
            yield bound, tuple(left)


def terms(node: Node) -> tuple[Term, ...]:
    """The signed terms of a formula, those of sums within sums among them."""
    match node:
        case Sum(items):
            return tuple(term for item in items for term in terms(item))
        case Negate(arg):
            return tuple(t.scaled(Fraction(-1)) for t in terms(arg))
    return (_term(node),)


def _term(node: Node) -> Term:
    match node:
        case Number(value):
            return Term(value)
        case Negate(arg):
            return _term(arg).scaled(Fraction(-1))
        case Product(factors):
            found = [_term(factor) for factor in factors]
            coefficient = Fraction(1)
            for part in found:
                coefficient *= part.coefficient
            above = tuple(factor for part in found for factor in part.above)
            return Term(coefficient, above, tuple(factor for part in found for factor in part.below))
        case Quotient(top, bottom):
            over, under = _term(top), _term(bottom)
            if under.coefficient:
                return Term(
                    over.coefficient / under.coefficient, over.above + under.below, over.below + under.above
                )
    return Term(Fraction(1), (node,))


def written(term: Term) -> Node:
    """A term as a formula."""
    size = abs(term.coefficient)
    above = [factor for factor in term.above] if size == 1 and term.above else [number(size), *term.above]
    node: Node = times(*above)
    for factor in term.below:
        node = Quotient(node, factor)
    return Negate(node) if term.coefficient < 0 else node


def _head(node: Node) -> object:
    """What a node is, apart from the nodes below it."""
    match node:
        case Apply(function, args, keywords):
            return function, len(args), tuple(key for key, _ in keywords)
        case Name(text):
            return text
        case Power():
            return None
    parts = [getattr(node, name) for name in node.__dataclass_fields__]
    return tuple(part for part in parts if isinstance(part, str)), len(children(node))


def _in_order(
    patterns: tuple[Node, ...], nodes: tuple[Node, ...], holes: frozenset[str], bound: Binding
) -> Iterator[Binding]:
    if not patterns and not nodes:
        yield bound
    elif patterns and nodes:
        for found in matches(patterns[0], nodes[0], holes, bound):
            yield from _in_order(patterns[1:], nodes[1:], holes, found)


def _bags(
    wanted: tuple[Term, ...], there: tuple[Term, ...], holes: frozenset[str], bound: Binding
) -> Iterator[Binding]:
    if len(wanted) == len(there):
        yield from (found for found, _ in _some(wanted, there, holes, bound))


def _some(
    wanted: tuple[Term, ...], there: tuple[Term, ...], holes: frozenset[str], bound: Binding
) -> Iterator[tuple[Binding, tuple[Term, ...]]]:
    """Each wanted term as one of those there; what is bound, and the terms that are left."""
    if not wanted:
        yield bound, there
        return
    for k, term in enumerate(there):
        for found in _one(wanted[0], term, holes, bound):
            yield from _some(wanted[1:], there[:k] + there[k + 1 :], holes, found)


def _one(pattern: Term, term: Term, holes: frozenset[str], bound: Binding) -> Iterator[Binding]:
    if pattern.below and not term.below and isinstance(pattern.below[0], Name):
        name, ratio = pattern.below[0].text, pattern.coefficient / term.coefficient if term.coefficient else 0
        if len(pattern.below) == 1 and name in holes and name not in bound and ratio > 0:
            yield from _factors(pattern.above, term.above, holes, {**bound, name: number(ratio)})
        return
    if pattern.coefficient == 1 and len(pattern.above) == len(term.above) + 1 and not pattern.below:
        for k, factor in enumerate(pattern.above):  # a name for the number, as in alpha x
            if isinstance(factor, Name) and factor.text in holes and factor.text not in bound:
                named = {**bound, factor.text: number(term.coefficient)}
                yield from _factors(pattern.above[:k] + pattern.above[k + 1 :], term.above, holes, named)
    if pattern.coefficient != term.coefficient:
        return
    for found in _factors(pattern.above, term.above, holes, bound):
        yield from _factors(pattern.below, term.below, holes, found)


def _factors(
    patterns: tuple[Node, ...], nodes: tuple[Node, ...], holes: frozenset[str], bound: Binding
) -> Iterator[Binding]:
    if len(patterns) != len(nodes):
        return
    if not patterns:
        yield bound
        return
    for k, node in enumerate(nodes):
        for found in _factor(patterns[0], node, holes, bound):
            yield from _factors(patterns[1:], nodes[:k] + nodes[k + 1 :], holes, found)


def _factor(pattern: Node, node: Node, holes: frozenset[str], bound: Binding) -> Iterator[Binding]:
    """One factor by another; a factor in brackets is a sum again."""
    if isinstance(pattern, Sum):
        if isinstance(node, Sum):
            yield from _bags(terms(pattern), terms(node), holes, bound)
    else:
        yield from matches(pattern, node, holes, bound)
