"""This module declares models of a single neuron: the threshold unit, the perceptron and its rule."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="neurons")

layer(
    "mcculloch_pitts", params="x w theta", results="y",
    shapes={"x": "n", "w": "n", "theta": ""},
    lines={"z": "w^T x", "y": "step(z - theta)"},
    source="McCulloch & Pitts 1943",
)  # fmt: skip
layer(
    "perceptron", params="x w b", results="y", weights="w b",
    shapes={"x": "n", "w": "n", "b": ""},
    lines={"z": "w^T x + b", "y": "step(z)"},
    source="Rosenblatt 1958",
)  # fmt: skip
layer(
    "perceptron_rule", params="x t w b", results="w_new b_new", weights="w b",
    shapes={"x": "n", "t": "", "w": "n", "b": ""},
    settings={"rate": "1"},
    lines={
        "z": "w^T x + b",
        "y": "step(z)",
        "r": "t - y",
        "w_new": "w + rate r x",
        "b_new": "b + rate r",
    },
    source="Rosenblatt 1958",
)  # fmt: skip
