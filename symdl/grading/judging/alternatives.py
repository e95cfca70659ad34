"""This module reads an answer in the ways that its writer may have meant where the strict one fails.

A product of a column and a row is one product under any sign; two columns side by side can only mean entry
by entry; `a @ M` of NumPy takes the vector as a row; `|v|` may be meant entry by entry, `dot(A, B)` as a
product of matrices. An answer gets another reading only where that one is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symdl.formula.tree import Apply, Bars, Node, Number, Power, Product, Style, Transpose, rebuild

Change = Callable[[Node], Node]


def unfitting(node: Node) -> Iterator[Node]:
    """Other readings of a formula whose shapes do not fit."""
    for powers in (_repeated("star"), _repeated("juxtaposed")):
        yield from _others(node, (powers,))
    products = (_styled("star", "juxtaposed"), _styled("juxtaposed", "star"))
    yield from _others(node, (_outer, *products, _rowed, _multiplied, _inner))


def differing(node: Node) -> Iterator[Node]:
    """Other readings of a formula that is not the right one."""
    yield from _others(node, (_sized, _multiplied))


def _others(node: Node, changes: tuple[Change, ...]) -> Iterator[Node]:
    for change in changes:
        other = _everywhere(node, change)
        if other != node:
            yield other


def _everywhere(node: Node, change: Change) -> Node:
    return change(rebuild(node, lambda part: _everywhere(part, change)))


def _styled(old: Style, new: Style) -> Change:
    def changed(node: Node) -> Node:
        if not isinstance(node, Product) or old not in node.styles:
            return node
        return Product(node.factors, tuple(new if style == old else style for style in node.styles))

    return changed


def _repeated(style: Style) -> Change:
    """A small power as a product, for that of a square matrix can be meant in two ways."""

    def changed(node: Node) -> Node:
        match node:
            case Power(base, Number(value)) if value in (2, 3, 4) and not isinstance(base, Number):
                return Product((base,) * int(value), (style,) * (int(value) - 1))
        return node

    return changed


def _outer(node: Node) -> Node:
    """A star before a row as the product of a column and a row."""
    if not isinstance(node, Product):
        return node
    rows = [isinstance(factor, Transpose) for factor in node.factors[1:]]
    styles: tuple[Style, ...] = tuple(
        "juxtaposed" if row else style for row, style in zip(rows, node.styles, strict=True)
    )
    return Product(node.factors, styles)


def _rowed(node: Node) -> Node:
    """`a @ M` with the vector a as a row; the result is a vector again."""
    if isinstance(node, Product) and node.styles[0] == "at":
        left, right, *rest = node.factors
        row = Transpose(Product((Transpose(left), right), ("juxtaposed",)))
        return Product((row, *rest), node.styles[1:]) if rest else row
    return node


def _inner(node: Node) -> Node:
    """`u @ v` of two vectors as NumPy takes it."""
    if not isinstance(node, Product) or "at" not in node.styles:
        return node
    rows = [*(style == "at" for style in node.styles), False]
    factors = tuple(Transpose(f) if row else f for f, row in zip(node.factors, rows, strict=True))
    return Product(factors, node.styles)


def _sized(node: Node) -> Node:
    return Apply("abs", (node.arg,)) if isinstance(node, Bars) else node


def _multiplied(node: Node) -> Node:
    match node:
        case Apply("dot", (left, right), ()):
            return Product((left, right), ("at",))
    return node
