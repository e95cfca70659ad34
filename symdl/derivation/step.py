"""This module defines steps: what a derivation says, without words and without notation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from symdl.autodiff.reverse import Backward
from symdl.core.conventions import Conventions
from symdl.core.graph import Equation, Graph, Var
from symdl.formula.tree import Compare, Node
from symdl.text import Text

Phase = Literal[
    "forward", "local", "backward", "path", "hessian", "tangent", "calculus", "taylor", "stationary",
    "likelihood", "lesson", "finding", "update",
]  # fmt: skip
Detail = Literal["answer", "outline", "lecture", "tutorial", "audit"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation.

    `claim` is the equation that the line states, in the derivation's graph. `because` names the rule
    and gives its facts; `uses` are the ids of the lines that it rests on. `value` is a float or array,
    None without numbers; `exact` the same in rationals where it is rational. `line` is the right side
    where the claim alone does not say how it is written (a product along a path, an update rule).
    """

    id: str
    phase: Phase
    claim: Equation
    because: Text
    uses: tuple[str, ...] = ()
    detail: Detail = "lecture"
    value: Any = None
    exact: Any = None
    left: Node | None = None
    lines: tuple[tuple[str, Node], ...] = ()
    graph: Graph | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one question: one answer per ask and quantity.

    `formula` maps a view ("matrix", "index", "scalar") to the right side as a formula; `left` is what
    it is the formula of, `composed` the same with every gradient in it put in. `table` holds results that
    are lists of records (updates, stationary points), `note` what is to be said about them (a run that
    diverged), `limits` the constraints that a run keeps, as they were written.
    """

    id: str
    kind: str
    of: str
    by: str
    value: Any = None
    exact: Any = None
    left: Node | None = None
    formula: Mapping[str, Node] = field(default_factory=dict)
    table: tuple[Mapping[str, Any], ...] = ()
    var: Var | None = None
    note: Text | None = None
    composed: Node | None = None
    limits: tuple[Compare, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """A graph with the steps that derive its answers."""

    graph: Graph
    steps: tuple[Step, ...]
    conventions: Conventions
    answers: tuple[Answer, ...] = ()
    values: Mapping[Var, Any] = field(default_factory=dict)
    exact: Mapping[Var, Any] = field(default_factory=dict)
    backwards: Mapping[str, Backward] = field(default_factory=dict)
