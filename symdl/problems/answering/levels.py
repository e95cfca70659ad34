"""This module tells of intervals on which a function of one variable is constant, so stationary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symdl.core.algebra import signed
from symdl.core.constants import number_at
from symdl.core.graph import Equation
from symdl.core.naming import leaf
from symdl.derivation.convexity.bounding import reached
from symdl.derivation.step import Step
from symdl.formula.plain import to_plain
from symdl.formula.tree import Name, Node
from symdl.problems.answering.finding import Findings
from symdl.text import Text

SIMPLE = 12  # the largest denominator of the point that stands for an interval


def levels(
    id: str, of: str, by: Sequence[str], claim: Equation, formula: Node, results: Findings
) -> Iterator[tuple[Step, Mapping[str, Any]]]:
    """A line and a record for each interval on which the function is constant."""
    for k, (low, high) in enumerate(results.flat, start=1):
        (name,), ends = by, (number_at(low)[0], number_at(high)[0])
        middle = _simple(*ends)
        value, exact = number_at(formula, {name: signed(middle)})
        bound = None if exact is None else reached(formula, exact, by)
        side = Text("within.side", {"name": Name(name), "low": low, "high": high})
        facts = {"of": leaf(of), "side": side, "ends": (low, high), "points": (), "slopes": ()}
        shown = signed(Fraction(value) if exact is None else exact)
        key = "level" if bound is None else f"level_{bound.kind}"
        yield Step(
            f"{id}.level{k}", "stationary", claim, Text(f"rule.stationary.{key}", facts),
            (f"{id}.{name}.zero",), "outline", left=leaf(of), lines=(("row", shown),),
        ), {
            "point": {name: float(middle)}, "exact": {name: str(middle)}, "value": value,
            "eigenvalues": [0.0],
            "kind": "minimum" if bound is None else bound.kind, "decided_by": "level", "free": [name],
            "families": [{name: name}], "interval": [to_plain(low), to_plain(high)],
        }  # fmt: skip


def _simple(low: float, high: float) -> Fraction:
    """The simplest number well inside an interval."""
    middle = (low + high) / 2
    found = (Fraction(middle).limit_denominator(d) for d in range(1, SIMPLE))
    inside = (x for x in found if abs(float(x) - middle) < (high - low) / 4)
    return next(inside, Fraction(middle))
