"""Which pictures a sheet gets, and what they show: values, adjoints, local derivatives, paths."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Diagram, Network, Pictures, Plot
from symdl.document.pictures.curves import reach_of
from symdl.document.pictures.graphs import GAP, MOST
from symdl.resources import folder, read_toml


@cache
def sheet(name, language="en"):
    problem = symdl.load(folder("worked_examples") / name / "problem.toml")
    return symdl.compose(symdl.derive(problem), (), language=language)


def parts(document, kind):
    blocks = [block for block in document.blocks if isinstance(block, Pictures)]
    return [part for block in blocks for part in block.parts if isinstance(part, kind)]


def test_a_graph_is_drawn_forward_and_backward_with_its_numbers():
    forward, backward = parts(sheet("quadratic_graph"), Diagram)
    assert (forward.backward, backward.backward) == (False, True)
    shown = {node.key: node for node in backward.nodes}
    assert (shown["f"].above.plain, shown["x"].below.plain, shown["y"].below.plain) == ("31", "13", "12")
    assert {edge.label.plain for edge in backward.edges if edge.start == "x"} == {"2x = 4", "y = 3"}
    assert shown["f"].kind == "loss" and all(node.below is None for node in forward.nodes)


def test_both_paths_of_the_asked_variable_are_marked():
    _, backward = parts(sheet("quadratic_graph"), Diagram)
    marked = {(edge.start, edge.stop) for edge in backward.edges if edge.marked}
    assert marked == {("x", "a"), ("x", "b"), ("a", "d"), ("b", "c"), ("c", "d"), ("d", "f")}


def test_a_network_is_drawn_with_the_path_of_a_weight():
    (network,) = parts(sheet("mlp_relu_sigmoid"), Network)
    assert [len(layer) for layer in network.layers] == [2, 2, 2]
    marked = {(edge.start, edge.stop) for edge in network.edges if edge.marked}
    assert marked == {("x 0", "h1 0"), ("h1 0", "y_hat 0"), ("h1 0", "y_hat 1")}
    labels = {(edge.start, edge.stop): edge.label.plain for edge in network.edges}
    assert labels["x 1", "h1 0"] == "0.2"  # W1[1,2], from the second input to the first unit


def test_rows_and_columns_of_a_weight_matrix_are_not_confused():
    let = {"Z": "X W + b", "H": "tanh(Z)", "L": "sum(H^2)"}
    given = {"X": [[1, 2]], "W": [[1, 2, 3], [4, 5, 6]], "b": 0}
    problem = symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["W"]}])
    (network,) = parts(symdl.compose(symdl.derive(problem), ()), Network)
    labels = {(edge.start, edge.stop): edge.label.plain for edge in network.edges}
    assert labels["X 1", "H 2"] == "6" and labels["X 0", "H 2"] == "3"


@pytest.mark.parametrize("name", ["lstm_cell", "rnn_bptt"])
def test_a_network_that_is_more_than_a_chain_is_not_drawn_as_one(name):
    assert not parts(sheet(name), Network)


def test_a_deep_graph_is_folded_and_says_so():
    let = {"h1": "tanh(w x)"} | {f"h{k}": f"tanh(w h{k - 1} + x)" for k in range(2, 40)} | {"L": "h39^2"}
    problem = symdl.problem(given={"x": 1, "w": 0.5}, let=let, asks=[{"gradient": "L", "by": ["w"]}])
    document = symdl.compose(symdl.derive(problem), ())
    (forward,) = parts(document, Diagram)  # both passes in one, beside the results of a very long sheet
    assert len(forward.nodes) <= MOST + 1 and GAP in {node.key for node in forward.nodes}
    (block,) = [b for b in document.blocks if isinstance(b, Pictures) and isinstance(b.parts[0], Diagram)]
    assert "42" in "".join(span if isinstance(span, str) else span.plain for span in block.caption)
    assert {edge.start for edge in forward.edges} | {edge.stop for edge in forward.edges} <= {
        n.key for n in forward.nodes
    }


@pytest.mark.parametrize("name", ["quadratic_graph", "mlp_relu_sigmoid", "cnn_small"])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_only_shapes_that_are_drawn_are_explained(name, language):
    document = sheet(name, language)
    (picture,) = [b for b in document.blocks if isinstance(b, Pictures) and isinstance(b.parts[0], Diagram)]
    drawn = {node.kind for part in picture.parts if isinstance(part, Diagram) for node in part.nodes}
    said = "".join(span if isinstance(span, str) else span.plain for span in picture.caption)
    words = read_toml("languages", language)["picture"]["kind"]
    assert {kind for kind, word in words.items() if word in said} == drawn & set(words)


def test_stationary_points_are_marked_by_their_kind_where_they_are():
    (plot,) = parts(sheet("critical_points"), Plot)
    kinds = {mark.at: mark.kind for mark in plot.marks}
    assert kinds[0.0, 0.0] == "minimum" and sorted(kinds.values()) == [
        "maximum",
        "minimum",
        "saddle",
        "saddle",
    ]
    j, i = np.argmin(np.abs(np.array(plot.surface.ys))), np.argmin(np.abs(np.array(plot.surface.xs)))
    x, y = plot.surface.xs[i], plot.surface.ys[j]
    assert plot.surface.values[j][i] == pytest.approx(x**3 + y**3 + 2 * x**2 + 4 * y**2 + 6)


def runs(given, line, rules):
    asks = [
        {"id": rule, "update": rule, "of": "f", "by": "x", "steps": 5, "learning_rate": 0.1} for rule in rules
    ]
    problem = symdl.problem(given=given, let={"f": line}, asks=asks)
    return parts(symdl.compose(symdl.derive(problem), ()), Plot)


def test_runs_of_one_function_share_a_picture():
    plots = runs({"x": [4, 1]}, "(x[1]^2 + 20 x[2]^2) / 2", ["gd", "momentum", "nesterov", "adagrad"])
    assert [len(plot.curves) for plot in plots] == [3, 1, 4]
    assert all(plot.curves[0].points[0] == (4.0, 1.0) for plot in plots[:2])
    assert plots[2].curves[0].label.plain == "gradient descent"


def test_runs_in_one_variable_lie_on_its_curve():
    plots = runs({"x": 3}, "x^2 - 2x + 3", ["gd", "momentum"])
    assert len(plots) == 3
    for plot in plots[:2]:
        assert all(y == pytest.approx(x * x - 2 * x + 3) for x, y in plot.curves[1].points)


def test_contestants_of_a_comparison_are_drawn_together():
    rules = [
        {"update": "gd", "learning_rate": 0.08},
        {"update": "adam", "learning_rate": 0.4},
        {"minimize": "newton"},
    ]
    ask = {"compare": "f", "by": "x", "steps": 6, "rules": rules}
    problem = symdl.problem(given={"x": [4, 1]}, let={"f": "x[1]^2 + 3 x[2]^2"}, asks=[ask])
    surface, progress = parts(symdl.compose(symdl.derive(problem), ()), Plot)
    names = [curve.label.plain for curve in surface.curves]
    assert names == ["gradient descent", "Adam", "Newton's method"] and surface.surface is not None
    assert len(progress.curves) >= 2


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("name", ["quadratic_graph", "mlp_relu_sigmoid", "critical_points", "gd_parabola"])
def test_every_picture_is_told_in_words(name, language):
    found = parts(sheet(name, language), (Diagram, Network, Plot))
    assert found and all(len(part.alt) > 20 and "picture." not in part.alt for part in found)
    assert language != "fa" or all(any("آ" <= c <= "ی" for c in part.alt) for part in found)


def test_a_run_far_away_does_not_flatten_the_rest():
    low, high = reach_of([0.0, 1.0, 0.5, 0.2, 0.7, 0.1, 0.3, 0.6, 1e9])
    assert -1 < low < high < 2


@pytest.mark.parametrize(
    "let",
    [
        {"V": "X W", "A": "softmax(X X^T)", "O": "A V", "L": "sum(O^2)"},
        {"H": "tanh(X W)", "O": "H + X", "L": "sum(O^2)"},
    ],
    ids=["attention", "skip"],
)
def test_a_layer_that_something_goes_past_is_not_drawn_as_a_network(let):
    given = {"X": [[1, 2], [0, 1], [3, 1]], "W": [[1, 2], [4, 5]]}
    problem = symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["W"]}])
    assert not parts(symdl.compose(symdl.derive(problem), ()), Network)


def test_an_autoencoder_is_a_network_though_its_loss_looks_at_the_input():
    given = {"x": [1, 2], "W": [[1, 2]], "U": [[1], [2]]}
    let = {"h": "tanh(W x)", "r": "U h", "L": "sum((r - x)^2)"}
    problem = symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["W", "U"]}])
    (network,) = parts(symdl.compose(symdl.derive(problem), ()), Network)
    assert [len(layer) for layer in network.layers] == [2, 1, 2]


def nodes_of(given, let, by):
    problem = symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": by}])
    (block,) = [
        block
        for block in symdl.compose(symdl.derive(problem), ()).blocks
        if isinstance(block, Pictures) and isinstance(block.parts[0], Diagram)
    ]
    first = block.parts[0]
    assert isinstance(first, Diagram)
    return block, {node.key: node for node in first.nodes}


def test_both_passes_come_in_one_picture_where_two_have_no_room():
    block, _ = nodes_of({"x": 2}, {"a": "x^2", "b": "3a", "L": "a b"}, ["x"])
    (together,) = block.instead
    shown = {node.key: node for node in together.nodes}
    assert not together.backward and shown["a"].label.plain == "a = x²"
    assert (shown["a"].above.plain, shown["a"].below.plain) == ("4", "24")
    assert {edge.label.plain for edge in together.edges if edge.start == "a"} == {"3", "b = 12"}


def test_a_large_network_is_folded_by_layer():
    given = {"x": [1, 2], "y": [0, 1]} | {f"W{k}": [[0.1, 0.2], [0.3, 0.4]] for k in range(1, 8)}
    let: dict[str, str] = {}
    for k in range(1, 8):
        before = "x" if k == 1 else f"h{k - 1}"
        let |= {f"z{k}": f"W{k} {before}", f"h{k}": f"tanh(z{k})"}
    _, nodes = nodes_of(given, let | {"L": "mse(h7, y)"}, [f"W{k}" for k in range(1, 8)])
    assert set(nodes) == {"x", "y", "L", *(f"h{k}" for k in range(1, 8))}
    assert "tanh" in nodes["h3"].label.plain and "z3" not in nodes["h3"].label.plain.replace("₃", "3")


def test_a_recurrence_runs_from_left_to_right_without_what_its_steps_share():
    given = {
        "x": [[1, 2], [0, 1], [1, 1]],
        "h[0]": [0, 0],
        "W": [[0.1, 0.2], [0.3, 0.4]],
        "U": [[1, 0], [0, 1]],
    }
    let = {"h[t=1..3]": "tanh(W x[t] + U h[t-1])", "L": "sum(h[3]^2)"}
    block, nodes = nodes_of(given, let, ["W", "U"])
    assert all(part.steps for part in block.parts) and not {"W", "U"} & set(nodes)
    assert {"h[1]", "h[2]", "h[3]", "L"} <= set(nodes)


def network_of(let, by, **tables):
    problem = symdl.problem(let=let, asks=[{"gradient": "L", "by": by}], **tables)
    (network,) = parts(symdl.compose(symdl.derive(problem), ()), Network)
    return [[node.key for node in layer] for layer in network.layers], network


def test_tied_weights_point_the_other_way():
    given = {"x": [1, 2, 3], "W": [[1, 2, 3], [4, 5, 6]]}
    layers, network = network_of({"h": "tanh(W x)", "r": "W^T h", "L": "sum(r^2)"}, ["W"], given=given)
    labels = {(edge.start, edge.stop): edge.label.plain for edge in network.edges}
    assert [len(layer) for layer in layers] == [3, 2, 3]
    assert labels["x 2", "h 1"] == labels["h 1", "r 2"] == "6"


def test_a_vector_of_weights_makes_one_unit():
    symbols = {"x": [3], "W": [2, 3], "v": [2], "c": []}
    layers, network = network_of(
        {"h": "tanh(W x)", "o": "v^T h + c", "L": "o^2"}, ["W", "v"], symbols=symbols
    )
    assert [len(layer) for layer in layers] == [3, 2, 1]
    assert {edge.label.plain for edge in network.edges if edge.stop == "o 0"} == {"v₁", "v₂"}
    assert [node.label.plain for node in network.layers[-1]] == ["o"] and "o with one unit" in network.alt


def test_of_a_layer_of_any_size_the_first_units_and_the_last_are_drawn():
    symbols = {"x": ["n"], "W": [9, "n"]}
    layers, network = network_of({"h": "tanh(W x)", "L": "sum(h^2)"}, ["W"], symbols=symbols)
    assert layers == [["x 0", "x 1", "x None", "x -1"], ["h 0", "h 1", "h None", "h -1"]]
    assert [node.label.plain for node in network.layers[0]] == ["x₁", "x₂", "⋮", "xₙ"]
    assert network.layers[1][-1].label.plain == "h₉" and len(network.edges) == 9
    assert all("None" not in (edge.start + edge.stop) and edge.label is None for edge in network.edges)


def test_what_is_divided_by_lengths_is_no_layer():
    given = {"k": [1, 2], "M": [[1, 2], [0, 1], [1, 1]]}
    let = {"s": "M k / (norm(k) sqrt(sum(M * M, axis=2)))", "w": "softmax(s)", "L": "sum(w^2)"}
    problem = symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["M", "k"]}])
    assert not parts(symdl.compose(symdl.derive(problem), ()), Network)


def test_a_loss_in_one_line_is_no_layer():
    given = {"X": [[1, 2], [0, 1]], "w": [1, 1], "y": [1, 2]}
    problem = symdl.problem(given=given, let={"L": "sum((X w - y)^2)"}, asks=[{"gradient": "L", "by": ["w"]}])
    assert not parts(symdl.compose(symdl.derive(problem), ()), Network)


def test_a_run_that_flies_off_leaves_the_picture_at_its_border():
    asks = [{"update": "gd", "of": "f", "by": "x", "steps": 12, "learning_rate": 1.4}]
    problem = symdl.problem(given={"x": 3}, let={"f": "x^2"}, asks=asks)
    plot, _ = parts(symdl.compose(symdl.derive(problem), ()), Plot)
    curve, run = plot.curves
    assert max(abs(x) for x, _ in run.points) > 1000 > 30 > max(abs(x) for x, _ in curve.points)


def test_a_folded_graph_has_no_arrow_back():
    """What early and late lines read is not put into the gap between them: an arrow would run backward."""
    forward = parts(sheet("contrastive_divergence"), Diagram)[0]
    after: dict[str, set[str]] = {}
    for edge in forward.edges:
        after.setdefault(edge.start, set()).add(edge.stop)

    def reached(start: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        for stop in after.get(start, set()) - seen:
            seen = reached(stop, seen | {stop})
        return seen

    assert GAP in {node.key for node in forward.nodes}
    assert all(node.key not in reached(node.key) for node in forward.nodes)


def test_a_weight_that_is_not_asked_for_belongs_to_the_network():
    given = {"x": [1, 2], "W": [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], "V": [[0.1, 0.2, 0.3]]}
    let = {"z": "W x", "h": "tanh(z)", "o": "sigmoid(V h)", "L": "sum(o^2)"}
    layers, _ = network_of(let, ["W"], given=given)
    assert [len(layer) for layer in layers] == [2, 3, 1]
    problem = symdl.problem(
        given=given | {"U": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "g": [1, 0, 1]},
        let=let | {"z": "W x + U g"},
        asks=[{"gradient": "L", "by": ["W"]}],
    )
    assert not parts(symdl.compose(symdl.derive(problem), ()), Network)


def test_a_local_derivative_that_is_a_number_stands_once_on_its_arrow():
    block, _ = nodes_of({"s": 2, "t": 3}, {"r": "t - s", "q": "r^2", "L": "3 q"}, ["s"])
    labels = {(edge.start, edge.stop): edge.label.plain for edge in block.parts[1].edges if edge.label}
    assert (labels["s", "r"], labels["t", "r"], labels["r", "q"]) == ("-1", "1", "2r = 2")
