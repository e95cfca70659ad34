"""This module answers `stationary` asks: the gradient set to zero, solved, every point classified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdl.autodiff.gathering import multiplied_out
from symdl.checking.domains import nowhere
from symdl.core.differentiation import differentiate
from symdl.core.naming import leaf
from symdl.derivation.calculus.differentiating import Kind
from symdl.derivation.convexity.stationary import Point, Verdict, classified
from symdl.derivation.convexity.stationary import decimal as exactly
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ZERO,
    Array,
    Compare,
    Name,
    Node,
    Partial,
    names,
    plus,
    substitute,
)
from symdl.problems.answering.finding import Findings, findings
from symdl.problems.answering.levels import levels
from symdl.problems.answering.reaching import decimal, shaped, told
from symdl.problems.answering.scalars import given_numbers, kind_of, one_formula, scalar_variables, slopes
from symdl.problems.answering.searching import Sides, no_box, own_sides
from symdl.problems.names import declared
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

MANY = 4  # points that are told one by one


def stationary(solver: Solver, ask: Any) -> Iterator[Answer]:
    """The stationary points of a function of scalars, in the order of their coordinates."""
    if ask.subject_to:
        from symdl.problems.answering import constrained

        no_box(ask)
        yield from constrained.constrained(solver, ask)
        return
    of = declared(ask.of)
    wanted = [solver.named(name) for name in ask.wanted]
    if any(var.shape for var in wanted):
        no_box(ask)
    if len(wanted) == 1 and len(wanted[0].shape) == 1:
        from symdl.problems.answering import stationary_arrays

        (found,) = solver.ids(ask)
        yield from stationary_arrays.stationary(solver, of, wanted[0], found.id)
        return
    if len(wanted) == 1 and len(wanted[0].shape) == 2:
        from symdl.problems.answering import stationary_arrays

        (found,) = solver.ids(ask)
        yield from stationary_arrays.by_matrix(solver, of, wanted[0], found.id)
        return
    if len(wanted) == 2 and any(var.shape for var in wanted):
        from symdl.problems.answering import stationary_bias

        (found,) = solver.ids(ask)
        yield from stationary_bias.stationary(solver, of, wanted, found.id)
        return
    if len(wanted) > 1 and any(var.shape for var in wanted):
        name = next(str(var.name) for var in wanted if var.shape)
        raise ProblemError("problem.one_array", name=name)
    by = scalar_variables(solver, ask)
    formula = one_formula(solver, of, by, symbols=True)
    (found,) = solver.ids(ask)
    if names(formula) - set(by) - given_numbers(solver, by).keys() - {"pi", "e"}:
        from symdl.problems.answering import stationary_symbols, stationary_systems

        no_box(ask)
        body = substitute(formula, given_numbers(solver, by))
        if len(by) == 1:
            yield from stationary_symbols.stationary(solver, of, by[0], body, found.id)
        else:
            yield from stationary_systems.stationary(solver, of, by, body, found.id)
        return
    given = given_numbers(solver, by)
    if nowhere(substitute(formula, given), by):
        raise ProblemError("problem.nowhere", of=of)
    claim = solver.graph.definition[solver.named(of)]
    first = slopes(solver, of, by, formula, found.id)
    second = [[multiplied_out(differentiate(slope, name)) for name in by] for slope in first]
    own = own_sides(ask, by)
    results = findings([substitute(slope, given) for slope in first], by, own)
    known = [[substitute(entry, given) for entry in row] for row in second]
    verdicts = [classified(substitute(formula, given), known, point) for point in results.points]
    shape = shaped(solver, of, by, found.id, results)
    solver.steps.extend([shape] if shape else [])
    scribe = _Scribe(found.id, of, by, claim, results, kind_of(formula, by[0]), own, shape)
    solver.steps.extend(scribe.steps(first, second, verdicts))
    level = list(levels(found.id, of, by, claim, substitute(formula, given), results))
    solver.steps.extend(step for step, _ in level)
    rows = tuple(_row(point, verdict) for point, verdict in zip(results.points, verdicts, strict=True))
    rows += tuple(row for _, row in level)
    yield Answer(found.id, "stationary", ask.of, ",".join(by), None, table=rows)


def _row(point: Point, verdict: Verdict) -> Mapping[str, Any]:
    exact = None if point.exact is None else {name: to_plain(node) for name, node in point.exact.items()}
    row: dict[str, Any] = {
        "point": dict(point.at), "exact": exact, "value": verdict.value,
        "eigenvalues": list(verdict.eigenvalues), "kind": verdict.kind, "decided_by": verdict.by,
    }  # fmt: skip
    if not point.free:
        return row
    families = [{name: to_plain(node) for name, node in family.items()} for family in point.families]
    return row | {"free": list(point.free), "families": families}


def likewise(steps: Sequence[Step]) -> Iterator[Step]:
    """Of many points that the Hessian decides, one of each kind in full; the table has the others."""
    kinds = [step.because.key for step in steps]
    for k, step in enumerate(steps):
        further = kinds.count(kinds[k]) - 1
        if further and kinds[k].endswith("_by_hessian"):
            first = kinds.index(kinds[k]) == k
            told = Text(f"{kinds[k]}_likewise", {**step.because.facts, "further": further})
            yield replace(step, because=told) if first else replace(step, detail="tutorial")
        else:
            yield step


class _Scribe:
    """Writes the steps of one question."""

    def __init__(
        self, id: str, of: str, by: Sequence[str], claim: Any, results: Findings, kind: Kind,
        own: Sides | None, shape: Step | None,
    ) -> None:  # fmt: skip
        self.id, self.of, self.by, self.claim, self.results = id, of, by, claim, results
        self.kind: Kind = kind
        self.own, self.shape = own, shape

    def steps(
        self, slopes: Sequence[Node], second: Sequence[Sequence[Node]], verdicts: Sequence[Verdict]
    ) -> Iterator[Step]:
        """The conditions, the points, the Hessian where there are any, and what each point is."""
        conditions = tuple(f"{self.id}.{name}.zero" for name in self.by)
        for name, slope, id in zip(self.by, slopes, conditions, strict=True):
            left = Partial(leaf(self.of), (Name(name),), self.kind)
            yield self._step(id, "condition", {"name": Name(name)}, (f"{self.id}.{name}",), left, slope, ZERO)
        products = list(self._products(conditions))
        yield from products
        factored = {step.uses[0]: step.id for step in products}
        yield self._points(tuple(factored.get(id, id) for id in conditions), slopes)
        if self.results.kinks:
            yield self._kinks(conditions)
        if self.results.edges:
            yield self._edges(conditions)
        if self.results.points:
            slope_ids = tuple(f"{self.id}.{name}" for name in self.by)
            if self.alone:
                yield self._step(f"{self.id}.hessian", "second", {}, slope_ids, self._curvature, second[0][0])
            else:
                hessian = Array(tuple(Array(tuple(row)) for row in second))
                yield self._step(f"{self.id}.hessian", "hessian", {}, slope_ids, leaf("H"), hessian)
        steps = [
            self._point(k, point, verdict)
            for k, (point, verdict) in enumerate(zip(self.results.points, verdicts, strict=True), start=1)
        ]
        yield from likewise(steps) if len(steps) > MANY else steps

    def _products(self, conditions: tuple[str, ...]) -> Iterator[Step]:
        """The conditions that were solved as products."""
        for name, condition, product in zip(self.by, conditions, self.results.products, strict=False):
            if product.split:
                left = Partial(leaf(self.of), (Name(name),), self.kind)
                key = "factored_exponential" if product.exponential is not None else "factored"
                uses = (condition,)
                yield self._step(
                    f"{condition}.factored", key, {"name": Name(name)}, uses, left, product.node, ZERO
                )

    @property
    def alone(self) -> bool:
        """Whether there is one variable, and a second derivative in place of the Hessian."""
        return len(self.by) == 1

    @property
    def _curvature(self) -> Node:
        """What decides at a point: the Hessian, or the second derivative."""
        name = Name(self.by[0])
        return Partial(leaf(self.of), (name, name), self.kind) if self.alone else leaf("H")

    def _points(self, uses: tuple[str, ...], slopes: Sequence[Node]) -> Step:
        """The solutions of the conditions, one a row, or the word that there is none."""
        points, names = self.results.points, Array(tuple(map(Name, self.by)))
        free = tuple(dict.fromkeys(Name(name) for point in points for name in point.free))
        key, facts = told(self.results, self.by, self.own)
        if self.shape is not None:
            key = f"solved_{self.shape.because.facts['jensen']}{'' if self.results.closed else '_tried'}"
            uses = (*uses, self.shape.id)
        facts |= {"free": free, "points": points, "slopes": tuple(slopes)}
        rows: list[Any] = [
            Array(tuple(each.values()))
            for point in points for each in (point.families or (_printed(point),))
        ]  # fmt: skip
        if self.alone and key == "solved_everywhere":
            key = "solved_alone"
        if rows and self.alone:
            rows = [*dict.fromkeys(row.items[0] for row in rows)]
            return self._step(f"{self.id}.points", key, facts, uses, Name(self.by[0]), *rows)
        if rows:
            return self._step(f"{self.id}.points", key, facts, uses, names, *rows)
        left = Partial(leaf(self.of), (Name(self.by[0]),), self.kind)
        return self._step(f"{self.id}.points", key, facts, uses, left, slopes[0])

    def _kinks(self, uses: tuple[str, ...]) -> Step:
        """The places where there is no gradient, so no stationary point, but perhaps an extremum."""
        rows = [Array(tuple(place.values())) for place in self.results.kinks]
        facts = {"places": self.results.kinks}
        return self._step(f"{self.id}.kinks", "kinks", facts, uses, Array(tuple(map(Name, self.by))), *rows)

    def _edges(self, uses: tuple[str, ...]) -> Step:
        """Where the domain ends and the slope grows beyond all bounds: no stationary point either."""
        rows = [Array(tuple(place.values())) for place in self.results.edges]
        facts = {"places": self.results.edges}
        return self._step(f"{self.id}.edges", "edges", facts, uses, Array(tuple(map(Name, self.by))), *rows)

    def _point(self, k: int, point: Point, verdict: Verdict) -> Step:
        where = tuple(Compare("=", Name(name), node) for name, node in _printed(point).items())
        facts = {
            "of": leaf(self.of), "where": where, "kind": verdict.kind,
            "eigenvalues": verdict.eigenvalues, "value": verdict.value,
            "direction": Array(tuple(map(exactly, verdict.direction))) if verdict.direction else None,
            "order": verdict.order, "point": point,
        }  # fmt: skip
        facts |= self._curved(point, verdict)
        alone = self.alone and verdict.by == "hessian"
        key = f"{verdict.kind}_by_{'second' if alone else verdict.by}"
        value = verdict.matrix[0][0] if self.alone else verdict.matrix
        return Step(
            f"{self.id}.{k}", "stationary", self.claim, Text(f"rule.stationary.{key}", facts),
            (f"{self.id}.points", f"{self.id}.hessian"), "outline", value, None, self._curvature,
        )  # fmt: skip

    def _curved(self, point: Point, verdict: Verdict) -> dict[str, Any]:
        """The curves that decide, each with the first term of the function on it; or the deciding terms."""
        if verdict.curved is None:
            return {}
        up_down: dict[str, Any] = {"curves": verdict.curved.curves, "form": verdict.curved.form}
        up_down["change"] = tuple(
            Compare("=", Name(name), _from(node, step))
            for name, node, step in zip(
                self.by, _printed(point).values(), verdict.curved.change, strict=False
            )
        )
        for key, curve in zip(("up", "down"), verdict.curved.curves, strict=False):
            start = _printed(point).values()
            away = [_from(node, step) for node, step in zip(start, curve.node, strict=True)]
            up_down[key] = tuple(map(lambda n, v: Compare("=", Name(n), v), self.by, away))
            up_down[f"{key}_term"] = curve.term
        return up_down

    def _step(
        self, id: str, key: str, facts: dict[str, Any], uses: tuple[str, ...], left: Node, *rows: Node
    ) -> Step:
        lines = tuple(("row", row) for row in rows)
        because = Text(f"rule.stationary.{key}", {"of": leaf(self.of), **facts})
        return Step(id, "stationary", self.claim, because, uses, "outline", left=left, lines=lines)


def _from(start: Node, step: Node) -> Node:
    """A coordinate of the point and the way from it."""
    return step if start == ZERO else start if step == ZERO else plus(start, step)


def _printed(point: Point) -> dict[str, Node]:
    """The coordinates as they are printed: exact ones as formulas, others to ten digits."""
    if point.exact is not None:
        return dict(point.exact)
    return {name: decimal(value) for name, value in point.at.items()}
