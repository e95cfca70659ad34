"""Reasons and formulas that were told: later lines of the same kind name their quantities only."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.blocks import StepBlock

MACHINE = {
    "p": "rbm_hidden(v, W, b)",
    "F": "rbm_free_energy(v, W, a, b)",
    "J": "rbm_likelihood(v, W, a, b)",
}
GIVEN: dict[str, Any] = {"v": [1, 0], "W": [[0.5, -0.3], [0.2, 0.4]], "a": [0.1, -0.2], "b": [0, 0.3]}


def steps(detail: str = "lecture", language: str = "en") -> dict[str, StepBlock]:
    asks: list[dict[str, Any]] = [{"value": "F"}, {"gradient": "J", "by": ["W", "a", "b"]}]
    solved = symdl.derive(symdl.problem(given=GIVEN, let={**MACHINE, "H": "p + F"}, asks=asks))
    blocks = symdl.compose(solved, solved.checks, detail=detail, language=language).blocks
    return {block.id: block for block in blocks if isinstance(block, StepBlock)}


def rows(step: StepBlock) -> list[str]:
    return [row.right.plain for row in step.formula.rows]


TWICE = {"u": "W^T v + b", "w": "W^T v + b", "s": "sum(u) - a^T v", "t": "sum(w) - a^T v", "H": "s + t"}


def twice(detail: str = "lecture") -> dict[str, StepBlock]:
    solved = symdl.derive(symdl.problem(given=GIVEN, let=TWICE, asks=[{"gradient": "H", "by": ["W"]}]))
    blocks = symdl.compose(solved, solved.checks, detail=detail).blocks
    return {block.id: block for block in blocks if isinstance(block, StepBlock)}


def test_a_line_with_the_formula_of_another_names_it():
    assert rows(twice()["forward.w"]) == ["u"]


def test_what_is_made_of_equals_is_equal():
    assert rows(twice()["forward.t"]) == ["s"]


def test_lines_of_a_layer_that_another_call_has_are_not_there_again():
    found = steps()
    forward = [id for id in found if id.startswith("forward.")]
    assert forward == [f"forward.{name}" for name in ("z", "p", "F", "U", "Z", "g", "J", "H")]
    assert "F" in rows(found["forward.J"])[0]


def test_a_call_without_quantities_is_not_there_again_either():
    given = {**GIVEN, "w": [1, 1]}
    let = {"J": "rbm_likelihood(v, W, a, b) + rbm_likelihood(w, W, a, b)"}
    asks: list[dict[str, Any]] = [{"value": "J"}, {"gradient": "J", "by": ["a"]}]
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=asks))
    blocks = symdl.compose(solved, solved.checks).blocks
    forward = [b.id for b in blocks if isinstance(b, StepBlock) and b.id.startswith("forward.")]
    assert {f"forward.{name}" for name in ("F1", "U1", "Z1", "g1", "J1", "F2", "J2")} <= {*forward}
    assert not {f"forward.{name}" for name in ("U2", "Z2", "g2")} & {*forward}
    free = {}
    for name in ("v", "w"):
        each = symdl.problem(
            given=given, let={"J": f"rbm_likelihood({name}, W, a, b)"}, asks=[{"gradient": "J", "by": ["a"]}]
        )
        free[name] = symdl.derive(each).gradient["a"].numpy
    assert solved.gradient["a"].numpy == pytest.approx(free["v"] + free["w"])


def test_what_is_made_of_something_else_is_worked_out():
    found = steps()
    assert len(rows(found["forward.Z"])[0]) > len("U W") and "softplus" in rows(found["forward.F"])[0]


@pytest.mark.parametrize("detail", ["tutorial", "audit"])
def test_a_sheet_that_says_everything_works_every_line(detail: str):
    assert "v" in rows(twice(detail)["forward.w"])[0]


@pytest.mark.parametrize(
    ("language", "why", "used"),
    [("en", "contributions are added", "a is used in"), ("fa", "جمع می‌شوند", "به کار رفته است")],
)
def test_the_reason_of_a_sum_is_told_once(language: str, why: str, used: str):
    found = steps(language=language)
    told = [
        "".join(span if isinstance(span, str) else span.plain for span in found[f"backward.J.{by}"].sentence)
        for by in ("W", "a")
    ]
    assert why in told[0] and why not in told[1] and used in told[1]


def said(let: dict[str, str], given: dict[str, Any], language: str = "en", **ask: Any) -> dict[str, str]:
    """The sentences of a sheet, by the ids of their lines."""
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[ask or {"gradient": "L", "by": ["a"]}]))
    blocks = symdl.compose(solved, solved.checks, language=language).blocks
    return {
        block.id: "".join(span if isinstance(span, str) else span.plain for span in block.sentence)
        for block in blocks
        if isinstance(block, StepBlock)
    }


@pytest.mark.parametrize(("language", "word"), [("en", "entry by entry"), ("fa", "درایه به درایه")])
def test_of_numbers_nothing_is_said_by_entry(language: str, word: str):
    """A number has no entries; an array has."""
    lines = {"z": "a x", "h": "tanh(z)", "L": "sum(h^2)"}
    for x, told in ((0.5, False), ([0.5, 1.0], True)):
        found = said(lines, {"a": 2, "x": x}, language)
        assert [word in found[f"{at}.{name}"] for at, name in FIRST] == [told, told]


FIRST = (("forward", "h"), ("backward.L", "z"))


def test_no_line_is_cited_for_a_reason_that_it_did_not_tell():
    """The tanh of a layer says what it does there; the next tanh, of no layer, says that it is applied."""
    given = {
        "x": [1, 0],
        "h0": [0, 0],
        "W": [[0.5, 0.1], [0, 1]],
        "U": [[1, 0], [0.2, 0.1]],
        "b": [0, 0.1],
        "a": [1, 2],
    }
    lines = {"h": "rnn_cell(x, h0, W, U, b)", "s": "tanh(a * h)", "r": "tanh(a * s)", "L": "sum(r)"}
    found = said(lines, given)
    assert found["forward.s"] == "The activation hyperbolic tangent is applied entry by entry."
    assert found["forward.r"].startswith("As in line")


def test_what_a_derivative_by_itself_is_told_once():
    solved = symdl.derive(
        symdl.problem(
            given={"a": [1, 2]},
            let={"L": "|a|^2", "M": "sum(a)"},
            asks=[{"gradient": "L", "by": ["a"]}, {"gradient": "M", "by": ["a"]}],
        )
    )
    text = symdl.compose(solved, solved.checks)
    starts = [
        block
        for block in text.blocks
        if isinstance(block, StepBlock) and "".join(map(str, block.title)) == "Start"
    ]
    assert [str(block.sentence[0]).startswith("As in") for block in starts] == [False, True]


@pytest.mark.parametrize(("language", "many"), [("en", "solutions"), ("fa", "شرط‌های")])
def test_one_solution_is_not_told_as_many(language: str, many: str):
    for formula, several in (("x^2 log(x)", False), ("x cos(x)", True)):
        problem = symdl.problem(symbols={"x": []}, let={"f": formula}, asks=[{"stationary": "f"}])
        solved = symdl.derive(problem)
        blocks = symdl.compose(solved, solved.checks, language=language).blocks
        text = "".join(
            str(s) for b in blocks if isinstance(b, StepBlock) for s in b.sentence if b.id.endswith("points")
        )
        assert text and (many in text) == several
