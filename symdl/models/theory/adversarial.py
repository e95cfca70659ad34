"""This module derives what the games of generator and discriminator come to."""

from __future__ import annotations

from symdl.models.theory.declaring import argument, claim

argument(
    "optimal_discriminator",
    claim("game", "V", "sum(p[x] log(D[x]) + q[x] log(1 - D[x]), x=1..n)"),
    claim("point", "v", "p log(D) + q log(1 - D)"),
    claim("slope", "diff(v, D)", "p / D - q / (1 - D)", "(p (1 - D) - q D) / (D (1 - D))",
          "(p - (p + q) D) / (D (1 - D))"),
    claim("zero", "p - (p + q) D_star", "0", given={"D_star": "p / (p + q)"}),
    claim("best", "D_star", "p / (p + q)"),
    claim("bend", "diff(v, D, D)", "-p / D^2 - q / (1 - D)^2", "< 0"),
    claim("balance", "p / (p + q)", "1 / 2", given={"q": "p"}),
    words="V v p q D D_star x n", explains="gan_value generative_adversarial_network",
    source="Goodfellow et al. 2014, proposition 1", facts={"p": "positive", "q": "positive", "D": "unit"},
    sizes={"n": 3},
)  # fmt: skip
argument(
    "jensen_shannon_value",
    claim("optimum", "C", "sum(p[x] log(p[x] / (p[x] + q[x])) + q[x] log(q[x] / (p[x] + q[x])), x=1..n)"),
    claim("middle", "p[x] / (p[x] + q[x])", "p[x] / (2 m[x])", given={"m[x]": "(p[x] + q[x]) / 2"}),
    claim("first", "A", "sum(p[x] log(p[x] / m[x]), x=1..n)", given={"m": "(p + q) / 2"}),
    claim("second", "B", "sum(q[x] log(q[x] / m[x]), x=1..n)", given={"m": "(p + q) / 2"}),
    claim("logarithms", "C",
          "sum(p[x] (log(p[x] / m[x]) - log(2)) + q[x] (log(q[x] / m[x]) - log(2)), x=1..n)",
          "A + B - 2 log(2)", "2 J - log(4)", given={"m": "(p + q) / 2", "J": "(A + B) / 2"}),
    claim("tangent", "log(t)", "<= t - 1"),
    claim("summand", "p[x] log(p[x] / m[x])", "-p[x] log(m[x] / p[x])", ">= -p[x] (m[x] / p[x] - 1)",
          "p[x] - m[x]", given={"m[x]": "(p[x] + q[x]) / 2"}),
    claim("positive", "A", ">= sum(p[x] - m[x], x=1..n)", "0", given={"m": "(p + q) / 2"}),
    claim("bound", "C", ">= -log(4)"),
    claim("reached", "p[x] log(2 p[x] / (p[x] + q[x])) + q[x] log(2 q[x] / (p[x] + q[x]))", "0",
          given={"q[x]": "p[x]"}),
    words="C A B J p q m t x n", explains="gan_value jensen_shannon generative_adversarial_network",
    source="Goodfellow et al. 2014, theorem 1", facts={"t": "positive"}, distributions="p q",
    sizes={"n": 3, "x": 2},
)  # fmt: skip
argument(
    "generator_gradients",
    claim("judged", "D", "sigmoid(s)"),
    claim("saturating", "diff(log(1 - D), s)", "-1 / (1 - D) * D (1 - D)", "-D"),
    claim("other", "diff(-log(D), s)", "-1 / D * D (1 - D)", "-(1 - D)"),
    claim("ratio", "(1 - D) / D", "exp(-s)"),
    claim("poor", "sigmoid(-4)", "1 / (1 + exp(4))", "~ 0.018"),
    claim("poor_saturating", "-sigmoid(-4)", "~ -0.018"),
    claim("poor_other", "-(1 - sigmoid(-4))", "~ -0.982"),
    words="D s", explains="gan_saturating gan_non_saturating", source="Goodfellow et al. 2014, section 3",
)  # fmt: skip
argument(
    "clipped_critic",
    claim("linear", "abs((w u + b) - (w v + b))", "abs(w) abs(u - v)", "<= c abs(u - v)",
          given={"w": "c tanh(r)"}),
    claim("relu", "abs(relu(u) - relu(v))", "<= abs(u - v)"),
    claim("chain", "abs(w_2 relu(w_1 u) - w_2 relu(w_1 v))", "<= abs(w_2) abs(w_1) abs(u - v)",
          "<= c^2 abs(u - v)", given={"w_1": "c tanh(r)", "w_2": "c tanh(q)"}),
    words="w b c u v r q w_1 w_2", explains="wgan_critic", source="Arjovsky, Chintala & Bottou 2017",
    facts={"c": "positive"},
)  # fmt: skip
