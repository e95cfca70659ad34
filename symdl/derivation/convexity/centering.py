"""This module finds the residual that a bias moves, and what is left of it with the best bias put in.

The condition by the bias says that the residuals add up to zero: the bias is the mean of what the weights
leave. Put in, it takes from every column of the residual its mean, by `C = I - 1 1ᵀ / N`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdl.core.algebra import negative, unsigned
from symdl.core.naming import dim_node
from symdl.derivation.convexity.judging import Signs
from symdl.formula.tree import (
    ONE,
    Apply,
    Name,
    Negate,
    Node,
    Product,
    Quotient,
    Sum,
    Transpose,
    names,
    plus,
    rebuild,
    times,
)  # fmt: skip
from symdl.formula.walking import walk


@dataclass(frozen=True)
class Shift:
    """A residual that a bias moves: its terms without the bias, and the number of samples."""

    residual: Node
    rest: Node
    count: Node
    column: bool  # one target for each sample
    turned: bool  # targets minus predictions

    @property
    def mean(self) -> Node:
        """The bias at which the residuals add up to zero."""
        turned = self.rest.terms if isinstance(self.rest, Sum) else (self.rest,)
        left = plus(*sorted(map(negative, turned), key=lambda term: isinstance(term, Negate)))
        ones = Apply("ones", (self.count,))
        added = Apply("sum", (left,)) if self.column else times(Transpose(left), ones, style="juxtaposed")
        return times(Quotient(ONE, self.count), added, style="juxtaposed")

    def centered(self, center: Name) -> Node:
        """The residual once the bias is put in."""
        body = times(center, self.rest, style="juxtaposed")
        return Negate(body) if self.turned else body

    @property
    def centering(self) -> Node:
        """The matrix that takes from every column its mean."""
        ones = Apply("ones", (self.count,))
        square = times(Quotient(ONE, self.count), ones, Transpose(ones), style="juxtaposed")
        return plus(Apply("eye", (self.count,)), Negate(square))


def shift(slope: Node, bias: str, signs: Signs) -> Shift | None:
    """The residual in a condition by a bias, None where there is not one that the bias moves as a whole."""
    found = {node for node in walk(slope) if isinstance(node, Sum) and bias in names(node)}
    outer = [node for node in found if not any(node != other and node in walk(other) for other in found)]
    if len(outer) != 1:
        return None
    (residual,) = outer
    terms = flattened(residual)
    moved = [term for term in terms if bias in names(term)]
    still = [term for term in terms if term not in moved]
    count = next((size for term in still if (size := _samples(term, signs)) is not None), None)
    column = signs.rank(Name(bias)) == 0
    if len(moved) != 1 or count is None or not (column or Apply("ones", (count,)) in walk(slope)):
        return None
    turned = isinstance(moved[0], Negate)
    if not _spread(unsigned(moved[0]), bias, count):
        return None
    rest = plus(*(map(negative, still) if turned else still))
    return Shift(residual, rest, count, column, turned)


def flattened(node: Node) -> list[Node]:
    """The terms of a sum of sums."""
    if isinstance(node, Sum):
        return [part for term in node.terms for part in flattened(term)]
    if isinstance(node, Negate) and isinstance(node.arg, Sum):
        return [negative(part) for part in flattened(node.arg)]
    return [node]


def _samples(term: Node, signs: Signs) -> Node | None:
    """The number of rows of a term, by the quantity it begins with."""
    match term:
        case Negate(arg):
            return _samples(arg, signs)
        case Product((first, *_), _):
            return _samples(first, signs)
        case Name(text) if signs.shapes.get(text):
            return dim_node(signs.shapes[text][0])
        case Transpose(Name(text)) if len(signs.shapes.get(text, ())) == 2:
            return dim_node(signs.shapes[text][1])
    return None


def _spread(term: Node, bias: str, count: Node) -> bool:
    """Whether a term is the bias beside every sample."""
    b, ones = Name(bias), Apply("ones", (count,))
    return term in (b, *(times(*pair, style="juxtaposed") for pair in ((b, ones), (ones, b))),
                    times(ones, Transpose(b), style="juxtaposed"))  # fmt: skip


def exchanged(node: Node, terms: Sequence[Node], new: Node) -> Node:
    """A formula with every sum of some terms exchanged."""
    if isinstance(node, Sum) and flattened(node) == list(terms):
        return new
    return rebuild(node, lambda part: exchanged(part, terms, new))
