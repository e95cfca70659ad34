"""This module writes the sizes in calls as numbers where they are known: `reshape(p, 2, 2)`."""

from __future__ import annotations

from symdl.core.constants import exact_value
from symdl.formula.tree import Apply, Negate, Node, names, number, rebuild
from symdl.formula.walking import walk


def with_sizes(node: Node) -> Node:
    """A formula whose calls have sizes that round down worked out, as far as no name is in them.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Name, Sum, Quotient
    >>> half = Apply("floor", (Quotient(number(5), number(2)),))
    >>> to_plain(with_sizes(Apply("reshape", (Name("p"), Sum((half, number(1))), number(3)))))
    'reshape(p, 3, 3)'
    """
    node = rebuild(node, with_sizes)
    if not isinstance(node, Apply):
        return node
    args = tuple(_worked_out(arg) if k else arg for k, arg in enumerate(node.args))
    return node if args == node.args else Apply(node.function, args, node.keywords)


def _worked_out(node: Node) -> Node:
    if not any(isinstance(part, Apply) and part.function == "floor" for part in walk(node)):
        return node
    if names(node) or isinstance(node, Negate):
        return rebuild(node, _worked_out)
    value = exact_value(node)
    return node if value is None or value < 0 else number(value)
