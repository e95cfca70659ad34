"""This module says how fast a minimizer is on a quadratic: what the eigenvalues of the Hessian allow it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.derivation.running.regimes import FLAT, NAMES, Claim
from symdl.derivation.step import Step
from symdl.errors import ProblemError
from symdl.formula.tree import Apply, Name
from symdl.ops.declaring import read
from symdl.problems.running.analyzing import MATRIX, MOST, Writer
from symdl.problems.running.speeds import NEWTON, SECANT, conjugate_lines, newton_lines, secant_lines
from symdl.problems.running.surfaces import curvature_of

if TYPE_CHECKING:
    from symdl.problems.running.minimizing import Searched
    from symdl.problems.solver import Solver

RATES: Mapping[str, str] = {  # how a minimizer with exact steps contracts on a bowl
    "steepest_descent": "(kappa - 1) / (kappa + 1)",
    "conjugate_gradient": "(sqrt(kappa) - 1) / (sqrt(kappa) + 1)",
}
SAME = 1e-9  # of the largest eigenvalue: how near two of them count as one


def search_analysis(solver: Solver, ask: Any, done: Searched, id: str) -> Iterator[Step]:
    """The Hessian where the search ends, its condition number, and the factor that it allows the method."""
    method = done.run.method
    rule = method.rule.key
    exact = rule in RATES and method.length is None and method.line_search == "exact"
    if not exact and rule not in (*NEWTON, *SECANT):
        raise ProblemError("problem.no_search_analysis", name="analysis", rule=rule)
    if done.places.size > MOST:
        raise ProblemError("problem.too_many_variables", count=done.places.size, limit=MOST)
    writer = Writer(solver, ask.of, rule, id)
    matrix = curvature_of(solver, ask.of, done.by, done.places.unpack, scalar=False)
    first, last = (np.atleast_1d(done.run.records[k]["x"]) for k in (0, -1))
    curved = matrix(last)
    constant = np.allclose(matrix(first), curved, rtol=1e-9, atol=1e-12)

    def parent(x: Any) -> Any:
        point = np.atleast_1d(x)
        return np.atleast_1d(done.surface.gradient(float(point[0]) if point.size == 1 else point))

    kind = "hessian" if constant else "hessian_local"
    shown = float(curved[0, 0]) if done.places.size == 1 else curved
    yield from writer.once(kind, MATRIX, shown, parent=parent, at=last)
    eigenvalues = np.linalg.eigvalsh(curved)
    if rule not in NEWTON or done.places.size > 1:
        yield from writer.once("eigenvalues", Apply("eig", (MATRIX,)), eigenvalues, matrix=curved)
    if rule in NEWTON:
        yield from newton_lines(solver, ask, done, writer, matrix, constant)
        return
    if rule in SECANT:
        yield from secant_lines(done, writer, matrix, constant)
        return
    if rule == "conjugate_gradient" and constant:
        yield from conjugate_lines(done, writer, curved)
    least, largest = float(eigenvalues[0]), float(eigenvalues[-1])
    if least <= FLAT * abs(largest):
        return
    known = {"lambda_max": largest, "lambda_min": least, "kappa": largest / least}
    for key, target, text in (
        ("condition", "kappa", "lambda_max / lambda_min"), (f"exact_{rule}", "rho", RATES[rule]),
    ):  # fmt: skip
        value = known["kappa"] if target == "kappa" else _rate(rule, known["kappa"])
        count = 1 + int(np.sum(np.diff(eigenvalues) > SAME * largest))
        for line in writer.claim(Claim(key, target, read(text, *NAMES), dict(known), value)):
            yield (
                line
                if target == "kappa"
                else writer.step(
                    key, Name(target), value, line.lines, **{**line.because.facts, "count": count}
                )
            )


def _rate(rule: str, kappa: float) -> float:
    root = kappa if rule == "steepest_descent" else float(np.sqrt(kappa))
    return (root - 1) / (root + 1)
