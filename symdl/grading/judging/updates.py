"""This module judges updates: formulas for one step of a rule, and values that follow from own earlier ones.

In a formula for step t the names stand for what they are before that step; settings have their symbols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from symdl.checking.probe import Reader, precision
from symdl.core.evaluation import to_kind
from symdl.core.graph import Adjoint, Graph
from symdl.errors import SymdlError
from symdl.formula.tree import Node, number
from symdl.formula.vocabulary import Vocabulary
from symdl.grading.carrying import replayed
from symdl.grading.judging.agreement import FLOAT_TOLERANCE, floats
from symdl.grading.question import Question
from symdl.grading.stepping import Stepping, picked
from symdl.grading.values import FAILURES
from symdl.grading.work import MOST, check_work, largest
from symdl.models.optimizers import RATE, SYMBOLS
from symdl.problems.instances import exactly

ELSEWHERE = 2  # other starting points at which a formula for a step is tried
RATES = ("eta", "lr", "alpha", "learning_rate")


def with_settings(words: Vocabulary, steppings: tuple[Stepping, ...]) -> Vocabulary:
    """The words of a question and those for the settings of its update rules, where they are one number."""
    found: dict[str, set[Fraction]] = {}
    for stepping in steppings:
        for name, value in stepping.plan.settings.items():
            for word in RATES if name == RATE else (name, SYMBOLS.get(name, name)):
                found.setdefault(word, set()).add(value)
    more: dict[str, Node] = {
        word: number(min(values))
        for word, values in found.items()
        if len(values) == 1 and words.known(word) is None
    }
    return Vocabulary(words.scope, words.shapes, {**words.aliases, **more})


def stepping_of(question: Question, steppings: tuple[Stepping, ...]) -> Stepping | None:
    """The update that a question is about."""
    if question.record is None:
        return None
    return next((stepping for stepping in steppings if stepping.start is question.start), None)


def step_values(
    question: Question, node: Node, stepping: Stepping, graph: Graph, functions: Mapping[str, Any],
    sizes: Mapping[str, int],
) -> Iterator[tuple[Any, Any]]:  # fmt: skip
    """A formula for a step and the right value, from the given start and from others."""
    assert question.record is not None
    name, state, t = question.record
    reader = Reader(graph, sizes, functions)
    read = reader.read(node)
    check_work(reader.tape.equations, max(MOST, 8 * largest(graph.equations)))
    for seed in range(ELSEWHERE + 1):
        records = stepping.elsewhere(seed) if seed else stepping.run()
        if t not in records or t - 1 not in records:
            continue
        known = {var: stepping.slopes.given[var] for var in graph.inputs if var in stepping.slopes.given}
        known |= {graph.by_name[key]: value for key, value in records[t - 1].parameters.items()}
        known = {var: value if np.ndim(value) else float(value) for var, value in known.items()}
        values = replayed(graph, known, {}, False)
        named = {
            var: to_kind(exactly(value), "ball") for var, value in values.items() if var.name is not None
        }
        with precision():
            (found,) = reader.values([read], named)
        yield floats(found), picked(records[t], name, state)


def agrees(found: Any, right: Any) -> bool:
    """Whether two values of a step are the same up to the rounding of floats."""
    if np.shape(found) != np.shape(right):
        return False
    scale = float(np.max(np.abs(right), initial=0.0))
    return bool(np.allclose(found, right, rtol=FLOAT_TOLERANCE, atol=FLOAT_TOLERANCE * scale))


def followed(question: Question, own: list[tuple[Question, Any]], stepping: Stepping) -> Any:
    """What a step comes to from own gradients and own earlier parameters; None without any."""
    assert question.record is not None
    name, state, t = question.record
    corrected: dict[int, dict[str, Any]] = {}
    gradients: dict[str, Any] = {}
    for other, value in own:
        if other.record is not None and other.record[2] < t and not other.record[1]:
            corrected.setdefault(other.record[2], {})[other.record[0]] = value
        elif other.target is not None and isinstance(other.target.name, Adjoint):
            adjoint = other.target.name
            if adjoint.by in stepping.by and adjoint.of == stepping.slopes.swept.of.label:
                gradients[adjoint.by] = value
    if not corrected and not gradients:
        return None
    try:
        return picked(stepping.followed(corrected, gradients).get(t), name, state)
    except (SymdlError, *FAILURES):
        return None
