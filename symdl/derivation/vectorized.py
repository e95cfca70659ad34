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
from symdl.core.building import Builder
from symdl.core.dims import Dim, Shape, dim_names
from symdl.core.graph import Graph, Var
from symdl.core.matrix_patterns import join, multiple, t
from symdl.core.naming import dim_node, leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry
from symdl.derivation.arranging import entry_by_entry, factored, multiplied, scaled
from symdl.derivation.convexity.kronecker import Order, direction_name
from symdl.derivation.tangent_pass import along
from symdl.errors import SymdlError
from symdl.formula.tree import (
    ONE,
    Apply,
    Name,
    Negate,
    Node,
    Product,
    Quotient,
    Sum,
    Transpose,
    plus,
    rebuild,
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
    writer = _Writer(found.graph, {**tangents, leaf(str(direction.name)): direction}, direction, order, facts)
    try:
        node = writer.chained(tidied(writer.chained(writer.whole(product)), facts))
    except (NoVectorForm, NoMatrixView, SymdlError):
        return None
    return node if size(node) <= MOST else None


def _direction(graph: Graph, column: Var) -> Var:
    """An input for the direction, under a name that is free."""
    name = direction_name(graph.by_name)
    return Var(name, column.shape, "tangent", 1 + max(var.number for var in graph.variables()))


@dataclass
class _Writer:
    """Writes what is linear in the direction as a matrix times the column of its entries."""

    graph: Graph
    moving: Mapping[Node, Var]  # the tangents, and the direction, by how they are written
    direction: Var
    order: Order
    facts: Facts

    @cached_property
    def _known(self) -> tuple[Tape, dict[str, Entry], dict[Node, Node]]:
        """What formulas may name: quantities by their shapes, sizes, derivatives under names of their own."""
        tape = Tape()
        scope: dict[str, Entry] = {
            name: Constant(Name(name)) for name in dim_names(var.shape for var in self.graph.variables())
        }
        derivatives: dict[Node, Node] = {}
        for k, var in enumerate(self.graph.variables()):
            if var.name is not None:
                name = str(var.name) if isinstance(var.name, str) else f"derivative{k}"
                scope[name] = tape.input(name, var.shape)
                if name != str(var.name):
                    derivatives[leaf(var.name)] = Name(name)
        return tape, scope, derivatives

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self.graph)

    def whole(self, var: Var) -> Node:
        """The matrix of a tangent."""
        found = self._matrix(self._line(var))
        return self._eye(self.direction.shape) if found is None else found

    def chained(self, node: Node) -> Node:
        """A formula with products of matrices in one row, Kronecker products multiplied factor by factor."""
        inner = rebuild(node, self.chained)
        if not isinstance(inner, Product) or "star" in inner.styles:
            return inner
        row: list[Node] = []
        for factor in inner.factors:
            parts = (
                factor.factors if isinstance(factor, Product) and "star" not in factor.styles else (factor,)
            )
            for part in parts:
                row.append(part)
                while len(row) > 1 and (merged := self._merged(row[-2], row[-1])) is not None:
                    row[-2:] = [merged]
        front = [factor for factor in row if not self._shape(factor)] if len(row) > 1 else []
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
            case Apply("kron", (a, Apply("eye"))), _ if len(self._shape(a)) == 1 and self._shape(right):
                return Apply("kron", (a, right))
            case Apply("kron", (Apply("eye"), b)), _ if len(self._shape(b)) == 1 and self._shape(right):
                return Apply("kron", (right, b))
            case _, Apply("kron", (a, Apply("eye"))) if self._is_row(a) and self._shape(left):
                return Apply("kron", (a, left))
            case _, Apply("kron", (Apply("eye"), b)) if self._is_row(b) and self._shape(left):
                return Apply("kron", (left, b))
        return right if left == ONE else None

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
                return Negate(self._full(arg))
            case Quotient(top, bottom) if not self._moves(bottom) and not self._shape(bottom):
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
        shape = self._shape(node)
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
                turned = [Transpose(part) if self._shape(part) else part for part in factors]
                return self._matrix(Product(tuple(turned if "star" in styles else turned[::-1]), styles))
        raise NoVectorForm

    def _full(self, node: Node) -> Node:
        found = self._matrix(node)
        return self._eye(self._shape(node)) if found is None else found

    def _total(self, node: Node) -> Node:
        """The matrix of the sum of all entries: a row."""
        match node:
            case Negate(arg):
                return Negate(self._total(arg))
            case Sum(terms):
                return plus(*map(self._total, terms))
            case Product(factors, styles) if set(styles) == {"star"}:
                (k,) = self._one(factors)
                shape, still = self._shape(factors[k]), [f for j, f in enumerate(factors) if j != k]
                if all(self._shape(factor) == shape for factor in still):
                    row = t(self._vec(times(*still), shape))
                    found = self._joined(row, self._matrix(factors[k]))
                    assert found is not None
                    return found
        raise NoVectorForm

    def _moves(self, node: Node) -> bool:
        return any(part in self.moving for part in walk(node))

    def _shape(self, node: Node) -> Shape:
        tape, scope, derivatives = self._known

        def named(part: Node) -> Node:
            return derivatives[part] if part in derivatives else rebuild(part, named)

        builder = Builder(tape, scope)
        return builder.variable(builder.value(named(node))).shape

    def _entrywise(self, factors: Sequence[Node], styles: Sequence[str]) -> Node:
        """Entrywise factors: a number in front, or a diagonal matrix of the entries."""
        (k,) = self._one(factors)
        if len(set(styles)) > 1:
            raise NoVectorForm
        inner = self._matrix(factors[k])
        shape = self._shape(factors[k])
        still = [factor for j, factor in enumerate(factors) if j != k]
        scalars = [factor for factor in still if not self._shape(factor)]
        alike = [factor for factor in still if self._shape(factor) == shape]
        if len(scalars) + len(alike) < len(still):
            raise NoVectorForm
        if alike:
            diagonal = Apply("diag", (self._vec(times(*alike), shape),))
            inner = diagonal if inner is None else join(diagonal, inner)
        for factor in reversed(scalars):
            inner = multiple(factor, self._eye(shape) if inner is None else inner)
        assert inner is not None
        return inner

    def _vec(self, node: Node, shape: Shape) -> Node:
        if len(shape) < 2:
            return node
        return Apply("vec", (t(node) if self.order == "rows" else node,))

    def _one(self, factors: Sequence[Node]) -> list[int]:
        places = [k for k, factor in enumerate(factors) if self._moves(factor)]
        if len(places) != 1:
            raise NoVectorForm
        return places

    def _flat(self, factors: Sequence[Node]) -> list[Node]:
        """The factors of a matrix product, those of products in it too, without identities."""
        found: list[Node] = []
        for factor in factors:
            match factor:
                case Product(inner, styles) if "star" not in styles and self._shape(factor):
                    found.extend(self._flat(inner))
                case Apply("eye") | Transpose(Apply("eye")):
                    continue
                case Transpose(inner) if not self._shape(inner):
                    found.append(inner)
                case Transpose(Product(inner, styles)) if "star" not in styles and self._shape(factor):
                    parts = reversed(self._scalars_apart(list(inner)))
                    found.extend(self._flat([t(part) if self._shape(part) else part for part in parts]))
                case _:
                    found.append(factor)
        return found

    def _scalars_apart(self, factors: list[Node]) -> list[Node]:
        """The factors with an inner product before a column or a matrix as one factor: `xᵀ V y` in
        `xᵀ V y y`.
        """
        starts = [k for k, factor in enumerate(factors) if self._is_row(factor)]
        for k in starts:
            for end in range(k + 2, len(factors)):
                inner = times(*factors[k:end], style="juxtaposed")
                if not self._shape(inner) and not self._is_row(factors[end]):
                    return [*factors[:k], inner, *self._scalars_apart(factors[end:])]
        return factors

    def _is_row(self, factor: Node) -> bool:
        return isinstance(factor, Transpose) and len(self._shape(factor.arg)) == 1

    def _product(self, factors: Sequence[Node]) -> Node:
        """`A L B`: the matrix of L between the Kronecker product of what stands on its sides."""
        factors = self._scalars_apart(self._flat(factors))
        (k,) = self._one(factors)
        if not self._shape(factors[k]) and len(factors) > 1:
            return self._multiple(factors[k], [*factors[:k], *factors[k + 1 :]])
        scalars = [f for f in (*factors[:k], *factors[k + 1 :]) if not self._shape(f)]
        left = [f for f in factors[:k] if self._shape(f)]
        right = [f for f in factors[k + 1 :] if self._shape(f)]
        inner, shape = self._matrix(factors[k]), self._shape(factors[k])
        moving = factors[k]
        turned = isinstance(moving, Transpose) and len(self._shape(moving.arg)) == 1
        rows, columns = shape if len(shape) == 2 else (*shape, 1, 1)[:2]
        if turned:
            rows, columns = 1, shape[-1]
        sides = self._kron(left, right, rows, columns)
        found = self._before(sides, inner)
        if found is None:
            found = self._eye(shape)
        return scaled(times(*scalars, style="juxtaposed"), found) if scalars else found

    def _multiple(self, scalar: Node, factors: list[Node]) -> Node:
        """The matrix of a scalar that moves times an array: a column times a row."""
        still = times(*factors, style="juxtaposed")
        shape, row = self._shape(still), self._full(scalar)
        if not shape:
            return multiple(still, row)
        if isinstance(row, Negate):
            return Negate(self._outer(still, shape, row.arg))
        return self._outer(still, shape, row)

    def _outer(self, still: Node, shape: Shape, row: Node) -> Node:
        """The column of an array times a row; that of `u vᵀ` is a Kronecker product like the row."""
        factors = self._flat([still])
        front = [factor for factor in factors if not self._shape(factor)]
        rest = [factor for factor in factors if self._shape(factor)]
        match rest:
            case [u, Transpose(v)] if len(shape) == 2 and len(self._shape(u)) == len(self._shape(v)) == 1:
                column: Node = Apply("kron", (u, v) if self.order == "rows" else (v, u))
            case _:
                column, front = self._vec(still, shape), []
                match row:
                    case Apply("kron", (a, b)) if self._is_row(a) and self._is_row(b):
                        row = Transpose(Apply("kron", (t(a), t(b))))
        product = join(column, row)
        return multiple(times(*front, style="juxtaposed"), product) if front else product

    def _joined(self, outer: Node | None, inner: Node | None) -> Node | None:
        """The product of two matrices, none standing for the identity."""
        if outer is None or inner is None:
            return inner if outer is None else outer
        match outer, inner:
            case Apply("kron"), Apply("kron") if (found := self._merged(outer, inner)) is not None:
                return found
        return join(outer, inner)

    def _fits(self, left: Node, right: Node) -> bool:
        """Whether the factors of Kronecker products can be multiplied: columns against rows."""
        shape = self._shape(right)
        rows = 1 if self._is_row(right) else shape[0] if shape else 1
        before = self._shape(left)
        columns = before[-1] if len(before) == 2 or self._is_row(left) else 1
        return bool(columns == rows)

    def _before(self, outer: Node | None, inner: Node | None) -> Node | None:
        """The product of two matrices, term by term where the second is a sum of Kronecker products."""
        if outer is None or not isinstance(inner, Sum) or any(map(entry_by_entry, walk(inner))):
            return self._joined(outer, inner)
        terms = []
        for term in inner.terms:
            factors = term.factors if isinstance(term, Product) else (term,)
            front = [factor for factor in factors if not self._shape(factor)]
            rest = times(*(factor for factor in factors if self._shape(factor)), style="juxtaposed")
            found = self._joined(outer, rest)
            assert found is not None
            terms.append(times(*front, found, style="juxtaposed"))
        return plus(*terms)

    def _kron(self, left: list[Node], right: list[Node], rows: Dim, columns: Dim) -> Node | None:
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
