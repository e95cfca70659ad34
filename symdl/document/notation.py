"""This module chooses the notation of a problem: ranks of its names, names for its deltas, its functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symdl.core.function import FUNCTIONS
from symdl.core.graph import Graph, Var
from symdl.derivation.deltas import deltas
from symdl.derivation.step import Derivation
from symdl.formula.functions import SPELLINGS, FunctionSpelling, spelled
from symdl.formula.notation import Notation
from symdl.problems.problem import Problem

STEPS = ("old", "new", "t0", "t1", "t2", "t3")  # of parameters and states in an update


def function_spellings() -> Mapping[str, FunctionSpelling]:
    """How every function of the library is printed."""
    return {**{f.key: spelled(f.key, f.tex) for f in FUNCTIONS.values()}, **SPELLINGS}


def notation_of(problem: Problem, derivation: Derivation) -> Notation:
    """The notation of a problem: its profile and names, the ranks of its quantities, names for its deltas."""
    raw = problem.raw.notation
    named = [var for var in problem.graph.variables() if isinstance(var.name, str)]
    ranks = {str(var.name).split("[")[0]: len(var.shape) for var in named}
    for step in derivation.steps:  # quantities of a line's own, as the vector v of a quadratic form
        own: Mapping[str, Any] = step.because.facts.get("extra") or {}
        ranks |= {name: len(shape) for name, shape in own.items()}
        if (away := step.because.facts.get("away")) is not None:
            ranks |= {d.text: len(var.shape) for d, var in zip(away.names, away.by, strict=True)}
    return Notation(
        profile=raw.profile or "z-a",
        overrides=dict(raw.names),
        ranks=ranks | {f"{name}_{when}": rank for name, rank in ranks.items() for when in STEPS},
        timed=frozenset(str(var.name).split("[")[0] for var in named if "[" in str(var.name)),
        deltas=deltas(problem.graph) if len(derivation.backwards) == 1 else {},
        functions=function_spellings(),
        local=differ(problem.graph),
    )


def differ(graph: Graph) -> bool:
    """Whether some line holds a quantity both itself and by way of another one.

    There a total and a partial derivative differ, and are written differently.
    """
    above: dict[Var, frozenset[Var]] = {}
    for line, inside in graph.leaves.items():
        if line.name is None:
            continue
        reached = [above.get(var, frozenset()) for var in inside]
        if any(var in other for var in inside for other in reached):
            return True
        above[line] = frozenset(inside).union(*reached)
    return False
