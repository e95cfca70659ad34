"""This module takes one step inside a trusted region: Newton's step, the steepest one, or a bent way between.

The quadratic model is trusted up to a radius Δ; how well it foretold the decrease changes the radius.
"""

from __future__ import annotations

import numpy as np

from symdl.derivation.running.curvature import curve, solve
from symdl.derivation.running.learning import moved
from symdl.derivation.running.search import GAIN, WHOLE, Search
from symdl.formula.tree import Name
from symdl.models.minimizers import NAMES
from symdl.ops.declaring import read

SMALLER, LARGER, SAME = (read(text, "Delta", "most") for text in ("Delta / 4", "min(2 Delta, most)", "Delta"))
NEWTON = (Name("H"), read("-g", *NAMES))


def step(search: Search) -> None:
    """One step: the way inside the region, what it gained, the new radius (Nocedal & Wright 4.1)."""
    known = search.known
    search.write("gradient", "g", None, known["g"], at=known["x"])
    curve(search)
    form = _form(search)
    for name, formula in search.method.rule.direction[form]:
        known[name] = search.equation(f"region_{form}" if name == "p" else "between", name, formula)
    point = search.equation("point", "x_try", WHOLE)
    known["f"], known["f_new"] = map(search.value, (known["x"], point))
    gain = float(search.equation("gain", "gain", GAIN, written=Name("rho")))
    on_edge = np.linalg.norm(known["p"]) >= 0.999 * known["Delta"]
    known["most"] = search.method.settings["most_radius"]
    change = SMALLER if not gain >= 0.25 else LARGER if gain > 0.75 and on_edge else SAME
    known["Delta"] = float(search.equation("radius", "Delta_new", change))
    if gain > 0:
        moved(search, point, 1.0)
    else:
        search.record(None)


def _form(search: Search) -> str:
    """Which way the step goes; each point that decides it is a line."""
    known = search.known
    bend = float(np.dot(known["g"], np.dot(known["H"], known["g"])))
    if bend <= 0:
        return "boundary"
    for name, formula in search.method.rule.first:
        known[name] = search.equation("cauchy", name, formula)
    if np.linalg.norm(known["c"]) >= known["Delta"]:
        return "boundary"
    if np.linalg.eigvalsh(np.atleast_2d(known["H"]))[0] <= 0:
        return "cauchy"
    solve(search, *NEWTON, target="n")
    return "inside" if np.linalg.norm(known["n"]) <= known["Delta"] else "dogleg"
