"""This module answers `derivative` asks: rule by rule, through named lines, to any order, at a point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.gathering import condensed
from symdl.autodiff.reverse import backward
from symdl.autodiff.unrolling import unrolled
from symdl.checking.probe import precision
from symdl.core.algebra import signed
from symdl.core.arithmetic import BALL
from symdl.core.constants import constant, number_at
from symdl.core.differentiation import kinks_of
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Adjoint
from symdl.core.naming import leaf
from symdl.core.polynomials import multiplied_out
from symdl.derivation.calculus.differentiating import RULE, Differentiation
from symdl.derivation.calculus.rules import NoRule
from symdl.derivation.calculus.substitution import Substitution
from symdl.derivation.step import Answer, Step
from symdl.errors import DomainError, ProblemError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply, Compare, Name, Node, Partial, names, plus, rebuild, substitute
from symdl.problems.given import at_point
from symdl.problems.names import declared
from symdl.registry import nearest
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

BESIDE = (Fraction(-1, 10**12), Fraction(1, 10**12))  # beside a point, on the left and on the right
FURTHER = 10**6  # times as far beside it
HUGE, PRECISION = 1e12, 200  # a float that is looked at again, and with how many bits
METHODS = ("rules", "expand", "limit")


def by_rules(solver: Solver, ask: Any, by: tuple[str, ...]) -> Iterator[Answer] | None:
    """The answers rule by rule; None where the lines are no formulas of scalars."""
    if any(solver.named(name).shape for name in (ask.of, *by)):
        return None
    if ask.method is not None and ask.method not in METHODS:
        raise ProblemError(
            "problem.unknown_method", name=ask.method, nearest=nearest(ask.method, METHODS),
            known=", ".join(METHODS),
        )  # fmt: skip
    try:
        return iter(
            [
                _answer(solver, ask, name, found.id)
                for found, name in zip(solver.ids(ask, by), by, strict=True)
            ]
        )
    except NoRule:
        return None


def _answer(solver: Solver, ask: Any, by: str, id: str) -> Answer:
    of = declared(ask.of)
    work = _work(solver, of, by, expand=ask.method == "expand")
    if ask.method == "limit":
        return _defined(solver, ask, by, id, work)
    result = work.of(of, id if ask.order == 1 else f"{id}.order1")
    steps = _opened(work, unrolled(solver.bodies[of]), of, id)
    for order in range(2, ask.order + 1):
        result = _once_more(
            work, of, result, order, id if order == ask.order else f"{id}.order{order}", steps
        )
    solver.steps.extend(_news(solver.steps, steps))
    left = Partial(leaf(of), (leaf(by),) * ask.order, work.kind)
    value, exact = _at(solver, ask, by, result, left, steps[-1])
    return Answer(
        id,
        "derivative",
        ask.of,
        by,
        value,
        exact,
        left,
        {"scalar": result},
        var=_swept(solver, of, by, ask.order),
    )


def _opened(work: Substitution, body: Node, of: str, id: str) -> list[Step]:
    """The steps, after one that multiplies the line out where another form of it was differentiated."""
    *before, last = work.steps
    if work.lines[of] == body:
        return work.steps
    first = Step(
        f"{id}.expanded", "calculus", work.claims[of], Text(f"{RULE}expand", {"of": leaf(of)}), (), "outline",
        left=leaf(of), lines=(("line", body), ("expand", work.lines[of])),
    )  # fmt: skip
    return [first, *before, replace(last, uses=(*last.uses, first.id))]


def _news(before: Sequence[Step], steps: Sequence[Step]) -> list[Step]:
    """Steps without those that an earlier question has taken, which are cited; the last one answers."""
    taken = {(step.left, step.lines): step.id for step in before if step.phase == "calculus"}
    again = {step.id: taken[key] for step in steps[:-1] if (key := (step.left, step.lines)) in taken}
    return [
        replace(step, uses=tuple(dict.fromkeys(again.get(id, id) for id in step.uses)))
        for step in steps
        if step.id not in again
    ]


def _defined(solver: Solver, ask: Any, by: str, id: str, work: Substitution) -> Answer:
    """The first derivative by its definition, with difference quotients at the point where one is given."""
    from symdl.problems.answering import limiting

    of = declared(ask.of)
    if ask.order != 1:
        raise ProblemError("problem.limit_order", of=ask.of)
    formula = work.whole(work.lines[of])
    result, steps = limiting.by_definition(solver, of, by, formula, id, work.kind)
    solver.steps.extend(steps)
    left = Partial(leaf(of), (leaf(by),), work.kind)
    value, exact = _at(solver, ask, by, result, left, steps[-1])
    rows: tuple[Any, ...] = ()
    if value is not None:
        point = _point(solver, ask, names(formula) | {by})
        rows = tuple(limiting.quotient_rows(formula, by, point, value))
    swept = _swept(solver, of, by, 1)
    return Answer(id, "derivative", ask.of, by, value, exact, left, {"scalar": result}, table=rows, var=swept)


def _work(solver: Solver, of: str, by: str, expand: bool) -> Substitution:
    claims = {str(e.out.name): e for e in solver.graph.equations if isinstance(e.out.name, str)}
    lines = {name: unrolled(node) for name, node in solver.bodies.items() if name in claims and name != by}
    if of not in lines:
        raise ProblemError("problem.not_between", name=by, of=of)
    if expand:
        lines = {**lines, of: condensed(multiplied_out(lines[of]))}
    work = Substitution(lines, claims, by, "total", parts=solver.differentiated)
    others = names(work.whole(lines[of])) - {by} - {"pi", "e"}
    return replace(work, kind="partial" if others else "total")


def _once_more(work: Substitution, of: str, before: Node, order: int, id: str, steps: list[Step]) -> Node:
    """The next derivative, of the formula found so far."""
    by = Name(work.by)
    parts = work.parts.setdefault((work.by, work.kind), {})
    once = Differentiation(by, work.claims[of], id, work.kind, names(before) | {of}, known=parts)
    result = once.finish(before, Partial(leaf(of), (by,) * order, work.kind))
    last = once.steps[-1]
    steps.extend([*once.steps[:-1], replace(last, uses=tuple(dict.fromkeys((steps[-1].id, *last.uses))))])
    return result


def _swept(solver: Solver, of: str, by: str, order: int) -> Any:
    """The same derivative in the graph, for numbers and programs."""
    var, current = solver.graph.by_name[by], solver.graph.by_name[of]
    for k in range(order):
        known = solver.current.by_name.get(Adjoint(current.label, by))
        if known is not None:
            current = known
            continue
        swept = backward(solver.current, current, solver.graph.inputs if k == 0 else [var])
        if var not in swept.adjoints:
            return None
        current = swept.adjoints[var]
        if k == 0:
            solver.backwards.setdefault(of, swept)
        solver.extend(swept.graph)
    return current


def _at(solver: Solver, ask: Any, by: str, result: Node, left: Node, last: Step) -> tuple[Any, Any]:
    """The value at the point, with its step; nothing where a number is missing."""
    point = _point(solver, ask, names(result) | {declared(name) for name in ask.wanted})
    if not names(result) <= point.keys() | {"pi", "e"} or not point:
        return None, None
    placed = substitute(result, point)
    value, exact = number_at(placed)
    _refuse_outside(solver, declared(ask.of), by, point)
    if ask.order == 1:
        _refuse_kink(solver, declared(ask.of), by, result, point)
    if not np.isfinite(value):
        raise ProblemError("problem.no_derivative_at", of=ask.of, point=", ".join(point))
    where = tuple(Compare("=", leaf(name), node) for name, node in point.items())
    solver.steps.append(
        Step(
            f"{last.id}.value", "calculus", last.claim, Text(f"{RULE}at", {"point": where, "of": result}),
            (last.id,),
            "outline", value, exact, left, (("formula", result), ("numbers", placed)),
        )
    )  # fmt: skip
    return value, exact


def _point(solver: Solver, ask: Any, wanted: frozenset[str]) -> dict[str, Node]:
    """The numbers that some names have at the point of an ask."""
    given = at_point(solver.problem, {declared(name): value for name, value in (ask.at or {}).items()})
    return {name: given[name].items[0] for name in sorted(wanted) if name in given}


def _refuse_outside(solver: Solver, of: str, by: str, point: dict[str, Node]) -> None:
    """Where the function has no value, or jumps, it has no derivative, whatever the formula of that gives."""
    body = _whole(solver, of)
    if by not in point or not names(body) <= point.keys() | {"pi", "e"}:
        return
    said = f"{by} = {to_plain(point[by])}"
    here = number_at(body, point)[0]
    if not np.isfinite(here) or (abs(here) > HUGE and _infinite(substitute(body, point))):
        raise ProblemError("problem.outside_domain", of=of, point=said)
    kinked = any(number_at(k, point)[1] == 0 for k in kinks_of(without_activations(body)))
    sides, further = (_beside(body, by, point, scale) for scale in (1, FURTHER))
    away, away_further = abs(sides - here), abs(further - here)
    if kinked and np.any((away > 1e-6 * max(1, abs(here))) & (away > away_further / 2)):  # no steep rise
        raise ProblemError(
            "problem.not_continuous", of=of, point=said, left=f"{sides[0]:.6g}", right=f"{sides[1]:.6g}"
        )


def _beside(node: Node, by: str, point: dict[str, Node], scale: int = 1) -> Any:
    """The values of a formula on the left and on the right of a point."""
    return np.array([number_at(node, {**point, by: plus(point[by], signed(scale * d))})[0] for d in BESIDE])


def _infinite(node: Node) -> bool:
    """Whether a number is infinite in ball arithmetic, where its float is only large: tan(pi/2)."""
    with precision(PRECISION):
        try:
            return not constant(node, BALL).is_finite()
        except DomainError:
            return True


def _whole(solver: Solver, of: str) -> Node:
    """The function as one formula: lines put in."""
    body, lines = solver.bodies[of], solver.bodies
    while names(body) & lines.keys():
        body = substitute(body, lines)
    return body


def _refuse_kink(solver: Solver, of: str, by: str, result: Node, point: dict[str, Node]) -> None:
    """At a kink that no convention covers, the slopes on both sides are told instead of a derivative."""
    body = without_activations(_whole(solver, of))
    if solver.problem.conventions.kink not in ("default", "undefined"):
        return
    at_kink = any(number_at(k, point)[1] == 0 for k in kinks_of(body))
    if by not in point or (np.isfinite(number_at(result, point)[0]) and not at_kink):
        return
    sides = _beside(result, by, point)
    steep = np.any(abs(sides) > 2 * abs(_beside(result, by, point, FURTHER)) + 1)
    if not steep and not np.isclose(sides[0], sides[1], rtol=1e-6, atol=1e-6):
        raise ProblemError(
            "problem.not_differentiable", of=of, point=f"{by} = {to_plain(point[by])}",
            left=f"{sides[0]:.6g}", right=f"{sides[1]:.6g}",
        )  # fmt: skip


def without_activations(node: Node) -> Node:
    """A formula with the sum of its arguments in place of each activation, whose kinks have a convention."""
    inner = rebuild(node, without_activations)
    if (
        isinstance(inner, Apply)
        and inner.function in FUNCTIONS
        and FUNCTIONS[inner.function].kind == "activation"
    ):
        return plus(*inner.args)
    return inner
