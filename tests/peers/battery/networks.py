# ruff: noqa: E741 (the quantities bear the names of the problems)
"""Feed-forward networks: depth, activations, losses, batches, shared weights, normalizations, gates."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from tests.peers.battery.cases import case

half = 0.5


@case(
    "x:3 W1:4x3 b1:4 W2:3x4 b2:3 W3:2x3 b3:2 y:2",
    """
    z1 = W1 x + b1
    a1 = tanh(z1)
    z2 = W2 a1 + b2
    a2 = sigmoid(z2)
    z3 = W3 a2 + b3
    L = mse(z3, y)
    """,
)
def three_layers(x, W1, b1, W2, b2, W3, b3, y):
    z1 = W1 @ x + b1
    a1 = torch.tanh(z1)
    z2 = W2 @ a1 + b2
    a2 = torch.sigmoid(z2)
    z3 = W3 @ a2 + b3
    return dict(z1=z1, a1=a1, z2=z2, a2=a2, z3=z3, L=F.mse_loss(z3, y))


EIGHT = [("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("softplus", F.softplus), ("gelu", F.gelu)] * 2


@case(
    "x:2 y:2 " + " ".join(f"W{k}:2x2 b{k}:2" for k in range(1, 9)),
    "\n".join(
        f"a{k} = {word}(W{k} {'x' if k == 1 else f'a{k - 1}'} + b{k})" for k, (word, _) in enumerate(EIGHT, 1)
    )
    + "\nL = half_sse(a8, y)",
)
def eight_layers(x, y, W1, W2, W3, W4, W5, W6, W7, W8, b1, b2, b3, b4, b5, b6, b7, b8):
    weights, biases = (W1, W2, W3, W4, W5, W6, W7, W8), (b1, b2, b3, b4, b5, b6, b7, b8)
    named: dict[str, torch.Tensor] = {}
    a = x
    for k, (_, act) in enumerate(EIGHT):
        a = named[f"a{k + 1}"] = act(F.linear(a, weights[k], biases[k]))
    return {**named, "L": ((a - y) ** 2).sum() / 2}


@case(
    "X:5x3 W1:3x4 b1:4 W2:4x4 b2:4 W3:4x3 b3:3",
    """
    H1 = relu(X W1 + b1)
    H2 = tanh(H1 W2 + b2)
    Z = H2 W3 + b3
    P = softmax(Z)
    L = cross_entropy(P, Y)
    """,
    values={"Y": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]},
)
def batch_in_rows(X, W1, b1, W2, b2, W3, b3, Y):
    H1 = F.relu(X @ W1 + b1)
    H2 = torch.tanh(H1 @ W2 + b2)
    Z = H2 @ W3 + b3
    P = F.softmax(Z, dim=1)
    return dict(H1=H1, H2=H2, Z=Z, P=P, L=-(Y * P.log()).sum(1).mean())


@case(
    "X:5x3 W:3x4 b:4",
    "Z = X W + b\nL = softmax_cross_entropy(Z, Y)",
    values={"Y": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]},
)
def softmax_cross_entropy_of_logits(X, W, b, Y):
    Z = X @ W + b
    return dict(Z=Z, L=F.cross_entropy(Z, Y))


@case("x:3 W:4x3 b:4", "p = softmax(W x + b)\nL = -sum(y * log(p))", values={"y": [0, 0, 1, 0]})
def softmax_of_one_example(x, W, b, y):
    p = F.softmax(W @ x + b, dim=0)
    return dict(p=p, L=-torch.dot(y, p.log()))


@case(
    "X:3x4 W1:5x3 b1:5 W2:2x5 b2:2 Y:2x4",
    """
    Z1 = W1 X + b1 ones(4)^T
    A1 = sigmoid(Z1)
    Z2 = W2 A1 + b2 ones(4)^T
    A2 = tanh(Z2)
    L = sum((A2 - Y)^2) / (2 * 4)
    """,
)
def batch_in_columns(X, W1, b1, W2, b2, Y):
    Z1 = W1 @ X + b1[:, None]
    A1 = torch.sigmoid(Z1)
    Z2 = W2 @ A1 + b2[:, None]
    A2 = torch.tanh(Z2)
    return dict(Z1=Z1, A1=A1, Z2=Z2, A2=A2, L=half * (A2 - Y).pow(2).sum(0).mean())


@case("X:4x3 w:3 b:", "p = sigmoid(X w + b)\nL = bce(p, t)", values={"t": [1, 0, 0, 1]})
def logistic_regression(X, w, b, t):
    p = torch.sigmoid(X @ w + b)
    return dict(p=p, L=F.binary_cross_entropy(p, t))


@case("X:4x3 w:3 b:", "z = X w + b\nL = bce_logits(z, t)", values={"t": [1, 0, 0, 1]})
def logistic_regression_of_logits(X, w, b, t):
    z = X @ w + b
    return dict(z=z, L=F.binary_cross_entropy_with_logits(z, t))


@case(
    "x:3 W:3x3 b:3 y:3",
    "a1 = tanh(W x + b)\na2 = tanh(W a1 + b)\na3 = tanh(W a2 + b)\nL = half_sse(a3, y)",
)
def one_layer_used_three_times(x, W, b, y):
    a1 = torch.tanh(W @ x + b)
    a2 = torch.tanh(W @ a1 + b)
    a3 = torch.tanh(W @ a2 + b)
    return dict(a1=a1, a2=a2, a3=a3, L=half * (a3 - y).square().sum())


@case("x:4 W:2x4 b:2 c:4", "h = sigmoid(W x + b)\nr = W^T h + c\nL = |r - x|^2 / 2")
def tied_autoencoder(x, W, b, c):
    h = torch.sigmoid(W @ x + b)
    r = W.T @ h + c
    return dict(h=h, r=r, L=half * (r - x) @ (r - x))


@case(
    "X:4x3 W:3x2 lam: Y:4x2",
    "P = X W\nE = mse(P, Y)\nR = lam sum(W^2)\nS = lam sum(|W|)\nL = E + R + S",
)
def ridge_and_lasso(X, W, lam, Y):
    P = X @ W
    E, R, S = F.mse_loss(P, Y), lam * W.square().sum(), lam * W.abs().sum()
    return dict(P=P, E=E, R=R, S=S, L=E + R + S)


@case(
    "x:3 W1:4x3 W2:3x4 b1:4 y:3",
    "h = relu(W1 x + b1)\no = x + W2 h\nr = relu(o) + o\nL = mse(r, y)",
)
def residual(x, W1, W2, b1, y):
    h = F.relu(W1 @ x + b1)
    o = x + W2 @ h
    r = F.relu(o) + o
    return dict(h=h, o=o, r=r, L=F.mse_loss(r, y))


@case(
    "x:4 g:4 b:4 y:4",
    """
    mu = mean(x)
    s2 = mean((x - mu)^2)
    n = (x - mu) / sqrt(s2 + 0.01)
    o = g * n + b
    L = half_sse(o, y)
    """,
)
def layer_norm(x, g, b, y):
    mu = x.mean()
    s2 = ((x - mu) ** 2).mean()
    n = (x - mu) * torch.rsqrt(s2 + 0.01)
    o = g * n + b
    assert torch.allclose(o, F.layer_norm(x, (4,), g, b, eps=0.01))
    return dict(mu=mu, n=n, o=o, s2=s2, L=half * ((o - y) ** 2).sum())


@case(
    "X:5x3 g:3 b:3 Y:5x3",
    """
    mu = mean(X, axis=1)
    C = X - mu
    s2 = mean(C^2, axis=1)
    N = C / sqrt(s2 + 0.001)
    O = N * g + b
    L = mse(relu(O), Y)
    """,
)
def batch_norm(X, g, b, Y):
    mu = X.mean(0)
    C = X - mu
    s2 = (C * C).mean(0)
    N = C * torch.rsqrt(s2 + 0.001)
    O = g * N + b
    assert torch.allclose(O, F.batch_norm(X, None, None, g, b, training=True, eps=0.001))
    return dict(mu=mu, C=C, s2=s2, N=N, O=O, L=F.mse_loss(F.relu(O), Y))


@case("x:4 g:4 y:4", "r = sqrt(mean(x^2) + 0.001)\no = g * x / r\nL = sse(o, y)")
def rms_norm(x, g, y):
    r = torch.sqrt((x * x).mean() + 0.001)
    o = g * x / r
    assert torch.allclose(o, F.rms_norm(x, (4,), g, eps=0.001))
    return dict(r=r, o=o, L=(o - y).square().sum())


@case(
    "E:5x3 W:2x3 b:2 y:2",
    "w = E^T c\nz = W w + b\nL = half_mse(z, y)",
    values={"c": [0, 0, 1, 0, 0]},
)
def embedding_as_one_hot(E, W, b, c, y):
    w = E.T @ c
    z = W @ w + b
    return dict(w=w, z=z, L=half * F.mse_loss(z, y))


@case(
    "u:3 V:4x3",
    "s = V u\nL = -log(sigmoid(s[1])) - sum(log(sigmoid(-s[k])), k=2..4)",
)
def skip_gram_with_negative_samples(u, V):
    s = V @ u
    return dict(s=s, L=-F.logsigmoid(s[0]) - F.logsigmoid(-s[1:]).sum())


@case(
    "x:3 W:3x3 b:3 U:3x3 c:3 y:3",
    "t = sigmoid(U x + c)\nh = relu(W x + b)\no = t * h + (1 - t) * x\nL = mse(o, y)",
)
def highway(x, W, b, U, c, y):
    t = torch.sigmoid(U @ x + c)
    h = F.relu(W @ x + b)
    o = torch.lerp(x, h, t)
    return dict(t=t, h=h, o=o, L=F.mse_loss(o, y))


@case(
    "x:3 W1:2x3 W2:2x3 W3:2x3 y:2",
    "h = max(max(W1 x, W2 x), W3 x)\nL = half_sse(h, y)",
)
def maxout(x, W1, W2, W3, y):
    h = torch.stack([W1 @ x, W2 @ x, W3 @ x]).amax(0)
    return dict(h=h, L=half * (h - y).square().sum())


@case(
    "X:3x4 W:4x5 b:5 V:5x2 Y:3x2",
    "H = relu(X W + b)\nD = M * H / 0.8\nO = D V\nL = mse(O, Y)",
    values={"M": [[1, 0, 1, 1, 1], [1, 1, 1, 0, 1], [0, 1, 1, 1, 1]]},
)
def dropout_with_a_given_mask(X, W, b, M, V, Y):
    H = F.relu(X @ W + b)
    D = M * H / 0.8
    O = D @ V
    return dict(H=H, D=D, O=O, L=F.mse_loss(O, Y))


@case("x:3 A:2x3 alpha: y:2", "z = A x\na = prelu(z, alpha)\nL = sse(a, y)")
def learned_slope(x, A, alpha, y):
    z = A @ x
    a = F.prelu(z, alpha)
    return dict(z=z, a=a, L=(a - y).square().sum())


@case(
    "z:4 q:4 T:",
    "p = softmax(z / T)\nr = softmax(q / T)\nL = T^2 * sum(r * (log(r) - log(p)))",
    values={"T": 2},
)
def distillation(z, q, T):
    p, r = F.softmax(z / T, 0), F.softmax(q / T, 0)
    return dict(p=p, r=r, L=T**2 * F.kl_div(p.log(), r, reduction="sum"))


@case(
    "x:2 W:2x2 V:1x2 z:2 G:2x2",
    """
    g = tanh(G z)
    D(x) = sigmoid(sum(V[1,:] * tanh(W x)))
    L = -log(D(x)) - log(1 - D(g))
    """,
)
def adversarial_pair(x, W, V, z, G):
    g = torch.tanh(G @ z)

    def D(x):
        return torch.sigmoid(V @ torch.tanh(W @ x))[0]

    return dict(g=g, L=-torch.log(D(x)) - torch.log1p(-D(g)))


@case(
    "x:3 A:2x3 B:2x3 e:2 C:3x2",
    """
    mu = A x
    s = B x
    z = mu + exp(s / 2) * e
    r = C z
    K = -sum(1 + s - mu^2 - exp(s)) / 2
    L = |x - r|^2 / 2 + K
    """,
)
def variational_autoencoder(x, A, B, e, C):
    mu, s = A @ x, B @ x
    z = mu + torch.exp(half * s) * e
    r = C @ z
    K = torch.distributions.kl_divergence(
        torch.distributions.Normal(mu, torch.exp(half * s)),
        torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(mu)),
    ).sum()
    return dict(mu=mu, s=s, z=z, r=r, K=K, L=half * (x - r).square().sum() + K)


@case("v:3 W:2x3 b:3 c:2", "L = -b^T v - sum(softplus(W v + c))")
def restricted_boltzmann_machine(v, W, b, c):
    return dict(L=-(b @ v) - F.softplus(W @ v + c).sum())


@case("W:2x2 b:2", "L = log(sum(exp(v^T W v / 2 + b^T v), v in binary(2)))")
def partition_function(W, b):
    states = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 2)
    energies = torch.einsum("si,ij,sj->s", states, W, states) / 2 + states @ b
    return dict(L=torch.logsumexp(energies, 0))


@case("x:3 X:4x3 beta:", "L = -logsumexp(beta X x) / beta + x^T x / 2", values={"beta": 2})
def hopfield_energy(x, X, beta):
    return dict(L=-torch.logsumexp(beta * (X @ x), 0) / beta + half * x @ x)


@case("a:3 b:3", "c = a^T b / (|a| |b|)\nL = 1 - c")
def cosine_similarity(a, b):
    c = F.cosine_similarity(a, b, dim=0)
    return dict(c=c, L=1 - c)


@case(
    "X:4x2 C:3x2 w:3 s: y:4",
    "D[k=1..3] = exp(-sum((X - C[k,:])^2, axis=2) / (2 s^2))\n"
    "p = w[1] D[1] + w[2] D[2] + w[3] D[3]\nL = half_mse(p, y)",
    values={"s": 1.5},
)
def radial_basis_functions(X, C, w, s, y):
    D = torch.exp(-torch.cdist(X, C).square() / (2 * s**2))
    parts = {f"D[{k + 1}]": D[:, k] for k in range(3)}
    p = sum(w[k] * part for k, part in enumerate(parts.values()))
    return dict(**parts, p=p, L=half * F.mse_loss(p, y))


@case("u:2 v:3 W:2x3 y:", "s = u^T W v\nL = (s - y)^2 / 2")
def bilinear_form(u, v, W, y):
    s = torch.einsum("i,ij,j->", u, W, v)
    return dict(s=s, L=half * (s - y) ** 2)


ACTIVATIONS = {
    "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu, "relu6": F.relu6, "elu": F.elu,
    "selu": F.selu, "celu": F.celu, "softplus": F.softplus, "gelu": F.gelu, "silu": F.silu, "swish": F.silu,
    "mish": F.mish, "softsign": F.softsign, "hard_tanh": F.hardtanh,
    "hard_sigmoid": lambda z: (z / 6 + half).clamp(0, 1),
    "hard_swish": F.hardswish, "tanh_shrink": F.tanhshrink,
    "log_sigmoid": F.logsigmoid, "leaky_relu": F.leaky_relu,
    "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
    "gaussian": lambda z: torch.exp(-z * z),
    "tansig": torch.tanh, "linear": lambda z: z * 1, "squared_relu": lambda z: F.relu(z) ** 2,
    "sin": torch.sin, "erf": torch.erf, "atan": torch.atan, "exp": torch.exp, "cosh": torch.cosh,
    "sinh": torch.sinh, "asinh": torch.asinh,
}  # fmt: skip


def _activated(function):
    def run(x, W, b, y):
        z = W @ x + b
        a = function(z)
        return dict(z=z, a=a, L=half * (a - y).square().sum())

    return run


for word, function in ACTIVATIONS.items():
    case("x:3 W:4x3 b:4 y:4", f"z = W x + b\na = {word}(z)\nL = half_sse(a, y)", name=f"activation_{word}")(
        _activated(function)
    )


ONE_HOT = [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]
LOSSES = {  # of logits Z and targets T
    "mse": (F.mse_loss, "Z", None),
    "sse": (lambda z, t: F.mse_loss(z, t, reduction="sum"), "Z", None),
    "half_sse": (lambda z, t: half * F.mse_loss(z, t, reduction="sum"), "Z", None),
    "half_mse": (lambda z, t: half * F.mse_loss(z, t), "Z", None),
    "rmse": (lambda z, t: torch.sqrt(F.mse_loss(z, t)), "Z", None),
    "mae": (F.l1_loss, "Z", None),
    "huber": (F.huber_loss, "Z", None),
    "log_cosh": (lambda z, t: torch.log(torch.cosh(z - t)).mean(), "Z", None),
    "hinge": (lambda z, t: F.relu(1 - z * t).mean(), "Z", [[1, -1, 1], [-1, 1, 1], [1, 1, -1], [-1, -1, 1]]),
    "squared_hinge": (lambda z, t: F.relu(1 - z * t).square().mean(), "Z", [[1, -1, 1]] * 4),
    "bce": (F.binary_cross_entropy, "sigmoid(Z)", ONE_HOT),
    "bce_logits": (F.binary_cross_entropy_with_logits, "Z", ONE_HOT),
    "cross_entropy": (lambda p, t: torch.xlogy(t, p).sum(1).neg().mean(), "softmax(Z)", ONE_HOT),
    "softmax_cross_entropy": (F.cross_entropy, "Z", ONE_HOT),
    "kl_divergence": (
        lambda p, t: F.kl_div(p.log(), t, reduction="batchmean"),
        "softmax(Z)",
        [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.125, 0.125, 0.75], [0.5, 0.375, 0.125]],
    ),
    "poisson_nll": (lambda z, t: F.poisson_nll_loss(z, t, log_input=False, eps=0), "exp(Z)", ONE_HOT),
}
OUTPUTS = {
    "Z": lambda z: z * 1, "sigmoid(Z)": torch.sigmoid, "exp(Z)": torch.exp,
    "softmax(Z)": lambda z: F.softmax(z, dim=1),
}  # fmt: skip


def _lost(function, output):
    def run(X, W, b, T):
        Z = X @ W + b
        P = OUTPUTS[output](Z)
        return dict(Z=Z, P=P, L=function(P, T))

    return run


for word, (function, output, targets) in LOSSES.items():
    case(
        "X:4x2 W:2x3 b:3 T:4x3",
        f"Z = X W + b\nP = {output}\nL = {word}(P, T)",
        "[[ask]]\ngradient = 'L'\nby = ['W', 'b']",
        values={} if targets is None else {"T": targets},
        name=f"loss_{word}",
    )(_lost(function, output))
