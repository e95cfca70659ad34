"""Differentiation rule by rule: against SymPy, high-precision differences, and what a lecturer expects."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import mpmath
import pytest
import sympy

import symdl
from symdl.checking.symbolic import to_sympy, with_plain_symbols
from symdl.document.blocks import StepBlock
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply, number, plus
from symdl.problems.confirming.verification import verify
from symdl.rendering.view import plain

EXPRESSIONS = (
    "x", "-x", "3x", "x/4", "x^9", "x^(-3)", "sqrt(x)", "cbrt(x)", "8x^3 + x^2 + 5", "2 - 3x^4 + x",
    "(x^2 + 1)(x - 3)", "x sin(x) e^x", "(x^2 + 1)/(x - 3)", "5/(x^2 + 2)", "(2x + 1)^7", "1/(1 + e^(-x))",
    "e^(x^2)", "2^x", "10^(3x)", "x^x", "(1 + x^2)^(sin(x))", "log(x)", "log2(x)", "log10(x^2 + 1)",
    "log(log(x))", "sin(x)", "cos(3x)", "tan(x)", "sin(cos(x^2))", "asin(x)", "acos(x/2)", "atan(x^2)",
    "sinh(x)", "cosh(2x)", "tanh(x^3)", "asinh(x)", "acosh(x)", "atanh(x)", "erf(x)", "|x|", "abs(x - 2) x",
    "max(0, x)", "min(x^2, x)", "where(x > 1, x^2, 3x)", "relu(x) + leaky_relu(x - 1)", "sigmoid(2x)",
    "softplus(x) - gelu(x)", "x - (x - (x - x^2))", "-(2x - 1)^2/(-x)", "sqrt(1 + sqrt(x))",
    "e^(-x^2/2)/sqrt(2 pi)",
)  # fmt: skip


def derived(text: str) -> symdl.Solved:
    return symdl.solve(text, by=["x"])


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_every_row_of_every_step_holds(text: str) -> None:
    solved = derived(text)
    assert {check.outcome for check in solved.checks} == {"holds"}
    checked = {check.step for check in solved.checks}
    assert {step.id for step in solved.steps} <= checked
    ids = [step.id for step in solved.steps]
    assert len(set(ids)) == len(ids)
    for k, step in enumerate(solved.steps):
        assert set(step.uses) <= set(ids[:k])


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_the_answer_is_the_derivative_to_thirty_digits(text: str) -> None:
    solved = derived(text)
    x = sympy.Symbol("x")
    formula = to_sympy(solved.problem.lines["f"])
    answer = solved.gradient["x"].sympy
    mpmath.mp.dps = 60
    point = mpmath.mpf(7919) / 6000 if "acosh" in text else mpmath.mpf(7919) / 12000
    f = sympy.lambdify(x, formula, "mpmath")
    expected = mpmath.diff(f, point, h=mpmath.mpf(10) ** -25)
    found = sympy.lambdify(x, answer, "mpmath")(point)
    assert abs(found - expected) <= mpmath.mpf(10) ** -30 * max(1, abs(expected))


def rules(solved: symdl.Solved) -> list[str]:
    return [step.because.key.split(".")[-1] for step in solved.steps if step.phase == "calculus"]


def test_the_polynomial_of_the_notes() -> None:
    solved = symdl.solve("8z^3 + z^2 + 5", by=["z"])
    assert rules(solved) == ["power", "multiple", "power", "constant", "sum"]
    assert solved.answers["derivative.f.z"].tex == "24 z^{2} + 2 z"
    assert solved.function("derivative.f.z")(z=2) == 100.0


def chain(order: int = 1, method: str | None = None) -> symdl.Solved:
    ask = {"derivative": "y", "by": "x", "order": order} | ({"method": method} if method else {})
    return symdl.derive(
        symdl.problem(symbols={"x": []}, let={"z": "x^5 + 9", "y": "8 z^3 + z^2 + 5"}, asks=[ask])
    )


def test_a_substitution_is_put_back_and_multiplied_out() -> None:
    solved = chain()
    last = solved.steps[-1]
    assert last.because.key == "rule.derivative.substitution"
    assert [kind for kind, _ in last.lines] == ["rule", "placed", "put_back", "gather", "expand"]
    assert solved.answers["derivative.y.x"].tex == "120 x^{14} + 2170 x^{9} + 9810 x^{4}"


def test_several_ways_are_added() -> None:
    solved = symdl.derive(
        symdl.problem(
            given={"x": 2},
            let={"u": "x^2", "v": "sin(x)", "y": "u v + x"},
            asks=[{"derivative": "y", "by": "x"}],
        )
    )
    assert "paths" in rules(solved)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert float(solved.answers["derivative.y.x"]) == pytest.approx(
        float(sympy.N(4 * sympy.sin(2) + 4 * sympy.cos(2) + 1))
    )


@pytest.mark.parametrize("order", [2, 3, 5])
def test_higher_orders(order: int) -> None:
    solved = symdl.derive(
        symdl.problem(
            symbols={"x": []},
            let={"f": "x^4 sin(2 x)"},
            asks=[{"derivative": "f", "by": "x", "order": order}],
        )
    )
    x = sympy.Symbol("x")
    expected = sympy.diff(x**4 * sympy.sin(2 * x), x, order)
    assert sympy.expand(solved.answers["derivative.f.x"].sympy - expected) == 0
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_multiplying_out_first_gives_the_same() -> None:
    ask = {"derivative": "f", "by": "x", "method": "expand"}
    solved = symdl.derive(symdl.problem(symbols={"x": []}, let={"f": "(x^2 + 1) (x - 3)"}, asks=[ask]))
    assert "product" not in rules(solved)
    assert solved.answers["derivative.f.x"].tex == "3 x^{2} - 6 x + 1"


def test_known_rules_fold_but_no_sign_does() -> None:
    solved = symdl.solve("cos(x) - x^2 sin(x)", by=["x"])
    shown = str(
        symdl.render(solved.compose(known=("power", "trigonometric", "sum", "difference", "product")), "txt")
    )
    assert "Power rule" not in shown and "Product rule" not in shown
    assert "-sin x" in shown  # the derivative of the cosine brings a sign
    assert "Sum and difference rule" in shown


def test_lines_are_cited_through_those_that_known_rules_fold() -> None:
    """The product is folded: what the sum rests on are the lines of its factors."""
    solved = symdl.solve("(3x^2 + 1)^4 sin(2x) - 5 log(x)", by=["x"])
    document = solved.compose(known=("power", "sum", "constant", "product"))
    lines = [block for block in document.blocks if isinstance(block, StepBlock)]
    titles = {line.number: plain(line.title).rstrip(".") for line in lines}
    (cited,) = re.findall(r"lines ([\d, ]+) and (\d+)", plain(lines[-1].sentence))
    numbers = [*cited[0].split(", "), cited[1]]
    assert [titles[number] for number in numbers] == ["Chain rule", "Chain rule", "Constant multiple rule"]


def test_a_kink_is_told_with_both_slopes() -> None:
    with pytest.raises(symdl.SymdlError, match="-1 on the left and 1 on the right"):
        symdl.solve("abs(x - 1)", at={"x": 1})
    assert symdl.solve("where(x > 0, x^2, 0)", at={"x": 0}).gradient["x"].value == 0


@pytest.mark.parametrize("at", [{"x": 0}, {"x": -1}])
def test_a_point_outside_the_domain_is_refused(at: dict[str, int]) -> None:
    with pytest.raises(symdl.SymdlError):
        symdl.solve("log(x)", at=at)


@pytest.mark.parametrize(
    ("text", "at", "match"),
    [("log(x)", -1, "domain"), ("floor(x)", 2, "jumps"), ("sign(x) + x", 0, "jumps"),
     ("where(x > 1, x^2, 3x)", 1, "jumps"), ("sqrt(x)", 0, "finite"), ("x log(x)", 0, "domain"),
     ("tan(x)", "pi/2", "domain")],
)  # fmt: skip
def test_no_derivative_is_made_up(text: str, at: int | str, match: str) -> None:
    ask = {"derivative": "f", "by": "x", "at": at}
    with pytest.raises(symdl.SymdlError, match=match):
        symdl.derive(symdl.problem(symbols={"x": []}, let={"f": text}, asks=[ask]))


def test_a_constant_is_differentiated_by_any_name() -> None:
    assert symdl.solve("5", by=["x"]).gradient["x"].formula == number(0)


def test_answers_without_a_formula_show_their_table() -> None:
    solved = symdl.derive(symdl.problem(symbols={"x": []}, let={"f": "x^2"}, asks=[{"stationary": "f"}]))
    assert "minimum" in repr(solved.answers)


def test_a_wrong_row_is_found() -> None:
    solved = symdl.solve("x^3 + sin(x^2)", by=["x"])
    for k, step in enumerate(solved.steps):
        if step.phase != "calculus":
            continue
        kind, node = step.lines[-1]
        from symdl.formula.tree import ONE, plus

        broken = replace(step, lines=(*step.lines[:-1], (kind, plus(node, ONE))))
        steps = (*solved.steps[:k], broken, *solved.steps[k + 1 :])
        checks = verify(solved.problem, replace(solved.derivation, steps=steps))
        assert {check.step for check in checks if check.outcome == "fails"} == {step.id}


@pytest.mark.parametrize("form", ["txt", "html", "tex", "md", "json"])
@pytest.mark.parametrize("view", ["matrix", "index", "scalar"])
def test_every_format_and_view(form: str, view: str) -> None:
    solved = chain()
    if form == "json":
        answer = json.loads(solved.to_json())["answers"][0]
        assert answer["kind"] == "derivative" and answer["formula"]["scalar"]["plain"].startswith("120")
        return
    assert symdl.render(solved.compose(view=view, detail="tutorial"), form)


def test_an_order_beyond_reason_is_refused_quickly() -> None:
    with pytest.raises(symdl.SymdlError):
        chain(order=10**6)


# By definition, as a limit

BY_DEFINITION = (
    "8x^3 + x^2 + 5", "1/x", "3/(x^2 + 1)", "(x + 1)/(x - 2)", "x^(-2)", "sqrt(x)", "5 sqrt(2x + 1)",
    "sqrt(x^2 + 1)", "exp(x)", "e^(3x)", "2^x", "-exp(1 - x)", "sin(x)", "3 cos(2x)", "log(x)",
    "2 log(3x + 1)", "x^2 + sin(x) - exp(2x)", "7 - x/3", "x - 1/x + ln(x)",
)  # fmt: skip


def by_definition(text: str, **more: object) -> symdl.Solved:
    ask = {"derivative": "f", "by": "x", "method": "limit", **more}
    return symdl.derive(symdl.problem(symbols={"x": []}, let={"f": text}, asks=[ask]))


@pytest.mark.parametrize("text", BY_DEFINITION)
def test_the_limit_of_the_quotient_is_the_derivative(text: str) -> None:
    solved = by_definition(text)
    assert {check.outcome for check in solved.checks} == {"holds"}
    x = sympy.Symbol("x")
    expected = sympy.diff(with_plain_symbols(to_sympy(solved.problem.lines["f"])), x)
    assert sympy.simplify(solved.answers["derivative.f.x"].sympy - expected) == 0
    assert "limit_definition" in dict(solved.steps[-1].lines)


def test_a_wrong_row_under_a_limit_is_found() -> None:
    solved = by_definition("x^3")
    step = solved.steps[-1]
    rows = list(step.lines)
    kind, node = rows[3]
    assert isinstance(node, Apply) and node.function == "limit"
    rows[3] = (kind, Apply("limit", (plus(node.args[0], number(1)), *node.args[1:])))
    broken = replace(step, lines=tuple(rows))
    checks = verify(solved.problem, replace(solved.derivation, steps=(*solved.steps[:-1], broken)))
    assert "fails" in {check.outcome for check in checks}


def test_quotients_at_a_point_come_near_the_limit() -> None:
    solved = by_definition("x^3", at={"x": 2})
    rows = solved.derivation.answers[0].table
    assert [row["h"] for row in rows] == pytest.approx([10.0**-k for k in range(1, 7)])
    assert rows[0]["forward"] == pytest.approx(12.61) and rows[0]["central"] == pytest.approx(12.01)
    assert rows[-1]["error"] < 1e-4
    assert "12.61" in str(symdl.render(solved.compose(), "txt"))


@pytest.mark.parametrize("text", ["floor(x) + x", "x sign(x)"])
def test_a_limit_without_a_way_says_so(text: str) -> None:
    with pytest.raises(symdl.SymdlError, match="leave `method` out"):
        by_definition(text)


def test_the_letter_of_the_increment_is_a_free_one() -> None:
    ask = {"derivative": "f", "by": "x", "method": "limit"}
    solved = symdl.derive(symdl.problem(symbols={"x": [], "h": []}, let={"f": "h x^2"}, asks=[ask]))
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert r"\\lim_{t \\to 0}" in solved.to_json()


# Short ends, and nothing twice


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("(x^2 - 1)/(x^2 + 1)", "4 * x / (x^2 + 1)^2"),
        ("log(x)/x^2", "(1 - 2 * log(x)) / x^3"),
        ("(sqrt(x) + 1)/(sqrt(x) - 1)", "-1 / (sqrt(x) * (sqrt(x) - 1)^2)"),
        ("cbrt(x)", "1 / (3 * cbrt(x)^2)"),
        ("log10(5x)", "1 / (x * ln(10))"),
        ("log(|x^2 - 5|)", "2 * x / (x^2 - 5)"),
        ("log(abs(3x))", "1 / x"),
        ("asin(x/2)", "1 / (2 * sqrt(1 - x^2/4))"),
        ("acos(x^2)", "-2 * x / sqrt(1 - x^4)"),
        ("exp(x) cos(x) + cos(x) exp(x)", "2 * exp(x) * (cos(x) - sin(x))"),
    ],
)
def test_the_end_is_as_short_as_a_lecturer_writes_it(text: str, short: str) -> None:
    found = derived(text).answers["derivative.f.x"].formula
    assert to_plain(found).replace(" ", "") in (
        short.replace(" ", ""),
        short.replace(" * ", " ").replace(" ", ""),
    )


def test_what_is_known_is_cited_and_not_worked_out_again() -> None:
    solved = symdl.derive(
        symdl.problem(
            symbols={"x": []}, let={"f": "exp(x) sin(x)"}, asks=[{"derivative": "f", "by": "x", "order": 4}]
        )
    )
    goals = [step.lines[0][1] for step in solved.steps if step.phase == "calculus"]
    assert len(goals) == len(set(goals))
    assert (
        solved.answers["derivative.f.x"].formula
        == symdl.derive(
            symdl.problem(symbols={"x": []}, let={"g": "-4 exp(x) sin(x)"}, asks=[{"value": "g"}])
        ).problem.lines["g"]
    )


@pytest.mark.parametrize(("text", "rule"), [("floor(x)", "jump"), ("sign(x)", "jump"), ("|x|", "absolute")])
def test_rules_are_named_for_what_they_are(text: str, rule: str) -> None:
    assert rules(derived(text)) == [rule]


@pytest.mark.parametrize(
    ("typed", "same"),
    [("arcsin(x)", "asin(x)"), ("2arctan(3x)", "2atan(3x)"), ("log_3(x)", "log(x)/log(3)"),
     ("log(x, 7)", "log(x)/log(7)"), ("threshold(x)", "step(x)")],
)  # fmt: skip
def test_other_names_of_functions_are_read(typed: str, same: str) -> None:
    found, expected = derived(typed), derived(same)
    x = sympy.Symbol("x")
    assert sympy.simplify(found.gradient["x"].sympy - expected.gradient["x"].sympy).subs(x, 0.4) == 0


def test_a_base_is_written_as_a_subscript() -> None:
    solved = derived("log(x^2 + 1, 3)")
    assert r"\\log_{3}" in solved.to_json()
    assert "log₃" in str(symdl.render(solved.compose(), "txt"))


@pytest.mark.parametrize(
    "lines",
    [
        {"a": "3x", "b": "a^2 + x", "f": "a - b"},
        {"a": "x y", "b": "a^2 + x", "c": "a - b", "d": "b c", "f": "d + sin(a) + x"},
        {"p": "x^2", "q": "log(p)", "r": "p q", "f": "r / (p + q) - q"},
    ],
)
def test_a_line_beside_another_that_it_rests_on_is_held_fixed(lines: dict[str, str]) -> None:
    solved = symdl.derive(
        symdl.problem(given={"x": 2, "y": -1}, let=lines, asks=[{"derivative": "f", "by": "x"}])
    )
    assert {check.outcome for check in solved.checks} == {"holds"}
    seen: dict[str, str] = {}
    for step in solved.steps:
        if step.phase == "calculus" and not step.id.endswith(".value"):
            left = to_plain(step.left) + getattr(step.left, "kind", "")
            assert seen.setdefault(left, to_plain(step.lines[-1][1])) == to_plain(step.lines[-1][1])


def test_a_high_order_is_checked_without_delay() -> None:
    solved = symdl.derive(
        symdl.problem(
            symbols={"x": []}, let={"f": "sin(2x)"}, asks=[{"derivative": "f", "by": "x", "order": 24}]
        )
    )
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert to_plain(solved.answers["derivative.f.x"].formula) == "16777216 sin(2 x)"


def test_expanding_first_is_a_line_of_its_own() -> None:
    ask = {"derivative": "f", "by": "x", "method": "expand"}
    for text, out in (("(x^3 - 2x)(x^2 + 1)", "x^5 - x^3 - 2 x"), ("(sqrt(x) + 1/sqrt(x))^2", "1/x + 2 + x")):
        solved = symdl.derive(symdl.problem(symbols={"x": []}, let={"f": text}, asks=[ask]))
        first = next(step for step in solved.steps if step.phase == "calculus")
        assert first.because.key == "rule.derivative.expand" and to_plain(first.lines[-1][1]) == out
        assert first.id in solved.steps[-1].uses
        assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [("sum(x^k/k, k=1..4)", "1 + x + x^2 + x^3"), ("prod(x - k, k=1..3)", "3 x^2 - 12 x + 11")],
)
def test_a_short_sum_is_written_out_and_differentiated_rule_by_rule(text: str, answer: str) -> None:
    solved = derived(text)
    assert to_plain(solved.steps[-1].lines[-1][1]) == answer
    assert {step.phase for step in solved.steps} == {"forward", "calculus"}
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize(
    "text", ["ln(ln(ln(x)))", "sqrt(x - 20)", "sqrt(-x - 5)", "asin(x - 7)", "acosh(x/10)", "log(log(x) - 3)"]
)
def test_a_domain_away_from_zero_is_found_and_every_line_is_checked(text: str) -> None:
    assert {check.outcome for check in derived(text).checks} == {"holds"}
