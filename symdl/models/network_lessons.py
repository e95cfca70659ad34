"""This module declares lessons on networks: how weights begin, what depth does, which way errors take back.

`W[i,j]` is a weight, `s[t,i]` the slope of unit i of layer t, `d[t,i]` the error there (the gradient by its
pre-activation), `V` the variance of the weights, `Q` the mean square of an input, `n` and `m` the numbers of
inputs and outputs of a layer.
"""

from __future__ import annotations

from symdl.models.lessons import lesson, line

SIZES = {"n": 3, "m": 2}

lesson(
    "delta_recursion",
    line("output", "d[t,i]", "g[t,i] s[t,i]", given={"d[t,i]": "g[t,i] s[t,i]"}),
    line("input", "a[t+1,j]", "sum(W[j,i] h[t,i], i=1..n) + b[j]"),
    line("hidden", "d[t,i]", "sum(d[t+1,j] (W[j,i] s[t,i]), j=1..m)", "sum(W[j,i] d[t+1,j], j=1..m) s[t,i]"),
    line("weight", "G[i,k]", "d[t,i] h[t-1,k]"),
    rules=(), source="Rumelhart, Hinton & Williams 1986", sizes=SIZES,
)  # fmt: skip
lesson(
    "linear_collapse",
    line("layer", "h[j]", "sum(V[j,k] x[k], k=1..n) + a[j]"),
    line("composed", "y[i]", "sum(W[i,j] (sum(V[j,k] x[k], k=1..n) + a[j]), j=1..m) + b[i]",
         "sum(sum(W[i,j] V[j,k] x[k], k=1..n), j=1..m) + sum(W[i,j] a[j], j=1..m) + b[i]",
         "sum(sum(W[i,j] V[j,k], j=1..m) x[k], k=1..n) + (sum(W[i,j] a[j], j=1..m) + b[i])"),
    rules=(), source="Minsky & Papert 1969", sizes=SIZES,
)  # fmt: skip
lesson(
    "xavier_initialization",
    line("forward", "Var(z)", "sum(V Q, i=1..n)", "n V Q"),
    line("backward", "Var(g)", "sum(V D, j=1..m)", "m V D"),
    line("keep_forward", "Var(z)", "n V Q", "Q", given={"V": "1/n"}),
    line("keep_backward", "Var(g)", "m V D", "D", given={"V": "1/m"}),
    line("between", "V", "1 / ((n + m) / 2)", "2 / (n + m)"),
    line("uniform", "V", "(6 / (n + m)) / 3", "2 / (n + m)"),
    rules=(), source="Glorot & Bengio 2010", sizes=SIZES,
)  # fmt: skip
lesson(
    "he_initialization",
    line("half", "Q", "P / 2"),
    line("forward", "Var(z)", "n V Q", "n V P / 2", given={"Q": "P / 2"}),
    line("keep", "Var(z)", "n V P / 2", "P", given={"V": "2 / n"}),
    line("bias", "z", "sum(0 * x[i], i=1..n) + b", "b"),
    rules=(), source="He, Zhang, Ren & Sun 2015", sizes=SIZES,
)  # fmt: skip
lesson(
    "vanishing_gradient",
    line("step", "J[t]", "w s[t]"),
    line("product", "J[1] * J[2] * J[3]", "(w s[1]) * (w s[2]) * (w s[3])", "w^3 s[1] s[2] s[3]", step=1,
         given={"J[1]": "w s[1]", "J[2]": "w s[2]", "J[3]": "w s[3]"}),
    line("cell", "c[3]", "f[3] c[2] + i[3] g[3]", "f[3] (f[2] c[1] + i[2] g[2]) + i[3] g[3]",
         "f[3] f[2] c[1] + f[3] i[2] g[2] + i[3] g[3]", step=1, given={"c[2]": "f[2] c[1] + i[2] g[2]"}),
    rules=(), source="Hochreiter 1991; Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013",
)  # fmt: skip
