"""This module brings lessons to a sheet: derivations that hold for every problem, where an ask names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symdl.derivation.step import Answer, Step
from symdl.derivation.tracing import Worked
from symdl.models.lessons import LESSONS, Lesson
from symdl.models.optimizers import OPTIMIZERS
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solution import Solver


def lessons_on(key: str) -> tuple[Lesson, ...]:
    """The lessons of a key: that of the name itself, and those on an update rule.

    >>> [lesson.key for lesson in lessons_on("adam")]
    ['bias_correction']
    """
    return tuple(found for found in LESSONS.values() if key == found.key or key in found.rules)


def lesson_answer(solver: Solver, ask: Any, lessons: tuple[Lesson, ...]) -> Iterator[Answer]:
    """The lines of some lessons, each a step; the answer holds the equations of the rule, if it is one."""
    (found,) = solver.ids(ask)
    claim = solver.graph.equations[-1]
    for lesson in lessons:
        for line in lesson.lines:
            facts = {"lesson": lesson, "line": line, "worked": Worked(None, {}, {}), "source": lesson.source}
            solver.steps.append(
                Step(
                    f"{found.id}.{lesson.key}.{line.key}", "update", claim,
                    Text(f"rule.lesson_{lesson.key}_{line.key}", facts), (), "lecture", None, None, line.left,
                    tuple(("rule", form) for form in line.forms), solver.graph,
                )
            )  # fmt: skip
    rule = OPTIMIZERS.get(ask.of)
    formula = {} if rule is None else {"matrix": rule.lines[-1][1]}
    yield Answer(found.id, "show", ask.of, "", formula=formula)
