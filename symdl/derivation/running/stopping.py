"""This module says when a run may stop: a small gradient, a small step, a small change of the function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a run ended: the rule that fired, and what it saw."""

    key: str
    facts: Mapping[str, Any]


FAR = 1e30  # beyond it a point has run away


def unusable(t: int, rule: str, point: Any, *values: Any) -> Halt | None:
    """Why a run ends at step `t` where numbers are not finite: it ran away, or left the domain.

    >>> unusable(3, "gd", -1.0, float("nan")).key, unusable(3, "gd", 1e200, float("inf")).key
    ('outside', 'diverged')
    """
    if all(bool(np.isfinite(value).all()) for value in (point, *values)):
        return None
    near = bool(np.isfinite(point).all()) and float(np.max(np.abs(point), initial=0.0)) < FAR
    lost = near and any(bool(np.isnan(value).any()) for value in values)
    return Halt("outside" if lost else "diverged", {"t": t, "rule": rule})


@dataclass(frozen=True, slots=True)
class Stopping:
    """The rules to stop, each with what it compares to; None where a rule is not in force."""

    gradient: float | None = None  # ‖∇f‖
    point: float | None = None  # ‖x_t - x_(t-1)‖
    value: float | None = None  # |f_t - f_(t-1)|

    def at(self, t: int, gradient: Any) -> Halt | None:
        """Whether the gradient after step `t` is small enough.

        >>> Stopping(gradient=0.1).at(3, [0.03, 0.04]).key
        'gradient'
        """
        return _small("gradient", gradient, self.gradient, t)

    def between(self, t: int, points: tuple[Any, Any], values: tuple[float, float]) -> Halt | None:
        """Whether step `t` moved the point, or changed the function, too little to go on."""
        if t == 0:
            return None
        way = _small("point", np.subtract(points[1], points[0]), self.point, t)
        return way or _small("change", values[1] - values[0], self.value, t)


def _small(key: str, what: Any, tolerance: float | None, t: int) -> Halt | None:
    if tolerance is None:
        return None
    norm = float(np.linalg.norm(what))
    return Halt(key, {"t": t, "norm": norm, "tolerance": tolerance}) if norm <= tolerance else None
