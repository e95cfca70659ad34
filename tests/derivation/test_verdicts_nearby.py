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


def test_a_system_of_very_many_unknowns_is_refused_at_once() -> None:
    ask = {"stationary": "f", "by": ["x"]}
    with pytest.raises(symdl.SymdlError, match="10000 variables are too many"):
        symdl.derive(symdl.problem(symbols={"x": [10000]}, let={"f": "sum((x - 1)^2)"}, asks=[ask]))


@pytest.mark.parametrize(("formula", "at"), [("asin(x)", 3), ("x^2 sin(1/x)", 0)])
def test_a_point_outside_the_domain_is_told_as_such(formula: str, at: int) -> None:
    ask = {"derivative": "f", "by": "x", "at": {"x": at}}
    with pytest.raises(symdl.SymdlError, match="outside its domain"):
        symdl.derive(symdl.problem(symbols={"x": []}, let={"f": formula}, asks=[ask]))
