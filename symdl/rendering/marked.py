"""This module marks answers and lets the marks show themselves in a notebook, as sheets do."""

from __future__ import annotations

from typing import Any

from symdl.grading import marking
from symdl.grading.reporting.report import Report

FEW = 3  # students whose feedback is shown whole; of more, the report of the class


class Marked(Report):
    """A report that shows itself: the feedback of a few students, or the report of a class."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from symdl.document.marks import class_report, feedback
        from symdl.rendering.bundle import mime_bundle

        few = len(self.students) <= FEW
        return mime_bundle(feedback(self) if few else class_report(self))


def grade(problem: Any, answers: Any, *, workers: int = 0, functions: bool = False) -> Marked:
    """The marks for answers: a dict by question, a dict of those by student, rows, or a file.

    With `workers`, a class is marked in so many processes with limits of time and memory; a script that asks
    for them needs the guard `if __name__ == "__main__"`. With `functions`, an answer may be a Python function
    of named quantities; it is run inside bubblewrap, never bare.

    >>> import symdl
    >>> p = symdl.problem(given={"x": 3}, let={"f": "x^2"}, asks=[{"gradient": "f", "by": "x"}])
    >>> symdl.grade(p, {"gradient.f.x": "2x"}).row("gradient.f.x").status
    'right'
    """
    found = marking.grade(problem, answers, workers=workers, functions=functions)
    return Marked(found.rows, found.order, found.notes, found.unanswered)
