"""The choices that courses make differently: kinks, ties, borders, and how far numbers stay exact."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symdl.autodiff.forward import forward
from symdl.autodiff.reverse import backward
from symdl.core.evaluation import evaluate
from symdl.formula.tree import Number
from tests.helpers.graphs import Array, agree, build, formula, gradients, of_kind, tangents, tied, value

HALF = Number(Fraction(1, 2))


@pytest.mark.parametrize(
    "text, x, default",
    [
        ("relu(x)", 0.0, 0.0),
        ("leaky_relu(x)", 0.0, 0.01),
        ("abs(x)", 0.0, 0.0),
        ("|x|", 0.0, 0.0),
        ("sign(x)", 0.0, 0.0),
        ("step(x)", 0.0, 0.0),
        ("relu6(x)", 0.0, 0.0),
        ("relu6(x)", 6.0, 0.0),
        ("floor(x)", 2.0, 0.0),
        ("max(x, 1)", 1.0, 1.0),
        ("max(1, x)", 1.0, 0.0),
        ("min(x, 1)", 1.0, 1.0),
    ],
)
def test_the_derivative_at_a_kink_is_the_one_stated_or_the_one_chosen(text: str, x: float, default: float):
    graph = formula(text, x=())
    assert gradients(graph, {"x": x})["x"] == default
    assert gradients(graph, {"x": x}, at_kink=HALF)["x"] == 0.5
    assert gradients(graph, {"x": x + 0.25}, at_kink=HALF)["x"] == gradients(graph, {"x": x + 0.25})["x"]


@pytest.mark.parametrize("chosen", [Fraction(0), Fraction(1, 2), Fraction(1)])
def test_a_chosen_value_at_kinks_holds_in_arrays_and_under_other_functions(chosen: Fraction):
    graph = build({"x": (3,)}, [("h", "relu(x)"), ("f", "sum(3 h)")])
    found = gradients(graph, {"x": np.array([-1.0, 0.0, 1.0])}, at_kink=Number(chosen))["x"]
    assert agree(found, [0.0, 3.0 * float(chosen), 3.0])


def test_a_condition_says_itself_which_side_its_border_is_on():
    assert gradients(formula("where(x > 2, 5 x, x)", x=()), {"x": 2.0})["x"] == 1.0
    assert gradients(formula("where(x >= 2, 5 x, x)", x=()), {"x": 2.0})["x"] == 5.0


def test_smooth_functions_do_not_hear_of_kinks():
    graph = formula("tanh(x) + elu(x)", x=())
    assert gradients(graph, {"x": 0.0}, at_kink=HALF)["x"] == 2.0


TIED = np.array([1.0, 3.0, 3.0])


@pytest.mark.parametrize(
    "text, first, share",
    [
        ("max(x)", [0, 1, 0], [0, 0.5, 0.5]),
        ("min(-x)", [0, -1, 0], [0, -0.5, -0.5]),
        ("max_pool(x, 3)[1]", [0, 1, 0], [0, 0.5, 0.5]),
        ("sum(argmax(x) * x)", [0, 1, 0], [0, 0.5, 0.5]),
        ("sort(x)[2]", [0, 1, 0], [0, 1, 0]),
        ("sort(x)[3]", [0, 0, 1], [0, 0, 1]),
    ],
)
def test_ties_go_to_the_first_or_are_shared(text: str, first: list[float], share: list[float]):
    for ties, expected in (("first", first), ("share", share)):
        graph = tied(text, ties, x=(3,))
        assert agree(gradients(graph, {"x": TIED})["x"], expected)
        assert value(graph, {"x": TIED}) == value(formula(text, x=(3,)), {"x": TIED})


def test_forward_and_reverse_share_the_ties_alike():
    graph = tied("max(x)", "share", x=(3,))
    (pushed,) = tangents(
        forward(graph, graph.inputs), [graph.output], {"x": TIED}, {"x": np.array([5.0, 1.0, 2.0])}
    )
    assert pushed == 1.5


def test_ties_inside_library_formulas_follow_the_choice_too():
    graph = tied("softmax(x)", "share", x=(3,))
    swept = backward(graph, graph.output)
    assert agree(gradients(graph, {"x": TIED})["x"].sum(), 0.0) and swept.of == graph.output


def test_what_lies_outside_an_array_is_zero():
    at = {"x": np.array([1.0, 2.0]), "k": np.array([1.0, 10.0, 100.0])}
    assert agree(value(formula("pad(x, 2)", x=(2,)), at), [0, 0, 1, 2, 0, 0])
    assert agree(value(formula("conv1d(x, k, pad=2)", x=(2,), k=(3,)), at), [100, 210, 21, 2])
    assert agree(value(formula("convolve1d(x, k, pad=2)", x=(2,), k=(3,)), at), [1, 12, 120, 200])
    assert agree(gradients(formula("sum(conv1d(x, k, pad=2))", x=(2,), k=(3,)), at)["x"], [111, 111])


EXACT = {"W": [["1/3", "-2"], ["0.1", "5/7"]], "x": ["1/2", "-3/4"], "b": "1/9"}


def exact(graph, **values) -> dict[str, Array]:
    """Every named quantity that stays rational."""
    given = {
        graph.by_name[name]: of_kind(np.array(x, dtype=object) if isinstance(x, list) else x, Fraction)
        for name, x in values.items()
    }
    found = evaluate(graph, given, "exact")
    return {str(var.name): number for var, number in found.items() if var.name is not None}


def test_rationals_stay_exact_through_linear_algebra_and_pieces():
    graph = build(
        {"W": (2, 2), "x": (2,), "b": ()},
        [("z", "W x + b"), ("h", "relu(z)"), ("L", "mean(h^2) / (3 + h[1])")],
    )
    found = exact(graph, **EXACT)
    z = [
        Fraction(1, 6) + Fraction(3, 2) + Fraction(1, 9),
        Fraction(1, 20) - Fraction(15, 28) + Fraction(1, 9),
    ]
    assert list(found["z"]) == z
    assert list(found["h"]) == [z[0], 0]
    assert found["L"] == z[0] ** 2 / 2 / (3 + z[0])
    assert isinstance(found["L"], Fraction)


def test_gradients_of_rationals_are_rational():
    graph = build({"W": (2, 2), "x": (2,), "b": ()}, [("z", "W x + b"), ("L", "sum(z^2) / 2")])
    swept = backward(graph, graph.output)
    found = exact(swept.graph, **EXACT)
    assert found["adjoint.L.b"] == sum(found["z"])
    assert all(isinstance(entry, Fraction) for entry in found["adjoint.L.W"].flat)


def test_exactness_stops_at_the_exponential_and_goes_on_beside_it():
    graph = build({"x": ()}, [("a", "x / 3"), ("p", "exp(a)"), ("q", "p + 1"), ("r", "a^2")])
    assert exact(graph, x=Fraction(2)) == {"x": 2, "a": Fraction(2, 3), "r": Fraction(4, 9)}


@pytest.mark.parametrize(
    "text, x, expected",
    [
        ("sqrt(x)", "9/4", Fraction(3, 2)),
        ("sqrt(x)", "2", None),
        ("x^(1/2)", "4/9", Fraction(2, 3)),
        ("exp(x)", "0", 1),
        ("log(x)", "1", 0),
        ("tanh(x)", "0", 0),
        ("sigmoid(x)", "0", Fraction(1, 2)),
        ("relu(x) / x", "-3", 0),
        ("1 / x", "0", None),
        ("x^(-2)", "1/3", 9),
        ("floor(x)", "-7/2", -4),
        ("abs(x)", "-7/2", Fraction(7, 2)),
        ("pi x", "1", None),
    ],
)
def test_values_that_happen_to_be_rational(text: str, x: str, expected: Fraction | int | None):
    assert exact(formula(text, x=()), x=Fraction(x)).get("f") == expected
