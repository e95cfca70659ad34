"""One declaration of a teacher's own activation or loss brings everything that built-in ones have."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
import sympy
from click.testing import CliRunner

import symdl
from symdl.cli import main
from symdl.core.function import FUNCTIONS, POINTWISE

TEXT = """
[given]
x = [0.5, -1.25]
W = [[0.3, -0.2], [0.1, 0.4]]
y = [1, 0]
[let]
z = "W x"
a = "{activation}(z)"
L = "{loss}(a, y)"
[[ask]]
gradient = "L"
by = ["W"]
[[ask]]
hessian = "L"
by = ["x"]
[[ask]]
update = "gd"
of = "L"
by = "W"
learning_rate = 0.1
"""


@pytest.fixture
def squareplus() -> Iterator[str]:
    symdl.activation("squareplus", "(x + sqrt(x^2 + 4)) / 2", source="Barron 2021")
    yield "squareplus"
    POINTWISE.remove("squareplus")
    FUNCTIONS.remove("squareplus")


@pytest.fixture
def quartic() -> Iterator[str]:
    symdl.loss("quartic", "mean((p - y)^4) / 4", source="a teacher")
    yield "quartic"
    FUNCTIONS.remove("quartic")


def solved(tmp_path, activation: str, loss: str) -> symdl.Solved:
    path = tmp_path / "problem.toml"
    path.write_text(TEXT.format(activation=activation, loss=loss))
    return symdl.solve(path)


def squareplus_by_hand(z):
    return (z + np.sqrt(z**2 + 4)) / 2, (1 + z / np.sqrt(z**2 + 4)) / 2


def test_an_activation_has_its_derivative(squareplus: str) -> None:
    d = symdl.solve("squareplus(x)", at={"x": 1})
    x = sympy.Symbol("x")
    assert sympy.simplify(d.gradient["x"].sympy - sympy.diff((x + sympy.sqrt(x**2 + 4)) / 2, x)) == 0
    assert float(d.gradient["x"].numpy) == pytest.approx(squareplus_by_hand(1.0)[1], rel=1e-14)
    assert d.gradient["x"].tex


def test_an_activation_in_a_network_has_numbers_checks_and_sheets(squareplus: str, tmp_path) -> None:
    d = solved(tmp_path, squareplus, "half_sse")
    x, W, y = np.array([0.5, -1.25]), np.array([[0.3, -0.2], [0.1, 0.4]]), np.array([1.0, 0.0])
    a, slope = squareplus_by_hand(W @ x)
    delta = (a - y) * slope
    found = json.loads(d.to_json())
    assert np.allclose(found["values"]["a"], a, rtol=1e-14)
    assert np.allclose(found["adjoints"]["L"]["z"], delta, rtol=1e-13)
    assert np.allclose(d.gradient["W"].numpy, np.outer(delta, x), rtol=1e-13)
    assert np.allclose(d.function("gradient.L.W")(), np.outer(delta, x), rtol=1e-13)
    assert {check.outcome for check in d.checks} == {"holds"}
    for language in ("en", "fa"):
        for form in ("terminal", "tex", "html"):
            assert "squareplus" in str(symdl.render(symdl.compose(d, language=language), form))


def test_a_loss_has_its_gradient_checks_and_sheets(quartic: str, tmp_path) -> None:
    d = solved(tmp_path, "tanh", quartic)
    x, W, y = np.array([0.5, -1.25]), np.array([[0.3, -0.2], [0.1, 0.4]]), np.array([1.0, 0.0])
    a = np.tanh(W @ x)
    assert float(d.values["L"]) == pytest.approx(np.mean((a - y) ** 4) / 4, rel=1e-14)
    assert np.allclose(d.gradient["W"].numpy, np.outer((a - y) ** 3 / 2 * (1 - a**2), x), rtol=1e-12)
    assert {check.outcome for check in d.checks} == {"holds"}
    for language in ("en", "fa"):
        assert "quartic" in str(symdl.render(symdl.compose(d, language=language), "tex"))


@pytest.mark.parametrize("language", ["en", "fa"])
def test_they_are_listed_and_explained(squareplus: str, quartic: str, language: str) -> None:
    def run(*args: str) -> str:
        result = CliRunner().invoke(main, args, prog_name="symdl")
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "squareplus" in run("list", "activations")
    assert "quartic" in run("list", "losses")
    assert "Barron 2021" in run("explain", "squareplus")
    assert "quartic" in run("explain", "quartic")


@pytest.mark.parametrize(
    ("key", "formula", "words"),
    [
        ("sigmoid", "x", "already"),
        ("mine", "x + q", "`q` is not defined"),
        ("mine", "(x", "never closed"),
    ],
)
def test_a_bad_declaration_is_refused_and_leaves_nothing(key: str, formula: str, words: str) -> None:
    before = set(FUNCTIONS), set(POINTWISE)
    with pytest.raises(symdl.SymdlError, match=words):
        symdl.activation(key, formula)
    assert (set(FUNCTIONS), set(POINTWISE)) == before


def test_an_own_activation_obeys_the_laws(squareplus: str) -> None:
    from tests.laws import test_pointwise as laws

    op = POINTWISE[squareplus]
    checked = 0
    for at in laws.points(op):
        x = float(at[0])
        assert float(laws.value(op.body, op, at)) == pytest.approx(squareplus_by_hand(x)[0], rel=1e-13)
        checked += 1
    assert checked > 5
