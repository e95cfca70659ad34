"""This module knows the ranks of formulas, and with them which brackets in a product say nothing.

`(A ⊙ B) ⊙ C` is `A ⊙ B ⊙ C` and `(Xᵀ D) X` is `Xᵀ D X`; the inner product in `A (xᵀ y)` keeps its brackets.
"""

from __future__ import annotations

from collections.abc import Container

from symdl.autodiff.moving import TOTALS, Facts
from symdl.core.function import POINTWISE
from symdl.formula.tree import (
    Apply,
    Bars,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Slice,
    Style,
    Sum,
    Transpose,
    names,
    rebuild,
)  # fmt: skip

SQUARE = ("eye", "diag", "inv", "adjugate", "cofactors")  # functions whose value is a square matrix
ROW = -1  # the rank of a transposed vector


def rank_of(node: Node, facts: Facts) -> int | None:
    """The number of axes of a formula, `ROW` for a transposed vector, None where that is not known.

    >>> from symdl.formula.tree import Name, number, times
    >>> facts = Facts(ranks={Name("A"): 2, Name("x"): 1})
    >>> x, row = Name("x"), Transpose(Name("x"))
    >>> [rank_of(times(*f, style="juxtaposed"), facts) for f in ((Name("A"), x), (row, x), (x, row))]
    [1, 0, 2]
    >>> rank_of(Power(number(2), Name("A")), facts)
    2
    """
    known = facts.ranks.get(node) if isinstance(node, Name | Index | Partial) else None
    if known is not None:
        return known
    if isinstance(node, Name) and node.text in facts.sizes:
        return 0
    match node:
        case Number() | Bars():
            return 0
        case Negate(arg):
            return rank_of(arg, facts)
        case Power(base, exponent):
            arrays = any(facts.ranks.get(Name(name)) for name in names(exponent))
            return _widest([rank_of(base, facts), rank_of(exponent, facts) if arrays else 0])
        case Partial(of, (by,), _):
            return rank_of(by, facts) if rank_of(of, facts) == 0 else None
        case Transpose(arg):
            rank = rank_of(arg, facts)
            return -rank if rank in (1, ROW) else rank
        case Index(base, subscripts):
            whole = rank_of(base, facts)
            fixed = sum(not isinstance(part, Slice) for part in subscripts)
            return None if whole is None else max(0, whole - fixed)
        case Sum(parts):
            return _widest([rank_of(part, facts) for part in parts])
        case Quotient(top, bottom):
            return _widest([rank_of(top, facts), rank_of(bottom, facts)])
        case Apply(function, args, keywords):
            return _of_call(function, [rank_of(arg, facts) for arg in args], bool(keywords))
        case Product(factors, styles):
            return _of_product([rank_of(factor, facts) for factor in factors], styles)
    return None


def _widest(ranks: list[int | None]) -> int | None:
    return None if None in ranks else max((rank for rank in ranks if rank is not None), key=abs)


def _of_call(function: str, ranks: list[int | None], keywords: bool) -> int | None:
    if function in SQUARE:
        return 2
    if function in ("det", "logdet"):
        return 0
    if function == "ones":
        return len(ranks)
    if function in TOTALS:
        return None if keywords else 0
    if function == "roll":
        return ranks[0]
    return _widest(ranks) if function in POINTWISE and not keywords else None


def _of_product(ranks: list[int | None], styles: tuple[Style, ...]) -> int | None:
    total = ranks[0]
    for rank, style in zip(ranks[1:], styles, strict=True):
        if total is None or rank is None:
            return None
        if style == "star" or 0 in (total, rank):
            total = _widest([total, rank])
        else:
            total = {(2, 2): 2, (2, 1): 1, (ROW, 2): ROW, (ROW, 1): 0, (1, ROW): 2}.get((total, rank))
    return total


def associated(node: Node, facts: Facts, tidy: Container[int] = ()) -> Node:
    """A formula without the brackets that a product keeps around its first or any other part for nothing.

    `tidy` are the identities of parts that have no such brackets any more.
    """
    if isinstance(node, Partial) or id(node) in tidy:
        return node
    node = rebuild(node, lambda child: associated(child, facts, tidy))
    if not isinstance(node, Product) or not any(isinstance(factor, Product) for factor in node.factors):
        return node
    factors: list[Node] = []
    styles: list[Style] = []
    for k, factor in enumerate(node.factors):
        around = {*node.styles[max(k - 1, 0) : k + 1]}
        if k:
            styles.append(node.styles[k - 1])
        if isinstance(factor, Product) and _opens(factor, k, around, facts):
            factors.extend(factor.factors)
            styles.extend(factor.styles)
        else:
            factors.append(factor)
    return node if len(factors) == len(node.factors) else Product(tuple(factors), tuple(styles))


def _opens(inner: Product, k: int, around: set[Style], facts: Facts) -> bool:
    """Whether a product inside a product may stand there without brackets."""
    if "star" in around or "star" in inner.styles:
        return around == {"star"} == {*inner.styles}
    rank = rank_of(inner, facts)
    parts = [rank_of(factor, facts) for factor in inner.factors]
    if rank is None or any(isinstance(factor, Number | Negate) for factor in inner.factors[not k :]):
        return False
    if rank == 0 or (k and 0 in parts):
        return set(parts) == {0}
    return True
