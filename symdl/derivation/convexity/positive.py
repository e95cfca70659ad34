"""This module recognizes positive formulas with convex or concave logarithms.

Exponentials of convex formulas are log-convex, and so are sums and products of such; positive concave
formulas are log-concave, and so are their products (Boyd & Vandenberghe, Convex Optimization, section 3.5).
A log-convex function is convex itself.
"""

from __future__ import annotations

from symdl.derivation.convexity.atoms import LOGARITHMS
from symdl.derivation.convexity.told import AFFINE, Judge, Told
from symdl.formula.tree import ONE, Apply, Index, Negate, Node, Power, Product, Quotient, Sum, Transpose

SIGMOIDS = frozenset({"sigmoid", "softmax"})


def log_kind(judge: Judge, node: Node) -> Told | None:
    """What the logarithm of a formula is."""
    up, down = log_convex(judge, node), log_concave(judge, node)
    if up and down:
        return AFFINE
    return Told("convex", "log_convex") if up else Told("concave", "log_concave") if down else None


def log_convex(judge: Judge, node: Node) -> bool:
    """Whether a formula is positive with a convex logarithm."""
    node = judge.line(node)
    if not judge.moves(node):
        return judge.sign(node)[0] > 0
    match node:
        case Apply("exp", (arg,)):
            return judge.curve(arg) in ("affine", "convex")
        case Apply("cosh", (arg,)):
            return judge.curve(arg) == "affine"
        case Apply("sum" | "mean" | "spread" | "sqrt", (arg, *_)) | Transpose(arg) | Index(arg, _):
            return log_convex(judge, arg)
        case Sum(terms):
            return all(log_convex(judge, term) for term in terms)
        case Product(factors):
            return all(log_convex(judge, factor) for factor in factors)
        case Quotient(top, bottom):
            return log_convex(judge, top) and log_concave(judge, bottom)
        case Power(base, exponent):
            return _powered(judge, base, exponent, 1)
    return False


def log_concave(judge: Judge, node: Node) -> bool:
    """Whether a formula is positive with a concave logarithm."""
    node = judge.line(node)
    if not judge.moves(node):
        return judge.sign(node)[0] > 0
    match node:
        case Apply(function, (arg,)) if function in SIGMOIDS:
            return judge.curve(arg) == "affine" or (function == "sigmoid" and judge.curve(arg) == "concave")
        case Sum((first, Negate(other))) if first == ONE and _sigmoid(judge.line(other)) is not None:
            return judge.curve(_sigmoid(judge.line(other)) or ONE) in ("affine", "convex")
        case Apply("exp", (arg,)):
            return judge.curve(arg) in ("affine", "concave")
        case Transpose(arg) | Index(arg, _) if log_concave(judge, arg):
            return True
        case Quotient(top, bottom) if log_concave(judge, top) and log_convex(judge, bottom):
            return True
        case Power(base, exponent) if _powered(judge, base, exponent, -1):
            return True
        case Product(factors) if entrywise(judge, node) and all(log_concave(judge, f) for f in factors):
            return True
    return judge.curve(node) in ("affine", "concave") and judge.sign(node)[0] > 0


def _sigmoid(node: Node) -> Node | None:
    """The argument of a sigmoid."""
    return node.args[0] if isinstance(node, Apply) and node.function == "sigmoid" else None


def _powered(judge: Judge, base: Node, exponent: Node, side: int) -> bool:
    """A power, of what is log-convex (side 1) or log-concave (-1); a negative one turns it."""
    if judge.moves(exponent):
        power = judge.curve(exponent)  # a^u is exp(u log a)
        grown = judge.sign(base)[0] == 2 and not judge.moves(base)
        return grown and power == "affine"
    up, down = judge.sign(exponent)
    wanted = side if up else -side if down else 0
    return bool(wanted) and (log_convex if wanted > 0 else log_concave)(judge, base)


def entrywise(judge: Judge, node: Product) -> bool:
    """Whether a product multiplies entry by entry."""
    return "star" in node.styles or all(judge.form(factor) == "scalar" for factor in node.factors)


def mean_of_logarithms(judge: Judge, node: Node) -> Told | None:
    """`exp` of a weighted mean of logarithms: a geometric mean, concave where its weights add up to one."""
    match node:
        case Apply("mean", (Apply(function, (arg,)),), ()) if function in LOGARITHMS - {"log2", "log10"}:
            if judge.curve(arg) in ("affine", "concave"):
                return Told("concave", "geometric")
        case Product((Transpose(weights), Apply(function, (arg,)))) if function in ("log", "ln"):
            if judge.signs.distribution(weights) and judge.curve(arg) in ("affine", "concave"):
                return Told("concave", "geometric")
        case Apply("sum", (Product((weights, Apply(function, (arg,)))),), ()) if function in ("log", "ln"):
            flat = judge.form(weights) == "column"
            if flat and judge.signs.distribution(weights) and judge.curve(arg) in ("affine", "concave"):
                return Told("concave", "geometric")
    return None
