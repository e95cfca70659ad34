"""This module lists the forward pass: one step per named line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symdl.core.evaluation import Values
from symdl.core.graph import Adjoint, Graph, Tangent, Var, VarName
from symdl.derivation.explanation import because_forward
from symdl.derivation.step import Step


def step_id(name: VarName | None) -> str | None:
    """The id of the line that derives a quantity, or None for an anonymous one.

    >>> step_id("z1")
    'forward.z1'
    """
    if name is None or isinstance(name, Tangent):
        return None
    return f"backward.{name.of}.{name.by}" if isinstance(name, Adjoint) else f"forward.{name}"


def line_ids(graph: Graph) -> dict[Var, str]:
    """The ids of the lines of a graph; inputs have none."""
    ids = ((equation.out, step_id(equation.out.name)) for equation in graph.equations)
    return {var: found for var, found in ids if found is not None}


def used_ids(inside: tuple[Var, ...], ids: Mapping[Var, str]) -> tuple[str, ...]:
    """The ids of the lines that a line rests on."""
    return tuple([ids[var] for var in inside if var in ids])


def forward_steps(graph: Graph, values: Values, exact: Mapping[Var, object]) -> Iterator[Step]:
    """One step per named line of a graph, in order."""
    inside, ids = graph.leaves, line_ids(graph)
    for equation in graph.equations:
        var = equation.out
        if isinstance(var.name, str):
            yield Step(
                f"forward.{var.name}", "forward", equation, because_forward(graph, equation),
                used_ids(inside[var], ids), "outline" if var == graph.output else "lecture",
                values.get(var), exact.get(var), graph=graph,
            )  # fmt: skip
