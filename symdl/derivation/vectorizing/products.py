"""This module multiplies matrices that act on the entries of a matrix in one column: Kronecker products,
diagonal matrices, columns and rows.

`(A ⊗ B)(C ⊗ D) = AC ⊗ BD` (Horn & Johnson, Topics in Matrix Analysis, lemma 4.2.10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdl.core.dims import Dim
from symdl.core.matrix_patterns import in_a_row, join, t
from symdl.core.naming import dim_node
from symdl.derivation.arranging import entry_by_entry, multiplied
from symdl.derivation.convexity.kronecker import Order
from symdl.derivation.vectorizing.shapes import Shapes
from symdl.formula.tree import ONE, Apply, Node, Product, Sum, Transpose, plus, rebuild, times
from symdl.formula.walking import walk


@dataclass(frozen=True)
class Products:
    """Products of formulas whose shapes are known; columns of entries are by rows or by columns."""

    shapes: Shapes
    order: Order

    def chained(self, node: Node) -> Node:
        """A formula with products of matrices in one row, Kronecker products multiplied factor by factor."""
        inner = rebuild(node, self.chained)
        if not isinstance(inner, Product) or "star" in inner.styles:
            return inner
        row: list[Node] = []
        for factor in inner.factors:
            for part in in_a_row(factor):
                row.append(part)
                while len(row) > 1 and (merged := self._merged(row[-2], row[-1])) is not None:
                    row[-2:] = [merged]
        front = [factor for factor in row if not self.shapes.of(factor)] if len(row) > 1 else []
        return times(*front, *(factor for factor in row if factor not in front), style="juxtaposed")

    def _merged(self, left: Node, right: Node) -> Node | None:
        """Two neighbors of a product as one: Kronecker products, diagonal matrices, numbers.

        A column `a ⊗ I` before a matrix M is `a ⊗ M`, as M is `1 ⊗ M`; a row behind it alike.
        """
        match left, right:
            case Apply("kron", (a, b)), Apply("kron", (c, d)) if self._fits(a, c) and self._fits(b, d):
                return Apply("kron", (multiplied(a, c), multiplied(b, d)))
            case Apply("diag", (a,)), Apply("diag", (b,)):
                return Apply("diag", (times(a, b),))
            case Apply("kron", (a, Apply("eye"))), _ if len(self.shapes.of(a)) == 1 and self.shapes.of(right):
                return Apply("kron", (a, right))
            case Apply("kron", (Apply("eye"), b)), _ if len(self.shapes.of(b)) == 1 and self.shapes.of(right):
                return Apply("kron", (right, b))
            case _, Apply("kron", (a, Apply("eye"))) if self.shapes.is_row(a) and self.shapes.of(left):
                return Apply("kron", (a, left))
            case _, Apply("kron", (Apply("eye"), b)) if self.shapes.is_row(b) and self.shapes.of(left):
                return Apply("kron", (left, b))
        return right if left == ONE else None

    def vec(self, node: Node) -> Node:
        """The column of the entries of an array; a vector is one."""
        if len(self.shapes.of(node)) < 2:
            return node
        return Apply("vec", (t(node) if self.order == "rows" else node,))

    def factors(self, product: Sequence[Node]) -> list[Node]:
        """The factors of a matrix product, those of products in it too, without identities."""
        found: list[Node] = []
        for factor in product:
            match factor:
                case Product(inner, styles) if "star" not in styles and self.shapes.of(factor):
                    found.extend(self.factors(inner))
                case Apply("eye") | Transpose(Apply("eye")):
                    continue
                case Transpose(inner) if not self.shapes.of(inner):
                    found.append(inner)
                case Transpose(Product(inner, styles)) if "star" not in styles and self.shapes.of(factor):
                    parts = reversed(self.scalars_apart(list(inner)))
                    found.extend(self.factors([t(part) if self.shapes.of(part) else part for part in parts]))
                case _:
                    found.append(factor)
        return found

    def scalars_apart(self, factors: list[Node]) -> list[Node]:
        """The factors with an inner product before a column or a matrix as one factor: `xᵀ V y` in
        `xᵀ V y y`.
        """
        starts = [k for k, factor in enumerate(factors) if self.shapes.is_row(factor)]
        for k in starts:
            for end in range(k + 2, len(factors)):
                inner = times(*factors[k:end], style="juxtaposed")
                if not self.shapes.of(inner) and not self.shapes.is_row(factors[end]):
                    return [*factors[:k], inner, *self.scalars_apart(factors[end:])]
        return factors

    def joined(self, outer: Node | None, inner: Node | None) -> Node | None:
        """The product of two matrices, none standing for the identity."""
        if outer is None or inner is None:
            return inner if outer is None else outer
        match outer, inner:
            case Apply("kron"), Apply("kron") if (found := self._merged(outer, inner)) is not None:
                return found
        return join(outer, inner)

    def _fits(self, left: Node, right: Node) -> bool:
        """Whether the factors of Kronecker products can be multiplied: columns against rows."""
        shape = self.shapes.of(right)
        rows = 1 if self.shapes.is_row(right) else shape[0] if shape else 1
        before = self.shapes.of(left)
        columns = before[-1] if len(before) == 2 or self.shapes.is_row(left) else 1
        return bool(columns == rows)

    def before(self, outer: Node | None, inner: Node | None) -> Node | None:
        """The product of two matrices, term by term where the second is a sum of Kronecker products."""
        if outer is None or not isinstance(inner, Sum) or any(map(entry_by_entry, walk(inner))):
            return self.joined(outer, inner)
        terms = []
        for term in inner.terms:
            factors = term.factors if isinstance(term, Product) else (term,)
            front = [factor for factor in factors if not self.shapes.of(factor)]
            rest = times(*(factor for factor in factors if self.shapes.of(factor)), style="juxtaposed")
            found = self.joined(outer, rest)
            assert found is not None
            terms.append(times(*front, found, style="juxtaposed"))
        return plus(*terms)

    def sides(self, left: list[Node], right: list[Node], rows: Dim, columns: Dim) -> Node | None:
        """The matrix of `A M B` with M of so many rows and columns; None for the identity."""
        a = times(*left, style="juxtaposed") if left else None
        b = t(times(*right, style="juxtaposed")) if right else None
        if a is None and b is None:
            return None
        if b is None and columns == 1:
            return a
        if a is None and rows == 1:
            return b
        a = a if a is not None else Apply("eye", (dim_node(rows),))
        b = b if b is not None else Apply("eye", (dim_node(columns),))
        return Apply("kron", (a, b) if self.order == "rows" else (b, a))
