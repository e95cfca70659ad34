"""This module answers `stationary` and `minimize` asks with constraints: standard form, KKT, every case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symdl.autodiff.gathering import condensed, expanded
from symdl.core.algebra import negative, product, signed
from symdl.core.constants import number_at
from symdl.core.naming import leaf
from symdl.derivation.convexity.kkt import Case, Standard, sign
from symdl.derivation.convexity.second_test import Second, second_test
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain
from symdl.formula.reader import Scope, read_formula
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
    times,
)
from symdl.problems.answering.closed_forms import closed_forms
from symdl.problems.answering.concluding import conclusion, number_of
from symdl.problems.answering.scalars import given_numbers, one_formula, scalar_variables
from symdl.problems.answering.second_lines import second_line
from symdl.problems.given import given_value
from symdl.problems.names import declared, library_names
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULE = "rule.constrained."
MAX_INEQUALITIES = {"lp": 7, "qp": 7, "general": 3}
EQUATION = re.compile(r"(?<![<>=!])=(?!=)")
LAGRANGIAN = "Lambda"
MANY = 3  # cases without a solution that are told one by one


def constrained(solver: Solver, ask: Any) -> Iterator[Answer]:
    """The points that satisfy the KKT conditions, and what they are."""
    of = declared(ask.of)
    by = scalar_variables(solver, ask)
    formula = substitute(one_formula(solver, of, by), given_numbers(solver, by))
    upward = bool(getattr(ask, "maximize", None))
    (found,) = solver.ids(ask) if ask.kind == "stationary" else solver.ids(ask, by)
    constraints = [_constraint(solver, text, by) for text in ask.subject_to]
    below = tuple(node for relation, node, _ in constraints if relation != "=")
    equal = tuple(node for relation, node, _ in constraints if relation == "=")
    taken = {*by, *map(str, solver.graph.by_name)}
    mu, factor = (
        next(n for n in letters if n not in taken) for letters in (("mu", "nu"), ("lambda", "kappa"))
    )
    standard = Standard(
        by, expanded(negative(formula)) if upward else formula, below, equal,
        tuple(f"{mu}{k + 1}" for k in range(len(below))),
        tuple(f"{factor}{k + 1}" for k in range(len(equal))),
    )  # fmt: skip
    limit = MAX_INEQUALITIES[standard.kind]
    if len(below) > limit:
        raise ProblemError("problem.too_many_constraints", count=len(below), limit=limit)
    order = sorted(constraints, key=lambda item: item[0] == "=")
    written = tuple(node for _, _, node in order)
    scribe = Scribe(solver, ask, of, found.id, standard, upward, written)
    solver.steps.extend(scribe.steps())
    yield Answer(found.id, "stationary", ask.of, ",".join(by), table=tuple(scribe.table))


def _constraint(solver: Solver, text: str, by: tuple[str, ...]) -> tuple[str, Node, Node]:
    """A constraint as `g ≤ 0` or `h = 0`; a strict one has no place in a standard form."""
    known = frozenset(str(name) for name in solver.graph.by_name if isinstance(name, str))
    node = read_formula(EQUATION.sub("==", str(text)), Scope(known, library_names()))
    if not isinstance(node, Compare) or node.relation not in ("<=", ">=", "="):
        raise ProblemError("problem.constraint", got=str(text))
    left, right = (substitute(side, dict(solver.problem.lines)) for side in (node.left, node.right))
    if node.relation == ">=":
        left, right = right, left
    written = left if right == ZERO else plus(left, negative(right))
    moved = condensed(written)
    moved = substitute(expanded(moved), given_numbers(solver, by))
    for name in sorted(names(moved) - set(by) - {"pi", "e"}):
        raise ProblemError("problem.no_value", name=name)
    return node.relation, moved, written


class Scribe:
    """Writes the steps of one constrained problem."""

    def __init__(
        self,
        solver: Solver,
        ask: Any,
        of: str,
        id: str,
        standard: Standard,
        upward: bool,
        written: tuple[Node, ...],
    ) -> None:
        self.solver, self.ask, self.of, self.id = solver, ask, of, id
        self.standard, self.upward, self.written = standard, upward, written
        self.claim = solver.graph.definition[solver.named(of)]
        self.table: list[Mapping[str, Any]] = []

    def steps(self) -> Iterator[Step]:
        """Standard form, feasibility, Lagrangian, conditions, cases, conclusion."""
        standard = self.standard
        yield from self._standard()
        yield from self._start()
        if standard.empty is not None:
            yield self._empty()
            return
        if standard.impossible is not None:
            yield self._impossible(*standard.impossible)
            return
        names = zip((*standard.multipliers, *standard.factors), dict(self._parts()), strict=True)
        front = negative(leaf(self.of)) if self.upward else leaf(self.of)
        total = plus(front, *(times(Name(m), Name(part), style="juxtaposed") for m, part in names))
        yield self.step(
            "lagrangian", "lagrangian", Name(LAGRANGIAN), (standard.lagrangian,), "standard", sum=total
        )
        for name, node in zip(standard.by, standard.conditions, strict=True):
            slope = Partial(Name(LAGRANGIAN), (Name(name),))
            tidy = condensed(node)
            yield self.step(f"zero.{name}", "stationarity", slope, (tidy, ZERO), "lagrangian")
        if standard.inequalities:
            pairs = zip(standard.multipliers, standard.inequalities, strict=True)
            products = tuple(times(Name(m), g, style="juxtaposed") for m, g in pairs)
            facts = {"multipliers": tuple(map(Name, standard.multipliers))}
            left: Node = Array(products) if len(products) > 1 else products[0]
            zeros = Array((ZERO,) * len(products)) if len(products) > 1 else ZERO
            yield self.step(
                "slackness", "slackness" if len(products) > 1 else "slackness_one", left, (zeros,), **facts
            )
        cases = list(standard.cases(closed_forms))
        barren = [k for k, case in enumerate(cases, start=1) if case.fault == "none"]
        needed = not (standard.convex and any(case.fault == "kkt" for case in cases))
        for k, case in enumerate(cases, start=1):
            second = None
            if case.fault == "kkt" and not standard.convex and not case.free:
                second = second_test(standard, case)
            step = self._case(k, case, second, needed)
            if k in barren and len(barren) > MANY:
                step = _gathered(step, len(barren), len(cases)) if k == barren[0] else replace(
                    step, detail="tutorial"
                )  # fmt: skip
            yield step
            if second is not None:
                yield self._second(k, case, second)
        yield conclusion(self, cases)

    def _standard(self) -> Iterator[Step]:
        standard = self.standard
        if self.upward:
            yield self.step("upward", "upward", negative(leaf(self.of)), (standard.objective,))
        convex = "convex" if standard.convex else "any"
        order = {"lp": "lp", "qp": f"qp_{convex}", "general": f"general_{convex}"}[standard.kind]
        entries = {name: node for name, node in self._parts()}
        left = Array(tuple(map(Name, entries))) if len(entries) > 1 else Name(next(iter(entries)))
        right = Array(tuple(entries.values())) if len(entries) > 1 else next(iter(entries.values()))
        yield self.step("standard", f"standard_{order}", left, (right,), written=self.written,
            below=Compare("<=", Name("g"), ZERO), equal=Compare("=", Name("h"), ZERO),
        )  # fmt: skip

    def _parts(self) -> Iterator[tuple[str, Node]]:
        for k, node in enumerate(self.standard.inequalities, start=1):
            yield f"g{k}", node
        for k, node in enumerate(self.standard.equations, start=1):
            yield f"h{k}", node

    def _start(self) -> Iterator[Step]:
        """Whether the start is feasible, constraint by constraint."""
        start = {declared(n): given_value(v).items[0] for n, v in (self.ask.start or {}).items()}
        if not start or set(start) != set(self.standard.by):
            return
        where = tuple(Compare("=", Name(name), node) for name, node in start.items())
        parts = list(self._parts())
        broken = [
            Name(name) for name, node in parts
            if sign(node, start) > 0 or (name[0] == "h" and sign(node, start))
        ]  # fmt: skip
        values = [number_of(substitute(node, start)) for _, node in parts]
        left, right = self._columns([Name(name) for name, _ in parts], values)
        key = "infeasible" if broken else "feasible"
        yield self.step("start", key, left, (right,), "standard", where=where, broken=tuple(broken),
                         start=start)  # fmt: skip

    def _columns(self, left: list[Any], right: list[Node]) -> tuple[Node, Node]:
        if len(left) == 1:
            return left[0], right[0]
        return Array(tuple(left)), Array(tuple(right))

    def _empty(self) -> Step:
        """The combination of constraints that nothing can satisfy."""
        assert self.standard.empty is not None
        parts = list(self._parts())
        weights = self.standard.combined(self.standard.empty)
        terms = [product(signed(w), Name(parts[k][0])) for k, w in weights]
        total = expanded(plus(*(times(signed(w), parts[k][1], style="juxtaposed") for k, w in weights)))
        return self.step("empty", "empty", plus(*terms), (total,), "standard", weights=weights)

    def _impossible(self, k: int, bound: Fraction) -> Step:
        """A constraint whose left side is never zero or below."""
        name, node = list(self._parts())[k]
        stated = Compare(">=" if bound > 0 else "<=", Name(name), signed(bound))
        facts = {"bound": stated, "index": k, "by": bound}
        return self.step("empty", "empty_bound", Name(name), (node,), "standard", **facts)

    def _case(self, k: int, case: Case, second: Second | None, needed: bool) -> Step:
        standard = self.standard
        active = tuple(Compare("=", Name(f"g{i + 1}"), ZERO) for i in case.active)
        idle = tuple(
            Compare("=", Name(m), ZERO) for i, m in enumerate(standard.multipliers) if i not in case.active
        )
        shown = [*standard.by, *(standard.multipliers[i] for i in case.active), *standard.factors]
        left: Node = Array(tuple(map(Name, shown))) if len(shown) > 1 else Name(shown[0])
        rows: tuple[Node, ...] = ()
        if case.values:
            entries = tuple(case.values[name] for name in shown)
            rows = (Array(entries) if len(shown) > 1 else entries[0],)
        fault: str = "unneeded" if case.fault == "unsolved" and not needed else case.fault
        fault = f"{fault}_open" if case.free and case.values else fault
        point = {name: case.values[name] for name in standard.by} if case.values else {}
        culprit: Node | None = None
        if case.fault == "infeasible":
            value = number_of(substitute(standard.inequalities[case.culprit], point))
            culprit = Compare("=", Name(f"g{case.culprit + 1}"), value)
        if case.fault == "negative":
            name = standard.multipliers[case.culprit]
            culprit = Compare("=", Name(name), case.values[name])
        if case.fault == "kkt":
            row = self._row(case, second)
            if not any(other["point"] == row["point"] for other in self.table):
                self.table.append(row)
        return self.step(
            f"case{k}", f"{'case' if standard.inequalities else 'only'}_{fault}", left, rows, case=case,
            culprit=culprit, condition=(*active, *idle), free=tuple(map(Name, case.free)),
            zero=tuple(Compare("=", Name(name), ZERO) for name in case.free),
        )  # fmt: skip

    def _second(self, k: int, case: Case, second: Second) -> Step:
        """What the second derivatives say along the active constraints."""
        names = tuple(Name(name) for name, _ in self._parts())
        key, left, rows, facts = second_line(second, self.standard.by, names, self._turned(second.kind))
        return self.step(f"case{k}.second", key, left, rows, f"case{k}", second=second, at=case, **facts)

    def _turned(self, kind: str) -> str:
        """What a point is for the problem as it was asked."""
        turned = {"minimum": "maximum", "maximum": "minimum"}
        return turned.get(kind, kind) if self.upward else kind

    def _row(self, case: Case, second: Second | None) -> Mapping[str, Any]:
        """A KKT point as a record."""
        standard = self.standard
        point = {name: case.values[name] for name in standard.by}
        value, _ = number_at(standard.objective, point)
        direction = -1 if self.upward else 1
        multipliers = (*standard.multipliers, *standard.factors)
        best = "maximum" if self.upward else "minimum"
        return {
            "point": {name: number_at(node)[0] for name, node in point.items()},
            "exact": {name: to_plain(node) for name, node in point.items()},
            "value": direction * value + 0.0,
            "multipliers": {name: number_at(case.values[name])[0] for name in multipliers},
            "active": [f"g{k}" for k, g in enumerate(standard.inequalities, 1) if not sign(g, point)],
            "kind": best if standard.convex else self._turned(second.kind) if second else "inconclusive",
            "decided_by": "second_order" if second else "kkt",
        }

    def step(self, part: str, key: str, left: Node, rows: tuple[Node, ...], *uses: str, **facts: Any) -> Step:
        """A step of this problem."""
        because = Text(f"{RULE}{key}", {"of": leaf(self.of), **facts, "standard": self.standard,
                                        "upward": self.upward})  # fmt: skip
        ids = tuple(f"{self.id}.{use}" for use in uses)
        lines = tuple(("row", row) for row in rows)
        return Step(
            f"{self.id}.{part}", "stationary", self.claim, because, ids, "outline", left=left, lines=lines
        )


def _gathered(step: Step, count: int, total: int) -> Step:
    """The first case without a solution, which speaks for all of them."""
    facts = {**step.because.facts, "count": count, "total": total}
    key = "case_none_all" if count < total else "case_none_every"
    return replace(step, because=Text(f"{RULE}{key}", facts))
