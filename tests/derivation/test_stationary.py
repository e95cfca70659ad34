"""Stationary points: published sets, singular Hessians, systems without closed form."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.formula.plain import to_plain
from symdl.formula.tree import ONE, Array
from symdl.problems.confirming.verification import verify

EXAMPLE = Path(__file__).parents[2] / "worked_examples" / "critical_points" / "problem.toml"


def stationary(formula: str, *by: str, **given: Any) -> symdl.Solved:
    problem = symdl.problem(
        symbols={name: [] for name in by},
        given=given,
        let={"f": formula},
        asks=[{"stationary": "f", "by": by}],
    )
    return symdl.derive(problem)


def test_more_variables_are_searched_everywhere() -> None:
    """The second local minimum of Rosenbrock's function appears with four variables (Shang and Qiu, 2006)."""
    chain = "(1 - x)^2 + 100 (y - x^2)^2 + (1 - y)^2 + 100 (z - y^2)^2 + (1 - z)^2 + 100 (w - z^2)^2"
    solved = stationary(chain, "x", "y", "z", "w")
    found = points(solved)
    assert sorted(found.values()) == ["minimum", "minimum", "saddle"]
    assert found[1.0, 1.0, 1.0, 1.0] == found[-0.775659, 0.613093, 0.382063, 0.145972] == "minimum"
    assert any(step.because.key == "rule.stationary.solved_eliminated" for step in solved.steps)


def points(solved: symdl.Solved) -> dict[tuple[float, ...], str]:
    (answer,) = solved.derivation.answers
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert {step.id for step in solved.steps} <= {check.step for check in solved.checks}
    return {tuple(round(v, 6) + 0.0 for v in row["point"].values()): row["kind"] for row in answer.table}


def test_the_four_points_of_the_notes() -> None:
    answer = json.loads(symdl.derive(symdl.load(EXAMPLE)).to_json())["answers"][0]
    found = {(r["exact"]["x1"], r["exact"]["x2"]): (r["kind"], r["value"]) for r in answer["value"]}
    assert found["0", "0"] == ("minimum", 6)
    assert found["-4/3", "-8/3"] == ("maximum", pytest.approx(50 / 3))
    assert found["0", "-8/3"][0] == found["-4/3", "0"][0] == "saddle"
    assert [r["eigenvalues"] for r in answer["value"] if r["kind"] == "minimum"] == [[4, 8]]


PUBLISHED = {
    "himmelblau": ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", 9, {(3.0, 2.0): "minimum"}),
    "rosenbrock": ("(1 - x)^2 + 100 (y - x^2)^2", 1, {(1.0, 1.0): "minimum"}),
    "monkey": ("x^3 - 3 x y^2", 1, {(0.0, 0.0): "saddle"}),
    "hump": (
        "(4 - 21/10 x^2 + x^4/3) x^2 + x y + (4 y^2 - 4) y^2", 15,
        {(0.089842, -0.712656): "minimum", (-0.089842, 0.712656): "minimum"},
    ),
    "beale": (
        "(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2", 3,
        {(3.0, 0.5): "minimum", (0.0, 1.0): "saddle", (0.100538, -2.644514): "saddle"},
    ),
    "goldstein": (
        "(1 + (x + y + 1)^2 (19 - 14 x + 3 x^2 - 14 y + 6 x y + 3 y^2))"
        " (30 + (2 x - 3 y)^2 (18 - 32 x + 12 x^2 + 48 y - 36 x y + 27 y^2))", 9,
        {(0.0, -1.0): "minimum", (1.2, 0.8): "minimum", (0.8, 0.2): "maximum", (0.6, 0.4): "saddle"},
    ),
    "camel": ("2 x^2 - 1.05 x^4 + x^6/6 + x y + y^2", 5, {(0.0, 0.0): "minimum"}),
    "styblinski": ("(x^4 - 16 x^2 + 5 x + y^4 - 16 y^2 + 5 y)/2", 9, {(-2.903534, -2.903534): "minimum"}),
    "plane": ("x + y", 0, {}),
}  # fmt: skip


@pytest.mark.parametrize("key", PUBLISHED)
def test_published_sets(key: str) -> None:
    formula, count, some = PUBLISHED[key]
    found = points(stationary(formula, "x", "y"))
    assert len(found) == count
    assert some.items() <= found.items()


@pytest.mark.parametrize(
    ("formula", "by", "kind"),
    [
        ("x^4 + y^4", ("x", "y"), "minimum"),
        ("-x^4 - y^2", ("x", "y"), "maximum"),
        ("x^3", ("x",), "saddle"),
        ("-x^6", ("x",), "maximum"),
        ("x^2 y", ("x", "y"), "saddle"),
        ("x^4 - y^4", ("x", "y"), "saddle"),
        ("(y - x^2) (y - 2 x^2)", ("x", "y"), "saddle"),
        ("(y - x^2)^2", ("x", "y"), "minimum"),
        ("y^2 - 2 x^2 y + x^4 + 3", ("x", "y"), "minimum"),
        ("x^2 y^2", ("x", "y"), "minimum"),
        ("1 - (x - y)^4", ("x", "y"), "maximum"),
        ("exp(-(x - y)^2)", ("x", "y"), "maximum"),
        ("x^2 y^2 - x^2", ("x", "y"), "maximum"),
    ],
)
def test_a_singular_hessian_is_decided_further_where_that_settles_it(
    formula: str, by: tuple[str, ...], kind: str
) -> None:
    solved = stationary(formula, *by)
    assert set(points(solved).values()) == {kind}
    (row,) = solved.derivation.answers[0].table
    assert row["decided_by"] != "hessian"


@pytest.mark.parametrize("formula", ["exp(x) + y", "x + y", "x + x^3 + y^2", "-3 exp(x - y)"])
def test_a_slope_of_one_sign_leaves_no_stationary_point(formula: str) -> None:
    solved = stationary(formula, "x", "y")
    assert points(solved) == {} and solved.steps[-1].because.key == "rule.stationary.none_everywhere"


def test_a_steep_function_is_judged_by_the_last_digits_of_its_points() -> None:
    """Near x = 9 a slope of the order of e^20 is no zero to seven digits, though the point is certified."""
    assert points(stationary("sin(x y) exp(x + y) + x^3 y - cos(x^2)", "x", "y"))


@pytest.mark.parametrize(
    ("formula", "facts", "point", "key"),
    [
        ("a x^2 + b x + c", {}, "-b/(2 a)", "symbols_open"),
        ("a x^2 + b x + c", {"a": "positive"}, "-b/(2 a)", "symbols_minimum"),
        ("c - 3 (x - b)^2", {}, "b", "symbols_maximum"),
        ("(b x - a)^2/2 + c x^2/2", {}, "a b/(b^2 + c)", "symbols_open"),
    ],
)
def test_symbols_beside_the_variable(formula: str, facts: dict[str, str], point: str, key: str) -> None:
    symbols: dict[str, list[int]] = {name: [] for name in "abcx"}
    solved = symdl.derive(
        symdl.problem(
            symbols=symbols, assume=facts, let={"f": formula}, asks=[{"stationary": "f", "by": ["x"]}]
        )
    )
    found = solved.answers["stationary.f"].formula
    assert symdl.compare(to_plain(found), point, symbols=["a", "b", "c"]).outcome == "equal"
    assert solved.steps[-1].because.key == f"rule.stationary.{key}"
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_curves_of_minima_are_told_by_their_family() -> None:
    rows = stationary("(x y - 1)^2", "x", "y").derivation.answers[0].table
    kinds = {(row["kind"], row["decided_by"]) for row in rows}
    assert kinds == {("saddle", "hessian"), ("minimum", "bound")}
    (curve,) = [row for row in rows if "free" in row]
    assert curve["families"] == [{"x": "1/y", "y": "y"}] and curve["value"] == 0


def test_a_transcendental_system_is_certified_in_a_box() -> None:
    found = points(stationary("e^x + x^2 + y^2 - cos(y)", "x", "y"))
    assert len(found) == 1 and set(found.values()) == {"minimum"}
    ((x, _),) = found
    assert np.exp(x) + 2 * x == pytest.approx(0, abs=1e-5)
    waves = points(stationary("sin(x)", "x"))
    assert len(waves) == 6 and set(waves.values()) == {"minimum", "maximum"}


def test_a_function_without_a_stationary_point_says_so() -> None:
    solved = stationary("e^x", "x")
    assert points(solved) == {}
    assert "No stationary point" in str(symdl.render(solved.compose(), "txt"))


def test_given_numbers_stay_fixed() -> None:
    assert points(stationary("a x^2 - 4 x", "x", a=2)) == {(1.0,): "minimum"}


def test_a_wrong_kind_is_found() -> None:
    solved = stationary("x^2 + y^2", "x", "y")
    last = solved.steps[-1]
    facts = {**last.because.facts, "kind": "maximum"}
    steps = (*solved.steps[:-1], replace(last, because=replace(last.because, facts=facts)))
    checks = verify(solved.problem, replace(solved.derivation, steps=steps))
    assert {check.step for check in checks if check.outcome == "fails"} == {last.id}


@pytest.mark.parametrize("form", ["txt", "html", "tex", "md"])
def test_every_format(form: str) -> None:
    solved = symdl.derive(symdl.load(EXAMPLE))
    assert symdl.render(solved.compose(detail="outline"), form)


@pytest.mark.parametrize("ask", [{"subject_to": ["x = 1"]}, {"by": ["x", "W"]}])
def test_what_is_not_handled_is_refused(ask: dict[str, Any]) -> None:
    problem = symdl.problem(
        symbols={"x": [], "W": [2, 2]},
        let={"f": "x^2 + sum(W)"},
        asks=[{"stationary": "f", "by": "x", **ask}],
    )
    with pytest.raises(symdl.SymdlError):
        symdl.derive(problem)


@pytest.mark.parametrize(("formula", "free"), [("x^2 y^2", {"x", "y"}), ("(x + y)^2", {"y"})])
def test_whole_lines_of_points_are_told_once(formula: str, free: set[str]) -> None:
    (row,) = stationary(formula, "x", "y").derivation.answers[0].table
    assert row["point"] == {"x": 0.0, "y": 0.0} and set(row["free"]) == free


@pytest.mark.parametrize(("formula", "expected"), [("x + 1", False), ("x^2 + x", True)])
def test_second_derivatives_are_taken_where_a_point_is_to_be_classified(formula: str, expected: bool) -> None:
    ids = [step.id for step in stationary(formula, "x").derivation.steps]
    assert any(id.endswith(".hessian") for id in ids) is expected
    if expected:
        assert ids.index("stationary.f.points") < ids.index("stationary.f.hessian")


def test_one_variable_has_a_second_derivative_and_no_hessian() -> None:
    problem = symdl.problem(
        symbols={"x": []}, let={"f": "x^3 - 3 x"}, asks=[{"stationary": "f", "by": ["x"]}]
    )
    solved = symdl.derive(problem)
    checks = symdl.verify(solved)
    assert {check.outcome for check in checks} == {"holds"}
    sheet = " ".join(str(symdl.render(symdl.compose(solved, checks), "txt")).split())
    assert "Hessian" not in sheet
    assert "igenvalue" not in sheet
    assert "the second derivative, 6, is positive" in sheet
    assert "x = -1 x = 1" in sheet
    assert [row["kind"] for row in solved.derivation.answers[0].table] == ["maximum", "minimum"]


EDGES = {"sqrt(x) - x": ["0"], "sqrt(1 - x^2)": ["-1", "1"], "log(x)/x": ["0"], "acos(x) + x": ["-1", "1"]}


@pytest.mark.parametrize("formula", EDGES)
def test_edges_of_domains_are_settled(formula: str) -> None:
    """Where the slope grows beyond all bounds there is no stationary point, and no region stays open."""
    solved = stationary(formula, "x")
    (step,) = (each for each in solved.steps if each.because.key == "rule.stationary.edges")
    assert [to_plain(node.items[0]) for _, node in step.lines if isinstance(node, Array)] == EDGES[formula]
    assert not any("open" in each.because.key for each in solved.steps)
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize("formula", ["sqrt(x)", "asin(x)", "log(x) + sqrt(x)"])
def test_a_slope_of_one_sign_wherever_it_has_a_value_has_no_zero(formula: str) -> None:
    solved = stationary(formula, "x")
    assert solved.derivation.answers[0].table == ()
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_kinks_at_roots_are_exact() -> None:
    solved = stationary("abs(x^2 - 2)", "x")
    (step,) = (each for each in solved.steps if each.because.key == "rule.stationary.kinks")
    assert [to_plain(node.items[0]) for _, node in step.lines if isinstance(node, Array)] == [
        "-sqrt(2)",
        "sqrt(2)",
    ]


def test_a_wrong_edge_is_found() -> None:
    solved = stationary("sqrt(x) - x", "x")
    steps = [
        replace(step, because=replace(step.because, facts={**step.because.facts, "places": ({"x": ONE},)}))
        if step.because.key == "rule.stationary.edges" else step
        for step in solved.steps
    ]  # fmt: skip
    checks = verify(solved.problem, replace(solved.derivation, steps=tuple(steps)))
    assert "fails" in {check.outcome for check in checks if check.step.endswith("edges")}


def test_a_flat_region_is_a_minimum_by_its_bound() -> None:
    solved = stationary("relu(x^2 - 2)", "x")
    assert solved.derivation.answers[0].table[0]["kind"] == "minimum"
    assert {check.outcome for check in solved.checks} == {"holds"}
