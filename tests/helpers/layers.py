"""Instances of layers: arguments of every shape, programs that call a layer, NumPy in its place."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import symdl.models  # noqa: F401  (declares the library)
from symdl.core.dims import Shape, bind_shape
from symdl.models.layer import Layer
from symdl.models.sizing import declared_size
from tests.helpers.graphs import Arrays, point
from tests.helpers.peers import NUMPY as PEER

Array = Any

# Shapes of the arguments that may have any, and the least sizes that make sense.
FREE: dict[str, dict[str, Shape]] = {
    "dropout": {"x": (3,), "mask": (3,)},
    "gan_value": {"r": (3,), "f": (2,)}, "wgan_critic": {"r": (3,), "f": (2,)},
    "gan_saturating": {"f": (3,)}, "gan_non_saturating": {"f": (3,)},
}  # fmt: skip
LEAST: dict[str, dict[str, int]] = {
    "max_pooling": {"h": 4, "w": 5},
    "average_pooling": {"h": 4, "w": 5},
    "average_pooling_inside": {"h": 4, "w": 5},
    "max_pooling1d": {"n": 5},
    "average_pooling1d": {"n": 5},
    "max_pooling_channels": {"h": 4, "w": 5},
    "average_pooling_channels": {"h": 4, "w": 5},
    "maxout": {"p": 4},
    "batch_norm": {"N": 2},
    "layer_norm": {"n": 2},
    "layer_norm_rows": {"n": 2},
}
POSITIVE: dict[str, tuple[str, ...]] = {"rbf": ("s",), "glove": ("X",)}
WIDER: dict[str, dict[str, str]] = {  # an input is wider than the kernel
    "convolution1d": {"n": "m"}, "convolution2d": {"h": "m", "w": "n"},
    "separable_convolution": {"h": "m", "w": "n"}, "depthwise_convolution2d": {"h": "m", "w": "n"},
    "grouped_convolution1d": {"n": "m"}, "grouped_convolution2d": {"h": "m", "w": "n"},
    "tree_softmax": {"N": "l"},  # a tree has one leaf more than it has nodes
}  # fmt: skip
UNIT: dict[str, tuple[str, ...]] = {  # between 0 and 1
    "gan_value": ("r", "f"), "gan_saturating": ("f",), "gan_non_saturating": ("f",),
    "ntm_addressing": ("c", "w", "g", "s", "gamma"), "dnc_usage": ("u", "w", "R", "f"),
    "dnc_allocation": ("u",),
}  # fmt: skip


def sizes(layer: Layer, start: int = 2, step: int = 1) -> dict[str, int]:
    """A size for every name, up to three different ones."""
    least = LEAST.get(layer.key, {})
    found = {name: max(start + k % 3 * step, least.get(name, 1)) for k, name in enumerate(layer.dims)}
    found |= {large: found[small] + 1 for large, small in WIDER.get(layer.key, {}).items()}
    return found | ({"p": found["p"] - found["p"] % 2} if layer.key == "maxout" else {})


def shapes(layer: Layer, given: Mapping[str, int]) -> dict[str, Shape]:
    """The shapes of the arguments."""
    declared = {
        name: bind_shape(tuple(declared_size(node) for node in nodes), given)
        for name, nodes in layer.sizes_at({}).items()
    }
    return {name: declared.get(name, FREE.get(layer.key, {}).get(name, ())) for name in layer.params}


def paths(x: Array) -> Array:
    """The paths of a tree with a leaf at each node: to the left at its own, to the right at all above it."""
    leaves, nodes = np.shape(x)
    return np.eye(leaves, nodes) - np.tril(np.ones((leaves, nodes)), -1)


FACTS: dict[str, Callable[[Array], Array]] = {"signs": np.sign, "tree": paths}


def arguments(layer: Layer, given: Mapping[str, int], seed: int = 0) -> Arrays:
    """Random arguments, none of them near zero, positive or of whole numbers where they have to be."""
    found = point(shapes(layer, given), seed)
    found |= {name: FACTS[fact](found[name]) for name, fact in layer.facts.items()}
    unit, positive = UNIT.get(layer.key, ()), POSITIVE.get(layer.key, ())
    return {
        name: abs(x) / (2 if name in unit else 1) if name in (*unit, *positive) else x
        for name, x in found.items()
    }


def plain(name: str) -> str:
    """A parameter as a name that a problem can give: `h0` for `h[0]`."""
    return name.replace("[", "").replace("]", "")


def called(layer: Layer, at: Mapping[str, Array]) -> dict[str, Any]:
    """A problem that calls a layer, with a number made of its results, each entry with another weight."""
    given: dict[str, Any] = {plain(name): np.asarray(x).tolist() for name, x in at.items()}
    targets = [f"out{k}" for k in range(1, len(layer.results) + 1)]
    terms: list[str] = []
    for name, target, value in zip(layer.results, targets, results_of(layer, at), strict=True):
        parts = (
            {f"{target}[{t}]": row for t, row in enumerate(value, 1)}
            if name in layer.families
            else {target: value}
        )
        for part, entries in parts.items():
            weight = f"weight{len(terms)}"
            given[weight] = np.asarray(point({part: np.shape(entries)}, len(terms))[part]).tolist()
            terms.append(f"sum({part} * {weight})")
    call = f"{layer.key}({', '.join(map(plain, layer.params))})"
    return {"given": given, "let": {", ".join(targets): call, "loss": " + ".join(terms)}}


def results_of(layer: Layer, at: Mapping[str, Array]) -> tuple[Array, ...]:
    """The results of a layer, computed with NumPy."""
    found = NUMPY[layer.key](*at.values())
    return found if isinstance(found, tuple) else (found,)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    raised = np.exp(x - x.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def _norm(x: Array, axis: int) -> Array:
    mean = x.mean(axis, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(axis, keepdims=True) + 1e-5)


def _lstm(x: Array, h: Array, c: Array, W: Array, U: Array, b: Array) -> tuple[Array, Array]:
    i, f, g, o = np.split(W @ x + U @ h + b, 4)
    new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(new), new


def _gru(x: Array, h: Array, W: Array, U: Array, b: Array) -> Array:
    (wr, wz, wg), (ur, uz, ug), (br, bz, bg) = (np.split(a, 3) for a in (W, U, b))
    r, z = sigmoid(wr @ x + ur @ h + br), sigmoid(wz @ x + uz @ h + bz)
    return (1 - z) * np.tanh(wg @ x + ug @ (r * h) + bg) + z * h


def _cosine(M: Array, k: Array) -> Array:
    return M @ k / (np.linalg.norm(M, axis=1) * np.linalg.norm(k))


def _attention(Q: Array, K: Array, V: Array, scale: float = 1.0, M: Any = 0.0) -> Array:
    return softmax(Q @ K.T / scale + M) @ V


def _heads(X: Array, WQ: Array, WK: Array, WV: Array, WO: Array) -> Array:
    return sum(
        _attention(X @ q, X @ k, X @ v, np.sqrt(q.shape[1])) @ o
        for q, k, v, o in zip(WQ, WK, WV, WO, strict=True)
    )


def _block(X, WQ, WK, WV, WO, g1, c1, W1, b1, W2, b2, g2, c2):
    N = g1 * _norm(X + _heads(X, WQ, WK, WV, WO), 1) + c1
    return g2 * _norm(N + np.maximum(N @ W1 + b1, 0) @ W2 + b2, 1) + c2


def _bidirectional(X, f, r, Wx, Wh, b, Vx, Vh, c):
    ahead, back = [], []
    for x in X:
        ahead.append(f := np.tanh(Wx @ x + Wh @ f + b))
    for x in X[::-1]:
        back.append(r := np.tanh(Vx @ x + Vh @ r + c))
    return np.concatenate([np.stack(ahead), np.stack(back[::-1])], axis=1)


def _convolved(X: Array, K: Array, b: Array) -> Array:
    axes = X.ndim - 1
    return PEER.conv(X, K, axes, 1, 0, 1, False) + b.reshape(-1, *[1] * axes)


def _transposed(X: Array, K: Array, b: Array) -> Array:
    """The adjoint of the convolution, found by its defining property, one entry of the output at a time."""
    axes = X.ndim - 1
    shape = (K.shape[1], *(n + m - 1 for n, m in zip(X.shape[1:], K.shape[2:], strict=True)))
    out = np.zeros(shape)
    for where in np.ndindex(shape):
        unit = np.zeros(shape)
        unit[where] = 1
        out[where] = np.sum(PEER.conv(unit, K, axes, 1, 0, 1, False) * X)
    return out + b.reshape(-1, *[1] * axes)


def _states(n: int) -> Array:
    return np.array(list(itertools.product((0.0, 1.0), repeat=n)))


def _rbm(v: Array, W: Array, a: Array, b: Array) -> Array:
    """The negative logarithm of the probability, summed over all states of both layers."""

    def weight(u: Array) -> Any:
        return sum(np.exp(a @ u + b @ h + u @ W @ h) for h in _states(len(b)))

    return np.log(sum(map(weight, _states(len(a))))) - np.log(weight(v))


def _contrastive(v, u, q, W, a, b):
    p = sigmoid(v @ W + b)
    w = (sigmoid(W @ (p >= u) + a) >= q).astype(float)
    return np.outer(v, p) - np.outer(w, sigmoid(w @ W + b))


def _gibbs(v, u, q, W, a, b):
    h = (sigmoid(v @ W + b) >= u).astype(float)
    return (sigmoid(W @ h + a) >= q).astype(float), h


def _settled(s: Array, z: Array) -> Array:
    """The sign of an input; where it is zero, the unit stays as it is."""
    return np.where(z == 0, s, np.sign(z))


def _shifted(c, w, g, s, gamma):
    q, n = g * c + (1 - g) * w, len(c)
    middle = (len(s) - 1) // 2
    r = np.array([sum(s[k] * q[(i + middle - k) % n] for k in range(len(s))) for i in range(n)])
    return r**gamma / (r**gamma).sum()


def _allocation(u: Array) -> Array:
    out, free = np.zeros(len(u)), 1.0
    for k in np.argsort(u):
        out[k] = (1 - u[k]) * free
        free *= u[k]
    return out


def _write(M, c, a, g, h, e, v):
    w = g * (h * a + (1 - h) * c)
    return M * (1 - np.outer(w, e)) + np.outer(w, v), w


def _link(L: Array, p: Array, w: Array) -> tuple[Array, Array]:
    new = np.zeros_like(L)
    for i, j in itertools.permutations(range(len(p)), 2):
        new[i, j] = (1 - w[i] - w[j]) * L[i, j] + w[i] * p[j]
    return new, (1 - w.sum()) * p + w


def _read(M, L, w, c, m):
    new = m[0] * L.T @ w + m[1] * c + m[2] * L @ w
    return M.T @ new, new


def _nll(E, U, v, t):
    return -np.sum(t * np.log(softmax(U @ v)))


def _gru_after(x, h, W, U, b, c):
    (ar, az, ag), (dr, dz, dg) = np.split(W @ x + b, 3), np.split(U @ h + c, 3)
    z = sigmoid(az + dz)
    return (1 - z) * np.tanh(ag + sigmoid(ar + dr) * dg) + z * h


# Each layer as one would write it in NumPy, with nothing of the library in it.
NUMPY: dict[str, Callable[..., Any]] = {
    "dense": lambda x, W, b: W @ x + b,
    "dense_rows": lambda X, W, b: X @ W + b,
    "dropout": lambda x, mask: 2 * x * mask,
    "batch_norm": lambda X, gamma, beta: gamma * _norm(X, 0) + beta,
    "layer_norm": lambda x, gamma, beta: gamma * _norm(x, 0) + beta,
    "layer_norm_rows": lambda X, gamma, beta: gamma * _norm(X, 1) + beta,
    "residual": lambda x, W1, b1, W2, b2: x + W2 @ np.maximum(W1 @ x + b1, 0) + b2,
    "rbf": lambda x, C, s: np.exp(-((x - C) ** 2).sum(1) / (2 * s**2)),
    "maxout": lambda x, W, b: (W @ x + b).reshape(2, -1).max(0),
    "mcculloch_pitts": lambda x, w, theta: np.heaviside(w @ x - theta, 1),
    "perceptron": lambda x, w, b: np.heaviside(w @ x + b, 1),
    "perceptron_rule": lambda x, t, w, b: (
        w + (t - np.heaviside(w @ x + b, 1)) * x,
        b + t - np.heaviside(w @ x + b, 1),
    ),
    "rnn_cell": lambda x, h, Wx, Wh, b: np.tanh(Wx @ x + Wh @ h + b),
    "lstm_cell": _lstm,
    "gru_cell": _gru,
    "gru_cell_after": _gru_after,
    "bidirectional": _bidirectional,
    "dot_attention": _attention,
    "scaled_attention": lambda Q, K, V: _attention(Q, K, V, np.sqrt(Q.shape[1])),
    "masked_attention": lambda Q, K, V, M: _attention(Q, K, V, np.sqrt(Q.shape[1]), M),
    "additive_attention": lambda s, H, W, U, v: softmax(np.tanh(H @ U.T + W @ s) @ v) @ H,
    "multi_head": _heads,
    "transformer_block": _block,
    "convolution1d": _convolved,
    "convolution2d": _convolved,
    "grouped_convolution1d": _convolved,
    "grouped_convolution2d": _convolved,
    "depthwise_convolution2d": lambda X, K, b: np.concatenate(
        [_convolved(X[c : c + 1], K[c : c + 1], b[c : c + 1]) for c in range(len(X))]
    ),
    "transposed_convolution1d": _transposed,
    "transposed_convolution2d": _transposed,
    "max_pooling": lambda X: PEER.pool("max", X, 2, 2, 2),
    "average_pooling": lambda X: PEER.pool("mean", X, 2, 2, 2),
    "max_pooling1d": lambda X: PEER.pool("max", X, 1, 2, 2),
    "average_pooling1d": lambda X: PEER.pool("mean", X, 1, 2, 2),
    "max_pooling_channels": lambda X: PEER.pool("max", X, 2, 2, 2),
    "average_pooling_channels": lambda X: PEER.pool("mean", X, 2, 2, 2),
    "average_pooling_inside": lambda X: (
        PEER.pool("mean", np.pad(X, 1), 2, 2, 2) / PEER.pool("mean", np.pad(np.ones_like(X), 1), 2, 2, 2)
    ),
    "separable_convolution": lambda x, u, v: PEER.conv(x, np.outer(u, v), 2, 1, 0, 1, False),
    "embedding": lambda x, E: x @ E,
    "cosine_similarity": lambda u, v: u @ v / np.sqrt((u @ u) * (v @ v)),
    "cosine_similarities": lambda u, E: _cosine(E, u),
    "squared_distances": lambda H: ((H[:, None] - H[None]) ** 2).sum(2),
    "skip_gram": lambda x, t, E, U: _nll(E, U, x @ E, t),
    "cbow": lambda X, t, E, U: _nll(E, U, (X @ E).mean(0), t),
    "negative_sampling": lambda x, t, S, E, U: (
        -np.log(sigmoid(t @ U @ (x @ E))) - np.log(sigmoid(-S @ U @ (x @ E))).sum()
    ),
    "hierarchical_softmax": lambda v, P, c: -np.log(np.prod(sigmoid(c * (P @ v)))),
    "tree_softmax": lambda v, P, C: np.exp((C**2 * np.log(sigmoid(C * (P @ v)))).sum(1)),
    "glove": lambda X, W, C, b, c: np.sum(
        np.minimum(1, (X / 100) ** 0.75) * (W @ C.T + b[:, None] + c - np.log(X)) ** 2
    ),
    "autoencoder": lambda x, W, b, V, c: (V @ sigmoid(W @ x + b) + c, sigmoid(W @ x + b)),
    "tied_autoencoder": lambda x, W, b, c: (W.T @ sigmoid(W @ x + b) + c, sigmoid(W @ x + b)),
    "linear_autoencoder": lambda X, W, V: (X @ W.T @ V.T, X @ W.T),
    "gaussian_kl": lambda mu, v: np.sum(mu**2 + np.exp(v) - v - 1) / 2,
    "vae": lambda x, u, A, a, B, b, V, c: (
        np.sum((V @ (A @ x + a + np.exp((B @ x + b) / 2) * u) + c - x) ** 2) / 2
        + np.sum((A @ x + a) ** 2 + np.exp(B @ x + b) - B @ x - b - 1) / 2
    ),
    "gan_value": lambda r, f: np.mean(np.log(r)) + np.mean(np.log(1 - f)),
    "gan_saturating": lambda f: np.mean(np.log(1 - f)),
    "gan_non_saturating": lambda f: -np.mean(np.log(f)),
    "wgan_critic": lambda r, f: np.mean(r) - np.mean(f),
    "rbm_energy": lambda v, h, W, a, b: -a @ v - b @ h - v @ W @ h,
    "rbm_hidden": lambda v, W, b: sigmoid(v @ W + b),
    "rbm_visible": lambda h, W, a: sigmoid(W @ h + a),
    "rbm_free_energy": lambda v, W, a, b: (
        -np.log(sum(np.exp(a @ v + b @ h + v @ W @ h) for h in _states(len(b))))
    ),
    "rbm_likelihood": _rbm,
    "rbm_gibbs": _gibbs,
    "rbm_contrastive": _contrastive,
    "hopfield_weights": lambda X: (X.T @ X - len(X) * np.eye(X.shape[1])) / X.shape[1],
    "hopfield_energy": lambda s, W, theta: -s @ W @ s / 2 + theta @ s,
    "hopfield_update": lambda s, W, theta: _settled(s, W @ s - theta),
    "hopfield_unit": lambda s, e, W, theta: s + (_settled(e @ s, e @ (W @ s - theta)) - e @ s) * e,
    "content_addressing": lambda k, M, beta: softmax(beta * _cosine(M, k)),
    "ntm_addressing": _shifted,
    "ntm_write": lambda M, w, e, a: M * (1 - np.outer(w, e)) + np.outer(w, a),
    "ntm_read": lambda M, w: w @ M,
    "dnc_usage": lambda u, w, R, f: (u + w - u * w) * np.prod(1 - f[:, None] * R, axis=0),
    "dnc_allocation": _allocation,
    "dnc_write": _write,
    "dnc_link": _link,
    "dnc_read": _read,
}
