"""This module finds the direction of L-BFGS: two loops over the steps that are remembered.

Going back, u loses its part along the change of each gradient; scaled, it comes forth again and regains
what is known of the inverse Hessian. No matrix is ever formed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.derivation.running.methods import Pair
from symdl.derivation.running.search import Search
from symdl.formula.tree import Name
from symdl.models.minimizers import Loops

GRADIENT = Name("g")


def remember(search: Search) -> None:
    """Keep the pair of the step just done, and forget the oldest where there are too many."""
    known = search.known
    if np.isfinite(known["rho"]) and known["rho"] > 0:
        search.pairs.append(Pair(search.t - 1, known["s"], known["y"], known["rho"]))
        del search.pairs[: -int(search.method.settings["memory"])]


def direction(search: Search, loops: Loops) -> None:
    """The direction of a step, each product a line."""
    known, now = search.known, search.t - 1
    factors: dict[int, Any] = {}
    latest = now
    known["u"] = search.equation("back", "u", GRADIENT, stamps={"u": (now, now)})
    for pair in reversed(search.pairs):
        _run(search, "back", loops.back, pair, {"u": (pair.t, latest)})
        factors[pair.t], latest = known["a"], pair.t
    _run(search, "scaled", loops.scaled, search.pairs[-1], {"u": (latest, latest), "z": (latest, latest)})
    for pair, after in zip(search.pairs, [*(p.t for p in search.pairs[1:]), now], strict=True):
        known["a"] = factors[pair.t]
        _run(search, "forth", loops.forth, pair, {"z": (after, pair.t)})
    for name, formula in loops.end:
        known[name] = search.equation("direction", name, formula, stamps={"z": (now, now)})


def _run(search: Search, kind: str, lines: Any, pair: Pair, stamps: dict[str, tuple[int, int]]) -> None:
    known = search.known
    known.update(s=pair.s, y=pair.y, rho=pair.rho)
    own = {name: (pair.t, pair.t) for name in ("s", "y", "rho", "a", "b", "gamma")}
    for name, formula in lines:
        known[name] = search.equation(kind, name, formula, stamps=own | stamps)
