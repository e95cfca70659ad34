"""This module lists how functions of one number bend: convex or concave, rising or falling, and where.

A convex function that rises of a convex one is convex, one that falls of a concave one too; of what is affine
any convex function is (Boyd & Vandenberghe, Convex Optimization, section 3.2.4). Where a row holds only for
arguments that are not negative, or not positive, it says so.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Curve = Literal["constant", "affine", "convex", "concave"]
TURNED: dict[Curve, Curve] = {"constant": "constant", "affine": "affine", "convex": "concave",
                              "concave": "convex"}  # fmt: skip


class Bend(NamedTuple):
    """One row: `grows` is 1 where the function never falls, -1 where it never rises, else 0.

    `side` is 1 for a row about arguments that are not negative, -1 for those that are not positive.
    """

    kind: Curve
    grows: int = 0
    side: int = 0


def _odd(kind: Curve) -> tuple[Bend, ...]:
    """A rising function that bends one way right of zero and the other way left of it."""
    return Bend(kind, 1, 1), Bend(TURNED[kind], 1, -1)


EVEN = (Bend("convex"), Bend("convex", 1, 1), Bend("convex", -1, -1))
RISING = (Bend("convex", 1),)
SLOWING = (Bend("concave", 1),)
ATOMS: dict[str, tuple[Bend, ...]] = {
    "abs": (Bend("affine", 1, 1), Bend("affine", -1, -1), Bend("convex")), "square": EVEN, "cosh": EVEN,
    "exp": RISING, "expm1": RISING, "softplus": RISING, "relu": RISING, "leaky_relu": RISING,
    "elu": RISING, "celu": RISING, "squared_relu": RISING, "linear": (Bend("affine", 1),),
    "log": SLOWING, "ln": SLOWING, "log2": SLOWING, "log10": SLOWING, "log1p": SLOWING, "sqrt": SLOWING,
    "acosh": SLOWING, "log_sigmoid": SLOWING,
    "sinh": _odd("convex"), "tanh": _odd("concave"), "tansig": _odd("concave"), "sigmoid": _odd("concave"),
    "atan": _odd("concave"), "erf": _odd("concave"), "asinh": _odd("concave"), "softsign": _odd("concave"),
    "cbrt": _odd("concave"),
}  # fmt: skip
LOGARITHMS = frozenset({"log", "ln", "log2", "log10"})
LINEAR = frozenset(
    {"sum", "mean", "trace", "diag", "transpose", "vec", "reshape", "flatten", "spread"}
)  # of their first argument
COUNTS = frozenset({"rows", "count"})  # of entries, whatever these are
NORMS = frozenset({"norm", "norm1"})
LARGEST = frozenset({"max", "logsumexp"})


def through(bends: tuple[Bend, ...], kind: Curve, sign: tuple[int, int]) -> Curve | None:
    """What a function of one number is of a formula that is convex, concave or affine, and of known sign.

    >>> through(ATOMS["exp"], "convex", (0, 0)), through(ATOMS["exp"], "concave", (0, 0))
    ('convex', None)
    >>> through(ATOMS["square"], "convex", (1, 0)), through(ATOMS["square"], "convex", (0, 0))
    ('convex', None)
    """
    for own, grows, side in bends:
        if (side > 0 and not sign[0]) or (side < 0 and not sign[1]):
            continue
        if own == "affine":
            return kind if grows > 0 else TURNED[kind]
        if kind == "affine" or (grows > 0 and kind == own) or (grows < 0 and TURNED[kind] == own):
            return own
    return None
