"""Stationary points of several variables with symbols beside them, against SymPy."""

from __future__ import annotations

import pytest
import sympy

import symdl
from symdl.checking.symbolic import to_sympy
from symdl.formula.plain import to_plain


def stationary(formula: str, by: str, **facts: str) -> symdl.Solved:
    symbols: dict[str, list[int]] = {name: [] for name in "abcdpqxyz"}
    asks = [{"stationary": "f", "by": by.split()}]
    return symdl.derive(symdl.problem(symbols=symbols, assume=facts, let={"f": formula}, asks=asks))


FORMULAS = (
    "a x^2 + b y^2 + c x y - d x", "(a x + b y - c)^2 + p (x^2 + y^2)", "a x y - b x - c y",
    "p x^2 + q y^2 + z^2 + a x y - b z", "(x - p)^2 / a + (y - q)^2 + b",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_system_is_solved_by_symbols(formula: str) -> None:
    by = "x y z" if "z" in formula else "x y"
    solved = stationary(formula, by)
    assert {check.outcome for check in solved.checks} == {"holds"}
    whole = to_sympy(solved.problem.lines["f"])
    names = [s for s in whole.free_symbols if s.name in by.split()]
    (expected,) = sympy.solve([sympy.diff(whole, s) for s in names], names, dict=True)
    solutions = {to_plain(s.left): s.lines[-1][1] for s in solved.steps if s.id.endswith(".solved")}
    for symbol in names:
        assert sympy.simplify(to_sympy(solutions[symbol.name]) - expected[symbol]) == 0
    value = to_sympy(solved.steps[-1].lines[-1][1])
    assert sympy.simplify(value - whole.subs(expected)) == 0


@pytest.mark.parametrize(
    ("formula", "facts", "kind"),
    [
        ("a x^2 + b y^2 + c x y - d x", "", "open"),
        ("a x^2 + b y^2 - d x", "ab", "minimum"),
        ("c x - a x^2 - b y^2", "ab", "maximum"),
        ("a x^2 - b y^2 + c x", "ab", "saddle"),
        ("(a x + b y - c)^2 + p (x^2 + y^2)", "p", "minimum"),
    ],
)
def test_what_the_point_is_follows_from_the_minors(formula: str, facts: str, kind: str) -> None:
    solved = stationary(formula, "x y", **dict.fromkeys(facts, "positive"))
    assert solved.steps[-1].because.key == f"rule.stationary.system_{kind}"
    for language in ("en", "fa"):
        assert "D_" in str(symdl.render(solved.compose(language=language), "tex"))


@pytest.mark.parametrize("formula", ["a (x - y)^2 + b x", "a exp(x) + y^2"])
def test_a_system_without_a_solution_asks_for_values(formula: str) -> None:
    with pytest.raises(symdl.SymdlError, match="elimination and factoring"):
        stationary(formula, "x y")
