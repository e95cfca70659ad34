"""Layers that the library does not have, each by one declaration: all else follows for them too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdl
from symdl.catalog import explain, listing
from symdl.core.function import FUNCTIONS
from symdl.models.layer import LAYERS

Array = Any


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    weights = np.exp(x - x.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def mgu(x: Array, h: Array, W: Array, U: Array, b: Array) -> Array:
    m = len(h)
    f = sigmoid(W[:m] @ x + U[:m] @ h + b[:m])
    return (1 - f) * h + f * np.tanh(W[m:] @ x + U[m:] @ (f * h) + b[m:])


def excited(X: Array, A: Array, B: Array) -> Array:
    return X * sigmoid(B @ np.maximum(A @ X.mean((1, 2)), 0))[:, None, None]


def by_cosine(Q: Array, K: Array, V: Array, tau: Array) -> Array:
    return softmax(tau * (Q @ K.T) / np.outer(np.linalg.norm(Q, axis=1), np.linalg.norm(K, axis=1))) @ V


class Case(NamedTuple):
    """A declaration, an instance of it, and the same in NumPy."""

    declared: dict[str, str | dict[str, str]]
    shapes: dict[str, tuple[int, ...]]
    numpy: Callable[..., Array]


CASES = {
    "minimal_gated_unit": Case(
        dict(
            params="x h W U b", results="s", weights="W U b",
            shapes={"x": "n", "h": "m", "W": "2m n", "U": "2m m", "b": "2m"},
            lines={
                "f": "sigmoid(W[1:m,:] x + U[1:m,:] h + b[1:m])",
                "g": "tanh(W[m+1:2m,:] x + U[m+1:2m,:] (f * h) + b[m+1:2m])",
                "s": "(1 - f) * h + f * g",
            },
            source="Zhou, Wu, Zhang & Zhou 2016", family="recurrent",
        ),
        {"x": (3,), "h": (2,), "W": (4, 3), "U": (4, 2), "b": (4,)}, mgu,
    ),
    "swiglu": Case(
        dict(
            params="x W V U", results="y", weights="W V U",
            shapes={"x": "n", "W": "m n", "V": "m n", "U": "k m"},
            lines={"a": "W x", "g": "a * sigmoid(a)", "y": "U (g * (V x))"},
            source="Shazeer 2020", family="feedforward",
        ),
        {"x": (3,), "W": (4, 3), "V": (4, 3), "U": (2, 4)},
        lambda x, W, V, U: U @ (W @ x * sigmoid(W @ x) * (V @ x)),
    ),
    "gated_linear_unit": Case(
        dict(
            params="X W b V c", results="Y", weights="W b V c",
            shapes={"X": "N n", "W": "n m", "b": "m", "V": "n m", "c": "m"},
            lines={"A": "X W + b", "G": "sigmoid(X V + c)", "Y": "A * G"},
            source="Dauphin, Fan, Auli & Grangier 2017", family="feedforward",
        ),
        {"X": (3, 2), "W": (2, 4), "b": (4,), "V": (2, 4), "c": (4,)},
        lambda X, W, b, V, c: (X @ W + b) * sigmoid(X @ V + c),
    ),
    "film": Case(
        dict(
            params="X u A a B b", results="Y", weights="A a B b",
            shapes={"X": "N n", "u": "k", "A": "n k", "a": "n", "B": "n k", "b": "n"},
            lines={"gamma": "A u + a", "beta": "B u + b", "Y": "X * gamma + beta"},
            source="Perez, Strub, de Vries, Dumoulin & Courville 2018", family="feedforward",
        ),
        {"X": (3, 2), "u": (2,), "A": (2, 2), "a": (2,), "B": (2, 2), "b": (2,)},
        lambda X, u, A, a, B, b: X * (A @ u + a) + B @ u + b,
    ),
    "rms_norm": Case(
        dict(
            params="x g", results="y", weights="g", shapes={"x": "n", "g": "n"}, settings={"epsilon": "1e-6"},
            lines={"r": "sqrt(mean(x * x) + epsilon)", "y": "g * x / r"},
            source="Zhang & Sennrich 2019", family="feedforward",
        ),
        {"x": (5,), "g": (5,)}, lambda x, g: g * x / np.sqrt((x * x).mean() + 1e-6),
    ),
    "fourier_features": Case(
        dict(
            params="x B", results="phi", weights="B", shapes={"x": "n", "B": "m n"},
            lines={"z": "2 pi B x", "phi": "concat(cos(z), sin(z))"},
            source="Tancik et al. 2020", family="feedforward",
        ),
        {"x": (2,), "B": (3, 2)},
        lambda x, B: np.concatenate([np.cos(2 * np.pi * B @ x), np.sin(2 * np.pi * B @ x)]),
    ),
    "cosine_attention": Case(
        dict(
            params="Q K V tau", results="O", weights="tau",
            shapes={"Q": "T d", "K": "S d", "V": "S m", "tau": ""},
            lines={
                "q": "sqrt(sum(Q * Q, axis=2))", "k": "sqrt(sum(K * K, axis=2))",
                "C": "(Q K^T) / (q k^T)", "A": "softmax(tau C)", "O": "A V",
            },
            source="Henry, Dachapally, Pawar & Chen 2020", family="attention",
        ),
        {"Q": (2, 3), "K": (4, 3), "V": (4, 2), "tau": ()}, by_cosine,
    ),
    "squeeze_excite": Case(
        dict(
            params="X A B", results="Y", weights="A B", shapes={"X": "c h w", "A": "r c", "B": "c r"},
            lines={
                "s": "mean(reshape(X, c, h*w), axis=2)", "e": "relu(A s)", "g": "sigmoid(B e)",
                "Y": "X * per_channel(g, X)",
            },
            source="Hu, Shen & Sun 2018", family="convolution",
        ),
        {"X": (3, 2, 2), "A": (2, 3), "B": (3, 2)}, excited,
    ),
}  # fmt: skip


@pytest.fixture(params=CASES)
def key(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a layer while it is declared."""
    symdl.layer(f"own_{request.param}", **CASES[request.param].declared)
    yield request.param
    LAYERS.remove(f"own_{request.param}")
    FUNCTIONS.remove(f"own_{request.param}")


def instance(key: str, **more: Any) -> tuple[dict[str, Array], Any]:
    """Numbers for every parameter, and a problem that calls the layer."""
    case, rng = CASES[key], np.random.default_rng(len(key))
    at = {name: rng.uniform(0.2, 1, size=shape).round(3) for name, shape in case.shapes.items()}
    given = {name: value.tolist() for name, value in at.items()}
    let = {"out": f"own_{key}({', '.join(at)})", "L": "sum(out * out * out) / 3"}
    asks: list[dict[str, Any]] = [{"gradient": "L", "by": list(at)}, {"show": "network"}]
    return at, symdl.problem(
        given=given, let=let, asks=asks, title={"en": "A layer", "fa": "یک لایه"}, **more
    )


def test_it_is_worked_out_checked_and_printed(key: str) -> None:
    at, problem = instance(key)
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    np.testing.assert_allclose(solved.values["out"], CASES[key].numpy(**at), atol=1e-12)
    for name, value in at.items():  # central differences of the NumPy form
        found = np.asarray(solved.gradient[name].numpy)
        for where in np.ndindex(np.shape(value)):
            ends = []
            for side in (1, -1):
                moved = np.array(value, dtype=float)
                moved[where] += side * 1e-5
                ends.append(np.sum(CASES[key].numpy(**{**at, name: moved}) ** 3) / 3)
            assert found[where] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-6)
    for language in ("en", "fa"):
        assert len(symdl.render(solved.compose(language=language), "txt")) > 1000


def test_it_is_listed_and_explained(key: str) -> None:
    source = str(CASES[key].declared["source"])
    assert f"own_{key}" in symdl.render(listing("layers", "en"), "txt")
    for language in ("en", "fa"):
        assert source.split(",")[0].split()[0] in symdl.render(explain(f"own_{key}", language), "txt")


def test_answers_to_it_are_marked(key: str) -> None:
    _, problem = instance(key)
    weight = str(CASES[key].declared["weights"]).split()[0]
    right = symdl.derive(problem).gradient[weight].numpy
    question = f"gradient.L.{weight}"
    marked = symdl.grade(problem, {question: np.asarray(right).tolist()}).row(question)
    assert marked.status == "right"
    assert symdl.grade(problem, {question: (2 * np.asarray(right)).tolist()}).row(question).status == "wrong"


@pytest.mark.parametrize("name", ["swiglu", "rms_norm", "gated_linear_unit", "film"])
def test_it_holds_for_all_sizes(name: str) -> None:
    declared = CASES[name].declared
    symdl.layer(f"own_{name}", **declared)
    try:
        shapes = declared["shapes"]
        assert isinstance(shapes, dict)
        symbols = {param: shapes[param].split() for param in str(declared["params"]).split()}
        let = {"out": f"own_{name}({', '.join(symbols)})", "L": "sum(out * out * out) / 3"}
        asks = [{"gradient": "L", "by": list(symbols)}]
        solved = symdl.derive(symdl.problem(symbols=symbols, let=let, asks=asks))
        assert {check.outcome for check in solved.checks} == {"holds"}
    finally:
        LAYERS.remove(f"own_{name}")
        FUNCTIONS.remove(f"own_{name}")
