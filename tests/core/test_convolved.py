"""The adjoints of a convolution are written as convolutions, with every stride, padding and size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdl
from symdl.formula.plain import to_plain


def solved(
    axes: int, more: int, m: int, stride: int, pad: int, dilation: int = 1, channels: int = 0
) -> symdl.Solved:
    """The gradients of a sum of weighted entries of a convolution."""
    rng = np.random.default_rng(m + 7 * more)
    reach = dilation * (m - 1) + 1
    size = reach + more
    out = (size + 2 * pad - reach) // stride + 1
    heads = {"X": (channels,), "K": (3, channels), "G": (3,)} if channels else {"X": (), "K": (), "G": ()}
    shapes = {name: (*heads[name], *(n,) * axes) for name, n in (("X", size), ("K", m), ("G", out))}
    given = {name: rng.integers(1, 9, shape).tolist() for name, shape in shapes.items()}
    call = f"conv{axes}d(X, K, stride={stride}, pad={pad}, dilation={dilation})"
    return symdl.derive(
        symdl.problem(
            given=given, let={"Z": call, "L": "sum(Z * G)"}, asks=[{"gradient": "L", "by": ["X", "K"]}]
        )
    )


@settings(max_examples=25, deadline=None)
@given(
    axes=st.integers(1, 2), more=st.integers(0, 3), m=st.integers(1, 3), stride=st.integers(1, 2),
    pad=st.integers(0, 2), dilation=st.integers(1, 2), channels=st.sampled_from([0, 2]),
)  # fmt: skip
def test_every_line_holds(axes: int, more: int, m: int, stride: int, pad: int, dilation: int, channels: int):
    found = solved(axes, more, m, stride, pad, dilation, channels)
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    assert all("matrix" in answer.formula for answer in found.derivation.answers)


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


@pytest.mark.parametrize(
    ("more", "stride", "pad", "dilation", "by_input", "by_kernel"),
    [
        (2, 1, 0, 1, "conv_transpose2d(dL/dZ, K)", "correlate2d(X, dL/dZ)"),
        (1, 2, 1, 1, "conv_transpose2d(dL/dZ, K, stride=2, pad=1, extra=1)",
         "correlate2d(X, dL/dZ, pad=1, dilation=2)[:, :, :2, :2]"),
        (2, 1, 0, 2, "conv_transpose2d(dL/dZ, K, dilation=2)", "correlate2d(X, dL/dZ, stride=2)"),
    ],
)  # fmt: skip
def test_with_channels(more: int, stride: int, pad: int, dilation: int, by_input: str, by_kernel: str):
    gradient = solved(2, more, 2, stride, pad, dilation, 2).gradient
    found = [to_plain(gradient[name].formula).replace("∂", "d") for name in ("X", "K")]
    assert found == [by_input, by_kernel]


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", ("Why the kernel turns", "Why nothing turns here")),
        ("fa", ("چرا هسته می‌چرخد", "چرا اینجا چیزی نمی‌چرخد")),
    ],
)
def test_the_turned_kernel_is_explained_once(language: str, titles: tuple[str, str]):
    """For the input the kernel turns; for the kernel itself nothing does, and the title says so."""
    found = solved(2, 1, 2, 1, 0, 1, 2)
    sheet = str(symdl.render(symdl.compose(found, found.checks, language=language), "md"))
    assert [sheet.count(title) for title in titles] == [1, 1]


def test_a_matrix_that_does_the_same():
    rng = np.random.default_rng(3)
    given = {"X": rng.normal(size=(2, 4, 3)).tolist(), "K": rng.normal(size=(3, 2, 2, 2)).tolist()}
    let = {"T": "toeplitz(K, 4, 3, stride=2, pad=1)", "z": "T flatten(X)",
           "w": "flatten(conv2d(X, K, stride=2, pad=1))", "L": "sum((z - w)^2)"}  # fmt: skip
    assert float(symdl.derive(symdl.problem(given=given, let=let)).values["L"]) < 1e-20
