"""This module declares autoencoders: plain, with tied weights, variational."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="autoencoders")

layer(
    "autoencoder", params="x W b V c", results="y h", weights="W b V c",
    shapes={"x": "n", "W": "m n", "b": "m", "V": "n m", "c": "n"},
    lines={"z": "W x + b", "h": "sigmoid(z)", "y": "V h + c"},
    source="Rumelhart, Hinton & Williams 1986",
)  # fmt: skip
layer(
    "tied_autoencoder", params="x W b c", results="y h", weights="W b c",
    shapes={"x": "n", "W": "m n", "b": "m", "c": "n"},
    lines={"z": "W x + b", "h": "sigmoid(z)", "y": "W^T h + c"},
    source="Hinton & Salakhutdinov 2006",
)  # fmt: skip
layer(
    "linear_autoencoder", params="X W V", results="Y H", weights="W V",
    shapes={"X": "N n", "W": "m n", "V": "n m"},
    lines={"H": "X W^T", "Y": "H V^T"},
    source="Bourlard & Kamp 1988; Baldi & Hornik 1989",
)  # fmt: skip
layer(
    "gaussian_kl", params="mu l", results="D",
    shapes={"mu": "m", "l": "m"},
    lines={"D": "sum(mu^2 + exp(l) - l - 1) / 2"},
    source="Kingma & Welling 2014",
)  # fmt: skip
layer(
    "vae", params="x u A a B b V c", results="J", weights="A a B b V c",
    shapes={"x": "n", "u": "m", "A": "m n", "a": "m", "B": "m n", "b": "m", "V": "n m", "c": "n"},
    lines={
        "mu": "A x + a",
        "l": "B x + b",
        "s": "exp(l / 2)",
        "z": "mu + s * u",
        "y": "V z + c",
        "R": "half_sse(y, x)",
        "D": "gaussian_kl(mu, l)",
        "J": "R + D",
    },
    source="Kingma & Welling 2014",
)  # fmt: skip
