"""This module tells the signs of formulas of scalars, vectors and matrices, by how they are built."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Literal

from symdl.core.algebra import constant_of
from symdl.core.facts import WEIGHTS
from symdl.core.matrix_patterns import t
from symdl.derivation.convexity.atoms import COUNTS, LINEAR, LOGARITHMS
from symdl.derivation.convexity.bounding import bounds
from symdl.derivation.convexity.judging import DEFINITE, Signs
from symdl.formula.tree import (
    ONE,
    Apply,
    Array,
    Bars,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Repeat,
    Sum,
    Transpose,
    children,
    names,
)  # fmt: skip

Sign = tuple[int, int]  # of -1 times the entries too: 2 all positive, 1 none negative, 0 unknown
Form = Literal["scalar", "column", "row", "matrix"]
UNKNOWN, POSITIVE, NONNEGATIVE, NONPOSITIVE = (0, 0), (2, 0), (1, 0), (0, 1)
ABOVE = {
    "exp": 2, "cosh": 2, "softplus": 2, "sigmoid": 2, "softmax": 2, "gaussian": 2, "abs": 1, "sqrt": 1,
    "square": 1, "norm": 1, "norm1": 1, "relu": 1, "squared_relu": 1, "acosh": 1,
}  # fmt: skip
ODD = frozenset({"sinh", "tanh", "tansig", "atan", "erf", "asinh", "softsign", "cbrt", "sign"})
FACTS = {"positive": 2, "unit": 1, **dict.fromkeys(WEIGHTS, 1)}


def form_of(node: Node, signs: Signs) -> Form:
    """Whether a formula is a number, a column, a row or a matrix."""
    match node:
        case Name(text):
            rank = len(signs.shapes.get(text, ()))
            return "scalar" if not rank else "column" if rank == 1 else "matrix"
        case Transpose(arg):
            inner = form_of(arg, signs)
            return "row" if inner == "column" else "column" if inner == "row" else inner
        case Number() | Bars() | Apply("sum" | "mean", _, ()) | Apply("trace" | "norm" | "norm1"):
            return "scalar"
        case Apply("max" | "min" | "logsumexp", (_,), ()):
            return "scalar"
        case Apply("inv" | "eye" | "kron" | "commutation"):
            return "matrix"
        case Apply("diag", (arg,)):
            return "matrix" if form_of(arg, signs) == "column" else "column"
        case Product(factors, styles):
            found = form_of(factors[0], signs)
            for style, factor in zip(styles, factors[1:], strict=True):
                found = _multiplied(found, form_of(factor, signs), style == "star")
            return found
        case Array(items):
            return "matrix" if isinstance(items[0], Array) else "column"
        case Index():
            return "scalar"
        case Sum(parts) | Apply(_, parts):
            return _wider([form_of(part, signs) for part in parts])
        case Negate(arg) | Power(arg, _):
            return form_of(arg, signs)
        case Quotient(top, bottom):
            return _wider([form_of(top, signs), form_of(bottom, signs)])
    return "scalar"


def _wider(parts: list[Form]) -> Form:
    order: tuple[Form, ...] = ("matrix", "row", "column")
    return next((form for form in order if form in parts), "scalar")


def _multiplied(left: Form, right: Form, star: bool) -> Form:
    if star or "scalar" in (left, right):
        return _wider([left, right])
    if left == "row":
        return "scalar" if right == "column" else "row"
    return "column" if left == "matrix" and right == "column" else "matrix"


def sign_of(node: Node, signs: Signs, opened: Callable[[Apply], Node | None] = lambda node: None) -> Sign:
    """What is known of the signs of all entries of a formula; names without a shape are sizes.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(frozenset({"X", "w"}), frozenset({"exp"}))
    >>> signs = Signs({"X": (3, 2), "w": (2,)}, {}, {})
    >>> [sign_of(read_formula(text, scope), signs) for text in ("1 + exp(X w)", "-w^T w", "X w")]
    [(2, 0), (0, 1), (0, 0)]
    """
    return _Teller(signs, opened).sign(node)


class _Teller:
    """What tells signs."""

    def __init__(self, signs: Signs, opened: Callable[[Apply], Node | None]) -> None:
        self.signs, self.opened = signs, opened

    def sign(self, node: Node) -> Sign:
        """What is known of the signs of all entries."""
        value = constant_of(node)
        if value is not None:
            return (2 if value > 0 else 1 - (value < 0), 2 if value < 0 else 1 - (value > 0))
        match node:
            case Name(text):
                return self._named(text)
            case Negate(arg):
                return self.sign(arg)[::-1]
            case Transpose(arg) | Index(arg, _):
                return self.sign(arg)
            case Bars():
                return NONNEGATIVE
            case Sum(terms):
                return self._sum(node, terms)
            case Array(items):
                return _all([self.sign(item) for item in items])
            case Product(factors, styles):
                return self._product(node, factors, "star" in styles)
            case Quotient(top, bottom):
                return _times([self.sign(top), _divisor(self.sign(bottom))])
            case Power(base, exponent):
                return self._power(base, exponent)
            case Repeat("sum", body, index, _, _):
                return UNKNOWN if index in names(body) and not self._indexed(body, index) else self.sign(body)
            case Apply():
                return self._call(node)
        return UNKNOWN

    def _indexed(self, body: Node, index: str) -> bool:
        """Whether an index stands in subscripts alone: its own sign is not known."""
        match body:
            case Index(base, _):
                return self._indexed(base, index)
            case Name(text):
                return text != index
        return all(self._indexed(child, index) for child in children(body))

    def _named(self, text: str) -> Sign:
        if text in self.signs.lines:
            return self.sign(self.signs.lines[text])
        if text in ("e", "pi") or text not in self.signs.shapes:
            return POSITIVE
        return max((FACTS.get(fact, 0) for fact in self.signs.facts.get(text, ())), default=0), 0

    def _sum(self, node: Sum, terms: tuple[Node, ...]) -> Sign:
        match terms:
            case (first, Negate(arg)) if first == ONE and self.signs.unit(arg):
                return NONNEGATIVE
        parts = [self.sign(term) for term in terms]
        up, down = (_added([part[side] for part in parts]) for side in (0, 1))
        if not (up or down) and not any(self.signs.shapes.get(name) for name in names(node)):
            low, high = bounds(node)
            up = 0 if low is None or low < 0 else 1 + (low > 0)
            down = 0 if high is None or high > 0 else 1 + (high < 0)
        return up, down

    def _product(self, node: Product, factors: tuple[Node, ...], star: bool) -> Sign:
        n = len(factors)
        if star or all(form_of(factor, self.signs) == "scalar" for factor in factors):
            odd = [factor for factor in dict.fromkeys(factors) if factors.count(factor) % 2]
            even = [NONNEGATIVE] * (len(odd) < n)
            return _times([*even, *(self.sign(factor) for factor in odd)])
        mirrored = all(factors[k] == t(factors[n - 1 - k]) for k in range(n // 2))
        middle = n % 2 == 0 or self.signs.definite(factors[n // 2])
        if mirrored and middle and form_of(node, self.signs) == "scalar":
            return NONNEGATIVE
        return _times([self.sign(factor) for factor in factors])

    def _power(self, base: Node, exponent: Node) -> Sign:
        constant, (up, down) = constant_of(exponent), self.sign(base)
        if up:
            return up, 0
        if constant is None or constant.denominator != 1:
            return UNKNOWN
        if constant % 2:
            return up, down
        return 2 if down == 2 or constant < 0 else 1, 0

    def _call(self, node: Apply) -> Sign:
        function, args = node.function, node.args
        if function in COUNTS or function in ("ones", "eye"):
            return POSITIVE if function != "eye" else NONNEGATIVE
        if function == "det" and self.signs.definite(args[0], DEFINITE):
            return POSITIVE
        if function in ABOVE:
            return ABOVE[function], 0
        if function in ("max", "min"):
            side = max if function == "max" else min
            other = min if function == "max" else max
            parts = [self.sign(arg) for arg in args]
            return side(up for up, _ in parts), other(down for _, down in parts)
        if function == "where":
            return _all([self.sign(arg) for arg in args[1:]])
        if function == "diag":
            up, down = self.sign(args[0])
            return min(up, 1), min(down, 1)
        if function in LINEAR or function in ODD:
            return self.sign(args[0])
        if function in LOGARITHMS:
            return self._log(args[0])
        if function == "log_sigmoid":
            return NONPOSITIVE
        whole = self.opened(node)
        return UNKNOWN if whole is None else self.sign(whole)

    def _log(self, arg: Node) -> Sign:
        if self.signs.unit(arg):
            return NONPOSITIVE
        match arg:
            case Sum((first, *rest)) if first == ONE and rest:
                return min(_added([self.sign(term)[0] for term in rest]), 2), 0
        return UNKNOWN


def _added(parts: list[int]) -> int:
    return 0 if 0 in parts else max(parts)


def _all(parts: list[Sign]) -> Sign:
    return min(up for up, _ in parts), min(down for _, down in parts)


def _times(parts: list[Sign]) -> Sign:
    """The sign of a product: known where that of each factor is."""
    if any(not (up or down) for up, down in parts):
        return UNKNOWN
    strict = 2 if all(max(part) == 2 for part in parts) else 1
    sign = prod(1 if up else -1 for up, _ in parts)
    return (strict, 0) if sign > 0 else (0, strict)


def _divisor(sign: Sign) -> Sign:
    """What is divided by is not zero."""
    return (2 if sign[0] else 0), (2 if sign[1] and not sign[0] else 0)
