"""Stationary points in closed form where symbols stand beside the variables and nothing is linear."""

from __future__ import annotations

import pytest
import sympy

import symdl
from symdl.checking.symbolic import to_sympy
from symdl.formula.plain import to_plain
from symdl.formula.tree import Array


def stationary(formula: str, by: str = "x", positive: str = "") -> symdl.Solved:
    symbols: dict[str, list[int]] = {name: [] for name in "abcmnsxy"}
    asks = [{"stationary": "f", "by": by.split()}]
    facts = dict.fromkeys(positive, "positive")
    return symdl.derive(symdl.problem(symbols=symbols, assume=facts, let={"f": formula}, asks=asks))


def points(solved: symdl.Solved) -> list[str]:
    return [to_plain(s.lines[-1][1]) for s in solved.steps if s.id.endswith(".point")]


def kinds(solved: symdl.Solved) -> list[str]:
    found = (s.because.key.rpartition(".cases_") for s in solved.steps if s.phase == "stationary")
    return [kind for _, sep, kind in found if sep and not kind.startswith(("point", "family"))]


CASES = (
    ("a x^2/2 + b x^4/4", "x", "", 3, ["slope"] * 3),
    ("a x^2/2 + b x^4/4", "x", "ab", 1, ["minimum"]),
    ("x^3 - 3a x y + y^3", "x y", "", 2, ["saddle_unless", "open"]),
    ("x^3 - 3a x y + y^3", "x y", "a", 2, ["saddle", "minimum"]),
    ("(x - a)^2 (y - b)^2", "x y", "", 2, ["lowest", "lowest"]),
    ("x exp(-a x)", "x", "a", 1, ["maximum"]),
    ("-x log(x/c)", "x", "c", 1, ["maximum"]),
    ("a exp(x) - b x", "x", "ab", 1, ["minimum"]),
    ("a/x + b x", "x", "ab", 2, ["maximum", "minimum"]),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "by", "positive", "count", "expected"), CASES)
def test_closed_forms_with_the_cases_of_their_signs(
    formula: str, by: str, positive: str, count: int, expected: list[str]
) -> None:
    solved = stationary(formula, by, positive)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert len(points(solved)) == count
    assert kinds(solved) == expected
    whole = to_sympy(solved.problem.lines["f"])
    for step in solved.steps:
        if step.id.endswith(".point"):
            value = step.lines[-1][1]
            items = value.items if isinstance(value, Array) else (value,)
            at = {sympy.Symbol(n, real=True): to_sympy(v) for n, v in zip(by.split(), items, strict=True)}
            for name in at:
                assert sympy.simplify(sympy.diff(whole, name).subs(at, simultaneous=True)) == 0


def test_where_a_solution_is_real_is_told() -> None:
    solved = stationary("a x^2/2 + b x^4/4")
    for language, word in (("en", "for"), ("fa", "به شرط")):
        sheet = str(symdl.render(solved.compose(language=language), "txt"))
        assert "-a/b ≥ 0" in sheet and word in sheet


@pytest.mark.parametrize("formula", ["a x^5 + b x^2 + c x", "exp(x) + a x^2 - b x^4", "a (x - y)^2 + b x"])
def test_without_a_closed_form_what_was_tried_is_told(formula: str) -> None:
    with pytest.raises(symdl.SymdlError, match="elimination and factoring"):
        stationary(formula, "x y" if "y" in formula else "x")


def test_a_box_full_of_points_is_made_smaller() -> None:
    asks = [{"stationary": "f", "by": ["x"]}]
    solved = symdl.derive(symdl.problem(symbols={"x": []}, let={"f": "x^2 - 10 cos(2 pi x)"}, asks=asks))
    (found,) = (s for s in solved.steps if s.id.endswith(".points"))
    assert found.because.key == "rule.stationary.solved_box_tried" or found.because.facts["box"] < 10
    assert {check.outcome for check in solved.checks} == {"holds"}
    asks = [{"stationary": "f", "by": ["x"]}]
    with pytest.raises(symdl.SymdlError, match="more than 50"):
        symdl.derive(symdl.problem(symbols={"x": []}, let={"f": "sin(300 x) + x^2"}, asks=asks))
