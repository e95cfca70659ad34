"""This module finishes the reading of an answer: primes of library functions become their derivatives."""

from __future__ import annotations

from symdl.core.function import POINTWISE
from symdl.core.op import OUTPUT
from symdl.errors import FormulaError
from symdl.formula.scope import free_names
from symdl.formula.tree import Apply, Index, Node, Partial, Product, Slice, rebuild, substitute, times
from symdl.registry import nearest


def without_primes(node: Node) -> Node:
    """The tree with `sigmoid'(z)` written out as the derivative of the sigmoid at z.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Name
    >>> to_plain(without_primes(Apply("exp'", (Name("z"),))))
    'exp(z)'
    """
    node = rebuild(node, without_primes)
    if not isinstance(node, Apply) or not node.function.endswith("'"):
        return node
    op = POINTWISE.get(node.function.rstrip("'"))
    if op is None or len(op.params) != len(node.args) or node.function.endswith("''"):
        known = nearest(node.function.rstrip("'"), list(POINTWISE))
        raise FormulaError("formula.no_derivative", function=node.function, nearest=known)
    values: dict[str, Node] = dict(zip(op.params, node.args, strict=True))
    values.setdefault(OUTPUT, Apply(op.key, node.args))
    return substitute(_entrywise(op.partial_body(0)), values)


def _entrywise(body: Node) -> Node:
    """The body of an op, whose products are entry by entry, with every product written so."""
    if isinstance(body, Product):
        return times(*map(_entrywise, body.factors))
    return rebuild(body, _entrywise)


def by_entry(node: Node) -> Node:
    """The tree with `∂L/∂z_i`, the derivative by an entry with a letter, as that entry of `∂L/∂z`."""
    match node:
        case Partial(of, (Index(base, places),)) if any(map(_lettered, places)):
            return Index(Partial(of, (base,)), places)
        case Partial():
            return node
    return rebuild(node, by_entry)


def _lettered(place: Node | Slice) -> bool:
    return not isinstance(place, Slice) and bool(free_names(place))
