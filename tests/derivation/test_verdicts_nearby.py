"""Points that the second-derivative test leaves open, and what settles them; constraints at rest."""

from __future__ import annotations

import pytest

import symdl


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("x^2 y^2 - x^2", "maximum"),
        ("x^4 (y - 2)", "maximum"),
        ("x^2 (1 - x y)", "minimum"),
        ("3 - x^2 (y^3 - 8)", "minimum"),
    ],
)
def test_a_factor_that_is_not_zero_keeps_its_sign_around_a_point(formula: str, kind: str) -> None:
    problem = symdl.problem(symbols={"x": [], "y": []}, let={"f": formula}, asks=[{"stationary": "f"}])
    solved = symdl.derive(problem)
    rows = [row for row in solved.derivation.answers[0].table if row["point"] == {"x": 0, "y": 0}]
    assert [(row["kind"], row["decided_by"]) for row in rows] == [(kind, "near")]
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("-x^2 - y^2", "maximum"),
        ("y^2 - x^2", "saddle"),
        ("x^2 - y^2", "saddle"),
        ("x^2 + x y^3 + y^2", "minimum"),
    ],
)
def test_a_constraint_that_only_touches_does_not_hide_what_the_point_is(formula: str, kind: str) -> None:
    ask = {"stationary": "f", "by": ["x", "y"], "subject_to": ["x >= 0"]}
    problem = symdl.problem(symbols={"x": [], "y": []}, let={"f": formula}, asks=[ask])
    solved = symdl.derive(problem)
    rows = [row for row in solved.derivation.answers[0].table if row["point"] == {"x": 0, "y": 0}]
    assert {row["kind"] for row in rows} == {kind}
    assert {check.outcome for check in solved.checks} == {"holds"}
