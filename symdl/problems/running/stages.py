"""This module tells a step on a batch in four stages: rows, forward pass on them, loss, update.

The update is told by the lines of the rule; here are the three stages before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.evaluation import evaluate
from symdl.core.graph import Graph
from symdl.core.naming import leaf
from symdl.derivation.running.tracing import Worked
from symdl.derivation.running.update import Run
from symdl.derivation.step import Step
from symdl.formula.tree import Node, names
from symdl.problems.names import declared
from symdl.problems.running.slopes import Batched, plain
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

MOST = 6  # lines of a forward pass that are told again for each batch
LARGE = 36  # entries of an array that is printed


def stages(solver: Solver, ask: Any, slopes: Batched, run: Run, t: int, id: str) -> Iterator[Step]:
    """The lines before the update of step `t`: its rows, its forward pass, its loss."""
    swept, data = slopes.at(t - 1)
    graph, of = swept.graph, declared(ask.of)
    parameters = next(record.parameters for record in run.records if record.t == t - 1)
    known = {**slopes.moved, **data, **parameters}
    inputs = {var: plain(known.get(str(var.name), slopes.given(t - 1).get(var))) for var in graph.inputs}
    values = evaluate(graph, inputs, rounded=slopes.rounded(t - 1))
    numbers = {str(var.name): value for var, value in values.items() if var.name is not None}
    rows = tuple(row + 1 for row in slopes.rows(t - 1))
    facts = {"t": t, "rows": rows, "run": id, "count": len(rows)}
    for name, value in data.items():
        if np.size(value) <= LARGE:
            wanted = np.asarray(solver.given[solver.named(name)], dtype=float)[[row - 1 for row in rows]]
            yield _line(
                f"{id}[{t}].batch.{name}", "stage_batch", graph, name, value, {**facts, "wanted": wanted}
            )
    told = [name for name in _forward(graph, of) if name in solver.problem.lines]
    for name in told if len(told) <= MOST else [of]:
        if np.size(numbers[name]) <= LARGE:
            kind = "stage_loss" if name == of else "stage_forward"
            formula = solver.problem.lines.get(name)
            yield _line(f"{id}[{t}].{name}", kind, graph, name, numbers[name], facts, formula, numbers)


def _forward(graph: Graph, of: str) -> list[str]:
    """The named quantities that a loss needs, in order."""
    needed, found = {graph.by_name[of]}, []
    for equation in reversed(graph.equations):
        if equation.out in needed:
            needed |= set(equation.args)
            found += [str(equation.out.name)] if equation.out.name is not None else []
    return found[::-1]


def _line(
    id: str, kind: str, graph: Graph, name: str, value: Any, facts: Mapping[str, Any],
    formula: Node | None = None, numbers: Mapping[str, Any] | None = None,
) -> Step:  # fmt: skip
    operands = {} if formula is None else {n: numbers[n] for n in names(formula) if numbers and n in numbers}
    worked = Worked(formula, operands, {leaf(n): v for n, v in operands.items()})
    claim = graph.definition.get(graph.by_name[name], graph.equations[-1])
    because = Text(f"rule.{kind}", {**facts, "worked": worked, "of": leaf(name)})
    return Step(
        id, "update", claim, because, (), "lecture", value, None, leaf(name),
        () if formula is None else (("rule", formula),), graph,
    )  # fmt: skip
