"""This module answers `derivative` asks by definition: the limit of the difference quotient, with numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.algebra import signed
from symdl.core.constants import number_at
from symdl.core.graph import Equation
from symdl.core.naming import leaf
from symdl.derivation.calculus.differentiating import tidied
from symdl.derivation.calculus.limit_ways import worked
from symdl.derivation.calculus.limits import limit, parts, spare_increment
from symdl.derivation.calculus.rows import Rows, distinct
from symdl.derivation.step import Step
from symdl.formula.tree import Apply, Name, Negate, Node, Partial, Quotient, names, plus
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solution import Solver

RULE = "rule.limit."
SHRINKING = tuple(10.0**-k for k in range(1, 7))  # increments of the table


def by_definition(
    solver: Solver, of: str, by: str, formula: Node, id: str, kind: Any
) -> tuple[Node, list[Step]]:
    """The derivative as a limit: a step for each term that has a way of its own, and their sum."""
    h = spare_increment(names(formula) | frozenset(solver.problem.lines))
    claim = solver.graph.definition[solver.graph.by_name[of]]
    terms = parts(formula, by, h)
    x, left = Name(by), Partial(leaf(of), (Name(by),), kind)
    change = plus(Apply(of, (plus(x, h),)), Negate(Apply(of, (x,))))
    opening: Rows = (("limit_definition", limit(Quotient(change, h), h)),)
    if len(terms) == 1:
        basis, rows = worked(terms[0])
        return _closed([], claim, id, basis, left, (*opening, *rows), (), (x, h))
    steps: list[Step] = []
    for k, term in enumerate(terms, start=1):
        basis, rows = worked(term)
        symbol = Partial(term.whole, (x,), kind)
        _closed(steps, claim, f"{id}.{k}", basis, symbol, rows, (), (x, h), last=False)
    signs = [term.minus for term in terms]
    symbols = [step.left for step in steps if step.left is not None]
    rows = (*opening, ("rule", _added(symbols, signs)))
    rows = (*rows, ("placed", _added([step.lines[-1][1] for step in steps], signs)))
    rows = (*rows, *tidied(rows[-1][1]))
    uses = tuple(step.id for step in steps)
    return _closed(steps, claim, id, "sum", left, rows, uses, (x, h))


def _added(nodes: Sequence[Node], signs: Sequence[bool]) -> Node:
    return plus(*(Negate(node) if minus else node for node, minus in zip(nodes, signs, strict=True)))


def _closed(
    steps: list[Step], claim: Equation, id: str, basis: str, left: Node, rows: Rows, uses: tuple[str, ...],
    facts: tuple[Name, Name], last: bool = True,
) -> tuple[Node, list[Step]]:  # fmt: skip
    rows = distinct(rows)
    because = Text(f"{RULE}{basis}", {"by": facts[0], "h": facts[1], "of": left})
    detail: Any = "outline" if last else "lecture"
    steps.append(Step(id, "calculus", claim, because, uses, detail, left=left, lines=rows))
    return rows[-1][1], steps


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
