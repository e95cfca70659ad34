"""Taylor polynomials against SymPy's series, the remainder against the function."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import sympy

import symdl
from symdl.formula.plain import to_plain
from symdl.formula.tree import ZERO

SERIES = ("e^x sin(x)", "log(1 + x)", "1/(1 - x)", "cos(x)^2", "sqrt(1 + x)", "x^3 - 2x + 1", "tanh(x)")


def taylor(formula: str, **ask: Any) -> symdl.Solved:
    by = ask.get("by", ["x"])
    problem = symdl.problem(
        symbols={name: [] for name in by}, let={"f": formula}, asks=[{"taylor": "f", "by": by, **ask}]
    )
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert {step.id for step in solved.steps} <= {check.step for check in solved.checks}
    return solved


@pytest.mark.parametrize("formula", SERIES)
@pytest.mark.parametrize("order", [1, 3])
def test_one_variable_agrees_with_the_series(formula: str, order: int) -> None:
    solved = taylor(formula, order=order, at=0)
    x = sympy.Symbol("x")
    from symdl.checking.symbolic import to_sympy, with_plain_symbols

    expected = sympy.series(
        with_plain_symbols(to_sympy(solved.problem.lines["f"])), x, 0, order + 1
    ).removeO()
    assert sympy.simplify(solved.answers["taylor.f"].sympy - expected) == 0


def test_away_from_zero_and_in_json() -> None:
    solved = taylor("x^3", order=2, at=1)
    answer = json.loads(solved.to_json())["answers"][0]
    x = sympy.Symbol("x")
    assert sympy.expand(solved.answers["taylor.f"].sympy - (1 + 3 * (x - 1) + 3 * (x - 1) ** 2)) == 0
    assert answer["kind"] == "taylor" and "x" in answer["formula"]["scalar"]["plain"]


@pytest.mark.parametrize("order", [1, 2])
def test_two_variables(order: int) -> None:
    solved = taylor("e^x cos(y) + x y^2", by=["x", "y"], order=order, at={"x": 0, "y": 0})
    x, y = sympy.symbols("x y")
    expected = 1 + x + ((x**2 - y**2) / 2 if order == 2 else 0)
    assert sympy.expand(solved.answers["taylor.f"].sympy - expected) == 0


@pytest.mark.parametrize(
    ("formula", "by", "order", "at"),
    [
        ("e^x sin(y)", "x y", 3, {"x": 0, "y": 0}),
        ("log(1 + x + 2 y)", "x y", 4, {"x": 1, "y": 0}),
        ("x y z + x^2 z^2 - cos(y)", "x y z", 3, {"x": 1, "y": 0, "z": 2}),
    ],
)
def test_several_variables_beyond_second_order(formula: str, by: str, order: int, at: dict[str, int]) -> None:
    """Against SymPy's series of f(a + t h) in t."""
    from symdl.checking.symbolic import to_sympy, with_plain_symbols

    solved = taylor(formula, by=by.split(), order=order, at=at)
    t, names = sympy.Symbol("t"), [sympy.Symbol(name) for name in by.split()]
    body = with_plain_symbols(to_sympy(solved.problem.lines["f"]))
    moved = {name: at[str(name)] + t * (name - at[str(name)]) for name in names}
    expected = sympy.series(body.subs(moved, simultaneous=True), t, 0, order + 1).removeO().subs(t, 1)
    assert sympy.simplify(solved.answers["taylor.f"].sympy - expected) == 0


def test_a_point_outside_the_domain_is_told() -> None:
    with pytest.raises(symdl.SymdlError) as error:
        taylor("log(x)", at=-1, order=2)
    assert error.value.key == "problem.outside_domain"


def test_every_format() -> None:
    solved = taylor("e^x sin(x)", order=2, at=0)
    assert all(symdl.render(solved.compose(), form) for form in ("txt", "html", "tex", "md"))


@pytest.mark.parametrize(
    "ask", [{"order": 10**6}, {"order": 9, "by": ["x", "y"]}, {"order": 2, "at": {"x": -1}}]
)
def test_what_is_beyond_reason_is_refused(ask: dict[str, Any]) -> None:
    with pytest.raises(symdl.SymdlError):
        taylor("log(1 + x)" if "at" in ask else "x^2", **ask)


@pytest.mark.parametrize("order", [1, 2])
def test_several_variables_show_every_derivative_and_the_remainder(order: int) -> None:
    at = {"x": 1, "y": 2}
    solved = symdl.derive(
        symdl.problem(
            symbols={"x": [], "y": []},
            let={"f": "x^3 y + sin(y - 2)"},
            asks=[{"taylor": "f", "order": order, "at": at}],
        )
    )
    steps = [step for step in solved.steps if step.phase == "taylor"]
    values = [step for step in steps if step.because.key.endswith("value")]
    assert len(values) == {1: 3, 2: 6}[order]
    assert steps[-1].because.key.startswith("rule.taylor.remainder")
    assert {check.outcome for check in solved.checks} == {"holds"}
    for language in ("en", "fa"):
        assert symdl.render(solved.compose(language=language), "txt")


def test_the_remainder_of_a_quadratic_function_is_zero() -> None:
    solved = symdl.derive(
        symdl.problem(
            symbols={"x": [], "y": []},
            let={"f": "x^2 + x y"},
            asks=[{"taylor": "f", "order": 2, "at": {"x": 1, "y": 2}}],
        )
    )
    assert solved.steps[-1].lines[-1][1] == ZERO
    shown = str(symdl.render(solved.compose(), "txt"))
    assert "3 + 4(x - 1) + (y - 2) + (x - 1)² + (x - 1) (y - 2)" in shown


@pytest.mark.parametrize(
    ("formula", "order"),
    [("|x|", 1), ("max(0, x)", 1), ("x |x|", 2), ("relu(x)^2", 2), ("where(x < 0, x^2, sin(x))", 1)],
)
def test_at_a_kink_there_is_no_expansion(formula: str, order: int) -> None:
    asks = [{"taylor": "f", "by": ["x"], "at": {"x": 0}, "order": 2}]
    with pytest.raises(symdl.SymdlError, match=f"no derivative of order {order} at x = 0"):
        symdl.derive(symdl.problem(symbols={"x": []}, let={"f": formula}, asks=asks))


def test_beside_a_kink_there_is_one() -> None:
    asks = [{"taylor": "f", "by": ["x"], "at": {"x": 1}, "order": 2}]
    solved = symdl.derive(symdl.problem(symbols={"x": []}, let={"f": "max(0, x)^2"}, asks=asks))
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize(
    ("formula", "by", "order", "at", "displacement"),
    [
        ("e^x", "x", 2, {"x": 0}, {"x": "1/10"}),
        ("sqrt(x)", "x", 3, {"x": 4}, {"x": 0.1}),
        ("log(1 + x y)", "x y", 2, {"x": 1, "y": 0}, {"x": "1/8", "y": "-1/4"}),
        ("sin(x) e^y", "x y", 3, {"x": 0, "y": 0}, {"x": 0.2, "y": 0.1}),
    ],
)
def test_a_displacement_has_a_value_an_error_and_a_bound(
    formula: str, by: str, order: int, at: dict[str, Any], displacement: dict[str, Any]
) -> None:
    from symdl.checking.symbolic import to_sympy, with_plain_symbols

    solved = taylor(formula, by=by.split(), order=order, at=at, displacement=displacement)
    lines = {step.id.rsplit(".", 1)[-1]: step for step in solved.steps if step.phase == "taylor"}
    moved = {name: sympy.Rational(str(at[name])) + sympy.Rational(str(displacement[name])) for name in at}
    body = with_plain_symbols(to_sympy(solved.problem.lines["f"]))
    names = {sympy.Symbol(name): value for name, value in moved.items()}
    polynomial = float(solved.answers["taylor.f"].sympy.subs(names))
    true = float(body.subs(names).evalf(30))
    printed = [
        float(with_plain_symbols(to_sympy(lines[part].lines[-1][1]))) for part in ("displaced", "error")
    ]
    assert printed[0] == pytest.approx(polynomial, rel=1e-4)
    assert printed[1] == pytest.approx(true - polynomial, rel=1e-3)
    bound = float(with_plain_symbols(to_sympy(lines["bound"].lines[-1][1])))
    assert abs(true - polynomial) <= bound < 20 * abs(true - polynomial)


def test_a_displacement_out_of_the_domain_is_told() -> None:
    with pytest.raises(symdl.SymdlError, match="no value where the displacement"):
        taylor("log(x)", order=2, at=1, displacement={"x": -2})


@pytest.mark.parametrize(
    ("formula", "at", "order"),
    [
        ("sin(x)/x", 0, 4),
        ("(e^x - 1)/x", 0, 3),
        ("log(1 + x)/x", 0, 2),
        ("x/(e^x - 1)", 0, 4),
        ("log(x)/(x - 1)", 1, 2),
        ("1/x - 1/sin(x)", 0, 3),
        ("(sin(x)/x)^2", 0, 2),
        ("(1 - cos(x))/x^2", 0, 2),
        ("sinh(2x)/sin(3x)", 0, 2),
    ],
)
def test_a_fraction_of_two_zeros_is_expanded(formula: str, at: int, order: int) -> None:
    from symdl.checking.symbolic import to_sympy, with_plain_symbols

    solved = taylor(formula, order=order, at=at)
    x = sympy.Symbol("x")
    body = with_plain_symbols(to_sympy(solved.problem.lines["f"])).subs(x, x + at)
    expected = sympy.series(body, x, 0, order + 1).removeO().subs(x, x - at)
    assert sympy.expand(solved.answers["taylor.f"].sympy - expected) == 0
    keys = [step.because.key for step in solved.steps if step.phase == "taylor"]
    assert keys[0] == "rule.taylor.removable" and keys[-1].startswith("rule.taylor.remainder_")
    for language in ("en", "fa"):
        assert symdl.render(solved.compose(language=language), "txt")


def test_a_fraction_of_two_zeros_at_a_displacement() -> None:
    solved = taylor("sin(x)/x", order=2, at=0, displacement={"x": "1/2"})
    lines = {step.id.rsplit(".", 1)[-1]: step for step in solved.steps}
    assert to_plain(lines["displaced"].lines[-1][1]) == "23/24"
    assert "bound" in lines


@pytest.mark.parametrize(
    ("formula", "words"),
    [("1/x", "pole of order 1"), ("cos(x)/x^2", "pole of order 2"), ("sin(x)/x^3", "pole of order 2"),
     ("log(x)/x", "outside its domain"), ("sqrt(x)", "not a finite number"), ("|x|/x", "of order 0")],
)  # fmt: skip
def test_poles_and_branch_points_are_refused(formula: str, words: str) -> None:
    with pytest.raises(symdl.SymdlError, match=words):
        taylor(formula, order=2, at=0)


@pytest.mark.parametrize("part", ["removable", "U.polynomial", "q0", "q2", "polynomial", "remainder"])
def test_a_planted_error_in_a_fraction_is_found(part: str) -> None:
    from symdl.formula.tree import number, plus, times
    from symdl.problems.confirming.taylor import taylor_checks

    solved = taylor("x/(e^x - 1)" if part != "U.polynomial" else "sin(x)/(x + x^2)", order=3, at=0)
    (step,) = [each for each in solved.steps if each.id == f"taylor.f.{part}"]
    kind, node = step.lines[-1]
    wrong = times(number(2), node) if node != ZERO else plus(node, number(1))
    derivation = replace(solved.derivation, steps=(replace(step, lines=((kind, wrong),)),))
    (check,) = taylor_checks(solved.problem, derivation, 1)
    assert check.outcome == "fails"


def test_taught_angles_are_worked_out() -> None:
    solved = taylor("sin(x) + cos(2x)", order=2, at="pi/6")
    written = to_plain(solved.answers["taylor.f"].answer.formula["scalar"])
    assert "sin" not in written and "cos" not in written


def test_several_expansions_have_names_of_their_own_and_share_derivatives() -> None:
    asks = [{"taylor": "f", "by": ["x"], "at": {"x": at}, "order": n} for at, n in ((0, 3), (1, 2))]
    solved = symdl.derive(symdl.problem(symbols={"x": []}, let={"f": "exp(x)"}, asks=asks))
    text = str(symdl.render(solved.compose(), "txt"))
    assert "P₁(x)" in text and "R₂(x)" in text and " P(x)" not in text
    assert sum(step.phase == "calculus" for step in solved.steps) == 4
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_the_error_of_a_difference_keeps_its_digits() -> None:
    ask = {"taylor": "f", "by": ["x"], "at": {"x": 0}, "order": 6, "displacement": {"x": "1/10"}}
    solved = symdl.derive(symdl.problem(symbols={"x": []}, let={"f": "(1 - cos(x))/x^2"}, asks=[ask]))
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize("formula", ["log(sin(x)/x)", "sqrt((exp(x) - 1)/x)"])
def test_a_removable_zero_inside_is_named(formula: str) -> None:
    ask = {"taylor": "f", "by": ["x"], "at": {"x": 0}, "order": 2}
    with pytest.raises(symdl.SymdlError, match="is 0/0 there"):
        symdl.derive(symdl.problem(symbols={"x": []}, let={"f": formula}, asks=[ask]))
