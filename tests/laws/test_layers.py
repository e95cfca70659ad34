"""What every layer obeys: its values, its derivatives, the names of its lines, the checks of its sheets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdl
from symdl.autodiff.reverse import backward
from symdl.catalog import explain
from symdl.core.function import FUNCTIONS
from symdl.models.layer import LAYERS, Layer
from tests.helpers.graphs import adjoint_values, agree, differences, everything, value
from tests.helpers.layers import NUMPY, arguments, called, plain, results_of, shapes, sizes

every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.key)


def instance(layer: Layer, start: int = 2, step: int = 1, seed: int = 0) -> tuple[Any, dict[str, Any]]:
    """A problem that calls a layer, and the values of its inputs."""
    at = arguments(layer, sizes(layer, start, step), seed)
    written = called(layer, at)
    problem = symdl.problem(given=written["given"], let=written["let"])
    return problem, {str(var.name): np.array(written["given"][str(var.name)]) for var in problem.graph.inputs}


@every_layer
def test_every_layer_says_what_it_is(layer: Layer):
    assert layer.source
    assert layer.family
    assert layer.key in NUMPY, "write it down in NumPy as well"
    assert set(layer.shapes) <= set(layer.params)
    assert set(layer.weights) <= set(layer.shapes)
    assert set(layer.results) <= {line.targets[0] for line in layer.assigns}
    assert not set(layer.dims) & {line.targets[0] for line in layer.assigns}


@every_layer
@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_layer_is_explained(layer: Layer, language: str):
    page = symdl.render(explain(layer.key, language), "txt")
    assert layer.source.split()[0] in page
    assert all(name.partition("[")[0] in page for name in layer.params)


@every_layer
@settings(max_examples=6)
@given(start=st.integers(1, 2), step=st.integers(0, 1), seed=st.integers(0, 99))
def test_values_are_those_of_numpy(layer: Layer, start: int, step: int, seed: int):
    at = arguments(layer, sizes(layer, start, step), seed)
    problem, here = instance(layer, start, step, seed)
    found = {var.name: x for var, x in everything(problem.graph, here).items()}
    for k, expected in enumerate(results_of(layer, at), 1):
        got = found.get(f"out{k}")
        if got is None:  # a result for each moment
            got = np.stack([found[f"out{k}[{t}]"] for t in range(1, len(expected) + 1)])
        assert agree(got, expected)


@every_layer
@settings(max_examples=3)
@given(start=st.integers(1, 2), step=st.integers(0, 1), seed=st.integers(0, 99))
def test_gradients_agree_with_central_differences(layer: Layer, start: int, step: int, seed: int):
    problem, here = instance(layer, start, step, seed)
    graph = problem.graph
    expected = differences(lambda shifted: value(graph, shifted), here)
    found = adjoint_values(backward(graph, graph.output), graph.inputs, here)
    for name in here:
        assert agree(found[name], expected[name], 1e-6), name


@every_layer
def test_every_line_has_a_name(layer: Layer):
    problem, _ = instance(layer)
    names = {str(var.name).partition("[")[0] for var in problem.graph.variables() if var.name is not None}
    inner = {line.targets[0] for line in layer.assigns} - set(layer.results)
    assert {f"{name}1" for name in inner} <= names


@every_layer
def test_a_sheet_of_it_holds(layer: Layer):
    at = arguments(layer, sizes(layer))
    written = called(layer, at)
    by = [plain(name) for name in layer.params]
    solved = symdl.derive(
        symdl.problem(given=written["given"], let=written["let"], asks=[{"gradient": "loss", "by": by}])
    )
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


# Sizes that a layer counts through, so that they are numbers even where the others are symbols.
COUNTED: dict[str, dict[str, int]] = {
    "multi_head": {"H": 2}, "transformer_block": {"H": 2}, "bidirectional": {"S": 2}, "maxout": {"p": 4},
    "max_pooling": {"h": 4, "w": 5}, "average_pooling": {"h": 4, "w": 5},
    "average_pooling_inside": {"h": 4, "w": 5}, "max_pooling1d": {"n": 5}, "average_pooling1d": {"n": 5},
    "max_pooling_channels": {"c": 2, "h": 4, "w": 5}, "average_pooling_channels": {"c": 2, "h": 4, "w": 5},
    "rbm_likelihood": {"n": 2}, "dnc_usage": {"H": 2}, "dnc_allocation": {"N": 3}, "ntm_addressing": {"S": 3},
}  # fmt: skip


@pytest.mark.parametrize(
    "layer", [layer for layer in LAYERS.values() if set(layer.shapes) == set(layer.params)],
    ids=lambda layer: layer.key,
)  # fmt: skip
def test_it_holds_for_all_sizes(layer: Layer):
    counted = COUNTED.get(layer.key, {})
    symbols = {
        plain(name): [dim_of(word, counted) for word in layer.shapes[name].split()] for name in layer.params
    }
    outs = [f"out{k}" for k in range(len(layer.results))]
    parts = [
        f"{out}[{t}]" if name in layer.families else out
        for name, out in zip(layer.results, outs, strict=True)
        for t in (range(1, counted["S"] + 1) if name in layer.families else (0,))
    ]
    problem = symdl.problem(
        symbols=symbols,
        let={
            ", ".join(outs): f"{layer.key}({', '.join(symbols)})",
            "loss": " + ".join(f"sum({part} * {part})" for part in parts),
        },
        asks=[{"gradient": "loss", "by": list(symbols)}],
    )
    assert {check.outcome for check in symdl.verify(symdl.derive(problem))} == {"holds"}


def dim_of(word: str, counted: dict[str, int]) -> int | str:
    """A declared size as a problem writes it: `4 m` for `4m`."""
    size = counted.get(word, word.removesuffix("/groups"))  # of one group
    if isinstance(size, int) or size.isdigit():
        return int(size)
    return size if size.isalpha() else f"{size[0]} {size[1:]}"


def test_calls_do_not_collide():
    problem = symdl.problem(
        given={"x": [1, 2], "W1": [[1, 2]], "W2": [[3]], "b": [0.5], "a": 3, "h0": [0.25]},
        let={
            "h": "rnn_cell(x, h0, W1, W2, b)",
            "s": "rnn_cell(x, h, W1, W2, b)",
            "a_s": "2 a",
        },
    )
    names = [var.name for var in problem.graph.variables() if var.name is not None]
    assert names[-5:] == ["a_h", "h", "a_s_2", "s", "a_s"]


def test_an_argument_that_is_a_formula_gets_a_line():
    problem = symdl.problem(
        given={"x": [1, 2], "W": [[1, 2]], "b": [0.5]}, let={"y": "dense(2 x, W, b)", "z": "2 dense(x, W, b)"}
    )
    names = [var.name for var in problem.graph.variables()]
    assert names == ["x", "W", "b", "x_y", None, "y", None, None, "z"]


def test_a_repeated_call_names_each_moment():
    problem = symdl.problem(
        given={"x[1]": [1], "x[2]": [2], "h[0]": [0], "w": [[0.5]], "b": [0]},
        let={"h[t=1..2]": "rnn_cell(x[t], h[t-1], w, w, b)", "y": "h[2]"},
    )
    names = [var.name for var in problem.graph.variables() if var.name is not None]
    assert names[-5:] == ["a[1]", "h[1]", "a[2]", "h[2]", "y"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ({"y": "dense(W, W, b)"}, "`x` of `dense` has the shape n; here it is 1 × 2"),
        ({"y": "dense(W, W, b)"}, "there is `dense_rows`"),
        ({"y": "dense(x, W)"}, "dense(x, W, b)"),
        (
            {"y": "cosine_similarity(x, b)"},
            "`v` of `cosine_similarity` has the shape d with d = 2; here it is 1",
        ),
        ({"y": "sum(states(13))"}, "13 units have 2^13 states; only up to 2^12"),
        ({"y": "lstm_cell(x, b, b, W, W, b)"}, "lstm_cell"),
        ({"y, z": "dense(x, W, b)"}, "dense"),
        ({"y": "batch_norm(W, x, x, eps=1)"}, "epsilon"),
    ],
)
def test_a_wrong_call_is_told(call: dict[str, str], expected: str):
    with pytest.raises(symdl.SymdlError) as raised:
        symdl.problem(given={"x": [1, 2], "W": [[1, 2]], "b": [0.5]}, let=call)
    assert expected in str(raised.value)


def test_a_layer_of_ones_own_is_one_declaration():
    symdl.layer(
        "highway", params="x W b V c", results="y", weights="W b V c",
        shapes={"x": "n", "W": "n n", "b": "n", "V": "n n", "c": "n"},
        lines={"t": "sigmoid(V x + c)", "g": "tanh(W x + b)", "y": "t * g + (1 - t) * x"},
        source="Srivastava, Greff & Schmidhuber 2015",
    )  # fmt: skip
    try:
        given = {"x": [0.5, -1], "W": [[1, 2], [0, 1]], "b": [0, 1], "V": [[1, 0], [2, 1]], "c": [0, -1]}
        solved = symdl.derive(
            symdl.problem(
                given=given, let={"y": "highway(x, W, b, V, c)", "L": "sum(y)"},
                asks=[{"gradient": "L", "by": ["V", "x"]}],
            )
        )  # fmt: skip
        assert {check.outcome for check in symdl.verify(solved)} == {"holds"}
        t = 1 / (1 + np.exp(-(np.array(given["V"]) @ given["x"] + given["c"])))
        g = np.tanh(np.array(given["W"]) @ given["x"] + given["b"])
        assert agree(solved.values["y"], t * g + (1 - t) * np.array(given["x"]))
        assert "Greff" in symdl.render(explain("highway"), "txt")
    finally:
        LAYERS.remove("highway")
        FUNCTIONS.remove("highway")


def test_a_layer_of_ones_own_serves_a_problem_file(tmp_path):
    """A gate of one's own in a file, in time, at symbolic sizes, on a Persian sheet."""
    symdl.layer(
        "carry_gate", params="x h W U b", results="h_new g", weights="W U b",
        shapes={"x": "n", "h": "m", "W": "m n", "U": "m m", "b": "m"},
        lines={"a": "W x + U h + b", "g": "sigmoid(a)", "h_new": "g * h + (1 - g) * tanh(a)"},
        source="a lecture",
    )  # fmt: skip
    file = tmp_path / "gate.toml"
    file.write_text(
        """title = {en = "A gate", fa = "یک دروازه"}
[symbols]
"x[1]" = ["n"]
"x[2]" = ["n"]
"h[0]" = ["m"]
W = ["m", "n"]
U = ["m", "m"]
b = ["m"]
[let]
"h[t=1..2], g[t=1..2]" = "carry_gate(x[t], h[t-1], W, U, b)"
L = "sum(h[2]^2)"
[[ask]]
gradient = "L"
by = ["U", "b"]
""",
        encoding="utf-8",
    )
    try:
        solved = symdl.derive(symdl.load(file))
        checks = symdl.verify(solved)
        assert {check.outcome for check in checks} == {"holds"}
        names = {str(var.name) for var in solved.derivation.graph.variables()}
        assert {"a[1]", "g[2]", "h[2]"} <= names
        assert "یک دروازه" in str(symdl.render(symdl.compose(solved, checks, language="fa"), "html"))
    finally:
        LAYERS.remove("carry_gate")
        FUNCTIONS.remove("carry_gate")


def test_a_mistake_is_told_where_the_layer_is_declared():
    with pytest.raises(symdl.SymdlError):
        symdl.layer("broken", params="x", results="y", lines={"y": "sigmoid(q)"}, source="-")
    assert "broken" not in LAYERS
    assert "broken" not in FUNCTIONS


def test_lines_that_lead_elsewhere_send_nothing_back():
    given = {"x": [1, 2], "W": [[1, 2]], "b": [0.5]}
    let = {"y": "dense(x, W, b)", "z": "dense(2 x, W, b)", "L": "sum(y)"}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["b"]}]))
    (step,) = (step for step in solved.steps if step.id == "backward.L.b")
    assert step.because.key != "rule.sum_over_uses"


def test_an_ask_may_name_a_line_of_a_layer():
    given = {"Q": [[1, 0]], "K": [[1, 1], [0, 1]], "V": [[1], [2]]}
    let = {"O": "scaled_attention(Q, K, V)"}
    problem = symdl.problem(given=given, let=let, asks=[{"value": "A"}])
    assert agree(
        symdl.derive(problem).values["A"], np.exp([[1, 0]] / np.sqrt(2)) / (1 + np.exp(1 / np.sqrt(2)))
    )
    with pytest.raises(symdl.SymdlError, match="B"):
        symdl.problem(given=given, let=let, asks=[{"value": "B"}])


def test_gradients_that_are_zero_fit_the_products_they_stand_in():
    """Behind a threshold nothing comes back: a zero vector, not the number 0, stands in a product."""
    given = {"v": [1, 0], "W": [[0.5, -1, 2], [1, 0.3, -0.7]], "b": [0.1, 0.2, -0.3], "a": [0.4, -0.2]}
    let = {"z": "W^T v + b", "h": "step(sigmoid(z))", "x": "W h + a", "w": "step(sigmoid(x))"}
    let["L"] = "sum(w)"
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["W", "v"]}]))
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


def test_shapes_do_not_leave_doubt():
    assert shapes(LAYERS["lstm_cell"], {"n": 2, "m": 3})["W"] == (12, 2)
