"""This module answers `derivative` asks by definition: the limit of the difference quotient, with numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.algebra import signed
from symdl.core.constants import number_at
from symdl.core.naming import leaf
from symdl.derivation.calculus.defining import Definition
from symdl.derivation.calculus.limits import limit, spare_increment
from symdl.derivation.calculus.rows import Rows
from symdl.derivation.step import Step
from symdl.formula.tree import Apply, Name, Negate, Node, Partial, Quotient, names, plus

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

SHRINKING = tuple(10.0**-k for k in range(1, 7))  # increments of the table


def by_definition(
    solver: Solver, of: str, by: str, formula: Node, id: str, kind: Any
) -> tuple[Node, list[Step]]:
    """The derivative as a limit: a step for each part that has a limit of its own, and the laws between."""
    taken = names(formula) | frozenset(solver.problem.lines)
    h, x = spare_increment(taken), Name(by)
    work = Definition(solver.graph.definition[solver.graph.by_name[of]], id, h, kind, taken)
    change = plus(Apply(of, (plus(x, h),)), Negate(Apply(of, (x,))))
    opening: Rows = (("limit_definition", limit(Quotient(change, h), h)),)
    result = work.finish((formula, x), Partial(leaf(of), (x,), kind), opening)
    return result, work.steps


def quotient_rows(
    formula: Node, by: str, point: Mapping[str, Node], slope: float
) -> Iterator[Mapping[str, Any]]:
    """The difference quotients at a point for shrinking increments: to one side, and to both."""

    def at(h: float) -> float:
        moved = {**point, by: plus(point[by], signed(Fraction(str(h))))} if h else dict(point)
        return number_at(formula, moved)[0]

    for h in SHRINKING:
        after, before, here = at(h), at(-h), at(0.0)
        forward, central = (after - here) / h, (after - before) / (2 * h)
        yield {
            "h": h, "forward": forward, "central": central if np.isfinite(central) else None,
            "error": abs(forward - slope),
        }  # fmt: skip
