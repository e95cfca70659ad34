"""Circular shifts: what is printed of their gradients, any size, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.core.graph import instantiate
from symdl.formula.plain import to_plain
from tests.helpers.graphs import gradients, value

HEAD = {"r": "s[1] roll(q, -1) + s[2] q + s[3] roll(q, 1)", "L": "sum(square(r)) / 2"}


def head(by: str) -> Any:
    """The shift of a head of a Turing machine, for any number of places."""
    asks = [{"gradient": "L", "by": [by]}]
    return symdl.derive(symdl.problem(symbols={"q": ["N"], "s": [3]}, let=HEAD, asks=asks))


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("q", "s[1] roll(r, 1) + s[2] r + s[3] roll(r, -1)"),
        ("s", "[sum(r * roll(q, -1)), sum(r * q), sum(r * roll(q, 1))]"),
    ],
)
def test_the_gradient_is_the_shift_back_for_any_size(by: str, expected: str):
    (answer,) = head(by).derivation.answers
    assert to_plain(answer.composed or answer.formula["matrix"]) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_shift_fits_every_size(size: int):
    graph = instantiate(head("q").problem.graph, {"N": size})
    at = {"q": np.linspace(1, 2, size), "s": np.array([0.2, 0.5, 0.3])}
    r = sum(w * np.roll(at["q"], k) for w, k in zip(at["s"], (-1, 0, 1), strict=True))
    assert np.isclose(value(graph, at), r @ r / 2)
    back = sum(w * np.roll(r, -k) for w, k in zip(at["s"], (-1, 0, 1), strict=True))
    assert np.allclose(gradients(graph, at)["q"], back)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("roll(x, 1/2)", "A shift is a whole number"),
        ("roll(x, 1000)", "between -64 and 64, not 1000"),
        ("roll(x, a)", "number"),
        ("roll(a, 1)", "roll"),
    ],
)
def test_what_cannot_be_shifted_is_refused(call: str, expected: str):
    with pytest.raises(symdl.SymdlError, match=expected):
        symdl.problem(given={"x": [1, 2, 3], "a": 2}, let={"y": f"sum({call})"})
