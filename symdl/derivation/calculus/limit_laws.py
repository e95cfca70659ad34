"""This module holds the laws that bring the difference quotient of a formula back to those of its parts.

Products and quotients by a term subtracted and added, compositions by the change of the inner function,
inverse functions by the reciprocal quotient; other functions are written by what defines them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symdl.autodiff.gathering import condensed
from symdl.core.differentiation import outer_derivative
from symdl.core.function import POINTWISE
from symdl.derivation.calculus.limits import Part, fraction, limit, parts
from symdl.derivation.calculus.rows import Rows
from symdl.derivation.calculus.rules import CASES, argument, basic
from symdl.formula.tree import (
    ONE,
    TWO,
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
    exchanged,
    names,
    plus,
    substitute,
    times,
)  # fmt: skip
from symdl.models.identities import VARIABLE, of_function

Combine = Callable[[tuple[Node, ...]], Node]
X = Name("x")


@dataclass(frozen=True)
class Law:
    """What a difference quotient needs: derivatives of parts, each by a name, and how they combine.

    `under` are the rows under the limit, `closing` what is said of the result; `u` names an inner function.
    """

    basis: str
    goals: tuple[tuple[Node, Name], ...]
    under: Rows
    combine: Combine
    closing: Callable[[Node], Rows] = lambda result: ()
    inner: Compare | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def _half(node: Node) -> Node:
    return Quotient(node, TWO)


UP, DOWN = Apply("exp", (X,)), Apply("exp", (Negate(X),))
DEFINED: Mapping[str, Node] = {  # the elementary functions that others define, as formulas in x
    "tan": Quotient(Apply("sin", (X,)), Apply("cos", (X,))),
    "sinh": _half(Sum((UP, Negate(DOWN)))),
    "cosh": _half(Sum((UP, DOWN))),
    "tanh": Quotient(Apply("sinh", (X,)), Apply("cosh", (X,))),
    "abs": Apply("sqrt", (Power(X, TWO),)),
}
SQUARE = Power(X, TWO)
INVERSES: Mapping[str, tuple[str, Node]] = {  # what they invert, whose slope is this, by its own value x
    "asin": ("sin", Apply("sqrt", (Sum((ONE, Negate(SQUARE))),))),
    "acos": ("cos", Negate(Apply("sqrt", (Sum((ONE, Negate(SQUARE))),)))),
    "atan": ("tan", Sum((ONE, SQUARE))),
    "asinh": ("sinh", Apply("sqrt", (Sum((SQUARE, ONE)),))),
    "acosh": ("cosh", Apply("sqrt", (Sum((SQUARE, Negate(ONE))),))),
    "atanh": ("tanh", Sum((ONE, Negate(SQUARE)))),
}


def law_for(node: Node, x: str, h: Name, spare: str) -> Law | None:
    """The law for a formula without a basic limit of its own; `spare` names the inner function of a chain.

    >>> law_for(times(X, Apply("sin", (X,)), style="juxtaposed"), "x", Name("h"), "u").basis
    'product'
    """
    terms = parts(node, x, h)
    if len(terms) > 1:
        return _sum(terms)
    (part,) = terms
    if part.factor != ONE:
        return _multiple(part)
    match part.body:
        case Product(factors):
            return _product(factors, part)
        case Quotient(top, bottom):
            return _quotient(top, bottom, part)
        case Power(base, exponent) if x in names(base) and not isinstance(base, Name | Apply):
            return _composed(part, spare) if x not in names(exponent) else _power(part)
        case Power(base, exponent) if base != Name(x) and x not in names(exponent) and _basic(exponent):
            return _composed(part, spare)
        case Power(base, exponent):
            return _power(part) if x in names(base) else _composed(part, spare)
        case Apply("where", (Compare() as test, yes, no), ()):
            x_name = Name(part.x)
            return Law("cases", ((yes, x_name), (no, x_name)), (), lambda d: Apply("where", (test, *d)))
        case Apply() | Bars():
            return _function(part, spare)
    return None


def _basic(exponent: Node) -> bool:
    """Whether powers with this exponent have a limit of their own: whole ones, and the root."""
    bare = exponent.arg if isinstance(exponent, Negate) else exponent
    return (isinstance(bare, Number) and bare.value.denominator == 1) or exponent == _half(ONE)


def _sum(terms: tuple[Part, ...]) -> Law:
    signs = [term.minus for term in terms]

    def added(d: tuple[Node, ...]) -> Node:
        return plus(*(Negate(node) if minus else node for node, minus in zip(d, signs, strict=True)))

    return Law("sum", tuple((term.whole, Name(term.x)) for term in terms), (), added)


def _change(part: Part, node: Node) -> Node:
    """What a formula gains over the increment."""
    return plus(part.moved(node), Negate(node))


def _slope(part: Part, node: Node) -> Node:
    """The difference quotient of a formula."""
    return Quotient(_change(part, node), part.h)


def _joined(*factors: Node) -> Node:
    return times(*factors, style="juxtaposed")


def _multiple(part: Part) -> Law:
    under = (("limit_factor", part.scaled(_slope(part, part.body))),)
    return Law("multiple", ((part.body, Name(part.x)),), under, lambda d: part.scaled(d[0]))


def _product(factors: tuple[Node, ...], part: Part) -> Law:
    """Two factors at a time, what is rational first."""
    plain = tuple(f for f in factors if fraction(f, part.x) is not None) or factors[:1]
    others = tuple(f for f in factors if f not in plain)
    if not others:
        plain, others = factors[:1], factors[1:]
    f, g = _joined(*plain), _joined(*others)
    mixed = _joined(f, part.moved(g))
    inserted = Sum((_joined(part.moved(f), part.moved(g)), Negate(mixed), mixed, Negate(_joined(f, g))))
    sorted_ = Sum((_joined(_slope(part, f), part.moved(g)), _joined(f, _slope(part, g))))
    under = (("limit_inserted", Quotient(inserted, part.h)), ("limit_sorted", sorted_))
    x = Name(part.x)
    return Law(
        "product", ((f, x), (g, x)), under, lambda d: Sum((_joined(g, d[0]), _joined(f, d[1]))),
        facts={"continuous": g},
    )  # fmt: skip


def _quotient(f: Node, g: Node, part: Part) -> Law:
    x, below = Name(part.x), _joined(part.moved(g), g)
    if part.x not in names(f):
        gain = plus(g, Negate(part.moved(g)))
        under: Rows = (
            ("limit_common", Quotient(gain if f == ONE else _joined(f, gain), _joined(part.h, below))),
            ("limit_sorted", Negate(Quotient(_with(f, _slope(part, g)), below))),
        )
        return Law(
            "reciprocal", ((g, x),), under, lambda d: Negate(Quotient(_with(f, d[0]), Power(g, TWO))),
            facts={"continuous": g},
        )  # fmt: skip
    first, second, kept = _joined(part.moved(f), g), _joined(f, part.moved(g)), _joined(f, g)
    sorted_ = Sum((_joined(_slope(part, f), g), Negate(_joined(f, _slope(part, g)))))
    over = _joined(part.h, part.moved(g), g)
    under = (
        ("limit_common", Quotient(Sum((first, Negate(second))), over)),
        ("limit_inserted", Quotient(Sum((first, Negate(kept), kept, Negate(second))), over)),
        ("limit_sorted", Quotient(sorted_, below)),
    )

    def combined(d: tuple[Node, ...]) -> Node:
        return Quotient(Sum((_joined(g, d[0]), Negate(_joined(f, d[1])))), Power(g, TWO))

    return Law("quotient", ((f, x), (g, x)), under, combined, facts={"continuous": g})


def _with(factor: Node, node: Node) -> Node:
    return node if factor == ONE else _joined(factor, node)


def _composed(part: Part, spare: str) -> Law:
    """The outer quotient, over the change of the inner function, times the inner one."""
    inner, outer = argument(part.body, part.x)
    u = Name(spare)
    gain = _change(part, inner)
    between = Quotient(plus(outer(part.moved(inner)), Negate(outer(inner))), gain)
    under = (("limit_inner", _joined(between, Quotient(gain, part.h))),)

    def closing(result: Node) -> Rows:
        return (("put_back", substitute(result, {u.text: inner})),)

    return Law(
        "composition", ((outer(u), u), (inner, Name(part.x))), under, lambda d: _joined(*d), closing,
        Compare("=", u, inner), {"continuous": inner},
    )  # fmt: skip


def _power(part: Part) -> Law:
    """A power of which the exponent moves, or is no number with a limit of its own, written to base e."""
    assert isinstance(part.body, Power)
    written = Apply("exp", (_joined(part.body.exponent, Apply("log", (part.body.base,))),))
    whole, x = part.body, part.x

    def named(result: Node) -> Rows:
        if whole.base == Name(x) and x not in names(whole.exponent):
            return (("limit_named", basic(whole, x)[1]),)
        return (("limit_named", exchanged(result, {written: whole})),)

    return _defined(part, written, named)


def _defined(part: Part, written: Node, closing: Callable[[Node], Rows]) -> Law:
    return Law("definition", ((written, Name(part.x)),), (), lambda d: d[0], closing, facts={"as": written})


def _function(part: Part, spare: str) -> Law | None:
    """A function at the variable by its definition or its inverse; at anything else a composition."""
    body = Apply("abs", (part.body.arg,)) if isinstance(part.body, Bars) else part.body
    assert isinstance(body, Apply)
    if body.function not in POINTWISE or len(POINTWISE[body.function].params) != len(body.args):
        return None
    if body.function in CASES:
        return _defined(part, POINTWISE[body.function].at(body.args), lambda _: ())
    if sum(part.x in names(arg) for arg in body.args) != 1:
        return None
    inner, _ = argument(part.body, part.x)
    if inner != Name(part.x):
        return _composed(part, spare)
    if body.function in INVERSES:
        return _inverse(part, body.function, spare)
    written = (
        substitute(DEFINED[body.function], {X.text: inner})
        if body.function in DEFINED
        else POINTWISE[body.function].at(body.args)
    )
    place = next(k for k, arg in enumerate(body.args) if part.x in names(arg))
    taught = outer_derivative(body.function, body.args, place)
    return None if written == body else _defined(part, written, lambda result: _named(body, result, taught))


def _named(body: Apply, result: Node, taught: Node) -> Rows:
    """From the derivative of what defines a function to the form in which it is taught: by an identity that
    is declared for it, move by move, where that goes through the derivative found.
    """
    for found in of_function(body.function) if body.args == (Name(VARIABLE),) else ():
        tidy = [k for k, (_, node) in enumerate(found.rows) if condensed(node) == condensed(result)]
        exact = [k for k in tidy if found.rows[k][1] == result]
        if found.derivative and tidy:
            return found.rows[(exact or tidy)[-1] + 1 :]
    return (("limit_named", taught),)


def _inverse(part: Part, function: str, spare: str) -> Law:
    """The quotient is the reciprocal of that of the function it inverts."""
    inverse, slope = INVERSES[function]
    u, x = Name(spare), Name(part.x)
    after, before = (Apply(inverse, (node,)) for node in (part.moved(part.body), part.body))
    under = (("limit_inverse", Quotient(_change(part, part.body), plus(after, Negate(before)))),)

    def closing(result: Node) -> Rows:
        return (
            ("put_back", substitute(result, {u.text: part.body})),
            ("limit_value", Quotient(ONE, substitute(slope, {"x": x}))),
        )

    return Law(
        "inverse", ((Apply(inverse, (u,)), u),), under, lambda d: Quotient(ONE, d[0]), closing,
        Compare("=", u, part.body), {"inverse": Compare("=", x, Apply(inverse, (u,)))},
    )  # fmt: skip


def opened(law: Law, part: Part) -> Rows:
    """The rows under the limit, the difference quotient first; a law without any has none."""
    if not law.under:
        return ()
    under = (("limit_placed", part.quotient), *law.under)
    return tuple((key, limit(node, part.h)) for key, node in under)
