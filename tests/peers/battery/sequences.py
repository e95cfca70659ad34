# ruff: noqa: E741 (the quantities bear the names of the problems)
"""Sequences: recurrences by repetition, gates, attention, convolutions and poolings."""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from tests.peers.battery.cases import case, drawn

STEPS = {"h[0]": [0, 0], "x[1]": drawn("x1", (3,)), "x[2]": drawn("x2", (3,)), "x[3]": drawn("x3", (3,))}


@case(
    "W:2x3 U:2x2 b:2 V:2x2 c:2 y:2",
    """
    h[t=1..3] = tanh(W x[t] + U h[t-1] + b)
    o = V h[3] + c
    L = half_sse(o, y)
    """,
    values=STEPS,
)
def elman_last_output(W, U, b, V, c, y, h_0, x_1, x_2, x_3):
    named, h = {}, h_0
    for t, x in enumerate([x_1, x_2, x_3], 1):
        h = named[f"h[{t}]"] = torch.tanh(W @ x + U @ h + b)
    o = V @ h + c
    return {**named, "o": o, "L": (o - y).square().sum() / 2}


@case(
    "X:3x2 Y:3x2 W:2x2 U:2x2 V:2x2",
    """
    h[t=1..3] = tanh(W X[t] + U h[t-1])
    p[t=1..3] = softmax(V h[t])
    l[t=1..3] = -sum(Y[t] * log(p[t]))
    L = sum(l[t], t=1..3)
    """,
    "[[ask]]\ngradient = 'L'\nby = ['W', 'U', 'V', 'h[0]']",
    values={"h[0]": [0.1, -0.3], "Y": [[1, 0], [0, 1], [1, 0]]},
)
def recurrent_with_a_loss_each_time(X, Y, W, U, V, h_0):
    named, h = {}, h_0
    for t in range(3):
        h = named[f"h[{t + 1}]"] = torch.tanh(W @ X[t] + U @ h)
        p = named[f"p[{t + 1}]"] = torch.softmax(V @ h, 0)
        named[f"l[{t + 1}]"] = -(Y[t] * p.log()).sum()
    return {**named, "L": named["l[1]"] + named["l[2]"] + named["l[3]"]}


@case(
    "x:3 h0:2 c0:2 Wi:2x3 Ui:2x2 bi:2 Wf:2x3 Uf:2x2 bf:2 Wg:2x3 Ug:2x2 bg:2 Wo:2x3 Uo:2x2 bo:2 y:2",
    """
    i = sigmoid(Wi x + Ui h0 + bi)
    f = sigmoid(Wf x + Uf h0 + bf)
    g = tanh(Wg x + Ug h0 + bg)
    o = sigmoid(Wo x + Uo h0 + bo)
    c = f * c0 + i * g
    h = o * tanh(c)
    L = half_sse(h, y)
    """,
)
def long_short_term_memory(x, h0, c0, Wi, Ui, bi, Wf, Uf, bf, Wg, Ug, bg, Wo, Uo, bo, y):
    weights = torch.cat([Wi, Wf, Wg, Wo]), torch.cat([Ui, Uf, Ug, Uo]), torch.cat([bi, bf, bg, bo])
    i, f, g, o = (s * 1 for s in (weights[0] @ x + weights[1] @ h0 + weights[2]).chunk(4))
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    c = f * c0 + i * g
    h = o * c.tanh()
    cell = torch.lstm_cell(x[None], (h0[None], c0[None]), *weights, torch.zeros_like(weights[2]))
    assert torch.allclose(h, cell[0]) and torch.allclose(c, cell[1])
    return dict(i=i, f=f, g=g, o=o, c=c, h=h, L=(h - y).square().sum() / 2)


@case(
    "X:2x2 Wi:1x2 Ui:1x1 Wf:1x2 Uf:1x1 Wg:1x2 Ug:1x1 Wo:1x2 Uo:1x1 y:1",
    """
    i1 = sigmoid(Wi X[1] + Ui h0)
    f1 = sigmoid(Wf X[1] + Uf h0)
    g1 = tanh(Wg X[1] + Ug h0)
    o1 = sigmoid(Wo X[1] + Uo h0)
    c1 = f1 * c0 + i1 * g1
    h1 = o1 * tanh(c1)
    i2 = sigmoid(Wi X[2] + Ui h1)
    f2 = sigmoid(Wf X[2] + Uf h1)
    g2 = tanh(Wg X[2] + Ug h1)
    o2 = sigmoid(Wo X[2] + Uo h1)
    c2 = f2 * c1 + i2 * g2
    h2 = o2 * tanh(c2)
    L = sse(h2, y)
    """,
    values={"h0": [0], "c0": [0]},
)
def two_steps_of_an_lstm(X, Wi, Ui, Wf, Uf, Wg, Ug, Wo, Uo, h0, c0, y):
    h, c = h0, c0
    named: dict[str, torch.Tensor] = {}
    for t in (1, 2):
        x = X[t - 1]
        i, f, o = (torch.sigmoid(A @ x + B @ h) for A, B in ((Wi, Ui), (Wf, Uf), (Wo, Uo)))
        g = torch.tanh(Wg @ x + Ug @ h)
        c = f * c + i * g
        h = o * torch.tanh(c)
        named |= {f"i{t}": i, f"f{t}": f, f"g{t}": g, f"o{t}": o, f"c{t}": c, f"h{t}": h}
    return {**named, "L": (h - y).square().sum()}


@case(
    "x:3 h0:2 Wr:2x3 Ur:2x2 br:2 Wz:2x3 Uz:2x2 bz:2 Wn:2x3 Un:2x2 bn:2 y:2",
    """
    r = sigmoid(Wr x + Ur h0 + br)
    z = sigmoid(Wz x + Uz h0 + bz)
    n = tanh(Wn x + Un (r * h0) + bn)
    h = (1 - z) * n + z * h0
    L = half_sse(h, y)
    """,
)
def gated_recurrent_unit(x, h0, Wr, Ur, br, Wz, Uz, bz, Wn, Un, bn, y):
    r, z = torch.sigmoid(Wr @ x + Ur @ h0 + br), torch.sigmoid(Wz @ x + Uz @ h0 + bz)
    n = torch.tanh(Wn @ x + Un @ (r * h0) + bn)
    h = torch.lerp(n, h0, z)
    return dict(r=r, z=z, n=n, h=h, L=(h - y).square().sum() / 2)


@case(
    "X:4x3 A:3x2 B:3x2 C:3x3 Y:4x3",
    """
    Q = X A
    K = X B
    V = X C
    S = Q K^T / sqrt(2)
    P = softmax(S)
    O = P V
    L = mse(O, Y)
    """,
)
def attention(X, A, B, C, Y):
    Q, K, V = X @ A, X @ B, X @ C
    S = Q @ K.T / math.sqrt(2)
    P = torch.softmax(S, -1)
    O = P @ V
    direct = F.scaled_dot_product_attention(Q[None], K[None], V[None])[0]
    assert torch.allclose(O, direct)
    return dict(Q=Q, K=K, V=V, S=S, P=P, O=O, L=F.mse_loss(O, Y))


@case(
    "Q:3x2 K:3x2 V:3x2 Y:3x2",
    "S = Q K^T / sqrt(2) + M\nP = softmax(S)\nO = P V\nL = sse(O, Y)",
    "[[ask]]\ngradient = 'L'\nby = ['Q', 'K', 'V']",
    values={"M": [[0, -30, -30], [0, 0, -30], [0, 0, 0]]},
)
def masked_attention(Q, K, V, M, Y):
    S = Q @ K.T / math.sqrt(2) + M
    P = torch.softmax(S, 1)
    O = P @ V
    assert torch.allclose(O, F.scaled_dot_product_attention(Q[None], K[None], V[None], attn_mask=M)[0])
    return dict(S=S, P=P, O=O, L=(O - Y).square().sum())


@case(
    "X:3x4 A:4x4 B:4x4 C:4x4 D:4x4 Y:3x4",
    """
    Q = X A
    K = X B
    V = X C
    H1 = softmax(Q[:,1:2] K[:,1:2]^T / sqrt(2)) V[:,1:2]
    H2 = softmax(Q[:,3:4] K[:,3:4]^T / sqrt(2)) V[:,3:4]
    O = concat(H1, H2, axis=2) D
    L = mse(X + O, Y)
    """,
)
def two_heads(X, A, B, C, D, Y):
    Q, K, V = (X @ M for M in (A, B, C))
    split = [torch.stack(M.split(2, dim=1))[None] for M in (Q, K, V)]
    H1, H2 = F.scaled_dot_product_attention(*split)[0]
    O = torch.cat([H1, H2], 1) @ D
    return dict(Q=Q, K=K, V=V, H1=H1, H2=H2, O=O, L=F.mse_loss(X + O, Y))


@case(
    "h1:2 h2:2 h3:2 s:2 W:3x2 U:3x2 v:3 y:2",
    """
    e = [v^T tanh(W h1 + U s), v^T tanh(W h2 + U s), v^T tanh(W h3 + U s)]
    a = softmax(e)
    c = a[1] h1 + a[2] h2 + a[3] h3
    L = half_sse(c, y)
    """,
)
def additive_attention(h1, h2, h3, s, W, U, v, y):
    H = torch.stack([h1, h2, h3])
    e = torch.tanh(H @ W.T + U @ s) @ v
    a = torch.softmax(e, 0)
    c = a @ H
    return dict(e=e, a=a, c=c, L=(c - y).square().sum() / 2)


@case(
    "X:6x6 K:3x3 b: W:2x4 c:2",
    """
    C = conv2d(X, K) + b
    R = relu(C)
    P = max_pool(R, 2)
    z = W flatten(P) + c
    L = softmax_cross_entropy(z, y)
    """,
    "[[ask]]\ngradient = 'L'\nby = ['K', 'b', 'W', 'c', 'X']",
    values={"y": [0, 1]},
    unfolded=True,
)
def small_convolutional_network(X, K, b, W, c, y):
    C = F.conv2d(X[None, None], K[None, None], b[None])[0, 0]
    R = F.relu(C)
    P = F.max_pool2d(R[None], 2)[0]
    z = W @ P.flatten() + c
    return dict(C=C, R=R, P=P, z=z, L=F.cross_entropy(z, y))


@case(
    "X:2x5x5 K:3x2x3x3", "C = conv2d(X, K, stride=2, pad=1)\nA = avg_pool(tanh(C), 3)\nL = sum(A^2)",
    unfolded=True,
)  # fmt: skip
def convolution_with_channels(X, K):
    C = F.conv2d(X[None], K, stride=2, padding=1)[0]
    A = F.avg_pool2d(torch.tanh(C), 3)
    return dict(C=C, A=A, L=A.square().sum())


@case("x:9 k:3 y:4", "c = conv1d(x, k, stride=2, pad=1, dilation=2)\nL = sse(c, y)")
def dilated_convolution(x, k, y):
    c = F.conv1d(x[None, None], k[None, None], stride=2, padding=1, dilation=2)[0, 0]
    return dict(c=c, L=(c - y).square().sum())


@case("x:6 k:3", "c = convolve1d(x, k)\nL = sum(c^2) / 2")
def true_convolution(x, k):
    c = F.conv1d(x[None, None], k.flip(0)[None, None])[0, 0]
    return dict(c=c, L=c.square().sum() / 2)


@case("X:4x6", "P = max_pool(X, 2, stride=2)\nQ = avg_pool(X, 2)\nL = sum((P + Q)^2)", unfolded=True)
def pools(X):
    P, Q = F.max_pool2d(X[None], 2)[0], F.avg_pool2d(X[None], 2)[0]
    return dict(P=P, Q=Q, L=(P + Q).square().sum())
