"""The worked examples of architectures against equations that are written down here once more, in NumPy."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np

import symdl
from symdl.resources import folder
from tests.helpers.graphs import agree
from tests.helpers.layers import NUMPY, sigmoid


@cache
def solved(name: str) -> Any:
    return symdl.derive(symdl.load(folder("worked_examples") / name / "problem.toml"))


def arrays(name: str, *names: str) -> list[Any]:
    values = solved(name).values
    return [np.asarray(values[each], dtype=float) for each in names]


def test_two_layers_solve_what_one_cannot():
    y, t = arrays("xor", "y", "t")
    assert agree(y, t)
    gradient = solved("xor").gradient
    assert agree(gradient["v"].numpy, np.zeros(2))  # the best affine function says 1/2 everywhere
    assert agree(gradient["c"].numpy, 0.0)


def test_the_gradient_of_the_likelihood_is_model_less_data():
    v, W, a, b = arrays("rbm_exact", "v", "W", "a", "b")
    pairs = [
        tuple(map(np.array, pair))
        for pair in itertools.product(itertools.product((0, 1), repeat=2), repeat=2)
    ]
    weights = np.array([np.exp(a @ u + b @ h + u @ W @ h) for u, h in pairs])
    weights /= weights.sum()
    model = sum(p * np.outer(u, h) for p, (u, h) in zip(weights, pairs, strict=True))
    data = np.outer(v, sigmoid(v @ W + b))
    assert agree(solved("rbm_exact").gradient["W"].numpy, model - data)


def test_tied_weights_have_two_paths():
    x, W, y, h = arrays("autoencoder_tied", "x", "W", "y", "h")
    outer, inner = y - x, (W @ (y - x)) * h * (1 - h)
    assert agree(solved("autoencoder_tied").gradient["W"].numpy, np.outer(inner, x) + np.outer(h, outer))


def test_shared_weights_add_up_over_time():
    names = [f"{name}[{t}]" for t in (1, 2, 3) for name in ("x", "h")]
    x1, h1, x2, h2, x3, h3, Wh, Wy, o, y = arrays("rnn_bptt", *names, "Wh", "Wy", "o", "y")
    (h0,) = arrays("rnn_bptt", "h[0]")
    d3 = (Wy.T @ (o - y)) * (1 - h3**2)
    d2 = (Wh.T @ d3) * (1 - h2**2)
    d1 = (Wh.T @ d2) * (1 - h1**2)
    gradient = solved("rnn_bptt").gradient
    assert agree(gradient["Wh"].numpy, np.outer(d3, h2) + np.outer(d2, h1) + np.outer(d1, h0))
    assert agree(gradient["Wx"].numpy, np.outer(d3, x3) + np.outer(d2, x2) + np.outer(d1, x1))


def test_the_memory_is_written_and_read():
    M0, u, k, e, v, L0, q0, w0, m = arrays("dnc_read_write", "M0", "u", "k", "e", "v", "L0", "q0", "w0", "m")
    content = NUMPY["content_addressing"](k, M0, 2)
    memory, written = NUMPY["dnc_write"](M0, content, NUMPY["dnc_allocation"](u), 0.9, 0.5, e, v)
    link, _ = NUMPY["dnc_link"](L0, q0, written)
    read, _ = NUMPY["dnc_read"](memory, link, w0, content, m)
    assert agree(arrays("dnc_read_write", "r")[0], read)
