"""This module writes the passes of an update that comes after another one: forward and backward again, with
the parameters that the earlier update has changed.

In an alternating game the generator learns from the discriminator as it is now. What depends on the changed
parameters has another value there, `f_new`, and so has every gradient: those lines are told at that point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.checking.numeric import cut, rerun
from symdl.core.arithmetic import FLOAT
from symdl.core.evaluation import evaluate, to_float
from symdl.core.expansion import primitive
from symdl.core.graph import Adjoint, Var, ancestors, descendants
from symdl.core.naming import leaf, name_node
from symdl.core.spelled import NoMatrixView
from symdl.derivation.backward_pass import ordered
from symdl.derivation.running.timing import timed
from symdl.derivation.running.tracing import Worked
from symdl.derivation.step import Step
from symdl.formula.tree import Name, Node, Partial, rebuild
from symdl.problems.running.slopes import Slopes, plain
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

FORWARD, BACKWARD = 6, 10  # lines of a pass that are told again
LARGE = 36  # entries of an array that is printed
Written = tuple[Node, Worked]


class Repeated:
    """The passes of one update at the point that earlier updates have left."""

    def __init__(self, solver: Solver, slopes: Slopes, start: Mapping[str, Any], id: str) -> None:
        self.solver, self.slopes, self.id = solver, slopes, id
        self.graph, self.of = slopes.swept.graph, slopes.swept.of
        self.point = {**slopes.moved, **start}

    @cached_property
    def values(self) -> dict[Var, Any]:
        """Every quantity at the new point."""
        given = {str(var.name): value for var, value in self.slopes.given.items()} | self.point
        known = {var: plain(given[str(var.name)]) for var in self.graph.inputs}
        found = evaluate(self.graph, known, rounded=self.slopes.rounded)
        return {var: to_float(value) for var, value in found.items()}

    @cached_property
    def changed(self) -> frozenset[Var]:
        """What has another value than in the forward pass: changed parameters and what rests on them."""
        moved = frozenset(
            var for var in self.graph.inputs
            if var.name in self.slopes.moved
            and not np.array_equal(to_float(self.solver.given[var]), self.values[var])
        )  # fmt: skip
        return frozenset(var for var in descendants(self.graph, moved) if not isinstance(var.name, Adjoint))

    @cached_property
    def forward(self) -> tuple[Var, ...]:
        """The named quantities that the loss needs and that have changed, in order."""
        needed = ancestors(self.graph, self.of)
        return tuple(
            e.out for e in self.graph.equations
            if isinstance(e.out.name, str) and e.out in needed and e.out in self.changed
        )  # fmt: skip

    @cached_property
    def backward(self) -> tuple[Var, ...]:
        """The gradients that are needed for those of the parameters, in order, that of the loss left out."""
        swept = self.slopes.swept
        wanted = [swept.adjoints[self.graph.by_name[name]] for name in self.slopes.by]
        needed = ancestors(self.graph, *wanted)
        seed = swept.adjoints[self.of]
        return tuple(e.out for e in ordered(swept) if e.out in needed and e.out != seed)

    @cached_property
    def fits(self) -> bool:
        """Whether the passes are few enough lines, and small enough, to be told again."""
        told = (*self.forward, *self.backward)
        few = len(self.forward) <= FORWARD and len(self.backward) <= BACKWARD
        return few and bool(self.forward) and all(np.size(self.values[var]) <= LARGE for var in told)

    @cached_property
    def called(self) -> dict[str, Node]:
        """What has changed, by the names that it has at the new point."""
        found: dict[str, Node] = {}
        for var in self.changed:
            if isinstance(var.name, str) and "[" not in var.name:
                found[var.name] = timed(var.name, *self._time(var.name))
        return found

    def _time(self, name: str) -> tuple[int, int]:
        """The step that gave a parameter its value, and how many there were."""
        for run in self.solver.runs.values():
            if run.records[-1].parameters.get(name) is self.slopes.moved.get(name, ...):
                return run.steps, run.steps
        return 1, 1

    def steps(self) -> Iterator[Step]:
        """The lines of both passes, but for the gradients of the parameters."""
        own = {self.slopes.swept.adjoints[self.graph.by_name[name]] for name in self.slopes.by}
        moved = tuple(self.called[name] for name in self.slopes.moved if name in self.called)
        for var in (*self.forward, *(each for each in self.backward if each not in own)):
            kind = "again_backward" if isinstance(var.name, Adjoint) else "again_forward"
            facts: dict[str, Any] = {
                "run": self.id, "t": 1, "moved": moved, "shaped": True, "loss": leaf(str(self.of.name)),
            }  # fmt: skip
            if isinstance(var.name, Adjoint):
                source = self.graph.by_name[var.name.by]
                facts |= {"parent": self._loss_of(source), "at": _flat(self.values[source])}
            written = self.written(var)
            assert written is not None
            right, facts["worked"] = written
            name = name_node(var) if isinstance(var.name, Adjoint) else self._renamed(name_node(var))
            yield Step(
                self.line(var), "update", self.graph.definition[var], Text(f"rule.{kind}", facts),
                self.uses(var), "lecture", self.values[var], None, name, (("rule", right),), self.graph,
            )  # fmt: skip

    def gradient(self, parameter: str) -> Written | None:
        """The gradient by a parameter as the last line of the backward pass."""
        return self.written(self.slopes.swept.adjoints[self.graph.by_name[parameter]])

    def written(self, var: Var) -> Written | None:
        """The right side of a line with the names of the new point, and its numbers."""
        try:
            node = self._formula(var)
        except NoMatrixView:
            return None
        inside = [v for v in self.graph.leaves[var] if v.name is not None]
        marks = {name_node(v): Name(f"known{k}") for k, v in enumerate(inside)}
        operands = {f"known{k}": self.values[v] for k, v in enumerate(inside)}
        placed = {self._renamed(name_node(v)): self.values[v] for v in inside}
        return self._renamed(node), Worked(_marked(node, marks), operands, placed)

    def _formula(self, var: Var) -> Node:
        lines = self.solver.problem.lines
        if isinstance(var.name, str) and var.name in lines:
            return lines[var.name]
        return self.solver.formulas.matrix(self.graph, var)

    def _renamed(self, node: Node) -> Node:
        """A formula with the names of the new point; symbols of derivatives stay as they are."""
        if isinstance(node, Partial):
            return node
        if isinstance(node, Name):
            return self.called.get(node.text, node)
        return rebuild(node, self._renamed)

    def _loss_of(self, source: Var) -> Callable[[Any], Any]:
        """The loss as a function of one quantity, all that it does not change as it is."""
        flat = primitive(self.graph)
        values = evaluate(flat, {var: self.values[var] for var in flat.inputs})
        part, shape = cut(flat, source, self.of), np.shape(self.values[source])
        return lambda x: rerun(part, values, np.reshape(x, shape) if shape else float(x), FLOAT)

    def line(self, var: Var) -> str:
        """The id of a line."""
        label = f"{var.name.of}.{var.name.by}" if isinstance(var.name, Adjoint) else str(var.name)
        return f"{self.id}.again.{label}"

    def uses(self, var: Var) -> tuple[str, ...]:
        """The ids of the lines that a line rests on."""
        told = {*self.forward, *self.backward}
        return tuple(self.line(each) for each in self.graph.leaves[var] if each in told)


def _flat(value: Any) -> Any:
    return np.ravel(value) if np.ndim(value) else float(value)


def _marked(node: Node, marks: Mapping[Node, Name]) -> Node:
    """A formula with plain names in place of what it is about."""
    if node in marks:
        return marks[node]
    return rebuild(node, lambda child: _marked(child, marks))
