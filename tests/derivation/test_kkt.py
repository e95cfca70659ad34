"""Constrained problems against SciPy and by hand; empty sets by their certificates; every case is listed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.derivation.convexity.inequalities import contradiction, semidefinite
from symdl.derivation.convexity.minors import determinant
from symdl.formula.plain import to_plain


def solve(formula: str, constraints: list[str], by: str = "x y", **ask: Any) -> symdl.Solved:
    names = by.split()
    problem = symdl.problem(
        symbols={name: [] for name in names}, let={"f": formula},
        asks=[{"minimize": "f", "by": names, "subject_to": constraints, **ask}],
    )  # fmt: skip
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert {step.id for step in solved.steps} <= {check.step for check in solved.checks}
    return solved


def table(solved: symdl.Solved) -> tuple[Any, ...]:
    return solved.derivation.answers[0].table


def keys(solved: symdl.Solved) -> list[str]:
    return [step.because.key.rsplit(".", 1)[-1] for step in solved.steps if step.phase == "stationary"]


def test_a_quadratic_program_by_hand() -> None:
    solved = solve("(x - 2)^2 + (y - 1)^2", ["x + y <= 2", "x >= 0", "y >= 0"])
    (row,) = table(solved)
    assert row["exact"] == {"x": "3/2", "y": "1/2"} and row["kind"] == "minimum"
    assert row["multipliers"] == {"mu1": 1.0, "mu2": 0.0, "mu3": 0.0} and row["active"] == ["g1"]
    assert sum(key.startswith("case") for key in keys(solved)) == 8


def test_maximum_of_a_linear_program() -> None:
    solved = solve("3x + 2y", ["x + y <= 4", "x + 3y <= 6", "x >= 0", "y >= 0"], maximize=True)
    (row,) = table(solved)
    assert (row["value"], row["kind"], row["exact"]) == (12.0, "maximum", {"x": "4", "y": "0"})
    assert "upward" in keys(solved)


@pytest.mark.parametrize("seed", range(3))
def test_random_linear_programs_are_those_of_scipy(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    random = np.random.default_rng(seed)
    a, b, c = random.integers(1, 6, (2, 2)), random.integers(2, 9, 2), random.integers(1, 6, 2)
    found = optimize.linprog(-c, A_ub=a, b_ub=b)
    constraints = [f"{r[0]}*x + {r[1]}*y <= {v}" for r, v in zip(a, b, strict=True)] + ["x >= 0", "y >= 0"]
    best = max(row["value"] for row in table(solve(f"{c[0]}*x + {c[1]}*y", constraints, maximize=True)))
    assert np.isclose(best, -found.fun)


def test_equations_and_the_sign_of_their_multipliers() -> None:
    (row,) = table(solve("x^2 + y^2", ["x + y = 1"], start={"x": 1, "y": 0}))
    assert row["exact"] == {"x": "1/2", "y": "1/2"} and row["multipliers"] == {"lambda1": -1.0}


def test_a_curved_convex_set() -> None:
    (row,) = table(solve("x + y", ["x^2 + y^2 <= 2"]))
    assert row["exact"] == {"x": "-1", "y": "-1"} and row["kind"] == "minimum"


def test_what_is_not_convex_is_a_candidate() -> None:
    assert keys(solve("x^4 - 2 x^2 + y^2", ["x <= 1/2"]))[-1] == "minimum_candidate"


def test_a_point_that_is_no_minimum_is_no_candidate() -> None:
    assert keys(solve("x*y", ["x + y = 1"]))[-1] == "falling"
    assert keys(solve("-x^2 - y^2", ["x >= 0"]))[-1] == "falling"


@pytest.mark.parametrize(
    ("formula", "constraints", "found"),
    [
        ("x + y", ["x^2 + y^2 = 2"], {(1, 1): "maximum", (-1, -1): "minimum"}),
        ("x y", ["x^2 + y^2 <= 2"], {(0, 0): "saddle", (-1, 1): "minimum", (1, -1): "minimum"}),
        ("-x^2 - y^2", ["x >= 0", "x + y <= 1"],
         {(0, 0): "maximum", (0.5, 0.5): "saddle", (0, 1): "minimum"}),
        ("x^2 + y^2", ["x y = 1"], {(1, 1): "minimum", (-1, -1): "minimum"}),
        ("x^4 - 2 x^2 + y^2", ["x <= 1/2"], {(-1, 0): "minimum", (0, 0): "saddle", (0.5, 0): "minimum"}),
    ],
)  # fmt: skip
def test_points_of_problems_that_are_not_convex_are_classified(
    formula: str, constraints: list[str], found: dict[tuple[float, float], str]
) -> None:
    """By hand: the Hessian of the Lagrangian along the active constraints (Nocedal & Wright, chapter 12)."""
    rows = table(solve(formula, constraints))
    assert {tuple(row["point"].values()): row["kind"] for row in rows} == found
    assert {row["decided_by"] for row in rows} == {"second_order"}


def test_a_maximum_on_a_sphere_is_global() -> None:
    solved = solve("x + 2 y", ["x^2 + y^2 <= 5"], maximize=True)
    (row,) = table(solved)
    assert (row["exact"], row["kind"], keys(solved)[-1]) == (
        {"x": "1", "y": "2"},
        "maximum",
        "maximum_convex",
    )
    turned = solve("x^2 - y^2", ["x^2 + y^2 <= 1"], maximize=True)
    assert keys(turned)[-1] == "maximum_compact_several" and max(row["value"] for row in table(turned)) == 1


@pytest.mark.parametrize(
    ("formula", "constraints", "point", "value"),
    [
        ("exp(x) - 2 x + y^2", ["x >= 1"], (1, 0), np.e - 2),
        ("-log(x) - log(y)", ["x + 2 y <= 4"], (2, 1), -np.log(2)),
        ("exp(x + y) + x^2 + y^2", ["x + y >= 1"], (0.5, 0.5), np.e + 0.5),
        ("max(x, -x) + y^2", ["x >= 2"], (2, 0), 2),
    ],
)
def test_convex_problems_are_known_by_how_they_are_composed(
    formula: str, constraints: list[str], point: tuple[float, float], value: float
) -> None:
    (row,) = table(solve(formula, constraints))
    assert tuple(row["point"].values()) == pytest.approx(point) and row["value"] == pytest.approx(value)
    assert row["kind"] == "minimum" and row["decided_by"] == "kkt"


@pytest.mark.parametrize(
    "constraints", [["x >= 2", "x <= 1"], ["x + y >= 3", "x <= 1", "y <= 1"], ["x + y = 1", "x + y = 2"]]
)
def test_an_empty_set_is_said_with_its_proof(constraints: list[str]) -> None:
    solved = solve("x + y", constraints)
    assert keys(solved)[-1] == "empty" and table(solved) == ()


@pytest.mark.parametrize("constraint", ["x^2 + y^2 <= -1", "exp(x) + y^2 = -2", "x^4 + 1 <= 0"])
def test_a_constraint_that_holds_nowhere_is_told(constraint: str) -> None:
    solved = solve("x + y", [constraint])
    assert keys(solved)[-1] == "empty_bound" and table(solved) == ()


def test_unbounded() -> None:
    assert keys(solve("-x", ["x >= 0"], by="x"))[-1] == "unbounded"


@pytest.mark.parametrize(("start", "key"), [({"x": 1, "y": 1}, "feasible"), ({"x": 3, "y": 1}, "infeasible")])
def test_feasibility_of_a_point(start: dict[str, int], key: str) -> None:
    assert key in keys(solve("x^2 + y^2", ["x + y <= 2"], start=start))


@pytest.mark.parametrize("constraint", ["x < 1", "x != 1", "x + 1", "z <= 1"])
def test_what_is_no_constraint_is_refused(constraint: str) -> None:
    with pytest.raises(symdl.SymdlError):
        solve("x^2 + y^2", [constraint])


def test_exact_algebra() -> None:
    matrix = [[Fraction(v) for v in row] for row in ((2, 1), (1, 3))]
    assert determinant(matrix) == 5 and semidefinite(matrix)
    assert not semidefinite([[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]])
    rows = [((Fraction(1), Fraction(1)), Fraction(1)), ((Fraction(-1), Fraction(0)), Fraction(0))]
    assert contradiction(rows) is None


def test_an_edge_of_minima_is_told_as_such() -> None:
    """-x - y falls as far everywhere on x + y = 2: both ends, and what a case leaves open, are said."""
    solved = solve("-x - y", ["x + y <= 2", "x <= 2", "y <= 2", "x >= 0", "y >= 0"])
    rows = table(solved)
    assert [row["exact"] for row in rows] == [{"x": "2", "y": "0"}, {"x": "0", "y": "2"}]
    assert [row["active"] for row in rows] == [["g1", "g2", "g5"], ["g1", "g3", "g4"]]
    assert "case_kkt_open" in keys(solved) and keys(solved)[-1] == "minimum_convex_several"
    shown = [s for s in solved.steps if s.phase == "stationary" and s.detail == "outline"]
    assert sum(step.because.key.endswith(("case_none", "case_none_all")) for step in shown) == 1


@pytest.mark.parametrize(
    "formula, constraints, ends",
    [
        ("-x", ["x + y <= 3", "x >= 0", "y >= 0"], "minimum_convex"),
        ("x", ["x + y = 3"], "unbounded"),
        ("(x + y - 2)^2", ["x >= 3"], "minimum_convex"),
        ("(x - 1)^2", ["y >= 0", "y <= 1"], "minimum_convex_several"),
    ],
)
def test_degenerate_programs(formula: str, constraints: list[str], ends: str) -> None:
    assert keys(solve(formula, constraints))[-1] == ends


@pytest.mark.parametrize(
    ("objective", "constraints", "key", "point"),
    [
        ("x", ["x^2 + y^2 <= 0"], "no_point_minimum", ["0", "0"]),
        ("-x", ["y - (1 - x)^3 <= 0", "y >= 0"], "no_point_minimum", ["1", "0"]),  # Kuhn and Tucker's cusp
        ("x^2 + y^2", ["x^2 + y^2 <= 1", "x + y >= 3"], "no_point_empty", []),
        ("x", ["y >= x^2", "y <= -1 - x^4"], "no_point_regular", []),
    ],
)
def test_without_a_point_it_is_said_where_a_minimum_may_still_be(
    objective: str, constraints: list[str], key: str, point: list[str]
) -> None:
    problem = symdl.problem(
        symbols={"x": [], "y": []}, let={"f": objective},
        asks=[{"minimize": "f", "by": ["x", "y"], "subject_to": constraints}],
    )  # fmt: skip
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    last = solved.steps[-1]
    assert last.because.key == f"rule.constrained.{key}"
    assert list(map(to_plain, last.because.facts.get("place", {}).values())) == point


def test_a_condition_that_only_tends_to_zero_has_no_solution() -> None:
    """Without the constraint `e^x = 0` is left, which Newton's steps come near to far away only."""
    problem = symdl.problem(
        symbols={"x": [], "y": []}, let={"f": "exp(x) + exp(y)"},
        asks=[{"minimize": "f", "by": ["x", "y"], "subject_to": ["x + y >= 2"]}],
    )  # fmt: skip
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    (row,) = solved.derivation.answers[0].table
    assert row["exact"] == {"x": "1", "y": "1"}


def test_an_open_value_is_a_number() -> None:
    problem = symdl.problem(
        symbols={"x": [], "y": []}, let={"f": "x^2 + y^2"},
        asks=[{"minimize": "f", "by": ["x", "y"], "subject_to": ["x^2 + y^2 >= 4", "x <= 5"]}],
    )  # fmt: skip
    assert "0²" not in str(symdl.render(symdl.derive(problem).compose(), "txt"))
