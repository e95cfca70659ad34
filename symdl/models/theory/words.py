"""This module derives the gradients of word vectors."""

from __future__ import annotations

from symdl.models.theory.declaring import argument, claim

argument(
    "tree_of_words",
    claim("sides", "sigmoid(s) + sigmoid(-s)", "1 / (1 + exp(-s)) + exp(-s) / (1 + exp(-s))", "1"),
    claim("shared", "P sigmoid(s) + P sigmoid(-s)", "P"),
    claim("left", "diff(-log(sigmoid(s)), s)", "-(1 - sigmoid(s))", "sigmoid(s) - 1"),
    claim("right", "diff(-log(sigmoid(-s)), s)", "1 - sigmoid(-s)", "sigmoid(s) - 0"),
    words="s P", explains="hierarchical_softmax tree_softmax", source="Morin & Bengio 2005; Rong 2014",
)  # fmt: skip
argument(
    "sampled_words",
    claim("true", "diff(-log(sigmoid(s)), s)", "sigmoid(s) - 1"),
    claim("false", "diff(-log(sigmoid(-s)), s)", "sigmoid(s)"),
    claim("zero", "diff(-A log(sigmoid(s)) - B log(sigmoid(-s)), s)", "-A (1 - sigmoid(s)) + B sigmoid(s)",
          "(A + B) sigmoid(s) - A"),
    claim("balance", "(A + B) sigmoid(s) - A", "0", given={"s": "log(A / B)"}),
    words="s A B", explains="negative_sampling", source="Mikolov et al. 2013; Levy & Goldberg 2014",
    facts={"A": "positive", "B": "positive"},
)  # fmt: skip
argument(
    "cosine_slope",
    claim("lengths", "p", "sqrt(sum(u[k]^2, k=1..n))"),
    claim("length_slope", "diff(p, u[i])", "u[i] / p"),
    claim("cosine", "c", "sum(u[k] v[k], k=1..n) / (p q)"),
    claim("slope", "diff(c, u[i])", "v[i] / (p q) - sum(u[k] v[k], k=1..n) / (p^2 q) * u[i] / p",
          "(v[i] / q - c u[i] / p) / p"),
    claim("angle", "sum(u[i] (v[i] / q - c u[i] / p) / p, i=1..n)", "0"),
    words="c u v p q k i n", explains="cosine_similarity cosine_similarities", source="Salton & McGill 1983",
    sizes={"n": 3, "i": 2},
)  # fmt: skip
