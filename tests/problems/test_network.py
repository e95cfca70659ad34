"""`[network]` is shorthand: the lines that each layer stands for, what it declares, what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.errors import ProblemError
from symdl.problems.confirming.architecture import table_checks
from tests.helpers.graphs import agree

BATCH = [[1, 2], [3, 5], [-1, 0.5]]
IMAGE = [[1, 2, 0, 1], [0, 1, 3, 1], [2, 1, 0, 2], [1, 0, 1, 3]]


def network(given: dict[str, Any], *layers: dict[str, Any], **more: Any) -> Any:
    """A problem of a network over `x`."""
    return symdl.problem(given=given, network={"input": "x", "layers": list(layers), **more})


def named(problem: Any) -> dict[str, tuple[Any, ...]]:
    """The shapes of all named quantities."""
    return {str(var.name): var.shape for var in problem.graph.variables() if var.name is not None}


@pytest.mark.parametrize(
    ("x", "layers", "expected"),
    [
        ([1, 2], [{"dense": 3, "activation": "relu"}], {"W1": (3, 2), "b1": (3,), "z1": (3,), "a1": (3,)}),
        (BATCH, [{"dense": 4, "bias": False}], {"W1": (2, 4), "z1": (3, 4)}),
        (BATCH, [{"batch_norm": True}], {"gamma1": (2,), "beta1": (2,), "mu1": (2,), "n1": (3, 2)}),
        (BATCH, [{"layer_norm": True}], {"gamma1": (2,), "mu1": (3,), "n1": (3, 2)}),
        ([1, 2], [{"dropout": 0.5}], {"m1": (2,), "d1": (2,)}),
        ([1, 2], [{"activation": "tanh"}], {"a1": (2,)}),
        (IMAGE, [{"conv2d": 1, "kernel": 2}], {"K1": (2, 2), "b1": (), "z1": (3, 3)}),
        (
            IMAGE,
            [{"conv2d": 2, "pad": 1}],
            {"x1": (1, 4, 4), "K1": (2, 1, 3, 3), "b1": (2,), "z1": (2, 4, 4)},
        ),
        (IMAGE, [{"max_pool2d": 2}, {"avg_pool2d": 2, "stride": 1}], {"p1": (2, 2), "p2": (1, 1)}),
        (IMAGE, [{"flatten": True}, {"dense": 2}], {"f1": (16,), "W2": (2, 16), "z2": (2,)}),
        (
            [IMAGE, IMAGE],
            [{"conv2d": 4, "kernel": 2, "groups": 2, "dilation": 2}],
            {"K1": (4, 1, 2, 2), "b1": (4,), "z1": (4, 2, 2)},
        ),
        (BATCH, [{"rnn": 4}], {"Wx1": (4, 2), "Wh1": (4, 4), "h1[0]": (4,), "h1[3]": (4,)}),
        (BATCH, [{"gru": 2, "sequence": True}, {"dense": 1}], {"U1": (6, 2), "s1": (3, 2), "z2": (3, 1)}),
        (BATCH, [{"lstm": 1, "truncate": 2}], {"W1": (4, 2), "c1[3]": (1,), "h1_bar[2]": (1,)}),
        ([1, 2, 3], [{"conv1d": 1, "kernel": 2, "stride": 1}], {"K1": (2,), "z1": (2,)}),
    ],
)
def test_what_a_layer_stands_for(x: Any, layers: list[dict[str, Any]], expected: dict[str, tuple[int, ...]]):
    assert expected.items() <= named(network({"x": x}, *layers)).items()


def test_a_convolutional_network_from_end_to_end():
    rng = np.random.default_rng(3)
    given = {
        "x": IMAGE, "K1": rng.normal(size=(2, 1, 2, 2)).tolist(), "b1": [0.1, -0.2],
        "W4": rng.normal(size=(2, 8)).tolist(), "b4": [0, 0], "y": [1, 0],
    }  # fmt: skip
    problem = network(
        given, {"conv2d": 2, "kernel": 2, "activation": "relu"}, {"max_pool2d": 2, "stride": 1},
        {"flatten": True}, {"dense": 2, "activation": "softmax"}, loss={"cross_entropy": "y"},
    )  # fmt: skip
    values = symdl.derive(problem).values
    x, K = np.array(IMAGE), np.array(given["K1"])
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 2))
    z = np.einsum("ijuv,kcuv->kij", windows, K) + np.array([0.1, -0.2])[:, None, None]
    pooled = np.lib.stride_tricks.sliding_window_view(np.maximum(z, 0), (2, 2), axis=(1, 2)).max((-1, -2))
    scores = np.array(given["W4"]) @ pooled.ravel()
    assert agree(values["L"], np.log(np.exp(scores).sum()) - scores[0])


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"dense": 0}, "positive whole numbers"),
        ({"dense": 2, "kernel": 3}, "`kernel`"),
        ({"conv2d": 2}, "does not take `x`, whose shape is 2"),
        ({"dens": 2}, "`dense`"),
        ({}, "says what it is"),
    ],
)
def test_what_a_network_refuses(layer: dict[str, Any], words: str):
    with pytest.raises(symdl.SymdlError) as raised:
        network({"x": [1, 2]}, layer)
    assert words in str(raised.value)


VGG = """
[symbols]
x = [3, 224, 224]
[network]
input = "x"
layers = [
  {conv2d = 64, kernel = 3, pad = 1, activation = "relu"}, {max_pool2d = 2},
  {conv2d = 128, kernel = 5, pad = 2, stride = 2, activation = "relu"}, {max_pool2d = 2},
  {flatten = true}, {dense = 4096, activation = "relu"}, {dense = 1000, activation = "softmax"},
]
[[ask]]
show = "network"
"""


def test_a_large_network_is_listed_without_being_computed(tmp_path: Path) -> None:
    path = tmp_path / "vgg.toml"
    path.write_text(VGG, encoding="utf-8")
    solved = symdl.derive(symdl.load(path))
    (answer,) = solved.derivation.answers
    weights = 64 * 3 * 9 + 64 + 128 * 64 * 25 + 128 + 4096 * 128 * 28 * 28 + 4096 + 1000 * 4096 + 1000
    assert answer.value == weights
    shapes = {row["name"]: row["shape"] for row in answer.table}
    assert shapes["a1"] == ["64", "224", "224"] and shapes["p4"] == ["128", "28", "28"]
    (check,) = symdl.verify(solved)
    assert (check.method, check.outcome) == ("counting", "holds")
    sheet = str(symdl.render(symdl.compose(solved, [check]), "md"))
    assert r"\left\lfloor \frac{112 + 2 \cdot 2 - 5}{2} \right\rfloor + 1 = 56" in sheet


@pytest.mark.parametrize("answer", [7.0, None])
def test_a_wrong_total_fails(answer: float | None) -> None:
    solved = symdl.derive(symdl.problem(symbols={"x": [4], "W": [2, 4]}, let={"z": "W x"},
                                        asks=[{"show": "z", "by": ["W"]}]))  # fmt: skip
    (found,) = solved.derivation.answers
    wrong = replace(solved.derivation, answers=(replace(found, value=answer),))
    (check,) = table_checks(solved.problem, wrong, 1)
    assert check.outcome == ("holds" if answer is None else "fails")


def test_parameters_are_counted_for_all_sizes() -> None:
    solved = symdl.derive(
        symdl.problem(symbols={"x": ["n"], "h": ["m"], "W": ["3m", "n"], "U": ["3m", "m"], "b": ["3m"]},
                      let={"y": "gru_cell(x, h, W, U, b)"}, asks=[{"show": "y"}])
    )  # fmt: skip
    (answer,) = solved.derivation.answers
    assert str(answer.formula["matrix"]) and answer.value is None
    assert {row["name"] for row in answer.table if row["role"] == "parameter"} == {"W", "U", "b"}


def test_unknown_quantities_are_not_shown() -> None:
    with pytest.raises(ProblemError, match="`yx`"):
        symdl.derive(symdl.problem(given={"x": 1.0}, let={"yy": "2 x"}, asks=[{"show": "yx"}]))


@pytest.mark.parametrize(
    ("x", "layer", "told"),
    [
        ([IMAGE, IMAGE], {"conv2d": 3, "groups": 2}, "divide into 2 groups"),
        ([1, 2], {"rnn": 2}, "rnn"),
        (BATCH, {"rnn": 2, "truncate": 0}, "positive whole"),
    ],
)
def test_what_groups_and_recurrences_refuse(x: Any, layer: dict[str, Any], told: str):
    with pytest.raises(ProblemError, match=told):
        network({"x": x}, layer)


def test_the_states_of_a_stacked_recurrence_are_those_of_a_loop():
    rng = np.random.default_rng(4)
    shapes = {"Wx1": (3, 2), "Wh1": (3, 3), "b1": (3,), "W2": (8, 3), "U2": (8, 2), "b2": (8,)}
    given = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    found = symdl.derive(
        network(
            {"x": BATCH, **{name: value.tolist() for name, value in given.items()}},
            {"rnn": 3, "sequence": True}, {"lstm": 2},
        )
    ).values  # fmt: skip
    h, (a, c) = np.zeros(3), (np.zeros(2), np.zeros(2))
    for row in np.array(BATCH):
        h = np.tanh(given["Wx1"] @ row + given["Wh1"] @ h + given["b1"])
        z = given["W2"] @ h + given["U2"] @ a + given["b2"]
        i, f, o = (1 / (1 + np.exp(-z[k : k + 2])) for k in (0, 2, 6))
        c = f * c + i * np.tanh(z[4:6])
        a = o * np.tanh(c)
    assert agree(found["h2[3]"], a)
