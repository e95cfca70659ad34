"""This module writes equations as formulas in the matrix view: `δ xᵀ`, `Wᵀ δ`, `δ ⊙ a ⊙ (1 - a)`.

A contraction is recognized by the pattern of its letters; one that has no matrix form (a convolution's
adjoint, a third-order array) has no spelling here, and the index view is used for its line.
Anonymous quantities are written in place, named ones by name.
"""

from __future__ import annotations

from functools import cached_property

from symdl.core.contraction import canonical, idle
from symdl.core.convolved import recognized
from symdl.core.dims import Dim, Shape, affine
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Adjoint, Equation, Graph, Var
from symdl.core.indexing import ENTRY, PART
from symdl.core.matrix_patterns import (
    BINARY,
    SCALED,
    UNARY,
    Transposer,
    join,
    multiple,
    multiple_of_eye,
    ones,
    t,
)
from symdl.core.moved import BEYOND, moved
from symdl.core.naming import array_node, dim_node, name_node
from symdl.core.op import Composite, Contract, Literal, Pointwise, Select
from symdl.core.spelled import NoMatrixView, Spelled, bordered, chain, dress, materialized, repeated_scalar
from symdl.core.stacked import blocks
from symdl.formula.tree import (
    ZERO,
    Apply,
    Array,
    Index,
    Node,
    Partial,
    Slice,
    Sum,
    Transpose,
    number,
    plus,
)  # fmt: skip


def _explicitly(node: Node) -> Node:
    """The transpose as the rules leave it: of a sum of products, which no rule makes, as it is taken."""
    taken = t(node) if isinstance(node, Sum) else node
    return taken if isinstance(taken, Sum) else Transpose(node)


class Speller:
    """Writes the equations of one graph; with `explicit`, transposes as the rules leave them: `(Kᵀ)ᵀ`."""

    def __init__(self, graph: Graph, explicit: bool = False) -> None:
        self.graph = graph
        self.explicit = explicit
        self.t: Transposer = _explicitly if explicit else t

    @cached_property
    def _memo(self) -> dict[Var, Spelled]:
        return {}

    def line(self, var: Var) -> Node:
        """The right side of the line that defines a quantity, in full rank."""
        return materialized(self._expand(self.graph.definition[var]), var.shape)

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
            if op.key == "add" and (stacked := self._stacked(equation)) is not None:
                return stacked
            parts = {p: self.spell(arg) for p, arg in zip(op.params, equation.args, strict=True)}
            if op.key == "chain":
                return chain(parts["up"], parts["local"])
            if op.key == BEYOND:
                return bordered(op.body, parts)
            return dress(op.printed, parts)
        if isinstance(op, Contract):
            return self._contract(op, equation)
        if isinstance(op, Composite):
            return self._composite(op, equation)
        if isinstance(op, Literal):
            return Spelled(array_node(op.values, op.out), len(op.out))
        assert isinstance(op, Select)
        return Spelled(Apply(op.key, tuple(map(self.whole, equation.args))), len(equation.out.shape))

    def whole(self, var: Var) -> Node:
        """A quantity as an argument of a function: by name or in place, in full rank."""
        return materialized(self.spell(var), var.shape)

    def _composite(self, op: Composite, equation: Equation) -> Spelled:
        args = tuple(self.whole(arg) for arg in equation.args)
        told = FUNCTIONS[op.key].params[len(args) :]  # that are numbers, not quantities
        rest = tuple(number(value) for key, value in op.keywords if key in told)
        last = len(equation.args[0].shape)  # the axis that goes without saying
        keywords = tuple(
            (key, number(value)) for key, value in op.keywords if key not in told and value != last
        )
        return Spelled(Apply(op.key, (*args, *rest), keywords), len(equation.out.shape))

    def _contract(self, op: Contract, equation: Equation) -> Spelled:
        pattern = canonical(op)
        rank = len(op.out)
        if op.key in (ENTRY, PART) or is_part(op, equation.args):
            return Spelled(self._part(op, equation.args[0]), rank)
        convolution = recognized(op, tuple(arg.shape for arg in equation.args))
        if convolution is not None:
            order = tuple(self.whole(equation.args[k]) for k in convolution.order)
            keywords = tuple((key, dim_node(value)) for key, value in convolution.keywords)
            call: Node = Apply(convolution.function, order, keywords)
            if convolution.crop:
                whole = (Slice(),) * (rank - len(convolution.crop))
                call = Index(call, (*whole, *(Slice(None, dim_node(n)) for n in convolution.crop)))
            return Spelled(call, rank)
        if not covers(op, equation.args):
            stacked = self._stacked(equation)
            if stacked is not None:
                return stacked
            shapes = tuple(arg.shape for arg in equation.args)
            found = moved(op, shapes, self.whole(equation.args[0])) if len(shapes) == 1 else None
            if found is None:
                raise NoMatrixView(pattern)
            return Spelled(found, rank)
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

    def _stacked(self, equation: Equation) -> Spelled | None:
        """An array in pieces: `concat(u, v)`, the rows `[u, v]`; what nothing reaches is 0."""
        found = blocks(self.graph, equation)
        if found is None:
            return None
        axis, row, shape = found[0][0].axis, found[0][0].row, equation.out.shape
        rest = shape[1:] if row else (*shape[:axis], *shape[axis + 1 :])
        pieces: list[Node] = []
        cursor: Dim = 0

        def fill(upto: Dim) -> None:
            gap = upto - cursor
            if gap != 0:
                size = rest if row else (*shape[:axis], gap, *shape[axis + 1 :])
                empty = Apply("zeros", tuple(map(dim_node, size))) if size else ZERO
                pieces.extend([empty] * (gap if row else 1))

        for here in found:
            fill(here[0].start)
            pieces.append(plus(*(self.whole(block.part) for block in here)))
            cursor = here[0].start + here[0].size
        fill(shape[axis])
        if row:
            return Spelled(Array(tuple(pieces)), len(shape))
        keywords = (("axis", number(axis + 1)),) if axis else ()
        return Spelled(Apply("concat", tuple(pieces), keywords), len(shape))

    def _part(self, op: Contract, var: Var) -> Node:
        """An entry, row or slice of a quantity; of a state `h[2]` it is `h[2,1]`."""
        base, subscripts = self.whole(var), taken(op, var.shape)
        if isinstance(base, Partial):
            if not isinstance(var.name, Adjoint) or var.name.rank:
                raise NoMatrixView(op.key)
            *before, last = base.by
            inside = Index(last.base, (*last.subscripts, *subscripts)) if isinstance(last, Index) else None
            return Partial(base.of, (*before, inside or Index(last, subscripts)), base.kind)
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
    """Whether a quantity is the derivative of an array, or of a derivative, by itself: nobody names that."""
    if not isinstance(var.name, Adjoint) or var.name.of != var.name.by:
        return False
    return bool(var.shape) or var.name.of.startswith("adjoint.")


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


def is_part(op: Contract, args: tuple[Var, ...]) -> bool:
    """Whether a slice of an array is taken, as the adjoint of a concatenation is."""
    if len(op.reads) != 1 or any(len(affine(form).terms) > 1 for form in op.reads[0]):
        return False
    forms = [affine(form) for form in op.reads[0]]
    letters = tuple(form.terms[0][0] for form in forms if form.terms)
    loops = dict(op.loops)
    return (
        op.key == "place*"
        and letters == op.write
        and tuple(loops[letter] for letter in letters) == op.out
        and all(form.terms[0][1] == 1 for form in forms if form.terms)
    )


def covers(op: Contract, args: tuple[Var, ...]) -> bool:
    """Whether every bare letter runs over its whole axis, so that the pattern says all."""
    dims = dict(op.loops)
    axes = [
        (s, n) for read, arg in zip(op.reads, args, strict=True) for s, n in zip(read, arg.shape, strict=True)
    ]
    axes += list(zip(op.write, op.out, strict=True))
    return not idle(op) and all(isinstance(s, str) and dims[s] == n for s, n in axes)
