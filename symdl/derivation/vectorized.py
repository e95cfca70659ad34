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
from symdl.derivation.convexity.hessian import Order
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
    children,
    plus,
    rebuild,
    times,
    unmarked,
)  # fmt: skip

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
        node = _chained(tidied(_chained(writer.whole(product)), facts))
    except (NoVectorForm, NoMatrixView, SymdlError):
        return None
    return node if len(_parts(node)) <= MOST else None


def _direction(graph: Graph, column: Var) -> Var:
    """An input for the direction, under a name that is free."""
    name = next(n for n in ("V", "R", "Q", "direction") if n not in graph.by_name)
    return Var(name, column.shape, "tangent", 1 + max(var.number for var in graph.variables()))


def _parts(node: Node) -> Sequence[Node]:
    return [node, *(part for child in children(node) for part in _parts(child))]


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
                return plus(*(self._full(term) for term in terms))
            case Negate(arg):
                return Negate(self._full(arg))
            case Quotient(top, bottom) if not self._moves(bottom) and not self._shape(bottom):
                return multiple(Quotient(ONE, bottom), self._full(top))
            case Transpose(arg) if len(self._shape(arg)) == 1:
                return self._matrix(arg)
            case Product(factors, styles) if "star" in styles:
                return self._entrywise(factors, styles)
            case Product(factors, _):
                return self._product(factors)
        raise NoVectorForm

    def _full(self, node: Node) -> Node:
        found = self._matrix(node)
        return self._eye(self._shape(node)) if found is None else found

    def _moves(self, node: Node) -> bool:
        return any(part in self.moving for part in _parts(node))

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
                case Product(inner, styles) if "star" not in styles:
                    found.extend(self._flat(inner))
                case Apply("eye") | Transpose(Apply("eye")):
                    continue
                case Transpose(inner) if not self._shape(inner):
                    found.append(inner)
                case Transpose(Product(inner, styles)) if "star" not in styles and not self._moves(factor):
                    found.extend(
                        self._flat([t(part) if self._shape(part) else part for part in reversed(inner)])
                    )
                case _:
                    found.append(factor)
        return found

    def _product(self, factors: Sequence[Node]) -> Node:
        """`A L B`: the matrix of L between the Kronecker product of what stands on its sides."""
        factors = self._flat(factors)
        (k,) = self._one(factors)
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
        found = _joined(sides, inner)
        if found is None:
            found = self._eye(shape)
        return multiple(times(*scalars, style="juxtaposed"), found) if scalars else found

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


def _joined(outer: Node | None, inner: Node | None) -> Node | None:
    """The product of two matrices; of Kronecker products it is taken factor by factor."""
    if outer is None or inner is None:
        return inner if outer is None else outer
    match outer, inner:
        case Apply("kron", (a, b)), Apply("kron", (c, d)):
            return Apply("kron", (_times(a, c), _times(b, d)))
    return join(outer, inner)


def _chained(node: Node) -> Node:
    """A formula with products of matrices in one row, Kronecker products multiplied factor by factor."""
    inner = rebuild(node, _chained)
    if not isinstance(inner, Product) or "star" in inner.styles:
        return inner
    row: list[Node] = []
    for factor in inner.factors:
        parts = factor.factors if isinstance(factor, Product) and "star" not in factor.styles else (factor,)
        for part in parts:
            merged = _merged(row[-1], part) if row else None
            row[-1:] = [part] if not row else [merged] if merged is not None else [row[-1], part]
    return times(*row, style="juxtaposed")


def _merged(left: Node, right: Node) -> Node | None:
    """Two neighbors of a product as one: Kronecker products, diagonal matrices, numbers."""
    match left, right:
        case Apply("kron", (a, b)), Apply("kron", (c, d)):
            return Apply("kron", (_times(a, c), _times(b, d)))
        case Apply("diag", (a,)), Apply("diag", (b,)):
            return Apply("diag", (times(a, b),))
    return right if left == ONE else None


def _times(left: Node, right: Node) -> Node:
    for eye, other in ((left, right), (right, left)):
        if isinstance(eye, Apply) and eye.function == "eye":
            return other
    return join(left, right)
