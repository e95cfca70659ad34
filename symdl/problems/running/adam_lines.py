"""This module says how far Adam moves in a step: in the first one, at most, and in the run at hand.

With r = β₁²/β₂ < 1, Cauchy and Schwarz give for the moments m and v of any gradients after t steps
m² ≤ v (1-β₁)²/(1-β₂) (1-rᵗ)/(1-r); the bias corrections turn that into a bound of the step.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.derivation.running.equations import calculation
from symdl.derivation.running.tracing import Worked
from symdl.derivation.running.update import Run
from symdl.derivation.step import Step
from symdl.formula.tree import Bars, Name, Node, Partial, Quotient, names, substitute
from symdl.models.optimizers import SYMBOLS
from symdl.ops.declaring import read
from symdl.problems.names import declared

if TYPE_CHECKING:
    from symdl.problems.running.analyzing import Writer

WORDS = ("eta", "beta1", "beta2", "epsilon", "g", "r", "t")
FIRST = (
    read("-eta (1 - beta1) g / (1 - beta1) / (sqrt((1 - beta2) g^2 / (1 - beta2)) + epsilon)", *WORDS),
    read("-eta g / (abs(g) + epsilon)", *WORDS),
)
FADING = read("beta1^2 / beta2", *WORDS)
BOUND = read(
    "eta (1 - beta1) / sqrt(1 - beta2) * sqrt((1 - r^t) / (1 - r)) sqrt(1 - beta2^t) / (1 - beta1^t)", *WORDS
)


def adam_lines(writer: Writer, run: Run, loss: str) -> Iterator[Step]:
    """The first step, the bound of every step, the longest step of the run."""
    settings = {SYMBOLS.get(name, name): float(value) for name, value in run.plan.settings.items()}
    known: dict[str, Any] = {"eta": settings["eta"], "epsilon": settings["epsilon"]}
    known |= {name: float(run.plan.settings[name]) for name in ("beta1", "beta2")}
    for name, slope in run.records[0].gradient.items():
        symbol = Partial(Name(declared(loss)), (Name(name),))
        change = Name(f"Delta_{name}")
        yield _line(writer, "adam_first", change, FIRST, known | {"g": np.asarray(slope)}, {"g": symbol})
    longest, where = _longest(run)
    fading = known["beta1"] ** 2 / known["beta2"] if known["beta2"] else 1.0
    if fading < 1:
        yield _line(writer, "adam_fading", Name("r"), (FADING,), known, {})
        last = float(run.records[-1].t)
        yield _line(
            writer,
            "adam_bound",
            Bars(Name("Delta")),
            (BOUND,),
            known | {"r": fading, "t": last},
            {},
            when=int(last),
        )
        ratio = Quotient(Bars(Name("Delta")), Name("eta"))
        yield writer.step("adam_longest", ratio, longest / known["eta"], (), longest=longest,
                          bound=_greatest(known | {"r": fading}, int(last)), when=where)  # fmt: skip


def _line(
    writer: Writer, key: str, left: Node, formulas: Any, known: dict[str, Any], called: dict[str, Node],
    **facts: Any,
) -> Step:  # fmt: skip
    """One line: its formulas with the symbols of the rule, the numbers in place of the last one."""
    last = formulas[-1]
    reads = {name: value for name, value in known.items() if name in names(last)}
    table: dict[str, Node] = {name: called.get(name, Name(SYMBOLS.get(name, name))) for name in WORDS}
    value = calculation("value", last, {name: np.shape(x) for name, x in reads.items()}, {})(reads)
    placed = {table[name]: number for name, number in reads.items()}
    kind = "<=" if key == "adam_bound" else "rule"
    lines = tuple((kind, substitute(formula, table)) for formula in formulas)
    return writer.step(key, left, value if np.ndim(value) else float(value), lines,
                       worked=Worked(last, reads, placed), **facts)  # fmt: skip


def _longest(run: Run) -> tuple[float, int]:
    """The largest change of an entry from one record to the next, and the step that made it."""
    found = (0.0, 1)
    for before, after in pairwise(run.records):
        if after.t == before.t + 1:
            ways = [np.abs(np.subtract(after.parameters[k], before.parameters[k])) for k in before.parameters]
            found = max(found, (max(float(np.max(way, initial=0.0)) for way in ways), after.t))
    return found


def _greatest(known: dict[str, Any], steps: int) -> float:
    """The largest of the bounds of all steps."""
    bound = calculation("bound", BOUND, dict.fromkeys((*known, "t"), ()), {})
    return max(float(bound(known | {"t": float(t)})) for t in {*range(1, min(steps, 2000) + 1), steps})
