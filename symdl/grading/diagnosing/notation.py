"""This module chooses the notation in which answers are shown as they were read."""

from __future__ import annotations

from symdl.core.function import FUNCTIONS
from symdl.core.graph import Graph
from symdl.derivation.deltas import deltas
from symdl.formula.functions import SPELLINGS, spelled
from symdl.formula.notation import Notation
from symdl.problems.problem import Problem


def notation(problem: Problem, graph: Graph) -> Notation:
    """The notation of a problem's sheets, as far as formulas of students need it."""
    raw = problem.raw.notation
    ranks = {str(v.name).split("[")[0]: len(v.shape) for v in graph.variables() if isinstance(v.name, str)}
    functions = {**{f.key: spelled(f.key, f.tex) for f in FUNCTIONS.values()}, **SPELLINGS}
    return Notation(
        profile=raw.profile or "z-a", overrides=dict(raw.names), ranks=ranks, deltas=deltas(problem.graph),
        functions=functions,
    )  # fmt: skip
