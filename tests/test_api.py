"""The Python interface: what goes in, what comes out, as the README shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy

import symdl
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.models.layer import LAYERS
from symdl.models.optimizers import OPTIMIZERS

EXAMPLES = Path(__file__).parent.parent / "worked_examples"
MLP = EXAMPLES / "mlp_relu_sigmoid" / "problem.toml"


@pytest.fixture(scope="module")
def quadratic() -> symdl.Solved:
    return symdl.solve("x^2 + 3*x*y + y^2", at={"x": 2, "y": 3})


@pytest.fixture(scope="module")
def mlp() -> symdl.Solved:
    return symdl.derive(symdl.load(MLP))


def test_results_are_exact_where_they_are_rational(quadratic: symdl.Solved) -> None:
    assert quadratic.values["f"] == 31
    assert quadratic.gradient["x"].value == Fraction(13)
    assert float(quadratic.gradient["y"]) == 12.0
    assert np.array_equal(quadratic.hessian["f"].numpy, [[2, 3], [3, 2]])


def test_results_give_back_sympy_and_tex(quadratic: symdl.Solved) -> None:
    x, y = sympy.symbols("x y")
    assert quadratic.gradient["x"].sympy == 2 * x + 3 * y
    assert quadratic.gradient["x"].tex == "2 x + 3 y"


def test_a_misspelt_result_suggests_the_nearest(mlp: symdl.Solved) -> None:
    with pytest.raises(KeyError, match="W1"):
        mlp.gradient["W11"]
    with pytest.raises(symdl.SymdlError, match=r"gradient\.L\.W1|adjoint\.L\.W1"):
        mlp.function("gradient.L.W11")


def test_sympy_expressions_and_arrays_go_in() -> None:
    x, y = sympy.symbols("x y")
    assert symdl.solve(x**2 * sympy.exp(y), at={"x": 3, "y": 0}).gradient["x"].value == 6
    problem = symdl.problem(
        given={"x": np.array([0.5, -1.0]), "w": [Fraction(1, 3), 2]},
        let={"f": "w^T x"},
        asks=[{"gradient": "f", "by": "x"}],
    )
    assert np.allclose(symdl.derive(problem).gradient["x"], [1 / 3, 2])


def test_the_network_of_the_notes(mlp: symdl.Solved) -> None:
    assert np.allclose(mlp.values["o"], [0.716593201168, 0.731966936489], atol=1e-12)
    assert mlp.gradient["W1"].numpy[0, 0] == pytest.approx(0.0016044069978289, abs=1e-15)
    assert float(mlp.gradient["b2"]) == pytest.approx(float(np.sum(mlp.adjoints["L"]["z2"])))
    assert mlp.answers["update.W1"].numpy[0, 0] == pytest.approx(0.14998395593002171, abs=1e-15)


def test_a_function_takes_inputs_by_name_and_source_agrees_with_it(mlp: symdl.Solved) -> None:
    quick = mlp.function("gradient.L.W1")
    assert np.allclose(quick(), mlp.gradient["W1"])
    namespace: dict[str, object] = {}
    exec(compile(mlp.source("gradient.L.W1"), "source", "exec"), namespace)
    given = {name: np.array(value, dtype=float) for name, value in mlp.values.items() if name in quick.names}
    given["W2"] = given["W2"] * 1.5
    written = namespace["gradient_L_W1"](**given)  # type: ignore[operator]
    assert np.allclose(written, quick(W2=given["W2"]))


def test_a_new_activation_is_one_declaration() -> None:
    from symdl.core.function import FUNCTIONS, POINTWISE

    symdl.activation("squareplus", "(x + sqrt(x^2 + 4)) / 2", source="Barron 2021")
    try:
        problem = symdl.problem(
            given={"x": [1, -2]},
            let={"a": "squareplus(x)", "L": "sum(a)"},
            asks=[{"gradient": "L", "by": "x"}],
        )
        solved = symdl.derive(problem)
        expected = [(1 + v / np.sqrt(v * v + 4)) / 2 for v in (1, -2)]
        assert np.allclose(solved.gradient["x"], expected)
        assert all(check.outcome == "holds" for check in solved.checks)
        assert "squareplus" in str(symdl.render(solved.compose(), "txt"))
    finally:
        FUNCTIONS.remove("squareplus")
        POINTWISE.remove("squareplus")


def test_json_follows_the_contract(mlp: symdl.Solved) -> None:
    found = json.loads(mlp.to_json())
    assert list(found) == [
        "symdl",
        "title",
        "conventions",
        "values",
        "adjoints",
        "answers",
        "steps",
        "checks",
    ]
    answers = {answer["id"]: answer for answer in found["answers"]}
    assert answers["gradient.L.W1"]["value"][0][0] == pytest.approx(0.0016044069978289)
    assert set(answers["gradient.L.W1"]["formula"]["matrix"]) == {"latex", "plain"}
    assert [record["t"] for record in answers["update.W1"]["value"]] == [0, 1]
    assert set(found["adjoints"]["L"]) >= {"z1", "h1", "z2", "o", "y_hat", "W1", "b1", "W2", "b2"}
    ids = {step["id"] for step in found["steps"]}
    for step in found["steps"]:
        assert step["sentence"] and step["latex"] and step["plain"] and set(step["uses"]) <= ids
        assert all(found["checks"][k]["step"] == step["id"] for k in step["checks"])


def test_a_derivation_shows_itself(mlp: symdl.Solved) -> None:
    bundle = mlp._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/latex", "text/plain"}
    assert "<img" in bundle["text/html"] and r"\frac{\partial L}" in bundle["text/latex"]


def test_a_failed_check_refuses_the_sheet(mlp: symdl.Solved) -> None:
    from dataclasses import replace

    broken = [replace(mlp.checks[0], outcome="fails"), *mlp.checks[1:]]
    with pytest.raises(symdl.SymdlError, match="No sheet"):
        symdl.compose(mlp, broken)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: symdl.solve("x^2", at=[1]), "`at` is of type Mapping, not list"),  # type: ignore[arg-type]
        (lambda: symdl.solve("x^2", at={1: 2}), "`at` is of type str, not int"),  # type: ignore[dict-item]
        (lambda: symdl.solve("x^2", by=3), "`by` is of type Iterable, not int"),  # type: ignore[arg-type]
        (lambda: symdl.solve("x^2", by=[3]), "`by` is of type str, not int"),  # type: ignore[list-item]
        (lambda: symdl.problem(let="f = x"), "`let` is of type Mapping, not str"),  # type: ignore[arg-type]
        (lambda: symdl.derive("x^2"), "`source` is of type Problem, not str"),  # type: ignore[arg-type]
        (lambda: symdl.verify(None), "`solved` is of type Solved, not NoneType"),  # type: ignore[arg-type]
        (lambda: symdl.compose("x"), "`solved` is of type Solved, not str"),  # type: ignore[arg-type]
        (lambda: symdl.load(None), "`path` is of type str, not NoneType"),  # type: ignore[arg-type]
        (lambda: symdl.explain(3), "`key` is of type str, not int"),  # type: ignore[arg-type]
        (lambda: symdl.render("x"), "`document` is of type Document, not str"),  # type: ignore[arg-type]
        (lambda: symdl.activation("twice", None), "`formula` is of type str"),  # type: ignore[arg-type]
        (lambda: symdl.activation("my act", "2 x"), "`my act` is not a name that a formula can use"),
        (lambda: symdl.loss("2nd", "sum(p - y)"), "`2nd` is not a name"),
        (lambda: symdl.render(symdl.compose(symdl.solve("x^2")), "json"), "symdl.to_json"),
    ],
)
def test_arguments_of_a_wrong_type_are_told(call: Callable[[], object], said: str) -> None:
    with pytest.raises(symdl.SymdlError, match=said):
        call()


def test_what_a_notebook_prints_is_one_line_of_mathematics():
    problem = symdl.problem(given={"x": 2}, let={"a": "tanh(x)", "L": "a^2 / 2"}, asks=[{"value": "L"}])
    assert repr(problem) == "Problem(a = tanh(x); L = a^2/2)"
    assert repr(symdl.derive(problem).compose()) == "Document('L = a²/2', 'en', 9 blocks)"
    assert repr(POINTWISE["sigmoid"]) == "sigmoid(x) = 1/(1 + exp(-x))"
    assert repr(OPTIMIZERS["momentum"]).startswith("momentum: v ← ")
    assert repr(LAYERS["dot_attention"]).startswith("O = dot_attention(Q, K, V): ")
    assert "\n" not in repr(FUNCTIONS["mse"])


def test_an_answer_is_asked_for_by_its_name() -> None:
    with pytest.raises(KeyError, match="-1"):
        symdl.solve("x^2").answers[-1]  # type: ignore[index]
