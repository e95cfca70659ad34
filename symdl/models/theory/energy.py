"""This module derives probabilities from energies: what the units of a Boltzmann machine do."""

from __future__ import annotations

from symdl.models.theory.declaring import argument, claim

SUM = "b[j] + sum(W[k,j] {v}[k], k=1..n)"

argument(
    "rbm_conditionals",
    claim("energy", "E", "-sum(a[i] v[i], i=1..n) - sum(b[j] h[j], j=1..m)"
          " - sum(sum(v[i] W[i,j] h[j], j=1..m), i=1..n)"),
    claim("summed", "z(j)", SUM.format(v="v")),
    claim("split", "E", "-sum(a[i] v[i], i=1..n) - sum(h[j] z(j), j=1..m)"),
    claim("joint", "exp(sum(h[j] z(j), j=1..m)) / sum(exp(sum(g[j] z(j), j=1..m)), g in binary(m))",
          "prod(exp(h[j] z(j)) / (1 + exp(z(j))), j=1..m)"),
    claim("unit", "exp(z(j)) / (1 + exp(z(j)))", "1 / (exp(-z(j)) + 1)", "sigmoid(z(j))"),
    claim("odds", "log(sigmoid(z(j)) / (1 - sigmoid(z(j))))", "z(j)"),
    words="E a b v h g W i j k n m", functions="z", explains="rbm_hidden rbm_visible rbm_energy",
    source="Hinton 2002", sizes={"n": 2, "m": 3, "j": 2},
)  # fmt: skip
argument(
    "rbm_free_energy",
    claim("inputs", "z(j)", SUM.format(v="v")),
    claim("sums", "sum(exp(sum(a[i] v[i], i=1..n) + sum(h[j] z(j), j=1..m)), h in binary(m))",
          "exp(sum(a[i] v[i], i=1..n)) prod(1 + exp(z(j)), j=1..m)"),
    claim("free", "F", "-log(exp(sum(a[i] v[i], i=1..n)) prod(1 + exp(z(j)), j=1..m))",
          "-sum(a[i] v[i], i=1..n) - sum(log(1 + exp(z(j))), j=1..m)",
          "-sum(a[i] v[i], i=1..n) - sum(softplus(z(j)), j=1..m)"),
    words="F a b v h W i j k n m", functions="z", explains="rbm_free_energy boltzmann_machine",
    source="Hinton 2002", sizes={"n": 2, "m": 3},
)  # fmt: skip
argument(
    "rbm_gradient",
    claim("free", "F(v)", "-sum(a[i] v[i], i=1..n) - sum(softplus(" + SUM.format(v="v") + "), j=1..m)"),
    claim("all", "Z", "sum(exp(-F(u)), u in binary(n))"),
    claim("probability", "P(u)", "exp(-F(u)) / Z"),
    claim("on", "p(v)", "sigmoid(" + SUM.format(v="v") + ")"),
    claim("loss", "J", "-log(P(v))", "F(v) + log(Z)"),
    claim("data", "diff(F(v), W[i,j])", "-v[i] p(v)"),
    claim("model", "diff(log(Z), W[i,j])", "sum(diff(exp(-F(u)), W[i,j]), u in binary(n)) / Z",
          "sum(P(u) u[i] p(u), u in binary(n))"),
    claim("gradient", "diff(J, W[i,j])", "sum(P(u) u[i] p(u), u in binary(n)) - v[i] p(v)"),
    claim("visible", "diff(J, a[i])", "sum(P(u) u[i], u in binary(n)) - v[i]"),
    claim("hidden", "diff(J, b[j])", "sum(P(u) p(u), u in binary(n)) - p(v)"),
    words="Z J a b v u W i j k n m", functions="F P p", explains="rbm_likelihood rbm_contrastive rbm_gibbs",
    source="Hinton 2002", sizes={"n": 2, "m": 2, "i": 1, "j": 2},
)  # fmt: skip
argument(
    "hopfield_descent",
    claim("slope", "diff(-sum(sum(w[i,j] s[i] s[j], j=1..n), i=1..n) / 2 + sum(theta[i] s[i], i=1..n), s[k])",
          "-(sum(w[k,j] s[j], j=1..n) - theta[k])", given={
              "w[1,1]": "0", "w[2,2]": "0", "w[3,3]": "0", "w[2,1]": "w[1,2]", "w[3,1]": "w[1,3]",
              "w[3,2]": "w[2,3]"}),
    claim("change", "D", "-(r - s) z"),
    claim("flipped", "-(sign(z) - (-sign(z))) z", "-2 sign(z) z", "-2 abs(z)", "<= 0"),
    claim("stored", "sum(where(j == k, 0, x[k] x[j] / n) x[j], j=1..n)", "(n - 1) / n * x[k]",
          given={"x[1]": "1", "x[2]": "-1", "x[3]": "1"}),
    words="D w s theta z r x i j k n",
    explains="hopfield_energy hopfield_update hopfield_weights hopfield_unit",
    source="Hopfield 1982", sizes={"n": 3, "k": 2},
)  # fmt: skip
argument(
    "hopfield_capacity",
    claim("input", "sum(sum(where(j == k, 0, x[m,k] x[m,j] / n) x[1,j], m=1..p), j=1..n)",
          "(n - 1) / n * x[1,k] + sum(sum(where(j == k, 0, x[m,k] x[m,j] x[1,j] / n), m=2..p), j=1..n)",
          given={"x[1,1]": "1", "x[1,2]": "-1", "x[1,3]": "1"}),
    claim("term", "E((s / n)^2)", "E(s^2) / n^2", "1 / n^2"),
    claim("crosstalk", "V", "(p - 1) (n - 1) / n^2"),
    claim("share", "sqrt(V) / ((n - 1) / n)", "sqrt((p - 1) / (n - 1))"),
    claim("few", "sqrt((12 - 1) / (100 - 1))", "1 / 3"),
    claim("many", "sqrt((45 - 1) / (100 - 1))", "2 / 3"),
    words="x s V i j k m n p", explains="hopfield_weights hopfield_network",
    source="Hopfield 1982; Amit, Gutfreund & Sompolinsky 1985", drawn={"s": ("0", "1")},
    sizes={"n": 3, "p": 2, "k": 2},
)  # fmt: skip
argument(
    "layers_by_layers",
    claim("total", "P", "sum(r[h] c[h], h=1..n)"),
    claim("split", "log(P)", "sum(q[h] log(r[h] c[h] / q[h]), h=1..n)"
          " + sum(q[h] log(q[h] P / (r[h] c[h])), h=1..n)"),
    claim("bound", "log(P)", ">= sum(q[h] log(r[h] c[h] / q[h]), h=1..n)"),
    claim("tight", "sum(r[h] c[h] / P * log(r[h] c[h] / (r[h] c[h] / P)), h=1..n)", "log(P)"),
    claim("parts", "sum(q[h] log(r[h] c[h] / q[h]), h=1..n)",
          "sum(q[h] log(r[h]), h=1..n) + sum(q[h] log(c[h]), h=1..n) - sum(q[h] log(q[h]), h=1..n)"),
    words="P q r c h n", explains="deep_belief_network pretraining evidence_lower_bound vae",
    source="Hinton, Osindero & Teh 2006", facts={"c": "positive"}, distributions="q r", sizes={"n": 3},
)  # fmt: skip
