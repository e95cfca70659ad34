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
argument(
    "words_around",
    claim("mean", "v(k)", "sum(e[i,k], i=1..m) / m"),
    claim("score", "s(j)", "sum(u[j,k] v(k), k=1..d)"),
    claim("probability", "p(j)", "exp(s(j)) / sum(exp(s(i)), i=1..n)"),
    claim("loss", "J", "-sum(t[j] log(p(j)), j=1..n)",
          "log(sum(exp(s(i)), i=1..n)) - sum(t[j] s(j), j=1..n)"),
    claim("output", "diff(J, u[j,k])", "(p(j) - t[j]) v(k)"),
    claim("input", "diff(J, e[i,k])", "sum((p(j) - t[j]) u[j,k], j=1..n) / m"),
    words="J e u t i j k n m d", functions="v s p", explains="cbow skip_gram", source="Rong 2014",
    distributions="t", sizes={"n": 3, "m": 2, "d": 2, "i": 1, "j": 3, "k": 2},
)  # fmt: skip
argument(
    "counted_pairs",
    claim("weight", "f", "where(X < m, (X / m)^(3 / 4), 1)", "<= 1"),
    claim("error", "r", "sum(w[k] c[k], k=1..d) + b + a - log(X)"),
    claim("word", "diff(f r^2, w[i])", "2 f r * diff(r, w[i])", "2 f r c[i]"),
    claim("context", "diff(f r^2, c[i])", "2 f r w[i]"),
    claim("bias", "diff(f r^2, b)", "2 f r"),
    claim("ratio", "(log(X) - b - a) - (log(Y) - q - a)", "log(X / Y) - (b - q)"),
    words="X Y m r w c a b q f k i d", explains="glove", source="Pennington, Socher & Manning 2014",
    facts={"X": "positive", "Y": "positive", "m": "positive"}, sizes={"d": 2, "i": 2},
)  # fmt: skip
