# ruff: noqa: E741 (the quantities bear the names of the problems)
"""Architectures by the names of their layers, in `[network]` and as functions of the lecturer's own."""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from tests.peers.battery.cases import case

half = 0.5


def net(layers: str, inp: str = "x", loss: str = "") -> str:
    """A `[network]` table."""
    return f"[network]\ninput='{inp}'\nlayers=[{layers}]\n" + (f"loss={{{loss}}}\n" if loss else "")


def rnn(x, h, Wx, Wh, b):
    return torch.tanh(Wx @ x + Wh @ h + b)


def lstm(x, h, c, W, U, b):
    i, f, g, o = (W @ x + U @ h + b).chunk(4)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@case(
    "x:5 W1:6x5 b1:6 W2:1x6 b2:1 W3:3x1 b3:3 y:3",
    "",
    head=net("{dense=6,activation='elu'},{dense=1,activation='tanh'},{dense=3}", loss="mse='y'"),
    unfolded=True,
)
def network_with_a_bottleneck(x, W1, b1, W2, b2, W3, b3, y):
    a = F.elu(W1 @ x + b1)
    a2 = torch.tanh(W2 @ a + b2)
    z = W3 @ a2 + b3
    return dict(z3=z, L=F.mse_loss(z, y))


@case(
    "X:4x3 W1:3x5 b1:5 gamma2:5 beta2:5 W4:5x2 Y:4x2",
    "",
    head=net(
        "{dense=5},{batch_norm=true},{activation='relu'},{dense=2,bias=false}", inp="X", loss="half_sse='Y'"
    ),
    unfolded=True,
)
def network_with_batch_norm(X, W1, b1, gamma2, beta2, W4, Y):
    z = X @ W1 + b1
    n = F.batch_norm(z, None, None, gamma2, beta2, training=True)
    a = F.relu(n)
    z4 = a @ W4
    return dict(z1=z, n2=n, z4=z4, L=half * ((z4 - Y) ** 2).sum())


@case(
    "x:4 W1:3x4 b1:3 gamma2:3 beta2:3 W3:2x3 b3:2 m4:2 y:2",
    "",
    head=net("{dense=3},{layer_norm=true,activation='gelu'},{dense=2},{dropout=0.25}", loss="mse='y'"),
    values={"m4": [1, 0]},
    unfolded=True,
)
def network_with_layer_norm_and_dropout(x, W1, b1, gamma2, beta2, W3, b3, m4, y):
    z = W1 @ x + b1
    n = F.layer_norm(z, (3,), gamma2, beta2)
    a = F.gelu(n)
    z3 = W3 @ a + b3
    d = z3 * m4 / 0.75
    return dict(n2=n, z3=z3, d4=d, L=F.mse_loss(d, y))


@case(
    "X:3x4 W1:4x3 b1:3 gamma2:3 beta2:3 Y:3x3",
    "",
    head=net("{dense=3},{layer_norm=true}", inp="X", loss="softmax_cross_entropy='Y'"),
    values={"Y": [[1, 0, 0], [0, 0, 1], [0, 1, 0]]},
    unfolded=True,
)
def network_with_layer_norm_of_rows(X, W1, b1, gamma2, beta2, Y):
    z = X @ W1 + b1
    n = F.layer_norm(z, (3,), gamma2, beta2)
    return dict(z1=z, n2=n, L=F.cross_entropy(n, Y))


@case(
    "x:3 W:8x3 b:8 V:2x4 c:2 y:2",
    """
    h = maxout(x, W, b, pieces=2)
    o = V h + c
    L = half_sse(o, y)
    """,
    unfolded=True,
)
def maxout_by_name(x, W, b, V, c, y):
    z = (W @ x + b).reshape(2, 4).max(0).values
    o = V @ z + c
    return dict(h=z, o=o, L=half * ((o - y) ** 2).sum())


@case("x:4 C:3x4 s:3+ W:2x3 b:2 y:2", "p = rbf(x, C, s)\no = W p + b\nL = half_sse(o,y)", unfolded=True)
def radial_units_by_name(x, C, s, W, b, y):
    p = torch.exp(-((C - x) ** 2).sum(1) / (2 * s**2))
    o = W @ p + b
    return dict(p=p, o=o, L=half * ((o - y) ** 2).sum())


@case(
    "x:3 W1:5x3 b1:5 W2:3x5 b2:3 W3:4x3 b3:4 W4:3x4 b4:3 y:3",
    """
    h1 = residual(x, W1, b1, W2, b2)
    h2 = residual(h1, W3, b3, W4, b4)
    L = half_sse(h2, y)
    """,
    unfolded=True,
)
def residual_twice(x, W1, b1, W2, b2, W3, b3, W4, b4, y):
    h = x + W2 @ F.relu(W1 @ x + b1) + b2
    g = h + W4 @ F.relu(W3 @ h + b3) + b4
    return dict(h1=h, h2=g, L=half * ((g - y) ** 2).sum())


@case(
    "X:3x6 U:4x3 a:4 V:2x4 c:2 T:2x6",
    """
    Z = U X + a ones(6)^T
    H = relu(Z)
    S = V H + c ones(6)^T
    P = softmax(S, axis=1)
    L = -sum(T * log(P)) / 6
    """,
    values={"T": [[1, 0, 1, 1, 0, 0], [0, 1, 0, 0, 1, 1]]},
    unfolded=True,
)
def softmax_of_columns(X, U, a, V, c, T):
    S = V @ F.relu(U @ X + a[:, None]) + c[:, None]
    P = F.softmax(S, 0)
    return dict(S=S, P=P, L=-(T * P.log()).sum() / 6)


@case(
    "X:5x3 g:3 b:3 Y:5x3",
    """
    mu = mean(X, axis=1)
    v = mean((X - mu)^2, axis=1)
    N = (X - mu) / sqrt(v + 1/1000)
    O = g * N + b
    L = half_sse(O, Y)
    """,
    unfolded=True,
)
def batchnorm_by_hand(X, g, b, Y):
    O = F.batch_norm(X, None, None, g, b, training=True, eps=1e-3)
    return dict(O=O, L=half * ((O - Y) ** 2).sum())


@case(
    "x:2 W:2x2 b:2 v:2 c: t:",
    """
    h = sigmoid(W x + b)
    p = sigmoid(v^T h + c)
    L = bce(p, t)
    """,
    values={"x": [1, 0], "t": 1},
    asks="[[ask]]\ngradient='L'\nby=['W','b','v','c']\n[[ask]]\nhessian='L'\nby=['v']",
    unfolded=True,
)
def two_sigmoid_units_and_a_curvature(x, W, b, v, c, t):
    h = torch.sigmoid(W @ x + b)
    p = torch.sigmoid(v @ h + c)
    return dict(h=h, p=p, L=F.binary_cross_entropy(p, t))


@case(
    "X:2x7 K1:3x2x3 b1:3 W4:2x6 b4:2 y:2",
    "",
    head=net(
        "{conv1d=3,kernel=3,stride=2,pad=0,activation='tanh'},{activation='sigmoid'},{flatten=true},{dense=2}",
        inp="X",
        loss="mse='y'",
    ),
    values={
        "W4": [
            [0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.1, 0.3, -0.2],
            [0.3, -0.2, 0.1, 0.2, 0.2, 0.4, -0.5, 0.6, 0.7],
        ]
    },
    unfolded=True,
)
def network_of_strided_convolutions(X, K1, b1, W4, b4, y):
    z = F.conv1d(X[None], K1, b1, stride=2)[0]
    a = torch.sigmoid(torch.tanh(z)).reshape(-1)
    o = W4 @ a + b4
    return dict(z1=z, z4=o, L=F.mse_loss(o, y))


@case(
    "X:3x6x5 K1:2x3x3x3 b1:2 W4:3x4 b4:3 y:3",
    "",
    head=net(
        "{conv2d=2,kernel=3,pad=1,activation='relu'},{max_pool2d=3,stride=2},{flatten=true},{dense=3}",
        inp="X",
        loss="softmax_cross_entropy='y'",
    ),
    values={
        "W4": [
            [0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.1, 0.3],
            [0.3, -0.2, 0.1, 0.2, 0.2, 0.4, -0.5, 0.6],
            [0.5, -0.4, 0.3, 0.1, 0.25, -0.1, 0.2, 0.3],
        ],
        "y": [0, 1, 0],
    },
    unfolded=True,
)
def network_with_overlapping_pools(X, K1, b1, W4, b4, y):
    z = F.conv2d(X[None], K1, b1, padding=1)
    p = F.max_pool2d(F.relu(z), 3, 2)[0]
    o = W4 @ p.reshape(-1) + b4
    return dict(p2=p, z4=o, L=F.cross_entropy(o, y))


@case("X:7x5 K:2x3 y:2x3", "Z = conv2d(X, K, stride=2, pad=1)\nL = half_sse(Z[1:2,1:3], y)", unfolded=True)
def stride_and_padding(X, K, y):
    Z = F.conv2d(X[None, None], K[None, None], stride=2, padding=1)[0, 0]
    return dict(Z=Z, L=half * ((Z[:2, :3] - y) ** 2).sum())


@case(
    "X:2x6x7 K:3x2x2x2 b:3",
    """
    Z = convolution2d(X, K, b, stride=2, pad=1, dilation=2)
    L = sum(tanh(Z))
    """,
    unfolded=True,
)
def dilated_channels(X, K, b):
    Z = F.conv2d(X[None], K, b, stride=2, padding=1, dilation=2)[0]
    return dict(Z=Z, L=torch.tanh(Z).sum())


@case(
    "x:2x4 K:2x3x3 b:3 y:3x9",
    """
    z = transposed_convolution1d(x, K, b, stride=2, extra=0)
    L = half_sse(z, y)
    """,
    unfolded=True,
)
def transposed_in_one_dimension(x, K, b, y):
    z = F.conv_transpose1d(x[None], K, b, stride=2)[0]
    return dict(z=z, L=half * ((z - y) ** 2).sum())


@case(
    "X:2x3x2 K:2x1x3x2 b:1",
    """
    Z = transposed_convolution2d(X, K, b, stride=2, pad=1, extra=1)
    L = sum(sigmoid(Z))
    """,
    unfolded=True,
)
def transposed_in_two_dimensions(X, K, b):
    Z = F.conv_transpose2d(X[None], K, b, stride=2, padding=1, output_padding=1)[0]
    return dict(Z=Z, L=torch.sigmoid(Z).sum())


@case("X:5x7 w:6", "P = max_pool(X, 3, stride=2)\nf = flatten(P)\nL = w^T f", unfolded=True)
def pools_of_an_odd_input(X, w):
    P = F.max_pool2d(X[None, None], 3, 2)[0, 0]
    return dict(P=P, L=w @ P.reshape(-1))


@case(
    "X:5x2 Wx:3x2 Wh:3x3 b:3 V:2x3 c:2 Y:5x2 h[0]:3",
    """
    h[t=1..5] = rnn_cell(X[t], h[t-1], Wx, Wh, b)
    o[t=1..5] = V h[t] + c
    L = sum(|o[t] - Y[t]|^2, t=1..5) / 2
    """,
    unfolded=True,
)
def recurrent_by_name(X, Wx, Wh, b, V, c, Y, h_0):
    h = h_0
    L = 0
    d = {}
    for t in range(5):
        h = rnn(X[t], h, Wx, Wh, b)
        o = V @ h + c
        L = L + half * ((o - Y[t]) ** 2).sum()
        d[f"h[{t + 1}]"] = h
        d[f"o[{t + 1}]"] = o
    return dict(d, L=L)


@case(
    "x[1]:2 x[2]:2 x[3]:2 x[4]:2 s[0]:3 A:3x2 B:3x3 v:3 t:",
    """
    cell(u, z) = relu(A u + B z)
    s[k=1..4] = cell(x[k], s[k-1])
    p = sigmoid(v^T s[4])
    L = -t log(p) - (1-t) log(1-p)
    """,
    values={"t": 1},
    unfolded=True,
)
def recurrent_by_a_function(x_1, x_2, x_3, x_4, s_0, A, B, v, t):
    s = s_0
    for x in (x_1, x_2, x_3, x_4):
        s = F.relu(A @ x + B @ s)
    p = torch.sigmoid(v @ s)
    return {"s[4]": s, "p": p, "L": F.binary_cross_entropy(p, t)}


@case(
    "X:4x3 h[0]:2 c[0]:2 W:8x3 U:8x2 b:8 V:2x2 d:2 y:2",
    """
    h[t=1..4], c[t=1..4] = lstm_cell(X[t], h[t-1], c[t-1], W, U, b)
    z = V h[4] + d
    L = softmax_cross_entropy(z, y)
    """,
    values={"y": [0, 1]},
    unfolded=True,
)
def long_short_term_memory_by_name(X, h_0, c_0, W, U, b, V, d, y):
    h, c = h_0, c_0
    for t in range(4):
        h, c = lstm(X[t], h, c, W, U, b)
    z = V @ h + d
    return {"h[4]": h, "c[4]": c, "z": z, "L": F.cross_entropy(z, y)}


@case(
    "X:3x2 W:6x2 U:6x2 b:6 h[0]:2 V:1x2 y:1",
    """
    h[t=1..3] = gru_cell(X[t], h[t-1], W, U, b)
    o = V h[3]
    L = half_sse(o, y)
    """,
    unfolded=True,
)
def gated_unit_by_name(X, W, U, b, h_0, V, y):
    h = h_0
    for t in range(3):
        a = W @ X[t] + b
        u = U @ h
        r = torch.sigmoid(a[:2] + u[:2])
        z = torch.sigmoid(a[2:4] + u[2:4])
        g = torch.tanh(a[4:] + U[4:] @ (r * h))
        h = (1 - z) * g + z * h
    o = V @ h
    return {"h[3]": h, "o": o, "L": half * ((o - y) ** 2).sum()}


@case(
    "X:4x2 p0:3 q0:2 A:3x2 B:3x3 a:3 C:2x2 D:2x2 d:2 V:1x5 Y:4",
    """
    h = bidirectional(X, p0, q0, A, B, a, C, D, d)
    o[t=1..4] = V h[t]
    L = sum((o[t][1] - Y[t])^2, t=1..4) / 4
    """,
    unfolded=True,
)
def both_directions_by_name(X, p0, q0, A, B, a, C, D, d, V, Y):
    f: list[torch.Tensor] = []
    r: list[torch.Tensor] = []
    p = p0
    q = q0
    for t in range(4):
        p = rnn(X[t], p, A, B, a)
        f.append(p)
    for t in range(3, -1, -1):
        q = rnn(X[t], q, C, D, d)
        r.insert(0, q)
    h = [torch.cat(z) for z in zip(f, r, strict=True)]
    return {"h[1]": h[0], "h[4]": h[3], "L": sum((V @ h[t] - Y[t])[0] ** 2 for t in range(4)) / 4}


@case(
    "X:3x2 f[0]:2 g[4]:2 A:2x2 B:2x2 C:2x2 D:2x2 w:4 y:",
    """
    f[t=1..3] = tanh(A X[t] + B f[t-1])
    g3 = tanh(C X[3] + D g[4])
    g2 = tanh(C X[2] + D g3)
    g1 = tanh(C X[1] + D g2)
    s = w^T concat(f[3], g1)
    L = (s - y)^2 / 2
    """,
    unfolded=True,
)
def both_directions_written_out(X, f_0, g_4, A, B, C, D, w, y):
    f = f_0
    for t in range(3):
        f = torch.tanh(A @ X[t] + B @ f)
    g = g_4
    for t in (2, 1, 0):
        g = torch.tanh(C @ X[t] + D @ g)
    s = w @ torch.cat([f, g])
    return {"s": s, "g1": g, "L": half * (s - y) ** 2}


@case(
    "h[1]:2 h[2]:2 h[3]:2 s:3 W:4x3 U:4x2 v:4 y:2",
    """
    e[i=1..3] = v^T tanh(W s + U h[i])
    a = softmax([e[1], e[2], e[3]])
    c = sum(a[i] h[i], i=1..3)
    L = half_sse(c, y)
    """,
    unfolded=True,
)
def additive_scores_written_out(h_1, h_2, h_3, s, W, U, v, y):
    H = torch.stack([h_1, h_2, h_3])
    e = torch.tanh(H @ U.T + W @ s) @ v
    al = F.softmax(e, 0)
    c = H.T @ al
    return dict(a=al, c=c, L=half * ((c - y) ** 2).sum())


@case(
    "X:4x3 A:3x2 B:3x2 C:3x2 Y:4x2",
    """
    Q = X A
    K = X B
    V = X C
    O = masked_attention(Q, K, V, M)
    L = half_sse(O, Y)
    """,
    values={"M": [[0, -100, -100, -100], [0, 0, -100, -100], [0, 0, 0, -100], [0, 0, 0, 0]]},
    asks="[[ask]]\ngradient='L'\nby=['A','B','C','X']",
    unfolded=True,
)
def attention_with_a_mask(X, A, B, C, Y, M):
    O = F.softmax((X @ A) @ (X @ B).T / math.sqrt(2) + M, -1) @ (X @ C)
    return dict(O=O, L=half * ((O - Y) ** 2).sum())


@case(
    "X:3x4 A:4x4 B:4x4 C:4x4 D:4x4 Y:3x4",
    """Q = X A
K = X B
V = X C
head(k) = softmax(Q[:,2k-1:2k] K[:,2k-1:2k]^T / sqrt(2)) V[:,2k-1:2k]
H = concat(head(1), head(2), axis=2)
O = H D
L = mse(O, Y)""",
    unfolded=True,
)
def heads_cut_from_matrices(X, A, B, C, D, Y):
    Q, K, V = X @ A, X @ B, X @ C
    H = torch.cat(
        [F.softmax(Q[:, s] @ K[:, s].T / math.sqrt(2), -1) @ V[:, s] for s in (slice(0, 2), slice(2, 4))], 1
    )
    O = H @ D
    return dict(H=H, O=O, L=F.mse_loss(O, Y))


@case(
    "x[1]:2 x[2]:2 x[3]:2 h[0]:2 A:2x2 B:2x2 b:2 C:2x2 D:2x2 E:2x2 V:2x2 P:2x2 Q:2x2 v:2 s[0]:2",
    """h[t=1..3] = rnn_cell(x[t], h[t-1], A, B, b)
H = [h[1], h[2], h[3]]
c[1] = additive_attention(s[0], H, P, Q, v)
s[1] = tanh(C c[1] + D s[0] + E y[0])
c[2] = additive_attention(s[1], H, P, Q, v)
s[2] = tanh(C c[2] + D s[1] + E y[1])
L = cross_entropy(softmax(V s[1]), y[1]) + cross_entropy(softmax(V s[2]), y[2])""",
    values={"y[0]": [0, 0], "y[1]": [1, 0], "y[2]": [0, 1]},
    unfolded=True,
)
def decoder_with_attention(x_1, x_2, x_3, h_0, A, B, b, C, D, E, V, P, Q, v, s_0, y_0, y_1, y_2):
    h = h_0
    hs = []
    for x in (x_1, x_2, x_3):
        h = rnn(x, h, A, B, b)
        hs.append(h)
    H = torch.stack(hs)
    s = s_0
    L = 0
    d = {}
    for t, (a, y) in enumerate(((y_0, y_1), (y_1, y_2)), 1):
        al = F.softmax(torch.tanh(H @ Q.T + P @ s) @ v, 0)
        c = H.T @ al
        s = torch.tanh(C @ c + D @ s + E @ a)
        L = L + F.cross_entropy(V @ s, y)
        d[f"c[{t}]"] = c
        d[f"s[{t}]"] = s
    return dict(d, L=L)


@case(
    "h[1]:3 h[2]:3 h[3]:3 s:3 Z:3x3 y:3",
    """score(u, k) = u^T Z k
e = [score(s, h[1]), score(s, h[2]), score(s, h[3])]
a = softmax(e)
c = a[1] h[1] + a[2] h[2] + a[3] h[3]
L = |c - y|^2 / 2""",
    unfolded=True,
)
def bilinear_scores(h_1, h_2, h_3, s, Z, y):
    H = torch.stack([h_1, h_2, h_3])
    a = F.softmax(H @ Z.T @ s, 0)
    c = H.T @ a
    return dict(a=a, c=c, L=half * ((c - y) ** 2).sum())


@case(
    "X:3x4 A:4x4 B:4x4 C:4x4 D:4x4 g:4 b:4 p:4 q:4 W1:4x6 b1:6 W2:6x4 b2:4 Y:3x4",
    """C1(Z) = Z - mean(Z, axis=2) ones(4)^T
    ln(Z, u, w) = u * (C1(Z) / (sqrt(mean(C1(Z)^2, axis=2) + 1/100000) ones(4)^T)) + w
N = ln(X, g, b)
S = (N A) (N B)^T / 2
P = softmax(S)
R = X + P (N C) D
M = ln(R, p, q)
F = gelu(M W1 + b1)
O = R + F W2 + b2
L = mse(O, Y)""",
    unfolded=True,
)
def block_with_norms_first(X, A, B, C, D, g, b, p, q, W1, b1, W2, b2, Y):
    N = F.layer_norm(X, (4,), g, b)
    R = X + F.softmax((N @ A) @ (N @ B).T / 2, -1) @ (N @ C) @ D
    M = F.layer_norm(R, (4,), p, q)
    O = R + F.gelu(M @ W1 + b1) @ W2 + b2
    return dict(N=N, R=R, M=M, O=O, L=F.mse_loss(O, Y))


@case(
    "X:2x3x3 U:1x2 a:1 V:2x1 b:2",
    """
    s = mean(mean(X, axis=3), axis=2)
    h = relu(U s + a)
    g = sigmoid(V h + b)
    Z = X * per_channel(g, X)
    L = sum(Z^2) / 2
    """,
    values={"a": [1.5]},
    unfolded=True,
)
def squeeze_excite(X, U, a, V, b):
    s = X.mean((1, 2))
    g = torch.sigmoid(V @ F.relu(U @ s + a) + b)
    Z = X * g[:, None, None]
    return dict(s=s, g=g, Z=Z, L=half * (Z**2).sum())


@case(
    "x:3 V:3x3 c:3 W:3x3 b:3 y:3",
    """
    H(u) = tanh(W u + b)
    T(u) = sigmoid(V u + c)
    h1 = T(x) * H(x) + (1 - T(x)) * x
    h2 = T(h1) * H(h1) + (1 - T(h1)) * h1
    L = half_sse(h2, y)
    """,
    unfolded=True,
)
def highway_by_functions(x, V, c, W, b, y):
    def f(x):
        T = torch.sigmoid(V @ x + c)
        return T * torch.tanh(W @ x + b) + (1 - T) * x

    h = f(x)
    g = f(h)
    return dict(h1=h, h2=g, L=half * ((g - y) ** 2).sum())
