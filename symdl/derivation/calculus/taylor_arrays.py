"""This module writes Taylor's polynomial of a function of arrays: `f + gᵀ d + ½ dᵀ H d`, and its remainder.

A displacement is shaped like what is displaced; matrices enter the second order by the column of their
entries, `vec(D)`, in the order in which their Hessian is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import prod

from symdl.core.algebra import ratio, unsigned
from symdl.core.graph import Var
from symdl.core.matrix_patterns import row
from symdl.core.naming import leaf
from symdl.derivation.calculus.taylor import HALF
from symdl.derivation.convexity.kronecker import Order
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Bars,
    Compare,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Quotient,
    Transpose,
    number,
    plus,
    times,
)  # fmt: skip

Blocks = Mapping[tuple[int, int], Node]  # second derivatives, by the places of what they are by
LETTERS, MATRICES = ("d", "h", "u", "q", "s"), ("D", "U", "Q", "S")
POSITION = ("tau", "theta", "s", "c")  # how far on the way the point of the remainder lies
WHOLE, FUNCTION = ("H", "K", "Q"), ("phi", "psi", "chi")


@dataclass(frozen=True)
class Away:
    """What is displaced, and by what: `x` by `d`, or `w` by `d_w` and `b` by `d_b`."""

    by: tuple[Var, ...]
    names: tuple[Name, ...]
    order: Order = "rows"

    @property
    def moved(self) -> tuple[Node, ...]:
        """The points `x + d`."""
        return tuple(plus(leaf(str(v.name)), d) for v, d in zip(self.by, self.names, strict=True))

    def on_the_way(self, part: Node) -> tuple[Node, ...]:
        """The points `x + τ d`."""
        return tuple(
            plus(leaf(str(v.name)), times(part, d, style="juxtaposed"))
            for v, d in zip(self.by, self.names, strict=True)
        )

    def column(self, k: int) -> Node:
        """A displacement as it stands beside second derivatives: a matrix by its entries."""
        name = self.names[k]
        if len(self.by[k].shape) < 2:
            return name
        return Apply("vec", (Transpose(name) if self.order == "rows" else name,))

    @property
    def count(self) -> int:
        """The number of entries of all displacements, 0 where it is not known."""
        dims = [n for v in self.by for n in v.shape]
        return sum(prod(map(int, v.shape)) for v in self.by) if all(isinstance(n, int) for n in dims) else 0

    def entries(self) -> list[Node]:
        """Every entry of every displacement."""
        return [
            entry
            for v, d in zip(self.by, self.names, strict=True)
            for entry in ([Index(d, (number(i),)) for i in range(1, int(v.shape[0]) + 1)] if v.shape else [d])
        ]


def displacements(by: Sequence[Var], taken: frozenset[str], order: Order) -> Away:
    """Names for the displacements, which nothing else has."""
    choice = MATRICES if len(by) == 1 and len(by[0].shape) > 1 else LETTERS
    letters = [x for x in choice if not any(name == x or name.startswith(f"{x}_") for name in taken)]
    letter = letters[0] if letters else "displacement"
    names = (letter,) if len(by) == 1 else tuple(f"{letter}_{v.name}" for v in by)
    return Away(tuple(by), tuple(map(Name, names)), order)


def free(names: Sequence[str], taken: frozenset[str]) -> str:
    """The first name that is not taken."""
    return next((name for name in names if name not in taken), names[0] * 2)


def first_order(away: Away, gradient: Sequence[Node]) -> list[Node]:
    """The terms `gᵀ d`; of a matrix `tr(Gᵀ D)`; those that are zero are left out."""
    return [
        _signed(part, _inner(part, d, len(var.shape)))
        for var, d, part in zip(away.by, away.names, gradient, strict=True)
        if part != ZERO
    ]


def _inner(part: Node, d: Node, rank: int) -> Node:
    part = unsigned(part)
    if rank == 0:
        return times(part, d, style="juxtaposed") if part != ONE else d
    if rank == 1:
        return times(part.arg if isinstance(part, Transpose) else Transpose(part), d, style="juxtaposed")
    return Apply("trace", (times(Transpose(part), d, style="juxtaposed"),))


def second_order(away: Away, blocks: Blocks, rank: Callable[[Node], int]) -> list[Node]:
    """The terms `½ dᵀ H d`; a mixed block stands once for itself and its mirror image, numbers in front."""
    found = []
    for (i, j), block in blocks.items():
        if block != ZERO and i <= j:
            factors = row(unsigned(block))
            scalars = tuple(takewhile(lambda factor: not rank(factor), factors[:-1]))
            front = _halved(scalars) if i == j else scalars
            matrix = times(*factors[len(scalars) :], style="juxtaposed")
            found.append(_signed(block, times(*front, *_form(away, i, j, matrix), style="juxtaposed")))
    return found


def _halved(scalars: tuple[Node, ...]) -> tuple[Node, ...]:
    """Half a product of numbers: 3 of 6, 1/(2N) of 1/N."""
    match scalars:
        case (Number() as first, *rest):
            half = ratio(first.value / 2)
            return (*(() if half == ONE else (half,)), *rest)
        case (Quotient(top, bottom), *rest) if top == ONE:
            return (Quotient(ONE, times(number(2), bottom, style="juxtaposed")), *rest)
    return (HALF, *scalars)


def _form(away: Away, i: int, j: int, block: Node) -> tuple[Node, ...]:
    """The factors of a quadratic form of a block."""
    left, right = away.column(i), away.column(j)
    ranks = len(away.by[i].shape), len(away.by[j].shape)
    if ranks == (0, 0):
        return (block, Power(left, number(2))) if i == j else (block, left, right)
    if i == j and isinstance(block, Apply) and block.function == "eye":
        return (Power(Bars(left), number(2)),)
    if 0 in ranks:
        scalar, vector = (left, right) if ranks[0] == 0 else (right, left)
        return Transpose(block), vector, scalar
    return Transpose(left), *row(block), right


def _signed(part: Node, term: Node) -> Node:
    return Negate(term) if isinstance(part, Negate) else term


def in_entries(
    value: Node, gradient: Sequence[Node], second: Mapping[tuple[int, int], Node], d: Sequence[Node]
) -> Node:
    """The polynomial in the entries of the displacement; the weights of squares have their half already.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(in_entries(number(3), [Negate(number(2))], {(0, 0): ONE}, [Name("d")]))
    '3 - 2 d + d^2'
    """
    terms = [value] if value != ZERO else []
    terms += [_weighed(g, entry) for g, entry in zip(gradient, d, strict=True) if g != ZERO]
    for (i, j), weight in sorted(second.items()):
        if weight != ZERO:
            powers = (Power(d[i], number(2)),) if i == j else (d[i], d[j])
            terms.append(_weighed(weight, *powers))
    return plus(*terms) if terms else ZERO


def _weighed(weight: Node, *powers: Node) -> Node:
    size = unsigned(weight)
    front = (
        () if isinstance(size, Number) and size.value == 1 else (size,)
    )  # rounded or not, 1 is not written
    return _signed(weight, times(*front, *powers, style="juxtaposed"))


def remainder_form(away: Away, order: int, letter: str, part: Node, constant: Node | None) -> Node:
    """Lagrange's form for one displacement: derivatives on the way, less those at the point that are in the
    polynomial; `constant` is the Hessian where it is the same everywhere.
    """
    (there,), here = away.on_the_way(part), leaf(str(away.by[0].name))
    if order == 1:
        middle: Node = constant if constant is not None else Apply(letter, (there,))
    else:
        middle = plus(Apply(letter, (there,)), Negate(Apply(letter, (here,))))
    column = away.column(0)
    return times(HALF, Transpose(column), middle, column, style="juxtaposed")


def along_way(away: Away, of: str, letter: str, t: str) -> Compare:
    """The function on the way as one of a number: `φ(t) = f(x + t d_x, y + t d_y)`."""
    return Compare("=", Apply(letter, (Name(t),)), Apply(of, away.on_the_way(Name(t))))
