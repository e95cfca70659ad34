"""This module differentiates the body of a pointwise op: one formula in a few scalar names.

Only local derivatives are made here, once per op; the chain through a graph is `autodiff`'s work.
Each elementary function contributes the derivative of its row in `core.elementary`, each registered
op its own, so a formula over known functions keeps their names: the derivative of `x sigmoid(x)` is
`sigmoid(x) + x sigmoid(x) (1 - sigmoid(x))`.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.algebra import constant_of, negative, power, product, quotient, total
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.errors import SymdlError
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Bars,
    Compare,
    Name,
    Negate,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    names,
    number,
    substitute,
)  # fmt: skip
from symdl.formula.walking import walk


def differentiate(body: Node, by: str) -> Node:
    """The derivative of a formula by one of its names, all other names held fixed.

    >>> from symdl.formula.tree import times
    >>> differentiate(times(Name("x"), Name("w")), "x")
    Name(text='w')
    """
    if by not in names(body):
        return ZERO
    match body:
        case Name():
            return ONE
        case Negate(arg):
            return negative(differentiate(arg, by))
        case Sum(terms):
            return total(*(differentiate(term, by) for term in terms))
        case Product(factors):
            return _product_rule(factors, by)
        case Quotient(top, bottom):
            return _quotient_rule(top, bottom, by)
        case Power(base, exponent):
            return _power_rule(base, exponent, by)
        case Bars(arg):
            return product(Apply("sign", (arg,)), differentiate(arg, by))
        case Apply("where", (condition, yes, no)):
            then, other = differentiate(yes, by), differentiate(no, by)
            return then if then == other else Apply("where", (condition, then, other))
        case Apply(function, args):
            return _chain_rule(function, args, by)
    raise SymdlError("graph.not_differentiable", name=by)


def _product_rule(factors: tuple[Node, ...], by: str) -> Node:
    parts = []
    for k, factor in enumerate(factors):
        if by in names(factor):
            parts.append(product(*factors[:k], differentiate(factor, by), *factors[k + 1 :]))
    return total(*parts)


def _quotient_rule(top: Node, bottom: Node, by: str) -> Node:
    if by not in names(bottom):
        return quotient(differentiate(top, by), bottom)
    down = product(top, differentiate(bottom, by))
    if by not in names(top):
        return negative(quotient(down, Power(bottom, number(2))))
    return quotient(total(product(differentiate(top, by), bottom), negative(down)), Power(bottom, number(2)))


def _power_rule(base: Node, exponent: Node, by: str) -> Node:
    inner = differentiate(base, by)
    if by not in names(exponent):
        value = constant_of(exponent)
        lower = total(exponent, Negate(ONE)) if value is None else _number(value - 1)
        return product(exponent, power(base, lower), inner)
    growth = product(differentiate(exponent, by), Apply("log", (base,)))
    if by not in names(base):
        return product(Power(base, exponent), growth)
    return product(Power(base, exponent), total(growth, quotient(product(exponent, inner), base)))


def _number(value: object) -> Node:
    from fractions import Fraction

    exact = Fraction(str(value))
    return Negate(number(-exact)) if exact < 0 else number(exact)


def _chain_rule(function: str, args: tuple[Node, ...], by: str) -> Node:
    parts = []
    for k, arg in enumerate(args):
        if by in names(arg):
            parts.append(product(outer_derivative(function, args, k), differentiate(arg, by)))
    return total(*parts)


def outer_derivative(function: str, args: tuple[Node, ...], k: int) -> Node:
    """The derivative of a named function by its k-th argument, at the arguments given.

    >>> outer_derivative("exp", (Name("z"),), 0)
    Apply(function='exp', args=(Name(text='z'),), keywords=())
    """
    row = ELEMENTARY.get(function)
    if row is not None:
        return substitute(row.derivative, {"x": args[0], "y": Apply(function, args)})
    op = POINTWISE[function]
    inner = dict(zip(op.params, args, strict=True))
    return substitute(op.partial_body(k), {**inner, "y": Apply(function, args)})


def kinks_of(body: Node) -> Iterator[Node]:
    """The expressions in a body that are zero where it has a kink: `x` for `abs(x)`.

    >>> list(kinks_of(Apply("abs", (Name("z"),))))
    [Name(text='z')]
    """
    for part in walk(body):
        match part:
            case Bars(arg):
                yield arg
            case Apply("where", (Compare(_, left, right), _, _)):
                yield total(left, negative(right))
            case Apply(function, args):
                row = ELEMENTARY.get(function)
                if row is not None and row.kink is not None:
                    yield substitute(row.kink, {"x": args[0]})
                elif row is None and function in POINTWISE:
                    op = POINTWISE[function]
                    inner = dict(zip(op.params, args, strict=True))
                    yield from (substitute(kink, inner) for kink in op.kinks)
