"""This module takes one step along a direction: the direction, the length, the new point."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.derivation.running import line_search, two_loops
from symdl.derivation.running.curvature import curve, solve
from symdl.derivation.running.learning import moved
from symdl.derivation.running.line_search import Terms
from symdl.derivation.running.methods import Stop, Vector
from symdl.derivation.running.search import GAIN, WHOLE, Search
from symdl.formula.tree import Apply, Name, number
from symdl.models.minimizers import NAMES, SEARCHES
from symdl.ops.declaring import read

MOVE = read("x + alpha p", *NAMES)
START = Apply("phi'", (number(0),))
SLOPE = read("g^T p", *NAMES)
SMALLER, LARGER, UNCHANGED = (read(text, "lambda") for text in ("lambda / 3", "2 lambda", "lambda"))


def step(search: Search) -> None:
    """One step along a direction."""
    known = search.known
    search.write("gradient", "g", None, known["g"], at=known["x"])
    curve(search)
    _direction(search)
    slope = float(search.equation("slope", "slope", SLOPE, written=START))
    length = _length(search, slope)
    known["alpha"] = length
    target = "x_try" if search.method.rule.damped else "x_new"
    point = search.equation("point", target, WHOLE if length is None else MOVE)
    if search.method.rule.damped and not _accepted(search, point):
        search.record(None)
        return
    moved(search, point, 1.0 if length is None else length)


def _direction(search: Search) -> None:
    rule, form = search.method.rule, search.method.form
    if search.known.get("e") is None or rule.key == "coordinate_descent":
        search.known["e"] = _unit(search)
    if form in rule.system:
        solve(search, *rule.system[form])
        return
    if rule.loops is not None and search.pairs:
        two_loops.direction(search, rule.loops)
        return
    lines = rule.first if rule.first and _restarts(search) else rule.direction[form]
    for name, formula in lines:
        search.known[name] = search.equation("direction" if name == "p" else "learned", name, formula)


def _restarts(search: Search) -> bool:
    """Conjugate directions start anew every n steps, but for the linear form."""
    return search.t == 1 or (
        search.method.form != "linear" and (search.t - 1) % np.size(search.known["x"]) == 0
    )


def _unit(search: Search) -> Vector:
    size = np.size(search.known["x"])
    return 1.0 if np.ndim(search.known["x"]) == 0 else np.eye(size)[(search.t - 1) % size]


def _length(search: Search, slope: float) -> float | None:
    kind = search.method.line_search
    if search.method.length is not None:
        search.write("fixed", "alpha", None, search.method.length)
        return search.method.length
    if not kind:
        return None
    if not np.any(search.known["p"]):
        return 0.0  # this coordinate is at its best already
    if slope >= 0:
        raise Stop("ascent", t=search.t, slope=slope)
    x, p = search.known["x"], search.known["p"]

    def phi(alpha: float) -> tuple[float, float]:
        point = x + alpha * p
        return search.surface.value(point), float(np.dot(search.surface.gradient(point), p))

    def printed(alpha: float) -> tuple[float, float]:
        value, rise = phi(alpha)
        return float(search.rounded(value)), float(search.rounded(rise))

    own = search.method.settings
    terms = Terms(**{name: own[name] for name in SEARCHES[kind] if name in own})
    found, facts = _searched(kind, phi if kind == "exact" else printed, terms)
    if found is None:
        raise Stop("unbounded" if kind == "exact" else "exhausted", t=search.t)
    length = float(search.rounded(found))
    search.write(kind, "alpha", None, length, facts={**facts, "phi": phi, "p": p, "x": x})
    return length


def _accepted(search: Search, point: Vector) -> bool:
    """The gain ratio of a damped step, and what it does to the damping (Nocedal & Wright 4.1)."""
    known = search.known
    known["f"], known["f_new"] = search.value(known["x"]), search.value(point)
    gain = float(search.equation("gain", "gain", GAIN, written=Name("rho")))
    good = bool(gain > 0)
    if search.method.adaptive:
        factor = SMALLER if gain > 0.75 else LARGER if gain < 0.25 else UNCHANGED
        known["lambda"] = float(search.equation("damping", "lambda_new", factor))
    return good or not search.method.adaptive


def _searched(kind: str, phi: line_search.Line, terms: Terms) -> tuple[float | None, dict[str, Any]]:
    if kind == "exact":
        return line_search.exact(phi), {}
    tried = (line_search.armijo if kind == "armijo" else line_search.wolfe)(phi, terms)
    return (None, {}) if tried is None else (tried[-1].alpha, {"tried": tuple(tried), "terms": terms})
