"""What sheets print, students may hand in: matrices, entries with letters, with or without a left side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import symdl
from symdl.formula.plain import to_plain
from symdl.formula.tex import to_tex
from symdl.formula.tree import Compare
from symdl.grading.marker import Marker
from symdl.grading.marking import marked

PROBLEMS: dict[str, dict[str, Any]] = {
    "recurrent": {
        "given": {
            "x1": [0.5, -0.3], "x2": [-0.7, 0.9], "h0": [0.1, 0.2], "U": [[0.8, 0.1], [-0.2, 0.5]],
            "W": [[0.3, -0.6], [0.4, 0.2]], "b": [0.1, -0.1], "v": [0.7, -0.4], "y": 0.3,
        },
        "let": {
            "z1": "U x1 + W h0 + b", "h1": "tanh(z1)", "z2": "U x2 + W h1 + b", "h2": "tanh(z2)",
            "L": "(v^T h2 - y)^2/2",
        },
        "asks": [{"gradient": "L", "by": ["U", "W", "b", "v"]}],
    },
    "rows": {
        "given": {
            "X": [[0.5, -1.2], [1.1, 0.4], [-0.3, 0.8]], "A": [[0.2, -0.5, 0.3], [0.6, 0.1, -0.4]],
            "a": [0.1, -0.2, 0.05], "B": [[0.4], [-0.7], [0.9]], "Y": [[0.3], [0.8], [-0.5]],
        },
        "let": {"Z": "X A + a", "H": "sigmoid(Z)", "O": "H B", "L": "sum((O-Y)^2)/2"},
        "asks": [{"gradient": "L", "by": ["A", "a", "B"]}],
    },
    "output": {
        "given": {"x": [0.4, -0.8], "W1": [[0.3, -0.2], [0.7, 0.1]], "w2": [0.9, -0.7], "t": 1},
        "let": {"s": "W1 x", "g": "sigmoid(s)", "q": "w2^T g", "E": "(q - t)^2/2"},
        "asks": [{"gradient": "E", "by": ["W1", "w2"]}],
    },
    "filter": {
        "given": {"x": [0.5, -1, 2, 0.3], "k": [0.4, -0.7], "v": [0.3, -0.5, 0.8], "y": 0.6},
        "let": {"z": "conv1d(x, k)", "a": "tanh(z)", "L": "(v^T a - y)^2/2"},
        "asks": [{"gradient": "L", "by": ["k", "v"]}],
    },
}  # fmt: skip


def printed(marker: Marker) -> Iterator[tuple[str, str]]:
    """Every answer in every view, as text and as TeX, with its left side and without."""
    words = marker.speaker.notation
    for answer in marker.judge.questions.derivation.answers:
        for formula in answer.formula.values():
            yield answer.id, to_plain(formula)
            yield answer.id, to_tex(formula, words)
            if answer.left is not None:
                yield answer.id, to_tex(Compare("=", answer.left, formula), words)


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_is_printed_is_right(name: str) -> None:
    marker = Marker(symdl.problem(**PROBLEMS[name]))
    found = [(id, text, marked(marker, {id: text}).row(id)) for id, text in printed(marker)]
    assert len(found) > 8
    assert not [(id, text, row.status, row.feedback) for id, text, row in found if row.status != "right"]


@pytest.mark.parametrize(
    "answer",
    [
        r"\delta^{(1)} x^{(1)\top} + \delta^{(2)} x^{(2)\top}",
        r"\delta^{(1)} (x^{(1)})^{T} + \delta^{(2)} x^{(2)T}",
    ],
)  # fmt: skip
def test_a_layer_and_a_transpose_in_one_exponent(answer: str) -> None:
    report = symdl.grade(symdl.problem(**PROBLEMS["recurrent"]), {"gradient.L.U": answer})
    assert report.row("gradient.L.U").status == "right"
