"""Update rules recomputed with mpmath, by a reading of the formulas that shares no code with the engine."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath

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
)  # fmt: skip
from symdl.models.optimizers import OPTIMIZERS, Setup
from symdl.problems.running.rules import exact_number
from tests.helpers.running import SCALE, START, TARGET

Vector = list[Any]
FUNCTIONS = {
    "sqrt": mpmath.sqrt, "abs": abs, "sign": mpmath.sign, "cos": mpmath.cos, "floor": mpmath.floor,
    "max": max, "min": min, "square": lambda x: x * x,
}  # fmt: skip


def precise(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def spread(function: Any, *args: Any) -> Any:
    """A function entry by entry; numbers go with every entry."""
    size = max((len(arg) for arg in args if isinstance(arg, list)), default=0)
    if not size:
        return function(*args)
    columns = [arg if isinstance(arg, list) else [arg] * size for arg in args]
    return [function(*row) for row in zip(*columns, strict=True)]


def compute(node: Node, known: Mapping[str, Any]) -> Any:
    """The value of a formula over numbers and vectors."""

    def of(part: Node) -> Any:
        return compute(part, known)

    match node:
        case Number(value):
            return precise(value)
        case Name("pi"):
            return mpmath.pi
        case Name(text):
            return known[text]
        case Negate(arg):
            return spread(lambda x: -x, of(arg))
        case Sum(terms):
            return spread(lambda *parts: sum(parts), *map(of, terms))
        case Product(factors):
            return spread(lambda *parts: mpmath.fprod(parts), *map(of, factors))
        case Quotient(top, bottom):
            return spread(lambda a, b: a / b, of(top), of(bottom))
        case Power(base, exponent):
            return spread(lambda a, b: a**b, of(base), of(exponent))
        case Bars(arg) | Apply("norm", (arg,)):
            return mpmath.sqrt(sum(x * x for x in of(arg)))
        case Apply("mean", (arg,)):
            return mpmath.fsum(of(arg)) / len(of(arg))
        case Apply("where", (Compare(relation, left, right), yes, no)):
            test = {">": lambda a, b: a > b, "<": lambda a, b: a < b}[relation]
            return spread(lambda a, b, c, d: c if test(a, b) else d, of(left), of(right), of(yes), of(no))
        case Apply(function, args):
            return spread(FUNCTIONS[function], *map(of, args))
    raise TypeError(node)


def gradient(w: Vector, b: Any) -> dict[str, Vector]:
    scale, target = ([mpmath.mpf(float(x)) for x in a.ravel()] for a in (SCALE, TARGET))
    rest = b - w[0]
    by_w = [s * (x - c) for s, x, c in zip(scale, w, target, strict=True)]
    by_w[0] -= 2 * rest
    return {"W": by_w, "b": [2 * rest + 4 * b**3 / 10]}


def path(setup: Setup, steps: int) -> list[Vector]:
    """All parameters of all steps."""
    rule = OPTIMIZERS[setup.rule]
    settings = {k: precise(exact_number(setup.settings.get(k, v))) for k, v in rule.settings.items()}
    lines = rule.written(setup.form)
    theta = {key: [mpmath.mpf(float(x)) for x in value.ravel()] for key, value in START.items()}
    state = {
        key: {
            name: start if name in rule.scalars else [start] * len(theta[key])
            for name, start in ((n, compute(rule.state[n], settings)) for n in rule.carried(lines))
        }
        for key in theta
    }
    rows = [[*theta["W"], *theta["b"]]]
    for t in range(1, steps + 1):
        known = {key: {**settings, **state[key], "theta": theta[key], "t": mpmath.mpf(t)} for key in theta}
        for target, formula in lines:
            if target == "ahead":
                for values in known.values():
                    values["ahead"] = compute(formula, values)
        at = {key: values.get("ahead", values["theta"]) for key, values in known.items()}
        slopes = gradient(at["W"], at["b"][0])
        for key, values in known.items():
            values["g"] = slopes[key]
            for target, formula in lines:
                if target != "ahead":
                    values[target] = compute(formula, values)
            theta[key] = values["theta"]
            state[key] = {name: values[name] for name in state[key]}
        rows.append([*theta["W"], *theta["b"]])
    return rows
