"""This module declares identities of the activations, row by row: why a derivative is what is taught.

A row is a formula in `x` with the move that leads to it; every row is checked against the left side, whose
derivative is taken by differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symdl.formula.tree import Node
from symdl.ops.declaring import read
from symdl.registry import Registry

VARIABLE = "x"


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """The value of a function, or its derivative, in several forms; `function` is whose identity it is."""

    key: str
    function: str
    derivative: bool
    rows: tuple[tuple[str, Node], ...]


IDENTITIES: Registry[Identity] = Registry("identities")


def identity(key: str, function: str, rows: Mapping[str, str], derivative: bool = True) -> None:
    """Declare an identity; its rows are read when it is first used.

    >>> [kind for kind, _ in IDENTITIES["sigmoid_slope"].rows][-1]
    'own_value'
    """

    def made() -> Identity:
        return Identity(
            key, function, derivative, tuple((kind, read(text, VARIABLE)) for kind, text in rows.items())
        )

    IDENTITIES.promise(key, made)


def of_function(function: str) -> tuple[Identity, ...]:
    """The identities of a function, in the order of their declarations."""
    return tuple(found for found in IDENTITIES.values() if found.function == function)


identity("sigmoid_slope", "sigmoid", {
    "reciprocal": "-(1 / (1 + exp(-x))^2) (-exp(-x))",
    "signs": "exp(-x) / (1 + exp(-x))^2",
    "split": "(1 / (1 + exp(-x))) (exp(-x) / (1 + exp(-x)))",
    "add_subtract": "(1 / (1 + exp(-x))) (((1 + exp(-x)) - 1) / (1 + exp(-x)))",
    "divide": "(1 / (1 + exp(-x))) (1 - 1 / (1 + exp(-x)))",
    "own_value": "sigmoid(x) (1 - sigmoid(x))",
})  # fmt: skip
identity("tanh_by_sigmoid", "tanh", {
    "exponentials": "(exp(x) - exp(-x)) / (exp(x) + exp(-x))",
    "extend": "(1 - exp(-2 x)) / (1 + exp(-2 x))",
    "add_subtract": "(2 - (1 + exp(-2 x))) / (1 + exp(-2 x))",
    "divide": "2 / (1 + exp(-2 x)) - 1",
    "own_value": "2 sigmoid(2 x) - 1",
}, derivative=False)  # fmt: skip
identity("tanh_slope", "tanh", {
    "quotient": "((exp(x) + exp(-x))^2 - (exp(x) - exp(-x))^2) / (exp(x) + exp(-x))^2",
    "divide": "1 - ((exp(x) - exp(-x)) / (exp(x) + exp(-x)))^2",
    "own_value": "1 - tanh(x)^2",
})  # fmt: skip
identity("softplus_slope", "softplus", {
    "logarithm": "exp(x) / (1 + exp(x))",
    "extend": "1 / (exp(-x) + 1)",
    "own_value": "sigmoid(x)",
})  # fmt: skip
identity("gelu_slope", "gelu", {
    "product": "(1 / 2) (1 + erf(x / sqrt(2)))"
    " + (x / 2) ((2 / sqrt(pi)) exp(-(x / sqrt(2))^2) (1 / sqrt(2)))",
    "square": "(1 / 2) (1 + erf(x / sqrt(2))) + (x / 2) ((2 / sqrt(pi)) exp(-x^2 / 2) (1 / sqrt(2)))",
    "cancel": "(1 / 2) (1 + erf(x / sqrt(2))) + x exp(-x^2 / 2) / sqrt(2 pi)",
})  # fmt: skip
