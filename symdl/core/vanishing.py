"""This module multiplies with logarithms: where the other factor is 0, `0 log 0` counts as 0, its limit.

One-hot targets and distributions with zeros need it: in `y log(y / p)` a class of probability 0 adds nothing.
A product with a logarithm is therefore one op of the weight and of what stands under the logarithm. It is
printed as it is written; what it computes says where it vanishes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symdl.core.algebra import product, total
from symdl.core.differentiation import differentiate
from symdl.core.op import Pointwise, pointwise
from symdl.core.value import Constant, Row, Value
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Bars,
    Compare,
    Name,
    Negate,
    Node,
    Product,
    Quotient,
    Sum,
    children,
    names,
    plus,
    rebuild,
    times,
)  # fmt: skip

if TYPE_CHECKING:
    from symdl.core.building import Builder
LOGARITHMS = frozenset({"log", "ln", "log2", "log10"})


@dataclass(frozen=True, slots=True)
class Logarithm:
    """A logarithm on its way into a product, or a sum of logarithms; `parts` stand under them."""

    node: Node
    parts: tuple[Value, ...]


def logarithm(builder: Builder, node: Node) -> Logarithm | None:
    """A factor as a logarithm, where it is one of a quantity."""
    if not _logarithmic(node):
        return None
    parts = tuple(builder.value(part) for part in _under(node))
    return None if all(isinstance(part, Constant) for part in parts) else Logarithm(node, parts)


def weighted(builder: Builder, weight: Value, log: Logarithm, first: bool) -> Value:
    """The product entry by entry of a weight and a logarithm; `first` where the logarithm is written first.

    A quantity that stands in it twice, as in `p log(p)`, is one argument: the derivative is `log(p) + 1`.
    """
    values = [weight, *log.parts]
    once = list(dict.fromkeys(values))

    def body(pieces: list[Node]) -> Node:
        own, *rest = (pieces[once.index(value)] for value in values)
        found = _with(log.node, iter(rest))
        return times(found, own) if first else times(own, found)

    return builder.entrywise("multiply", body, once, vanishing)


def fits(builder: Builder, weight: Value, log: Logarithm) -> bool:
    """Whether one of both factors is a scalar, so that however they are multiplied it is entry by entry."""
    shapes = [(v.var if isinstance(v, Row) else builder.variable(v)).shape for v in (weight, *log.parts)]
    return not shapes[0] or not any(shapes[1:])


def vanishing(key: str, params: tuple[str, ...], written: Node) -> Pointwise:
    """The op of a product of a weight and logarithms, in this order or the other.

    >>> from symdl.formula.plain import to_plain
    >>> op = vanishing("multiply", ("w", "u"), times(Name("w"), Apply("log", (Name("u"),))))
    >>> op, to_plain(op.partial_body(1))
    (multiply(w, u) = w * log(u), 'w/u')
    """
    assert isinstance(written, Product)
    weight, log = written.factors if _logarithmic(written.factors[1]) else written.factors[::-1]
    body: Node = written
    for edge in filter(names, _edges(log)):
        both = Bars(edge) if weight == edge else Sum((Bars(weight), Bars(edge)))
        body = Apply("where", (Compare("=", both, ZERO), ZERO, body))
    slopes = {name: _times(weight, differentiate(_apart(log), name)) for name in params}
    taught = {
        name: total(log, _canceled(slope)) if weight == Name(name) else slope
        for name, slope in slopes.items()
    }
    return pointwise(key, params, body, taught, written)


def edges(op: Pointwise) -> Iterator[Node]:
    """What is 0 where a product with a logarithm counts as 0 although the logarithm is infinite.

    >>> from symdl.formula.plain import to_plain
    >>> op = vanishing("multiply", ("w", "u"), times(Name("w"), Apply("log", (Name("u"),))))
    >>> list(map(to_plain, edges(op)))
    ['|w| + |u|']
    """
    body = op.body
    while op.written is not None and body != op.written:
        assert isinstance(body, Apply)
        condition, _, body = body.args
        assert isinstance(condition, Compare)
        yield condition.left


def _logarithmic(node: Node) -> bool:
    match node:
        case Apply(function, (_,), ()):
            return function in LOGARITHMS
        case Negate(arg):
            return _logarithmic(arg)
        case Sum(terms):
            return all(map(_logarithmic, terms))
    return False


def _logarithms(node: Node) -> Iterator[Apply]:
    """The logarithms of a logarithmic factor, not those within their arguments."""
    if isinstance(node, Apply):
        yield node
        return
    for child in children(node):
        yield from _logarithms(child)


def _parts(log: Apply) -> tuple[Node, ...]:
    """What stands under a logarithm: numerator and denominator, or one quantity."""
    (arg,) = log.args
    return (arg.numerator, arg.denominator) if isinstance(arg, Quotient) else (arg,)


def _under(node: Node) -> Iterator[Node]:
    for log in _logarithms(node):
        yield from _parts(log)


def _edges(node: Node) -> Iterator[Node]:
    """What is 0 where a logarithm is infinite."""
    for log in _logarithms(node):
        yield times(*(part for part in _parts(log) if names(part)))


def _with(node: Node, parts: Iterator[Node]) -> Node:
    """A logarithmic factor with other quantities under its logarithms."""
    if not isinstance(node, Apply):
        return rebuild(node, lambda child: _with(child, parts))
    (arg,) = node.args
    inner = Quotient(next(parts), next(parts)) if isinstance(arg, Quotient) else next(parts)
    return Apply(node.function, (inner,))


def _apart(node: Node) -> Node:
    """The logarithm of a quotient as the difference of logarithms."""
    if not isinstance(node, Apply):
        return rebuild(node, _apart)
    logs = [Apply(node.function, (part,)) for part in _parts(node)]
    return plus(logs[0], Negate(logs[1])) if len(logs) == 2 else node


def _times(weight: Node, slope: Node) -> Node:
    """A weight times the derivative of a logarithm, as one fraction."""
    match slope:
        case Negate(arg):
            return Negate(_times(weight, arg))
        case Quotient(top, bottom):
            return Quotient(product(weight, top), bottom)
    return product(weight, slope)


def _canceled(slope: Node) -> Node:
    """A fraction of equals is one: the derivative of log(p) times p, where it has a value."""
    return ONE if isinstance(slope, Quotient) and slope.numerator == slope.denominator else slope
