"""This module recognizes numbers that were rounded on the way: to digits, or to decimal places."""

from __future__ import annotations

import numpy as np

from symdl.grading.carrying import replayed
from symdl.grading.judging.agreement import floats
from symdl.grading.judging.answers import Judge
from symdl.grading.judging.digits import LEAST_DIGITS, Numbers, shortened
from symdl.grading.judging.judgement import Judgement

CARRY_DIGITS = (4, 3, 2)


def rounded_early(judge: Judge, result: Judgement) -> bool:
    """Whether a number is what rounding every line to a few digits gives."""
    question = result.question
    if result.number is None or result.values or question.pick is None or question.graph is None:
        return False
    if shortened(Numbers(result.number, result.digits), question.known):
        return result.decision == "different" and _one_digit(result)
    known = judge.questions.solver.values
    for digits in CARRY_DIGITS:
        carried = question.pick(replayed(question.graph, known, {}, False, digits))
        if np.shape(carried) == np.shape(result.number) and np.allclose(
            np.asarray(result.number, dtype=float), floats(carried), rtol=10.0**-digits / 20, atol=0
        ):
            return True
    return _to_decimals(judge, result)


def _one_digit(result: Judgement) -> bool:
    """Whether the right number was rounded to one digit: 0.2 for 0.1987; 1 for 1.1 may be a slip."""
    pairs = list(zip(np.ravel(result.number), result.digits, strict=True))
    return any(digits == 1 for _, digits in pairs) and all(
        digits != 1 or float(value) % 1 != 0 for value, digits in pairs
    )


def _to_decimals(judge: Judge, result: Judgement) -> bool:
    """Whether a number of two digits or more is what rounding every line to some decimal places gives."""
    question, number = result.question, np.asarray(result.number, dtype=float)
    assert question.pick is not None and question.graph is not None
    if min(result.digits, default=0) < LEAST_DIGITS:
        return False
    for decimals in CARRY_DIGITS:
        solver = judge.questions.solver
        carried = question.pick(replayed(question.graph, solver.values, {}, False, decimals=decimals))
        same = np.shape(carried) == np.shape(number)
        if same and np.allclose(number, floats(carried), rtol=0, atol=1e-9):
            return True
    return False
