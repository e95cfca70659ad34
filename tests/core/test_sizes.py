"""Symbolic sizes: built and differentiated once, then put in, as if built with numbers from the start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from types import EllipsisType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.autodiff.reverse import backward
from symdl.autodiff.second_order import hessian
from symdl.core.dims import Dim, Shape, bind_shape, dim_symbol
from symdl.core.entries import Entries
from symdl.core.graph import Graph, Var, instantiate
from symdl.core.positions import symbolic_position
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.errors import SymdlError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Node, number, substitute
from tests.helpers.graphs import (
    agree,
    build,
    everything,
    gradients,
    opened,
    point,
    reread,
    run,
    value,
)

N, m, n, k = map(dim_symbol, "Nmnk")
NETS: dict[str, tuple[dict[str, tuple[Dim, ...]], list[tuple[str, str]]]] = {
    "layer": ({"W": (m, n), "x": (n,), "b": (m,)}, [("z", "W x + b"), ("L", "sum(tanh(z)^2) / 2")]),
    "network": (
        {"X": (N, n), "W1": (m, n), "b1": (m,), "W2": (k, m), "Y": (N, k)},
        [("Z", "X W1^T + b1"), ("H", "relu(Z)"), ("O", "H W2^T"), ("L", "mse(O, Y)")],
    ),
    "classifier": (
        {"X": (N, n), "W": (k, n), "Y": (N, k)},
        [("P", "softmax(X W^T)"), ("L", "cross_entropy(P, Y)")],
    ),
    "logits": ({"Z": (N, k), "Y": (N, k)}, [("L", "softmax_cross_entropy(Z, Y)")]),
    "columns": ({"Z": (n, N), "Y": (n, N)}, [("P", "softmax(Z, axis=1)"), ("L", "sse(P, Y)")]),
    "binary": ({"z": (N,), "t": (N,)}, [("p", "sigmoid(z)"), ("L", "bce(p, sigmoid(t))")]),
    "attention": (
        {"Q": (N, k), "K": (m, k), "V": (m, n)},
        [("A", "softmax(Q K^T / sqrt(k))"), ("L", "sum((A V)^2)")],
    ),
    "normalization": (
        {"x": (n,), "g": (n,)},
        [("c", "x - mean(x) ones(n)"), ("s", "sqrt(mean(c^2) + 1/100)"), ("L", "sum(g * c / s)")],
    ),
    "form": ({"x": (n,), "A": (n, n)}, [("L", "x^T A x + trace(A) + norm(x) + logsumexp(x)")]),
    "gram": ({"A": (m, n)}, [("G", "A^T A + eye(n) / 2"), ("L", "sum(G * G) / 2 + norm1(A)")]),
    "joined": ({"x": (m,), "y": (n,), "w": (m + n,)}, [("h", "concat(x, y)"), ("L", "w^T h + max(h)")]),
    "flattened": ({"A": (m, n), "w": (m * n,)}, [("L", "w^T flatten(A) + sum(reshape(w, m, n) * A)")]),
    "slices": ({"x": (n + 2,), "A": (m, n + 2)}, [("L", "sum(x[2:n + 1]) * x[1] + sum(A[:, 2] * A[:, 1])")]),
    "padded": ({"A": (m, n), "B": (m + 2, n + 2)}, [("L", "sum(pad(A, 1) * B)")]),
    "convolution": ({"x": (n + 2,), "w": (3,), "g": (n,)}, [("y", "conv1d(x, w)"), ("L", "sum(g * y * y)")]),
    "kernel": ({"x": (n,), "w": (k,)}, [("y", "conv1d(x, w, pad=k - 1)"), ("L", "sum(y * y)")]),
    "image": ({"X": (m + 1, n + 1), "K": (2, 2)}, [("Y", "conv2d(X, K)"), ("L", "sum(Y * Y) / (m n)")]),
    "strided": ({"x": (n + 2,), "w": (2,)}, [("y", "conv1d(x, w, stride=2)"), ("L", "sum(y * y * y)")]),
    "pooled": ({"x": (2 * n + 1,)}, [("h", "max_pool(x, 2)"), ("L", "sum(h * h) + sum(avg_pool(x, 3))")]),
    "ordered": ({"x": (n,), "w": (n,)}, [("L", "w^T sort(x)")]),
    "shared": ({"x": (n,), "b": ()}, [("h", "tanh(x + b)"), ("L", "sum(h * b)")]),
}  # fmt: skip

sizes = st.fixed_dictionaries({name: st.integers(1, 4) for name in "Nmnk"})


def numbers(inputs: dict[str, Shape], chosen: dict[str, int]) -> dict[str, Shape]:
    """The shapes with the sizes put in."""
    return {name: bind_shape(shape, chosen) for name, shape in inputs.items()}


def twin(graph: Graph, var: Var) -> Var:
    """The quantity of a graph that another one has become with its sizes put in."""
    return next(each for each in graph.variables() if each.number == var.number)


@pytest.mark.parametrize("net", NETS)
@given(chosen=sizes)
def test_gradients_for_all_sizes_hold_at_every_size(net: str, chosen: dict[str, int]):
    inputs, lines = NETS[net]
    general = build(inputs, lines)
    swept = backward(general, general.output)
    bound = instantiate(swept.graph, chosen)
    at = point(numbers(inputs, chosen))
    direct = build(numbers(inputs, chosen), lines, sizes=chosen)
    adjoints = [twin(bound, swept.adjoints[var]) for var in general.inputs]
    found = dict(zip(at, run(bound, at, adjoints), strict=True))
    expected = gradients(direct, at)
    assert agree(run(bound, at, [bound.output])[0], value(direct, at))
    assert all(agree(found[name], expected[name]) for name in at)


@pytest.mark.parametrize("net", ["layer", "form", "gram", "normalization", "joined", "convolution", "shared"])
def test_hessians_for_all_sizes_hold_at_every_size(net: str):
    inputs, lines = NETS[net]
    general = build(inputs, lines)
    found = hessian(general, general.output, general.inputs)
    for chosen in ({"m": 1, "n": 2}, {"m": 3, "n": 1}, {"m": 2, "n": 3}):
        at = point(numbers(inputs, chosen))
        direct = build(numbers(inputs, chosen), lines, sizes=chosen)
        expected = hessian(direct, direct.output, direct.inputs)
        bound = instantiate(found.graph, chosen)
        blocks = run(bound, at, [twin(bound, block) for block in found.blocks.values()])
        for block, other in zip(blocks, run(expected.graph, at, list(expected.blocks.values())), strict=True):
            assert agree(block, other)


def test_sizes_that_are_not_given_stay():
    graph = instantiate(build({"X": (N, n)}, [("f", "sum(X)")]), {"n": 3})
    assert graph.inputs[0].shape == (N, 3)


def test_a_size_that_is_never_given_cannot_be_computed_with():
    graph = build({"x": (), "v": (n,)}, [("f", "x / n")])
    with pytest.raises(SymdlError) as refused:
        value(graph, {"x": 1.0, "v": np.ones(2)})
    assert refused.value.facts == {"name": "n"}


@pytest.mark.parametrize("net", NETS)
def test_lines_printed_for_all_sizes_hold_at_every_size(net: str):
    """A line in matrices gives the whole quantity, one by entries every entry."""
    general = build(*NETS[net])
    swept = backward(general, general.output)
    printed = list(printed_lines(swept.graph))
    for chosen in (
        {"N": 1, "m": 1, "n": 1, "k": 1},
        {"N": 2, "m": 3, "n": 1, "k": 4},
        {"N": 3, "m": 2, "n": 4, "k": 2},
    ):
        bound = instantiate(swept.graph, chosen)
        values = everything(bound, point(numbers(NETS[net][0], chosen)))
        for var, letters, node, scope in printed:
            here = {name: twin(bound, entry) for name, entry in scope.items()}
            expected = np.asarray(values[twin(bound, var)])
            places = np.ndindex(expected.shape) if letters else [...]
            for place in places:
                text = to_plain(substitute(node, dict(zip(letters, counted(place), strict=True))))
                assert agree(reread(text, here, values, chosen), expected[place], 1e-7), text


def counted(place: tuple[int, ...] | EllipsisType) -> list[Node]:
    """A place as subscripts, from 1."""
    return [] if place is ... else [number(k + 1) for k in place]


def printed_lines(graph: Graph) -> Iterator[tuple[Var, tuple[str, ...], Node, dict[str, Var]]]:
    """The named lines, first in matrices where they can write them, then by entries with their letters."""
    speller, entries = Speller(graph), Entries(graph)
    for var in graph.definition:
        if var.name is not None:
            with suppress(NoMatrixView):
                yield var, (), *opened(matrix_line(speller, var), graph)
            letters = entries.letters(len(var.shape))
            yield var, letters, *opened(entries.line(var, symbolic_position(letters)), graph)
