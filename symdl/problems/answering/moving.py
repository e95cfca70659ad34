"""This module answers what a Hessian does to a vector, without the Hessian."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symdl.autodiff.composing import Composer
from symdl.core.dims import shape_text
from symdl.core.evaluation import Values, evaluate
from symdl.core.graph import Graph, Var
from symdl.derivation.step import Answer
from symdl.derivation.tangent_pass import along, result_name, tangent_steps
from symdl.errors import ProblemError
from symdl.problems.answering.questions import point_of
from symdl.problems.given import at_point, numbers_of
from symdl.problems.names import declared

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def hessian_vector(solver: Solver, ask: Any) -> Iterator[Answer]:
    """The Hessian of a scalar times a direction, one part for each of `by`."""
    of = solver.scalar(ask.of)
    directions = [solver.named(name) for name in ask.along]
    names = tuple(map(declared, ask.wanted)) or tuple(
        str(var.name) for var in solver.graph.inputs if var not in directions
    )
    by = [solver.named(name) for name in names]
    _fitting(by, directions, names, ask.along)
    solver.backward(str(of.name), names)
    found = along(solver.graph, of, by, directions, solver.at_kink)
    values = _values(solver, ask, found.graph)
    ids = solver.ids(ask, names)
    solver.steps.extend(tangent_steps(found, ids[0].id, str(of.name), values))
    composer = Composer(solver.formulas.lines(found.graph))
    for answer, name, var, direction, product in zip(ids, names, by, directions, found.products, strict=True):
        yield Answer(
            answer.id, "hessian_vector", ask.of, name, values.get(product), None,
            result_name(found, var, direction), solver.formulas(found.graph, product),
            composed=composer.composed(product),
        )  # fmt: skip


def _fitting(by: list[Var], directions: list[Var], names: tuple[str, ...], along: tuple[str, ...]) -> None:
    """A direction for each of `by`, of the same shape."""
    if len(by) != len(directions):
        raise ProblemError(
            "problem.direction_count", name="along", wanted=", ".join(names), got=", ".join(along),
        )  # fmt: skip
    for var, direction in zip(by, directions, strict=True):
        if var.shape != direction.shape:
            raise ProblemError(
                "problem.direction_shape", name="along", direction=str(direction.name), by=str(var.name),
                shape=shape_text(var.shape) or "1", got=shape_text(direction.shape) or "1",
            )  # fmt: skip


def _values(solver: Solver, ask: Any, graph: Graph) -> Values:
    """All values at the point of the ask, nothing where a number is missing."""
    given = at_point(solver.problem, point_of(ask))
    known = {var: numbers_of(given[str(var.name)]) for var in graph.inputs if str(var.name) in given}
    return evaluate(graph, known) if len(known) == len(graph.inputs) else {}
