"""Formulas as SymPy expressions, written apart from the engine: an oracle for local derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symdl.core.function import POINTWISE
from symdl.formula.tree import (
    Apply,
    Bars,
    Compare,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)


class Floor(sp.Function):
    """The floor with its derivative between the jumps, which SymPy leaves standing."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sp.Integer(0)


class Held(sp.Function):
    """The identity with its argument held fixed."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sp.Integer(0)

    def _eval_evalf(self, prec: int) -> Any:
        return self.args[0].evalf(prec)


FUNCTIONS = {
    "stop_gradient": Held,
    "exp": sp.exp, "log": sp.log, "sqrt": sp.sqrt, "abs": sp.Abs, "sign": sp.sign, "floor": Floor,
    "sin": sp.sin, "cos": sp.cos, "tan": sp.tan, "asin": sp.asin, "acos": sp.acos, "atan": sp.atan,
    "sinh": sp.sinh, "cosh": sp.cosh, "tanh": sp.tanh, "asinh": sp.asinh, "acosh": sp.acosh,
    "atanh": sp.atanh, "erf": sp.erf,
}  # fmt: skip
RELATIONS = {"=": sp.Eq, "<": sp.Lt, ">": sp.Gt, "<=": sp.Le, ">=": sp.Ge, "!=": sp.Ne}
CONSTANTS = {"pi": sp.pi, "e": sp.E}


def to_sympy(node: Node, names: Mapping[str, Any]) -> Any:
    """A scalar formula as an expression; names stand for expressions."""

    def of(part: Node) -> Any:
        return to_sympy(part, names)

    match node:
        case Number(value):
            return sp.Rational(value.numerator, value.denominator)
        case Name(text):
            return names[text] if text in names else CONSTANTS[text]
        case Negate(arg):
            return -of(arg)
        case Sum(terms):
            return sp.Add(*map(of, terms))
        case Product(factors):
            return sp.Mul(*map(of, factors))
        case Quotient(top, bottom):
            return of(top) / of(bottom)
        case Power(base, exponent):
            return of(base) ** of(exponent)
        case Bars(arg):
            return sp.Abs(of(arg))
        case Compare(relation, left, right):
            return RELATIONS[relation](of(left), of(right))
        case Apply("where", (test, yes, no)):
            return sp.Piecewise((of(yes), of(test)), (of(no), True))
        case Apply(function, args) if function in FUNCTIONS:
            return FUNCTIONS[function](*map(of, args))
        case Apply(function, args):
            op = POINTWISE[function]
            return to_sympy(op.body, dict(zip(op.params, map(of, args), strict=True)))
    raise TypeError(type(node).__name__)


def symbols(*names: str) -> dict[str, Any]:
    """Real symbols by their names."""
    return {name: sp.Symbol(name, real=True) for name in names}


def digits(expression: Any, at: Mapping[str, Any], count: int = 30) -> float:
    """The value of an expression at rational values of its symbols."""
    exact = {sp.Symbol(name, real=True): sp.Rational(v.numerator, v.denominator) for name, v in at.items()}
    return float(expression.subs(exact).evalf(count))
