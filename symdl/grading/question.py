"""This module says what a question is: what it asks for, and how its answer is found among values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symdl.core.evaluation import Values
from symdl.core.graph import Adjoint, Graph, Var
from symdl.formula.tree import Node


@dataclass(frozen=True, eq=False)
class Question:
    """One question: `pick` finds its answer among the values of `graph`; `known` is its number, if any.

    `target` is the quantity asked for where it is one of the graph, `restates` the formulas that only
    repeat the question.
    """

    id: str
    kind: str
    points: Fraction
    graph: Graph | None = None
    pick: Callable[[Values], Any] | None = None
    known: Any = None
    target: Var | None = None
    restates: tuple[Node, ...] = ()
    history: Mapping[str, Any] = field(default_factory=dict)  # of an update: the value before, the rate
    record: tuple[str, str, int] | None = None  # of an update: the parameter, its state, the step
    start: Any = None  # of an update: the parameters it starts from, which tell its run
    formulas: tuple[Node, ...] = ()  # ways to write the right answer
    forms: tuple[str, ...] = ()  # that the answer is to have

    @property
    def in_rows(self) -> bool:
        """Whether this is the gradient of a vector that is added to every row of a matrix."""
        name = None if self.target is None else self.target.name
        if self.graph is None or not isinstance(name, Adjoint) or name.by not in self.graph.by_name:
            return False
        var = self.graph.by_name[name.by]
        return any(
            line.op.key == "broadcast" and line.args == (var,) and len(line.out.shape) == 2
            for line in self.graph.equations
        )

    @property
    def place(self) -> str:
        """The quantity that is asked for, by name."""
        if self.target is None:
            return self.id
        return str(self.target.name)
