"""This module answers what a Hessian is: all second derivatives by the parameters of an ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from symdl.autodiff import second_order
from symdl.core.arithmetic import Irrational
from symdl.core.evaluation import Values, evaluate
from symdl.core.graph import Graph, Var
from symdl.derivation.convexity.hessian import Chosen, hessian_steps
from symdl.derivation.step import Answer
from symdl.errors import DomainError, ShapeError
from symdl.formula.tree import Node
from symdl.problems import bounds
from symdl.problems.answering.curving_lines import further, without_entries
from symdl.problems.answering.looking import signs_of, smoothly
from symdl.problems.answering.questions import entries_of, located, point_of, wanted
from symdl.problems.given import at_point, numbers_of

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def hessian(solver: Solver, ask: Any) -> Iterator[Answer]:
    """The Hessian with its blocks in the order of `by`, and what it says of the function."""
    by = wanted(solver, ask)
    targets = [located(solver, name) for name in by]
    count = sum(entries_of(var, place) for var, place in targets)
    bounds.refuse_derivatives("hessian", count, count)
    of, whole = solver.scalar(ask.of), solver.problem.whole
    graph = whole if whole is not None and of.name == whole.output.name else solver.graph
    sources = [graph.by_name[str(var.name)] for var in dict.fromkeys(var for var, _ in targets)]
    (ids,) = solver.ids(ask, by)
    try:
        found = second_order.hessian(graph, graph.by_name[str(of.name)], sources, solver.at_kink)
    except ShapeError as error:
        if error.key != "shape.inverted" or len(by) > 1 or len(sources[0].shape) != 2:
            raise
        solver.backward(str(of.name), by)
        answers = tuple(
            without_entries(solver, ask.of, graph, graph.by_name[str(of.name)], sources[0], ids.id)
        )
        if not answers:
            raise
        yield from answers
        return
    given = at_point(solver.problem, point_of(ask))
    known = {var: numbers_of(given[str(var.name)]) for var in found.graph.inputs if str(var.name) in given}
    complete = len(known) == len(found.graph.inputs)
    if not (point_of(ask) and solver.numeric):  # else its numbers would be those of another point
        solver.backward(str(of.name), by)  # the gradient, which is differentiated once more
    chosen = [(graph.by_name[str(var.name)], place) for var, place in targets]
    steps, result = hessian_steps(
        found,
        ids.id,
        str(of.name),
        evaluate(found.graph, known) if complete else {},
        solver.facts,
        chosen,
        signs_of(solver),
        exactly(solver, ask, found.graph, complete),
        solver.problem.conventions.vec,
        vectors(solver, found, graph, of, chosen),
        smoothly(solver, str(of.name), sources),
    )
    solver.steps.extend(steps)
    solver.steps.extend(further(solver, graph, of, chosen, ids.id, steps))
    yield Answer(
        ids.id,
        "hessian",
        ask.of,
        ",".join(by),
        result.value,
        result.exact,
        result.left,
        result.formula,
        result.table,
    )


def vectors(
    solver: Solver, found: second_order.Hessian, graph: Graph, of: Var, chosen: Sequence[Chosen]
) -> dict[tuple[Var, Var], Node]:
    """The blocks by matrices, written as matrices, where whole quantities are asked for."""
    ranks = [len(var.shape) for var in found.by]
    if any(place is not None for _, place in chosen) or 2 not in ranks or not set(ranks) <= {1, 2}:
        return {}
    from symdl.derivation.vectorizing.second import second_by_vec

    loss, order = graph.by_name[str(of.name)], solver.problem.conventions.vec
    blocks = {}
    for row, column in found.blocks:
        if 2 in (len(row.shape), len(column.shape)):
            node = second_by_vec(graph, loss, row, column, order, solver.facts, solver.at_kink)
            if node is not None:
                blocks[row, column] = node
    return blocks


def exactly(solver: Solver, ask: Any, graph: Graph, complete: bool) -> Values:
    """The same values as fractions, nothing where one is irrational or missing."""
    given = at_point(solver.problem, point_of(ask))
    try:
        known = {var: numbers_of(given[str(var.name)], "exact") for var in graph.inputs} if complete else {}
        return evaluate(graph, known, "exact") if known else {}
    except (Irrational, DomainError):
        return {}
