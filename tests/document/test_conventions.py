"""The note on conventions says what a sheet chooses where courses differ, and not what it does not use."""

from __future__ import annotations

import pytest

import symdl
from symdl.document.blocks import Note
from symdl.rendering.view import plain


def note(line: str, language: str = "en") -> str:
    problem = symdl.problem(
        given={"x": [1, 2, 4, 3], "k": [1, -2]}, let={"L": line}, asks=[{"gradient": "L", "by": ["x"]}]
    )
    document = symdl.compose(symdl.derive(problem), language=language)
    return " ".join(
        plain(block.spans)
        for block in document.blocks
        if isinstance(block, Note) and block.kind == "convention"
    )


SLIDING = ("a cross-correlation, which deep learning", "before it slides", "Both occur here")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sum(conv1d(x, k)^2)", SLIDING[0]),
        ("sum(convolve1d(x, k)^2)", SLIDING[1]),
        ("sum(conv1d(x, k)^2) + sum(convolve1d(x, k))", SLIDING[2]),
        ("sum(x^2)", None),
    ],
)
def test_whether_a_kernel_is_turned_is_said_once(line: str, said: str | None) -> None:
    found = [part for part in SLIDING if part in note(line)]
    assert found == ([said] if said else [])


@pytest.mark.parametrize(("line", "said"), [("sum(log(x))", True), ("sum(exp(x))", False)])
def test_the_logarithm_is_the_natural_one(line: str, said: bool) -> None:
    assert ("is the natural logarithm" in note(line)) is said
    assert ("لگاریتم طبیعی" in note(line, "fa")) is said
