"""This module writes equations as formulas in the matrix view: `δ xᵀ`, `Wᵀ δ`, `δ ⊙ a ⊙ (1 - a)`.

A contraction is recognized by the pattern of its letters; one that has no matrix form (a convolution's
adjoint, a third-order array) has no spelling here, and the index view is used for its line.
Anonymous quantities are written in place, named ones by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from symdl.core.contraction import canonical, idle
from symdl.core.convolved import recognized
from symdl.core.dims import Dim, Shape, affine
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Adjoint, Equation, Graph, Var
from symdl.core.indexing import ENTRY, PART
from symdl.core.naming import array_node, dim_node, name_node
from symdl.core.op import Composite, Contract, Literal, Pointwise, Select
from symdl.formula.tree import (
    ONE,
    TWO,
    Apply,
    Bars,
    Compare,
    Index,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Slice,
    Style,
    Sum,
    Transpose,
    children,
    number,
    times,
)  # fmt: skip


class NoMatrixView(Exception):
    """An equation that matrices cannot write."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A formula with the rank it has when read: a repeated scalar is still written as a scalar."""

    node: Node
    rank: int
    square: bool = False  # a square matrix by name, whose `A^2` would be read as a matrix product


def t(node: Node) -> Node:
    """The transpose of a node; twice is not at all, and a constant factor stays in front."""
    match node:
        case Transpose(arg):
            return arg
        case Product(factors, styles) if (
            all(isinstance(f, Transpose) for f in factors) and "star" not in styles
        ):
            return Product(tuple(t(factor) for factor in reversed(factors)), styles)
        case Product((factor, inner), ("juxtaposed",)) if is_constant(factor):
            return Product((factor, t(inner)), ("juxtaposed",))
        case _:
            return Transpose(node)


def is_constant(node: Node) -> bool:
    """Whether a node is made of numbers alone."""
    if isinstance(node, Number):
        return True
    return isinstance(node, Negate | Quotient | Power | Apply) and all(map(is_constant, children(node)))


def join(left: Node, right: Node) -> Node:
    """A matrix product; chains stay flat where the order of reading is the same."""
    if isinstance(left, Product) and set(left.styles) == {"juxtaposed"}:
        return Product((*left.factors, right), (*left.styles, "juxtaposed"))
    return times(left, right, style="juxtaposed")


def total_of(node: Node) -> Node:
    """The sum of all entries."""
    return Apply("sum", (node,))


def ones(count: Dim) -> Node:
    """A vector of ones."""
    return Apply("ones", (dim_node(count),))


# Patterns in canonical letters: how a contraction of full arrays is written, with a way to transpose.
Transposer = Callable[[Node], Node]
UNARY: dict[str, Callable[[Transposer, Node], Node]] = {
    "a->": lambda t, x: total_of(x),
    "ab->": lambda t, A: total_of(A),
    "ab->ba": lambda t, A: t(A),
    "aa->": lambda t, A: Apply("trace", (A,)),
    "a->aa": lambda t, v: Apply("diag", (v,)),
    "aa->a": lambda t, A: Apply("diag", (A,)),
}
BINARY: dict[str, Callable[[Transposer, Node, Node], Node]] = {
    "ab,b->a": lambda t, A, x: join(A, x),
    "ab,a->b": lambda t, A, x: join(t(A), x),
    "a,ab->b": lambda t, x, A: join(t(A), x),
    "a,ba->b": lambda t, x, A: join(A, x),
    "a,b->ab": lambda t, x, y: join(x, t(y)),
    "a,b->ba": lambda t, x, y: join(y, t(x)),
    "ab,bc->ac": lambda t, A, B: join(A, B),
    "ab,bc->ca": lambda t, A, B: join(t(B), t(A)),
    "ab,ac->bc": lambda t, A, B: join(t(A), B),
    "ab,ac->cb": lambda t, A, B: join(t(B), A),
    "ab,cb->ac": lambda t, A, B: join(A, t(B)),
    "ab,cb->ca": lambda t, A, B: join(B, t(A)),
    "ab,ca->cb": lambda t, A, B: join(B, A),
    "ab,ca->bc": lambda t, A, B: join(t(A), t(B)),
    "a,a->": lambda t, x, y: join(t(x), y),
    "ab,ab->": lambda t, A, B: total_of(times(A, B)),
    "a,a->a": lambda t, x, y: times(x, y),
    ",->": lambda t, x, y: times(x, y, style="juxtaposed"),
    ",a->a": lambda t, c, x: times(c, x, style="juxtaposed"),
    "a,->a": lambda t, x, c: times(c, x, style="juxtaposed"),
    ",ab->ab": lambda t, c, A: times(c, A, style="juxtaposed"),
    "ab,->ab": lambda t, A, c: times(c, A, style="juxtaposed"),
    "a,b->b": lambda t, x, y: times(total_of(x), y, style="juxtaposed"),
}
# The rows or columns of a matrix times the entries of a vector: a diagonal matrix on that side.
SCALED: dict[str, Callable[[Node, Node], Node]] = {
    "ab,b->ab": join,
    "b,ab->ab": join,
    "ab,a->ab": lambda A, D: join(D, A),
    "a,ab->ab": lambda A, D: join(D, A),
}


def multiple_of_eye(args: list[Node]) -> Node | None:
    """A product of matrices of which one is a multiple of the identity: that many times the other."""
    for eye, other in (args, args[::-1]):
        match eye:
            case Apply("eye"):
                return other
            case Product((factor, Apply("eye")), ("juxtaposed",)):
                return multiple(factor, other)
    return None


def multiple(scalar: Node, matrix: Node) -> Node:
    """A scalar times a matrix, without brackets around a product."""
    if isinstance(matrix, Product) and "star" not in matrix.styles:
        return Product((scalar, *matrix.factors), ("juxtaposed", *matrix.styles))
    return times(scalar, matrix, style="juxtaposed")


class Speller:
    """Writes the equations of one graph; with `explicit`, transposes as the rules leave them: `(Kᵀ)ᵀ`."""

    def __init__(self, graph: Graph, explicit: bool = False) -> None:
        self.graph = graph
        self.explicit = explicit
        self.t: Transposer = Transpose if explicit else t

    @cached_property
    def _memo(self) -> dict[Var, Spelled]:
        return {}

    def line(self, var: Var) -> Node:
        """The right side of the line that defines a quantity, in full rank.

        A small array whose general entry would need cases is written by its entries.
        """
        try:
            return materialized(self._expand(self.graph.definition[var]), var.shape)
        except NoMatrixView:
            from symdl.core.entries import listed

            node = listed(self.graph, var)
            if node is None:
                raise
            return node

    def spell(self, var: Var) -> Spelled:
        """A quantity as it stands inside a formula."""
        if (var.name is not None or var not in self.graph.definition) and not is_identity(var):
            return Spelled(
                name_node(var), len(var.shape), len(var.shape) == 2 and var.shape[0] == var.shape[1]
            )
        if var not in self._memo:
            equation = self.graph.definition[var]
            self._memo[var] = self._called(equation) or self._expand(equation)
        return self._memo[var]

    def _called(self, equation: Equation) -> Spelled | None:
        """An activation inside a formula keeps its name: σ(z), not the quotient behind it."""
        op = equation.op
        known = FUNCTIONS.get(op.key) if isinstance(op, Pointwise) else None
        if known is None or known.kind != "activation":
            return None
        parts = [self.spell(arg) for arg in equation.args]
        return Spelled(Apply(op.key, tuple(part.node for part in parts)), max(part.rank for part in parts))

    def _expand(self, equation: Equation) -> Spelled:
        op = equation.op
        if isinstance(op, Pointwise):
            parts = {p: self.spell(arg) for p, arg in zip(op.params, equation.args, strict=True)}
            if op.key == "chain":
                return chain(parts["up"], parts["local"])
            return dress(op.body, parts)
        if isinstance(op, Contract):
            return self._contract(op, equation)
        if isinstance(op, Composite):
            return self._composite(op, equation)
        if isinstance(op, Literal):
            return Spelled(array_node(op.values, op.out), len(op.out))
        assert isinstance(op, Select)
        return Spelled(Apply(op.key, (self.whole(equation.args[0]),)), len(equation.out.shape))

    def whole(self, var: Var) -> Node:
        """A quantity as an argument of a function: by name or in place, in full rank."""
        return materialized(self.spell(var), var.shape)

    def _composite(self, op: Composite, equation: Equation) -> Spelled:
        args = tuple(self.whole(arg) for arg in equation.args)
        default = len(equation.args[0].shape)
        keywords = tuple((key, number(value)) for key, value in op.keywords if value != default)
        return Spelled(Apply(op.key, args, keywords), len(equation.out.shape))

    def _contract(self, op: Contract, equation: Equation) -> Spelled:
        pattern = canonical(op)
        rank = len(op.out)
        if op.key in (ENTRY, PART):
            return Spelled(self._part(op, equation.args[0]), rank)
        convolution = recognized(op, tuple(arg.shape for arg in equation.args))
        if convolution is not None:
            order = tuple(self.whole(equation.args[k]) for k in convolution.order)
            keywords = tuple((key, dim_node(value)) for key, value in convolution.keywords)
            return Spelled(Apply(convolution.function, order, keywords), rank)
        if not covers(op, equation.args):
            raise NoMatrixView(pattern)
        if len(op.reads) == 1 and not op.reads[0] and "*" not in pattern:
            return repeated_scalar(self.spell(equation.args[0]), op)
        if not op.reads and len(set(op.write)) == len(op.write):
            return Spelled(Apply("ones", tuple(map(dim_node, op.out))), rank)
        if pattern == "->aa":
            return Spelled(Apply("eye", (dim_node(op.out[0]),)), rank)
        if pattern == "a->ba":
            return self.spell(equation.args[0])
        if pattern == "ab->ba":
            return Spelled(self._transposed(equation.args[0]), rank)
        args = [self.whole(arg) for arg in equation.args]
        if self._sorts(equation):
            return Spelled(Apply("sort", (args[1],)), rank)
        if pattern == "a->ab":
            return Spelled(join(args[0], t(ones(op.out[1]))), rank)
        if pattern == "ab->a":
            return Spelled(join(args[0], ones(equation.args[0].shape[1])), rank)
        if pattern == "ab->b":
            return Spelled(join(self.t(args[0]), ones(equation.args[0].shape[0])), rank)
        if pattern == "a->aa" and not self.spell(equation.args[0]).rank:
            return repeated_scalar(self.spell(equation.args[0]), op)
        if pattern in SCALED:
            matrix, vector = args if pattern.startswith("ab") else args[::-1]
            weight = self.spell(equation.args[1 if pattern.startswith("ab") else 0])
            if not weight.rank:
                return Spelled(multiple(weight.node, matrix), rank)
            return Spelled(SCALED[pattern](matrix, Apply("diag", (vector,))), rank)
        if pattern == "ab,bc->ac" and (found := multiple_of_eye(args)) is not None:
            return Spelled(found, rank)
        if len(args) == 1 and pattern in UNARY:
            return Spelled(UNARY[pattern](self.t, args[0]), rank)
        if len(args) == 2 and pattern in BINARY:
            return Spelled(BINARY[pattern](self.t, args[0], args[1]), rank)
        raise NoMatrixView(pattern)

    def _part(self, op: Contract, var: Var) -> Node:
        """An entry, row or slice of a quantity; of a state `h[2]` it is `h[2,1]`."""
        base, subscripts = self.whole(var), taken(op, var.shape)
        if var.name is not None and isinstance(base, Index):
            return Index(base.base, (*base.subscripts, *subscripts))
        return Index(base, subscripts)

    def _sorts(self, equation: Equation) -> bool:
        """Whether a quantity is multiplied by its own permutation."""
        order = self.graph.definition.get(equation.args[0]) if len(equation.args) == 2 else None
        if order is None or order.out.name is not None or not isinstance(order.op, Select):
            return False
        return order.op.kind == "sort" and equation.args[1:] == order.args

    def _transposed(self, var: Var) -> Node:
        """The transpose of a matrix; that of a product in place is the product of the transposes."""
        inner = self.graph.definition.get(var)
        if (
            not self.explicit
            and var.name is None
            and inner is not None
            and isinstance(inner.op, Contract)
            and covers(inner.op, inner.args)
        ):
            reads, write = canonical(inner.op).split("->")
            flipped = BINARY.get(f"{reads}->{write[::-1]}")
            if flipped is not None and len(inner.args) == 2:
                return flipped(t, self.whole(inner.args[0]), self.whole(inner.args[1]))
        return self.t(self.whole(var))


def is_identity(var: Var) -> bool:
    """Whether a quantity is the derivative of an array by itself, which nobody gives a name."""
    return isinstance(var.name, Adjoint) and var.name.of == var.name.by and bool(var.shape)


def taken(op: Contract, shape: Shape) -> tuple[Node | Slice, ...]:
    """The subscripts with which an entry, a row or a slice was taken, counted from 1."""
    loops = dict(op.loops)
    found: list[Node | Slice] = []
    for form, dim in zip(map(affine, op.reads[0]), shape, strict=True):
        first = dim_node(form.const + 1)
        if not form.terms:
            found.append(first)
            continue
        size = loops[form.terms[0][0]]
        found.append(Slice() if size == dim else Slice(first, dim_node(form.const + size)))
    while op.key == PART and found[-1] == Slice():
        found.pop()
    return tuple(found)


def covers(op: Contract, args: tuple[Var, ...]) -> bool:
    """Whether every bare letter runs over its whole axis, so that the pattern says all."""
    dims = dict(op.loops)
    axes = [
        (s, n) for read, arg in zip(op.reads, args, strict=True) for s, n in zip(read, arg.shape, strict=True)
    ]
    axes += list(zip(op.write, op.out, strict=True))
    return not idle(op) and all(isinstance(s, str) and dims[s] == n for s, n in axes)


def repeated_scalar(spelled: Spelled, op: Contract) -> Spelled:
    """A scalar repeated to an array stays a scalar in print; one repeated along a diagonal does not."""
    if len(set(op.write)) == len(op.write):
        return spelled
    return Spelled(times(spelled.node, Apply("eye", (dim_node(op.out[0]),)), style="juxtaposed"), len(op.out))


def materialized(spelled: Spelled, shape: Shape) -> Node:
    """The formula with its whole rank: a scalar that stands for an array is multiplied by ones."""
    if spelled.rank == len(shape):
        return spelled.node
    full = Apply("ones", tuple(map(dim_node, shape if spelled.rank == 0 else shape[:1])))
    if spelled.rank == 0:
        return full if spelled.node == ONE else times(spelled.node, full, style="juxtaposed")
    return join(full, t(spelled.node))


def chain(up: Spelled, local: Spelled) -> Spelled:
    """Upstream gradient times local gradient, both marked as what they are."""
    rank = max(up.rank, local.rank)
    style: Style = "star" if up.rank and local.rank else "juxtaposed"
    return Spelled(Product((Marked(up.node, "upstream"), Marked(local.node, "local")), (style,)), rank)


def dress(body: Node, parts: dict[str, Spelled]) -> Spelled:
    """The body of a pointwise op with its parameters written in: between arrays every product is
    entry by entry, whatever the body's own style was.
    """
    match body:
        case Name(text):
            return parts.get(text, Spelled(body, 0))
        case Number():
            return Spelled(body, 0)
        case Negate(arg):
            inner = dress(arg, parts)
            return Spelled(Negate(inner.node), inner.rank)
        case Sum(terms):
            done = [dress(term, parts) for term in terms]
            return Spelled(Sum(tuple(item.node for item in done)), max(item.rank for item in done))
        case Product(factors, styles):
            return _dressed_product([dress(factor, parts) for factor in factors], styles)
        case Quotient(top, bottom):
            a, b = dress(top, parts), dress(bottom, parts)
            return Spelled(Quotient(a.node, b.node), max(a.rank, b.rank))
        case Power(base, exponent):
            a, b = dress(base, parts), dress(exponent, parts)
            if a.square and exponent in (TWO, number(3)):
                return Spelled(times(*[a.node] * int(exponent.value)), a.rank)
            return Spelled(Power(a.node, b.node), max(a.rank, b.rank))
        case Bars(arg):
            inner = dress(arg, parts)
            return Spelled(Apply("abs", (inner.node,)) if inner.rank else Bars(inner.node), inner.rank)
        case Compare(relation, left, right):
            a, b = dress(left, parts), dress(right, parts)
            return Spelled(Compare(relation, a.node, b.node), max(a.rank, b.rank))
        case Apply(function, args, keywords):
            done = [dress(arg, parts) for arg in args]
            return Spelled(
                Apply(function, tuple(item.node for item in done), keywords), max(item.rank for item in done)
            )
    raise NoMatrixView(type(body).__name__)


def _dressed_product(factors: list[Spelled], styles: tuple[Style, ...]) -> Spelled:
    written: list[Style] = []
    rank = factors[0].rank
    for factor, style in zip(factors[1:], styles, strict=True):
        plain: Style = "juxtaposed" if rank or factor.rank else style
        written.append("star" if rank and factor.rank else plain)
        rank = max(rank, factor.rank)
    return Spelled(Product(tuple(item.node for item in factors), tuple(written)), rank)
