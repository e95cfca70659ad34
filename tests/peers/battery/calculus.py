# ruff: noqa: E741 (the quantities bear the names of the problems)
"""Second derivatives, Jacobians, paths, exact numbers, updates, and the grammar: sums, slices, conditions."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from tests.peers.battery.cases import case


def ask(kind: str, of: str, by: list[str] | str, more: str = "") -> str:
    """One ask as text."""
    return f"[[ask]]\n{kind} = '{of}'\nby = {by!r}\n{more}\n"


@case(
    "x:2 W1:4x2 b1:4 W2:2x4 b2:2 y:2",
    "z1 = W1 x + b1\na1 = tanh(z1)\nz2 = W2 a1 + b2\na2 = tanh(z2)\nL = mse(a2, y)",
    ask("hessian", "L", ["W1", "b1", "W2", "b2"]) + ask("gradient", "L", ["W1", "b1", "W2", "b2"]),
)
def hessian_of_a_tanh_network(x, W1, b1, W2, b2, y):
    z1 = W1 @ x + b1
    a1 = torch.tanh(z1)
    z2 = W2 @ a1 + b2
    a2 = torch.tanh(z2)
    return dict(z1=z1, a1=a1, z2=z2, a2=a2, L=F.mse_loss(a2, y))


@case(
    "X:4x3 w:3 b: t:4",
    "p = sigmoid(X w + b)\nL = bce(p, t)",
    ask("hessian", "L", ["b", "w"]),
    values={"t": [1, 0, 0, 1]},
)
def hessian_of_logistic_regression(X, w, b, t):
    p = torch.sigmoid(X @ w + b)
    return dict(p=p, L=F.binary_cross_entropy(p, t))


@case(
    "z:4",
    "L = softmax_cross_entropy(z, y)",
    ask("hessian", "L", ["z"]),
    values={"y": [0, 1, 0, 0]},
)
def hessian_of_softmax_cross_entropy(z, y):
    return dict(L=F.cross_entropy(z, y))


@case(
    "x:3 W:2x3 y:2",
    "a = sigmoid(W x)\nL = half_sse(a, y)",
    ask("hessian", "L", ["W[2,1]", "x[3]", "W[1,1]"]),
)
def hessian_by_entries(x, W, y):
    a = torch.sigmoid(W @ x)
    return dict(a=a, L=(a - y).square().sum() / 2)


@case(
    "",
    "f = x^2 y - 2 x y^3 + x/y",
    ask("hessian", "f", ["x", "y"])
    + ask("gradient", "f", ["x", "y"])
    + ask("value", "f", []).replace("by = []", ""),
    values={"x": "1/3", "y": "-3/2"},
    unfolded=True,
)
def scalar_polynomial(x, y):
    return dict(f=x * x * y - 2 * x * y**3 + x / y)


@case("v:4 A:4x4", "q = v^T A v + norm(v)", ask("hessian", "q", ["v"]) + ask("gradient", "q", ["v", "A"]))
def hessian_of_a_quadratic_form(v, A):
    return dict(q=v @ A @ v + v.norm())


@case("z:3", "p = softmax(z)", ask("jacobian", "p", ["z"]))
def jacobian_of_softmax(z):
    return dict(p=torch.softmax(z, 0))


@case("x:3 W:2x3 b:2", "a = tanh(W x + b)", ask("jacobian", "a", ["W", "x", "b"]))
def jacobian_of_a_layer(x, W, b):
    return dict(a=torch.tanh(W @ x + b))


@case("X:2x3 W:3x2", "Z = X W", ask("jacobian", "Z", ["W", "X"]))
def jacobian_of_a_matrix_by_a_matrix(X, W):
    return dict(Z=X @ W)


@case("r: s:", "v = [r cos(s), r sin(s), r s]", ask("jacobian", "v", ["r", "s"]))
def jacobian_of_a_curve(r, s):
    return dict(v=torch.stack([r * s.cos(), r * s.sin(), r * s]))


@case(
    "x:2 W1:2x2 b1: W2:2x2 b2: y:2",
    "h = sigmoid(W1 x + b1)\no = tanh(W2 h + b2)\nL = mse(o, y)",
    ask("paths", "L", ["W1[1,2]", "x[2]", "b1", "W2[2,1]"]) + ask("gradient", "L", ["W1[1,2]", "b1", "b2"]),
)
def paths_with_shared_biases(x, W1, b1, W2, b2, y):
    h = torch.sigmoid(W1 @ x + b1)
    o = torch.tanh(W2 @ h + b2)
    return dict(h=h, o=o, L=F.mse_loss(o, y))


@case(
    "",
    "f = x^2 + 3 x y + y^2",
    ask("paths", "f", ["x", "y"]) + ask("gradient", "f", ["x", "y"]),
    values={"x": 2, "y": 3},
    unfolded=True,
)
def paths_of_an_expression(x, y):
    return dict(f=x**2 + 3 * x * y + y**2)


NETWORK = "z = W x + b\na = sigmoid(z)\nL = half_sse(a, y)"


def network(x, W, b, y):
    z = W @ x + b
    a = torch.sigmoid(z)
    return dict(z=z, a=a, L=(a - y).square().sum() / 2)


def update(rule: str, more: str) -> str:
    return f"[[ask]]\nupdate = '{rule}'\nof = 'L'\nby = ['W', 'b']\n{more}"


RULES = {
    "gd": ("steps = 3\nlearning_rate = 0.5", lambda p: torch.optim.SGD(p, 0.5), {}),
    "momentum": ("steps = 4\nlearning_rate = 0.1\nmomentum = 0.9", None, {}),
    "adam": (
        "steps = 5\nlearning_rate = 0.05",
        lambda p: torch.optim.Adam(p, 0.05),
        {"m": "exp_avg", "v": "exp_avg_sq"},
    ),
    "adamw": (
        "steps = 4\nlearning_rate = 0.05\nweight_decay = 0.1",
        lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1),
        {"m": "exp_avg", "v": "exp_avg_sq"},
    ),
    "rmsprop": (
        "steps = 4\nlearning_rate = 0.02\nrho = 0.9\nepsilon = 1e-6",
        lambda p: torch.optim.RMSprop(p, 0.02, alpha=0.9, eps=1e-6),
        {"s": "square_avg"},
    ),
    "adagrad": (
        "steps = 4\nlearning_rate = 0.1\nepsilon = 1e-7",
        lambda p: torch.optim.Adagrad(p, 0.1, eps=1e-7),
        {"s": "sum"},
    ),
    "adadelta": (
        "steps = 3\nlearning_rate = 1\nrho = 0.9\nepsilon = 1e-6",
        lambda p: torch.optim.Adadelta(p, 1.0, rho=0.9, eps=1e-6),
        {},
    ),
    "nadam": ("steps = 3\nlearning_rate = 0.05", None, {}),
}  # fmt: skip


class Heavy(torch.optim.Optimizer):
    """Heavy ball with the rate inside: v = 0.9 v - 0.1 g."""

    def __init__(self, params):
        super().__init__(params, {})

    @torch.no_grad()
    def step(self):
        for p in self.param_groups[0]["params"]:
            v = self.state[p].setdefault("v", torch.zeros_like(p))
            v.mul_(0.9).sub_(0.1 * p.grad)
            p.add_(v)


for rule, (more, optimizer, state) in RULES.items():
    if optimizer is None and rule != "momentum":
        continue
    case(
        "x:3 W:2x3 b: y:2", NETWORK, update(rule, more), name=f"update_{rule}",
        optimizer=optimizer or Heavy, state=state or ({"v": "v"} if rule == "momentum" else {}),
    )(network)  # fmt: skip


def layered(activation, bias=True):
    def run(x, W1, W2, y, b1=None, b2=None):
        z1 = F.linear(x, W1, b1)
        a1 = activation(z1)
        z2 = F.linear(a1, W2, b2)
        return dict(z1=z1, a1=a1, z2=z2, L=F.mse_loss(z2, y))

    if bias:
        return lambda x, W1, b1, W2, b2, y: run(x, W1, W2, y, b1, b2)
    return lambda x, W1, W2, y: run(x, W1, W2, y)


case(
    "x:3 W1:4x3 b1:4 W2:2x4 b2:2 y:2", "",
    "[network]\ninput = 'x'\nlayers = [{dense = 4, activation = 'tanh'}, {dense = 2}]\nloss = {mse = 'y'}\n"
    + ask("gradient", "L", ["W1", "b1", "W2", "b2", "x"]),
    name="network_column",
)(layered(torch.tanh))  # fmt: skip
case(
    "x:3 W1:4x3 W2:2x4 y:2", "",
    "[network]\ninput = 'x'\n"
    "layers = [{dense = 4, activation = 'elu', bias = false}, {dense = 2, bias = false}]\n"
    "loss = {mse = 'y'}\n" + ask("gradient", "L", ["W1", "W2"]),
    name="network_without_biases",
)(layered(F.elu, False))  # fmt: skip


@case(
    "X:5x3 W1:3x4 b1:4 W2:4x2 b2:2", "",
    "[network]\ninput = 'X'\n"
    "layers = [{dense = 4, activation = 'relu'}, {dense = 2, activation = 'softmax'}]\n"
    "loss = {cross_entropy = 'Y'}\n" + ask("gradient", "L", ["W1", "b1", "W2", "b2"]),
    values={"Y": [[1, 0], [0, 1], [1, 0], [1, 0], [0, 1]]},
)  # fmt: skip
def network_rows(X, W1, b1, W2, b2, Y):
    z1 = X @ W1 + b1
    a1 = F.relu(z1)
    z2 = a1 @ W2 + b2
    a2 = F.softmax(z2, 1)
    return dict(z1=z1, a1=a1, z2=z2, a2=a2, L=-(a2.log() * Y).sum() / 5)


@case("x: w: c:", "sq(u) = u^2\naff(u, k) = k u + c\na = aff(x, w)\nL = sq(a) + sq(aff(w, x)) * a")
def functions_of_the_problem(x, w, c):
    a = w * x + c
    return dict(a=a, L=a**2 + (x * w + c) ** 2 * a)


@case("x:5 m:", "c = where(x > m, x^2, m * x)\nd = (x > 0) * x\nL = sum(c) + sum(d * c)")
def conditions(x, m):
    c = torch.where(x > m, x * x, m * x)
    d = F.relu(x)
    return dict(c=c, d=d, L=c.sum() + d @ c)


EXTREMES = """
    C = max(A, B)
    D = min(min(A, B), 0.3)
    r = max(C, axis=2)
    s = min(A, axis=1)
    L = sum(r^2) + sum(s^2) + sum(D * C)
"""
TIED = {
    "A": [[1, 2, 2, 0.3], [1, -1, 0.5, 0.3], [-1, 2, -0.5, 0.1]],
    "B": [[1, 0, 2, 1], [0, -1, 2, 0.7], [-2, 1, 0.1, 0.1]],
}


@case("A:3x4 B:3x4", EXTREMES)
def largest_and_least(A, B):
    C = torch.maximum(A, B)
    D = torch.minimum(A, B).clamp(max=0.3)
    r, s = C.max(1).values, A.min(0).values
    return dict(C=C, D=D, r=r, s=s, L=r @ r + s @ s + (D * C).sum())


@case(
    "",
    "r = max(A, axis=2)\ns = min(B, axis=1)\nC = max(A, B)\nL = sum(r^2) + sum(s^2) + sum(C^2)",
    head="[conventions]\nties = 'share'",
    values=TIED,
)
def ties_that_share(A, B):
    r, s, C = A.amax(1), B.amin(0), torch.maximum(A, B)
    return dict(r=r, s=s, C=C, L=r @ r + s @ s + (C * C).sum())


@case("", "r = max(A, axis=2)\ns = min(B, axis=1)\nL = sum(r^2) + sum(s^2)", values=TIED)
def first_of_ties(A, B):
    first = torch.tensor([1, 0, 1])  # torch promises no order among equals
    r = A[torch.arange(3), first]
    s = torch.stack([B[2, 0], B[1, 1], B[2, 2], B[2, 3]])
    return dict(r=r, s=s, L=r @ r + s @ s)


@case("x:4", "P = prod(1 + x[i]^2, i=1..4)\nQ = prod(x[i], i=1..3)\nL = log(P) + Q")
def products_of_entries(x):
    P, Q = (1 + x * x).prod(), x[:3].prod()
    return dict(P=P, Q=Q, L=P.log() + Q)


@case("A:3x3 x:3", "q = sum(sum(A[i,j] x[i] x[j]^2, j=1..3), i=1..3)\nL = q^2")
def double_sum(A, x):
    q = torch.einsum("ij,i,j->", A, x, x**2)
    return dict(q=q, L=q * q)


@case("w:4 x: y:", "p = sum(w[k] x^(k-1), k=1..4)\nL = (p - y)^2 / 2", values={"x": -0.7})
def polynomial_model(w, x, y):
    p = w[0] + w[1] * x + w[2] * x**2 + w[3] * x**3
    return dict(p=p, L=(p - y) ** 2 / 2)


@case(
    "W:4x5 x:5 v:3",
    "u = W[2:4,:] x\nr = W[1,:]\nc = W[:,3]\nL = u^T v + r^T x + c[2:3]^T v[1:2] + W[4,5] x[1]",
)
def slices(W, x, v):
    u, r, c = W[1:4] @ x, W[0] * 1, W[:, 2] * 1
    return dict(u=u, r=r, c=c, L=u @ v + r @ x + c[1:3] @ v[:2] + W[3, 4] * x[0])


@case(
    "A:3x4",
    "S = softmax(A, axis=1)\nT = log_softmax(A)\nl = logsumexp(A, axis=1)\n"
    "m = mean(A, axis=2)\ns = sum(A^2, axis=1)\n"
    "L = sum(S * T) + sum(l * s) + sum(m^2)",
)
def keywords_with_axes(A):
    S, T = torch.softmax(A, 0), torch.log_softmax(A, 1)
    l, m, s = torch.logsumexp(A, 0), A.mean(1), (A**2).sum(0)
    return dict(S=S, T=T, l=l, m=m, s=s, L=(S * T).sum() + l @ s + m @ m)


@case("u:3 v:3 A:3x3", "B = u v^T + A^T\nd = diag(u) v\nL = trace(B A) + u^T d + |v| + norm1(u) + |u - v|^2")
def matrices(u, v, A):
    B = torch.outer(u, v) + A.T
    d = u * v
    return dict(
        B=B, d=d, L=torch.trace(B @ A) + u @ d + v.norm() + u.abs().sum() + F.mse_loss(u, v, reduction="sum")
    )


@case(
    "a:2x3 b:2x2 c:4",
    "M = concat(a, b, axis=2)\nf = flatten(a)\nr = reshape(c, 2, 2)\ns = sort(c)\n"
    "L = sum(M^2) + f^T f + trace(r b) + s[1] s[4]",
)
def rearrangements(a, b, c):
    M, f, r, s = torch.cat([a, b], 1), a.reshape(6), c.reshape(2, 2), c.sort().values
    return dict(M=M, f=f, r=r, s=s, L=(M**2).sum() + f @ f + (r @ b).trace() + s[0] * s[3])


@case(
    "x: y:",
    "v = [x, y, x y]\nM = [[x, y], [1, x^2]]\nL = v^T v + trace(M) + sum(M * M)",
    ask("gradient", "L", ["x", "y"]),
)
def literals(x, y):
    v = torch.stack([x, y, x * y])
    M = torch.stack([torch.stack([x, y]), torch.stack([torch.ones_like(x), x * x])])
    return dict(v=v, M=M, L=v @ v + M.trace() + (M * M).sum())


@case(
    "x: s:",
    "a = exp(-x^2/2) cos(3 x)\nb = log(1 + x^2) sqrt(2 + sin(x))\n"
    "c = (1 + x^2)^s + 2^x + |x|^3\nL = a b + c/(1 + a^2)",
)
def elementary_functions(x, s):
    a = torch.exp(-x * x / 2) * torch.cos(3 * x)
    b = torch.log1p(x * x) * torch.sqrt(2 + torch.sin(x))
    c = (1 + x * x) ** s + torch.exp2(x) + x.abs() ** 3
    return dict(a=a, b=b, c=c, L=a * b + c / (1 + a * a))


@case(
    "x:3 W:2x3 y:2 V:2x3",
    "a = tanh(W x)\nb = sigmoid(V x)\nL = mse(a, y)\nM = mse(b, a)",
    ask("gradient", "L", ["W", "x"])
    + ask("gradient", "M", ["W", "V", "x"])
    + ask("value", "M", []).replace("by = []", ""),
)
def two_losses(x, W, V, y):
    a, b = torch.tanh(W @ x), torch.sigmoid(V @ x)
    return dict(a=a, b=b, L=F.mse_loss(a, y), M=F.mse_loss(b, a))


@case("x:3 N:", "m = sum(x) / N\nL = sum((x - m)^2) / (N - 1)", values={"N": 3})
def sample_variance(x, N):
    m = x.sum() / N
    return dict(m=m, L=torch.sum((x - m) ** 2) / (N - 1))


@case("x:3", "y1 = x\ny2 = y1\nL = y1^T y2 + sum(y2)", ask("gradient", "L", ["x"]))
def aliases(x):
    y1 = x * 1
    y2 = y1 * 1
    return dict(y1=y1, y2=y2, L=y1 @ y2 + y2.sum())


@case("a:2 b:3", "P = a b^T\nQ = a.T P b\nL = Q^2 / 2 + sum(P @ b)")
def products_of_vectors(a, b):
    P = torch.outer(a, b)
    Q = a @ P @ b
    return dict(P=P, Q=Q, L=Q**2 / 2 + (P @ b).sum())
