"""This module takes transposes: `(w dᵀ)ᵀ` is `d wᵀ`, where that is no longer."""

from __future__ import annotations

from symdl.autodiff.associating import rank_of
from symdl.autodiff.moving import Facts, bare
from symdl.core.matrix_patterns import t
from symdl.formula.tree import Apply, Name, Node, Product, Style, Transpose, size

SAME = frozenset({"diag", "trace", "sum", "mean"})  # of a matrix and of its transpose


def taken(node: Node, facts: Facts) -> Node:
    """A transposed product as the product of the transposes the other way round; a diagonal, a trace and the
    sum of all entries of a transposed matrix as those of the matrix.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import times
    >>> w, d = Name("w"), Name("d")
    >>> outer = Transpose(times(w, Transpose(d), style="juxtaposed"))
    >>> to_plain(taken(outer, Facts(ranks={w: 1, d: 1})))
    'd w.T'
    """
    match node:
        case Apply(function, (arg,), ()) if function in SAME and isinstance(bare(arg), Transpose):
            inner = bare(arg)
            assert isinstance(inner, Transpose)
            return Apply(function, (inner.arg,)) if rank_of(inner.arg, facts) == 2 else node
        case Transpose(arg) if isinstance(bare(arg), Product):
            product = bare(arg)
            assert isinstance(product, Product)
            return _reversed(node, product, facts)
    return node


def _reversed(node: Transpose, product: Product, facts: Facts) -> Node:
    ranks = [rank_of(factor, facts) for factor in product.factors]
    if "star" in product.styles or None in ranks or rank_of(product, facts) in (0, None):
        return node
    scalars = [factor for factor, rank in zip(product.factors, ranks, strict=True) if rank == 0]
    arrays = [factor for factor, rank in zip(product.factors, ranks, strict=True) if rank != 0]
    power = len(arrays) == 2 and arrays[0] == arrays[1] and isinstance(arrays[0], Name)
    style: Style = "at" if set(product.styles) == {"at"} else "juxtaposed"
    factors = (*scalars, *(t(bare(factor)) for factor in reversed(arrays)))
    made = Product(factors, (style,) * (len(factors) - 1)) if len(factors) > 1 else factors[0]
    return made if size(made) < size(node) or power else node
