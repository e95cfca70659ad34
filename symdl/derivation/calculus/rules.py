"""This module holds the rules of differentiation: which one applies to a formula, and what it says.

A rule names the parts whose derivatives it needs and puts them together. The same `combine` writes the
rule in symbols (given `d/dx(part)`) and its result (given the derivatives themselves).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symdl.core.algebra import constant_of, unsigned
from symdl.core.differentiation import outer_derivative
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.errors import SymdlError
from symdl.formula.tree import (
    ONE,
    TWO,
    ZERO,
    Apply,
    Bars,
    Compare,
    Name,
    Negate,
    Node,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    names,
    plus,
    times,
)  # fmt: skip

Combine = Callable[[tuple[Node, ...]], Node]

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "exponential": ("exp", "expm1"),
    "logarithm": ("log", "ln", "log2", "log10", "log_base", "log1p"),
    "root": ("sqrt", "cbrt"),
    "absolute": ("abs",),
    "jump": ("sign", "floor", "step"),
    "trigonometric": ("sin", "cos", "tan", "sec", "csc", "cot"),
    "inverse": ("asin", "acos", "atan", "acot"),
    "hyperbolic": ("sinh", "cosh", "tanh", "sech", "csch", "coth"),
    "inverse_hyperbolic": ("asinh", "acosh", "atanh"),
}
FAMILY = {function: family for family, functions in FAMILIES.items() for function in functions}
CASES = ("max", "min")  # functions that are case distinctions


class NoRule(SymdlError):
    """A formula that is not made of scalar functions."""

    def __init__(self) -> None:
        super().__init__("graph.not_differentiable", name="")


@dataclass(frozen=True)
class Application:
    """A rule applied to a formula: the parts to differentiate, and how their derivatives combine."""

    rule: str
    goals: tuple[Node, ...]
    combine: Combine
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chain:
    """The chain rule: an outer function of `u`, its derivative there, and what stands for `u`."""

    rule: str  # of the outer function
    outer: Node
    slope: Node
    inner: Node
    u: Name


def rule_for(node: Node, by: str, spare: str) -> Application | Chain:
    """The rule that a formula asks for; `spare` is a name for the inner function of a chain."""
    if by not in names(node):
        return Application("constant", (), lambda _: ZERO, {"constant": node})
    match node:
        case Name():
            return Application("identity", (), lambda _: ONE)
        case Negate(arg):
            return Application("negative", (arg,), lambda d: Negate(d[0]))
        case Sum(terms):
            return _sum(terms)
        case Product(factors):
            return _product(factors, by)
        case Quotient(top, bottom):
            return _quotient(top, bottom, by)
        case Power(base, exponent) if by in names(base) and by in names(exponent):
            return Application("general_power", (base, exponent), lambda d: _general_power(base, exponent, d))
        case Power() | Bars():
            return _of_one(node, by, spare)
        case Apply("where", (Compare() as test, yes, no), ()):
            return Application("cases", (yes, no), lambda d: Apply("where", (test, *d)))
        case Apply("log_base", (arg, base), ()) if by in names(base):
            ratio = Quotient(Apply("ln", (arg,)), Apply("ln", (base,)))
            return Application("base", (ratio,), lambda d: d[0])
        case Apply(function, args, ()) if function in CASES and len(args) == 2:
            body = POINTWISE[function].at(args)
            return Application("definition", (body,), lambda d: d[0], {"function": function})
        case Apply(function, args, ()) if _takes(function, args) and _once(by, args):
            return _of_one(node, by, spare)
        case Apply(function, args, ()) if _takes(function, args):
            return _of_several(function, args, by)
    raise NoRule


def _takes(function: str, args: tuple[Node, ...]) -> bool:
    """Whether a function works entry by entry with so many arguments: `max(v)` is of the entries of one."""
    return function in POINTWISE and len(POINTWISE[function].params) == len(args)


def _once(by: str, args: tuple[Node, ...]) -> bool:
    """Whether a name stands in one of the arguments only."""
    return sum(by in names(arg) for arg in args) == 1


def _sum(terms: tuple[Node, ...]) -> Application:
    signs = tuple(isinstance(term, Negate) for term in terms)
    bare = tuple(term.arg if isinstance(term, Negate) else term for term in terms)
    return Application(
        "difference" if any(signs) else "sum",
        bare,
        lambda d: Sum(tuple(Negate(x) if minus else x for x, minus in zip(d, signs, strict=True))),
    )


def _product(factors: tuple[Node, ...], by: str) -> Application:
    fixed = tuple(f for f in factors if by not in names(f))
    moving = tuple(f for f in factors if by in names(f))
    if fixed:
        rest = times(*moving, style="juxtaposed")
        return Application(
            "multiple", (rest,), lambda d: times(*fixed, d[0], style="juxtaposed"),
            {"constant": times(*fixed, style="juxtaposed")},
        )  # fmt: skip
    return Application("product", moving, lambda d: _product_terms(moving, d), {"factors": moving})


def _product_terms(factors: tuple[Node, ...], d: tuple[Node, ...]) -> Node:
    """Each factor in turn gives way to its derivative.

    A derivative that is not carried out stands last, or what follows would seem to belong to it.
    """
    return plus(*(times(*_replaced(factors, k, d[k]), style="juxtaposed") for k in range(len(factors))))


def _replaced(factors: tuple[Node, ...], k: int, by: Node) -> tuple[Node, ...]:
    before, after = factors[:k], factors[k + 1 :]
    return (*before, *after, by) if isinstance(by, Partial) else (*before, by, *after)


def _quotient(top: Node, bottom: Node, by: str) -> Application:
    if by not in names(bottom):
        return Application(
            "multiple", (top,), lambda d: Quotient(d[0], bottom), {"constant": Quotient(ONE, bottom)}
        )
    below = Power(bottom, TWO)

    def difference(d: tuple[Node, ...]) -> Node:
        first, second = times(bottom, d[0], style="juxtaposed"), times(top, d[1], style="juxtaposed")
        return Quotient(Sum((first, Negate(second))), below)

    if by not in names(top):
        return Application(
            "reciprocal",
            (bottom,),
            lambda d: Negate(Quotient(d[0] if top == ONE else times(top, d[0], style="juxtaposed"), below)),
        )
    return Application("quotient", (top, bottom), difference)


def _general_power(base: Node, exponent: Node, d: tuple[Node, ...]) -> Node:
    growth = times(d[1], Apply("log", (base,)), style="juxtaposed")
    rate = Quotient(times(exponent, d[0], style="juxtaposed"), base)
    return times(Power(base, exponent), plus(growth, rate), style="juxtaposed")


def _of_one(node: Node, by: str, spare: str) -> Application | Chain:
    """A function of one argument: its own rule at the variable, the chain rule around anything else."""
    inner, outer = argument(node, by)
    if isinstance(inner, Name):
        rule, slope = basic(node, by)
        return Application(rule, (), lambda _: slope, _facts(node))
    u = Name(spare)
    rule, slope = basic(outer(u), spare)
    return Chain(rule, outer(u), slope, inner, u)


def argument(node: Node, by: str) -> tuple[Node, Callable[[Node], Node]]:
    """The argument of a function that a name stands in, and the function of it."""
    match node:
        case Power(base, exponent) if by in names(base):
            return base, lambda u: Power(u, exponent)
        case Power(base, exponent):
            return exponent, lambda u: Power(base, u)
        case Bars(arg):
            return arg, lambda u: Bars(u)
        case Apply(function, args):
            place = _place(by, args)
            return args[place], lambda u: Apply(function, (*args[:place], u, *args[place + 1 :]))
    raise NoRule


def basic(node: Node, by: str) -> tuple[str, Node]:
    """The rule and the derivative of a function of the variable itself: `x^n`, `a^x`, `sin(x)`.

    >>> from symdl.formula.plain import to_plain
    >>> rule, slope = basic(Power(Name("x"), TWO), "x")
    >>> rule, to_plain(slope)
    ('power', '2 x^(2 - 1)')
    """
    match node:
        case Power(base, exponent) if by in names(base):
            slope = times(unsigned(exponent), Power(base, Sum((exponent, Negate(ONE)))), style="juxtaposed")
            return "power", Negate(slope) if isinstance(exponent, Negate) else slope
        case Power(Name("e"), _):
            return "exponential", node
        case Power(base, _):
            return "exponential", times(node, Apply("log", (base,)), style="juxtaposed")
        case Bars(arg):
            return "absolute", Apply("sign", (arg,))
        case Apply(function, args):
            return family(function), outer_derivative(function, args, _place(by, args))
    raise NoRule


def _place(by: str, args: tuple[Node, ...]) -> int:
    """The argument in which a name stands."""
    return next(k for k, arg in enumerate(args) if by in names(arg))


def family(function: str) -> str:
    """The family that a function of one variable belongs to: the name of its rule."""
    declared = FUNCTIONS.get(function)
    activation = declared is not None and declared.kind == "activation"
    return FAMILY.get(function, "activation" if activation else "function")


def _facts(node: Node) -> Mapping[str, Any]:
    match node:
        case Apply(function):
            return {"function": function}
        case Power(_, exponent):
            return {"exponent": exponent, "lower": constant_of(exponent)}
    return {}


def _of_several(function: str, args: tuple[Node, ...], by: str) -> Application:
    """A function of several arguments: the slope by each, times its derivative, added."""
    moving = [k for k, arg in enumerate(args) if by in names(arg)]
    slopes = [outer_derivative(function, args, k) for k in moving]
    return Application(
        "arguments", tuple(args[k] for k in moving),
        lambda d: plus(*(times(s, x, style="juxtaposed") for s, x in zip(slopes, d, strict=True))),
        {"function": function},
    )  # fmt: skip
