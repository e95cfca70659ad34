"""This module recognizes convex formulas of scalars by how they are composed.

Sums of convex terms are convex, so is a positive multiple, the square of an affine formula, and a convex
function that grows of a convex one (Boyd & Vandenberghe, Convex Optimization, section 3.2).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from symdl.core.algebra import constant_of
from symdl.core.constants import exact_value, number_at
from symdl.derivation.convexity.bounding import bounds
from symdl.formula.tree import (
    Apply,
    Array,
    Bars,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names,
)  # fmt: skip

Curve = Literal["constant", "affine", "convex", "concave"]
GROWING = {"exp": "convex", "softplus": "convex", "relu": "convex", "log": "concave", "sqrt": "concave"}
TURNED: dict[Curve, Curve] = {"constant": "constant", "affine": "affine", "convex": "concave",
                              "concave": "convex"}  # fmt: skip


def curve(node: Node, by: Collection[str]) -> Curve | None:
    """What the shape of a formula shows of it, as a function of some names; None where it shows nothing.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(None, frozenset({"exp", "log"}))
    >>> [curve(read_formula(text, scope), "xy") for text in ("exp(x - 2 y)", "log(x) - y^2", "x y")]
    ['convex', 'concave', None]
    """
    if not names(node) & set(by):
        return "constant"
    match node:
        case Name():
            return "affine"
        case Sum(terms):
            return _sum([curve(term, by) for term in terms])
        case Negate(arg):
            return _turned(curve(arg, by), -1)
        case Product(factors):
            return _multiple(factors, by)
        case Quotient(top, bottom) if not names(bottom) & set(by):
            return _turned(curve(top, by), _sign(bottom))
        case Quotient(top, bottom) if not names(top) & set(by):
            return _turned(_reciprocal(bottom, by), _sign(top))
        case Power(base, exponent):
            return _power(base, exponent, by)
        case Bars(arg) | Apply("abs", (arg,)):
            return "convex" if curve(arg, by) == "affine" else None
        case Apply("cosh", (arg,)):
            return "convex" if curve(arg, by) == "affine" else None
        case Apply("max" | "logsumexp", args):
            return _largest(args, by)
        case Apply(function, (arg,)) if function in GROWING:
            return _growing(GROWING[function], curve(arg, by))
    return None


def _sum(parts: list[Curve | None]) -> Curve | None:
    kinds = set(parts)
    if None in kinds or {"convex", "concave"} <= kinds:
        return None
    for kind in ("convex", "concave", "affine"):
        if kind in kinds:
            return kind
    return "constant"


def _turned(kind: Curve | None, sign: int) -> Curve | None:
    """A multiple of a formula, by the sign of the number in front."""
    if kind is None or sign == 0:
        return kind if kind in ("affine", "constant") else None
    return kind if sign > 0 else TURNED[kind]


def _sign(node: Node) -> int:
    """The sign of a number; 0 where it is not known."""
    if names(node) - {"e", "pi"}:
        return 0
    exact = exact_value(node)
    value = number_at(node)[0] if exact is None else float(exact)
    return (value > 0) - (value < 0)


def _multiple(factors: tuple[Node, ...], by: Collection[str]) -> Curve | None:
    """A number times one formula; two equal affine factors are a square."""
    moving = [factor for factor in factors if names(factor) & set(by)]
    sign = 1
    for factor in factors:
        sign *= 1 if factor in moving else _sign(factor)
    if len(moving) == 1:
        return _turned(curve(moving[0], by), sign)
    if len(moving) == 2 and moving[0] == moving[1] and curve(moving[0], by) == "affine":
        return _turned("convex", sign)
    if len(moving) == 2 and any(Apply("log", (x,)) == y for x, y in (moving, moving[::-1])):
        own = moving[0] if isinstance(moving[1], Apply) else moving[1]
        return _turned("convex", sign) if curve(own, by) == "affine" else None  # x log x
    return None


def _reciprocal(bottom: Node, by: Collection[str]) -> Curve | None:
    """1/u is convex where u is concave and positive."""
    low, _ = bounds(bottom)
    return "convex" if low is not None and low > 0 and curve(bottom, by) == "concave" else None


def _power(base: Node, exponent: Node, by: Collection[str]) -> Curve | None:
    inner = curve(base, by)
    if not names(base) & set(by):  # a^u is exp(u log a)
        return _growing("convex", curve(exponent, by)) if _sign(base) > 0 and _above_one(base) else None
    constant = constant_of(exponent)
    if constant is None or not isinstance(exponent, Number) or constant.denominator != 1 or constant < 1:
        return None
    if constant == 1:
        return inner
    if constant % 2 == 0 and inner == "affine":
        return "convex"
    low, _ = bounds(base)
    return "convex" if inner == "convex" and low is not None and low >= 0 else None


def _above_one(base: Node) -> bool:
    return number_at(base)[0] > 1


def _largest(args: tuple[Node, ...], by: Collection[str]) -> Curve | None:
    """The largest of convex formulas, and its smooth twin, are convex."""
    parts = args[0].items if len(args) == 1 and isinstance(args[0], Array) else args
    kinds = {curve(part, by) for part in parts}
    return "convex" if kinds <= {"convex", "affine", "constant"} else None


def _growing(own: str, inner: Curve | None) -> Curve | None:
    if inner in ("constant", None):
        return inner
    if own == "convex":
        return "convex" if inner in ("convex", "affine") else None
    return "concave" if inner in ("concave", "affine") else None
