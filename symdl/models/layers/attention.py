"""This module declares attention, whose rows are positions, and the transformer block made of it."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="attention")

ATTENTION = {"Q": "n d", "K": "m d", "V": "m p"}
HEADS = {"WQ": "H d p", "WK": "H d p", "WV": "H d q", "WO": "H q d"}

layer(
    "dot_attention", params="Q K V", results="O", shapes=ATTENTION,
    lines={"S": "Q K^T", "A": "softmax(S)", "O": "A V"},
    source="Luong, Pham & Manning 2015",
)  # fmt: skip
layer(
    "scaled_attention", params="Q K V", results="O", shapes=ATTENTION,
    lines={"S": "Q K^T / sqrt(d)", "A": "softmax(S)", "O": "A V"},
    source="Vaswani et al. 2017",
)  # fmt: skip
layer(
    "masked_attention", params="Q K V M", results="O", shapes={**ATTENTION, "M": "n m"},
    lines={"S": "Q K^T / sqrt(d) + M", "A": "softmax(S)", "O": "A V"},
    source="Vaswani et al. 2017",
)  # fmt: skip
layer(
    "additive_attention", params="s H W U v", results="c", weights="W U v",
    shapes={"s": "k", "H": "m n", "W": "q k", "U": "q n", "v": "q"},
    lines={
        "Z": "H U^T + W s",
        "e": "tanh(Z) v",
        "alpha": "softmax(e)",
        "c": "H^T alpha",
    },
    source="Bahdanau, Cho & Bengio 2015",
)  # fmt: skip
layer(
    "multi_head", params="X WQ WK WV WO", results="Y", weights="WQ WK WV WO",
    shapes={"X": "n d", **HEADS},
    lines={
        "Q[k=1..H]": "X WQ[k]",
        "K[k=1..H]": "X WK[k]",
        "V[k=1..H]": "X WV[k]",
        "S[k=1..H]": "Q[k] K[k]^T / sqrt(p)",
        "A[k=1..H]": "softmax(S[k])",
        "O[k=1..H]": "A[k] V[k]",
        "Y": "sum(O[k] WO[k], k=1..H)",
    },
    source="Vaswani et al. 2017",
)  # fmt: skip
layer(
    "transformer_block", params="X WQ WK WV WO g1 c1 W1 b1 W2 b2 g2 c2", results="Y",
    weights="WQ WK WV WO g1 c1 W1 b1 W2 b2 g2 c2",
    shapes={
        "X": "n d", **HEADS, "g1": "d", "c1": "d", "W1": "d m", "b1": "m", "W2": "m d", "b2": "d",
        "g2": "d", "c2": "d",
    },
    lines={
        "Z": "multi_head(X, WQ, WK, WV, WO)",
        "R": "X + Z",
        "N": "layer_norm_rows(R, g1, c1)",
        "P": "N W1 + b1",
        "F": "relu(P)",
        "G": "F W2 + b2",
        "B": "N + G",
        "Y": "layer_norm_rows(B, g2, c2)",
    },
    source="Vaswani et al. 2017",
)  # fmt: skip
