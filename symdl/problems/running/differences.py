"""This module tabulates numeric derivatives beside the derived ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.checking.numeric import Cut, cut, rerun
from symdl.core.arithmetic import FLOAT
from symdl.core.evaluation import evaluate
from symdl.core.expansion import primitive
from symdl.core.graph import Graph, Var, ancestors
from symdl.core.scalarize import entry_label, places
from symdl.derivation.step import Answer
from symdl.problems.answering.questions import located, wanted
from symdl.problems.names import declared
from symdl.problems.running.slopes import plain

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

MOST = 40  # entries of one input
STEP = 1e-5
EXPONENTS = range(1, 13)  # of the steps of a sweep


def check(solver: Solver, ask: Any) -> Iterator[Answer]:
    """A table of derivatives: derived, and by central differences."""
    by = wanted(solver, ask)
    swept = solver.backward(declared(ask.of), by)
    (found,) = solver.ids(ask, by)
    rows: list[dict[str, Any]] = []
    if solver.numeric:
        for name in by:
            var, place = located(solver, name)
            rows.extend(difference_rows(solver, swept, var, place))
        if ask.sweep:
            rows.extend(sweep_rows(solver, swept, [located(solver, name) for name in by]))
    yield Answer(found.id, "check", ask.of, ",".join(by), None, table=tuple(rows))


def difference_rows(
    solver: Solver, swept: Backward, var: Var, place: tuple[int, ...] | None
) -> Iterator[dict[str, Any]]:
    """Derived and numeric derivative of the loss by each entry of an input, with the relative error."""
    loss = Beside(solver, swept)
    derived = solver.values[swept.adjoints[var]]
    for where in [place] if place is not None else list(places(tuple(int(n) for n in var.shape)))[:MOST]:
        exact = float(derived[where] if where else derived)
        numeric = (loss(var, where, STEP) - loss(var, where, -STEP)) / (2 * STEP)
        scale = max(abs(exact), abs(numeric), 1e-12)
        yield {
            "entry": str(entry_label(str(var.name), where)), "derived": exact, "numeric": numeric,
            "error": abs(exact - numeric) / scale,
        }  # fmt: skip


def sweep_rows(
    solver: Solver, swept: Backward, wanted: Sequence[tuple[Var, tuple[int, ...] | None]]
) -> Iterator[dict[str, Any]]:
    """The error of the whole gradient by forward and central differences, for steps h from 1/10 down.

    It is the length of the difference of both gradients over the length of the derived one: the truncation
    falls with h and h², the rounding of the loss grows with 1/h.
    """
    loss = Beside(solver, swept)
    entries = [
        (var, where) for var, place in wanted
        for where in ([place] if place is not None else list(places(tuple(int(n) for n in var.shape)))[:MOST])
    ]  # fmt: skip
    derived = np.array(
        [np.asarray(solver.values[swept.adjoints[var]], dtype=float)[where] for var, where in entries]
    )
    scale = float(np.linalg.norm(derived)) or 1.0
    middle = loss(*entries[0], 0.0)
    for k in EXPONENTS:
        h = 10.0**-k
        ends = np.array([[loss(*entry, side * h) for side in (1, -1)] for entry in entries])
        found = {"forward": (ends[:, 0] - middle) / h, "central": (ends[:, 0] - ends[:, 1]) / (2 * h)}
        errors = {kind: float(np.linalg.norm(value - derived)) / scale for kind, value in found.items()}
        yield {"k": k, "h": h, **errors}


class Beside:
    """The loss with one entry of an input moved, and what is held fixed where it was."""

    def __init__(self, solver: Solver, swept: Backward) -> None:
        self.of = swept.of
        needed = ancestors(swept.graph, swept.of)
        kept = tuple(equation for equation in swept.graph.equations if equation.out in needed)
        self.flat = primitive(Graph(swept.graph.inputs, kept, swept.of), stable=True)
        self.values = evaluate(self.flat, {var: solver.given[var] for var in self.flat.inputs})
        self.cuts: dict[Var, Cut] = {}

    def __call__(self, var: Var, where: tuple[int, ...], by: float) -> float:
        """The loss where an entry has moved by so much."""
        if var not in self.cuts:
            self.cuts[var] = cut(self.flat, var, self.of)
        value = np.array(self.values[var], dtype=float)
        value[where] += by
        with np.errstate(all="ignore"):
            return float(rerun(self.cuts[var], self.values, value if where else plain(value), FLOAT))
