"""This module writes out `[network]`: a list of layers becomes the lines of a forward pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symdl.core.building import Builder
from symdl.core.dims import Shape
from symdl.core.function import FUNCTIONS
from symdl.errors import FormulaError, Place, ProblemError
from symdl.formula.tree import Apply, Index, Node, Number, number
from symdl.problems.schema import NetworkTable
from symdl.registry import nearest

KEYS = ("dense", "activation", "bias")


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
    if len(shapes[network.input]) not in (1, 2):
        raise ProblemError("problem.network_shape", place=place("network", "input"), name=network.input)
    rows = len(shapes[network.input]) == 2
    width: Any = shapes[network.input][-1]
    lines: dict[str, str] = {}
    missing: dict[str, Shape] = {}
    current = network.input
    for k, layer in enumerate(network.layers, start=1):
        for key in layer:
            if key not in KEYS:
                raise ProblemError(
                    "problem.layer_key",
                    place=place("network", "layers"),
                    name=key,
                    nearest=nearest(key, KEYS),
                    known=", ".join(KEYS),
                )
        units, bias = int_of(layer.get("dense"), place), layer.get("bias", True)
        _declare(missing, shapes, f"W{k}", (width, units) if rows else (units, width))
        if bias:
            _declare(missing, shapes, f"b{k}", (units,))
        product = f"{current} W{k}" if rows else f"W{k} {current}"
        lines[f"z{k}"] = f"{product} + b{k}" if bias else product
        activation = layer.get("activation")
        current = f"z{k}"
        if activation is not None:
            _known(str(activation), place)
            lines[f"a{k}"] = f"{activation}(z{k})"
            current = f"a{k}"
        width = units
    if network.loss:
        if len(network.loss) > 1:
            raise ProblemError("problem.network_losses", place=place("network", "loss"))
        ((loss, target),) = network.loss.items()
        _known(loss, place)
        lines["L"] = f"{loss}({current}, {target})"
    return lines, missing


def int_of(value: object, place: Callable[..., Place]) -> int:
    """The number of units of a layer."""
    if isinstance(value, Number) and value.value.denominator == 1 and value.value > 0:
        return int(value.value)
    if isinstance(value, int) and value > 0:
        return value
    got = value.value if isinstance(value, Number) else value
    raise ProblemError("problem.layer_units", place=place("network", "layers"), got=got)


def _declare(missing: dict[str, Shape], shapes: Mapping[str, Shape], name: str, shape: Shape) -> None:
    if name not in shapes:
        missing[name] = shape


def _known(name: str, place: Callable[..., Place]) -> None:
    if name not in FUNCTIONS:
        raise ProblemError(
            "problem.unknown_function",
            place=place("network"),
            name=name,
            nearest=nearest(name, list(FUNCTIONS)),
        )


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
