"""This module holds the moves that take a logarithm apart: of a quotient, a product, a power, a root, exp."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.autodiff.moving import Facts, Form, move, moved
from symdl.formula.tree import (
    TWO,
    Apply,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Repeat,
    Sum,
    times,
)  # fmt: skip


def log(node: Node) -> Node:
    """The natural logarithm of a formula."""
    return Apply("log", (node,))


def _inside(node: Node) -> Node | None:
    """What stands in a logarithm, None for any other formula."""
    return node.args[0] if isinstance(node, Apply) and node.function == "log" else None


def _quotient(node: Node, facts: Facts) -> Node:
    match _inside(node):
        case Quotient(Number(value), bottom) if value == 1:
            return Negate(log(bottom))
        case Quotient(top, bottom):
            return Sum((log(top), Negate(log(bottom))))
    return node


def _product(node: Node, facts: Facts) -> Node:
    match _inside(node):
        case Product(factors) if all(map(_loses_its_log, factors)):
            return Sum(tuple(map(log, factors)))
        case Repeat("prod", body, index, start, stop) if _loses_its_log(body):
            return Repeat("sum", log(body), index, start, stop)
    return node


def _loses_its_log(node: Node) -> bool:
    """Whether the logarithm of a factor is simpler than the factor: of a power, of exp."""
    return isinstance(node, Power) or (isinstance(node, Apply) and node.function == "exp")


def _root(node: Node, facts: Facts) -> Node:
    match _inside(node):
        case Apply("sqrt", (inner,)):
            return Quotient(log(inner), TWO)
    return node


def _power(node: Node, facts: Facts) -> Node:
    match _inside(node):
        case Power(base, exponent) if not isinstance(exponent, Number):
            return times(exponent, log(base), style="juxtaposed")
    return node


def _exponential(node: Node, facts: Facts) -> Node:
    match _inside(node):
        case Apply("exp", (inner,)):
            return inner
    return node


def _negated(node: Node, facts: Facts) -> Node:
    """The minus before a bracket goes to its terms where that takes one away; what is added comes first."""
    match node:
        case Negate(Sum(terms)) if any(isinstance(term, Negate) for term in terms):
            turned = [term.arg if isinstance(term, Negate) else Negate(term) for term in terms]
            return Sum(tuple(sorted(turned, key=lambda term: isinstance(term, Negate))))
    return node


def _flat(node: Node, facts: Facts) -> Node:
    """A difference within a sum, without its brackets."""
    if not isinstance(node, Sum):
        return node
    terms = [part for term in node.terms for part in (term.terms if isinstance(term, Sum) else (term,))]
    return Sum(tuple(terms))


MOVES = (
    move("log_quotient", _quotient, Apply),
    move("log_product", _product, Apply),
    move("brackets", _flat, Sum),
    move("log_power", _power, Apply),
    move("log_root", _root, Apply),
    move("log_exp", _exponential, Apply),
    move("signs", _negated, Negate),
)


def taken_apart(node: Node) -> Iterator[Form]:
    """The forms of a formula with logarithms, move after move, until nothing changes.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Name
    >>> [to_plain(form.node) for form in taken_apart(log(Power(Name("p"), Name("t"))))]
    ['t log(p)']
    """
    return moved(node, MOVES)
