"""Every layer that torch has, against torch: values and all gradients in double precision, random sizes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdl
from symdl.autodiff.reverse import backward
from symdl.models.layer import LAYERS
from tests.helpers.graphs import adjoint_values, agree, value
from tests.helpers.layers import arguments, called, sizes

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
pytestmark = pytest.mark.peers
functional, nn = torch.nn.functional, torch.nn
Tensor = Any


def _cell(kind: str, x: Tensor, state: Any, W: Tensor, U: Tensor, b: Tensor, c: Tensor) -> Any:
    """A cell of torch with these weights in place of its own."""
    cell = getattr(nn, kind)(x.shape[0], U.shape[1]).double()
    weights = {"weight_ih": W, "weight_hh": U, "bias_ih": b, "bias_hh": c}
    return torch.func.functional_call(cell, weights, (x[None], state))


def _rnn(x: Tensor, h: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor) -> Tensor:
    return _cell("RNNCell", x, h[None], Wx, Wh, b, 0 * b)[0]


def _lstm(x: Tensor, h: Tensor, c: Tensor, W: Tensor, U: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    new, cell = _cell("LSTMCell", x, (h[None], c[None]), W, U, b, 0 * b)
    return new[0], cell[0]


def _gru(x: Tensor, h: Tensor, W: Tensor, U: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return _cell("GRUCell", x, h[None], W, U, b, c)[0]


def _bidirectional(
    X: Tensor, f: Tensor, r: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor, Vx: Tensor, Vh: Tensor, c: Tensor
) -> Tensor:
    ahead, back = [], []
    for x in X:
        ahead.append(f := _rnn(x, f, Wx, Wh, b))
    for x in X.flip(0):
        back.append(r := _rnn(x, r, Vx, Vh, c))
    return torch.cat([torch.stack(ahead), torch.stack(back[::-1])], 1)


def _attention(Q: Tensor, K: Tensor, V: Tensor, scale: float | None = None, M: Any = None) -> Tensor:
    return functional.scaled_dot_product_attention(Q[None], K[None], V[None], attn_mask=M, scale=scale)[0]


def _heads(X: Tensor, WQ: Tensor, WK: Tensor, WV: Tensor, WO: Tensor) -> Tensor:
    Q, K, V = (torch.einsum("nd,hdp->hnp", X, W) for W in (WQ, WK, WV))
    return torch.einsum("hnq,hqd->nd", functional.scaled_dot_product_attention(Q, K, V), WO)


def _norm(X: Tensor, g: Tensor, b: Tensor) -> Tensor:
    return functional.layer_norm(X, X.shape[-1:], g, b, 1e-5)


def _block(
    X: Tensor, WQ: Tensor, WK: Tensor, WV: Tensor, WO: Tensor, g1: Tensor, c1: Tensor, W1: Tensor,
    b1: Tensor, W2: Tensor, b2: Tensor, g2: Tensor, c2: Tensor,
) -> Tensor:  # fmt: skip
    N = _norm(X + _heads(X, WQ, WK, WV, WO), g1, c1)
    inner = functional.linear(torch.relu(functional.linear(N, W1.T, b1)), W2.T, b2)
    return _norm(N + inner, g2, c2)


def _nll(scores: Tensor, t: Tensor) -> Tensor:
    return -(t * functional.log_softmax(scores, 0)).sum()


def _kl(mu: Tensor, spread: Tensor) -> Tensor:
    standard = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(mu))
    return torch.distributions.kl_divergence(torch.distributions.Normal(mu, spread), standard).sum()


def _vae(x: Tensor, u: Tensor, A: Tensor, a: Tensor, B: Tensor, b: Tensor, V: Tensor, c: Tensor) -> Tensor:
    mu, spread = functional.linear(x, A, a), torch.exp(functional.linear(x, B, b) / 2)
    back = functional.linear(mu + spread * u, V, c)
    return functional.mse_loss(back, x, reduction="sum") / 2 + _kl(mu, spread)


def _leaves(v: Tensor, P: Tensor, C: Tensor) -> Tensor:
    """Probabilities of leaves, every side of every node raised to the power that its path has there."""
    sides = torch.sigmoid(C * (P @ v))
    return torch.prod(sides ** (C * C), 1)


def _boltzmann(v: Tensor, W: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The negative log-likelihood by counting all states of both layers."""

    def states(n: int) -> Tensor:
        return torch.tensor(list(itertools.product((0.0, 1.0), repeat=n)), dtype=torch.float64)

    def weights(visible: Tensor) -> Tensor:
        hidden = states(len(b))
        return (visible @ a)[:, None] + hidden @ b + visible @ W @ hidden.T

    return torch.logsumexp(weights(states(len(a))).flatten(), 0) - torch.logsumexp(weights(v[None])[0], 0)


def _shifted(c: Tensor, w: Tensor, g: Tensor, s: Tensor, gamma: Tensor) -> Tensor:
    q = torch.lerp(w, c, g)
    sharp = sum(s[k] * torch.roll(q, k - (len(s) - 1) // 2) for k in range(len(s))) ** gamma
    return sharp / sharp.sum()


def _allocation(u: Tensor) -> Tensor:
    ordered, places = torch.sort(u)
    free = torch.cat([torch.ones(1, dtype=u.dtype), torch.cumprod(ordered, 0)[:-1]])
    return torch.zeros_like(u).scatter(0, places, (1 - ordered) * free)


def _written(M: Tensor, c: Tensor, a: Tensor, g: Tensor, h: Tensor, e: Tensor, v: Tensor) -> Any:
    w = g * torch.lerp(c, a, h)
    return M * (1 - torch.outer(w, e)) + torch.outer(w, v), w


def _linked(L: Tensor, p: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
    new = (1 - w[:, None] - w[None]) * L + torch.outer(w, p)
    return new.masked_fill(torch.eye(len(p), dtype=torch.bool), 0.0), (1 - w.sum()) * p + w


def _read(M: Tensor, L: Tensor, w: Tensor, c: Tensor, m: Tensor) -> tuple[Tensor, Tensor]:
    new = torch.stack([w @ L, c, L @ w]).T @ m
    return new @ M, new


TORCH: dict[str, Callable[..., Any]] = {
    "dense": functional.linear,
    "dense_rows": lambda X, W, b: functional.linear(X, W.T, b),
    "batch_norm": lambda X, g, b: functional.batch_norm(X, None, None, g, b, training=True, eps=1e-5),
    "layer_norm": _norm,
    "layer_norm_rows": _norm,
    "residual": lambda x, W, b, V, c: x + functional.linear(torch.relu(functional.linear(x, W, b)), V, c),
    "rbf": lambda x, C, s: torch.exp(-(torch.cdist(C, x[None])[:, 0] ** 2) / (2 * s**2)),
    "maxout": lambda x, W, b: functional.linear(x, W, b).reshape(2, -1).amax(0),
    "rnn_cell": _rnn,
    "lstm_cell": _lstm,
    "gru_cell_after": _gru,
    "bidirectional": _bidirectional,
    "dot_attention": lambda Q, K, V: _attention(Q, K, V, 1.0),
    "scaled_attention": _attention,
    "masked_attention": lambda Q, K, V, M: _attention(Q, K, V, None, M),
    "multi_head": _heads,
    "transformer_block": _block,
    "convolution1d": lambda X, K, b: functional.conv1d(X[None], K, b)[0],
    "convolution2d": lambda X, K, b: functional.conv2d(X[None], K, b)[0],
    "grouped_convolution1d": lambda X, K, b: functional.conv1d(X[None], K, b)[0],
    "grouped_convolution2d": lambda X, K, b: functional.conv2d(X[None], K, b)[0],
    "depthwise_convolution2d": lambda X, K, b: functional.conv2d(X[None], K, b, groups=len(X))[0],
    "transposed_convolution1d": lambda X, K, b: functional.conv_transpose1d(X[None], K, b)[0],
    "transposed_convolution2d": lambda X, K, b: functional.conv_transpose2d(X[None], K, b)[0],
    "max_pooling": lambda X: functional.max_pool2d(X[None], 2)[0],
    "average_pooling": lambda X: functional.avg_pool2d(X[None], 2)[0],
    "max_pooling1d": lambda X: functional.max_pool1d(X[None], 2)[0],
    "average_pooling1d": lambda X: functional.avg_pool1d(X[None], 2)[0],
    "max_pooling_channels": lambda X: functional.max_pool2d(X, 2),
    "average_pooling_channels": lambda X: functional.avg_pool2d(X, 2),
    "average_pooling_inside": lambda X: functional.avg_pool2d(X[None], 2, 2, 1, count_include_pad=False)[0],
    "embedding": lambda x, E: functional.linear(x, E.T),
    "cosine_similarity": lambda u, v: functional.cosine_similarity(u, v, 0),
    "skip_gram": lambda x, t, E, U: _nll(U @ (x @ E), t),
    "cbow": lambda X, t, E, U: _nll(U @ (X @ E).mean(0), t),
    "negative_sampling": lambda x, t, S, E, U: (
        -functional.logsigmoid((t @ U) @ (x @ E)) - functional.logsigmoid(-(S @ U) @ (x @ E)).sum()
    ),
    "tied_autoencoder": lambda x, W, b, c: (W.T @ torch.sigmoid(W @ x + b) + c, torch.sigmoid(W @ x + b)),
    "gaussian_kl": lambda mu, v: _kl(mu, torch.exp(v / 2)),
    "vae": _vae,
    "autoencoder": lambda x, W, b, V, c: (
        functional.linear(torch.sigmoid(functional.linear(x, W, b)), V, c),
        torch.sigmoid(functional.linear(x, W, b)),
    ),
    "linear_autoencoder": lambda X, W, V: (functional.linear(functional.linear(X, W), V), X @ W.T),
    "cosine_similarities": lambda u, E: functional.cosine_similarity(E, u, 1),
    "squared_distances": lambda H: (H[:, None] - H[None]).square().sum(2),
    "hierarchical_softmax": lambda v, P, c: -functional.logsigmoid(c * (P @ v)).sum(),
    "tree_softmax": _leaves,
    "glove": lambda X, W, C, b, c: (
        torch.clamp((X / 100) ** 0.75, max=1) * (W @ C.T + b[:, None] + c - torch.log(X)) ** 2
    ).sum(),
    "gan_value": lambda r, f: torch.log(r).mean() + torch.log1p(-f).mean(),
    "gan_saturating": lambda f: torch.log1p(-f).mean(),
    "gan_non_saturating": lambda f: functional.binary_cross_entropy(f, torch.ones_like(f)),
    "wgan_critic": lambda r, f: r.mean() - f.mean(),
    "rbm_energy": lambda v, h, W, a, b: -(a @ v) - b @ h - v @ W @ h,
    "rbm_visible": lambda h, W, a: torch.sigmoid(functional.linear(h, W, a)),
    "rbm_likelihood": _boltzmann,
    "hopfield_energy": lambda s, W, theta: -(s @ W @ s) / 2 + theta @ s,
    "ntm_addressing": _shifted,
    "ntm_write": lambda M, w, e, a: torch.addr(M * (1 - torch.outer(w, e)), w, a),
    "ntm_read": lambda M, w: w @ M,
    "dnc_usage": lambda u, w, R, f: (u + w - u * w) * torch.prod(1 - f[:, None] * R, 0),
    "dnc_allocation": _allocation,
    "dnc_write": _written,
    "dnc_link": _linked,
    "dnc_read": _read,
    "rbm_hidden": lambda v, W, b: torch.sigmoid(functional.linear(v, W.T, b)),
    "rbm_free_energy": lambda v, W, a, b: -a @ v - functional.softplus(v @ W + b).sum(),
    "content_addressing": lambda k, M, beta: torch.softmax(beta * functional.cosine_similarity(M, k, 1), 0),
}


def assert_agrees(key: str, call: dict[str, Any], expected: Callable[..., Any]) -> None:
    """A problem that calls a layer has torch's value and torch's gradients."""
    problem = symdl.problem(given=call["given"], let=call["let"])
    inputs = [str(var.name) for var in problem.graph.inputs]
    here = {name: np.array(call["given"][name], dtype=float) for name in inputs}
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in here.items()}
    names = [name for name in inputs if not name.startswith("weight")]
    results = expected(*(tensors[name] for name in names))
    results = results if isinstance(results, tuple) else (results,)
    if key == "bidirectional":
        results = tuple(results[0])
    loss = sum((result * tensors[f"weight{k}"]).sum() for k, result in enumerate(results))
    loss.backward()
    assert agree(value(problem.graph, here), loss.item())
    found = adjoint_values(backward(problem.graph, problem.graph.output), problem.graph.inputs, here)
    for name in inputs:
        assert agree(found[name], tensors[name].grad.numpy(), 1e-8), name


@pytest.mark.parametrize("key", TORCH)
@settings(max_examples=10)
@given(start=st.integers(1, 3), step=st.integers(0, 1), seed=st.integers(0, 999))
def test_values_and_gradients_are_those_of_torch(key: str, start: int, step: int, seed: int):
    layer = LAYERS[key]
    assert_agrees(key, called(layer, arguments(layer, sizes(layer, start, step), seed)), TORCH[key])


@settings(max_examples=25)
@given(
    m=st.integers(1, 3), more=st.integers(0, 3), stride=st.integers(1, 3), pad=st.integers(0, 2),
    dilation=st.integers(1, 2), seed=st.integers(0, 99),
)  # fmt: skip
def test_convolutions_with_all_settings(m: int, more: int, stride: int, pad: int, dilation: int, seed: int):
    size = dilation * (m - 1) + 1 + more
    rng = np.random.default_rng(seed)
    given_values = {"X": rng.normal(size=(2, size)), "K": rng.normal(size=(2, 2, m)), "b": rng.normal(size=2)}
    settings_text = f"stride={stride}, pad={pad}"
    with torch.no_grad():
        shape = functional.conv1d(
            torch.zeros(1, 2, size), torch.zeros(2, 2, m), stride=stride, padding=pad, dilation=dilation
        ).shape[1:]
    given_values["weight0"] = rng.normal(size=tuple(shape))
    assert_agrees(
        "convolution1d",
        {
            "given": {name: x.tolist() for name, x in given_values.items()},
            "let": {
                "y": f"convolution1d(X, K, b, {settings_text}, dilation={dilation})",
                "L": "sum(y * weight0)",
            },
        },
        lambda X, K, b: functional.conv1d(X[None], K, b, stride, pad, dilation)[0],
    )


@settings(max_examples=15)
@given(m=st.integers(1, 3), n=st.integers(2, 4), stride=st.integers(1, 3), seed=st.integers(0, 99))
def test_transposed_convolutions_with_a_stride(m: int, n: int, stride: int, seed: int):
    rng = np.random.default_rng(seed)
    size = (n - 1) * stride + m
    assert_agrees(
        "transposed_convolution1d",
        {
            "given": {
                "X": rng.normal(size=(2, n)).tolist(), "K": rng.normal(size=(2, 1, m)).tolist(), "b": [0.5],
                "weight0": rng.normal(size=(1, size)).tolist(),
            },
            "let": {"y": f"transposed_convolution1d(X, K, b, stride={stride})", "L": "sum(y * weight0)"},
        },
        lambda X, K, b: functional.conv_transpose1d(X[None], K, b, stride)[0],
    )  # fmt: skip


@settings(max_examples=20)
@given(
    taps=st.tuples(st.integers(1, 3), st.integers(1, 2)),
    more=st.tuples(st.integers(0, 3), st.integers(0, 2)),
    stride=st.integers(1, 3), pad=st.integers(0, 2), dilation=st.integers(1, 2), seed=st.integers(0, 99),
)  # fmt: skip
def test_convolutions_of_images_that_are_no_squares(
    taps: tuple[int, int], more: tuple[int, int], stride: int, pad: int, dilation: int, seed: int
) -> None:
    size = [dilation * (m - 1) + 1 + extra for m, extra in zip(taps, more, strict=True)]
    rng = np.random.default_rng(seed)
    values = {"X": rng.normal(size=(2, *size)), "K": rng.normal(size=(3, 2, *taps)), "b": rng.normal(size=3)}
    call = f"convolution2d(X, K, b, stride={stride}, pad={pad}, dilation={dilation})"

    def expected(X: Tensor, K: Tensor, b: Tensor) -> Tensor:
        return functional.conv2d(X[None], K, b, stride, pad, dilation)[0]

    assert_agrees_with_weights("convolution2d", call, values, expected, rng)


@settings(max_examples=20)
@given(
    groups=st.integers(2, 3), each=st.tuples(st.integers(1, 2), st.integers(1, 2)), m=st.integers(1, 3),
    stride=st.integers(1, 2), pad=st.integers(0, 1), dilation=st.integers(1, 2), seed=st.integers(0, 99),
)  # fmt: skip
def test_convolutions_in_groups(
    groups: int, each: tuple[int, int], m: int, stride: int, pad: int, dilation: int, seed: int
) -> None:
    inputs, outputs = (groups * n for n in each)
    n, rng = dilation * (m - 1) + 3, np.random.default_rng(seed)
    values = {
        "X": rng.normal(size=(inputs, n, n)), "K": rng.normal(size=(outputs, each[0], m, m)),
        "b": rng.normal(size=outputs),
    }  # fmt: skip
    call = f"grouped_convolution2d(X, K, b, {stride=}, {pad=}, {dilation=}, {groups=})"

    def expected(X: Tensor, K: Tensor, b: Tensor) -> Tensor:
        return functional.conv2d(X[None], K, b, stride, pad, dilation, groups)[0]

    assert_agrees_with_weights("grouped_convolution2d", call, values, expected, rng)


@settings(max_examples=20)
@given(
    m=st.integers(1, 3), n=st.integers(2, 4), stride=st.integers(1, 3), dilation=st.integers(1, 2),
    extra=st.integers(0, 2), seed=st.integers(0, 99),
)  # fmt: skip
def test_transposed_convolutions_with_all_settings(
    m: int, n: int, stride: int, dilation: int, extra: int, seed: int
) -> None:
    extra = min(extra, max(stride, dilation) - 1)
    rng = np.random.default_rng(seed)
    values = {"X": rng.normal(size=(2, n, 2)), "K": rng.normal(size=(2, 3, m, 2)), "b": rng.normal(size=3)}
    call = f"transposed_convolution2d(X, K, b, stride={stride}, dilation={dilation}, extra={extra})"

    def expected(X: Tensor, K: Tensor, b: Tensor) -> Tensor:
        return functional.conv_transpose2d(X[None], K, b, stride, 0, extra, 1, dilation)[0]

    assert_agrees_with_weights("transposed_convolution2d", call, values, expected, rng)


@settings(max_examples=15)
@given(
    h=st.integers(3, 6), w=st.integers(3, 6), width=st.integers(1, 3), stride=st.integers(1, 3),
    kind=st.sampled_from(["max_pooling", "average_pooling"]), seed=st.integers(0, 99), border=st.booleans(),
)  # fmt: skip
def test_pooling_with_all_settings(
    h: int, w: int, width: int, stride: int, kind: str, seed: int, border: bool
) -> None:
    rng = np.random.default_rng(seed)
    pool = functional.max_pool2d if kind == "max_pooling" else functional.avg_pool2d
    pad = width // 2 if border else 0
    call = f"{kind}(X, width={width}, stride={stride}, pad={pad})"
    values = {"X": (rng.permutation(h * w).reshape(h, w) - h * w) / 7}  # no two entries tie, none is positive
    assert_agrees_with_weights(kind, call, values, lambda X: pool(X[None], width, stride, pad)[0], rng)


@settings(max_examples=10)
@given(
    n=st.integers(3, 6), width=st.integers(2, 3), stride=st.integers(1, 3), axes=st.sampled_from([1, 2]),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_largest_entries_of_channels_and_vectors(
    n: int, width: int, stride: int, axes: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    shape = (n,) if axes == 1 else (2, n, 3)
    values = {"X": (rng.permutation(np.prod(shape)).reshape(shape) - 9) / 7}
    pool = functional.max_pool1d if axes == 1 else functional.max_pool2d

    def expected(X: Any) -> Any:
        return pool(X[None] if axes == 1 else X, width, stride, 1)[0 if axes == 1 else ...]

    assert_agrees_with_weights(
        "max_pool", f"max_pool(X, {width}, stride={stride}, pad=1)", values, expected, rng
    )


@settings(max_examples=20)
@given(
    n=st.integers(3, 7), width=st.integers(2, 3), stride=st.integers(1, 3), axes=st.integers(1, 3),
    pad=st.integers(0, 1), kind=st.sampled_from(["max", "avg"]), inside=st.booleans(),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_windows_that_end_beyond_the_edge(
    n: int, width: int, stride: int, axes: int, pad: int, kind: str, inside: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    shape = {1: (n,), 2: (n, 5), 3: (2, n, 4)}[axes]
    far = -1e15 if kind == "max" else 0.0  # no number is so small that one from beyond the edge wins
    values = {"X": rng.permutation(np.prod(shape)).reshape(shape) / 8 + far}
    counted: dict[str, bool] = {"count_include_pad": not inside} if kind == "avg" else {}
    call = f"{kind}_pool(X, {width}, stride={stride}, pad={pad}, ceil_mode=1"
    call += f", count_pad={int(not inside)})" if kind == "avg" else ")"
    pool = getattr(functional, f"{kind}_pool{min(2, axes)}d")

    def expected(X: Any) -> Any:
        single = axes < 3
        return pool(X[None] if single else X, width, stride, pad, ceil_mode=True, **counted)[
            0 if single else ...
        ]

    assert_agrees_with_weights(f"{kind}_pool", call, values, expected, rng)


@settings(max_examples=10)
@given(
    h=st.integers(3, 5), w=st.integers(3, 6), width=st.integers(2, 3), stride=st.integers(1, 3),
    inside=st.booleans(), seed=st.integers(0, 99),
)  # fmt: skip
def test_average_pooling_beyond_the_border(
    h: int, w: int, width: int, stride: int, inside: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = {"X": rng.normal(size=(2, h, w))}
    call = f"avg_pool(X, {width}, stride={stride}, pad=1, count_pad={int(not inside)})"

    def expected(X: Any) -> Any:
        return functional.avg_pool2d(X, width, stride, 1, count_include_pad=not inside)

    assert_agrees_with_weights("avg_pool", call, values, expected, rng)


def assert_agrees_with_weights(
    key: str, call: str, values: dict[str, Any], expected: Callable[..., Any], rng: np.random.Generator
) -> None:
    """The same for a call with settings: the loss is a sum of its weighted entries."""
    with torch.no_grad():
        shape = expected(*(torch.tensor(x, dtype=torch.float64) for x in values.values())).shape
    values = {**values, "weight0": rng.normal(size=tuple(shape))}
    given_values = {name: np.asarray(x, dtype=float).tolist() for name, x in values.items()}
    assert_agrees(key, {"given": given_values, "let": {"y": call, "L": "sum(y * weight0)"}}, expected)


@settings(max_examples=8)
@given(steps=st.integers(1, 4), n=st.integers(1, 3), m=st.integers(1, 3), seed=st.integers(0, 99))
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_unrolled_recurrences(kind: str, steps: int, n: int, m: int, seed: int) -> None:
    """Several steps in one graph: the gradients of shared weights are those of torch's own recurrence."""
    rng = np.random.default_rng(seed)
    gates = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    values = {
        "x": rng.normal(size=(steps, n)), "h0": rng.normal(size=m), "W": rng.normal(size=(gates * m, n)),
        "U": rng.normal(size=(gates * m, m)), "b": rng.normal(size=gates * m),
        "c": rng.normal(size=gates * m), "weight0": rng.normal(size=(steps, m)),
    }  # fmt: skip
    call = {
        "RNN": {f"h[t=1..{steps}]": "rnn_cell(x[t], h[t-1], W, U, b + c)"},
        "LSTM": {f"h[t=1..{steps}], k[t=1..{steps}]": "lstm_cell(x[t], h[t-1], k[t-1], W, U, b + c)"},
        "GRU": {f"h[t=1..{steps}]": "gru_cell_after(x[t], h[t-1], W, U, b, c)"},
    }[kind]
    given_values = {("h[0]" if name == "h0" else name): x.tolist() for name, x in values.items()}
    given_values |= {"k[0]": [0.0] * m} if kind == "LSTM" else {}
    problem = symdl.problem(
        given=given_values, let={**call, "L": f"sum(weight0[t]^T h[t], t=1..{steps})"},
        asks=[{"gradient": "L", "by": ["W", "U", "b", "x"]}],
    )  # fmt: skip
    found = symdl.derive(problem).gradient
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in values.items()}
    layer = getattr(nn, kind)(n, m).double()
    weights = {"weight_ih_l0": tensors["W"], "weight_hh_l0": tensors["U"], "bias_ih_l0": tensors["b"],
               "bias_hh_l0": tensors["c"]}  # fmt: skip
    state = tensors["h0"][None]
    state = (state, torch.zeros_like(state)) if kind == "LSTM" else state
    output, _ = torch.func.functional_call(layer, weights, (tensors["x"], state))
    (output * tensors["weight0"]).sum().backward()
    for name in ("W", "U", "b", "x"):
        assert agree(found[name].numpy, tensors[name].grad.numpy(), 1e-8), name


def test_a_whole_step_of_a_memory_is_that_of_torch():
    """Usage, allocation, content, write, link, content again, read: one gradient through all of it."""
    rng = np.random.default_rng(4)
    given_values = {
        "M": rng.normal(size=(4, 2)), "u": rng.uniform(0.1, 0.9, 4), "w": rng.uniform(0, 0.3, 4),
        "R": rng.uniform(0, 0.4, (2, 4)), "f": rng.uniform(0.2, 0.8, 2), "k": rng.normal(size=2),
        "e": rng.uniform(0, 1, 2), "v": rng.normal(size=2), "L": rng.uniform(0, 0.2, (4, 4)),
        "p": rng.uniform(0, 0.3, 4), "r": rng.uniform(0, 0.3, 4), "m": np.array([0.2, 0.5, 0.3]),
    }  # fmt: skip
    let = {
        "u1": "dnc_usage(u, w, R, f)", "a": "dnc_allocation(u1)", "c": "content_addressing(k, M, 2)",
        "M1, w1": "dnc_write(M, c, a, 0.9, 0.4, e, v)", "L1, p1": "dnc_link(L, p, w1)",
        "d": "content_addressing(k, M1, 3)", "o, r1": "dnc_read(M1, L1, r, d, m)",
        "J": "sum(o * o) + sum(p1 * p1)",
    }  # fmt: skip
    problem = symdl.problem(given={name: x.tolist() for name, x in given_values.items()}, let=let)
    here = {str(var.name): given_values[str(var.name)] for var in problem.graph.inputs}
    t = {name: torch.tensor(x, requires_grad=True) for name, x in here.items()}
    usage = TORCH["dnc_usage"](t["u"], t["w"], t["R"], t["f"])
    content = TORCH["content_addressing"](t["k"], t["M"], 2)
    M, w = _written(t["M"], content, _allocation(usage), torch.tensor(0.9, dtype=torch.float64),
                    torch.tensor(0.4, dtype=torch.float64),
                    t["e"], t["v"])  # fmt: skip
    L, p = _linked(t["L"], t["p"], w)
    o, _ = _read(M, L, t["r"], TORCH["content_addressing"](t["k"], M, 3), t["m"])
    loss = (o * o).sum() + (p * p).sum()
    loss.backward()
    assert agree(value(problem.graph, here), loss.item(), 1e-7)
    found = adjoint_values(backward(problem.graph, problem.graph.output), problem.graph.inputs, here)
    for name, tensor in t.items():
        assert agree(found[name], tensor.grad.numpy(), 1e-6), name


@pytest.mark.parametrize("truncate", [1, 2, 3])
def test_truncated_backpropagation_is_that_of_a_detached_state(truncate: int) -> None:
    rng = np.random.default_rng(truncate)
    shapes = {"x": (5, 2), "W": (8, 2), "U": (8, 2), "b": (8,)}
    values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    call = f"lstm_cell(x[t], h[t-1], c[t-1], W, U, b, truncate={truncate})"
    found = symdl.derive(
        symdl.problem(
            given={
                **{name: value.tolist() for name, value in values.items()},
                "h[0]": [0, 0],
                "c[0]": [0, 0],
            },
            let={"h[t=1..5], c[t=1..5]": call, "L": "sum(sum(h[t]^2), t=1..5)"},
            asks=[{"gradient": "L", "by": ["W", "U", "b"]}],
        )
    )
    at = {name: torch.tensor(value, requires_grad=True) for name, value in values.items()}
    h, c, loss = torch.zeros(2).double(), torch.zeros(2).double(), torch.zeros(()).double()
    for t, x in enumerate(at["x"]):
        h, c = (h.detach(), c.detach()) if t % truncate == 0 else (h, c)
        h, c = _lstm(x, h, c, at["W"], at["U"], at["b"])
        loss = loss + (h**2).sum()
    loss.backward()
    for name in ("W", "U", "b"):
        np.testing.assert_allclose(found.gradient[name].numpy, at[name].grad, rtol=0, atol=1e-13)
