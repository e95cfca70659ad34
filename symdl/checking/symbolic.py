"""This module confirms by SymPy: small scalar formulas are differentiated there and compared by expansion.

SymPy never judges alone: what it cannot confirm stays "checked" by numbers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symdl.core.algebra import product, quotient, ratio
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.core.holding import HELD, apart
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
    number,
    plus,
    size,
)  # fmt: skip

MAX_SIZE = 120  # nodes of a formula that is handed over


class Unconvertible(Exception):
    """A formula that has no SymPy form here."""


def with_plain_symbols(found: Any) -> Any:
    """An expression in symbols without assumptions, which a user's own `Symbol("x")` is equal to."""
    import sympy

    if not hasattr(found, "free_symbols"):
        return found
    return found.xreplace({symbol: sympy.Symbol(symbol.name) for symbol in found.free_symbols})


def to_sympy(node: Node) -> Any:
    """A scalar formula as a SymPy expression in real symbols."""
    import sympy

    match node:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Name("pi"):
            return sympy.pi
        case Name("e"):
            return sympy.E
        case Name(text):
            return sympy.Symbol(text, real=True)
        case Negate(arg):
            return -to_sympy(arg)
        case Sum(terms):
            return sympy.Add(*map(to_sympy, terms))
        case Product(factors):
            return sympy.Mul(*map(to_sympy, factors))
        case Quotient(top, bottom):
            return to_sympy(top) / to_sympy(bottom)
        case Power(base, exponent):
            return to_sympy(base) ** to_sympy(exponent)
        case Bars(arg):
            return sympy.Abs(to_sympy(arg))
        case Apply("where", (Compare(relation, left, right), yes, no)):
            return sympy.Piecewise((to_sympy(yes), _relation(relation, left, right)), (to_sympy(no), True))
        case Apply(function, (arg,)) if function in HELD:
            return to_sympy(arg)
        case Apply(function, args) if function in ELEMENTARY:
            return getattr(sympy, ELEMENTARY[function].sympy or function)(to_sympy(args[0]))
        case Apply(function, args) if function in POINTWISE:
            return to_sympy(POINTWISE[function].at(args))
    raise Unconvertible(type(node).__name__)


def _relation(relation: str, left: Node, right: Node) -> Any:
    import sympy

    kind = {"=": sympy.Eq, "!=": sympy.Ne, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}[
        relation
    ]
    return kind(to_sympy(left), to_sympy(right))


def confirms(formula: Node, by: tuple[str, ...], derivative: Node) -> bool:
    """Whether SymPy's derivative of a formula equals another formula after expansion.

    >>> from symdl.formula.tree import number, times
    >>> confirms(Power(Name("x"), number(2)), ("x",), times(number(2), Name("x")))
    True
    """
    import sympy

    if size(formula) > MAX_SIZE or size(derivative) > MAX_SIZE:
        return False
    try:
        free, held = apart(formula)
        found = to_sympy(free)
        for name in by:
            found = found.diff(sympy.Symbol(name, real=True))
        held_values = {sympy.Symbol(name, real=True): to_sympy(arg) for name, arg in held.items()}
        rest = found.subs(held_values) - to_sympy(derivative)
        if sympy.expand(rest) == 0 or sympy.cancel(sympy.together(rest)) == 0:
            return True
        exponentials = rest.rewrite(sympy.exp) if rest.has(sympy.tanh) else rest
        return bool(sympy.simplify(exponentials) == 0) if exponentials != rest else False
    except (Unconvertible, TypeError, ValueError, RecursionError):
        return False


def from_sympy(expression: Any) -> Node:
    """A SymPy expression as a formula; raises `Unconvertible` for what has no name here.

    >>> import sympy
    >>> from symdl.formula.plain import to_plain
    >>> to_plain(from_sympy(-sympy.sqrt(2) / 3))
    '-1/3 * sqrt(2)'
    """
    import sympy

    if expression.is_Symbol:
        return Name(expression.name)
    if expression.is_Rational:
        return ratio(Fraction(int(expression.p), int(expression.q)))
    if expression in (sympy.pi, sympy.E):
        return Name("pi" if expression == sympy.pi else "e")
    if expression.is_Add:
        return plus(*map(from_sympy, sympy.Add.make_args(expression)))
    if expression.is_Mul:
        number_part, rest = expression.as_coeff_Mul()
        return product(from_sympy(number_part), *map(from_sympy, sympy.Mul.make_args(rest)))
    if expression.is_Pow:
        return _power(expression)
    known = {(row.sympy or key): key for key, row in ((key, ELEMENTARY[key]) for key in ELEMENTARY)}
    name = known.get(type(expression).__name__)
    if name is None or len(expression.args) != 1:
        raise Unconvertible(type(expression).__name__)
    return Apply(name, (from_sympy(expression.args[0]),))


def _power(expression: Any) -> Node:
    import sympy

    base, exponent = expression.as_base_exp()
    if exponent == sympy.Rational(1, 2):
        return Apply("sqrt", (from_sympy(base),))
    if exponent.is_negative:
        return quotient(number(1), from_sympy(1 / expression))
    return Power(from_sympy(base), from_sympy(exponent))
