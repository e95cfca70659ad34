"""This module declares energy models: the restricted Boltzmann machine and the Hopfield network."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="energy")

RBM = {"W": "n m", "a": "n", "b": "m"}

layer(
    "rbm_energy", params="v h W a b", results="E", weights="W a b", shapes={"v": "n", "h": "m", **RBM},
    lines={"E": "-a^T v - b^T h - v^T W h"},
    source="Smolensky 1986",
)  # fmt: skip
layer(
    "rbm_hidden", params="v W b", results="p", weights="W b", shapes={"v": "n", "W": "n m", "b": "m"},
    lines={"z": "W^T v + b", "p": "sigmoid(z)"},
    source="Hinton 2002",
)  # fmt: skip
layer(
    "rbm_visible", params="h W a", results="q", weights="W a", shapes={"h": "m", "W": "n m", "a": "n"},
    lines={"z": "W h + a", "q": "sigmoid(z)"},
    source="Hinton 2002",
)  # fmt: skip
layer(
    "rbm_free_energy", params="v W a b", results="F", weights="W a b", shapes={"v": "n", **RBM},
    lines={"z": "W^T v + b", "F": "-a^T v - sum(softplus(z))"},
    source="Hinton 2002",
)  # fmt: skip
layer(
    "rbm_likelihood", params="v W a b", results="J", weights="W a b", shapes={"v": "n", **RBM},
    lines={
        "F": "rbm_free_energy(v, W, a, b)",
        "U": "states(n)",
        "Z": "U W + b",
        "g": "U a + sum(softplus(Z), axis=2)",
        "J": "F + logsumexp(g)",
    },
    source="Smolensky 1986; Hinton 2002",
)  # fmt: skip
layer(
    "rbm_gibbs", params="v u q W a b", results="w h", weights="W a b",
    shapes={"v": "n", "u": "m", "q": "n", **RBM},
    lines={
        "z": "W^T v + b",
        "p": "sigmoid(z)",
        "h": "step(p - u)",
        "x": "W h + a",
        "r": "sigmoid(x)",
        "w": "step(r - q)",
    },
    source="Hinton 2002",
)  # fmt: skip
layer(
    "rbm_contrastive", params="v u q W a b", results="G", weights="W a b",
    shapes={"v": "n", "u": "m", "q": "n", **RBM},
    lines={
        "p": "sigmoid(W^T v + b)",
        "h": "step(p - u)",
        "r": "sigmoid(W h + a)",
        "w": "step(r - q)",
        "s": "sigmoid(W^T w + b)",
        "G": "v p^T - w s^T",
    },
    source="Hinton 2002",
)  # fmt: skip
layer(
    "hopfield_weights", params="X", results="W", shapes={"X": "P n"},
    lines={"W": "(X^T X - P eye(n)) / n"},
    source="Hopfield 1982",
)  # fmt: skip
layer(
    "hopfield_energy", params="s W theta", results="E", weights="W theta",
    shapes={"s": "n", "W": "n n", "theta": "n"},
    lines={"E": "-s^T W s / 2 + theta^T s"},
    source="Hopfield 1982",
)  # fmt: skip
layer(
    "hopfield_update", params="s W theta", results="s_new", weights="W theta",
    shapes={"s": "n", "W": "n n", "theta": "n"},
    lines={"z": "W s - theta", "s_new": "where(z > 0, 1, where(z < 0, -1, s))"},
    source="Hopfield 1982",
)  # fmt: skip
layer(
    "hopfield_unit", params="s e W theta", results="s_new", weights="W theta",
    shapes={"s": "n", "e": "n", "W": "n n", "theta": "n"},
    lines={
        "z": "e^T (W s - theta)",
        "r": "where(z > 0, 1, where(z < 0, -1, e^T s))",
        "s_new": "s + (r - e^T s) e",
    },
    source="Hopfield 1982",
)  # fmt: skip
