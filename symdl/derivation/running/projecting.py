"""This module takes one step of the projected gradient: down, then to the nearest point allowed."""

from __future__ import annotations

import numpy as np

from symdl.derivation.running.learning import moved
from symdl.derivation.running.line_search import TRIALS
from symdl.derivation.running.methods import Stop
from symdl.derivation.running.search import Search


def step(search: Search) -> None:
    """One step; its length is fixed, or halved from 1 until the function falls enough.

    Enough is |x_new - x|² / (2α) less than the linear model says, which a gradient with Lipschitz constant
    L allows for every α ≤ 1/L (Beck 2017, section 10.3).
    """
    known, formula = search.known, search.method.projection
    assert formula is not None
    search.write("gradient", "g", None, known["g"], at=known["x"])
    known["alpha"] = search.method.length if search.method.length is not None else _length(search)
    kind = "fixed" if search.method.length is not None else "halved"
    search.write(kind, "alpha", None, known["alpha"])
    for name, free in search.method.rule.direction[search.method.form]:
        known[name] = search.equation("free", name, free)
    moved(search, search.equation("projected", "x_new", formula), float(known["alpha"]))


def _length(search: Search) -> float:
    known, formula = search.known, search.method.projection
    assert formula is not None
    value, alpha = search.surface.value(known["x"]), 1.0
    for _ in range(TRIALS):
        point = search.compute("x_new", formula, z=known["x"] - alpha * known["g"])
        way = np.subtract(point, known["x"])
        promised = value + float(np.dot(known["g"], way)) + float(np.dot(way, way)) / (2 * alpha)
        if search.surface.value(point) <= promised + 1e-15 * abs(promised):
            return alpha
        alpha /= 2
    raise Stop("exhausted", t=search.t)
