"""This module multiplies neighboring diagonal matrices: `diag(a) diag(b)` is `diag(a ⊙ b)`."""

from __future__ import annotations

from symdl.autodiff.associating import rank_of
from symdl.autodiff.moving import Facts
from symdl.formula.tree import TWO, Apply, Node, Power, Product, times


def one_diagonal(node: Node, facts: Facts) -> Node:
    """A product of matrices with the entries of neighboring diagonal matrices multiplied, equal ones squared.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> from symdl.formula.tree import Name
    >>> chain = read_formula("A diag(t) diag(r) diag(t)", Scope(frozenset("Atr"), frozenset({"diag"})))
    >>> to_plain(one_diagonal(chain, Facts(ranks={Name("t"): 1, Name("r"): 1})))
    'A diag(t^2 * r)'
    """
    if not isinstance(node, Product) or "star" in node.styles:
        return node
    row: list[Node] = []
    factors = _in_a_row(node, facts)
    for factor in factors:
        match row[-1:], factor:
            case [Apply("diag", (left,))], Apply("diag", (right,)) if (
                rank_of(left, facts) == rank_of(right, facts) == 1
            ):
                row[-1] = Apply("diag", (_entries(left, right),))
            case _:
                row.append(factor)
    return node if len(row) == len(factors) else times(*row, style="juxtaposed")


def _in_a_row(node: Product, facts: Facts) -> list[Node]:
    """The factors of a product, those of products that are matrices among them."""
    found: list[Node] = []
    for factor in node.factors:
        if isinstance(factor, Product) and "star" not in factor.styles and rank_of(factor, facts) == 2:
            found.extend(_in_a_row(factor, facts))
        else:
            found.append(factor)
    return found


def _entries(left: Node, right: Node) -> Node:
    """Two columns entry by entry; a factor of both is a square."""
    found = _factors(left)
    for factor in _factors(right):
        if factor in found:
            found[found.index(factor)] = Power(factor, TWO)
        else:
            found.append(factor)
    return times(*found)


def _factors(entries: Node) -> list[Node]:
    if isinstance(entries, Product) and set(entries.styles) == {"star"}:
        return list(entries.factors)
    return [entries]
