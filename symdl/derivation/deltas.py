"""This module names the adjoints of pre-activations: δ with the digits of the quantity."""

from __future__ import annotations

from symdl.core.function import FUNCTIONS
from symdl.core.graph import Graph
from symdl.formula.spelling import parts


def deltas(graph: Graph) -> dict[str, str]:
    """Names for the adjoints of pre-activations, by the pre-activation; none where two would be alike."""
    found: dict[str, str] = {}
    named = (e for e in graph.equations if isinstance(e.out.name, str) and _is_activation(e.op))
    before = dict.fromkeys(arg for e in named for arg in e.args)
    for var in before:
        if isinstance(var.name, str) and var in graph.definition and "[" not in var.name:
            found[var.name] = f"delta{parts(var.name).digits}"
    return found if len(set(found.values())) == len(found) else {}


def _is_activation(op: object) -> bool:
    function = FUNCTIONS.get(getattr(op, "key", ""))
    return function is not None and function.kind == "activation"
