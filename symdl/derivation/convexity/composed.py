"""This module writes the line that says a function convex or concave by how it is composed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdl.core.dims import dim_names
from symdl.core.graph import Graph, Var
from symdl.core.naming import leaf
from symdl.derivation.convexity.composing import Composed
from symdl.derivation.step import Step
from symdl.formula.tree import Node
from symdl.text import Text


def composed_step(
    graph: Graph, of: str, by: Sequence[Var], id: str, judge: Composed, line: Node, given: bool = False
) -> Step | None:
    """The line that says a function convex or concave by how it is composed, None where that is not seen.

    With `given`, that rests on the numbers of what does not move.
    """
    whole = judge.signs.lines[of]
    kind = judge.curve(whole)
    if kind not in ("convex", "concave", "affine"):
        return None
    facts: dict[str, Any] = {
        "of": leaf(of), "by": tuple(leaf(str(var.name)) for var in by), "pieces": _reasons(judge, whole),
        "sizes": Text("shape.sizes", {}) if dim_names(var.shape for var in graph.inputs) else "",
        "extra": {}, "jensen": kind,
    }  # fmt: skip
    return Step(
        f"{id}.composed", "hessian", graph.definition[graph.by_name[of]],
        Text(f"rule.hessian_{kind}_composed{'_given' if given else ''}", facts), (f"forward.{of}",),
        "outline", left=leaf(of), lines=(("line", line),), graph=graph,
    )  # fmt: skip


def _reasons(judge: Composed, line: Node) -> tuple[Text, ...]:
    """What makes the parts convex or concave, each reason once with its parts."""
    found: dict[str, list[Node]] = {}
    for rule, node in judge.grounds(line):
        parts = found.setdefault(f"shape.{rule}_{judge.curve(node)}", [])
        if node not in parts:
            parts.append(node)
    return tuple(Text(key, {"parts": tuple(parts)}) for key, parts in found.items())
