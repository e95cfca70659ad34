"""This module says how fast Newton's method and its relatives come near: derived, and measured on the run.

Newton: the distance is squared in every step, and on a quadratic the first step ends at the stationary point.
Quasi-Newton: on a quadratic, with exact steps, the points of conjugate gradients; elsewhere ratios that fall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.derivation.running.descent import descend
from symdl.derivation.running.regimes import FLAT
from symdl.derivation.running.tracing import Worked
from symdl.derivation.step import Step
from symdl.formula.tree import Apply, Name, Node, Power, Quotient, number, times
from symdl.models.minimizers import MINIMIZERS
from symdl.ops.declaring import read
from symdl.problems.names import declared
from symdl.problems.running.analyzing import Writer
from symdl.problems.running.slope_lines import SlopeLines

if TYPE_CHECKING:
    from symdl.problems.running.minimizing import Searched
    from symdl.problems.solver import Solver

Hessian = Callable[[Any], Any]
NEWTON = ("newton", "damped_newton")
SECANT = ("bfgs", "bfgs_direct", "dfp", "sr1")
REFINED = 60  # further steps of Newton's method to the point that the run comes near
NOISE = 1e-12  # of the distance at the start, below which a distance is a rounding error
MOST = 6  # ratios that are shown
SMALL = 4  # variables of matrices that are written out
PRODUCT, FOUND = read("S^T H S", "S", "H"), read("B H", "B", "H")


def newton_lines(
    solver: Solver, ask: Any, done: Searched, writer: Writer, hessian: Hessian, constant: bool
) -> Iterator[Step]:
    """Why the distance is squared, by what it is multiplied, and the distances of the run."""
    goal = _goal(done, hessian)
    if goal is None:
        return
    distances = _distances(done, goal)
    full = all(row["step_length"] == 1 for row in done.run.records[1:])
    if constant and len(distances) > 1 and full:
        yield writer.step("newton_once", Name("e_t1"), np.zeros(np.shape(done.run.records[0]["x"])),
                          (("rule", read("e_t0 - H^(-1) (H e_t0)", "e_t0", "H")),),
                          measured=distances[1] / max(distances[0], 1.0))  # fmt: skip
        return
    bent = np.linalg.eigvalsh(hessian(goal))
    regular = float(np.min(np.abs(bent))) > FLAT * max(1.0, float(np.max(np.abs(bent))))
    if regular and done.places.size == 1:
        yield from _constant(solver, ask, writer, done.by[0], float(np.ravel(goal)[0]))
    yield from _ratios(
        writer, distances, 2 if regular else 1, "newton_squared" if regular else "newton_linear"
    )


def secant_lines(done: Searched, writer: Writer, hessian: Hessian, constant: bool) -> Iterator[Step]:
    """On a quadratic: conjugate ways, the points of conjugate gradients, the inverse; else falling ratios."""
    curved = hessian(np.atleast_1d(done.run.records[-1]["x"]))
    exact = done.run.method.line_search == "exact" and done.run.method.length is None
    if constant and exact and done.places.size > 1:
        yield from conjugate_lines(done, writer, curved)
        yield from _as_conjugate(done, writer)
        last = done.run.records[-1]["state"].get("B")
        if last is not None and len(done.run.records) == done.places.size + 1 <= SMALL + 1:
            name = Name(f"B_t{done.places.size}")
            yield writer.step(
                "inverse_found", times(name, Name("H"), style="juxtaposed"), _clean(last @ curved),
                worked=Worked(FOUND, {"B": last, "H": curved}, {}),
            )  # fmt: skip
        return
    goal = _goal(done, hessian)
    if goal is not None:
        yield from _ratios(writer, _distances(done, goal), 1, "superlinear")


def conjugate_lines(done: Searched, writer: Writer, curved: Any) -> Iterator[Step]:
    """The ways of all steps, two and two: Sᵀ H S is diagonal."""
    points = [np.atleast_1d(record["x"]) for record in done.run.records]
    ways = [after - before for before, after in pairwise(points[: done.places.size + 1])]
    if not 1 < len(ways) <= SMALL:
        return
    known = {"S": np.column_stack(ways), "H": curved}
    value = known["S"].T @ curved @ known["S"]
    placed: dict[Node, Any] = {Name(name): matrix for name, matrix in known.items()}
    yield writer.step("conjugate", Name("D"), _clean(value), (("rule", PRODUCT),),
                      worked=Worked(PRODUCT, known, placed), ways=Name("S"))  # fmt: skip


def _as_conjugate(done: Searched, writer: Writer) -> Iterator[Step]:
    """The points of conjugate gradients from the same start, where they are those of the run."""
    rule = MINIMIZERS["conjugate_gradient"]
    method = replace(done.run.method, rule=rule, form=rule.forms[0], settings={})
    first = done.run.records[0]["x"]
    count = min(len(done.run.records) - 1, done.places.size)
    others = descend(method, done.surface, first, count, shown=0).records[1 : count + 1]
    ours = done.run.records[1 : count + 1]
    gap = max(
        (float(np.max(np.abs(a["x"] - b["x"]))) for a, b in zip(ours, others, strict=False)), default=1.0
    )
    if gap <= 1e-6 * max(1.0, float(np.max(np.abs(first)))):
        size = float(np.max(np.abs(first)))
        named = ((Name(f"x_t{row['t']}"), _clean(row["x"], size)) for row in others)
        parts = tuple((name, None, dict[Node, Any](), value) for name, value in named)
        yield writer.step("as_conjugate", Name("x"), None, (), parts=parts, measured=gap)


def _constant(solver: Solver, ask: Any, writer: Writer, by: str, goal: float) -> Iterator[Step]:
    """The factor of the square: e'' = f‴(ξ) / (2 f″) e², in the limit with both at the solution."""
    of = declared(ask.of)
    found = SlopeLines(solver, of, (by,)).curve(by, goal)
    if found is None:
        return
    second, third = found

    def at(order: int, point: str) -> Node:
        return Apply(of + "'" * order, (Name(point),))

    rule = times(
        Quotient(at(3, "xi"), times(number(2), at(2, f"{by}_t0"), style="juxtaposed")),
        Power(Name("e_t0"), number(2)), style="juxtaposed",
    )  # fmt: skip
    yield writer.step("newton_taylor", Name("e_t1"), None, (("rule", rule),))
    symbols: dict[str, Node] = {"c": at(3, f"{by}_bar"), "b": at(2, f"{by}_bar")}
    limit = Apply("abs", (Quotient(symbols["c"], times(number(2), symbols["b"])),))
    placed: dict[Node, Any] = {symbols["c"]: third, symbols["b"]: second}
    worked = Worked(read("abs(c / (2 b))", "b", "c"), {"b": second, "c": third}, placed)
    yield writer.step("newton_constant", Name("C"), abs(third / (2 * second)), (("rule", limit),),
                      worked=worked, goal=Name(f"{by}_bar"))  # fmt: skip


def _ratios(writer: Writer, distances: list[float], power: int, key: str) -> Iterator[Step]:
    """The distance after a step over that before it, or over its square, step by step."""
    floor = NOISE * max(1.0, distances[0])
    parts: list[tuple[Node, Node, dict[Node, Any], float]] = []
    for t, (before, after) in enumerate(pairwise(distances)):
        if after <= floor:
            break
        names = (Name(f"d_t{t + 1}"), Name(f"d_t{t}"))
        rule = Quotient(names[0], Power(names[1], number(2)) if power == 2 else names[1])
        parts.append((Name(f"q_t{t + 1}"), rule, {names[0]: after, names[1]: before}, after / before**power))
    if len(parts) > 1:
        yield writer.step(key, Name("q"), None, (), parts=tuple(parts[-MOST:]), power=power)


def _distances(done: Searched, goal: Any) -> list[float]:
    return [float(np.linalg.norm(np.atleast_1d(record["x"]) - goal)) for record in done.run.records]


def _goal(done: Searched, hessian: Hessian) -> Any:
    """The stationary point that the run comes near, by further steps of Newton's method, if there is one."""
    surface = done.surface
    x = done.run.records[-1]["x"]
    for _ in range(REFINED):
        g, matrix = np.atleast_1d(surface.gradient(x)), hessian(np.atleast_1d(x))
        if not np.all(np.isfinite(matrix)) or not np.all(np.isfinite(g)):
            return None
        if np.linalg.norm(g) == 0 or np.linalg.cond(matrix) > 1e14:
            break
        step = np.linalg.solve(matrix, -g)
        x = x + (step if np.ndim(x) else float(step[0]))
        if np.linalg.norm(step) <= 1e-16 * max(1.0, float(np.linalg.norm(x))):
            break
    found = np.atleast_1d(x)
    near = np.all(np.isfinite(found)) and float(np.linalg.norm(np.atleast_1d(surface.gradient(x)))) < 1e-8
    return found if near else None


def _clean(matrix: Any, size: float | None = None) -> Any:
    """An array whose rounding errors, beside its largest entry or a size, are zeros."""
    largest = np.max(np.abs(matrix)) if size is None else size
    return np.where(np.abs(matrix) < 1e-9 * largest, 0.0, matrix)
