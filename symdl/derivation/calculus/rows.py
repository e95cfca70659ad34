"""This module holds the rows of a step: the forms of a formula, each with what it is."""

from __future__ import annotations

from collections.abc import Sequence

from symdl.formula.tree import Node, Product, rebuild

Rows = tuple[tuple[str, Node], ...]


def distinct(rows: Sequence[tuple[str, Node]]) -> Rows:
    """Rows without repetitions: no line where nothing changes.

    >>> from symdl.formula.tree import ONE, TWO
    >>> [kind for kind, _ in distinct([("line", ONE), ("drop_one", ONE), ("result", TWO)])]
    ['line', 'result']
    """
    return tuple(row for k, row in enumerate(rows) if k == 0 or row[1] != rows[k - 1][1])


def regrouped(node: Node, scalars: bool = False) -> Node:
    """A formula without the brackets of products in products of their kind, which say nothing; among scalars
    all products are of one kind.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Name, times
    >>> a, b, c = map(Name, "abc")
    >>> to_plain(regrouped(times(a, times(b, c, style="juxtaposed"), style="juxtaposed")))
    'a b c'
    """
    node = rebuild(node, lambda part: regrouped(part, scalars))
    if not isinstance(node, Product):
        return node
    kinds = {style for part in (node, *node.factors) if isinstance(part, Product) for style in part.styles}
    if not scalars and len(kinds) > 1:
        return node
    factors: list[Node] = []
    for factor in node.factors:
        factors.extend(factor.factors if isinstance(factor, Product) else (factor,))
    return Product(tuple(factors), (node.styles[0] if not scalars else "juxtaposed",) * (len(factors) - 1))
