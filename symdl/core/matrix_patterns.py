"""This module lists how contractions of whole arrays are written with matrices: `A x`, `Aᵀ`, `x yᵀ`, `tr A`.

Patterns are in canonical letters, as `core.contraction` gives them.
"""

from __future__ import annotations

from collections.abc import Callable

from symdl.core.dims import Dim
from symdl.core.elementary import ELEMENTARY
from symdl.core.naming import dim_node
from symdl.formula.tree import (
    Apply,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    children,
    times,
)


def t(node: Node) -> Node:
    """The transpose of a node; twice is not at all, and a constant factor stays in front."""
    match node:
        case Transpose(arg):
            return arg
        case Number():
            return node
        case Partial(of, (by,)) if of == by:  # the derivative of a scalar by itself, 1
            return node
        case Product((factor, *inner), ("juxtaposed", *styles)) if (
            is_constant(factor) and "star" not in styles
        ):
            rest = inner[0] if len(inner) == 1 else Product(tuple(inner), tuple(styles))
            return Product((factor, t(rest)), ("juxtaposed",))
        case Product(factors, styles) if (
            any(isinstance(f, Transpose) for f in factors) and "star" not in styles
        ):
            return Product(tuple(t(factor) for factor in reversed(factors)), styles)
        case Sum(terms) if all(map(_turns, terms)):
            return Sum(tuple(Negate(t(term.arg)) if isinstance(term, Negate) else t(term) for term in terms))
        case _:
            return Transpose(node)


def _turns(term: Node) -> bool:
    """Whether a term of a sum is a product that takes the transpose into its factors: `u vᵀ`."""
    inner = term.arg if isinstance(term, Negate) else term
    return isinstance(inner, Product) and not isinstance(t(inner), Transpose)


def is_constant(node: Node) -> bool:
    """Whether a node is a number, made of numbers alone; `ones(3)` is a vector."""
    match node:
        case Number():
            return True
        case Apply(function) if function not in ELEMENTARY:
            return False
        case Negate() | Quotient() | Power() | Apply():
            return all(map(is_constant, children(node)))
    return False


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
    "a->a": lambda t, x: x,
    "ab->ab": lambda t, A: A,
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


def row(node: Node) -> tuple[Node, ...]:
    """The factors of a matrix product as it is bracketed; any other formula alone."""
    return node.factors if isinstance(node, Product) and "star" not in node.styles else (node,)


def in_a_row(node: Node) -> list[Node]:
    """The factors of a matrix product, those of products inside it among them; any other formula alone."""
    if isinstance(node, Product) and "star" not in node.styles:
        return [part for factor in node.factors for part in in_a_row(factor)]
    return [node]
