"""This module tells where second derivatives prove something: of smooth functions on convex domains.

A Hessian that is positive semidefinite wherever it exists proves nothing of `|x|² - |x|₁`, whose slope falls
at its kinks, nor of `1/x²`, whose domain has a hole.
"""

from __future__ import annotations

from symdl.derivation.convexity.atoms import COUNTS, LOGARITHMS
from symdl.derivation.convexity.composing import Composed, opened
from symdl.derivation.convexity.multiplied import rational, semidefinite
from symdl.derivation.convexity.positive import log_concave
from symdl.formula.tree import Apply, Bars, Index, Name, Node, Power, Quotient, Repeat, children

SMOOTH = frozenset(
    {
        "exp", "sin", "cos", "sinh", "cosh", "tanh", "tansig", "atan", "asinh", "erf", "sigmoid", "softplus",
        "square", "gaussian", "log_sigmoid", "expm1", "gelu", "gelu_tanh", "swish", "silu",
        "mish", "tanh_shrink", "sech", "sum", "mean", "trace", "diag", "transpose", "vec", "reshape",
        "flatten", "spread", "softmax", "logsumexp", "log_softmax", "dot", "matmul", "outer", "kron",
        "concat", "linear",
    }
)  # fmt: skip
INVERSES = frozenset({"inv", "logdet", "det"})


def smooth(judge: Composed, node: Node) -> bool:
    """Whether a formula is differentiable as often as is wanted, on a domain that is seen to be convex.

    >>> from symdl.derivation.convexity.judging import Signs
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> judge = Composed(frozenset({"x"}), Signs({"x": ()}, {}, {}))
    >>> scope = Scope(None, frozenset({"exp", "abs", "log"}))
    >>> texts = ("exp(x)^2", "x^2 - abs(x)", "log(1 - x)", "log(x^2)", "1/(1 + x^2)")
    >>> [smooth(judge, read_formula(text, scope)) for text in texts]
    [True, False, True, False, True]
    """
    if not judge.moves(node):
        return True
    match node:
        case Name(text):
            return text in judge.by or smooth(judge, judge.signs.lines[text])
        case Power(Bars(arg), exponent) | Power(Apply("norm", (arg,), ()), exponent):
            return _even(exponent) and smooth(judge, arg)
        case Bars():
            return False
        case Power(base, exponent):
            return _power(judge, base, exponent) and smooth(judge, base) and smooth(judge, exponent)
        case Quotient(top, bottom):
            return smooth(judge, top) and smooth(judge, bottom) and _divides(judge, bottom)
        case Repeat(_, body, _, _, _):
            return smooth(judge, body)
        case Index(base, subscripts):
            fixed = not any(judge.moves(part) for part in subscripts if isinstance(part, Node))
            return fixed and smooth(judge, base)
        case Apply():
            return _call(judge, node)
    return all(smooth(judge, child) for child in children(node))


def _call(judge: Composed, node: Apply) -> bool:
    function, args = node.function, node.args
    if function in COUNTS:
        return True
    if function in INVERSES:
        return judge.curve(args[0]) == "affine" and semidefinite(judge, args[0])
    if function in LOGARITHMS or function in ("log1p", "sqrt"):
        return smooth(judge, args[0]) and (function == "log1p" or _above_zero(judge, args[0]))
    if function in SMOOTH:
        return all(smooth(judge, arg) for arg in args)
    whole = opened(node)
    return whole is not None and smooth(judge, whole)


def _above_zero(judge: Composed, node: Node) -> bool:
    """Whether the points where a formula is positive form a convex set."""
    return judge.sign(node)[0] == 2 or judge.curve(node) in ("affine", "concave") or log_concave(judge, node)


def _divides(judge: Composed, node: Node) -> bool:
    """The same of those where a formula is not zero."""
    up, down = judge.sign(node)
    return 2 in (up, down) or (bool(up) and judge.curve(node) in ("affine", "concave"))


def _even(exponent: Node) -> bool:
    value = rational(exponent)
    return value is not None and value > 0 and value.denominator == 1 and value % 2 == 0


def _power(judge: Composed, base: Node, exponent: Node) -> bool:
    value = rational(exponent)
    if value is None or value.denominator != 1:
        return judge.sign(base)[0] == 2
    return value > 0 or _divides(judge, base)
