"""This module brings lessons to a sheet: derivations that hold for every problem, where an ask names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import symdl.models.theory  # noqa: F401  (declares derivations about architectures)
from symdl.core.elementary_ops import IDENTITY
from symdl.core.graph import Equation
from symdl.derivation.running.tracing import Worked
from symdl.derivation.step import Answer, Step
from symdl.models.lessons import LESSONS, Lesson, names_in
from symdl.models.optimizers import OPTIMIZERS
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def lessons_on(key: str) -> tuple[Lesson, ...]:
    """The lessons of a key: that of the name itself, and those on an update rule, a layer or a function.

    >>> [lesson.key for lesson in lessons_on("adam")]
    ['bias_correction', 'steps_without_scale']
    """
    return tuple(found for found in LESSONS.values() if key == found.key or key in found.rules)


def lesson_answer(solver: Solver, ask: Any, lessons: tuple[Lesson, ...]) -> Iterator[Answer]:
    """The lines of some lessons, each a step; the answer holds the equations of the rule, if it is one."""
    (found,) = solver.ids(ask)
    for lesson in lessons:
        solver.steps.extend(lesson_steps(lesson, solver, found.id))
    rule = OPTIMIZERS.get(ask.of)
    formula = {} if rule is None else {"matrix": rule.lines[-1][1]}
    yield Answer(found.id, "show", ask.of, "", formula=formula)


def lesson_steps(lesson: Lesson, solver: Solver, id: str) -> Iterator[Step]:
    """Each line of a lesson as a step; one of a lesson about functions keeps its signs."""
    graph = solver.graph
    claim = graph.equations[-1] if graph.equations else Equation(graph.output, IDENTITY, (graph.output,))
    phase = "update" if lesson.ground is None else "lesson"
    for line in lesson.lines:
        facts = {
            **names_in(lesson),
            "lesson": lesson,
            **({"heading": f"lesson.{lesson.key}"} if phase == "lesson" else {}),
            "line": line,
            "worked": Worked(None, {}, {}),
            "source": lesson.source,
        }
        rows = line.rows if lesson.ground is not None else tuple(("rule", form) for form in line.forms)
        yield Step(
            f"{id}.{lesson.key}.{line.key}", phase, claim,  # type: ignore[arg-type]
            Text(f"rule.lesson_{lesson.key}_{line.key}", facts), (), "lecture", None, None, line.left,
            rows, graph,
        )  # fmt: skip
