"""This module proves Hessians positive semidefinite for all sizes: the quadratic form is a sum of squares.

A form is recognized as it is written: `Aᵀ A`, `Aᵀ diag(r) A` with weights that are nowhere negative, the
covariance `diag(p) - p pᵀ` of a distribution, and sums of such matrices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from symdl.core.algebra import constant_of
from symdl.core.dims import Shape
from symdl.core.facts import WEIGHTS
from symdl.core.matrix_patterns import in_a_row, t
from symdl.formula.tree import (
    ONE,
    TWO,
    Apply,
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
    plus,
    times,
)  # fmt: skip

POSITIVE = frozenset({"exp", "softplus", "abs", "relu", "cosh", "sqrt", "norm", "count", "rows"})
UNIT = frozenset({"sigmoid", "softmax"})  # values between 0 and 1
DISTRIBUTION = "softmax"
DEFINITE, SEMIDEFINITE = "positive-definite", "positive-semidefinite"
Kind = Literal["gram", "weighted", "covariance", "through", "ridge", "sum", "assumed", "assumed_definite"]


@dataclass(frozen=True)
class Squares:
    """A quadratic form as a sum of squares; `factor` is the matrix of a Gram matrix, else none."""

    form: Node
    kind: Kind
    factor: Node | None = None


@dataclass(frozen=True)
class Signs:
    """What is known of quantities: their shapes, their lines, their facts; other names are sizes."""

    shapes: Mapping[str, Shape]
    lines: Mapping[str, Node]
    facts: Mapping[str, tuple[str, ...]]

    def rank(self, node: Node) -> int:
        """The number of axes that a formula has."""
        match node:
            case Name(text):
                return len(self.shapes.get(text, ()))
            case Apply("diag" | "eye") | Transpose():
                return 2
        return max(map(self.rank, children(node)), default=0)

    def unit(self, node: Node) -> bool:
        """Whether all entries of a formula lie between 0 and 1."""
        match node:
            case Apply(function):
                return function in UNIT
            case Name(text) if text in self.lines:
                return self.unit(self.lines[text])
            case Name(text):
                return bool({"unit", *WEIGHTS} & set(self.facts.get(text, ())))
        return False

    def distribution(self, node: Node) -> bool:
        """Whether the entries of a vector are not negative and sum to one."""
        match node:
            case Apply(function):
                return function == DISTRIBUTION
            case Index(base, (_, Slice(None, None))):
                return self.distribution(base)
            case Name(text) if text in self.lines:
                return self.distribution(self.lines[text])
            case Name(text):
                return bool({"distribution", "one-hot"} & set(self.facts.get(text, ())))
        return False

    def definite(self, node: Node, fact: str = SEMIDEFINITE) -> bool:
        """Whether a matrix is assumed positive semidefinite, or the inverse of such a one."""
        match node:
            case Name(text):
                return fact in self.facts.get(text, ())
            case Apply("inv", (arg,)):
                return self.definite(arg, fact)
            case Transpose(arg):
                return self.definite(arg, fact)
        return False

    def nonnegative(self, node: Node) -> bool:
        """Whether no entry of a formula can be negative."""
        if self.unit(node):
            return True
        match node:
            case Number(value):
                return value >= 0
            case Name(text) if text in self.lines:
                return self.nonnegative(self.lines[text])
            case Name(text):
                return text not in self.shapes or "positive" in self.facts.get(text, ())
            case Apply(function):
                return function in POSITIVE
            case Bars():
                return True
            case Power(base, exponent):
                constant = constant_of(exponent)
                return self.nonnegative(base) or (constant is not None and constant % 2 == 0)
            case Sum((first, Negate(arg))) if first == ONE:
                return self.unit(arg)
            case Product() | Quotient() | Sum():
                return all(map(self.nonnegative, children(node)))
        return False


def sum_of_squares(matrix: Node, v: Name, signs: Signs) -> Squares | None:
    """The quadratic form `vᵀ H v` as a sum of squares, None where it is not recognized.

    >>> from symdl.formula.plain import to_plain
    >>> gram = times(Transpose(Name("X")), Name("X"), style="juxtaposed")
    >>> to_plain(sum_of_squares(gram, Name("v"), Signs({"X": (3, 2)}, {}, {})).form)
    '|X v|^2'
    """
    match matrix:
        case Sum((Apply("diag", (p,)), Negate(Product((left, Transpose(right)), ("juxtaposed",))))) if (
            left == right == p and signs.distribution(p)
        ):
            return Squares(variance(p, v), "covariance")
        case Sum(terms):
            parts = [sum_of_squares(term, v, signs) for term in terms]
            found = [part for part in parts if part is not None]
            if len(found) < len(parts):
                return None
            ridge = len(found) == 2 and {part.kind for part in found} == {"gram", "ridge"}
            return Squares(plus(*(part.form for part in found)), "ridge" if ridge else "sum")
    return _product(matrix, v, signs)


def variance(p: Node, along: Node) -> Node:
    """The variance of the entries of a vector under probabilities."""
    mean = times(Transpose(p), along, style="juxtaposed")
    return Apply("sum", (times(p, Power(plus(along, Negate(mean)), TWO)),))


def _product(matrix: Node, v: Name, signs: Signs) -> Squares | None:
    factors = in_a_row(matrix)
    front = [factor for factor in factors if not signs.rank(factor)]
    rest = [factor for factor in factors if signs.rank(factor)]
    if not all(map(signs.nonnegative, front)):
        return None
    found = _squares(rest, v, signs)
    if found is None:
        return None
    return Squares(times(*front, found.form, style="juxtaposed"), found.kind, found.factor)


def _squares(factors: list[Node], v: Name, signs: Signs) -> Squares | None:
    match factors:
        case [Apply("eye")]:
            return Squares(Power(Bars(v), TWO), "ridge")
        case [Apply("diag", (weights,))] if signs.nonnegative(weights):
            return Squares(Apply("sum", (times(weights, Power(v, TWO)),)), "weighted")
        case [matrix] if signs.definite(matrix):
            kind: Kind = "assumed_definite" if signs.definite(matrix, DEFINITE) else "assumed"
            return Squares(times(Transpose(v), matrix, v, style="juxtaposed"), kind, matrix)
        case [left, matrix, right] if left == t(right) and signs.definite(matrix):
            along = times(right, v, style="juxtaposed")
            return Squares(times(Transpose(along), matrix, along, style="juxtaposed"), "assumed", matrix)
        case [left, right] if left == t(right):
            return Squares(Power(Bars(times(right, v, style="juxtaposed")), TWO), "gram", right)
        case [
            left,
            Sum((Apply("diag", (p,)), Negate(Product((one, Transpose(other)), ("juxtaposed",))))),
            right,
        ] if left == t(right) and one == other == p and signs.distribution(p):
            return Squares(variance(p, times(right, v, style="juxtaposed")), "through", right)
        case [left, Apply("diag", (weights,)), right] if left == t(right) and signs.nonnegative(weights):
            squares = Power(times(right, v, style="juxtaposed"), TWO)
            return Squares(Apply("sum", (times(weights, squares),)), "weighted", right)
    return None
