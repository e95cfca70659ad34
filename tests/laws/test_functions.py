"""What every function that formulas may call obeys: shapes, values, gradients, on all it claims to take."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from symdl.autodiff.forward import forward
from symdl.autodiff.reverse import backward
from symdl.core.arithmetic import BALL
from symdl.core.dims import Shape
from symdl.core.evaluation import evaluate
from symdl.core.function import FUNCTIONS, POINTWISE, Function
from symdl.core.graph import Graph, Var
from symdl.core.op import Select
from symdl.core.scalarize import scalarize
from symdl.models.layer import LAYERS, Layer
from tests.helpers.graphs import (
    Array,
    Arrays,
    adjoint_values,
    agree,
    differences,
    formula,
    of_kind,
    point,
    run,
    tangents,
    value,
)
from tests.helpers.layers import shapes, sizes

HEAVY = {"multi_head", "transformer_block", "rbm_likelihood"}  # second derivatives of which take long
Call = tuple[str, dict[str, Shape]]  # a formula with the shapes of its names

# Functions that build their own equations say here how they are called; the others are called by rule.
# The first word of a formula is the function that it tries.
CALLS: list[Call] = [
    ("sum(A)", {"A": (2, 3)}),
    ("sum(A, axis=1)", {"A": (2, 3)}),
    ("sum(A, axis=2)", {"A": (2, 3, 2)}),
    ("mean(A)", {"A": (2, 3)}),
    ("mean(A, axis=2)", {"A": (2, 3)}),
    ("mean(a)", {"a": ()}),
    ("rows(A) * sum(A)", {"A": (2, 3)}),
    ("count(A) * sum(A)", {"A": (2, 3)}),
    ("dot(u, v)", {"u": (3,), "v": (3,)}),
    ("dot(A, B)", {"A": (2, 3), "B": (2, 3)}),
    ("matmul(A, B)", {"A": (2, 3), "B": (3, 4)}),
    ("matmul(A, x)", {"A": (2, 3), "x": (3,)}),
    ("outer(u, v)", {"u": (2,), "v": (3,)}),
    ("transpose(A)", {"A": (2, 3)}),
    ("transpose(u) v", {"u": (3,), "v": (3,)}),
    ("trace(A)", {"A": (3, 3)}),
    ("adjugate(A)", {"A": (3, 3)}),
    ("cofactors(A)", {"A": (3, 3)}),
    ("det(A)", {"A": (3, 3)}),
    ("inv(A)", {"A": (2, 2)}),
    ("logdet(A)", {"A": (3, 3)}),
    ("diag(v)", {"v": (3,)}),
    ("diag(A)", {"A": (3, 3)}),
    ("vec(A)", {"A": (2, 3)}),
    ("kron(A, B)", {"A": (2, 3), "B": (2, 2)}),
    ("commutation(2, 3) vec(A)", {"A": (2, 3)}),
    ("ones(3) a", {"a": ()}),
    ("ones(2, 3) + A", {"A": (2, 3)}),
    ("zeros(2, 3) + A", {"A": (2, 3)}),
    ("eye(3) + A", {"A": (3, 3)}),
    ("spread(v, A, axis=2) * A", {"v": (2,), "A": (2, 3)}),
    ("spread(a, v) * v", {"a": (), "v": (3,)}),
    ("reshape(A, 3, 2)", {"A": (2, 3)}),
    ("reshape(A, 6)", {"A": (2, 3)}),
    ("reshape(v, 2, 2)", {"v": (4,)}),
    ("flatten(A)", {"A": (2, 3)}),
    ("flatten(A)", {"A": (2, 3, 2)}),
    ("flatten(v)", {"v": (3,)}),
    ("concat(a, b)", {"a": (2,), "b": (3,)}),
    ("roll(v, 1)", {"v": (4,)}),
    ("roll(v, -5)", {"v": (3,)}),
    ("roll(A, -2)", {"A": (3, 2)}),
    ("roll(X, 1)", {"X": (2, 1, 3)}),
    ("concat(A, B, axis=2)", {"A": (2, 1), "B": (2, 3)}),
    ("pad(v, 2)", {"v": (3,)}),
    ("pad(A, 1)", {"A": (2, 3)}),
    ("window(x, 2, stride=2, pad=1)", {"x": (5,)}),
    ("window(x, 2, dilation=2)", {"x": (5,)}),
    ("conv1d(x, k, stride=2, pad=1)", {"x": (5,), "k": (3,)}),
    ("conv1d(X, K)", {"X": (2, 4), "K": (3, 2, 2)}),
    ("conv2d(X, K, dilation=2)", {"X": (4, 5), "K": (2, 2)}),
    ("conv2d(X, K)", {"X": (2, 3, 3), "K": (1, 2, 2, 2)}),
    ("conv1d(X, K, groups=2)", {"X": (4, 3), "K": (2, 2, 2)}),
    ("conv2d(X, K, groups=2, pad=1)", {"X": (2, 3, 2), "K": (4, 1, 2, 2)}),
    ("convolve1d(X, K, groups=3)", {"X": (3, 3), "K": (3, 1, 2)}),
    ("conv_transpose1d(X, K, groups=2, stride=2)", {"X": (4, 2), "K": (4, 3, 2)}),
    ("correlate1d(X, D, groups=2)", {"X": (4, 3), "D": (2, 2)}),
    ("convolve1d(x, k)", {"x": (5,), "k": (3,)}),
    ("convolve2d(X, K, pad=1)", {"X": (3, 4), "K": (2, 2)}),
    ("max_pool(x, 2)", {"x": (5,)}),
    ("max_pool(X, 2, stride=1)", {"X": (3, 4)}),
    ("max_pool(X, 2)", {"X": (2, 4, 4)}),
    ("max_pool(X, 3, stride=2, pad=1)", {"X": (4, 5)}),
    ("fold(R, 2, 4, 5, stride=2)", {"R": (4, 4)}),
    ("fold(R, 3, 2, 4, stride=2, pad=1)", {"R": (2, 9)}),
    ("avg_pool(x, 3, stride=1)", {"x": (5,)}),
    ("avg_pool(X, 2)", {"X": (4, 4)}),
    ("argmax(x)", {"x": (3,)}),
    ("argmax(A)", {"A": (2, 3)}),
    ("argmin(A)", {"A": (2, 3)}),
    ("max(x)", {"x": (3,)}),
    ("max(A, axis=1)", {"A": (2, 3)}),
    ("max(A, b)", {"A": (2, 3), "b": (3,)}),
    ("min(A)", {"A": (2, 3)}),
    ("min(A, axis=2)", {"A": (2, 3)}),
    ("min(a, b)", {"a": (), "b": ()}),
    ("sort(x)", {"x": (4,)}),
    ("permutation(x) x", {"x": (4,)}),
    ("conv_transpose1d(x, k, stride=2, pad=1)", {"x": (3,), "k": (3,)}),
    ("conv_transpose2d(X, K)", {"X": (2, 2, 2), "K": (2, 1, 2, 2)}),
    ("conv_transpose1d(x, k, stride=2, dilation=2, extra=1)", {"x": (3,), "k": (2,)}),
    ("correlate1d(X, D, pad=1)", {"X": (2, 4), "D": (3, 2)}),
    ("correlate2d(X, D, stride=2)", {"X": (2, 4, 4), "D": (1, 2, 2)}),
    ("toeplitz(k, 5, stride=2)", {"k": (3,)}),
    ("toeplitz(k, 4, pad=1, dilation=2)", {"k": (2,)}),
    ("toeplitz(K, 3, 2, pad=1)", {"K": (2, 2, 2, 2)}),
    ("toeplitz(K, 3, 4)", {"K": (2, 2)}),
    ("patches(X, 2, stride=2)", {"X": (4, 5)}),
    ("states(2) x", {"x": (2,)}),
    ("positional_encoding(3, 4) x", {"x": (4,)}),
    ("per_channel(b, X) * X", {"b": (2,), "X": (2, 3, 2)}),
    ("class_vector(k, 3) a", {"k": (), "a": ()}),
    ("triangular(3) x", {"x": (3,)}),
    ("sparsemax(x)", {"x": (4,)}),
    ("sparse_cross_entropy(p, k)", {"p": (3,), "k": ()}),
    ("sparse_softmax_cross_entropy(z, k)", {"z": (2, 3), "k": (2,)}),
    ("cosine_loss(p, y)", {"p": (3,), "y": (3,)}),
    ("contrastive(u, v, t)", {"u": (3,), "v": (3,), "t": ()}),
    ("triplet(a, p, n)", {"a": (3,), "p": (3,), "n": (3,)}),
]


def by_rule(function: Function) -> Iterator[Call]:
    """Calls of a function with a formula: all arguments alike, scalars for those entry by entry."""
    names = ", ".join(function.params)
    alike: list[Shape] = [(3,), (2, 3)]
    if function.key in POINTWISE:
        alike = [(), (3,), (2, 3), (2, 1, 2)]
    for shape in alike:
        inputs = dict.fromkeys(function.params, shape)
        yield f"{function.key}({names})", inputs
        if "axis" in function.keywords:
            yield from ((f"{function.key}({names}, axis={axis + 1})", inputs) for axis in range(len(shape)))


def of_layer(layer: Layer) -> Iterator[Call]:
    """The call of a layer inside a formula, which takes one result; the others have laws of their own."""
    if len(layer.results) == 1 and not set(layer.results) & layer.families and layer.key not in HEAVY:
        inputs = {f"x{k}": shape for k, shape in enumerate(shapes(layer, sizes(layer, 1)).values())}
        yield f"{layer.key}({', '.join(inputs)})", inputs


def calls(function: Function) -> list[Call]:
    """The calls on which a function is tested."""
    if function.key in LAYERS:
        return list(of_layer(LAYERS[function.key]))
    stated = [call for call in CALLS if call[0].partition("(")[0] == function.key]
    return stated or (list(by_rule(function)) if function.formula is not None else [])


OF_STATES = ("truncate",)  # of members of a repetition: tests/problems/test_stop_gradient.py
EVERY = [(text, inputs) for function in FUNCTIONS.values() for text, inputs in calls(function)]
every_call = pytest.mark.parametrize(
    "text, inputs", EVERY, ids=[f"{text}-{inputs}" for text, inputs in EVERY]
)


def inner_point(inputs: dict[str, Shape], seed: int = 0) -> Arrays:
    """A point between 0.1 and 0.9: inside the domain of most functions; acosh has its own."""
    return {name: (np.abs(x) - 0.1) / 1.8 * 0.8 + 0.1 for name, x in point(inputs, seed).items()}


def at(text: str, inputs: dict[str, Shape]) -> Arrays:
    """A point at which a call is defined."""
    inside = inner_point(inputs)
    return {name: x + 1 for name, x in inside.items()} if text.startswith("acosh") else inside


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.key)
def test_every_function_is_tested(function: Function):
    assert calls(function) or function.kind == "layer" or function.key in OF_STATES, (
        "say in CALLS how it is called"
    )


@pytest.mark.parametrize("text, inputs", [(t, i) for t, i in EVERY if not t.startswith("stop_gradient")])
def test_gradients_agree_with_central_differences(text: str, inputs: dict[str, Shape]):
    graph, here = formula(text, **inputs), at(text, inputs)
    expected = differences(lambda shifted: value(graph, shifted), here)
    found = adjoint_values(backward(graph, graph.output), graph.inputs, here)
    for name in here:
        assert agree(found[name], expected[name], 1e-6)


@every_call
def test_forward_and_reverse_carry_the_same_derivative(text: str, inputs: dict[str, Shape]):
    graph, here, along = formula(text, **inputs), at(text, inputs), point(inputs, 5)
    (pushed,) = tangents(forward(graph, graph.inputs), [graph.output], here, along)
    pulled = adjoint_values(backward(graph, graph.output), graph.inputs, here)
    assert agree(pushed, sum(np.tensordot(pulled[name], along[name], np.ndim(along[name])) for name in here))


def entry_of(graph: Graph, var: Var, at: Arrays) -> Array:
    """The value of one quantity."""
    return run(graph, at, [var])[0]


@every_call
def test_second_derivatives_agree_with_differences_of_gradients(text: str, inputs: dict[str, Shape]):
    graph, here = formula(f"sum(square({text})) / 2", **inputs), at(text, inputs)
    first = backward(graph, graph.output)
    for var in graph.inputs:
        gradient = first.adjoints[var]
        expected = differences(partial(entry_of, first.graph, gradient), here)
        second = adjoint_values(backward(first.graph, gradient, graph.inputs), graph.inputs, here)
        assert all(agree(second[name], expected[name], 1e-5) for name in here)


@every_call
def test_all_kinds_of_numbers_agree(text: str, inputs: dict[str, Shape]):
    graph, here = formula(text, **inputs), at(text, inputs)
    expected = value(graph, here)
    exact = {var: of_kind(here[str(var.name)], Fraction) for var in graph.inputs}
    balls = {var: of_kind(numbers, BALL.number) for var, numbers in exact.items()}
    assert agree(evaluate(graph, balls, "ball")[graph.output], expected, 1e-12)
    rational = evaluate(graph, exact, "exact").get(graph.output)
    assert rational is None or agree(rational, expected, 1e-12)


@every_call
def test_a_graph_of_scalars_gives_the_same_entries(text: str, inputs: dict[str, Shape]):
    graph, here = formula(text, **inputs), at(text, inputs)
    scalars = scalarize(graph)
    places = [(var, place) for var in graph.inputs for place in np.ndindex(var.shape)]
    given = {
        scalars.entries[var, place]: float(np.asarray(here[str(var.name)])[place]) for var, place in places
    }
    found, expected = evaluate(scalars.graph, given), np.asarray(value(graph, here))
    for place in np.ndindex(expected.shape):
        assert agree(found[scalars.entries[graph.output, place]], expected[place])


@every_call
def test_a_selection_alone_passes_no_gradient_on(text: str, inputs: dict[str, Shape]):
    graph = formula(text, **inputs)
    if isinstance(graph.equations[-1].op, Select):
        pulled = adjoint_values(backward(graph, graph.output), graph.inputs, at(text, inputs))
        assert not any(np.any(gradient) for gradient in pulled.values())
