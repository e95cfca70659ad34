"""This module declares the layers of feedforward networks, from the dense layer to maxout."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="feedforward")

layer(
    "dense", params="x W b", results="y", weights="W b",
    shapes={"x": "n", "W": "m n", "b": "m"},
    lines={"y": "W x + b"},
    source="Rosenblatt 1958; Rumelhart, Hinton & Williams 1986",
)  # fmt: skip
layer(
    "dense_rows", params="X W b", results="Y", weights="W b",
    shapes={"X": "N n", "W": "n m", "b": "m"},
    lines={"Y": "X W + b"},
    source="Rumelhart, Hinton & Williams 1986",
)  # fmt: skip
layer(
    "dropout", params="x mask", results="y",
    settings={"rate": "1/2"}, shares="rate",
    lines={"y": "x * mask / (1 - rate)"},
    source="Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014",
)  # fmt: skip
layer(
    "batch_norm", params="X gamma beta", results="Y", weights="gamma beta",
    shapes={"X": "N n", "gamma": "n", "beta": "n"},
    settings={"epsilon": "1/100000"},
    lines={
        "mu": "mean(X, axis=1)",
        "C": "X - mu",
        "v": "mean(C * C, axis=1)",
        "s": "sqrt(v + epsilon)",
        "X_hat": "C / s",
        "Y": "gamma * X_hat + beta",
    },
    source="Ioffe & Szegedy 2015",
)  # fmt: skip
layer(
    "layer_norm", params="x gamma beta", results="y", weights="gamma beta",
    shapes={"x": "n", "gamma": "n", "beta": "n"},
    settings={"epsilon": "1/100000"},
    lines={
        "mu": "mean(x)",
        "c": "x - mu",
        "v": "mean(c^2)",
        "s": "sqrt(v + epsilon)",
        "x_hat": "c / s",
        "y": "gamma * x_hat + beta",
    },
    source="Ba, Kiros & Hinton 2016",
)  # fmt: skip
layer(
    "layer_norm_rows", params="X gamma beta", results="Y", weights="gamma beta",
    shapes={"X": "N n", "gamma": "n", "beta": "n"},
    settings={"epsilon": "1/100000"},
    lines={
        "mu": "mean(X, axis=2)",
        "C": "X - mu ones(n)^T",
        "v": "mean(C * C, axis=2)",
        "s": "sqrt(v + epsilon)",
        "X_hat": "C / (s ones(n)^T)",
        "Y": "gamma * X_hat + beta",
    },
    source="Ba, Kiros & Hinton 2016",
)  # fmt: skip
layer(
    "residual", params="x W1 b1 W2 b2", results="y", weights="W1 b1 W2 b2",
    shapes={"x": "n", "W1": "m n", "b1": "m", "W2": "n m", "b2": "n"},
    lines={"z": "W1 x + b1", "a": "relu(z)", "r": "W2 a + b2", "y": "x + r"},
    source="He, Zhang, Ren & Sun 2016",
)  # fmt: skip
layer(
    "rbf", params="x C s", results="phi", weights="C s",
    shapes={"x": "n", "C": "m n", "s": "m"},
    lines={"D": "C - x", "q": "sum(D * D, axis=2)", "phi": "exp(-q / (2 s^2))"},
    source="Broomhead & Lowe 1988",
)  # fmt: skip
layer(
    "maxout", params="x W b", results="y", weights="W b",
    shapes={"x": "n", "W": "p n", "b": "p"},
    settings={"pieces": "2"},
    lines={"z": "W x + b", "Z": "reshape(z, pieces, p / pieces)", "y": "max(Z, axis=1)"},
    source="Goodfellow, Warde-Farley, Mirza, Courville & Bengio 2013",
)  # fmt: skip
