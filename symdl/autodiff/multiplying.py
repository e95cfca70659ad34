"""This module multiplies sums of matrix products out, into terms: scalars in front, arrays in a chain.

In `A x xᵀ B x` the inner product `xᵀ B x` is a scalar, which stands in front: products of matrices may be
bracketed at will. What a scalar is made of is left as it was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symdl.autodiff.associating import ROW, rank_of
from symdl.autodiff.moving import Facts
from symdl.autodiff.terms import Powers, Term, common, joined
from symdl.core.algebra import constant_of
from symdl.core.matrix_patterns import row
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ZERO,
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
    Transpose,
    plus,
    times,
)  # fmt: skip

MOST = 200  # terms of a sum that is still multiplied out


class Unwritten(Exception):
    """A formula that is no sum of matrix products, or too long to be multiplied out."""


@dataclass(frozen=True)
class Terms:
    """What takes formulas apart where the ranks of names are known."""

    facts: Facts

    def of(self, node: Node) -> list[Term]:
        """The terms of a formula, multiplied out, equal ones counted.

        >>> from symdl.formula.tree import number
        >>> A, x = Name("A"), Name("x")
        >>> twice = times(number(2), plus(times(A, x, style="juxtaposed"), x), style="juxtaposed")
        >>> facts = Facts(ranks={A: 2, x: 1})
        >>> [to_plain(term.node) for term in Terms(facts).of(plus(twice, Negate(x)))]
        ['2 A x', 'x']
        """
        return self.counted(self._terms(node))

    def counted(self, terms: Sequence[Term]) -> list[Term]:
        """Terms that differ in their number alone as one."""
        found: dict[tuple[Powers, tuple[Node, ...]], Fraction] = {}
        for term in terms:
            plain = self._plain(term)
            key = plain.scalars, plain.chain
            found[key] = found.get(key, Fraction(0)) + plain.number
        return [Term(count, *key) for key, count in found.items() if count]

    def _terms(self, node: Node) -> list[Term]:
        rank = rank_of(node, self.facts)
        if rank is None:
            raise Unwritten
        if not rank:
            return [self._scalar(node)]
        match node:
            case Sum(terms):
                if any(rank_of(term, self.facts) != rank for term in terms):
                    raise Unwritten
                return [part for term in terms for part in self._terms(term)]
            case Negate(arg):
                return [replace(term, number=-term.number) for term in self._terms(arg)]
            case Transpose(arg):
                return [self._turned(term) for term in self._terms(arg)]
            case Quotient(top, bottom) if not rank_of(bottom, self.facts):
                divisor = self._scalar(bottom).power(-1)
                return [divisor.times(term) for term in self._terms(top)]
            case Product(factors, styles) if "star" not in styles or self._one_array(factors):
                return self._multiplied(factors)
        return [Term(chain=(node,))]

    def _one_array(self, factors: Sequence[Node]) -> bool:
        return sum(rank_of(factor, self.facts) != 0 for factor in factors) == 1

    def _multiplied(self, factors: Sequence[Node]) -> list[Term]:
        found = [Term()]
        for factor in factors:
            inner = self._terms(factor)
            found = [left.times(right) for left in found for right in inner]
            if len(found) > MOST:
                raise Unwritten
        return found

    def _scalar(self, node: Node) -> Term:
        """A scalar as a number times powers of what is not taken further apart."""
        match node:
            case Number(value):
                return Term(value) if value else Term(Fraction(0))
            case Negate(arg):
                inner = self._scalar(arg)
                return replace(inner, number=-inner.number)
            case Quotient(top, bottom):
                return self._scalar(top).times(self._scalar(bottom).power(-1))
            case Power(Bars(arg), exponent) if constant_of(exponent) == 2 and rank_of(arg, self.facts) == 1:
                return self._scalar(times(Transpose(arg), arg, style="juxtaposed"))
            case Power(base, exponent) if (whole := constant_of(exponent)) and whole.denominator == 1:
                return self._scalar(base).power(int(whole))
            case Product(factors):
                return self._scalars(factors, "star" in node.styles)
            case Apply("sum", (inside,), ()) if rank_of(inside, self.facts) == 1:
                return self._total(node, inside)
            case Sum(terms) if (constant := [constant_of(term) for term in terms]) and None not in constant:
                return Term(sum((value for value in constant if value is not None), Fraction(0)))
        return Term(scalars=frozenset({(node, 1)}))

    def _scalars(self, factors: Sequence[Node], star: bool) -> Term:
        ranks = [rank_of(factor, self.facts) for factor in factors]
        if None in ranks or (star and any(ranks)):
            raise Unwritten
        total, chain = Term(), []
        for factor, rank in zip(factors, ranks, strict=True):
            if rank:
                chain.append(factor)
            else:
                total = total.times(self._scalar(factor))
        if not chain:
            return total
        inner = self._multiplied(chain)
        if len(inner) != 1:
            return total.times(Term(scalars=frozenset({(times(*chain, style="juxtaposed"), 1)})))
        return total.times(self._plain(inner[0]))

    def _total(self, node: Node, inside: Node) -> Term:
        """The sum of the entries of a square is an inner product."""
        match inside:
            case Power(base, exponent) if constant_of(exponent) == 2:
                return self._scalar(times(Transpose(base), base, style="juxtaposed"))
            case Product((one, other), ("star",)) if one == other:
                return self._scalar(times(Transpose(one), one, style="juxtaposed"))
        return Term(scalars=frozenset({(node, 1)}))

    def _turned(self, term: Term) -> Term:
        return replace(term, chain=tuple(self.turned(part) for part in reversed(term.chain)))

    def turned(self, node: Node) -> Node:
        """The transpose of a factor."""
        match node:
            case Transpose(arg):
                return arg
            case Name(text) if text in self.facts.symmetric:
                return node
            case _ if self.symmetric(node):
                return node
        return Transpose(node)

    def symmetric(self, node: Node) -> bool:
        """Whether a matrix is its own transpose by how it is written."""
        match node:
            case Name(text):
                return text in self.facts.symmetric
            case Apply("eye" | "diag"):
                return True
            case Apply("inv", (arg,)) | Negate(arg):
                return self.symmetric(arg)
            case Sum(terms):
                return all(map(self.symmetric, terms))
            case Product(factors, styles) if "star" not in styles:
                chain = [factor for factor in factors if rank_of(factor, self.facts)]
                n = len(chain)
                return all(self.turned(chain[k]) == chain[n - 1 - k] for k in range((n + 1) // 2))
        return False

    def _plain(self, term: Term) -> Term:
        """A term whose chain has no scalars and no identities in it."""
        chain = self._columns([self._settled(part) for part in term.chain])
        scalars = joined(term.scalars, frozenset())
        while (found := self._inner(chain)) is not None:
            start, stop = found
            scalars = joined(scalars, frozenset({(self._either_way(chain[start:stop]), 1)}))
            del chain[start:stop]
        others = [part for part in chain if not (isinstance(part, Apply) and part.function == "eye")]
        return Term(term.number, scalars, tuple(others or chain[:1]))

    def _columns(self, chain: Sequence[Node]) -> list[Node]:
        """A chain where a diagonal matrix does not stand beside ones: `diag(v) 1` is v."""
        found: list[Node] = []
        for part in chain:
            match found[-1:], part:
                case [Apply("diag", (entries,))], Apply("ones", (_,)) if rank_of(entries, self.facts) == 1:
                    found[-1] = entries
                case [Transpose(Apply("ones", (_,)))], Apply("diag", (entries,)) if (
                    rank_of(entries, self.facts) == 1
                ):
                    found[-1] = Transpose(entries)
                case _:
                    found.append(part)
        return found

    def _settled(self, part: Node) -> Node:
        return self.turned(part.arg) if isinstance(part, Transpose) else part

    def _inner(self, chain: Sequence[Node]) -> tuple[int, int] | None:
        """Where a row and the next column stand in a chain, with nothing but matrices between them."""
        ranks = [rank_of(part, self.facts) for part in chain]
        for stop, rank in enumerate(ranks):
            if rank == 1:
                start = next((k for k in range(stop - 1, -1, -1) if ranks[k] in (1, ROW)), None)
                if start is not None and ranks[start] == ROW:
                    return start, stop + 1
        return None

    def _either_way(self, chain: Sequence[Node]) -> Node:
        """A scalar and its transpose are one: the one with fewer transposes in it."""
        ways = (tuple(chain), tuple(self.turned(part) for part in reversed(chain)))
        best = min(
            ways, key=lambda way: (sum(isinstance(p, Transpose) for p in way), [to_plain(p) for p in way])
        )
        return times(*best, style="juxtaposed")

    def written(self, terms: Sequence[Term]) -> Node:
        """The sum of some terms, what all have in common in front of it."""
        if len(terms) < 2:
            return terms[0].node if terms else ZERO
        shared = common(terms)
        inverse = shared.power(-1)
        inside = [inverse.times(term) for term in terms]
        whole = plus(*(term.node for term in sorted(inside, key=lambda term: term.negative)))
        if shared == Term():
            return whole
        front = shared.node
        size = front.arg if isinstance(front, Negate) else front
        product = times(*row(size), whole, style="juxtaposed")
        return Negate(product) if isinstance(front, Negate) else product
