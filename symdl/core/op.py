"""This module defines what an op is: a value of one of a few families.

* `Pointwise`: a formula entry by entry; all arguments and the result have one shape.
* `Contract`: a sum of products over loops, with affine subscripts on every read and on the write. The
  family is closed under its pullback (the write becomes a read, the read of the argument becomes the
  write), so matrix products, sums, broadcasts, transposes, slices, padding, reshapes and convolutions
  need no derivative rules.
* `Select`: a locally constant choice (the mask of a maximum, the permutation of a sort).
* `Composite`: a formula over ops, with known results that are shown true, never trusted.
* `Literal`: an array of numbers.

Ops are interned: equal definitions are one object, so comparing and hashing ops costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from typing import Literal as OneOf

from symdl.core.differentiation import differentiate, kinks_of
from symdl.core.dims import Shape, Sizes, Subscript, bind_dim, bind_shape, bind_subscript, shape_text
from symdl.errors import ShapeError
from symdl.formula.plain import to_plain
from symdl.formula.tree import ZERO, Apply, Compare, Name, Node, Number, names, number, substitute

OUTPUT = "y"  # the name of an op's own value in a derivative as it is taught: y (1 - y)
UPSTREAM = "up"  # the name of the upstream gradient in a known pullback


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pointwise:
    """`out[i] = body(x1[i], x2[i], …)`.

    `taught` gives the partial derivatives as they are taught, by parameter, in the parameters and the
    output `y`; the others are derived from the body. `stable` is an equal formula for floating point.
    `kinks` are expressions that vanish where the op is not differentiable. `written` is the body as it is
    printed, where the body says more.
    """

    key: str
    params: tuple[str, ...]
    body: Node
    taught: Mapping[str, Node] = field(default_factory=dict)
    stable: Node | None = None
    kinks: tuple[Node, ...] = ()
    domain: Node | None = None
    source: str = ""
    written: Node | None = None

    def shape(self, *shapes: Shape) -> Shape:
        """The common shape of all arguments."""
        for other in shapes[1:]:
            if other != shapes[0]:
                raise ShapeError(
                    "shape.pointwise", op=self.key, left=shape_text(shapes[0]), right=shape_text(other)
                )
        return shapes[0] if shapes else ()

    def __repr__(self) -> str:
        return f"{self.key}({', '.join(self.params)}) = {to_plain(self.printed)}"

    @property
    def printed(self) -> Node:
        """The body as it is printed."""
        return self.body if self.written is None else self.written

    def at(self, args: Sequence[Node]) -> Node:
        """The formula at these arguments.

        >>> to_plain(Pointwise("growth", ("x",), Apply("exp", (Name("x"),))).at([Name("u")]))
        'exp(u)'
        """
        return substitute(self.printed, dict(zip(self.params, args, strict=True)))

    def partial_body(self, k: int) -> Node:
        """The local derivative by the k-th parameter, as taught or as derived, in params and `y`."""
        return _partial_body(self, k)

    def slope(self, k: int) -> Node | None:
        """The local derivative by the k-th parameter where it is the same everywhere, else None."""
        return _slope(self, k)

    def partial(self, k: int, at_kink: Node | None = None) -> Pointwise:
        """The local derivative as an op over the parameters and the output, only those it uses."""
        return _partial(self, k, at_kink)

    def operands(self, args: tuple[Any, ...], out: Any) -> dict[str, Any]:
        """What the names in a local derivative stand for; a parameter of its own may be called `y` too."""
        return {OUTPUT: out} | dict(zip(self.params, args, strict=True))

    def bind(self, sizes: Sizes) -> Pointwise:
        """The op with the sizes of dimensions put into its body."""
        free = (names(self.body) - set(self.params)) & sizes.keys()
        if not free:
            return self
        known: dict[str, Node] = {name: number(sizes[name]) for name in free}
        taught = {key: substitute(node, known) for key, node in self.taught.items()} if self.written else None
        written = self.written and substitute(self.written, known)
        return pointwise(self.key, self.params, substitute(self.body, known), taught, written)


@cache
def _partial_body(op: Pointwise, k: int) -> Node:
    taught = op.taught.get(op.params[k])
    return differentiate(op.body, op.params[k]) if taught is None else taught


@cache
def _slope(op: Pointwise, k: int) -> Node | None:
    body = op.partial_body(k)
    return body if names(body).isdisjoint(_operands(op, k)) else None


def _operands(op: Pointwise, k: int) -> tuple[str, ...]:
    """The names that a local derivative may use: a derived one has no output, and `y` may be a dimension."""
    taught = (OUTPUT,) if op.params[k] in op.taught else ()
    return tuple(dict.fromkeys((*op.params, *taught)))


@cache
def _partial(op: Pointwise, k: int, at_kink: Node | None) -> Pointwise:
    body = op.partial_body(k)
    if at_kink is not None:
        for kink in op.kinks:
            body = Apply("where", (Compare("=", kink, ZERO), at_kink, body))
    used = names(body)
    params = tuple(name for name in _operands(op, k) if name in used)
    return pointwise(f"{op.key}'{k if len(op.params) > 1 else ''}", params, body)


_POINTWISE_INTERNED: dict[tuple[Any, ...], Pointwise] = {}


def pointwise(
    key: str, params: tuple[str, ...], body: Node, taught: Mapping[str, Node] | None = None,
    written: Node | None = None,
) -> Pointwise:  # fmt: skip
    """The unregistered pointwise op of a body, one object for equal bodies.

    With `written`, the body only says more than is printed: it has the kinks of what is printed.
    """
    identity = (key, params, body, written)
    op = _POINTWISE_INTERNED.get(identity)
    if op is None:
        kinks = tuple(dict.fromkeys(kinks_of(body if written is None else written)))
        op = Pointwise(key, params, body, taught or {}, kinks=kinks, written=written)
        _POINTWISE_INTERNED[identity] = op
    return op


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """`out[write] += Π reads` for all values of the loops; reads outside an array are 0.

    `loops` are letters with their dimensions, `reads` one tuple of subscripts per argument, `write`
    the subscripts of the result, `out` its shape. A loop letter that is only written is a broadcast.
    """

    key: str
    loops: tuple[tuple[str, Any], ...]
    reads: tuple[tuple[Subscript, ...], ...]
    write: tuple[Subscript, ...]
    out: Shape

    def shape(self, *shapes: Shape) -> Shape:
        """The stated result shape, after the ranks of the arguments have been compared."""
        for subscripts, shape in zip(self.reads, shapes, strict=True):
            if len(subscripts) != len(shape):
                raise ShapeError("shape.rank", op=self.key, expected=len(subscripts), got=shape_text(shape))
        return self.out

    def pullback(self, k: int, shape: Shape, extra: Shape = ()) -> Contract:
        """The contraction that carries the upstream gradient to the k-th argument of a given shape.

        Its arguments are the upstream gradient and then all arguments but the k-th. `extra` are
        leading axes of the upstream gradient, when several outputs are pulled back at once.
        """
        return _pullback(self, k, shape, extra)

    def jacobian(self, k: int, shape: Shape) -> Contract:
        """The derivative by the k-th argument of a given shape as an array, the axes of the result first.

        Its arguments are all but the k-th.
        """
        others = tuple(read for j, read in enumerate(self.reads) if j != k)
        write = (*self.write, *self.reads[k])
        return contract(self.loops, others, write, (*self.out, *shape), f"{self.key}'")

    def bind(self, sizes: Sizes) -> Contract:
        """The contraction with the sizes of dimensions put in."""
        return contract(
            tuple((letter, bind_dim(dim, sizes)) for letter, dim in self.loops),
            tuple(tuple(bind_subscript(s, sizes) for s in read) for read in self.reads),
            tuple(bind_subscript(s, sizes) for s in self.write),
            bind_shape(self.out, sizes),
            self.key,
        )


@cache
def contract(
    loops: tuple[tuple[str, Any], ...],
    reads: tuple[tuple[Subscript, ...], ...],
    write: tuple[Subscript, ...],
    out: Shape,
    key: str = "contract",
) -> Contract:
    """The contraction with these loops, reads and write, one object for equal ones."""
    return Contract(key, loops, reads, write, out)


LETTERS = "ijklmnopqrstuvwabcdefgh"


def einsum(spec: str, dims: Mapping[str, Any], key: str = "contract") -> Contract:
    """A contraction from letters, as in `einsum("ij,j->i", {"i": 2, "j": 3})`.

    A letter that stands only on the right is a broadcast; a letter twice on the right a diagonal.

    >>> einsum("ij,j->i", {"i": 2, "j": 3}).out
    (2,)
    """
    left, write = spec.split("->")
    reads = tuple(tuple(read) for read in left.split(",")) if left or "," in left else ((),) * spec.count("!")
    letters = dict.fromkeys("".join(left.replace(",", "")) + write)
    loops = tuple((letter, dims[letter]) for letter in letters)
    return contract(loops, reads, tuple(write), tuple(dims[letter] for letter in write), key)


@cache
def _pullback(op: Contract, k: int, shape: Shape, extra: Shape) -> Contract:
    taken = {letter for letter, _ in op.loops}
    fresh = [f"_{n}" for n in range(len(extra) + len(taken)) if f"_{n}" not in taken][: len(extra)]
    others = tuple(read for j, read in enumerate(op.reads) if j != k)
    return contract(
        tuple(zip(fresh, extra, strict=True)) + op.loops,
        ((*fresh, *op.write), *others),
        (*fresh, *op.reads[k]),
        (*extra, *shape),
        op.key + "*",
    )


@dataclass(frozen=True, slots=True, eq=False)
class Select:
    """A locally constant selection along the last axis; its derivative is zero almost everywhere.

    "argmax" and "argmin" give a mask that is 1 at the chosen entry (tied entries: the "first", or all
    "share" it), "sort" the permutation matrix that orders the entries from small to large (stable). A second
    argument of a mask, of 1 and 0, says which entries there are to choose among; there is always one.
    """

    kind: OneOf["argmax", "argmin", "sort"]
    ties: OneOf["first", "share"] = "first"

    @property
    def key(self) -> str:
        """The function that gives the selection: a sort is done by its permutation matrix."""
        return "permutation" if self.kind == "sort" else self.kind

    def shape(self, shape: Shape, among: Shape | None = None) -> Shape:
        """The shape of the mask, or of the permutation matrix."""
        if among is not None and among != shape:
            raise ShapeError("shape.rank", op=self.kind, expected=shape_text(shape), got=shape_text(among))
        if not shape:
            raise ShapeError("shape.rank", op=self.kind, expected=1, got=shape_text(shape))
        return (*shape, shape[-1]) if self.kind == "sort" else shape

    def bind(self, sizes: Sizes) -> Select:
        """The same: a selection holds no dimensions."""
        return self


select = cache(Select)


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """A formula over ops that stays one equation: `softmax(z) = exp(z) / sum(exp(z))`.

    `pullbacks` gives, by parameter, a known result for the gradient: a formula in the parameters, the
    output `y` and the upstream gradient `up`. It is used because it is how the result is taught; tests
    and the checks of every sheet compare it with what the body yields. `fused` gives the gradient by a
    parameter's pre-activation when that parameter is the output of a named activation (the taught
    `p - y`), `jacobians` the Jacobian by a parameter that is a vector. `keywords` are fixed arguments such
    as an axis; they are names in the formulas. `outline` is what finds the shape of the body; one that is
    `sized` has a body at fixed sizes only, and its entries are those of the call.
    """

    key: str
    params: tuple[str, ...]
    body: Node
    outline: Callable[[Composite, tuple[Shape, ...]], Shape]
    pullbacks: Mapping[str, Node] = field(default_factory=dict)
    fused: Mapping[str, Node] = field(default_factory=dict)  # activation key -> formula in params and z
    stable: Node | None = None
    keywords: tuple[tuple[str, Any], ...] = ()
    domain: Node | None = None
    source: str = ""
    jacobians: Mapping[str, Node] = field(default_factory=dict)
    sized: bool = False

    def shape(self, *shapes: Shape) -> Shape:
        """The shape that the body has for arguments of these shapes."""
        return self.outline(self, shapes)

    def bind(self, sizes: Sizes) -> Composite:
        """The same: the body takes its dimensions from the arguments."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """An array of numbers written in the formula itself; `values` are row by row."""

    values: tuple[Number, ...]
    out: Shape
    key: str = "literal"

    def shape(self) -> Shape:
        """The shape of the array."""
        return self.out

    def bind(self, sizes: Sizes) -> Literal:
        """The same: numbers hold no dimensions."""
        return self


literal = cache(Literal)

Op = Pointwise | Contract | Select | Composite | Literal


def identity_body(op: Op) -> bool:
    """Whether an op only gives another name to its argument (`y_hat = o`)."""
    return isinstance(op, Pointwise) and len(op.params) == 1 and op.body == Name(op.params[0])
