"""This module judges an answer of numbers: close to the true values, to the digits that are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.checking.probe import precision
from symdl.formula.tree import Node
from symdl.grading.judging.agreement import floats
from symdl.grading.judging.arrays import turns
from symdl.grading.judging.digits import Closeness, Numbers, closeness, digits_of, unit
from symdl.grading.judging.judgement import Decision, Judgement
from symdl.grading.question import Question
from symdl.grading.values import Formula

_DECISION: dict[Closeness, Decision] = {"right": "equal", "close": "close", "wrong": "different"}


def number_judged(question: Question, node: Node, asked: int) -> Judgement:
    """An array of numbers against the value at the given point; `asked` are the significant digits."""
    with precision():
        found = Formula(node, {}).at(())
    if found.status != "value":
        return Judgement(question, "different", node)
    value, truth = floats(found.ball), question.known
    digits = digits_of(node)
    if np.size(value) == np.size(truth) == 1 and np.shape(value) != np.shape(truth):
        value = np.reshape(value, np.shape(truth))  # one number is one number, in brackets or without
    if np.shape(value) != np.shape(truth):
        return _misshapen(question, node, Numbers(value, digits), asked)
    digits = _padded(digits, value)
    verdict, entry = closeness(Numbers(value, digits), truth, asked)
    if verdict == "close" and _unmoved(question, value):
        verdict = "wrong"
    if verdict == "right" and _finely_off(question, value, digits, asked):
        verdict = "wrong"
    return Judgement(question, _DECISION[verdict], node, (), value, digits, entry)


def _misshapen(question: Question, node: Node, answer: Numbers, asked: int) -> Judgement:
    """An answer of another shape, perhaps the right one transposed."""
    given, truth = np.asarray(answer.value), np.asarray(question.known)
    shapes = (given.shape, truth.shape)
    digits = _padded(answer.digits, given)
    for turned, decision in turns(given, truth.shape):
        verdict, _ = closeness(Numbers(turned, digits), truth, asked)
        if verdict == "right":
            if question.in_rows and len(truth.shape) == 1:
                decision = "equal"  # what is added to every row is a row itself
            return Judgement(question, decision, node, (), turned, digits, shapes=shapes)
    return Judgement(question, "different", node, (), None, digits, shapes=shapes)


def _unmoved(question: Question, value: Any) -> bool:
    """Whether a parameter after a small step is off by a good part of the step itself."""
    before = question.history.get("before")
    if before is None:
        return False
    step = np.abs(np.asarray(before) - np.asarray(question.known))
    return bool(np.any(np.abs(np.asarray(value) - np.asarray(question.known)) > step / 10))


def _finely_off(question: Question, value: Any, digits: tuple[int, ...], asked: int) -> bool:
    """Whether a step too small for the digits asked for is off in the further ones that are written."""
    before = question.history.get("before")
    if before is None or max(digits, default=0) <= asked:
        return False
    for given, old, new, written in zip(
        np.ravel(value), np.ravel(before), np.ravel(question.known), digits, strict=True
    ):
        step = abs(float(old) - float(new))
        shows = written > asked and new != 0 and unit(float(new), written) < step / 10
        if shows and abs(float(given) - float(new)) > step / 2:
            return True
    return False


def _padded(digits: tuple[int, ...], value: Any) -> tuple[int, ...]:
    count = int(np.size(value))
    return digits if len(digits) == count else (0,) * count
