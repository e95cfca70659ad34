"""`update` and `minimize` asks as problems: batches, schedules, clipping, tables, bad input."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.errors import ProblemError
from symdl.models.optimizers import OPTIMIZERS

DATA = {"X": [[0.5, -1], [1, 2], [0.3, 0.1], [2, 1], [1, 1]], "y": [1, 0, 2, 1, 3], "w": [0.1, 0.2], "b": 0.3}
LINES = {"e": "X w + b - y", "L": "mean(e^2)"}


def solved(**ask: Any) -> symdl.Solved:
    ask = {"update": "gd", "of": "L", "by": ["w", "b"], **ask}
    return symdl.derive(symdl.problem(given=DATA, let=LINES, asks=[ask], seed=4))


def checked(derivation: symdl.Solved) -> set[str]:
    return {check.outcome for check in symdl.verify(derivation)}


def answer(derivation: symdl.Solved, k: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(derivation.to_json())["answers"][k]
    return found


@pytest.mark.parametrize(
    "ask",
    [
        {"update": "adam", "steps": 3},
        {"update": "nesterov", "steps": 2, "clip_norm": "1/2"},
        {"update": "momentum", "form": "damped", "weight_decay": "1/10", "clip_value": 1},
        {"update": "lamb", "steps": 2},
        {"update": "rmsprop", "form": "centered", "epsilon_inside": True},
        {"update": "adam", "learning_rate": {"schedule": "cosine", "initial": 1, "period": 4}, "steps": 2},
        {"update": "adagrad", "data": ["X", "y"], "batch_size": 2, "epochs": 1, "shuffle": True},
        {"update": "gd", "maximize": True, "learning_rate": "1/1000"},
        {"update": "rmsprop", "clip_weights": "1/8", "learning_rate": "1/5", "steps": 2},
    ],
    ids=lambda ask: ask["update"],
)
def test_every_line_holds(ask: dict[str, Any]) -> None:
    assert checked(solved(**ask)) == {"holds"}


FORMS = [(rule.key, form) for rule in OPTIMIZERS.values() for form in rule.forms]


@pytest.mark.parametrize(("rule", "form"), FORMS)
def test_every_line_of_every_rule_holds(rule: str, form: str) -> None:
    own = {} if form in OPTIMIZERS[rule].shaped.values() else {"form": form}
    ask = {"update": rule, "of": "L", "by": ["W", "c"], "steps": 2, **own}
    given = {"W": [[0.5, -1, 2], [1, 0.3, -0.7]], "c": [0.4, -0.2], "x": [1, 2, -1]}
    found = symdl.derive(symdl.problem(given=given, let={"e": "W x + c", "L": "sum(e^4)"}, asks=[ask]))
    assert checked(found) == {"holds"}


@pytest.mark.parametrize("rule", ["lars", "lamb"])
def test_a_layer_of_zeros_moves_all_the_same(rule: str) -> None:
    """With |θ| = 0 the trust ratio would stay 0 for ever; it is 1 then, and so it is where g = 0."""
    ask = {"update": rule, "of": "L", "by": ["a", "b"], "steps": 2}
    found = symdl.derive(
        symdl.problem(given={"a": [0, 0], "b": [1, 2]}, let={"L": "sum((a - 1)^2)"}, asks=[ask])
    )
    records = answer(found)["value"]
    assert all(value > 0 for value in records[1]["parameters"]["a"])
    assert records[-1]["parameters"]["b"] == [1, 2]
    assert checked(found) == {"holds"}


def test_radam_rectifies_as_soon_as_its_variance_is_tractable() -> None:
    """With β₂ = 0.9, ρ_t is 4.6 after five steps and 5.4 after six (Liu et al. 2020, equation 9)."""
    ask = {"update": "radam", "of": "L", "by": "x", "steps": 7, "beta2": "9/10", "beta1": 0, "epsilon": 0}
    asks = [{**ask, "learning_rate": "1/100"}]
    records = answer(symdl.derive(symdl.problem(given={"x": 3}, let={"L": "2 x"}, asks=asks)))["value"]
    steps = [before["parameters"]["x"] - after["parameters"]["x"] for before, after in pairwise(records)]
    lengths = [19 - 2 * t * 0.9**t / (1 - 0.9**t) for t in range(1, 8)]
    first = next(t for t, length in enumerate(lengths) if length > 5)
    assert steps[:first] == pytest.approx([0.02] * first)  # the plain gradient, 2, times the rate
    rectified = [np.sqrt((p - 4) * (p - 2) * 19 / (15 * 17 * p)) for p in lengths[first:]]
    assert steps[first:] == pytest.approx([0.01 * r for r in rectified])


def test_the_first_step_of_adadelta_is_as_long_as_epsilon_lets_it_be() -> None:
    """Δ₁ = -√ε / √((1-ρ)g² + ε) g: about √(ε / (1-ρ)), whatever the gradient (Zeiler 2012)."""
    for slope in (1, 100):
        ask = {"update": "adadelta", "of": "L", "by": "x", "rho": "19/20", "epsilon": "1/10^6"}
        found = symdl.derive(symdl.problem(given={"x": 3, "k": slope}, let={"L": "k x"}, asks=[ask]))
        moved = 3 - answer(found)["value"][1]["parameters"]["x"]
        assert moved == pytest.approx(np.sqrt(1e-6 / (0.05 * slope**2 + 1e-6)) * slope, rel=1e-12)
        assert moved == pytest.approx(np.sqrt(1e-6 / 0.05), rel=1e-4)


def test_epsilon_under_the_root() -> None:
    for rule, expected in (("adagrad", 2 / np.sqrt(4 + 0.5)), ("adam", 2 / np.sqrt(4 + 0.5))):
        ask = {
            "update": rule,
            "of": "L",
            "by": "x",
            "epsilon": "1/2",
            "epsilon_inside": True,
            "learning_rate": 1,
        }
        found = symdl.derive(symdl.problem(given={"x": 3}, let={"L": "2 x"}, asks=[ask]))
        assert 3 - answer(found)["value"][1]["parameters"]["x"] == pytest.approx(expected)
        assert checked(found) == {"holds"}


@pytest.mark.parametrize("form", [None, "vector"])
def test_adafactor_keeps_rows_and_columns_of_a_matrix(form: str | None) -> None:
    ask = {"update": "adafactor", "of": "L", "by": ["W", "c"], "steps": 2} | ({"form": form} if form else {})
    given = {"W": [[0.5, -1, 2], [1, 0.3, -0.7]], "c": [0.4, -0.2], "x": [1, 2, -1]}
    problem = symdl.problem(given=given, let={"e": "W x + c", "L": "sum(e^4)"}, asks=[ask])
    found = symdl.derive(problem)
    state = answer(found)["value"][-1]["state"]
    assert {key: np.shape(value) for key, value in state.items()} == (
        {"v": (2, 3)} if form else {"R": (2,), "C": (3,)}
    )
    assert set(answer(found, 1)["value"][-1]["state"]) == {"v"}
    assert checked(found) == {"holds"}
    assert symdl.compose(found, symdl.verify(found)).blocks


def test_batches_take_the_rows_in_turn() -> None:
    records = answer(solved(data=["X", "y"], batch_size=2, epochs=2))["value"]
    assert [record["batch"] for record in records[:6]] == [[1, 2], [3, 4], [5], [1, 2], [3, 4], [5]]
    x, y = np.array(DATA["X"]), np.array(DATA["y"])
    error = x[:2] @ DATA["w"] + 0.3 - y[:2]
    assert np.allclose(records[0]["gradient"]["w"], x[:2].T @ error)
    assert len(records) == 7


def test_a_step_on_a_batch_has_four_stages() -> None:
    """Rows, forward pass, loss, update: each with the numbers of its own batch."""
    found = solved(data=["X", "y"], batch_size=2, epochs=1)
    steps = {step.id: step for step in found.derivation.steps}
    kinds = [step.because.key for step in steps.values() if step.phase == "update"]
    stages = ["stage_batch", "stage_batch", "stage_forward", "stage_loss", "update_batch", "update_batch"]
    assert kinds[:8] == [f"rule.{kind}" for kind in (*stages, "update_parameter", "update_parameter")]
    second = answer(found)["value"][1]
    w, b = np.array(second["parameters"]["w"]), second["parameters"]["b"]
    error = np.array(DATA["X"])[2:4] @ w + b - np.array(DATA["y"])[2:4]
    assert np.allclose(steps["update.w[2].e"].value, error)
    assert steps["update.w[2].L"].value == pytest.approx(float(np.mean(error**2))) == second["objective"]
    assert second["epoch"] == 1 and second["batch"] == [3, 4]
    assert checked(found) == {"holds"}


def test_stages_of_a_network_and_of_a_long_forward_pass() -> None:
    data = {
        "X": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": [[0], [1], [1], [0]],
        "W1": [[0.5, -0.3], [0.2, 0.8]], "b1": [0.1, 0], "W2": [[1], [-1]], "b2": [0.2],
    }  # fmt: skip
    network = {
        "input": "X", "layers": [{"dense": 2, "activation": "tanh"}, {"dense": 1, "activation": "sigmoid"}],
        "loss": {"mse": "y"},
    }  # fmt: skip
    ask = {"update": "adam", "of": "L", "data": ["X", "y"], "batch_size": 3, "epochs": 2, "shuffle": True}
    with pytest.raises(ProblemError, match="W1, b1, W2, b2"):
        symdl.derive(symdl.problem(given=data, network=network, asks=[ask], seed=3))
    whole = {**ask, "by": ["W1", "b1", "W2", "b2"]}
    found = symdl.derive(symdl.problem(given=data, network=network, asks=[whole], seed=3))
    assert checked(found) == {"holds"}
    assert symdl.compose(found, symdl.verify(found), language="fa").blocks


def test_a_short_last_batch_ends_its_epoch() -> None:
    """Five rows two by two: after the last step the row of the table is still of the second epoch."""
    records = answer(solved(data=["X", "y"], batch_size=2, epochs=2, steps=None))["value"]
    assert [(row["epoch"], row["batch"]) for row in records] == [
        (1, [1, 2]), (1, [3, 4]), (1, [5]), (2, [1, 2]), (2, [3, 4]), (2, [5]), (2, [5]),
    ]  # fmt: skip


def test_shuffled_batches_repeat_with_the_seed() -> None:
    one, two = (answer(solved(data=["X", "y"], batch_size=2, epochs=3, shuffle=True)) for _ in range(2))
    assert one == two
    rows = [row for record in one["value"][:3] for row in record["batch"]]
    assert sorted(rows) == [1, 2, 3, 4, 5] and rows != sorted(rows)


def test_an_update_goes_on_after_another() -> None:
    asks: list[dict[str, Any]] = [
        {"id": "first", "update": "gd", "of": "L", "by": "w", "steps": 2},
        {"id": "second", "update": "gd", "of": "L", "by": "w", "after": "first"},
    ]
    found = symdl.derive(symdl.problem(given=DATA, let=LINES, asks=asks))
    first, second = answer(found, 0), answer(found, 1)
    assert first["value"][-1]["parameters"]["w"] == second["value"][0]["parameters"]["w"]


def test_a_game_in_turns_meets_the_player_that_has_moved() -> None:
    """Three moves: the second sees the first player's new value, the third the new values of both."""
    moves = [("up", "u", None, True), ("down", "v", "up", False), ("again", "u", "down", True)]
    asks: list[dict[str, Any]] = [
        {"id": name, "update": "gd", "of": "f", "by": by, "learning_rate": "1/10", "maximize": up}
        | ({"after": after} if after else {})
        for name, by, after, up in moves
    ]
    found = symdl.derive(symdl.problem(given={"u": 1, "v": 2}, let={"f": "u v^2"}, asks=asks))
    first, second, third = (answer(found, k)["value"] for k in range(3))
    assert first[-1]["parameters"]["u"] == pytest.approx(1.4)
    assert second[0]["others"] == {"u": pytest.approx(1.4)} and second[0]["objective"] == pytest.approx(5.6)
    assert second[-1]["parameters"]["v"] == pytest.approx(2 - 0.1 * 2 * 1.4 * 2)
    assert third[-1]["parameters"]["u"] == pytest.approx(1.4 + 0.1 * 1.44**2)
    assert checked(found) == {"holds"}


def test_weights_are_clipped_to_a_box() -> None:
    found = solved(clip_weights="1/4", learning_rate=1, momentum=None)
    before, after = answer(found)["value"]
    for name in ("w", "b"):
        moved = np.asarray(before["parameters"][name]) - np.asarray(before["gradient"][name])
        assert np.allclose(after["parameters"][name], np.clip(moved, -0.25, 0.25))
    assert np.any(np.abs(after["parameters"]["w"]) == 0.25)
    with pytest.raises(ProblemError, match="clip_weights"):
        solved(clip_weights=-1)


def test_divergence_is_named_and_the_table_kept() -> None:
    found = answer(solved(learning_rate=50, steps=400))
    assert "no longer finite" in found["note"]
    assert 10 < len(found["value"]) < 400
    assert all(record["objective"] is not None for record in found["value"])


def test_long_runs_are_thinned() -> None:
    records = answer(solved(update="adam", steps=5000))["value"]
    assert len(records) < 2200 and records[-1]["t"] == 5000 and records[1]["t"] == 1


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        ({"learning_rate": -1}, "learning_rate"),
        ({"update": "adam", "beta1": 1}, "beta1"),
        ({"update": "admm"}, "adam"),
        ({"update": "momentum", "form": "heavy"}, "velocity"),
        ({"epsilon_inside": True}, "ε"),
        ({"momentum": "1/2"}, "momentum"),
        ({"update": "rmsprop", "momentum": "1/2"}, "momentum"),  # which only another form heeds
        ({"learning_rate": {"schedule": "cosin"}}, "cosine"),
        ({"learning_rate": {"schedule": "step", "period": 3}}, "period"),
        ({"data": ["X", "w"]}, "rows"),
        ({"data": ["X", "y"], "batch_size": 9}, "9"),
        ({"after": "nothing"}, "nothing"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_input(ask: dict[str, Any], word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        solved(**ask)


# Minimizers

CHONG_ZAK = "(x1 - 4)^4 + (x2 - 3)^2 + 4 (x3 + 5)^4"
VALLEY = {"r": "[10 (x2 - x1^2), 1 - x1]", "f": "sum(r^2)/2"}


def minimized(**ask: Any) -> symdl.Solved:
    ask = {"minimize": "f", "by": ["x1", "x2"], **ask}
    return symdl.derive(symdl.problem(given={"x1": -1.2, "x2": 1}, let=VALLEY, asks=[ask]))


def test_the_line_search_of_the_notes() -> None:
    """Chong & Zak, An Introduction to Optimization, Example 8.1, to the digits printed there."""
    ask = {"minimize": "f", "by": ["x1", "x2", "x3"], "steps": 3, "start": {"x1": 4, "x2": 2, "x3": -1}}
    found = symdl.derive(symdl.problem(given={"x1": 0, "x2": 0, "x3": 0}, let={"f": CHONG_ZAK}, asks=[ask]))
    records = answer(found)["value"]
    assert records[1]["step_length"] == pytest.approx(0.0039671233047752379, rel=1e-12)
    assert records[1]["parameters"]["x3"] == pytest.approx(-5.0623342640898436, rel=1e-12)
    assert records[2]["step_length"] == pytest.approx(0.5, abs=1e-3)
    assert records[3]["step_length"] == pytest.approx(16.29, abs=5e-3)
    assert checked(found) == {"holds"}


@pytest.mark.parametrize(
    "ask",
    [
        {"method": "newton"},
        {"method": "damped_newton"},
        {"method": "levenberg_marquardt", "form": "marquardt", "lambda": "1/10"},
        {"method": "gauss_newton", "residuals": "r"},
        {"method": "bfgs"},
        {"method": "dfp", "line_search": "exact"},
        {"method": "sr1"},
        {"method": "conjugate_gradient", "form": "polak_ribiere"},
        {"method": "conjugate_gradient", "form": "linear"},
        {"method": "coordinate_descent"},
        {"method": "steepest_descent", "line_search": "armijo"},
        {"method": "steepest_descent", "learning_rate": "1/1000"},
        {"method": "lbfgs"},
        {"method": "trust_region"},
        {"method": "trust_region", "settings": {"radius": "1/10"}},
        {"method": "projected_gradient", "subject_to": ["x1 <= 1/2", "x2 >= 0"]},
        {"method": "projected_gradient", "subject_to": ["x1 + x2 = 1"], "learning_rate": "1/500"},
        {"method": "projected_gradient", "subject_to": ["x1 + 2 x2 <= 1"]},
        {"method": "projected_gradient", "subject_to": ["(x1 - 1)^2 + x2^2 <= 1/2"]},
        {"method": "random_search"},
        {"method": "local_random_search"},
    ],
    ids=lambda ask: ask["method"],
)
def test_every_line_of_a_minimizer_holds(ask: dict[str, Any]) -> None:
    assert checked(minimized(steps=3, **ask)) == {"holds"}


CARRIED = ["newton", "levenberg_marquardt", "bfgs", "lbfgs", "trust_region", "steepest_descent"]


@pytest.mark.parametrize("method", CARRIED)
def test_lines_are_rounded_as_by_hand(method: str) -> None:
    """Under `carry` the printed operands of a line give its printed result."""
    ask = {"minimize": "f", "by": ["x1", "x2"], "method": method, "steps": 3}
    rounding = {"policy": "carry", "digits": 4}
    start = {"x1": -1.2, "x2": 1}
    found = symdl.derive(symdl.problem(given=start, let=VALLEY, asks=[ask], rounding=rounding))
    assert checked(found) == {"holds"}
    for record in answer(found)["value"]:
        numbers = [*record["parameters"].values(), *record["gradient"].values(), record["objective"]]
        assert all(float(f"{number:.4g}") == number for number in numbers)


def test_newton_for_a_root_rounded_as_by_hand() -> None:
    asks, rounding = [{"root": "F", "by": "x", "steps": 3}], {"policy": "carry", "digits": 3}
    problem = symdl.problem(given={"x": 1}, let={"F": "x^2 - 2"}, asks=asks, rounding=rounding)
    found = symdl.derive(problem)
    points = [record["parameters"]["x"] for record in answer(found)["value"]]
    assert points[:3] == [1, 1.5, 1.42]  # 1.5 - 0.25/3 with 0.0833 is 1.4167, to three digits 1.42
    assert checked(found) == {"holds"}


@pytest.mark.parametrize(
    ("constraints", "right"),
    [
        (["x1 <= 1", "x2 <= 1/2"], (1, 0.5)),
        (["x1 + x2 = 1"], (1, 0)),
        (["x1 + x2 <= 1"], (1, 0)),
        (["x1 + x2 <= 9"], (2, 1)),
        (["x1^2 + x2^2 <= 5/4"], (1, 0.5)),
        (["(x1 - 2)^2 + (x2 - 2)^2 <= 1/4"], (2, 1.5)),
    ],
    ids=lambda value: "; ".join(value) if isinstance(value, list) else "",
)
def test_the_nearest_point_allowed(constraints: list[str], right: tuple[float, float]) -> None:
    """The minimum of the distance to (2, 1) is the projection itself."""
    ask = {
        "minimize": "f", "by": ["x1", "x2"], "method": "projected_gradient", "subject_to": constraints,
        "steps": 60,
    }  # fmt: skip
    let = {"f": "((x1 - 2)^2 + (x2 - 1)^2) / 2"}
    found = symdl.derive(symdl.problem(given={"x1": 0.3, "x2": 0.4}, let=let, asks=[ask]))
    last = answer(found)["value"][-1]["parameters"]
    assert (last["x1"], last["x2"]) == pytest.approx(right, abs=1e-9)


def test_a_search_by_chance_keeps_the_best_and_repeats_with_the_seed() -> None:
    ask = {"minimize": "f", "by": ["x1", "x2"], "method": "local_random_search", "steps": 50}
    given = {"x1": -1.2, "x2": 1}
    one, two, other = (
        answer(symdl.derive(symdl.problem(given=given, let=VALLEY, asks=[ask], seed=seed)))["value"]
        for seed in (3, 3, 4)
    )
    assert one == two and one != other
    best = [record["objective"] for record in one]
    assert best == sorted(best, reverse=True) and best[-1] < best[0]
    for before, record in pairwise(one):
        tried = record["tried_objective"]
        assert record["objective"] == min(tried, before["objective"])


@pytest.mark.parametrize(
    ("stop", "key"), [({"point": "1/100"}, "way gone"), ({"value": "1/100"}, "change of the function")]
)
def test_other_rules_to_stop(stop: dict[str, str], key: str) -> None:
    for ask in (
        {"update": "gd", "of": "f", "by": "x", "learning_rate": "1/10"},
        {"minimize": "f", "by": "x", "learning_rate": "1/10"},
    ):
        found = answer(
            symdl.derive(symdl.problem(given={"x": 1}, let={"f": "x^2"}, asks=[{**ask, "stop": stop}]))
        )
        assert key in found["note"]
        (before, last) = (record["parameters"]["x"] for record in found["value"][-2:])
        value = abs(last - before) if "point" in stop else abs(last**2 - before**2)
        assert value <= 0.01 < value / 0.8**2


def test_an_update_stops_at_its_tolerance_and_starts_where_it_is_told() -> None:
    ask = {"update": "gd", "of": "f", "by": "x", "learning_rate": "1/4", "tolerance": "1/8", "start": 4}
    found = answer(symdl.derive(symdl.problem(given={"x": 1}, let={"f": "x^2"}, asks=[ask])))
    assert [record["parameters"]["x"] for record in found["value"]] == [4, 2, 1, 0.5, 0.25, 0.125, 0.0625]
    assert "norm of the gradient" in found["note"]


@pytest.mark.parametrize("ask", [{"update": "gd", "of": "f"}, {"minimize": "f"}, {"root": "f"}], ids=str)
def test_a_start_without_a_value_is_refused(ask: dict[str, str]) -> None:
    problem = symdl.problem(given={"x": 1}, let={"f": "1/(x - 2)"}, asks=[{**ask, "by": "x", "start": 2}])
    with pytest.raises(ProblemError, match="not finite at the start"):
        symdl.derive(problem)


def test_a_run_ends_where_the_gradient_is_small() -> None:
    found = answer(minimized(method="newton", tolerance="1/10^6"))
    assert "norm of the gradient" in found["note"]
    assert found["value"][-1]["parameters"]["x1"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        ({"method": "newtn"}, "newton"),
        ({"method": "gauss_newton"}, "residuals"),
        ({"method": "gauss_newton", "residuals": "f"}, "squares of `f`"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"line_search": "armijo", "settings": {"shrink": 0}}, "shrink"),
        ({"line_search": "wolfe", "settings": {"curvature": 1}}, "curvature"),
        ({"momentum": "1/2"}, "momentum"),
        ({"maximize": True}, "maximize"),
        ({"method": "newton", "subject_to": ["x1 >= 0"]}, "subject_to"),
        ({"method": "newton", "lambda": 1}, "lambda"),
        ({"method": "projected_gradient"}, "subject_to"),
        ({"method": "projected_gradient", "subject_to": ["x1 x2 <= 1"]}, "x1 x2 <= 1"),
        ({"method": "projected_gradient", "subject_to": ["x1"]}, "x1"),
        ({"method": "lbfgs", "settings": {"memory": 0}}, "memory"),
        ({"start": {"f": 1}}, "start"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_searches(ask: dict[str, Any], word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        minimized(**ask)


@pytest.mark.parametrize("formula", ["-x^2", "x"])
def test_a_function_that_falls_for_ever_is_told(formula: str) -> None:
    problem = symdl.problem(
        given={"x": 1}, let={"f": formula}, asks=[{"minimize": "f", "by": "x", "steps": 3}]
    )
    found = answer(symdl.derive(problem))
    assert "keeps falling" in found["note"] and "step 1" in found["note"] and len(found["value"]) == 1


# Roots


def test_the_root_of_two() -> None:
    asks = [{"root": "F", "by": "x", "tolerance": "1/10^12"}]
    found = symdl.derive(symdl.problem(given={"x": 1}, let={"F": "x^2 - 2"}, asks=asks))
    points = [record["parameters"]["x"] for record in answer(found)["value"]]
    assert points[:4] == pytest.approx([1, 3 / 2, 17 / 12, 577 / 408], rel=1e-15)
    assert checked(found) == {"holds"}


def test_roots_of_two_equations() -> None:
    given, let = {"u": 2, "v": 1}, {"G": "[u^2 + v^2 - 4, u v - 1]"}
    found = symdl.derive(symdl.problem(given=given, let=let, asks=[{"root": "G", "by": ["u", "v"]}]))
    last = answer(found)["value"][-1]["parameters"]
    assert last["u"] ** 2 + last["v"] ** 2 == pytest.approx(4) and last["u"] * last["v"] == pytest.approx(1)
    assert checked(found) == {"holds"}


def test_a_horizontal_tangent_ends_the_search() -> None:
    asks = [{"root": "F", "by": "x"}]
    found = answer(symdl.derive(symdl.problem(given={"x": 0}, let={"F": "x^2 + 1"}, asks=asks)))
    assert "derivative to divide by is zero" in found["note"] and len(found["value"]) == 1


@pytest.mark.parametrize(
    "ask",
    [
        {"minimize": "f", "method": "newton"},
        {"minimize": "f", "learning_rate": 6},
        {"update": "gd", "of": "f", "learning_rate": 6},
        {"root": "g"},
    ],
    ids=lambda ask: "-".join(map(str, ask.values())),
)
def test_a_step_out_of_the_domain_is_told_and_the_table_kept(ask: dict[str, Any]) -> None:
    let = {"f": "x - log(x)", "g": "log(x)"}
    found = answer(
        symdl.derive(symdl.problem(given={"x": 4}, let=let, asks=[{"by": "x", "steps": 9, **ask}]))
    )
    assert "Step 1" in found["note"] and "no value" in found["note"] and len(found["value"]) == 1
