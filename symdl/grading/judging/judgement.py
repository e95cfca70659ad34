"""This module says what may become of an answer: the decision, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from symdl.errors import SymdlError
from symdl.formula.tree import Node
from symdl.grading.question import Question
from symdl.grading.values import Value
from symdl.text import Text

Decision = Literal["equal", "different", "undecided", "unreadable", "transposed", "close"]
ORDER: tuple[Decision, ...] = (
    "equal",
    "transposed",
    "close",
    "different",
    "undecided",
    "unreadable",
)  # the best first


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of an answer: the decision, what was read, its values, and what is off."""

    question: Question
    decision: Decision
    node: Node | None = None
    values: tuple[Value, ...] = ()  # of a formula, one per instance
    number: Any = None  # at the given values
    digits: tuple[int, ...] = ()
    entry: tuple[int, ...] | None = None
    shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    error: SymdlError | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None  # the first one that is not right, of several
    unmet: Text | None = None  # the form asked for that a right answer has not
    parts: tuple[Judgement, ...] = ()  # other quantities that the lines before compute
    others: tuple[Judgement, ...] = ()  # what became of other readings, all of them wrong
