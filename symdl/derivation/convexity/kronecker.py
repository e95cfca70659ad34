"""This module proves Hessians by a matrix positive semidefinite for all sizes, by Kronecker products.

With v the column of the entries of V, in either order, `vᵀ (A ⊗ B) v` is `tr(Vᵀ A V Bᵀ)`, A belonging to the
rows of V and B to its columns; where both factors are squares or covariances, so is the form (Horn & Johnson,
Topics in Matrix Analysis, section 4.2).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from symdl.core.dims import dim_names
from symdl.core.graph import Graph
from symdl.core.matrix_patterns import in_a_row, multiple, t
from symdl.derivation.convexity.judging import Signs, variance
from symdl.formula.tree import (
    ONE,
    TWO,
    Apply,
    Bars,
    Index,
    Name,
    Negate,
    Node,
    Power,
    Product,
    Quotient,
    Repeat,
    Slice,
    Sum,
    Transpose,
    plus,
    times,
)  # fmt: skip

Order = Literal["rows", "columns"]
Kind = Literal["squares", "variance", "ridge"]


def direction_name(taken: Collection[object]) -> str:
    """A name for the direction along which a matrix moves."""
    return next(name for name in ("V", "R", "Q", "direction") if name not in taken)


def stand_ins(graph: Graph) -> tuple[Name, Name]:
    """Names for any two matrices, which no quantity and no size has."""
    taken = {*graph.by_name, *dim_names(var.shape for var in graph.variables())}
    pairs = (("A", "B"), ("P", "Q"), ("C", "D"), ("K", "L"), ("A_1", "A_2"))
    first, second = next(pair for pair in pairs if not taken & set(pair))
    return Name(first), Name(second)


def vec(node: Node, order: str) -> Node:
    """The entries of a matrix as one column, row by row or column by column."""
    return Apply("vec", (Transpose(node) if order == "rows" else node,))


@dataclass(frozen=True)
class Form:
    """The quadratic form of a matrix direction as a sum of squares, and what the squares are."""

    form: Node
    kind: Kind


def by_samples(matrix: Node, order: Order, taken: Collection[object]) -> Node | None:
    """The Hessian of a softmax over the rows of a batch as a sum over its rows, None where it is not one.

    Each row k gives `x xᵀ ⊗ (diag(p) - p pᵀ)`, with x the row of the data and p that of the probabilities.
    """
    factors = in_a_row(matrix)
    for k in range(1, len(factors) - 1):
        left, inner, right = factors[k - 1 : k + 2]
        p, sides = _softmax_rows(inner, order), (_side(left, order), _side(right, order))
        if p is None or not isinstance(sides[1], Name) or sides[0] != Transpose(sides[1]):
            continue
        letter = next(name for name in ("k", "s", "q", "kappa") if name not in taken)
        chosen, covariance = (Index(of, (Name(letter), Slice())) for of in (sides[1], p))
        outer = times(chosen, Transpose(chosen), style="juxtaposed")
        spread = plus(
            Apply("diag", (covariance,)),
            Negate(times(covariance, Transpose(covariance), style="juxtaposed")),
        )
        pair = (outer, spread) if order == "rows" else (spread, outer)
        count = _count(inner, order)
        total: Node = Repeat("sum", Apply("kron", pair), letter, ONE, count)
        rest = [*factors[: k - 1], total, *factors[k + 2 :]]
        return times(*rest, style="juxtaposed")
    return None


def _side(node: Node, order: Order) -> Node | None:
    """The matrix that acts on the rows of the direction alone."""
    match node:
        case Apply("kron", (a, Apply("eye"))) if order == "rows":
            return a
        case Apply("kron", (Apply("eye"), a)) if order == "columns":
            return a
    return None


def _softmax_rows(node: Node, order: Order) -> Node | None:
    """P of the matrix that the softmax of rows has: a diagonal matrix less an outer product for each row."""
    match node:
        case Sum((Apply("diag", (Apply("vec", (p,)),)) as first, Negate(taken))):
            match in_a_row(taken):
                case [one, Apply("kron") as ones, other] if one == other == first and _of_ones(ones, order):
                    return t(p) if order == "rows" else p
    return None


def _of_ones(node: Apply, order: Order) -> bool:
    eye, ones = node.args if order == "rows" else node.args[::-1]
    match eye, ones:
        case Apply("eye"), Product((Apply("ones") as one, Transpose(other))):
            return one == other
    return False


def _count(node: Node, order: Order) -> Node:
    """How many rows the batch has."""
    assert isinstance(node, Sum) and isinstance(node.terms[1], Negate)
    kron = in_a_row(node.terms[1].arg)[1]
    assert isinstance(kron, Apply)
    eye = kron.args[0 if order == "rows" else 1]
    assert isinstance(eye, Apply)
    return eye.args[0]


def matrix_squares(matrix: Node, v: Name, order: Order, signs: Signs) -> Form | None:
    """The quadratic form of a Hessian by one matrix as a sum of squares, None where it is not recognized.

    >>> from symdl.formula.plain import to_plain
    >>> x = Name("x")
    >>> outer, eye = times(x, Transpose(x), style="juxtaposed"), Apply("eye", (Name("m"),))
    >>> signs = Signs({"x": (3,)}, {}, {})
    >>> to_plain(matrix_squares(Apply("kron", (eye, outer)), Name("V"), "rows", signs).form)
    '|V x|^2'
    """
    if isinstance(matrix, Sum):
        parts = [matrix_squares(term, v, order, signs) for term in matrix.terms]
        found = [part for part in parts if part is not None]
        if len(found) < len(parts):
            return None
        kinds = {part.kind for part in found}
        kind: Kind = "ridge" if "ridge" in kinds else "variance" if kinds == {"variance"} else "squares"
        return Form(plus(*(part.form for part in found)), kind)
    if isinstance(matrix, Quotient) and signs.nonnegative(matrix.denominator):
        inner = matrix_squares(matrix.numerator, v, order, signs)
        return None if inner is None else Form(Quotient(inner.form, matrix.denominator), inner.kind)
    factors = in_a_row(matrix)
    front = [factor for factor in factors if not _matrix_like(factor, signs)]
    rest = [factor for factor in factors if _matrix_like(factor, signs)]
    if not all(map(signs.nonnegative, front)):
        return None
    form = _squares(rest, v, order, signs)
    if form is None or not front:
        return form
    return Form(multiple(times(*front, style="juxtaposed"), form.form), form.kind)


def _matrix_like(node: Node, signs: Signs) -> bool:
    return (
        isinstance(node, Repeat)
        or (isinstance(node, Apply) and node.function == "kron")
        or signs.rank(node) > 0
    )


def _squares(factors: Sequence[Node], v: Name, order: Order, signs: Signs) -> Form | None:
    match factors:
        case [Apply("eye")]:
            return Form(Power(Bars(v), TWO), "ridge")
        case [Apply("diag", (Apply("vec", (weights,)),))]:
            weights = t(weights) if order == "rows" else weights
            return _weighted(weights, v, signs)
        case [Apply("kron", pair)]:
            rows, columns = pair if order == "rows" else pair[::-1]
            return _pair(rows, columns, v, signs)
        case [Repeat("sum", body, index, start, stop)]:
            inner = matrix_squares(body, v, order, signs)
            return None if inner is None else Form(Repeat("sum", inner.form, index, start, stop), inner.kind)
        case [Apply("kron", before), Apply("diag", (Apply("vec", (weights,)),)), Apply("kron", after)]:
            if before != tuple(map(t, after)) and before != tuple(map(_turned, after)):
                return None
            rows, columns = after if order == "rows" else after[::-1]
            weights = t(weights) if order == "rows" else weights
            return _weighted(weights, _around(rows, v, columns), signs)
    return None


def _turned(node: Node) -> Node:
    return node if isinstance(node, Apply) and node.function == "eye" else t(node)


def _weighted(weights: Node, along: Node, signs: Signs) -> Form | None:
    if not signs.nonnegative(weights):
        return None
    return Form(Apply("sum", (times(weights, Power(along, TWO)),)), "squares")


def _around(rows: Node, v: Node, columns: Node) -> Node:
    """`A V Bᵀ`, without identities."""
    left = [] if isinstance(rows, Apply) and rows.function == "eye" else [rows]
    right = [] if isinstance(columns, Apply) and columns.function == "eye" else [t(columns)]
    return times(*left, v, *right, style="juxtaposed")


def _pair(rows: Node, columns: Node, v: Name, signs: Signs) -> Form | None:
    """The form of a Kronecker product, by the factors of its rows and of its columns."""
    a, b = _root(rows), _root(columns)
    if a is not None and b is not None:
        return Form(Power(Bars(_around(a, v, b)), TWO), "squares")
    for weights, root, turned in ((rows, b, v), (columns, a, Transpose(v))):
        column = _column(root)
        if column is None:
            continue
        along = times(turned, column, style="juxtaposed")
        match weights:
            case Apply("diag", (r,)):
                return _weighted(r, along, signs)
            case Sum((Apply("diag", (p,)), Negate(Product((one, Transpose(other)), ("juxtaposed",))))) if (
                one == other == p and signs.distribution(p)
            ):
                return Form(variance(p, along), "variance")
    return None


def _root(node: Node) -> Node | None:
    """C of `Cᵀ C`, the row `xᵀ` of `x xᵀ`, the identity of itself."""
    match node:
        case Apply("eye"):
            return node
        case Product((left, right), ("juxtaposed",)) if left == t(right):
            return right
    return None


def _column(root: Node | None) -> Node | None:
    """X of the row `xᵀ`."""
    return root.arg if isinstance(root, Transpose) else None
