"""This module runs minimizers: one step after another, until a rule to stop fires."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symdl.derivation.running import along, barrier, chance, projecting, trust_region
from symdl.derivation.running.methods import Descent, Method, Stop, Surface, Vector
from symdl.derivation.running.search import SHOWN, Search
from symdl.derivation.running.stopping import unusable
from symdl.watching import watcher

WAYS: dict[str, Callable[[Search], None]] = {
    "line": along.step,
    "region": trust_region.step,
    "projected": projecting.step,
    "barrier": barrier.step,
    "chance": chance.step,
}


def descend(method: Method, surface: Surface, start: Vector, steps: int, shown: int = SHOWN) -> Descent:
    """A run of a minimizer from a start, until it stops by itself or after some steps."""
    with np.errstate(all="ignore"):
        return _run(Search(method, surface, start, shown), steps)


def _run(search: Search, steps: int) -> Descent:
    """All steps, until a rule to stop fires."""
    watch = watcher()
    search.record(None)
    try:
        for t in range(1, steps + 1):
            _end(search, t - 1)
            search.t = t
            WAYS[search.method.rule.way](search)
            watch(t, steps)
        _end(search, steps)
        raise Stop("count", t=steps)
    except Stop as stop:
        return Descent(search.method, tuple(search.records), tuple(search.moves), stop.halt)


def _end(search: Search, t: int) -> None:
    """Stop where a rule to stop fires after step `t`, or where the numbers have run away."""
    last, stopping = search.records[-1], search.method.stopping
    lost = unusable(t, search.method.rule.key, *(last[key] for key in ("x", "g", "objective")))
    if lost is not None:
        search.records.pop()
        raise Stop(lost.key, **lost.facts)
    halt = stopping.at(t, _steepness(search))
    if halt is None and len(search.records) > 1 and last["step_length"] is not None:
        before = search.records[-2]
        points, values = (before["x"], last["x"]), (before["objective"], last["objective"])
        halt = stopping.between(t, points, values)
    if halt is not None:
        raise Stop("gap" if search.method.walls is not None else halt.key, **halt.facts)


def _steepness(search: Search) -> Vector:
    """What is zero at a solution: the gradient, or with constraints the step of length 1 along it; what
    is left of the gap where there are walls.
    """
    known = search.known
    if search.method.walls is not None:
        return known.get("gap", np.inf)
    if search.method.projection is None:
        return known["g"]
    return known["x"] - search.compute("x_new", search.method.projection, z=known["x"] - known["g"])
