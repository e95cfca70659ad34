"""This module writes the line that says a function convex or concave by how it is composed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdl.core.graph import Graph, Var
from symdl.core.naming import leaf
from symdl.derivation.convexity.composing_arrays import Composed
from symdl.derivation.convexity.judging import Signs
from symdl.derivation.step import Step
from symdl.formula.tree import Node
from symdl.text import Text


def composed_step(graph: Graph, of: str, by: Sequence[Var], id: str, line: Node, signs: Signs) -> Step | None:
    """The line that says a function convex or concave by how it is composed, None where that is not seen."""
    judge = Composed(frozenset(str(var.name) for var in by), signs)
    kind = judge.curve(line)
    if kind not in ("convex", "concave"):
        return None
    facts: dict[str, Any] = {
        "of": leaf(of), "by": tuple(leaf(str(var.name)) for var in by),
        "pieces": tuple(dict.fromkeys(judge.grounds(line))), "extra": {}, "jensen": kind,
    }  # fmt: skip
    return Step(
        f"{id}.composed", "hessian", graph.definition[graph.by_name[of]],
        Text(f"rule.hessian_{kind}_composed", facts), (f"forward.{of}",), "outline", left=leaf(of),
        lines=(("line", line),), graph=graph,
    )  # fmt: skip
