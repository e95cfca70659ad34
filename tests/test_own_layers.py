"""A layer by one declaration: everything else follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.catalog import explain, listing
from symdl.core.function import FUNCTIONS
from symdl.models.layer import LAYERS

NAMES = ("x", "W", "b", "U", "c")


@pytest.fixture
def highway() -> Iterator[str]:
    symdl.layer(
        "own_highway", params="x W b U c", results="y", weights="W b U c",
        shapes={"x": "n", "W": "n n", "b": "n", "U": "n n", "c": "n"},
        lines={"h": "tanh(W x + b)", "g": "sigmoid(U x + c)", "y": "g * h + (1 - g) * x"},
        source="Srivastava, Greff & Schmidhuber 2015", family="feedforward",
    )  # fmt: skip
    yield "own_highway"
    LAYERS.remove("own_highway")
    FUNCTIONS.remove("own_highway")


def test_it_is_worked_out_and_checked(highway: str):
    random = np.random.default_rng(3)
    shapes = {"x": (3,), "W": (3, 3), "b": (3,), "U": (3, 3), "c": (3,)}
    given = {name: random.normal(size=shape) for name, shape in shapes.items()}
    ask = {"gradient": "L", "by": list(NAMES)}
    let = {"y": f"{highway}(x, W, b, U, c)", "L": "sum(y * y) / 2"}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[ask]))
    assert {check.outcome for check in solved.checks} == {"holds"}
    h = np.tanh(given["W"] @ given["x"] + given["b"])
    g = 1 / (1 + np.exp(-given["U"] @ given["x"] - given["c"]))
    y = g * h + (1 - g) * given["x"]
    slope_h, slope_g = y * g * (1 - h**2), y * (h - given["x"]) * g * (1 - g)
    gradient = solved.gradient
    assert np.allclose(gradient["W"].numpy, np.outer(slope_h, given["x"]))
    assert np.allclose(gradient["U"].numpy, np.outer(slope_g, given["x"]))
    assert np.allclose(gradient["x"].numpy, given["W"].T @ slope_h + given["U"].T @ slope_g + y * (1 - g))


def test_it_holds_for_all_sizes(highway: str):
    symbols = {"x": ["n"], "W": ["n", "n"], "b": ["n"], "U": ["n", "n"], "c": ["n"]}
    let = {"y": f"{highway}(x, W, b, U, c)", "L": "sum(y * y) / 2"}
    asks: list[dict[str, Any]] = [{"gradient": "L", "by": ["W", "x"]}, {"show": "network"}]
    solved = symdl.derive(symdl.problem(symbols=symbols, let=let, asks=asks))
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_it_is_explained(highway: str, language: str):
    page = str(symdl.render(explain(highway, language), "txt"))
    assert "Srivastava" in page and "2n² + 2n" in page


def test_a_size_that_is_too_small_is_told():
    symdl.layer("own_ring", params="x", results="y", shapes={"x": "N"}, lines={"y": "x[2:N]"}, least={"N": 2})
    try:
        with pytest.raises(symdl.SymdlError, match="N is at least 2; here it is 1"):
            symdl.problem(given={"x": [1]}, let={"y": "own_ring(x)"})
    finally:
        LAYERS.remove("own_ring")
        FUNCTIONS.remove("own_ring")


def test_a_layer_without_words_is_listed_by_its_first_result() -> None:
    symdl.layer(
        "unspoken", params="x g", results="y r", weights="g", shapes={"x": "n", "g": "n"},
        lines={"r": "sqrt(mean(x^2))", "y": "g * x / r"},
    )  # fmt: skip
    try:
        for language in ("en", "fa"):
            listed = str(symdl.render(listing("layers", language), "txt")).splitlines()
            (row,) = (line for line in listed if line.startswith("unspoken"))
            assert "y = g ⊙ x/r" in row
    finally:
        LAYERS.remove("unspoken")
        FUNCTIONS.remove("unspoken")


def test_a_line_that_calls_a_function_wrongly_is_refused_where_it_is_declared() -> None:
    with pytest.raises(symdl.SymdlError, match="per_channel"):
        symdl.layer(
            "miscalled", params="X s", results="Y", shapes={"X": "c h w", "s": "c"},
            lines={"Y": "per_channel(s) * X"},
        )  # fmt: skip
    assert "miscalled" not in LAYERS and "miscalled" not in FUNCTIONS


def test_a_call_with_a_setting_in_the_place_of_an_argument_is_told_how_settings_are_written() -> None:
    given = {"X": [[1, 2], [3, 4]], "g": [1, 1], "b": [0, 0]}
    with pytest.raises(symdl.SymdlError, match="epsilon=…"):
        symdl.problem(given=given, let={"Y": "batch_norm(X, g, b, 0.1)"})
