"""This module says where a run starts and when it stops, as its ask has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.dims import shape_text
from symdl.core.evaluation import significant, unrounded
from symdl.derivation.running.stopping import Stopping
from symdl.errors import ProblemError
from symdl.problems.given import finite, given_value, numbers_of
from symdl.problems.names import declared
from symdl.problems.running.rules import ranged

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def start_of(
    solver: Solver, ask: Any, by: tuple[str, ...], earlier: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Where to start: as the ask says, else where an earlier run ended, else as given."""
    found: dict[str, Any] = {name: solver.given[solver.named(name)] for name in by} | dict(earlier or {})
    for name, value in (ask.start or {}).items():
        if declared(name) not in by:
            raise ProblemError("problem.unknown_start", name=name, known=", ".join(by))
        found[declared(name)] = _stated(declared(name), value, np.shape(found[declared(name)]))
    return {name: np.asarray(found[name], dtype=float) for name in by}


def _stated(name: str, value: Any, shape: tuple[int, ...]) -> Any:
    """The start that an ask states, of the shape that it must have."""
    given = finite(given_value(value), name)
    if given.shape != shape:
        raise ProblemError(
            "problem.given_shape", name=name, expected=shape_text(shape), got=shape_text(given.shape)
        )
    return numbers_of(given)


def stopping_of(ask: Any, gradient: str | None = None) -> Stopping:
    """The rules to stop of an ask; `gradient` is the tolerance where it states none."""
    stop = ask.stop
    return Stopping(
        _tolerance(ask.tolerance if ask.tolerance is not None else gradient),
        _tolerance(None if stop is None else stop.point),
        _tolerance(None if stop is None else stop.value),
    )


def _tolerance(value: Any) -> float | None:
    return None if value is None else float(ranged("tolerance", value))


def rounding_of(solver: Solver) -> Callable[[Any], Any]:
    """What happens to the result of every line: nothing, or rounding as by hand."""
    policy = solver.problem.conventions
    return (lambda value: significant(value, policy.digits)) if policy.rounding == "carry" else unrounded


def point_text(point: Mapping[str, Any]) -> str:
    """A point in words of an error: `x = 2, y = 3`; large arrays by name only."""
    return ", ".join(
        f"{name} = {np.asarray(value).tolist()}" if np.size(value) <= 4 else name
        for name, value in point.items()
    )
