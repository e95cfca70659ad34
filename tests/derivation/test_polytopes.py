"""Quadratics on polyhedra: the smallest value against dense samples, rays on which there is none."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.derivation.convexity.polytopes import Quadratic


def fractions(rows: Any) -> Any:
    return tuple(tuple(map(Fraction, row)) for row in rows)


@pytest.mark.parametrize("seed", range(12))
def test_the_smallest_value_on_a_polytope(seed: int) -> None:
    """No point of a fine grid is lower, and the point that is found is feasible."""
    random, n = Random(seed), 2 + seed % 2
    half = [[random.randint(-3, 3) for _ in range(n)] for _ in range(n)]
    matrix = fractions([[half[i][j] + half[j][i] for j in range(n)] for i in range(n)])
    slope = tuple(Fraction(random.randint(-3, 3)) for _ in range(n))
    cut = (tuple(Fraction(random.randint(-2, 2)) for _ in range(n)), Fraction(random.randint(0, 2)))
    sides = [
        (tuple(Fraction(s * (j == k)) for j in range(n)), Fraction(1)) for k in range(n) for s in (1, -1)
    ]
    problem = Quadratic(matrix, slope, (*sides, cut), ())
    assert problem.bounded
    found = problem.least()
    assert found is not None and problem.feasible(found[1])
    grid = np.array(list(product(np.linspace(-1, 1, 81 if n == 2 else 31), repeat=n)))
    a, b = np.array(cut[0], dtype=float), float(cut[1])
    grid = grid[grid @ a <= b]
    q = np.array(matrix, dtype=float)
    values = np.einsum("ij,jk,ik->i", grid, q, grid) / 2 + grid @ np.array(slope, dtype=float)
    assert float(found[0]) <= values.min() + 1e-12
    assert float(found[0]) >= values.min() - 0.6


def solved(objective: str, constraints: list[str], by: str = "xy", **further: Any) -> Any:
    ask = {"minimize": "f", "by": list(by), "subject_to": constraints, **further}
    result = symdl.derive(symdl.problem(symbols={n: [] for n in by}, let={"f": objective}, asks=[ask]))
    assert {check.outcome for check in result.checks} == {"holds"}
    return result


@pytest.mark.parametrize(
    ("objective", "constraints", "rule", "places"),
    [
        ("x y", ["x >= 0", "y >= 0", "x + y <= 1"], "minimum_polytope_several", [(0, 0), (0, 1), (1, 0)]),
        ("-x^2 - y^2", ["x >= -1", "x <= 1", "y >= -1", "y <= 2"], "minimum_polytope_several",
         [(-1, 2), (1, 2)]),
        ("x^2 - y^2", ["x + y <= 2", "x >= 0", "y >= 0"], "minimum_polytope", [(0, 2)]),
        ("x^2 - y^2 + x y", ["x >= 0", "y >= 0", "x >= 2 y"], "minimum_growing", [(0, 0)]),
        ("x y + x^2", ["x >= 1", "y >= 1"], "minimum_rising", [(1, 1)]),
        ("x^2 - y^2", ["x >= 0", "y >= 0"], "falling", []),
        ("x y - x", ["x >= 0", "y >= 0"], "falling_line", []),
        ("x y", ["x - y = 1"], "minimum_growing", [("1/2", "-1/2")]),
    ],
)  # fmt: skip
def test_quadratic_programs_that_are_not_convex(
    objective: str, constraints: list[str], rule: str, places: list[Any]
) -> None:
    result = solved(objective, constraints)
    last = [step for step in result.steps if step.phase == "stationary"][-1].because.key
    assert last.removeprefix("rule.constrained.") == rule
    rows = [row for row in result.derivation.answers[0].table if row["kind"] == "minimum"]
    least = [row["exact"] for row in rows if row["value"] == min(row["value"] for row in rows)]
    assert {(row["x"], row["y"]) for row in least} == {tuple(map(str, place)) for place in places}


def test_the_largest_product_with_a_fixed_sum() -> None:
    result = solved("x y", ["x + y = 4", "x >= 0", "y >= 0"], maximize=True)
    (row,) = result.derivation.answers[0].table
    assert (row["exact"], row["value"], row["kind"]) == ({"x": "2", "y": "2"}, 4.0, "maximum")
