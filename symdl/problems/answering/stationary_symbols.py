"""This module answers `stationary` asks about one variable with symbols beside it, where the slope is linear.

`f = a x² + b x + c` is stationary at `x = -b/(2a)`; what the point is depends on the sign of the curvature.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symdl.autodiff.gathering import condensed
from symdl.core.algebra import negative
from symdl.core.differentiation import differentiate
from symdl.core.naming import leaf
from symdl.derivation.step import Answer, Step
from symdl.formula.tree import (
    ZERO,
    Compare,
    Name,
    Node,
    Partial,
    Quotient,
    names,
    substitute,
)  # fmt: skip
from symdl.problems.answering.scalars import settled, slopes
from symdl.problems.answering.signs import sign_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULE = "rule.stationary.symbols_"


def stationary(solver: Solver, of: str, name: str, formula: Node, id: str) -> Iterator[Answer]:
    """The one stationary point of a function whose derivative is linear in its variable."""
    claim = solver.graph.definition[solver.named(of)]
    (slope,) = slopes(solver, of, (name,), formula, id)
    bend = settled(differentiate(slope, name))
    if name in names(bend) or bend == ZERO:
        from symdl.problems.answering import stationary_cases

        yield from stationary_cases.stationary(solver, of, (name,), formula, id, (slope,))
        return
    start = settled(substitute(slope, {name: ZERO}))
    point = ZERO if start == ZERO else condensed(Quotient(negative(start), bend))
    value = settled(substitute(formula, {name: point}))
    sign = sign_of(bend, solver.problem.facts)
    zero = Partial(leaf(of), (Name(name),), "partial")
    above, below = Compare(">", bend, ZERO), Compare("<", bend, ZERO)
    kind = {1: "minimum", -1: "maximum", 0: "open"}[sign]

    def step(part: str, key: str, left: Node, row: Node, equal: tuple[Node, ...], *uses: str) -> Step:
        facts: dict[str, Any] = {
            "of": leaf(of), "name": Name(name), "bend": bend, "above": above, "below": below, "extra": {},
            "equal": equal,
        }  # fmt: skip
        ids = tuple(f"{id}.{use}" for use in uses)
        because = Text(f"{RULE}{key}", facts)
        return Step(
            f"{id}.{part}", "stationary", claim, because, ids, "outline", left=left, lines=(("line", row),),
            graph=solver.graph,
        )  # fmt: skip

    condition = Text("rule.stationary.condition", {"of": leaf(of), "name": Name(name)})
    solver.steps.append(
        Step(
            f"{id}.zero", "stationary", claim, condition, (f"{id}.{name}",), "outline", left=zero,
            lines=(("row", slope), ("row", ZERO)),
        )
    )  # fmt: skip
    placed = substitute(slope, {name: point})
    solver.steps.append(step("point", "solved", Name(name), point, (placed, ZERO), "zero"))
    same = (substitute(formula, {name: point}), value)
    solver.steps.append(step("kind", kind, leaf(of), value, same, "point"))
    yield Answer(id, "stationary", of, name, left=Name(name), formula={"scalar": point})
