"""This module goes on from Taylor's polynomial by a vector to the step that it proposes.

To first order the gradient alone decides: by the inequality of Cauchy and Schwarz no step of the same length
falls further than the one against it. To second order the polynomial has one stationary point, Newton's step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from symdl.core.evaluation import to_float
from symdl.core.naming import array_node, leaf
from symdl.derivation.calculus import taylor_arrays as writing
from symdl.derivation.convexity.hessian import definiteness
from symdl.derivation.step import Step
from symdl.formula.tree import (
    ONE,
    TWO,
    ZERO,
    Apply,
    Bars,
    Name,
    Negate,
    Node,
    Partial,
    Power,
    Transpose,
    plus,
    times,
)  # fmt: skip
from symdl.problems.answering.array_derivatives import Derivatives
from symdl.problems.answering.nearby import shown

RATES = ("eta", "alpha", "gamma")
SINGULAR = 1e12  # condition of a Hessian whose step is not worked out
Make = Callable[..., Step]


def proposed(own: Derivatives, order: int, make: Make, taken: frozenset[str], digits: int) -> Iterator[Step]:
    """The lines of the step; `make` writes one."""
    lines = _steepest if order == 1 else _newton
    yield from lines(own, make, taken, digits)


def _steepest(own: Derivatives, make: Make, taken: frozenset[str], digits: int) -> Iterator[Step]:
    (d,), g = own.away.names, own.symbol(0)
    rate = Name(writing.free(RATES, taken))
    term = times(Transpose(g), d, style="juxtaposed")
    least = Negate(times(Bars(g), Bars(d), style="juxtaposed"))
    first = (f"{own.id}.polynomial",)
    yield make("schwarz", "schwarz", term, [least], first, [">="], proposes="schwarz")
    step = Negate(times(rate, g, style="juxtaposed"))
    placed = _numbers(own, own.slopes[0], digits, -1)
    rows: list[Node] = [step]
    kinds = ["line"]
    if placed is not None:
        rows.append(times(rate, placed[0], style="juxtaposed"))
        kinds.append("line" if placed[1] else "~")
    facts = {"rate": rate, "slope": g}
    yield make("direction", "steepest", d, rows, (f"{own.id}.schwarz",), kinds, proposes="steepest", **facts)
    point = plus(leaf(str(own.by[0].name)), step)
    fall = plus(leaf(own.name), Negate(times(rate, Power(Bars(g), TWO), style="juxtaposed")))
    uses = (*first, f"{own.id}.direction")
    yield make("fall", "fall", Apply("P", (point,)), [fall], uses, ["line"], proposes="fall", **facts)


def _newton(own: Derivatives, make: Make, taken: frozenset[str], digits: int) -> Iterator[Step]:
    (d,), g, hessian = own.away.names, own.symbol(0), own.symbol(0, 0)
    curve = times(hessian, d, style="juxtaposed")
    slope = Partial(Name("P"), (d,))
    first = (f"{own.id}.polynomial",)
    yield make("slope", "polynomial_slope", slope, [plus(g, curve), ZERO], first, proposes="slope")
    block = own.found.blocks[own.by[0], own.by[0]]
    kind = "open"
    if own.values:
        matrix = np.asarray(to_float(own.values[block]), dtype=float)
        kind = definiteness(matrix)[0]
        kind = "singular" if np.linalg.cond(matrix) > SINGULAR else kind
    step = Negate(times(Power(hessian, Negate(ONE)), g, style="juxtaposed"))
    rows: list[Node] = [step]
    kinds = ["line"]
    if kind not in ("open", "singular"):
        value = -np.linalg.solve(matrix, np.asarray(to_float(own.values[own.slopes[0]]), dtype=float))
        items, _ = shown([float(x) for x in value], digits)
        rows.append(array_node(items, value.shape))
        kinds.append("~")
    if kind == "singular":
        rows, kinds, left = [Negate(g)], ["line"], curve
    else:
        left = d
    key = {"open": "newton", "singular": "newton_singular", "positive": "newton_positive",
           "negative": "newton_negative"}.get(kind, "newton_saddle")  # fmt: skip
    facts = {"hessian": hessian, "slope": g}
    yield make("direction", key, left, rows, (f"{own.id}.slope",), kinds, proposes="newton", **facts)


def _numbers(own: Derivatives, var: Any, digits: int, sign: int) -> tuple[Node, bool] | None:
    """A vector in numbers, and whether they are exact."""
    if not own.values:
        return None
    exact = own.exact_values().get(var)
    values = list(np.ravel(np.asarray(own.values[var] if exact is None else exact, dtype=object)))
    items, whole = shown([sign * x for x in values], digits)
    return array_node(items, (len(items),)), whole
