"""This module checks the table of a network: windows are counted one by one, totals added up once more."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from symdl.checking.check import Check, Outcome
from symdl.core.indexing import evaluate
from symdl.derivation.architecture import windows
from symdl.derivation.step import Answer, Derivation
from symdl.problems.problem import Problem


def table_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """One check for each table; sizes that are no numbers are left to the checks of the lines."""
    for answer in derivation.answers:
        if answer.kind == "show" and answer.table:
            outcome: Outcome = "holds" if _counted(problem, answer) else "fails"
            yield Check(answer.id, "result", "counting", "checked", outcome, seed=seed)


def _counted(problem: Problem, answer: Answer) -> bool:
    """Whether all windows fit as often as the shapes say, and the parameters are as many as their entries."""
    for row in answer.table:
        var = problem.graph.by_name[row["name"]]
        for axis, window in windows(problem.graph, problem.lines.get(str(row["name"]))):
            found = window.counted()
            if found is not None and len(var.shape) >= -axis and found != var.shape[axis]:
                return False
            written = evaluate(window.formula)
            if found is not None and written != found:
                return False
    if answer.value is None:
        return True
    learned = [row for row in answer.table if row["role"] == "parameter"]
    return bool(answer.value == sum(prod(map(int, row["shape"])) for row in learned))
