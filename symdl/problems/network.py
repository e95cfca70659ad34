"""This module writes out `[network]`: a list of layers becomes the lines of a forward pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symdl.core.building import Builder
from symdl.core.dims import Shape
from symdl.errors import FormulaError, Place, ProblemError
from symdl.formula.tree import Apply, Index, Node, number
from symdl.problems.network_layers import Writing, known, written
from symdl.problems.reading.schema import NetworkTable
from symdl.registry import nearest


def expanded(
    network: NetworkTable, shapes: Mapping[str, Shape], place: Callable[..., Place]
) -> tuple[dict[str, str], dict[str, Shape]]:
    """The lines of a network, and the parameters that are not declared yet, with their shapes.

    A vector input is multiplied from the left (`W x + b`), a matrix of examples by row from the right
    (`X W + b`).
    """
    if network.input not in shapes:
        raise ProblemError(
            "problem.network_input",
            place=place("network", "input"),
            name=network.input,
            nearest=nearest(network.input, list(shapes)),
        )
    writing = Writing(network.input, shapes[network.input], shapes, place)
    for k, layer in enumerate(network.layers, start=1):
        written(writing, layer, k)
    lines = writing.lines
    if network.loss:
        if len(network.loss) > 1:
            raise ProblemError("problem.network_losses", place=place("network", "loss"))
        ((loss, target),) = network.loss.items()
        known(loss, place)
        lines["L"] = f"{loss}({writing.current}, {target})"
    return lines, writing.missing


def bind_results(builder: Builder, targets: tuple[str, ...], node: Node) -> None:
    """Bind the several results of one call: `"h, c" = "lstm_cell(…)"`."""
    if not isinstance(node, Apply):
        raise FormulaError("formula.one_result", count=len(targets))
    results = builder.results(node.function, node.args, node.keywords)
    found = results if isinstance(results, tuple) else (results,)
    if len(found) != len(targets):
        raise FormulaError(
            "formula.result_count", function=node.function, expected=len(found), got=len(targets)
        )
    for k, (target, value) in enumerate(zip(targets, found, strict=True), start=1):
        builder.bind(target, value, Index(node, (number(k),)) if len(found) > 1 else node)
