"""This module takes one outer step of a log barrier: Newton's method to the center, then a sharper barrier.

Walls are slacks s(x) > 0. For a weight τ the center x*(τ) is the minimum of ψ(x) = τ f(x) - Σ log sᵢ(x), and
f(x*(τ)) is at most m/τ above the minimum where all is convex (Boyd & Vandenberghe 2004, section 11.2).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.derivation.running.methods import Stop, Walls
from symdl.derivation.running.search import Search
from symdl.formula.tree import ZERO, Name, Negate, Node
from symdl.models.minimizers import NAMES
from symdl.ops.declaring import read

MOST = 200  # Newton steps to a center
DECREASE = 0.01
NEAR = 1e-18  # of Newton's decrement, squared: one more step ends at the center
NOISE = 1e-8  # below it a decrement that no longer falls is rounding
FAR = 1e12  # how much further than before a center may lie
SYSTEM, BOUND, RIGHT = read("B p", *NAMES), read("A^T w", *NAMES), Negate(Name("b"))
JOINT, LEVEL = read("B p + A^T w", *NAMES), read("A p", *NAMES)
TRIED = read("x + alpha p", *NAMES)
HEIGHT = read("tau f - sum(log(s[i]), i=1..m)", "tau", "f", "s", "m")
GAP, SHARPER = read("m / tau", *NAMES), read("grow tau", *NAMES)
FIRST = ("slack", "gradient", "hessian", "walls")  # what is known of a point before the barrier


def step(search: Search) -> None:
    """One outer step: the center for this τ, what it says of the multipliers, the gap, the next τ."""
    known, settings = search.known, search.method.settings
    known["tau"] = settings["tau"] if search.t == 1 else known["tau_new"]
    x, count = _center(search)
    known["x_new"] = search.rounded(x)
    search.write("center", "x_new", None, known["x_new"], facts={"count": count, **_facts(search)})
    walls = _walls(search)
    known["s"], known["m"] = search.rounded(walls.slack(known["x_new"])), float(len(walls.slack(x)))
    stamps = {name: (search.t, search.t) for name in ("s", "tau", "lambda", "Delta")}
    for name, formula in search.method.rule.after:
        known[name] = search.equation("multipliers", name, formula, stamps=stamps)
    known["gap"] = float(search.equation("gap", "gap", GAP, written=Name("Delta"), stamps=stamps))
    known["grow"] = settings["grow"]
    later = stamps | {"tau_new": (search.t + 1, search.t + 1)}
    known["tau_new"] = float(search.equation("sharper", "tau_new", SHARPER, stamps=later))
    search.extra = {
        "tau": known["tau"], "gap": known["gap"], "newton_steps": count, "state": {"lambda": known["lambda"]},
    }  # fmt: skip
    known["x"], known["g"] = known["x_new"], search.rounded(search.surface.gradient(known["x_new"]))
    search.record(None)


def _walls(search: Search) -> Walls:
    walls = search.method.walls
    assert walls is not None
    return walls


def _center(search: Search) -> tuple[Any, int]:
    """Newton's method on ψ, kept inside the walls; its first step ever is told line by line."""
    x, before = search.known["x"], np.inf
    for count in range(1, MOST + 1):
        told = search.t == 1 and count == 1
        search.known["x"] = x
        p, slope = _direction(search, told)
        left = float(np.atleast_1d(p) @ np.atleast_2d(search.known["B"]) @ np.atleast_1d(p))
        done = abs(left) <= NEAR or (abs(left) <= NOISE and abs(left) >= before / 4)
        if done and np.isfinite(_height(search, x + p)):
            return x + p, count
        before = abs(left)
        if slope >= 0 and not _equations(search):
            raise Stop("ascent", t=search.t, slope=slope)
        alpha = _length(search, x, p, slope)
        if told:
            search.known["p"], search.known["alpha"] = p, alpha
            search.write("inside", "alpha", None, alpha)
            search.equation("point", "x_try", TRIED)
        if np.array_equal(x + alpha * p, x):
            return x, count - 1
        x = x + alpha * p
        if np.linalg.norm(x) > FAR * (1 + np.linalg.norm(search.records[-1]["x"])):
            raise Stop("diverged", t=search.t, rule=search.method.rule.key)
    raise Stop("exhausted", t=search.t)


def _direction(search: Search, told: bool) -> tuple[Any, float]:
    """Newton's direction for ψ at the point known, and the slope along it."""
    known, walls, surface = search.known, _walls(search), search.surface
    x = known["x"]
    s, slopes = walls.slack(x), walls.slopes(x)
    known.update(s=s, J=slopes, g=surface.gradient(x), H=surface.hessian(x) if surface.hessian else None)
    known.update(D=np.diag(1 / s), K=np.tensordot(1 / s, walls.bends(x), 1))
    if told:
        for kind, name in zip(FIRST, "sgHJ", strict=True):
            search.write(kind, name, None, known[name], at=x)
    for name, formula in search.method.rule.direction[walls.form]:
        if told:
            stamps = {"tau": (search.t, search.t)}
            known[name] = search.equation(
                "barrier", name, formula, stamps=stamps, facts={"psi": HEIGHT, "diagonal": Name("D")}
            )
        else:
            known[name] = search.compute(name, formula)
    matrix, right = np.atleast_2d(known["B"]), -np.atleast_1d(known["b"])
    p, extra = _solved(search, matrix, right)
    if told:
        _told(search, known, p, extra)
    return (p if np.ndim(x) else float(p[0])), float(-right @ p)


def _solved(search: Search, matrix: Any, right: Any) -> tuple[Any, Any]:
    """The direction, and the multipliers of the equations where there are some."""
    walls = _walls(search)
    size = len(right)
    if _equations(search):
        count = len(walls.matrix)
        matrix = np.block([[matrix, walls.matrix.T], [walls.matrix, np.zeros((count, count))]])
        right = np.concatenate([right, walls.level - walls.matrix @ np.atleast_1d(search.known["x"])])
    try:
        found = np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        found = np.full(len(right), np.nan)
    if not np.all(np.isfinite(found)):
        raise Stop("singular", t=search.t, rule=search.method.rule.key)
    return found[:size], found[size:]


def _equations(search: Search) -> bool:
    return _walls(search).matrix is not None


def _told(search: Search, known: dict[str, Any], p: Any, extra: Any) -> None:
    """The system of the first Newton step, and its solution."""
    scalar = np.ndim(known["x"]) == 0
    known["p"] = float(p[0]) if scalar else p
    if not _equations(search):
        goal = search.compute("b", RIGHT)
        for kind, target in (("system", "system"), ("solution", "p")):
            written = SYSTEM if kind == "system" else None
            search.write(kind, target, SYSTEM, goal if written else known["p"], goal=goal, written=written,
                         facts={"right": RIGHT})  # fmt: skip
        return
    walls = _walls(search)
    known["A"], known["w"] = walls.matrix, extra
    goal, level = search.compute("b", RIGHT), walls.level - walls.matrix @ np.atleast_1d(known["x"])
    search.write("system", "system", JOINT, goal, goal=goal, written=JOINT, facts={"right": RIGHT})
    right: Node = ZERO
    search.write("level", "level", LEVEL, level, goal=level, written=LEVEL, facts={"right": right})
    search.write("solution", "p", JOINT, known["p"], goal=goal)


def _length(search: Search, x: Any, p: Any, slope: float) -> float:
    """Halved from 1 until the point is inside the walls and ψ has fallen enough."""
    alpha, here = 1.0, _height(search, x)
    slack = 1e-12 * (1 + abs(here))
    downhill = not _equations(search) or slope < 0
    while alpha > 1e-18:
        height = _height(search, x + alpha * p)
        if np.isfinite(height) and (not downhill or height <= here + DECREASE * alpha * slope + slack):
            return alpha
        alpha /= 2
    return 0.0


def _height(search: Search, x: Any) -> float:
    """ψ at a point, infinite beyond a wall."""
    s = _walls(search).slack(x)
    if not np.all(s > 0):
        return float("inf")
    return float(search.known["tau"] * search.surface.value(x) - np.sum(np.log(s)))


def _facts(search: Search) -> dict[str, Any]:
    """What the check of a center needs: ψ for this τ, and a matrix that turns its slope into a distance."""
    tau, surface, walls = search.known["tau"], search.surface, _walls(search)

    def height(x: Any) -> float:
        return float(tau * surface.value(x) - np.sum(np.log(walls.slack(x))))

    return {"height": height, "curved": np.atleast_2d(search.known["B"]), "matrix": walls.matrix}
