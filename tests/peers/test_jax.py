"""Random programs against jax: values and gradients in double precision."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.helpers.graphs import agree, gradients, value
from tests.helpers.peers import Peer
from tests.helpers.programs import Program, programs, tame

jax = pytest.importorskip("jax", reason="jax is not installed; `make test-peers` installs it")
pytestmark = pytest.mark.peers


class Jax(Peer):
    """jax.numpy, with its own softmax, softplus and convolution."""

    name = "jax"
    xp: Any = jax.numpy

    def erf(self, x: Any) -> Any:
        return jax.scipy.special.erf(x)

    def softmax(self, x: Any, axis: int) -> Any:
        return jax.nn.softmax(x, axis)

    def logsumexp(self, x: Any, axis: int) -> Any:
        return jax.nn.logsumexp(x, axis)

    def log_softmax(self, x: Any, axis: int) -> Any:
        return jax.nn.log_softmax(x, axis)

    def softplus(self, x: Any) -> Any:
        return jax.nn.softplus(x)

    def relu(self, x: Any) -> Any:
        return jax.nn.relu(x)

    def conv(self, x: Any, k: Any, axes: int, stride: int, pad: int, dilation: int, flipped: bool) -> Any:
        k = jax.numpy.flip(k, tuple(range(k.ndim - axes, k.ndim))) if flipped else k
        channels = k.ndim > axes
        images, kernels = (x[None], k) if channels else (x[None, None], k[None, None])
        out = jax.lax.conv_general_dilated(
            images, kernels, (stride,) * axes, [(pad, pad)] * axes, rhs_dilation=(dilation,) * axes
        )
        return out[0] if channels else out[0, 0]


JAX = Jax()


@settings(max_examples=25)  # every new shape is compiled
@given(programs())
def test_values_and_gradients_agree(program: Program):
    at = tame(program)
    graph = program.graph()
    with jax.enable_x64(True):
        output, expected = jax.value_and_grad(lambda inputs: program.output(JAX, inputs))(
            {name: JAX.array(x) for name, x in at.items()}
        )
    assert agree(value(graph, at), output)
    found = gradients(graph, at)
    assert all(agree(found[name], expected[name]) for name in at)
