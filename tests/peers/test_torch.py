"""Random programs against torch: values, gradients, Hessians, in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import symdl
from symdl.autodiff.second_order import hessian
from tests.helpers.graphs import agree, gradients, run, value
from tests.helpers.peers import Peer
from tests.helpers.programs import SMOOTH, Program, programs, tame

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning"),  # inside torch.func
]


class Torch(Peer):
    """torch, with its own convolutions, poolings and reductions."""

    name = "torch"
    xp: Any = torch

    def array(self, values: Any) -> Any:
        return torch.tensor(values, dtype=torch.float64, requires_grad=True)

    def erf(self, x: Any) -> Any:
        return torch.special.erf(x)

    def relu(self, x: Any) -> Any:
        return torch.relu(x)

    def softplus(self, x: Any) -> Any:
        return torch.nn.functional.softplus(x, threshold=1000)

    def where(self, test: Any, yes: Any, no: Any) -> Any:
        return torch.where(test, yes, no)

    def reduce(self, word: str, x: Any, axis: int | None) -> Any:
        function = {"max": torch.amax, "min": torch.amin}.get(word) or getattr(torch, word)
        return function(x) if axis is None else function(x, dim=axis)

    def softmax(self, x: Any, axis: int) -> Any:
        return torch.softmax(x, axis)

    def logsumexp(self, x: Any, axis: int) -> Any:
        return torch.logsumexp(x, axis)

    def log_softmax(self, x: Any, axis: int) -> Any:
        return torch.log_softmax(x, axis)

    def concat(self, parts: list[Any], axis: int) -> Any:
        return torch.cat(parts, axis)

    def sort(self, x: Any) -> Any:
        return torch.sort(x, stable=True).values

    def eye(self, n: int) -> Any:
        return torch.eye(n, dtype=torch.float64)

    def zeros(self, shape: tuple[int, ...]) -> Any:
        return torch.zeros(shape, dtype=torch.float64)

    def pad(self, x: Any, width: int, axes: int) -> Any:
        return torch.nn.functional.pad(x, (width, width) * axes)

    def conv(self, x: Any, k: Any, axes: int, stride: int, pad: int, dilation: int, flipped: bool) -> Any:
        k = k.flip(tuple(range(k.ndim - axes, k.ndim))) if flipped else k
        channels = k.ndim > axes
        images, kernels = (x[None], k) if channels else (x[None, None], k[None, None])
        function = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d}[axes]
        out = function(images, kernels, stride=stride, padding=pad, dilation=dilation)
        return out[0] if channels else out[0, 0]

    def pool(self, word: str, x: Any, axes: int, width: int, stride: int) -> Any:
        function = getattr(torch.nn.functional, f"{word}_pool{axes}d")
        leading = x.shape[:-axes]
        out = function(x.reshape(1, -1, *x.shape[-axes:]), width, stride)
        return out.reshape(*leading, *out.shape[2:])


TORCH = Torch()


def numbers(tensor: Any) -> Any:
    """A tensor as an array."""
    return tensor.detach().numpy()


@settings(max_examples=300)
@given(programs())
def test_values_and_gradients_agree(program: Program):
    at = tame(program)
    inputs = {name: TORCH.array(x) for name, x in at.items()}
    output = program.output(TORCH, inputs)
    output.backward()
    graph = program.graph()
    assert agree(value(graph, at), numbers(output))
    for name, gradient in gradients(graph, at).items():
        expected = inputs[name].grad
        assert agree(gradient, numbers(torch.zeros_like(inputs[name]) if expected is None else expected))


@settings(max_examples=60)
@given(programs(SMOOTH, longest=3))
def test_hessians_agree(program: Program):
    at = tame(program)
    names, values = list(at), [TORCH.array(x) for x in at.values()]

    def output(*tensors: Any) -> Any:
        return program.output(TORCH, dict(zip(names, tensors, strict=True)))

    expected = torch.func.hessian(output, argnums=tuple(range(len(names))))(*values)
    graph = program.graph()
    found = hessian(graph, graph.output, graph.inputs)
    for (row, column), block in found.blocks.items():
        i, j = names.index(str(row.name)), names.index(str(column.name))
        assert agree(run(found.graph, at, [block])[0], numbers(expected[i][j]))


def test_hessian_vector_products() -> None:
    """Against double backward of torch, on a network with two parameters."""
    rng = np.random.default_rng(5)
    given = {
        "x": rng.normal(size=4), "t": rng.normal(size=2), "W": rng.normal(size=(3, 4)),
        "U": rng.normal(size=(2, 3)), "V": rng.normal(size=(3, 4)), "R": rng.normal(size=(2, 3)),
    }  # fmt: skip
    found = symdl.derive(
        symdl.problem(
            given=given,
            let={"h": "softplus(W x)", "o": "sin(U h)", "L": "sum((o - t)^2)/2"},
            asks=[{"hessian_vector": "L", "by": ["W", "U"], "along": ["V", "R"]}],
        )
    )
    tensors = {name: torch.tensor(value, dtype=torch.float64) for name, value in given.items()}

    def loss(w: Any, u: Any) -> Any:
        hidden = torch.nn.functional.softplus(w @ tensors["x"])
        return ((torch.sin(u @ hidden) - tensors["t"]) ** 2).sum() / 2

    _, products = torch.autograd.functional.hvp(
        loss, (tensors["W"], tensors["U"]), (tensors["V"], tensors["R"])
    )
    for name, product in zip("WU", products, strict=True):
        assert np.allclose(found.answers[f"hessian_vector.L.{name}"].numpy, product.numpy(), rtol=1e-11)
