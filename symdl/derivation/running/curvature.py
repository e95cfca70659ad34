"""This module finds the curvature at a point, and solves the system that gives a direction."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np

from symdl.derivation.running.methods import Stop
from symdl.derivation.running.search import Search
from symdl.formula.tree import Apply, Name, Node, Product, Quotient, Transpose, number, times

SQUARES = Product((Transpose(Name("J")), Name("J")), ("juxtaposed",))


def curve(search: Search) -> None:
    """The Hessian, or what stands for it, and whether it is positive definite."""
    known, surface = search.known, search.surface
    if surface.residuals is not None and search.method.rule.curvature:
        known["r"], known["J"] = map(search.rounded, surface.residuals(known["x"]))
        search.write("residuals", "r", None, known["r"], at=known["x"])
        search.write("jacobian", "J", None, known["J"], at=known["x"])
        known["H"] = search.equation("squares", "H", _squares(surface.weight))
    elif surface.hessian is not None:
        known["H"] = search.rounded(surface.hessian(known["x"]))
        search.write("hessian", "H", None, known["H"], at=known["x"])
        if search.method.rule.curvature:
            _definiteness(search)


def _definiteness(search: Search) -> None:
    """Whether the Hessian is positive definite, by its eigenvalues."""
    eigenvalues = np.linalg.eigvalsh(np.atleast_2d(search.known["H"]))
    kind = "definite" if eigenvalues[0] > 0 else "indefinite"
    written = Apply("eig", (Name("H"),))
    search.write(kind, "eig", None, eigenvalues, written=written, facts={"matrix": search.known["H"]})


def solve(search: Search, matrix: Node, right: Node, target: str = "p") -> None:
    """The direction from a system of equations; a singular matrix ends the run."""
    known = search.known
    if "H" in known:
        known["D"] = known["H"] if np.ndim(known["H"]) == 0 else np.diag(np.diag(known["H"]))
    left, goal = search.compute("A", matrix), search.compute("b", right)
    if np.linalg.cond(np.atleast_2d(left)) > 1e14 or not np.all(np.isfinite(left)):
        raise Stop("singular" if np.ndim(left) else "flat", t=search.t, rule=search.method.rule.key)
    if np.ndim(left) == 0:
        known[target] = search.equation("direction", target, Quotient(right, matrix))
        return
    known[target] = search.rounded(np.linalg.solve(left, goal))
    product = Product((matrix, Name(target)), ("juxtaposed",))
    search.write("system", "system", product, goal, goal=goal, written=product)
    search.write("solution", target, product, known[target], goal=goal)


@cache  # one formula for a weight: what is compiled is found by it
def _squares(weight: Fraction) -> Node:
    return SQUARES if weight == 1 else times(number(weight), *SQUARES.factors, style="juxtaposed")
