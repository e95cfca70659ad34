"""This module says what is known of the signs of the quantities of a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdl.derivation.convexity.judging import Signs

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def signs_of(solver: Solver) -> Signs:
    """The shapes, the lines and the facts that tell signs."""
    shapes = {name: var.shape for name, var in solver.graph.by_name.items() if isinstance(name, str)}
    return Signs(shapes, solver.problem.lines, solver.problem.facts)
