"""This module learns from a step: the way gone, the change of the gradient, a matrix that fits both."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symdl.derivation.running import two_loops
from symdl.derivation.running.methods import Vector
from symdl.derivation.running.search import Search
from symdl.formula.tree import Name, Node
from symdl.models.minimizers import NAMES
from symdl.ops.declaring import read

WAY, CHANGE = (read(text, "x", "x_new", "g", "g_new") for text in ("x_new - x", "g_new - g"))
SECANTS: Mapping[str, tuple[Node, str]] = {  # what the new matrix maps to what
    "inverse": (read("B y", *NAMES), "s"),
    "direct": (read("C s", *NAMES), "y"),
}
MATRICES = {"B": "inverse", "C": "direct"}


def moved(search: Search, point: Vector, length: float) -> None:
    """Take a new point, and learn from the way to it."""
    known = search.known
    known["x_new"], known["g_new"] = point, search.rounded(search.surface.gradient(point))
    _learn(search)
    known["x"], known["g"] = point, known["g_new"]
    search.record(length)


def _learn(search: Search) -> None:
    """What the rule keeps of a step; an update that divides by zero is left out (Nocedal & Wright 6.2)."""
    known, rule = search.known, search.method.rule
    if not rule.secant:
        for name, formula in rule.after:
            known[name] = search.compute(name, formula)
        return
    known["s"] = search.equation("learned", "s", WAY)
    known["y"] = search.equation("learned", "y", CHANGE)
    for name, formula in rule.after:
        if not np.all(np.isfinite(search.compute(name, formula))):
            _skip(search)
            return
        known[name] = search.equation(MATRICES.get(name, "learned"), name, formula)
    if rule.loops is not None:
        two_loops.remember(search)
        return
    mapped, goal = SECANTS[rule.secant]
    search.write("secant", "secant", mapped, known[goal], written=mapped, facts={"right": Name(goal)})


def _skip(search: Search) -> None:
    if search.method.rule.state:
        mapped, _ = SECANTS[search.method.rule.secant]
        search.equation("skipped", "secant", mapped, written=mapped)
