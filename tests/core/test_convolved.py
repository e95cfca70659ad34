"""The adjoints of a convolution are written as convolutions, with every stride, padding and size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdl
from symdl.formula.plain import to_plain


def solved(axes: int, more: int, m: int, stride: int, pad: int) -> symdl.Solved:
    """The gradients of a sum of weighted entries of a convolution."""
    rng = np.random.default_rng(m + 7 * more)
    size = m + more
    out = (size + 2 * pad - m) // stride + 1
    shapes = {"X": (size,) * axes, "K": (m,) * axes, "G": (out,) * axes}
    given = {name: rng.integers(1, 9, shape).tolist() for name, shape in shapes.items()}
    call = f"conv{axes}d(X, K, stride={stride}, pad={pad})"
    return symdl.derive(
        symdl.problem(
            given=given, let={"Z": call, "L": "sum(Z * G)"}, asks=[{"gradient": "L", "by": ["X", "K"]}]
        )
    )


@settings(max_examples=25, deadline=None)
@given(
    axes=st.integers(1, 2), more=st.integers(0, 3), m=st.integers(1, 3), stride=st.integers(1, 2),
    pad=st.integers(0, 2),
)  # fmt: skip
def test_every_line_holds(axes: int, more: int, m: int, stride: int, pad: int):
    assert {check.outcome for check in symdl.verify(solved(axes, more, m, stride, pad))} == {"holds"}


@pytest.mark.parametrize(
    ("more", "m", "stride", "pad", "by_input", "by_kernel"),
    [
        (2, 2, 1, 0, "convolve2d(dL/dZ, K, pad=1)", "conv2d(X, dL/dZ)"),
        (2, 3, 1, 1, "convolve2d(dL/dZ, K, pad=1)", "conv2d(X, dL/dZ, pad=1)"),
        (2, 2, 2, 0, "conv_transpose2d(dL/dZ, K, stride=2)", "conv2d(X, dL/dZ, dilation=2)"),
        (2, 1, 1, 2, "conv_transpose2d(dL/dZ, K, pad=2)", "conv2d(X, dL/dZ, pad=2)"),
    ],
)
def test_how_they_are_written(more: int, m: int, stride: int, pad: int, by_input: str, by_kernel: str):
    gradient = solved(2, more, m, stride, pad).gradient
    found = [to_plain(gradient[name].formula).replace("∂", "d") for name in ("X", "K")]
    assert found == [by_input, by_kernel]
