"""Asks that go on from one derivative: it is worked out once, and later asks cite its line."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

import symdl
from symdl.document.blocks import Document, StepBlock

ONE = "x^4/4 - x^2/2 + 3"
SEVERAL = "x^3 - 3 x y^2 + 2 exp(x)"
ASKS: dict[str, dict[str, Any]] = {
    "derivative": {"derivative": "f", "by": "x"},
    "stationary": {"stationary": "f"},
    "taylor": {"taylor": "f", "at": {"x": 1}, "order": 2},
}


def composed(formula: str, by: tuple[str, ...], *asks: dict[str, Any], detail: str = "lecture") -> Document:
    problem = symdl.problem(symbols={name: [] for name in by}, let={"f": formula}, asks=list(asks))
    solved = symdl.derive(problem)
    checks = symdl.verify(solved)
    assert {check.outcome for check in checks} == {"holds"}
    return symdl.compose(solved, checks, detail=detail)


VERDICTS = ("Minimum", "Maximum", "Saddle point", "Inconclusive")  # of points, where values may be the same


def statements(document: Document) -> list[str]:
    """The derivatives that a sheet works out, each as its rows."""
    return [
        " ".join((row.left.plain if row.left else "") + row.right.plain for row in block.formula.rows)
        for block in document.blocks
        if isinstance(block, StepBlock)
        and block.title[0] not in VERDICTS
        and block.formula.rows[0].left
        and "/" in block.formula.rows[0].left.plain
    ]


@pytest.mark.parametrize("order", list(permutations(ASKS)))
@pytest.mark.parametrize("detail", ["lecture", "tutorial"])
def test_nothing_is_differentiated_twice(order: tuple[str, ...], detail: str) -> None:
    lines = statements(composed(ONE, ("x",), *(ASKS[key] for key in order), detail=detail))
    assert len(lines) == len(set(lines))


def test_nor_with_several_variables() -> None:
    asks = ({"stationary": "f", "by": ["x", "y"]}, {"taylor": "f", "by": ["x", "y"], "at": {"x": 0, "y": 1}})
    lines = statements(composed(SEVERAL, ("x", "y"), *asks))
    assert len(lines) == len(set(lines))


def test_the_condition_cites_the_line_that_has_the_derivative() -> None:
    document = composed(ONE, ("x",), ASKS["derivative"], ASKS["stationary"])
    steps = {block.number: block for block in document.blocks if isinstance(block, StepBlock)}
    (condition,) = [block for block in steps.values() if str(block.title[0]).startswith("Condition")]
    said = "".join(span if isinstance(span, str) else span.plain for span in condition.sentence)
    (number,) = [word.strip("().") for word in said.split() if word.strip("().").isdigit()]
    left = steps[number].formula.rows[0].left
    assert left is not None and left.plain == "df/dx"


def test_a_coordinate_that_is_zero_is_no_tiny_number() -> None:
    problem = symdl.problem(
        symbols={"x": [], "y": []},
        let={"f": SEVERAL},
        asks=[{"stationary": "f", "by": ["x", "y"]}],
    )
    rows = symdl.derive(problem).derivation.answers[0].table
    assert [row["point"]["x"] for row in rows] == [0, 0]


@pytest.mark.parametrize(
    "ask", [{"taylor": "g", "at": {"u": 0, "v": 1}}, {"taylor": "g"}, {"stationary": "g"}]
)
def test_only_what_a_function_rests_on_is_a_variable_of_it(ask: dict[str, Any]) -> None:
    problem = symdl.problem(
        symbols={"x": [], "u": [], "v": []}, let={"f": "x^2", "g": "u^2 - u v + v^2"}, asks=[ask]
    )
    solved = symdl.derive(problem)
    told = solved.derivation.answers[0]
    assert set(told.by.split(",")) == {"u", "v"} if told.by else set(told.table[0]["point"]) == {"u", "v"}


def test_a_constraint_may_have_variables_that_the_objective_has_not() -> None:
    problem = symdl.problem(
        symbols={"x": [], "y": []}, let={"f": "x"},
        asks=[{"minimize": "f", "subject_to": ["x^2 + y^2 <= 4"]}],
    )  # fmt: skip
    assert "y" in symdl.derive(problem).derivation.answers[0].table[0]["point"]
