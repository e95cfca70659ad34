"""On a long sheet the lines of an update that go like earlier ones stand together, each step by itself."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.blocks import Heading, StepBlock
from symdl.document.request import Request
from symdl.document.sheet import Sheet

GIVEN: dict[str, Any] = {
    "x": [1, 1, 0], "y": [0, 1, 1], "W": [[0.1, -0.2], [0.3, 0.1], [0, 0.2]], "a": [0, 0, 0], "b": [0, 0]
}  # fmt: skip
LET = {"J": "(rbm_likelihood(x, W, a, b) + rbm_likelihood(y, W, a, b)) / 2"}
UPDATE = {"update": "gd", "of": "J", "by": ["W", "a", "b"], "learning_rate": 0.5, "steps": 3}


def sheet(detail: str = "lecture", **more: Any) -> Sheet:
    problem = symdl.problem(given=GIVEN, let=LET, asks=[{**UPDATE, **more}])
    return Sheet(problem, symdl.derive(problem).derivation, (), Request(detail=detail))


def test_lines_of_two_steps_never_stand_together():
    for each in sheet().gathered.values():
        assert len({step.because.facts.get("t") for step in each.steps}) == 1
        assert len({step.phase for step in each.steps}) == 1


def test_the_first_parameter_is_worked_and_the_others_go_like_it():
    found = [each for each in sheet().gathered.values() if each.first.phase == "update"]
    assert [str(step.left) for step in found[0].steps] == ["Name(text='a_t1')", "Name(text='b_t1')"]


@pytest.mark.parametrize("detail", ["tutorial", "audit"])
def test_a_sheet_that_says_everything_has_every_line(detail: str):
    assert not sheet(detail).gathered


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_new_value_is_on_the_sheet(language: str):
    solved = symdl.derive(symdl.problem(given=GIVEN, let=LET, asks=[UPDATE]))
    blocks = symdl.compose(solved, solved.checks, language=language).blocks
    assert any(isinstance(block, Heading) and block.anchor == "update" for block in blocks)
    lefts = {
        row.left.plain
        for block in blocks
        if isinstance(block, StepBlock)
        for row in block.formula.rows
        if row.left
    }
    assert (
        len([left for left in lefts if left.startswith(("W", "a", "b")) and left[1:] in ("ₜ₁", "ₜ₂", "ₜ₃")])
        == 9
    )
