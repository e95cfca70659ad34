"""This module decides whether the best of some KKT points is the best of all feasible points."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from symdl.core.constants import number_at
from symdl.derivation.convexity.kkt import Case, Standard
from symdl.derivation.convexity.polytopes import Outlook

Why = Literal["compact", "polytope", "growing", "rising"]


def reached(standard: Standard, cases: Sequence[Case], best: Case | None) -> tuple[Why | None, Outlook]:
    """Why the best point of a problem that is not convex is the best of all; or a ray on which it falls."""
    complete = not any(case.fault == "unsolved" for case in cases)
    program, here = standard.program, Outlook()
    if standard.convex or (standard.compact and complete):
        return None if standard.convex else "compact", here
    if program is None:
        certain = complete and not any(case.free for case in cases)
        return "polytope" if certain and standard.polytope else None, here
    if not standard.polytope:
        here = program.outlook()
    why: Why | None = "polytope" if standard.polytope else here.kind
    found = program.least() if why and best is not None else None
    if found is None or best is None or _exact(standard, best) != found[0] + _constant(standard):
        return None, here
    return why, here


def _constant(standard: Standard) -> Fraction:
    """What the objective has beside its terms in the variables."""
    return (standard.polynomial(standard.objective) or {}).get((), Fraction(0))


def _exact(standard: Standard, case: Case) -> Fraction | None:
    return number_at(standard.objective, {name: case.values[name] for name in standard.by})[1]
