"""What holds its argument fixed: forward the identity, backward zero, in every derivative and every check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.errors import SymdlError


def solved(given: dict[str, Any], let: dict[str, str], *asks: dict[str, Any]) -> Any:
    """A derivation all of whose lines hold."""
    found = symdl.derive(symdl.problem(given=given, let=let, asks=list(asks)))
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    return found


def answer(found: Any, id: str) -> Any:
    return next(each for each in found.derivation.answers if each.id == id)


@pytest.mark.parametrize("name", ["stop_gradient", "detach", "sg"])
def test_it_is_the_identity_forward_and_zero_backward(name: str) -> None:
    found = solved(
        {"x": 2, "w": 3}, {"y": f"x {name}(w x) + w^2"},
        {"gradient": "y", "by": ["x", "w"]}, {"hessian": "y", "by": ["x", "w"]},
    )  # fmt: skip
    assert found.values["y"] == 2 * 6 + 9
    assert found.gradient["x"] == 6 and found.gradient["w"] == 6
    np.testing.assert_array_equal(answer(found, "hessian.y.x.w").value, [[0, 0], [0, 2]])


def test_rule_by_rule_it_is_a_constant() -> None:
    found = solved({"x": 2}, {"y": "sin(x sg(x^2)) + x"}, {"derivative": "y", "by": "x", "order": 2})
    assert answer(found, "derivative.y.x").value == pytest.approx(-np.sin(8) * 16)


def test_the_table_of_differences_leaves_held_values_where_they_were() -> None:
    found = solved({"x": [2, -1]}, {"y": "sum(x * sg(x^2))"}, {"check": "y", "by": ["x"]})
    rows = answer(found, "check.y").table
    assert [row["derived"] for row in rows] == [4, 1]
    assert max(row["error"] for row in rows) < 1e-8


def test_no_path_leads_through_it() -> None:
    found = solved({"x": 2}, {"u": "x^2", "v": "sg(u)", "y": "x v"}, {"paths": "y", "by": ["x"]})
    paths = answer(found, "paths.y.x")
    assert paths.value == 4 and len(paths.table) == 1


def test_a_line_tells_what_is_left_out() -> None:
    found = solved(
        {"x": 2, "w": 3}, {"h": "w x", "k": "sg(h)", "L": "k^2 + h"}, {"gradient": "L", "by": ["w"]}
    )
    keys = {step.because.key: step for step in found.steps}
    assert keys["rule.left_out"].value == 12 and found.gradient["w"] == 2
    assert keys["rule.held"].claim.out.name == "k"


def test_an_answer_that_lets_the_gradient_through_is_wrong() -> None:
    problem = symdl.problem(
        given={"x": 2, "w": 3}, let={"h": "w x", "k": "sg(h)", "L": "k^2 + h"},
        asks=[{"gradient": "L", "by": ["w"]}],
    )  # fmt: skip
    assert symdl.grade(problem, {"gradient.L.w": "x"}).row("gradient.L.w").status == "right"
    assert symdl.grade(problem, {"gradient.L.w": "2 h x + x"}).row("gradient.L.w").status == "wrong"


@pytest.fixture
def straight_through() -> Iterator[None]:
    symdl.activation("binarized", "x + stop_gradient(step(x) - x)")
    yield
    POINTWISE.remove("binarized")
    FUNCTIONS.remove("binarized")


def test_a_straight_through_estimator_is_one_declaration(straight_through: None) -> None:
    """Bengio, Leonard & Courville 2013: forward a threshold, backward the identity."""
    W, x, t = np.array([[1, 2], [0.5, -0.3]]), np.array([0.3, -0.7]), np.array([0.4, 0.1])
    found = solved(
        {"W": W.tolist(), "x": x.tolist(), "t": t.tolist()},
        {"a": "binarized(W x)", "L": "sum((a - t)^2)/2"},
        {"gradient": "L", "by": ["W"]}, {"hessian": "L", "by": ["x"]},
    )  # fmt: skip
    a = (W @ x > 0).astype(float)
    np.testing.assert_array_equal(found.values["a"], a)
    np.testing.assert_allclose(found.gradient["W"].numpy, np.outer(a - t, x), atol=1e-15)


def test_a_target_network_is_not_learned() -> None:
    """Mnih et al. 2015: the bootstrapped target r + γ max Q counts as a constant."""
    found = solved(
        {"s": [1, 0.5], "s_next": [0.2, -1], "W": [[0.3, -0.2], [0.6, 0.1]], "r": 1, "c": 0.9},
        {"q": "W s", "y": "stop_gradient(r + c max(W s_next))", "L": "(q[1] - y)^2 / 2"},
        {"gradient": "L", "by": ["W"]},
    )
    q, y = 0.3 - 0.1, 1 + 0.9 * max(0.06 + 0.2, 0.12 - 0.1)
    np.testing.assert_allclose(found.gradient["W"].numpy, np.outer([q - y, 0], [1, 0.5]), atol=1e-15)


@pytest.mark.parametrize("ask", [{"taylor": "y", "at": {"x": 1}}, {"stationary": "y"}])
def test_what_asks_about_a_function_nearby_is_refused(ask: dict[str, Any]) -> None:
    with pytest.raises(SymdlError, match="stop_gradient"):
        symdl.derive(symdl.problem(given={"x": 2}, let={"y": "x sg(x^2)"}, asks=[ask]))


RECURRENCES = {
    "rnn": ("h[t=1..5]", "rnn_cell(x[t], h[t-1], Wx, Wh, b, truncate={k})"),
    "formula": ("h[t=1..5]", "tanh(Wx x[t] + Wh truncate(h[t-1], {k}) + b)"),
}
GIVEN: dict[str, Any] = {
    "x": [[0.5, -1], [0.25, 0.75], [-0.5, 1], [1, 0.125], [0.5, -0.25]],
    "Wx": [[0.3, -0.7], [0.6, 0.2]], "Wh": [[0.8, -0.4], [0.5, 0.9]], "b": [0.1, -0.2],
    "h[0]": [0.3, -0.4], "v": [1, -0.5],
}  # fmt: skip
LOSS = "sum(dot(v, h[t])^2 / 2, t=1..5)"


def by_hand(k: int) -> dict[str, Any]:
    """Truncated backpropagation through time, a loop: the error stops after every k steps."""
    Wx, Wh, b, v, x = (np.array(GIVEN[name]) for name in ("Wx", "Wh", "b", "v", "x"))
    h = [np.array(GIVEN["h[0]"])]
    for row in x:
        h.append(np.tanh(Wx @ row + Wh @ h[-1] + b))
    dWx, dWh, back = np.zeros((2, 2)), np.zeros((2, 2)), np.zeros(2)
    for t in range(5, 0, -1):
        delta = (v * (v @ h[t]) + back) * (1 - h[t] ** 2)
        dWx, dWh = dWx + np.outer(delta, x[t - 1]), dWh + np.outer(delta, h[t - 1])
        back = Wh.T @ delta if (t - 1) % k else np.zeros(2)
    return {"Wx": dWx, "Wh": dWh}


@pytest.mark.parametrize("kind", RECURRENCES)
@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_truncated_backpropagation_through_time(kind: str, k: int) -> None:
    left, right = RECURRENCES[kind]
    found = solved(GIVEN, {left: right.format(k=k), "L": LOSS}, {"gradient": "L", "by": ["Wx", "Wh"]})
    for name, expected in by_hand(k).items():
        np.testing.assert_allclose(found.gradient[name].numpy, expected, atol=1e-14)
    left_out = [step.id for step in found.steps if step.because.key == "rule.left_out"]
    assert sorted(left_out) == [f"backward.L.h_bar[{t}]" for t in range(k, 5, k)]


def test_the_states_of_an_lstm_are_both_held() -> None:
    given = {
        "x": [[1], [0.5], [-1], [0.25]], "W": [[0.5], [-0.25], [1], [0.75]],
        "U": [[0.25], [0.5], [-0.5], [1]], "b": [0, 1, 0, 0.5], "h[0]": [0], "c[0]": [0],
    }  # fmt: skip
    let = {
        "h[t=1..4], c[t=1..4]": "lstm_cell(x[t], h[t-1], c[t-1], W, U, b, truncate=2)", "L": "sum(h[4]^2)",
    }  # fmt: skip
    found = solved(given, let, {"gradient": "L", "by": ["W"]})
    assert {"h_bar[2]", "c_bar[2]"} < set(map(str, found.values))
    assert not {"h_bar[1]", "c_bar[4]"} & set(map(str, found.values))


def test_a_layer_that_repeats_lines_itself_is_cut_too() -> None:
    given = {"X": [[1], [0.5], [-1]], "f[0]": [0.5], "r[0]": [0.25]} | {
        name: [[0.5]] for name in ("Wx", "Wh", "Vx", "Vh")
    }
    call = "bidirectional(X, f[0], r[0], Wx, Wh, [0.1], Vx, Vh, [0.2], truncate=1)"
    found = solved(given, {"h": call, "L": "sum(h[1] + h[2] + h[3])"}, {"gradient": "L", "by": ["Wh", "Vh"]})
    f = [0.5, *(float(found.values[f"h[{t}]"][0]) for t in (1, 2, 3))]
    expected = sum(f[t - 1] * (1 - f[t] ** 2) for t in (1, 2, 3))
    assert found.gradient["Wh"].numpy[0, 0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "line", ["dense(x, W, b, truncate=2)", "tanh(truncate(W, 2) x)", "tanh(truncate(x, 0))"]
)
def test_nothing_to_truncate_is_refused(line: str) -> None:
    with pytest.raises(SymdlError, match="truncate"):
        symdl.problem(given={"x": [1, 2], "W": [[1, 2]], "b": [0]}, let={"y": line}, asks=[{"value": "y"}])
