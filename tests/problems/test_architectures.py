"""The worked examples of architectures against equations that are written down here once more, in NumPy."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest

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


@pytest.mark.peers
def test_the_best_discriminator_gives_the_divergence():
    from scipy.spatial.distance import jensenshannon

    p, q, D, C, J = arrays("optimal_discriminator", "p", "q", "D", "C", "J")
    assert agree(D, p / (p + q))
    assert agree(C, 2 * jensenshannon(p, q) ** 2 - np.log(4)) and agree(J, C)


def test_a_saturated_loss_teaches_little():
    f = sigmoid(np.array([-4.0, 1]))
    found = {a.of: a.value for a in solved("generator_losses").derivation.answers if a.by == "s"}
    assert agree(found["S"], -f) and agree(found["N"], -(1 - f))


def test_the_leaves_of_a_tree_share_one():
    v, P, C, p = arrays("word_tree", "v", "P", "C", "p")
    assert agree(p.sum(), 1.0)
    path = C[1] != 0
    goal = (C[1] == 1).astype(float)
    slope = np.where(path, sigmoid(P @ v) - goal, 0.0)  # prediction less target at the nodes of the path
    assert agree(solved("word_tree").gradient["P"].numpy, np.outer(slope, v))
    assert agree(p[1], np.prod(sigmoid(C[1][path] * (P @ v)[path])))


def test_the_gradient_is_zero_at_the_principal_axis():
    X, W, J, K = arrays("linear_autoencoder", "X", "W", "J", "K")
    values, axes = np.linalg.eigh(X.T @ X)
    assert agree(np.abs(axes[:, -1] @ W[0]), 1.0)
    assert np.array_equal(solved("linear_autoencoder").gradient["W"].numpy, np.zeros((1, 2)))
    assert agree(J, values[0]) and K > J


def test_topics_lie_together():
    answer = next(a for a in solved("topic_codes").derivation.answers if a.kind == "nearest")
    first = {row["of"]["en"]: row["nearest"]["en"] for row in answer.table if row["rank"] == 1}
    assert first == {
        "ball game": "game report", "game report": "ball game",
        "chip test": "test report", "test report": "chip test",
    }  # fmt: skip


def test_energy_falls_to_a_stored_pattern():
    X, s = arrays("hopfield_recall", "X", "s[3]")
    energies = [float(arrays("hopfield_recall", f"E[{t}]")[0]) for t in (1, 2, 3, 4)]
    assert all(after <= before for before, after in itertools.pairwise(energies))
    assert energies[-1] < energies[0] and np.array_equal(s, X[0])


def test_contrastive_divergence_is_a_chain_from_the_data():
    v0, v2, W, b, M, eta = arrays("contrastive_divergence", "v[0]", "v[2]", "W", "b", "M", "eta")
    step = np.outer(v0, sigmoid(v0 @ W + b)) - np.outer(v2, sigmoid(v2 @ W + b))
    assert agree(M, W + eta * step)


def test_a_gaussian_code_against_its_own_density():
    x, u, V, c, mu, logarithm, D = arrays("vae_step", "x", "u", "V", "c", "mu", "l", "D")
    s = np.exp(logarithm / 2)
    assert agree(D, np.sum(mu**2 + s**2 - 1 - np.log(s**2)) / 2)
    z = mu + s * u
    back = V.T @ (V @ z + c - x)
    gradient = solved("vae_step").gradient
    assert agree(gradient["A"].numpy, np.outer(back + mu, x))
    assert agree(gradient["B"].numpy, np.outer(back * u * s / 2 + (s**2 - 1) / 2, x))


def test_gates_are_learned_but_for_one():
    (T,) = arrays("logic_gates", "T")
    assert np.array_equal(T.T, [[0, 0, 0, 1], [0, 1, 1, 1]])
    notes = [a.note.key for a in solved("logic_gates").derivation.answers if a.kind == "separate"]
    assert notes == ["note.separable"] * 3 + ["note.inseparable"]


def test_a_clipped_critic_stays_in_its_box():
    answers = {a.id: a for a in solved("wasserstein_critic").derivation.answers}
    assert answers["critic"].table[-1]["parameters"]["w"] == 0.1
    assert answers["generator.a"].table[0]["others"]["w"] == 0.1


def test_a_head_looks_shifts_and_sharpens():
    M, k, w0, g, s, gamma, w1, o = arrays("turing_head", "M", "k", "w0", "g", "s", "gamma", "w1", "o")
    content = NUMPY["content_addressing"](k, M, 1)
    assert agree(w1, NUMPY["ntm_addressing"](content, w0, g, s, gamma)) and agree(w1.sum(), 1.0)
    assert agree(o, w1 @ M)


def test_the_words_around_share_the_gradient_of_their_mean():
    X, t, E, U = arrays("cbow", "X", "t", "E", "U")
    scores = U @ (X @ E).mean(axis=0)
    p = np.exp(scores) / np.exp(scores).sum()
    assert agree(solved("cbow").gradient["E"].numpy, X.T @ np.ones((3, 1)) @ (U.T @ (p - t))[None] / 3)
    assert agree(solved("cbow").gradient["U"].numpy, np.outer(p - t, (X @ E).mean(axis=0)))


def test_rare_pairs_pull_less():
    X, W, C, b, c = arrays("glove_pairs", "X", "W", "C", "b", "c")
    slope = 2 * np.minimum(1, (X / 16) ** 0.75) * (W @ C.T + b[:, None] + c - np.log(X))
    found = solved("glove_pairs").gradient
    assert agree(found["W"].numpy, slope @ C) and agree(found["C"].numpy, slope.T @ W)
    assert agree(found["b"].numpy, slope.sum(axis=1)) and agree(found["c"].numpy, slope.sum(axis=0))


def test_pairs_that_never_meet_do_not_count():
    X, W = np.array([[4.0, 0], [2, 9]]), np.array([[0.5, -0.4], [0.3, 0.8]])
    C, b, c = np.array([[0.9, 0.2], [-0.5, 0.7]]), np.array([0.4, 0.6]), np.array([0.3, 0.9])
    given = {"X": X.tolist(), "W": W.tolist(), "C": C.tolist(), "b": b.tolist(), "c": c.tolist()}
    asks = [{"gradient": "J", "by": ["W", "b"]}]
    found = symdl.derive(symdl.problem(given=given, let={"J": "glove(X, W, C, b, c, limit=8)"}, asks=asks))
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    slopes = np.zeros((2, 2))
    for i, j in ((0, 0), (1, 0), (1, 1)):
        error = W[i] @ C[j] + b[i] + c[j] - np.log(X[i, j])
        slopes[i, j] = 2 * min(1, (X[i, j] / 8) ** 0.75) * error
    assert agree(found.gradient["W"].numpy, slopes @ C) and agree(found.gradient["b"].numpy, slopes.sum(1))


def test_noise_is_seen_by_the_weights_and_not_by_the_target():
    x, n, y, h, V = arrays("denoising_autoencoder", "x", "n", "y", "h", "V")
    inner = (V.T @ (y - x)) * h * (1 - h)
    assert agree(solved("denoising_autoencoder").gradient["W"].numpy, np.outer(inner, x + n))


def test_what_is_learned_may_be_said() -> None:
    """The image is differentiated by as well, but only the kernels are learned."""
    given = {"I": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "F": [[1, 0], [0, -1]], "b": 0.5}
    asks = [{"show": "Z", "by": ["F", "b"]}, {"gradient": "L", "by": ["F", "b", "I"]}]
    let = {"Z": "conv2d(I, F) + b", "L": "sum(Z * Z)"}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=asks))
    assert solved.derivation.answers[0].value == 5
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


def test_what_a_layer_works_on_is_not_learned_because_it_is_differentiated_by() -> None:
    given = {"X": [[1, 2], [0, -1]], "W": [[0.5], [1]], "b": [0.25]}
    asks: list[dict[str, Any]] = [{"show": "L"}, {"gradient": "L", "by": ["W", "b", "X"]}]
    problem = symdl.problem(given=given, let={"Y": "dense_rows(X, W, b)", "L": "sum(Y * Y)"}, asks=asks)
    assert symdl.derive(problem).derivation.answers[0].value == 3
