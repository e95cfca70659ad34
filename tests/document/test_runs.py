"""How runs are told on a sheet: named side by side, under headings, their derivatives with numbers."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.blocks import Block, Heading, Math, Note, StepBlock


def blocks(asks: list[dict[str, Any]], let: str = "x^4 - 2 x^2 + x/5", **options: Any) -> list[Block]:
    problem = symdl.problem(given=options.pop("given", {"x": 1}), let={"f": let}, asks=asks)
    found = symdl.derive(problem)
    checks = symdl.verify(found)
    assert {check.outcome for check in checks} == {"holds"}
    return list(symdl.compose(found, checks, **options).blocks)


def headings(found: list[Block]) -> list[str]:
    spans = [block.spans[0] for block in found if isinstance(block, Heading) and block.level == 3]
    return [span.plain if isinstance(span, Math) else span for span in spans]


GD = {"update": "gd", "of": "f", "by": "x", "steps": 2}


@pytest.mark.parametrize(
    ("asks", "named"),
    [
        ([{**GD, "learning_rate": "1/100"}, {**GD, "learning_rate": "1/10"}], ["η = 0.01", "η = 0.1"]),
        ([{**GD, "start": -2}, {**GD, "start": 2}], ["xₜ₀ = -2", "xₜ₀ = 2"]),
        ([GD, {**GD, "update": "adam"}], ["gradient descent", "Adam"]),
        (
            [{**GD, "start": -2}, {**GD, "start": 2}, {"minimize": "f", "method": "newton", "steps": 1}],
            ["gradient descent, xₜ₀ = -2", "gradient descent, xₜ₀ = 2", "Newton's method"],
        ),
        (
            [{**GD, "update": "momentum"}, {**GD, "update": "momentum", "form": "damped"}],
            ["momentum", "damped"],
        ),
        (
            [{**GD, "learning_rate": "1/100"}, {**GD, "by": "y", "learning_rate": "1/10"}],
            ["η = 0.01", "η = 0.1"],
        ),
        ([GD, {**GD, "by": "y"}], ["x", "y"]),
        ([GD], []),
        ([{**GD, "id": "one"}, {**GD, "id": "two"}], ["one", "two"]),
    ],
)
def test_every_run_has_a_heading_that_tells_it_apart(asks: list[dict[str, Any]], named: list[str]) -> None:
    two = any(ask.get("by") == "y" for ask in asks)
    let, given = ("x^2 + y^2", {"x": 1, "y": 2}) if two else ("x^4 - 2 x^2 + x/5", {"x": 1})
    assert headings(blocks(asks, let, given=given)) == named


def rows(found: list[Block], left: str) -> list[str]:
    return [
        row.right.plain
        for block in found if isinstance(block, StepBlock)
        if block.formula.rows[0].left is not None and block.formula.rows[0].left.plain.startswith(left)
        for row in block.formula.rows
    ]  # fmt: skip


def test_a_gradient_is_a_formula_with_the_numbers_of_its_point() -> None:
    found = blocks([{**GD, "learning_rate": "1/10", "start": 2}], let="x^3 - 2 x")
    assert "3 xₜ₀² - 2 = 3 · 2² - 2 = 10" in " ".join(rows(found, "∂f/∂x"))
    ask = {"minimize": "f", "by": ["x", "y"], "method": "newton", "steps": 1}
    both = blocks([ask], "100 (y - x^2)^2 + (1 - x)^2", given={"x": 0, "y": 1})
    text = " ".join(rows(both, "Hₜ₀"))
    assert (
        "1200x² - 400y + 2" in text and "1200 · 0² - 400 · 1 + 2" in text and "[[-398, 0], [0, 200]]" in text
    )


def test_one_line_that_only_runs_is_not_taken_apart() -> None:
    found = blocks([{"minimize": "f", "steps": 1}], "(x - 4)^4 + (y - 3)^2", given={"x": 1, "y": 2})
    lefts = {
        b.formula.rows[0].left.plain for b in found if isinstance(b, StepBlock) and b.formula.rows[0].left
    }
    assert {"f", "∂f/∂x", "∂f/∂y"} <= lefts and not {"a", "b"} & lefts


def test_what_a_comparison_reaches_stands_in_its_table_alone() -> None:
    ask = {"compare": "f", "by": "x", "steps": 5, "rules": [{"update": "gd"}, {"update": "adam"}]}
    steps = [
        sum(isinstance(block, StepBlock) for block in blocks([ask], detail=detail))
        for detail in ("lecture", "tutorial")
    ]
    assert steps[1] == steps[0] + 2


@pytest.mark.parametrize(("method", "beside"), [("steepest_descent", "φ(α)"), ("newton", "gₜ₀")])
def test_a_remark_stands_beside_its_line(method: str, beside: str) -> None:
    ask = {"minimize": "f", "method": method, "steps": 2, "remark": {"en": "Mind `2 - x`.", "fa": "علامت!"}}
    found = blocks([ask], "(x - 4)^4 + (y - 3)^2", given={"x": 1, "y": 2})
    (place,) = (k for k, b in enumerate(found) if isinstance(b, Note) and b.spans[0] == "Mind ")
    formula = found[place].spans[1]  # type: ignore[union-attr]
    assert isinstance(formula, Math) and formula.plain == "2 - x"
    before = found[place - 1]
    assert isinstance(before, StepBlock) and before.formula.rows[0].left is not None
    assert before.formula.rows[0].left.plain == beside


@pytest.mark.parametrize(
    "setting", [{"learning_rate": {"schedule": "exponential"}}, {"clip_norm": 1}], ids=["schedule", "norm"]
)
def test_what_all_parameters_share_is_told_for_the_same_steps(setting: dict[str, Any]) -> None:
    """The learning rate and the norm belong to no parameter; their later steps are in the table too."""
    titles = [
        "".join(span if isinstance(span, str) else span.plain for span in block.title)
        for block in blocks([{**GD, "steps": 9, **setting}])
        if isinstance(block, StepBlock)
    ]
    shared = [title for title in titles if title in ("Learning rate", "Norm of the gradient")]
    assert len(shared) == 2


@pytest.mark.parametrize("language, word", [("en", "ε inside the root"), ("fa", "ε درون ریشه")])
def test_a_comparison_says_where_epsilon_stands(language: str, word: str) -> None:
    rules = [{"update": "adam"}, {"update": "adam", "epsilon_inside": True}]
    problem = symdl.problem(
        given={"w": [1, 2]}, let={"L": "sum(w^2)"},
        asks=[{"compare": "L", "by": ["w"], "steps": 2, "rules": rules}],
    )  # fmt: skip
    document = symdl.compose(symdl.derive(problem), language=language)
    assert word in str(symdl.render(document, "terminal", width=200))
