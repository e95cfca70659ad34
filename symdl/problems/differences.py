"""This module tabulates numeric derivatives beside the derived ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.evaluation import compile_graph
from symdl.core.graph import Var
from symdl.core.scalarize import entry_label, places
from symdl.problems.slopes import plain

if TYPE_CHECKING:
    from symdl.problems.solution import Solver


def difference_rows(
    solver: Solver, swept: Backward, var: Var, place: tuple[int, ...] | None
) -> Iterator[dict[str, Any]]:
    """Derived and numeric derivative of the loss by each entry of an input, with the relative error."""
    program = compile_graph(swept.graph, (swept.of,))
    base = {v: solver.given[v] for v in swept.graph.inputs}
    derived = solver.values[swept.adjoints[var]]
    for where in [place] if place is not None else list(places(tuple(int(n) for n in var.shape)))[:40]:
        exact = float(derived[where] if where else derived)
        numeric = _central(program, base, var, where)
        scale = max(abs(exact), abs(numeric), 1e-12)
        yield {
            "entry": str(entry_label(str(var.name), where)), "derived": exact, "numeric": numeric,
            "error": abs(exact - numeric) / scale,
        }  # fmt: skip


def _central(program: Any, base: dict[Var, Any], var: Var, where: tuple[int, ...], h: float = 1e-5) -> float:
    """The central difference quotient with step h."""

    def moved(by: float) -> float:
        value = np.array(base[var], dtype=float)
        value[where] += by
        known = {**base, var: plain(value) if not where else value}
        return float(program(*known.values())[0])

    return (moved(h) - moved(-h)) / (2 * h)
