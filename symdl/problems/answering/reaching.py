"""This module says how far a search for stationary points reached: everywhere, in a box, not to its end."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symdl.checking import roots
from symdl.derivation.step import Step
from symdl.formula.tree import Array, Name, Negate, Node, number
from symdl.problems.answering import curving_lines
from symdl.problems.answering.finding import Findings
from symdl.problems.answering.searching import BOXES, MAX_POINTS, Sides
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def told(results: Findings, by: Sequence[str], own: Sides | None = None) -> tuple[str, dict[str, Any]]:
    """The key of the sentence about the solutions, and its facts.

    >>> told(Findings((), "everywhere"), ("x",))[0]
    'none_everywhere'
    """
    facts: dict[str, Any] = {
        "count": len(results.points),
        "all": results.total,
        "own": own,
        "range": range_of(own),
    }
    found = f"{'solved' if results.points else 'none'}_{results.reach}"
    search = results.searched
    if search is None or search.found is None:
        return ("solved_free" if any(point.free for point in results.points) else found), facts
    if search.cube is not None:
        facts["range"] = Text("within.one" if len(by) == 1 else "within.all", {"box": search.cube})
    facts |= {"wide": BOXES[0], "limit": MAX_POINTS, "box": search.cube} | _open(results)
    if not search.found.ended:
        return "unfinished", facts | {"boxes": roots.MAX_BOXES[len(by) - 1]}
    if search.cube is not None and search.cube != BOXES[0]:
        return ("open_many" if results.left_open else "solved_many"), facts
    if results.flat:
        found = found if results.points else "only_flat"
    key = "open" if results.left_open else found
    if key == "only_flat":
        return key, facts
    return key if results.closed or results.reach != "box" else f"{key}_tried", facts


def shaped(solver: Solver, of: str, by: Sequence[str], id: str, results: Findings) -> Step | None:
    """That a function is convex or concave, where this makes the one point of a box the only one anywhere."""
    alone = len(results.points) == 1 and not results.left_open and not results.kinks
    found = None if results.searched is None else results.searched.found
    if not alone or results.reach != "box" or found is None or not found.ended:
        return None
    variables = [solver.named(name) for name in by]
    step = next(curving_lines.shaped(solver, solver.graph, of, variables, id), None)
    return step if step is not None and step.because.facts["jensen"] in ("convex", "concave") else None


def range_of(own: Sides | None) -> Text | None:
    """A box of the author's in words."""
    if own is None:
        return None
    sides = tuple(
        Text("within.side", {"name": Name(name), "low": low, "high": high})
        for name, (low, high) in zip(own.by, own.ends, strict=True)
    )
    return Text("within.own", {"sides": sides})


def _open(results: Findings) -> dict[str, Any]:
    """The middles of the regions that stayed open, and how far these reach to each side."""
    regions = results.left_open
    centers = [tuple(map(rounded, roots.middle(region))) for region in regions]
    sides = [(high - low) / 2 for region in regions for low, high in region]
    places = tuple(Array(center) if len(center) > 1 else center[0] for center in centers)
    return {"places": places, "radius": rounded(max(sides, default=0.0))}


def rounded(value: float) -> Node:
    """A float to three digits."""
    return decimal(float(f"{value:.2e}"))


def decimal(value: float) -> Node:
    """A float as a decimal number of ten digits."""
    size = f"{abs(value):.10g}"
    return Negate(number(Fraction(size), size)) if value < 0 else number(Fraction(size), size)
