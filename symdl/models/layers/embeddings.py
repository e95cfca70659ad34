"""This module declares word vectors: looking them up, comparing them, learning them."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="embeddings")

layer(
    "embedding", params="x E", results="v", weights="E",
    shapes={"x": "N", "E": "N d"},
    lines={"v": "E^T x"},
    source="Bengio, Ducharme, Vincent & Jauvin 2003",
)  # fmt: skip
layer(
    "cosine_similarity", params="u v", results="s",
    shapes={"u": "d", "v": "d"},
    lines={"p": "norm(u)", "q": "norm(v)", "s": "u^T v / (p q)"},
    source="Salton & McGill 1983",
)  # fmt: skip
layer(
    "cosine_similarities", params="u E", results="s",
    shapes={"u": "d", "E": "N d"},
    lines={"p": "norm(u)", "r": "sqrt(sum(square(E), axis=2))", "s": "E u / (p r)"},
    source="Salton & McGill 1983",
)  # fmt: skip
layer(
    "squared_distances", params="H", results="S", shapes={"H": "N d"},
    lines={"g": "sum(H * H, axis=2)", "G": "H H^T", "S": "g ones(N)^T + ones(N) g^T - 2 G"},
    source="Salton & McGill 1983",
)  # fmt: skip
layer(
    "skip_gram", params="x t E U", results="J", weights="E U",
    shapes={"x": "N", "t": "N", "E": "N d", "U": "N d"},
    lines={"v": "E^T x", "s": "U v", "p": "softmax(s)", "J": "cross_entropy(p, t)"},
    source="Mikolov, Chen, Corrado & Dean 2013; Rong 2014",
)  # fmt: skip
layer(
    "cbow", params="X t E U", results="J", weights="E U",
    shapes={"X": "C N", "t": "N", "E": "N d", "U": "N d"},
    lines={"R": "X E", "v": "mean(R, axis=1)", "s": "U v", "p": "softmax(s)", "J": "cross_entropy(p, t)"},
    source="Mikolov, Chen, Corrado & Dean 2013; Rong 2014",
)  # fmt: skip
layer(
    "negative_sampling", params="x t S E U", results="J", weights="E U",
    shapes={"x": "N", "t": "N", "S": "k N", "E": "N d", "U": "N d"},
    lines={
        "v": "E^T x",
        "u": "U^T t",
        "R": "S U",
        "s": "u^T v",
        "r": "R v",
        "J": "-log_sigmoid(s) - sum(log_sigmoid(-r))",
    },
    source="Mikolov, Sutskever, Chen, Corrado & Dean 2013",
)  # fmt: skip
layer(
    "hierarchical_softmax", params="v P c", results="J", weights="P",
    shapes={"v": "d", "P": "l d", "c": "l"}, facts={"c": "signs"},
    lines={"s": "P v", "J": "-sum(log_sigmoid(c * s))"},
    source="Morin & Bengio 2005",
)  # fmt: skip
layer(
    "tree_softmax", params="v P C", results="p", weights="P",
    shapes={"v": "d", "P": "l d", "C": "N l"}, facts={"C": "tree"},
    lines={"s": "P v", "A": "C * s", "q": "sum(C * C * log_sigmoid(A), axis=2)", "p": "exp(q)"},
    source="Morin & Bengio 2005",
)  # fmt: skip
layer(
    "glove", params="X W C b c", results="J", weights="W C b c",
    shapes={"X": "N N", "W": "N d", "C": "N d", "b": "N", "c": "N"},
    settings={"limit": "100"},
    lines={
        "F": "min(1, (X / limit)^(3/4))",
        "D": "W C^T + b ones(N)^T + ones(N) c^T - log(where(X > 0, X, 1))",
        "J": "sum(F * square(D))",
    },
    source="Pennington, Socher & Manning 2014",
)  # fmt: skip
