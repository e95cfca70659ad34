"""This module recognizes convex formulas of vectors and matrices by how they are composed.

A convex function of one number, applied entry by entry to what is affine, is convex; so are sums of convex
terms, their positive multiples, norms of what is affine, and a convex function that grows of a convex one
(Boyd & Vandenberghe, Convex Optimization, section 3.2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from symdl.core.algebra import constant_of
from symdl.core.matrix_patterns import t
from symdl.derivation.convexity.composing import TURNED, Curve
from symdl.derivation.convexity.judging import Signs
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
    Slice,
    Sum,
    Transpose,
    children,
    names,
    times,
)  # fmt: skip

LINEAR = frozenset({"sum", "mean", "trace", "diag", "transpose", "vec", "reshape"})
CONVEX = frozenset({"exp", "softplus", "relu", "abs", "cosh", "square"})  # of one number
GROWING = frozenset({"exp", "softplus", "relu"})
CONCAVE = frozenset({"log", "sqrt", "logsigmoid"})  # all of them grow
LARGEST = frozenset({"max", "logsumexp"})
LOSSES = frozenset(  # of predictions that come first, and targets
    {
        "mse",
        "half_mse",
        "rmse",
        "mae",
        "huber",
        "log_cosh",
        "hinge",
        "squared_hinge",
        "quantile",
        "bce_logits",
    }
)


@dataclass(frozen=True)
class Composed:
    """What judges formulas as functions of some quantities, lines put in by what they are."""

    by: frozenset[str]
    signs: Signs

    def moves(self, node: Node) -> bool:
        """Whether a formula rests on the quantities."""
        return any(
            name in self.by or (name in self.signs.lines and self.moves(self.signs.lines[name]))
            for name in names(node)
        )

    def curve(self, node: Node) -> Curve | None:
        """Whether all entries of a formula are constant, affine, convex or concave; None if unseen."""
        if not self.moves(node):
            return "constant"
        match node:
            case Name(text):
                return "affine" if text in self.by else self.curve(self.signs.lines[text])
            case Index(base, subscripts):
                inside = any(self.moves(part) for part in subscripts if not isinstance(part, Slice))
                return None if inside else self.curve(base)
            case Array(items):
                return self._sum([self.curve(item) for item in items])
            case Sum(terms):
                return self._sum([self.curve(term) for term in terms])
            case Negate(arg):
                return self._turned(self.curve(arg), -1)
            case Transpose(arg):
                return self.curve(arg)
            case Bars(arg):
                return "convex" if self.curve(arg) == "affine" else None
            case Quotient(top, bottom):
                return self._quotient(top, bottom)
            case Power(base, exponent):
                return self._power(base, exponent)
            case Product():
                return self._product(node)
            case Apply(function, args, _):
                return self._call(function, args)
        return None

    def grounds(self, node: Node) -> Iterator[Node]:
        """The parts that are convex or concave while nothing in them is: the squares, the exponentials."""
        if isinstance(node, Name):
            if node.text in self.signs.lines and self.moves(node):
                yield from self.grounds(self.signs.lines[node.text])
            return
        inner = [ground for child in children(node) if self.moves(child) for ground in self.grounds(child)]
        if inner or self.curve(node) not in ("convex", "concave"):
            yield from inner
        else:
            yield node

    @staticmethod
    def _sum(parts: list[Curve | None]) -> Curve | None:
        kinds = set(parts)
        if None in kinds or {"convex", "concave"} <= kinds:
            return None
        order: tuple[Curve, ...] = ("convex", "concave", "affine")
        return next((kind for kind in order if kind in kinds), "constant")

    def _turned(self, kind: Curve | None, sign: int) -> Curve | None:
        if kind in ("affine", "constant") or kind is None:
            return kind
        return kind if sign > 0 else TURNED[kind] if sign < 0 else None

    def _sign(self, node: Node) -> int:
        """The sign of all entries of a constant; 0 where it is not known."""
        match node:
            case Negate(arg):
                return -self._sign(arg)
            case Transpose(arg):
                return self._sign(arg)
        value = constant_of(node)
        if value is not None:
            return (value > 0) - (value < 0)
        return int(self.signs.nonnegative(node))

    def _quotient(self, top: Node, bottom: Node) -> Curve | None:
        if not self.moves(bottom):
            return self._turned(self.curve(top), self._sign(bottom))
        if self.moves(top) or not self.positive(bottom) or self.curve(bottom) not in ("affine", "concave"):
            return None
        return self._turned("convex", self._sign(top))

    def _power(self, base: Node, exponent: Node) -> Curve | None:
        constant, kind = constant_of(exponent), self.curve(base)
        if constant is None or constant.denominator != 1 or constant < 1:
            return None
        if constant % 2 == 0 and kind == "affine":
            return "convex"
        return "convex" if kind in ("convex", "affine") and self.nonnegative(base) else None

    def _product(self, node: Product) -> Curve | None:
        factors = [part for factor in node.factors for part in _opened(factor, node)]
        moving = [factor for factor in factors if self.moves(factor)]
        if len(moving) == 1:
            return self._multiple(factors, moving[0])
        if self._square(factors) or self._form(factors):
            still = [factor for factor in factors if not self.moves(factor) and not self.signs.rank(factor)]
            scalar = times(*still) if still else ONE
            return self._turned("convex", self._sign(scalar))
        if len(moving) == 2 and any(Apply("log", (a,)) == b for a, b in (moving, moving[::-1])):
            own = moving[0] if isinstance(moving[1], Apply) else moving[1]
            still = [factor for factor in factors if not self.moves(factor)]
            sign = self._sign(times(*still) if still else ONE)
            return self._turned("convex", sign) if self.curve(own) == "affine" else None
        return None

    def _multiple(self, factors: list[Node], moving: Node) -> Curve | None:
        sign = 1
        for factor in factors:
            if factor is not moving:
                sign *= self._sign(factor)
        return self._turned(self.curve(moving), sign)

    def _square(self, factors: list[Node]) -> bool:
        """Whether the arrays of a product are `uᵀ u` or `u * u` with an affine u."""
        arrays = [factor for factor in factors if self.moves(factor)]
        if len(arrays) != 2 or any(self.signs.rank(f) and not self.moves(f) for f in factors):
            return False
        left, right = arrays
        return (left == right or left == t(right)) and self.curve(right) == "affine"

    def _form(self, factors: list[Node]) -> bool:
        """Whether they are `uᵀ A u` with A positive semidefinite."""
        match [factor for factor in factors if self.signs.rank(factor) or self.moves(factor)]:
            case [left, matrix, right] if left == t(right) and not self.moves(matrix):
                return self.signs.definite(matrix) and self.curve(right) == "affine"
        return False

    def _call(self, function: str, args: tuple[Node, ...]) -> Curve | None:
        first = args[0]
        if any(self.moves(arg) for arg in args[1:]) and function not in (*LARGEST, "min"):
            return None
        kind = self.curve(first)
        if function in LINEAR:
            return kind
        if function in LARGEST:
            kinds = {self.curve(arg) for arg in args}
            return "convex" if kinds <= {"convex", "affine", "constant"} else None
        if function == "min":
            kinds = {self.curve(arg) for arg in args}
            return "concave" if kinds <= {"concave", "affine", "constant"} else None
        if function == "norm" or (function in CONVEX and kind == "affine"):
            return "convex" if kind == "affine" else None
        if function in GROWING and kind == "convex":
            return "convex"
        if function == "log" and (self._exponentials(first) or self._hyperbolic(first)):
            return "convex"
        if function == "sqrt" and self._squares(first):
            return "convex"
        if function in CONCAVE and kind in ("affine", "concave"):
            return "concave"
        if function in LOSSES and kind == "affine":
            return "convex"
        return None

    def _exponentials(self, node: Node) -> bool:
        """Whether a formula adds exponentials of what is convex, and positive constants."""
        match node:
            case Sum(terms):
                return all(
                    self._sign(term) > 0 if not self.moves(term) else self._exponentials(term)
                    for term in terms
                )
            case Apply("exp", (arg,)):
                return self.curve(arg) in ("affine", "convex")
            case Apply("sum" | "mean", (arg,)):
                return self._exponentials(arg)
        return False

    def _hyperbolic(self, node: Node) -> bool:
        return isinstance(node, Apply) and node.function == "cosh" and self.curve(node.args[0]) == "affine"

    def _squares(self, node: Node) -> bool:
        """Whether a formula adds squares of what is affine, and constants that are not negative."""
        match node:
            case Sum(terms):
                return all(
                    self._sign(term) >= 1 if not self.moves(term) else self._squares(term) for term in terms
                )
            case Apply("sum", (arg,)):
                return self._squares(arg)
            case Power(base, exponent) if constant_of(exponent) == 2:
                return self.curve(base) == "affine"
            case Product():
                factors = [part for factor in node.factors for part in _opened(factor, node)]
                return self._square(factors) or self._form(factors)
        return False

    def nonnegative(self, node: Node) -> bool:
        """Whether no entry of a formula that moves is negative, by how it is built."""
        match node:
            case _ if not self.moves(node):
                return self._sign(node) >= 1
            case Bars() | Apply("relu" | "exp" | "softplus" | "abs" | "cosh" | "norm"):
                return True
            case Apply("sum" | "mean", (arg,)):
                return self.nonnegative(arg)
            case Apply("max", args):
                return len(args) > 1 and any(isinstance(arg, Number) or self.nonnegative(arg) for arg in args)
            case Sum(terms):
                return all(map(self.nonnegative, terms))
            case Power(base, exponent):
                constant = constant_of(exponent)
                return (constant is not None and constant % 2 == 0) or self.nonnegative(base)
            case Name(text):
                return "positive" in self.signs.facts.get(text, ()) or (
                    text in self.signs.lines and self.nonnegative(self.signs.lines[text])
                )
            case Product(factors):
                opened = [part for factor in factors for part in _opened(factor, node)]
                return self._square(opened) or self._form(opened) or all(map(self.nonnegative, factors))
        return False

    def positive(self, node: Node) -> bool:
        """Whether every entry is positive where the formula has a value: of a name, by assumption."""
        match node:
            case Name(text):
                return "positive" in self.signs.facts.get(text, ())
            case Sum(terms):
                return all(map(self.positive, terms))
            case _ if not self.moves(node):
                value = constant_of(node)
                return value is not None and value > 0
        return False


def _opened(factor: Node, product: Product) -> tuple[Node, ...]:
    """The factors of a product inside a product of the same kind."""
    if isinstance(factor, Product) and set(factor.styles) == set(product.styles):
        return factor.factors
    return (factor,)


def bend_of(node: Node, by: Collection[str], signs: Signs) -> Curve | None:
    """What the shape of a formula shows of it, as a function of some vectors and matrices together.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(frozenset({"X", "w", "y"}), frozenset({"exp", "sum"}))
    >>> signs = Signs({"X": ("N", "n"), "w": ("n",), "y": ("N",)}, {}, {})
    >>> texts = ("sum(exp(X w)) - y^T X w", "w^T X^T y", "sum(exp(X w)) - sum(w^2)")
    >>> [bend_of(read_formula(text, scope), ("w",), signs) for text in texts]
    ['convex', 'affine', None]
    """
    return Composed(frozenset(by), signs).curve(node)
