"""This module declares recurrent layers, one step of each; the line that calls one repeats it."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="recurrent")
layer(
    "rnn_cell", params="x h Wx Wh b", results="h_new", weights="Wx Wh b",
    shapes={"x": "n", "h": "m", "Wx": "m n", "Wh": "m m", "b": "m"},
    lines={"a": "Wx x + Wh h + b", "h_new": "tanh(a)"},
    source="Elman 1990",
)  # fmt: skip
layer(
    "lstm_cell", params="x h c W U b", results="h_new c_new", weights="W U b",
    shapes={"x": "n", "h": "m", "c": "m", "W": "4m n", "U": "4m m", "b": "4m"},
    lines={
        "a": "W x + U h + b",
        "i": "sigmoid(a[1:m])",
        "f": "sigmoid(a[m+1:2m])",
        "g": "tanh(a[2m+1:3m])",
        "o": "sigmoid(a[3m+1:4m])",
        "c_new": "f * c + i * g",
        "h_new": "o * tanh(c_new)",
    },
    source="Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000",
)  # fmt: skip
layer(
    "gru_cell", params="x h W U b", results="h_new", weights="W U b",
    shapes={"x": "n", "h": "m", "W": "3m n", "U": "3m m", "b": "3m"},
    lines={
        "a": "W x + b",
        "r": "sigmoid(a[1:m] + U[1:m,:] h)",
        "z": "sigmoid(a[m+1:2m] + U[m+1:2m,:] h)",
        "g": "tanh(a[2m+1:3m] + U[2m+1:3m,:] (r * h))",
        "h_new": "(1 - z) * g + z * h",
    },
    source="Cho et al. 2014",
)  # fmt: skip
layer(
    "gru_cell_after", params="x h W U b c", results="h_new", weights="W U b c",
    shapes={"x": "n", "h": "m", "W": "3m n", "U": "3m m", "b": "3m", "c": "3m"},
    lines={
        "a": "W x + b",
        "d": "U h + c",
        "r": "sigmoid(a[1:m] + d[1:m])",
        "z": "sigmoid(a[m+1:2m] + d[m+1:2m])",
        "g": "tanh(a[2m+1:3m] + r * d[2m+1:3m])",
        "h_new": "(1 - z) * g + z * h",
    },
    source="Chung, Gulcehre, Cho & Bengio 2014, the reset gate after the product as in cuDNN",
)  # fmt: skip
layer(
    "bidirectional", params="X f[0] r[0] Wx Wh b Vx Vh c", results="h", weights="Wx Wh b Vx Vh c",
    shapes={
        "X": "S n", "f[0]": "m", "r[0]": "k", "Wx": "m n", "Wh": "m m", "b": "m",
        "Vx": "k n", "Vh": "k k", "c": "k",
    },
    lines={
        "f[t=1..S]": "tanh(Wx X[t] + Wh f[t-1] + b)",
        "r[t=1..S]": "tanh(Vx X[S+1-t] + Vh r[t-1] + c)",
        "h[t=1..S]": "concat(f[t], r[S+1-t])",
    },
    source="Schuster & Paliwal 1997",
)  # fmt: skip
