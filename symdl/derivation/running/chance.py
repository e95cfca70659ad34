"""This module searches by chance: a point is drawn, and kept where it is better than the best so far."""

from __future__ import annotations

import numpy as np

from symdl.derivation.running.learning import moved
from symdl.derivation.running.search import Search
from symdl.formula.tree import Apply, Name

TRIED = Apply("f", (Name("z"),))


def step(search: Search) -> None:
    """One trial: normal numbers ξ, the point that they make, its value against the best."""
    known, method = search.known, search.method
    known["sigma"] = method.settings["sigma"]
    known["xi"] = search.rounded(method.random.standard_normal(np.shape(known["x"]))[()])
    search.write("drawn", "xi", None, known["xi"])
    for name, formula in method.rule.direction[method.form]:
        known[name] = search.equation("tried", name, formula)
    best, value = search.records[-1]["objective"], search.value(known["z"])
    better = bool(value < best)
    facts = {"best": best, "z": known["z"]}
    search.write("better" if better else "worse", "f", None, value, written=TRIED, facts=facts)
    search.extra = {"tried": known["z"], "tried_objective": value}
    if better:
        moved(search, known["z"], 1.0)
    else:
        search.record(None)
