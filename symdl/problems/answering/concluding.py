"""This module concludes a constrained problem: the best of its KKT points, or why there is no best one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdl.core.algebra import negative, ratio, signed
from symdl.core.constants import number_at
from symdl.core.naming import leaf
from symdl.derivation.convexity.kkt import SLACK, Case, Standard
from symdl.derivation.convexity.polytopes import Outlook
from symdl.derivation.step import Step
from symdl.formula.tree import (
    ONE,
    TWO,
    Array,
    Compare,
    Name,
    Negate,
    Node,
    Power,
    substitute,
    times,
)
from symdl.problems.answering.globally import reached
from symdl.problems.answering.qualification import abnormal, lowest

if TYPE_CHECKING:
    from symdl.problems.answering.constrained import Scribe


def number_of(node: Node) -> Node:
    """A formula of numbers as a number, where it is rational."""
    _, exact = number_at(node)
    return node if exact is None else signed(exact)


def conclusion(scribe: Scribe, cases: list[Case]) -> Step:
    """The last line: the best point and how far it is known to be best, or why there is none."""
    standard = scribe.standard
    uses = tuple(f"case{k}" for k, case in enumerate(cases, start=1) if case.fault == "kkt")
    best = [case for case in cases if case.fault == "kkt"]
    if not best:
        return _none(scribe, cases)
    end = "maximum" if scribe.upward else "minimum"
    case = min(best, key=lambda each: _at(standard, each))
    why, outlook = reached(standard, cases, case)
    if outlook.ray is not None:
        return _falling(scribe, outlook, uses)
    if not why and not {row["kind"] for row in scribe.table} & {end, "inconclusive"}:
        return scribe.step("none", f"no_{end}", leaf(scribe.of), (), *uses)
    point = {name: case.values[name] for name in standard.by}
    where = tuple(Compare("=", Name(name), node) for name, node in point.items())
    direction = negative if scribe.upward else (lambda node: node)
    value = number_of(direction(substitute(standard.objective, point)))
    key = f"{end}_{'convex' if standard.convex else why or 'candidate'}"
    equals = [c for c in best if standard.convex or abs(_at(standard, c) - _at(standard, case)) < SLACK]
    points = tuple(dict.fromkeys(Array(tuple(c.values[name] for name in standard.by)) for c in equals))
    every = Array(tuple(map(Name, standard.by)))
    several = {"points": tuple(Compare("=", every, each) for each in points)} if len(points) > 1 else {}
    key = f"{key}_several" if several and (standard.convex or why) else key
    if why:
        _settled(scribe, end)
    return scribe.step(
        "best", key, leaf(scribe.of), (value,), *uses, where=where, point=point, count=len(best), **several,
    )  # fmt: skip


def _settled(scribe: Scribe, end: str) -> None:
    """The records of the points that are the best of all."""
    worth = max if scribe.upward else min
    best = worth(row["value"] for row in scribe.table)
    scribe.table = [{**row, "kind": end} if abs(row["value"] - best) < SLACK else row for row in scribe.table]


def _at(standard: Standard, case: Case) -> float:
    """The value of the objective where a case leads to."""
    return number_at(standard.objective, {n: case.values[n] for n in standard.by})[0]


def _falling(scribe: Scribe, outlook: Outlook, uses: tuple[str, ...] = ()) -> Step:
    """A ray in the feasible set along which the objective falls without end."""
    t, every = Name("t"), Array(tuple(map(Name, scribe.standard.by)))
    ray = Array(tuple(map(signed, outlook.ray or ())))
    power, size = t if outlook.start else Power(t, TWO), ratio(-outlook.rate)
    change = Negate(power if size == ONE else times(size, power, style="juxtaposed"))
    start = None if outlook.start is None else Array(tuple(map(signed, outlook.start)))
    facts = {
        "ray": ray,
        "change": change,
        "outlook": outlook,
        "start": start and Compare("=", every, start),
    }
    key = f"{'falling' if start is None else 'falling_line'}{'_upward' if scribe.upward else ''}"
    return scribe.step("none", key, leaf(scribe.of), (), *uses, **facts)


def _none(scribe: Scribe, cases: list[Case]) -> Step:
    """What is known where no case gives a point."""
    standard = scribe.standard
    if any(case.fault == "unsolved" for case in cases):
        return scribe.step("none", "unsolved", leaf(scribe.of), ())
    if standard.kind == "lp":
        return scribe.step("none", "unbounded", leaf(scribe.of), ())
    _, outlook = reached(standard, cases, None)
    if outlook.ray is not None:
        return _falling(scribe, outlook)
    places = abnormal(standard)
    if places is None:
        return scribe.step("none", "no_point", leaf(scribe.of), ())
    if not places:
        key = "no_point_empty" if standard.coercive else "no_point_regular"
        return scribe.step("none", key, leaf(scribe.of), ())
    least = lowest(standard, places)
    every = Array(tuple(map(Name, standard.by)))
    points = tuple(Compare("=", every, Array(tuple(place[n] for n in standard.by))) for place in least)
    value = number_of(substitute(standard.objective, dict(least[0])))
    value = number_of(negative(value)) if scribe.upward else value
    end = "maximum" if scribe.upward else "minimum"
    facts = {"points": points, "place": least[0]}
    return scribe.step("none", f"no_point_{end}", leaf(scribe.of), (value,), **facts)
