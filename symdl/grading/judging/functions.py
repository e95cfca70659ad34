"""This module judges an answer that is a Python function, by what it returns at many points."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from symdl.core.graph import Adjoint, Var, ancestors
from symdl.errors import FormulaError
from symdl.grading.judging.agreement import floats
from symdl.grading.judging.arrays import turns
from symdl.grading.judging.judgement import Decision, Judgement
from symdl.grading.judging.sandbox import called
from symdl.grading.judging.trials import Trials
from symdl.grading.question import Question

MAX_SOURCE = 20_000  # characters
TOLERANCE = 1e-6
_FUNCTION = re.compile(r"^def\s+([A-Za-z_]\w*)\s*\(", re.MULTILINE)


def function_in(raw: Any) -> str | None:
    r"""The name of the last function that a program text defines, None where it is no program.

    >>> function_in("import numpy as np\ndef gradient(o, y):\n    return o - y")
    'gradient'
    """
    found = _FUNCTION.findall(raw) if isinstance(raw, str) else []
    return found[-1] if found else None


def function_judged(question: Question, source: str, function: str, trials: Trials) -> Judgement:
    """A function whose arguments are named as quantities of the problem, `dz1` for ∂L/∂z1."""
    if question.graph is None or question.pick is None:
        raise FormulaError("grading.number_expected", name=question.id)
    if len(source) > MAX_SOURCE:
        raise FormulaError("formula.too_long", length=len(source), limit=MAX_SOURCE)
    points = [point for point in trials.near(question.graph) if not point.sizes]
    known = [_arguments(question, point.values) for point in points]
    values = called(source, function, known)
    number: Any = None
    decisions: list[Decision] = []
    for point, value in zip(points, values, strict=True):
        decision, turned = _held(value, floats(question.pick(point.values)))
        decisions.append(decision)
        number = turned if point.given else number
    worst: Decision = max(decisions, key=("equal", "transposed", "different").index, default="undecided")
    digits = (0,) * int(np.size(number))
    return Judgement(question, worst, number=number, digits=digits)


def _arguments(question: Question, values: Any) -> dict[str, Any]:
    """The quantities that are known before what is asked for, by the names that arguments may have."""
    assert question.graph is not None
    found: dict[str, Any] = {}
    for var, value in values.items():
        if var.name is None or _rests_on(question, var):
            continue
        name = f"d{var.name.by}" if isinstance(var.name, Adjoint) else str(var.name)
        found[name] = np.asarray(floats(value), dtype=float).tolist()
    return found


def _rests_on(question: Question, var: Var) -> bool:
    assert question.graph is not None
    return question.target is not None and question.target in ancestors(question.graph, var)


def _held(value: Any, truth: Any) -> tuple[Decision, Any]:
    """What a function returned against the right value, and the same in the right shape."""
    try:
        given = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return "different", None
    decision: Decision = "equal"
    if given.shape != np.shape(truth):
        shaped = turns(given, np.shape(truth))
        if not shaped:
            return "different", None
        given, decision = shaped[0]
    scale = float(np.max(np.abs(truth), initial=0.0))
    near = np.all(np.isfinite(given)) and np.allclose(given, truth, rtol=TOLERANCE, atol=TOLERANCE * scale)
    number = given if given.shape else float(given)
    return (decision if near else "different"), number
