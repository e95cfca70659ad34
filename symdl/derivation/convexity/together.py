"""This module recognizes entropies and perspectives, which are convex in two quantities together.

`u log u`, `u log(u/v)` and `s φ(u/s)` with φ convex, for positive and affine u, v and s (Boyd & Vandenberghe,
Convex Optimization, sections 3.1.5 and 3.2.6).
"""

from __future__ import annotations

from collections.abc import Sequence

from symdl.derivation.convexity.atoms import LOGARITHMS
from symdl.derivation.convexity.told import Judge, Told
from symdl.formula.tree import Apply, Node, Quotient, Transpose, exchanged, times
from symdl.formula.walking import walk


def entropy(judge: Judge, factors: Sequence[Node]) -> Told | None:
    """`u log u` and `u log(u/v)` with affine u and v, of vectors added up in `uᵀ log u`."""
    moving = [factor for factor in factors if judge.moves(factor)]
    sign = 1
    for factor in factors:
        sign *= 1 if factor in moving else judge.factor(factor)
    if len(moving) != 2 or not sign:
        return None
    upright = [factor.arg if isinstance(factor, Transpose) else factor for factor in moving]
    for u, other in (upright, upright[::-1]):
        if isinstance(other, Apply) and other.function in LOGARITHMS:
            turned = _relative(judge, u, other)
            if turned:
                rule = "entropy" if judge.line(other.args[0]) == judge.line(u) else "relative"
                return Told("convex" if turned * sign > 0 else "concave", rule)
    return None


def _relative(judge: Judge, u: Node, logarithm: Apply) -> int:
    """1 for `log u` and `log(u/v)`, -1 for `log(v/u)`, 0 for anything else."""
    if judge.curve(u) != "affine":
        return 0
    arg, own = judge.line(logarithm.args[0]), judge.line(u)
    if arg == own:
        return 1
    if not isinstance(arg, Quotient):
        return 0
    top, bottom = judge.line(arg.numerator), judge.line(arg.denominator)
    if own not in (top, bottom) or not any(judge.sign(part)[0] for part in (top, bottom)):
        return 0
    other = bottom if own == top else top
    if judge.curve(other) not in ("affine", "constant"):
        return 0
    return 1 if own == top else -1


def perspective(judge: Judge, factors: Sequence[Node]) -> Told | None:
    """`s φ(u/s)` with φ convex, u affine and s positive and affine."""
    for s in factors:
        if judge.curve(s) != "affine" or judge.sign(s)[0] == 0 or len(factors) < 2:
            continue
        rest = [factor for factor in factors if factor is not s]
        inner = {part for part in walk(times(*rest)) if isinstance(part, Quotient) and part.denominator == s}
        for part in inner:
            if judge.curve(part.numerator) not in ("affine", "constant"):
                continue
            one = judge.of_one(part)
            body = exchanged(times(*rest), {part: one.name})
            if not judge.moves(body):
                found = one.judge.told(body)
                if found is not None and found.kind in ("convex", "concave"):
                    return Told(found.kind, "perspective")
    return None
