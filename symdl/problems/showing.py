"""This module answers what a thing is: the quantities of a problem, a function, an update rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.function import FUNCTIONS
from symdl.derivation.identities import identity_steps
from symdl.derivation.step import Answer
from symdl.problems.names import declared
from symdl.problems.teaching import lesson_answer, lessons_on

if TYPE_CHECKING:
    from symdl.problems.solution import Solver


def show(solver: Solver, ask: Any) -> Iterator[Answer]:
    """Shapes and the count of parameters; of an update rule why it is as it is, of a function what it is."""
    lessons = lessons_on(ask.of) if declared(ask.of) not in solver.graph.by_name else ()
    if lessons:
        yield from lesson_answer(solver, ask, lessons)
        return
    (found,) = solver.ids(ask)
    if declared(ask.of) in FUNCTIONS and declared(ask.of) not in solver.graph.by_name:
        solver.steps.extend(identity_steps(declared(ask.of), found.id, solver.graph))
        yield Answer(found.id, "show", declared(ask.of), "", None)
        return
    rows = [
        {
            "name": str(var.name),
            "shape": list(map(str, var.shape)),
            "count": int(np.prod([int(n) for n in var.shape]))
            if all(isinstance(n, int) for n in var.shape)
            else None,
            "role": var.role,
        }
        for var in solver.graph.variables()
        if isinstance(var.name, str)
    ]
    yield Answer(found.id, "show", ask.of, "", None, table=tuple(rows))
