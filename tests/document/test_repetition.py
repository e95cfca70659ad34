"""Lines that repeat themselves in time: folded where they are of one form, and only there."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.blocks import StepBlock, Table


def recurrence(steps: int, line: str = "tanh(w x[t] + v h[t-1])", **lines: str) -> Any:
    given = {"x": [(k % 5 - 2) / 2 for k in range(steps)], "h[0]": "1/2", "w": 0.75, "v": -0.5}
    let = {f"h[t=1..{steps}]": line, **lines, "L": f"h[{steps}]^2"}
    return symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["w", "v"]}]))


def steps_of(solved: Any, **request: Any) -> list[StepBlock]:
    return [block for block in solved.compose(**request).blocks if isinstance(block, StepBlock)]


def plain(block: StepBlock) -> str:
    return "; ".join(
        f"{'' if row.left is None else row.left.plain} {row.relation} {row.right.plain}"
        for row in block.formula.rows
    )


def test_a_short_recurrence_is_shown_line_by_line():
    solved = recurrence(3)
    assert len(steps_of(solved)) == len(solved.steps)


@pytest.mark.parametrize("steps", [4, 9, 40])
def test_a_long_one_has_as_many_lines_as_a_short_one(steps: int):
    assert len(steps_of(recurrence(steps))) == len(steps_of(recurrence(4)))


def test_the_line_in_t_stands_for_the_others():
    lines = [plain(block) for block in steps_of(recurrence(9))]
    assert "hₜ = tanh(w xₜ + v hₜ₋₁)" in lines
    assert "dL/dhₜ = dL/dhₜ₊₁ (1 - hₜ₊₁²) v" in lines or any("hₜ₊₁" in line for line in lines)
    assert any("∑[t=1..9]" in line and "hₜ₋₁" in line for line in lines)


def test_their_values_stand_in_a_table():
    solved = recurrence(9)
    tables = [block for block in solved.compose().blocks if isinstance(block, Table)]
    shown = {"".join(getattr(span, "plain", str(span)) for span in row[0]) for row in tables[0].rows}
    assert shown == {str(t) for t in range(2, 10)}


def test_a_line_that_differs_is_shown():
    given = {"x": [0.5] * 8, "h[0]": 1, "w": 0.5}
    let = {f"h[{t}]": "tanh(w h[4] + x[5])" if t == 5 else f"sin(w h[{t - 1}] + x[{t}])" for t in range(1, 9)}
    solved = symdl.derive(
        symdl.problem(given=given, let={**let, "L": "h[8]^2"}, asks=[{"gradient": "L", "by": ["w"]}])
    )
    lines = [plain(block) for block in steps_of(solved)]
    assert any(line.startswith("h₅ = tanh(") for line in lines)
    assert not any(line.startswith(("h₃ = ", "h₇ = ")) for line in lines)


@pytest.mark.parametrize("detail", ["tutorial", "audit"])
def test_a_sheet_that_says_everything_folds_nothing(detail: str):
    solved = recurrence(6)
    found = steps_of(solved, detail=detail)
    assert len([block for block in found if block.id.startswith("forward.h[")]) == 6


def test_numbers_of_lines_count_on():
    found = [int(str(block.number)) for block in steps_of(recurrence(12))]
    assert found == list(range(1, len(found) + 1))


def test_another_letter_where_t_is_taken():
    problem = symdl.problem(
        given={"t": 0.5, "h[0]": 1},
        let={"h[k=1..7]": "sin(t h[k-1])", "L": "h[7]^2"},
        asks=[{"gradient": "L", "by": ["t"]}],
    )
    lines = [plain(block) for block in steps_of(symdl.derive(problem))]
    assert "hₛ = sin(t hₛ₋₁)" in lines


GATES: dict[str, Any] = {
    "x": [[1], [0.5], [-1]], "W": [[0.5], [-0.25], [1]], "U": [[0.25], [0.5], [-0.5]], "b": [0, 1, 0.5],
    "h[0]": [0.25],
}  # fmt: skip


def test_three_steps_of_many_lines_are_folded_as_well():
    let = {"h[t=1..3]": "gru_cell(x[t], h[t-1], W, U, b)", "L": "sum(h[3]^2)"}
    solved = symdl.derive(symdl.problem(given=GATES, let=let, asks=[{"gradient": "L", "by": ["U"]}]))
    shown = {block.id for block in steps_of(solved)}
    assert not {"forward.r[2]", "forward.r[3]", "backward.L.r[1]"} & shown
    assert {"forward.r[1]", "backward.L.r[3]", "backward.L.r[2]"} <= shown
    assert any("t = 2, 3" in "".join(map(str, block.title)) for block in steps_of(solved))


def test_the_definition_of_an_activation_is_told_once():
    given = {"x": [1, 2], "A": [[0.5, -1]], "B": [[0.25]], "y": 1}
    let = {"h": "sigmoid(A x)", "g": "sigmoid(B h)", "L": "sum((g - y)^2)"}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["A"]}]))
    lines = {block.id: plain(block) for block in steps_of(solved)}
    assert "1/(1 + e" in lines["forward.h"].replace("⁻", "")
    assert "1/(1" not in lines["forward.g"] and "σ(B h)" in lines["forward.g"]


def test_a_line_has_no_more_numbers_than_can_be_read():
    rng = [[(3 * i + j) % 7 / 4 for j in range(6)] for i in range(6)]
    given = {"x": rng[0], "A": rng, "B": rng}
    solved = symdl.derive(symdl.problem(given=given, let={"y": "A B x + B A x"}, asks=[{"value": "y"}]))
    (block,) = (block for block in steps_of(solved) if block.id == "forward.y")
    assert len(block.formula.rows) == 2  # the formula and the result
