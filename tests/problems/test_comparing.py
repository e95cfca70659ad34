"""`compare` asks: contestants from one start, what each reaches, grids, batches."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Pictures, Plot, Table
from symdl.errors import ProblemError

VALLEY = {"f": "(x[1]^2 + 20 x[2]^2) / 2"}
DATA = {"X": [[0.5, -1], [1, 2], [0.3, 0.1], [2, 1], [1, 1]], "y": [1, 0, 2, 1, 3], "w": [0.1, 0.2], "b": 0.3}
LINES = {"e": "X w + b - y", "L": "mean(e^2)"}


def compared(*rules: dict[str, Any], given: Any = None, let: Any = None, **ask: Any) -> symdl.Solved:
    ask = {"compare": "f", "by": "x", "steps": 30, **ask, "rules": list(rules)}
    return symdl.derive(symdl.problem(given=given or {"x": [4, 1]}, let=let or VALLEY, asks=[ask], seed=2))


def records(found: symdl.Solved) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(found.to_json())["answers"][0]["value"]
    return rows


def alone(**ask: Any) -> dict[str, Any]:
    given = {"x": [4, 1]}
    found = symdl.derive(
        symdl.problem(given=given, let=VALLEY, asks=[{"of": "f", "by": "x", "steps": 30, **ask}])
    )
    last: dict[str, Any] = json.loads(found.to_json())["answers"][0]["value"][-1]
    return last


def test_each_goes_as_it_would_alone() -> None:
    found = compared({"update": "adam", "learning_rate": "1/10"}, {"update": "momentum", "momentum": "1/2"})
    for record, ask in zip(
        records(found),
        ({"update": "adam", "learning_rate": "1/10"}, {"update": "momentum", "momentum": "1/2"}),
        strict=True,
    ):
        last = alone(**ask)
        assert record["parameters"] == last["parameters"] and record["objective"] == last["objective"]
        assert len(record["trace"]) == 31 and record["trace"][0]["parameters"]["x"] == [4, 1]
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_minimizers_and_rules_side_by_side() -> None:
    rules = [{"update": "gd", "learning_rate": "8/100"}, {"minimize": "newton"}, {"minimize": "bfgs"}]
    gd, newton, bfgs = records(compared(*rules))
    assert gd["steps"] == 30 and gd["stopped"] == "count"
    assert newton["steps"] == 1 and newton["stopped"] == "gradient" and newton["gradient_norm"] < 1e-12
    assert bfgs["objective"] < gd["objective"]


def test_several_starts_find_several_minima() -> None:
    rules = [{"update": "gd", "learning_rate": "1/100", "start": {"x": x}} for x in (-2, -0.1, 0, 2)]
    found = compared(*rules, given={"x": 1}, let={"f": "x^4 - 2 x^2 + x / 5"}, steps=400)
    ends = [record["parameters"]["x"] for record in records(found)]
    assert [record["start"]["x"] for record in records(found)] == [-2, -0.1, 0, 2]
    assert ends[0] == pytest.approx(-1.024, abs=1e-3) == ends[1]
    assert ends[3] == pytest.approx(0.974, abs=1e-3) and ends[0] < ends[2] < ends[3]
    values = [record["objective"] for record in records(found)]
    assert min(values) in values[:2] and values[3] > values[0] + 0.1
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    assert symdl.compose(found, symdl.verify(found), language="fa").blocks


def test_divergence_is_told_and_the_others_go_on() -> None:
    wild, tame = records(compared({"update": "gd", "learning_rate": 9}, {"update": "gd"}, steps=2000))
    assert wild["stopped"] == "diverged" and wild["steps"] < 200
    assert tame["stopped"] == "count" and tame["steps"] == 2000
    assert all(point["objective"] is not None for point in wild["trace"])


def test_a_tolerance_ends_a_contestant_early() -> None:
    slow, quick = records(
        compared({"update": "gd", "learning_rate": "1/100"}, {"update": "gd", "learning_rate": "9/100"},
                 tolerance="1/10", steps=500)
    )  # fmt: skip
    assert quick["steps"] < slow["steps"] < 500 and {slow["stopped"], quick["stopped"]} == {"gradient"}


def test_a_grid_is_every_combination() -> None:
    grid = {"learning_rate": ["1/100", "5/100"], "momentum": [0, "1/2", "9/10"]}
    rows = records(compared({"update": "momentum", "grid": grid}))
    settings = [(row["settings"]["learning_rate"], row["settings"]["momentum"]) for row in rows]
    assert settings == [(r, m) for r in (0.01, 0.05) for m in (0, 0.5, 0.9)]


def test_drawn_settings_lie_between_their_bounds_and_repeat_with_the_seed() -> None:
    rule = {"update": "gd", "draw": {"learning_rate": ["1/1000", "1/10"]}, "trials": 40}
    one, two = (records(compared(rule, steps=2)) for _ in range(2))
    assert one == two and len(one) == 40
    rates = np.array([row["settings"]["learning_rate"] for row in one])
    assert rates.min() >= 0.001 and rates.max() <= 0.1
    assert 10 <= np.sum(rates < 0.01) <= 30  # evenly in the logarithm: about half below the geometric mean


def test_the_table_of_batches_is_measured() -> None:
    rules = [{"update": "gd", "batch_size": size, "learning_rate": "1/20"} for size in (5, 1, 2)]
    common = {
        "compare": "L",
        "by": ["w", "b"],
        "data": ["X", "y"],
        "epochs": 3,
        "steps": None,
        "shuffle": True,
    }
    ask = {key: value for key, value in common.items() if value is not None} | {"rules": rules}
    found = symdl.derive(symdl.problem(given=DATA, let=LINES, asks=[ask], seed=2))
    whole, single, pair = records(found)
    assert [row["steps_per_epoch"] for row in (whole, single, pair)] == [1, 5, 3]
    assert [row["steps"] for row in (whole, single, pair)] == [3, 15, 9]
    assert whole["noise"] == 0 < pair["noise"] < single["noise"]
    x, y, w = np.array(DATA["X"]), np.array(DATA["y"]), np.array(DATA["w"])
    error = x @ w + 0.3 - y
    each = 2 * error[:, None] * np.column_stack([x, np.ones(5)])
    right = each.mean(axis=0)
    spread = np.sqrt(np.mean(np.sum((each - right) ** 2, axis=1)) / (right @ right))
    assert single["noise"] == pytest.approx(spread)
    last = np.array(single["parameters"]["w"])
    full = np.mean((x @ last + single["parameters"]["b"] - y) ** 2)
    assert single["objective"] == pytest.approx(full)
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_a_sheet_has_one_table_and_pictures_with_every_contestant() -> None:
    rules = [{"update": "gd", "learning_rate": "8/100"}, {"update": "adam"}, {"minimize": "newton"}]
    found = compared(*rules)
    for language in ("en", "fa"):
        document = symdl.compose(found, symdl.verify(found), language=language)
        tables = [block for block in document.blocks if isinstance(block, Table) and len(block.header) == 6]
        assert [len(table.rows) for table in tables] == [3]
        pictures = next(block for block in document.blocks if isinstance(block, Pictures))
        plots = [part for part in pictures.parts if isinstance(part, Plot)]
        paths = [curve for plot in plots if plot.surface is not None for curve in plot.curves]
        (progress,) = (plot for plot in plots if plot.surface is None)
        assert len({str(curve.label) for curve in paths}) == 3
        assert all(curve.points[0] == (4.0, 1.0) for curve in paths)
        assert progress.logarithmic and len(progress.curves) == 2  # one step makes no curve


def test_searches_are_told_apart_by_their_damping_and_their_line_search() -> None:
    found = compared(
        *({"minimize": "levenberg_marquardt", "lambda": value} for value in (0, 1, 100)),
        *({"minimize": "bfgs", "line_search": search} for search in ("armijo", "wolfe")),
    )
    rows = records(found)
    assert [row["settings"].get("lambda") for row in rows] == [0, 1, 100, None, None]
    assert [row["line_search"] for row in rows[3:]] == ["armijo", "wolfe"]
    sheet = symdl.render(symdl.compose(found, ()), "terminal")
    assert all(f"λ = {value}" in sheet for value in (0, 1, 100)) and "BFGS (wolfe)" in sheet


def test_contestants_of_one_rule_are_told_apart_by_their_settings() -> None:
    found = compared({"update": "gd", "grid": {"learning_rate": ["1/100", "5/100"]}})
    document = symdl.compose(found, symdl.verify(found))
    pictures = next(block for block in document.blocks if isinstance(block, Pictures))
    labels = [curve.label.plain for curve in pictures.parts[0].curves if curve.label]  # type: ignore[union-attr]
    assert labels == ["η = 0.01", "η = 0.05"]


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"update": "gd", "learning_rate": -1}, "learning_rate"),
        ({"update": "gdd"}, "gd"),
        ({"update": "gd", "start": {"y": 1}}, "start"),
        ({"minimize": "newton", "momentum": 1}, "momentum"),
        ({"update": "gd", "minimize": "newton"}, "minimize"),
        ({"update": "gd", "grid": {"momentum": [1]}}, "momentum"),
        ({"update": "gd", "draw": {"learning_rate": [1]}}, "two numbers"),
    ],
    ids=str,
)
def test_bad_contestants(rule: dict[str, Any], word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        compared(rule)
