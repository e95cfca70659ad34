"""This module answers `stationary` asks with symbols whose conditions are not linear: solutions in closed
form by elimination and factoring, where each is real, and what it is by the signs of the leading minors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symdl.autodiff.gathering import condensed, multiplied_out
from symdl.core import polynomials
from symdl.core.algebra import unsigned
from symdl.core.differentiation import differentiate
from symdl.core.graph import Equation
from symdl.core.naming import leaf
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import (
    ZERO,
    Apply,
    Array,
    Compare,
    Name,
    Node,
    Number,
    Partial,
    Power,
    Quotient,
    names,
    rebuild,
    size,
    substitute,
)
from symdl.formula.walking import walk
from symdl.problems.answering import exact_roots
from symdl.problems.answering.signs import determinant, side_of, sign_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULE = "rule.stationary."
MAX_SHOWN = 9  # solutions that are still read


def stationary(
    solver: Solver, of: str, by: Sequence[str], formula: Node, id: str, slopes: Sequence[Node]
) -> Iterator[Answer]:
    """The stationary points that have a closed form in the symbols."""
    claim = solver.graph.definition[solver.named(of)]
    found = exact_roots.solved(slopes, by)
    cases = _Cases(solver, id, of, by, claim, slopes, formula)
    points = [point for point in map(cases.point, found or ()) if point is not None]
    if not points or len(points) > MAX_SHOWN:
        symbols = ", ".join(sorted(names(formula) - set(by) - {"pi", "e"}))
        raise ProblemError("problem.no_closed_form", of=of, names=symbols, seconds=exact_roots.SECONDS)
    solver.steps.extend(cases.steps(points))
    rows = tuple(_together([point[name] for name in by]) for point in points)
    left = _together(tuple(map(Name, by)))
    result = rows[0] if len(rows) == 1 else Array(rows)
    yield Answer(id, "stationary", of, ",".join(by), left=left, formula={"scalar": result})


def _together(values: Sequence[Node]) -> Node:
    return Array(tuple(values)) if len(values) > 1 else values[0]


class _Cases:
    """The points of one question being written."""

    def __init__(
        self, solver: Solver, id: str, of: str, by: Sequence[str], claim: Equation, slopes: Sequence[Node],
        formula: Node,
    ) -> None:  # fmt: skip
        self.solver, self.id, self.of, self.by, self.claim = solver, id, of, tuple(by), claim
        self.slopes, self.formula, self.facts = slopes, formula, solver.problem.facts
        self.second = [[condensed(differentiate(slope, name)) for name in by] for slope in slopes]

    def point(self, solution: Mapping[str, Node]) -> dict[str, Node] | None:
        """A solution with what is free by its own name, None where the facts forbid it."""
        if any(sign_of(each.left, self.facts) < 0 for each in _conditions(solution.values())):
            return None
        return {name: solution.get(name, Name(name)) for name in self.by}

    def steps(self, points: Sequence[Mapping[str, Node]]) -> Iterator[Step]:
        """The conditions, the second derivatives, every point, and what it is."""
        zeros = tuple(f"{self.id}.{name}.zero" for name in self.by)
        for name, slope, zero in zip(self.by, self.slopes, zeros, strict=True):
            facts = {"of": leaf(self.of), "name": Name(name)}
            left = Partial(leaf(self.of), (Name(name),), "partial")
            lines = (("row", slope), ("row", ZERO))
            yield self._step(zero, f"{RULE}condition", facts, (f"{self.id}.{name}",), left, lines)
        uses = tuple(f"{self.id}.{name}" for name in self.by)
        hessian: Node = Array(tuple(Array(tuple(row)) for row in self.second))
        rule, row = ("second", self.second[0][0]) if len(self.by) == 1 else ("hessian", hessian)
        facts = {"of": leaf(self.of)}
        yield self._step(f"{self.id}.hessian", f"{RULE}{rule}", facts, uses, self._curvature, (("row", row),))
        for k, point in enumerate(points, start=1):
            yield self._point(k, len(points), point, zeros)
            yield self._kind(k, point)

    @property
    def _curvature(self) -> Node:
        """The Hessian, or the second derivative where there is one variable."""
        if len(self.by) > 1:
            return leaf("H")
        return Partial(leaf(self.of), (Name(self.by[0]),) * 2, "partial")

    def _point(self, k: int, count: int, point: Mapping[str, Node], zeros: tuple[str, ...]) -> Step:
        where = tuple(c for c in _conditions(point.values()) if sign_of(c.left, self.facts) <= 0)
        free = tuple(Name(name) for name in self.by if point[name] == Name(name))
        key = "cases_family" if free else "cases_point_real" if where else "cases_point"
        left = _together(tuple(map(Name, self.by)))
        value = _together([point[name] for name in self.by])
        placed = tuple(substitute(slope, dict(point)) for slope in self.slopes)
        facts = {
            "number": k, "count": count, "where": where, "free": free, "extra": {}, "equal": (*placed, ZERO),
        }  # fmt: skip
        return self._step(f"{self.id}.{k}.point", f"{RULE}{key}", facts, zeros, left, (("line", value),))

    def _kind(self, k: int, point: Mapping[str, Node]) -> Step:
        matrix = [[self._at(entry, point) for entry in row] for row in self.second]
        n = range(1, len(self.by) + 1)
        minors = [_short(determinant([row[:j] for row in matrix[:j]])) for j in n]
        marks = [Name(f"D_{j}") if len(self.by) > 1 else self._curvature for j in n]
        value = self._at(self.formula, point)
        last = marks[-1]
        facts: dict[str, Any] = {
            "of": leaf(self.of), "extra": {}, "equal": (substitute(self.formula, dict(point)), value),
            "minors": tuple(Compare("=", mark, minor) for mark, minor in zip(marks, minors, strict=True)),
            "up": tuple(Compare(">", mark, ZERO) for mark in marks),
            "down": tuple(Compare("<" if j % 2 else ">", m, ZERO) for j, m in enumerate(marks, start=1)),
            "saddle": Compare("<", last, ZERO), "singular": Compare("=", last, ZERO),
        }  # fmt: skip
        key = f"{RULE}cases_{self._known(minors, value)}"
        uses = (f"{self.id}.hessian", f"{self.id}.{k}.point")
        return self._step(f"{self.id}.{k}", key, facts, uses, leaf(self.of), (("line", value),))

    def _at(self, node: Node, point: Mapping[str, Node]) -> Node:
        return _short(substitute(node, dict(point)))

    def _known(self, minors: Sequence[Node], value: Node) -> str:
        side = side_of(self.formula, self.facts) if value == ZERO else 0
        if side:
            return "lowest" if side > 0 else "highest"
        signs = [sign_of(minor, self.facts) for minor in minors]
        if all(sign > 0 for sign in signs):
            return "minimum"
        if all(sign * (-1) ** j > 0 for j, sign in enumerate(signs, start=1)):
            return "maximum"
        if minors[-1] == ZERO:
            return "nothing"
        if len(minors) == 1:
            return "slope"
        if len(minors) == 2 and side_of(minors[-1], self.facts) < 0:
            return "saddle" if signs[-1] < 0 else "saddle_unless"
        return "open"

    def _step(
        self, id: str, key: str, facts: Mapping[str, Any], uses: tuple[str, ...], left: Node,
        rows: tuple[tuple[str, Node], ...],
    ) -> Step:  # fmt: skip
        return Step(
            id, "stationary", self.claim, Text(key, {"of": leaf(self.of), **facts}), uses, "outline",
            left=left, lines=rows, graph=self.solver.graph,
        )  # fmt: skip


def _short(node: Node) -> Node:
    """A value as short as it is seen to be: inverse functions undone, multiplied out where that helps."""
    plain = condensed(multiplied_out(_undone(node)))
    return min(plain, condensed(polynomials.multiplied_out(plain)), key=size)


def _undone(node: Node) -> Node:
    match rebuild(node, _undone):
        case Apply("exp", (Apply("log", (inner,)),)) | Apply("log", (Apply("exp", (inner,)),)):
            return inner
        case same:
            return same


def _conditions(values: Any) -> list[Compare]:
    """Where some formulas are real and finite: by even roots, logarithms, denominators."""
    found: dict[Compare, None] = {}
    for part in (part for value in values for part in walk(value)):
        match part:
            case Apply("sqrt", (inner,)) | Power(inner, Quotient(_, Number())) if names(inner):
                found[Compare(">=", inner, ZERO)] = None
            case Apply("log", (inner,)) if names(inner):
                found[Compare(">", inner, ZERO)] = None
            case Quotient(_, below) if names(below):
                found[Compare("!=", unsigned(below), ZERO)] = None
    return list(found)
