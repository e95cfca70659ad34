"""This module lists the backward pass: one step per adjoint of a named quantity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symdl.autodiff.reverse import Backward
from symdl.core.evaluation import Values
from symdl.core.graph import Adjoint, Equation, Var
from symdl.derivation.explanation import because_backward, consumers
from symdl.derivation.forward_pass import line_ids, used_ids
from symdl.derivation.step import Step


def backward_steps(backward: Backward, values: Values, exact: Mapping[Var, object]) -> Iterator[Step]:
    """One step per named adjoint, from the loss back to the inputs."""
    graph, of = backward.graph, backward.of.label
    primal = {adjoint: var for var, adjoint in backward.adjoints.items() if var.name is not None}
    inside, ids, through = graph.leaves, line_ids(graph), consumers(backward)
    for equation in ordered(backward):
        var = equation.out
        source = primal[var]
        yield Step(
            f"backward.{of}.{source.label}", "backward", equation,
            because_backward(backward, source, through.get(source, ())),
            used_ids(inside[var], ids), "outline" if source.role == "parameter" else "lecture",
            values.get(var), exact.get(var), graph=graph,
        )  # fmt: skip


def ordered(backward: Backward) -> list[Equation]:
    """The equations of the named adjoints of one pass, in the order in which they are derived."""
    of = backward.of.label
    return [e for e in backward.graph.equations if isinstance(e.out.name, Adjoint) and e.out.name.of == of]
