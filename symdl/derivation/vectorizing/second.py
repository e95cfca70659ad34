"""This module writes second derivatives by matrices as matrices, with the entries of each in one column.

Along a direction V the gradient changes by terms `A V B`. With the rows of a matrix one after the other, the
column `vec(Vᵀ)`, such a term is `(A ⊗ Bᵀ) vec(Vᵀ)`; with the columns, `vec(V)`, it is `(Bᵀ ⊗ A) vec(V)`. An
entrywise factor is a diagonal matrix (Magnus & Neudecker, Matrix Differential Calculus, chapter 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from symdl.autodiff.moving import Facts
from symdl.autodiff.rewriting import tidied
from symdl.core.algebra import negative, unsigned
from symdl.core.dims import Dim, Shape
from symdl.core.graph import Graph, Var
from symdl.core.matrix_patterns import join, multiple, t
from symdl.core.naming import dim_node, leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.derivation.arranging import factored, scaled
from symdl.derivation.convexity.kronecker import Order, direction_name
from symdl.derivation.tangent_pass import along
from symdl.derivation.vectorizing.products import Products
from symdl.derivation.vectorizing.shapes import Shapes
from symdl.errors import SymdlError
from symdl.formula.tree import (
    ONE,
    Apply,
    Negate,
    Node,
    Product,
    Quotient,
    Sum,
    Transpose,
    plus,
    size,
    times,
    unmarked,
)  # fmt: skip
from symdl.formula.walking import walk

MOST = 90  # parts of a matrix that is still read


class NoVectorForm(Exception):
    """A linear map that is not written with products and entrywise factors."""


def second_by_vec(
    graph: Graph, of: Var, row: Var, column: Var, order: Order, facts: Facts, at_kink: Node | None
) -> Node | None:
    """The block of second derivatives by two quantities as a matrix.

    None where the gradient is not written with matrices, or the result would be too long to read.
    """
    direction = _direction(graph, column)
    moved = Graph((*graph.inputs, direction), graph.equations, graph.output, graph.written)
    both = tuple(dict.fromkeys((column, row)))
    try:
        found = along(moved, of, both[:1], [direction], at_kink, wanted=[row])
    except SymdlError:
        return None
    product = found.tangents.get(found.first.adjoints[row])
    if product is None:
        return None
    tangents = {leaf(var.name): var for var in found.tangents.values() if var.name is not None}
    moving = {**tangents, leaf(str(direction.name)): direction}
    products = Products(Shapes(found.graph), order)
    try:
        whole = _Writer(found.graph, moving, direction, products, facts).whole(product)
        node = products.chained(tidied(products.chained(whole), facts))
    except (NoVectorForm, NoMatrixView, SymdlError):
        return None
    return node if size(node) <= MOST else None


def _direction(graph: Graph, column: Var) -> Var:
    """An input for the direction, under a name that is free."""
    name = direction_name(graph.by_name)
    return Var(name, column.shape, "tangent", 1 + max(var.number for var in graph.variables()))


def _opposite(node: Node) -> Node:
    """Minus a matrix; where all its terms have a minus, none of them."""
    match node:
        case Sum(terms) if all(isinstance(term, Negate) for term in terms):
            return plus(*map(unsigned, terms))
        case _:
            return negative(node)


@dataclass
class _Writer:
    """Writes what is linear in the direction as a matrix times the column of its entries."""

    graph: Graph
    moving: Mapping[Node, Var]  # the tangents, and the direction, by how they are written
    direction: Var
    products: Products
    facts: Facts

    @property
    def shapes(self) -> Shapes:
        """The shapes of the formulas."""
        return self.products.shapes

    @property
    def order(self) -> Order:
        """The order of the entries in a column."""
        return self.products.order

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self.graph)

    def whole(self, var: Var) -> Node:
        """The matrix of a tangent."""
        found = self._matrix(self._line(var))
        return self._eye(self.direction.shape) if found is None else found

    def _line(self, var: Var) -> Node:
        """The line of a tangent after all moves."""
        return tidied(unmarked(matrix_line(self._speller, var)), self.facts)

    def _eye(self, shape: Shape) -> Node:
        total: Dim = 1
        for n in shape:
            total = total * n
        return Apply("eye", (dim_node(total),))

    def _matrix(self, node: Node) -> Node | None:
        """The matrix of a formula that is linear in the direction, None for the identity."""
        if node == leaf(str(self.direction.name)):
            return None
        if node in self.moving:
            return self._matrix(self._line(self.moving[node]))
        match node:
            case Sum(terms):
                return factored([self._full(term) for term in terms])
            case Negate(arg):
                return _opposite(self._full(arg))
            case Quotient(top, bottom) if not self._moves(bottom) and not self.shapes.of(bottom):
                return multiple(Quotient(ONE, bottom), self._full(top))
            case Transpose(arg):
                return self._turned(arg)
            case Apply("sum", (arg,), ()):
                return self._total(arg)
            case Product(factors, styles) if "star" in styles:
                return self._entrywise(factors, styles)
            case Product(factors, _):
                return self._product(factors)
        raise NoVectorForm

    def _turned(self, node: Node) -> Node | None:
        """The matrix of the transpose of a formula; that of the direction commutes its rows and columns."""
        shape = self.shapes.of(node)
        if len(shape) < 2:
            return self._matrix(node)
        if node == leaf(str(self.direction.name)):
            return Apply(
                "commutation", tuple(map(dim_node, shape if self.order == "columns" else shape[::-1]))
            )
        if node in self.moving:
            return self._turned(self._line(self.moving[node]))
        match node:
            case Transpose(arg):
                return self._matrix(arg)
            case Sum(terms):
                return self._matrix(plus(*map(t, terms)))
            case Negate(arg):
                return self._matrix(Negate(Transpose(arg)))
            case Product(factors, styles):
                turned = [Transpose(part) if self.shapes.of(part) else part for part in factors]
                return self._matrix(Product(tuple(turned if "star" in styles else turned[::-1]), styles))
        raise NoVectorForm

    def _full(self, node: Node) -> Node:
        found = self._matrix(node)
        return self._eye(self.shapes.of(node)) if found is None else found

    def _total(self, node: Node) -> Node:
        """The matrix of the sum of all entries: a row."""
        match node:
            case Negate(arg):
                return Negate(self._total(arg))
            case Sum(terms):
                return plus(*map(self._total, terms))
            case Product(factors, styles) if set(styles) == {"star"}:
                (k,) = self._one(factors)
                shape, still = self.shapes.of(factors[k]), [f for j, f in enumerate(factors) if j != k]
                if all(self.shapes.of(factor) == shape for factor in still):
                    row = t(self.products.vec(times(*still)))
                    found = self.products.joined(row, self._matrix(factors[k]))
                    assert found is not None
                    return found
        raise NoVectorForm

    def _moves(self, node: Node) -> bool:
        return any(part in self.moving for part in walk(node))

    def _entrywise(self, factors: Sequence[Node], styles: Sequence[str]) -> Node:
        """Entrywise factors: a number in front, or a diagonal matrix of the entries."""
        (k,) = self._one(factors)
        if len(set(styles)) > 1:
            raise NoVectorForm
        inner = self._matrix(factors[k])
        shape = self.shapes.of(factors[k])
        still = [factor for j, factor in enumerate(factors) if j != k]
        scalars = [factor for factor in still if not self.shapes.of(factor)]
        alike = [factor for factor in still if self.shapes.of(factor) == shape]
        if len(scalars) + len(alike) < len(still):
            raise NoVectorForm
        if alike:
            diagonal = Apply("diag", (self.products.vec(times(*alike)),))
            inner = diagonal if inner is None else join(diagonal, inner)
        for factor in reversed(scalars):
            inner = multiple(factor, self._eye(shape) if inner is None else inner)
        assert inner is not None
        return inner

    def _one(self, factors: Sequence[Node]) -> list[int]:
        places = [k for k, factor in enumerate(factors) if self._moves(factor)]
        if len(places) != 1:
            raise NoVectorForm
        return places

    def _product(self, factors: Sequence[Node]) -> Node:
        """`A L B`: the matrix of L between the Kronecker product of what stands on its sides."""
        factors = self.products.scalars_apart(self.products.factors(factors))
        (k,) = self._one(factors)
        if not self.shapes.of(factors[k]) and len(factors) > 1:
            return self._multiple(factors[k], [*factors[:k], *factors[k + 1 :]])
        scalars = [f for f in (*factors[:k], *factors[k + 1 :]) if not self.shapes.of(f)]
        left = [f for f in factors[:k] if self.shapes.of(f)]
        right = [f for f in factors[k + 1 :] if self.shapes.of(f)]
        inner, shape = self._matrix(factors[k]), self.shapes.of(factors[k])
        moving = factors[k]
        turned = isinstance(moving, Transpose) and len(self.shapes.of(moving.arg)) == 1
        rows, columns = shape if len(shape) == 2 else (*shape, 1, 1)[:2]
        if turned:
            rows, columns = 1, shape[-1]
        sides = self.products.sides(left, right, rows, columns)
        found = self.products.before(sides, inner)
        if found is None:
            found = self._eye(shape)
        return scaled(times(*scalars, style="juxtaposed"), found) if scalars else found

    def _multiple(self, scalar: Node, factors: list[Node]) -> Node:
        """The matrix of a scalar that moves times an array: a column times a row."""
        still = times(*factors, style="juxtaposed")
        shape, row = self.shapes.of(still), self._full(scalar)
        if not shape:
            return multiple(still, row)
        if isinstance(row, Negate):
            return Negate(self._outer(still, shape, row.arg))
        return self._outer(still, shape, row)

    def _outer(self, still: Node, shape: Shape, row: Node) -> Node:
        """The column of an array times a row; that of `u vᵀ` is a Kronecker product like the row."""
        factors = self.products.factors([still])
        front = [factor for factor in factors if not self.shapes.of(factor)]
        rest = [factor for factor in factors if self.shapes.of(factor)]
        match rest:
            case [u, Transpose(v) as turned] if len(self.shapes.of(u)) == 1 and self.shapes.is_row(turned):
                column: Node = Apply("kron", (u, v) if self.order == "rows" else (v, u))
            case _:
                column, front = self.products.vec(still), []
                match row:
                    case Apply("kron", (a, b)) if self.shapes.is_row(a) and self.shapes.is_row(b):
                        row = Transpose(Apply("kron", (t(a), t(b))))
        product = join(column, row)
        return multiple(times(*front, style="juxtaposed"), product) if front else product
