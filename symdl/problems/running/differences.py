"""This module tabulates numeric derivatives beside the derived ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.evaluation import compile_graph
from symdl.core.graph import Var
from symdl.core.scalarize import entry_label, places
from symdl.derivation.step import Answer
from symdl.problems.answering.questions import located, wanted
from symdl.problems.names import declared
from symdl.problems.running.slopes import plain

if TYPE_CHECKING:
    from symdl.problems.solution import Solver

MOST = 40  # entries of one input
EXPONENTS = range(1, 13)  # of the steps of a sweep


def check(solver: Solver, ask: Any) -> Iterator[Answer]:
    """A table of derivatives: derived, and by central"""
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
    program = compile_graph(swept.graph, (swept.of,))
    base = {v: solver.given[v] for v in swept.graph.inputs}
    derived = solver.values[swept.adjoints[var]]
    for where in [place] if place is not None else list(places(tuple(int(n) for n in var.shape)))[:MOST]:
        exact = float(derived[where] if where else derived)
        numeric = _central(program, base, var, where)
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
    program = compile_graph(swept.graph, (swept.of,))
    base = {v: solver.given[v] for v in swept.graph.inputs}
    entries = [
        (var, where) for var, place in wanted
        for where in ([place] if place is not None else list(places(tuple(int(n) for n in var.shape)))[:MOST])
    ]  # fmt: skip
    derived = np.array(
        [np.asarray(solver.values[swept.adjoints[var]], dtype=float)[where] for var, where in entries]
    )
    scale = float(np.linalg.norm(derived)) or 1.0
    middle = _moved(program, base, *entries[0], 0.0)
    for k in EXPONENTS:
        h = 10.0**-k
        ends = np.array([[_moved(program, base, *entry, side * h) for side in (1, -1)] for entry in entries])
        found = {"forward": (ends[:, 0] - middle) / h, "central": (ends[:, 0] - ends[:, 1]) / (2 * h)}
        errors = {kind: float(np.linalg.norm(value - derived)) / scale for kind, value in found.items()}
        yield {"k": k, "h": h, **errors}


def _central(program: Any, base: dict[Var, Any], var: Var, where: tuple[int, ...], h: float = 1e-5) -> float:
    """The central difference quotient with step h."""
    return (_moved(program, base, var, where, h) - _moved(program, base, var, where, -h)) / (2 * h)


def _moved(program: Any, base: dict[Var, Any], var: Var, where: tuple[int, ...], by: float) -> float:
    """The loss with one entry moved."""
    value = np.array(base[var], dtype=float)
    value[where] += by
    known = {**base, var: plain(value) if not where else value}
    return float(program(*known.values())[0])
