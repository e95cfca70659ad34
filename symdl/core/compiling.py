"""This module compiles bodies of pointwise ops to closures over one kind of number; no text is executed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any

from symdl.core.arithmetic import Arithmetic, Compiled, Function
from symdl.core.elementary import CONSTANTS, ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.core.op import Pointwise
from symdl.errors import SymdlError
from symdl.formula.tree import (
    Apply,
    Bars,
    Compare,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)


def body_function(op: Pointwise, arithmetic: Arithmetic) -> Function:
    """The op as a function on numbers or arrays of one kind, compiled once."""
    return _body_function(op, arithmetic)


@cache
def _body_function(op: Pointwise, arithmetic: Arithmetic) -> Function:
    approximate = arithmetic.kind in ("float", "scalar")
    body = op.stable if approximate and op.stable is not None else op.body
    return _direct(body, op.params, arithmetic) or _general(body, op.params, arithmetic)


def _direct(body: Node, params: tuple[str, ...], arithmetic: Arithmetic) -> Function | None:
    """The plain Python or NumPy function of the commonest bodies: no closure, no tuple."""
    p = tuple(map(Name, params))
    if len(p) == 2:
        table: dict[Node, Function] = {
            Sum(p): operator.add,
            Sum((p[0], Negate(p[1]))): operator.sub,
            Product(p, ("star",)): operator.mul,
            Quotient(*p): arithmetic.divide,
        }
        return table.get(body)
    if len(p) == 1 and isinstance(body, Apply) and body.args == p and body.function in ELEMENTARY:
        return arithmetic.function(body.function)
    if len(p) == 1 and body == Negate(p[0]):
        return operator.neg
    return None


def compiled(body: Node, params: tuple[str, ...], arithmetic: Arithmetic) -> Function:
    """A scalar formula as a function of its parameters, not kept: for formulas that come and go."""
    return _general(body, params, arithmetic)


def _general(body: Node, params: tuple[str, ...], arithmetic: Arithmetic) -> Function:
    run = _compile(body, {name: k for k, name in enumerate(params)}, arithmetic)
    return lambda *args: run(args)


def _compile(node: Node, slots: Mapping[str, int], a: Arithmetic) -> Compiled:
    match node:
        case Number(value):
            return _compile_constant(lambda: a.number(value), a)
        case Name(text):
            return _compile_name(text, slots, a)
        case Marked(arg):
            return _compile(arg, slots, a)
        case Negate(arg):
            inner = _compile(arg, slots, a)
            return lambda args: -inner(args)
        case Sum((Apply("exp", (arg,)), Negate(Number(value)))) if value == 1 and a.near_zero:
            return _unary(a.near_zero("expm1"), _compile(arg, slots, a))
        case Apply("log", (Sum((Number(value), arg)),)) if value == 1 and a.near_zero:
            return _unary(a.near_zero("log1p"), _compile(arg, slots, a))
        case Sum(terms):
            return _compile_sum(terms, slots, a)
        case Product(factors):
            return _chain(operator.mul, [_compile(f, slots, a) for f in factors])
        case Quotient(top, bottom):
            return _binary(a.divide, _compile(top, slots, a), _compile(bottom, slots, a))
        case Power(base, Number(value)) if value == 2:
            inner = _compile(base, slots, a)
            return lambda args: (lambda u: u * u)(inner(args))
        case Power(base, exponent):
            return _binary(a.power, _compile(base, slots, a), _compile(exponent, slots, a))
        case Bars(arg):
            return _compile(Apply("abs", (arg,)), slots, a)
        case Compare(relation, left, right):
            return _binary(a.compare(relation), _compile(left, slots, a), _compile(right, slots, a))
        case Apply("where", (condition, yes, no)):
            test, then, other = (_compile(part, slots, a) for part in (condition, yes, no))
            return lambda args: a.where(test(args), then, other, args)
        case Apply(function, args):
            return _compile_call(function, args, slots, a)
    raise SymdlError("graph.not_pointwise", node=type(node).__name__)


def _compile_name(text: str, slots: Mapping[str, int], a: Arithmetic) -> Compiled:
    if text in slots:
        k = slots[text]
        return lambda args: args[k]
    if text not in CONSTANTS:
        raise SymdlError("graph.size_unknown", name=text)
    return _compile_constant(lambda: a.constant(text), a)


def _compile_constant(make: Callable[[], Any], a: Arithmetic) -> Compiled:
    """A constant, made once; a ball that is not exact is made anew, for its precision may be another."""
    fixed = make()
    return (lambda args: make()) if a.kind == "ball" and not fixed.is_exact() else lambda args: fixed


def _compile_sum(terms: tuple[Node, ...], slots: Mapping[str, int], a: Arithmetic) -> Compiled:
    first = _compile(terms[0], slots, a)
    rest = [
        (operator.sub, _compile(term.arg, slots, a))
        if isinstance(term, Negate)
        else (operator.add, _compile(term, slots, a))
        for term in terms[1:]
    ]
    if len(rest) == 1:
        return _binary(rest[0][0], first, rest[0][1])
    return lambda args: reduce(lambda total, part: part[0](total, part[1](args)), rest, first(args))


def _compile_call(function: str, args: tuple[Node, ...], slots: Mapping[str, int], a: Arithmetic) -> Compiled:
    if function in ELEMENTARY:
        outer, inner = a.function(function), _compile(args[0], slots, a)
        return lambda values: outer(inner(values))
    op = POINTWISE[function]
    body = op.stable if a.kind in ("float", "scalar") and op.stable is not None else op.body
    outer = _compile(body, {name: k for k, name in enumerate(op.params)}, a)
    parts = [_compile(arg, slots, a) for arg in args]  # each once, however often the body mentions it
    return lambda values: outer(tuple(part(values) for part in parts))


def _unary(function: Function, inner: Compiled) -> Compiled:
    return lambda args: function(inner(args))


def _binary(function: Function, left: Compiled, right: Compiled) -> Compiled:
    return lambda args: function(left(args), right(args))


def _chain(function: Function, parts: list[Compiled]) -> Compiled:
    return reduce(lambda left, right: _binary(function, left, right), parts)
