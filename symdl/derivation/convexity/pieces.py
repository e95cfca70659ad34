"""This module recognizes convex functions of one number that are written in pieces, as Huber's is.

Each piece is convex where it holds, and at each border the pieces meet and the slope does not fall.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdl.core.algebra import constant_of, negative
from symdl.core.constants import number_at
from symdl.core.differentiation import differentiate
from symdl.core.polynomials import TooLong, polynomial, written
from symdl.derivation.convexity.atoms import Curve
from symdl.derivation.convexity.told import Judge, Told
from symdl.errors import SymdlError
from symdl.formula.tree import (
    Apply,
    Bars,
    Compare,
    Name,
    Negate,
    Node,
    exchanged,
    names,
    plus,
    rebuild,
    substitute,
)  # fmt: skip

BELOW = frozenset({"<", "<="})
Piece = tuple[Node, int]  # a formula, and the sign of the number on its piece: 0 where it has both


def bent_in_pieces(judge: Judge, node: Apply) -> Told | None:
    """A choice between two formulas of one number that is affine, convex or concave as a whole."""
    test, first, second = node.args
    if not isinstance(test, Compare) or test.relation not in ("<", "<=", ">", ">="):
        return None
    u = _tested(test)
    if judge.curve(u) != "affine":
        return None
    z, one = judge.of_one(u)
    test, first, second = (exchanged(part, {u: z}) for part in (test, first, second))
    assert isinstance(test, Compare)
    if any(map(judge.moves, (test, first, second))):
        return None
    chosen, other = (first, second) if test.relation in BELOW else (second, first)
    found = _laid_out(one, z, test, chosen, other)
    if found is None:
        return None
    borders, pieces = found
    kinds: tuple[Curve, ...] = ("convex", "concave")
    for kind in kinds:
        if all(_bends(one, piece, z, kind) for piece in pieces) and all(
            _joins(one, z, at, left[0], right[0], kind)
            for at, left, right in zip(borders, pieces, pieces[1:], strict=False)
        ):
            return Told(kind, "pieces")
    return None


def _tested(test: Compare) -> Node:
    """What is compared, without the bars around it."""
    match test.left:
        case Bars(arg) | Apply("abs", (arg,)):
            return arg
    return test.left


def _laid_out(
    judge: Judge, z: Name, test: Compare, below: Node, above: Node
) -> tuple[list[Node], list[Piece]] | None:
    """The borders and the pieces from left to right of a test `z <= c` or `|z| <= c`."""
    left, right = test.left, test.right
    match left:
        case Bars(arg) | Apply("abs", (arg,)) if arg == z and not judge.moves(right):
            if not judge.sign(right)[0]:
                return None
            outside = [_without_size(above, z, side) for side in (-1, 1)]
            return [Negate(right), right], [(outside[0], -1), (below, 0), (outside[1], 1)]
    if left == z and not judge.moves(right):
        signs = (-1, 1) if constant_of(right) == 0 else (0, 0)
        return [right], [
            (_without_size(part, z, sign) if sign else part, sign)
            for part, sign in zip((below, above), signs, strict=True)
        ]
    return None


def _without_size(node: Node, z: Name, sign: int) -> Node:
    """A formula with the size of a number written as the number or minus it."""
    match node:
        case Bars(arg) | Apply("abs", (arg,)) if arg == z:
            return z if sign > 0 else Negate(z)
    return rebuild(node, lambda child: _without_size(child, z, sign))


def _bends(judge: Judge, piece: Piece, z: Name, kind: Curve) -> bool:
    """Whether a piece bends as is wanted; where the number is negative, minus it is a positive one."""
    formula, sign = piece
    if judge.curve(formula) in (kind, "affine", "constant"):
        return True
    if not sign:
        return False
    size, one = judge.of_one(Bars(z))
    return one.curve(substitute(formula, {z.text: size if sign > 0 else Negate(size)})) in (
        kind, "affine", "constant",
    )  # fmt: skip


def _joins(judge: Judge, z: Name, at: Node, left: Node, right: Node, kind: Curve) -> bool:
    """Whether two pieces meet at a border, and the slope there jumps the right way or not at all."""
    there = {z.text: at}
    try:
        slopes = [substitute(differentiate(part, z.text), there) for part in (left, right)]
    except (SymdlError, KeyError):
        return False
    values = [substitute(part, there) for part in (left, right)]
    jump = _difference(judge, slopes)
    if jump is None or _difference(judge, values) != 0:
        return False
    return jump >= 0 if kind == "convex" else jump <= 0


def _difference(judge: Judge, pair: Sequence[Node]) -> int | None:
    """The sign of the second of two formulas less the first, None where it is not known."""
    apart = plus(pair[1], negative(pair[0]))
    if not names(apart) - {"e", "pi"}:
        value, exact = number_at(apart)
        if exact is None and abs(value) < 1e-9:
            return None
        return (value > 0) - (value < 0)
    try:
        poly = polynomial(_opened_sizes(judge, apart))
    except TooLong:
        return None
    if not poly:
        return 0
    up, down = judge.sign(written(poly))
    return 1 if up == 2 else -1 if down == 2 else None


def _opened_sizes(judge: Judge, node: Node) -> Node:
    """A formula with sizes of formulas of known sign written without bars."""
    match node:
        case Bars(arg) | Apply("abs", (arg,)):
            up, down = judge.sign(arg)
            return arg if up else Negate(arg) if down else node
    return rebuild(node, lambda child: _opened_sizes(judge, child))
