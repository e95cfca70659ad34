"""Sizes and settings that make no sense are refused where they stand, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.errors import SymdlError
from symdl.problems.construction import build
from symdl.problems.reading.file import read_text

X = [[1, 2, 3], [3, 4, 5], [1, 2, 3]]
WRONG: list[tuple[dict[str, Any], dict[str, str], str]] = [
    ({"w": 0.5, "h[0]": 1}, {"h[t=1..0]": "tanh(w h[t-1])"}, "from 1 to 0"),
    ({"z": [1, 2, 3]}, {"L": "softmax_cross_entropy(z, class_vector(5, 3))"}, "no class 5"),
    ({"z": [1, 2, 3]}, {"L": "softmax_cross_entropy(z, class_vector(0, 3))"}, "no class 0"),
    ({"Z": X, "k": [1, 2, 4]}, {"L": "softmax_cross_entropy(Z, class_vector(k, 3))"}, "no class 4"),
    ({"Z": X, "k": [1, 2, 4], "n": 3}, {"A": "class_vector(k, 3) + Z"}, "no class 4"),
    ({"x": [1, 2], "m": [1, 0]}, {"h": "dropout(x, m, rate=1)"}, "less than 1, not 1"),
    ({"x": [1, 2], "m": [1, 0]}, {"h": "2 dropout(x, m, rate=1.5)"}, "less than 1, not 3/2"),
    ({"X": X}, {"Z": "max_pool(X, 4)"}, "window of 4"),
    ({"X": X, "K": [[1, 2], [3, 4]]}, {"Z": "conv2d(X, K, stride=0)"}, "at least 1, not 0"),
    ({"X": X, "K": [[1, 2], [3, 4]]}, {"Z": "conv2d(X, K, pad=-1)"}, "at least 0, not -1"),
]


@pytest.mark.parametrize(("given", "let", "words"), WRONG)
def test_it_is_refused(given: dict[str, Any], let: dict[str, str], words: str):
    with pytest.raises(SymdlError) as raised:
        symdl.problem(given=given, let=let)
    assert words in str(raised.value)


def test_every_class_that_there_is_may_be_named():
    problem = symdl.problem(given={"k": [1, 3, 2]}, let={"Y": "class_vector(k, 3)"})
    assert symdl.derive(problem).values["Y"].tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize(
    ("layers", "words"),
    [("{conv2d = 4, kernel = 7}", "window of 7"), ("{flatten = true}, {dense = 100000}", "4000000")],
)
def test_layers_are_refused_with_their_line(layers: str, words: str):
    text = f'[symbols]\nX = [3, 5, 5]\n[network]\ninput = "X"\nlayers = [{layers}]\n'
    with pytest.raises(SymdlError) as raised:
        build(read_text(text + '[[ask]]\ngradient = "X"\nby = ["X"]\n'))
    assert words in str(raised.value) and raised.value.place is not None
    assert raised.value.place.line == 5
