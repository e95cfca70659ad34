"""Lines that go like earlier ones stand together: all are there, none is the first of its kind."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Formula, Heading, Math, Paragraph, StepBlock
from symdl.document.lines.folding import NUMERIC
from symdl.document.lines.likewise import form
from symdl.document.request import Request
from symdl.document.sheet import Sheet

TOKENS = [[1, 0, 0.5], [0.5, -1, 0.2], [0, 2, -0.4], [1, 1, -1]]
SQUARE = [[0.5, 0.1, -0.3], [-0.2, 0.3, 0.4], [0.6, -0.5, 0.2]]
BLOCK: dict[str, Any] = {
    "given": {
        "X": TOKENS, "T": [[0, 1, 0], [1, 0, 1], [1, 1, 0], [0.5, 0, 0]],
        "WQ": SQUARE, "WK": SQUARE[::-1], "WV": [row[::-1] for row in SQUARE],
        "g": [1, 0.9, 1.1], "b": [0, 0.1, -0.2],
    },
    "let": {
        "Q": "X WQ", "K": "X WK", "V": "X WV", "A": "softmax(Q K^T / sqrt(3))", "H": "A V",
        "U": "layer_norm_rows(X + H, g, b)", "Y": "layer_norm_rows(U + tanh(U), g, b)", "L": "half_sse(Y, T)",
    },
    "asks": [{"gradient": "L", "by": ["WQ", "WK", "WV", "g", "b"]}],
}  # fmt: skip
GATED: dict[str, Any] = {
    "given": {
        "x[1]": [1, 0.5], "x[2]": [-0.5, 1], "x[3]": [0.2, 0.3], "h[0]": [0, 0], "c[0]": [0.1, 0],
        "W": [[0.1 * k, -0.05 * k] for k in range(1, 9)], "U": [[0.05 * k, 0.1] for k in range(1, 9)],
        "b": [0.1] * 8, "y": [0.5, -0.2],
    },
    "let": {"h[t=1..3], c[t=1..3]": "lstm_cell(x[t], h[t-1], c[t-1], W, U, b)", "L": "half_sse(h[3], y)"},
    "asks": [{"gradient": "L", "by": ["W", "U", "b"]}],
}  # fmt: skip

DNC: dict[str, Any] = {
    "given": {
        "M0": [[1, 0.5], [-0.5, 1], [0.5, -1]], "u0": [0.6, 0.2, 0.4], "w0": [0.3, 0.2, 0.1],
        "R0": [[0.5, 0.3, 0.1], [0.2, 0.2, 0.4]], "f": [0.4, 0.7], "k": [0.5, 1], "beta": 2, "k1": [1, 0.2],
        "k2": [-0.3, 0.8], "e": [0.5, 0.25], "v": [1, -1],
        "L0": [[0, 0.2, 0.1], [0.3, 0, 0.1], [0.1, 0.2, 0]], "q0": [0.2, 0.5, 0.1],
        "m": [0.2, 0.5, 0.3], "y": [0.5, 0],
    },
    "let": {
        "u1": "dnc_usage(u0, w0, R0, f)", "a": "dnc_allocation(u1)",
        "c": "content_addressing(k, M0, beta)", "M1, w1": "dnc_write(M0, c, a, 0.9, 0.5, e, v)",
        "L1, q1": "dnc_link(L0, q0, w1)",
        "c1": "content_addressing(k1, M1, 1)", "c2": "content_addressing(k2, M1, 2)",
        "r1, x1": "dnc_read(M1, L1, R0[1,:], c1, m)", "r2, x2": "dnc_read(M1, L1, R0[2,:], c2, m)",
        "J": "half_sse(r1, y) + half_sse(r2, y)",
    },
    "asks": [{"gradient": "J", "by": ["k", "k1", "k2", "e", "v", "f", "u0", "M0", "L0"]}],
}  # fmt: skip


@pytest.fixture(scope="module", params=[BLOCK, GATED], ids=["block", "gated"])
def solved(request: pytest.FixtureRequest) -> Any:
    return symdl.derive(symdl.problem(**request.param))


def sheet_of(solved: Any, **request: Any) -> Sheet:
    return Sheet(solved.problem, solved.derivation, (), Request(**request))


def blocks(solved: Any, **request: Any) -> list[StepBlock]:
    return [block for block in symdl.compose(solved, (), **request).blocks if isinstance(block, StepBlock)]


def lefts(found: list[StepBlock]) -> list[str]:
    return [row.left.plain for block in found for row in block.formula.rows if row.left is not None]


def test_what_stands_together_is_told_with_its_formula(solved: Any) -> None:
    sheet = sheet_of(solved)
    assert sheet.gathered
    by_id = {block.id: block for block in blocks(solved)}
    for together in sheet.gathered.values():
        block = by_id[together.first.id]
        assert len([row for row in block.formula.rows if row.left is not None]) == len(together.steps)
        assert all(row.right.plain for row in block.formula.rows)
        assert not {step.id for step in together.steps[1:]} & by_id.keys()


def test_none_of_them_is_the_first_of_its_kind(solved: Any) -> None:
    sheet = sheet_of(solved)
    hidden = {step.id for each in sheet.gathered.values() for step in each.steps}
    order = {step.id: k for k, step in enumerate(sheet.ordered)}
    steps = {step.id: step for step in sheet.ordered}
    for together in sheet.gathered.values():
        assert all(first not in hidden and sheet.shows(steps[first]) for first in together.like)
        for step in together.steps:
            own = _kind(sheet, step)
            alike = [steps[first] for first in together.like if _kind(sheet, steps[first]) == own]
            if not alike and sheet.very_long:  # by a rule that was told
                alike = [steps[first] for first in together.like if steps[first].because.key == own[0]]
            assert alike and order[alike[0].id] < order[step.id]


def _kind(sheet: Sheet, step: Any) -> tuple[Any, ...]:
    return (step.because.key, *map(form, sheet.writer.chains(step)))


def test_signs_and_transposes_of_their_formulas_stay(solved: Any) -> None:
    """Their formulas are those of their lines on a sheet that says everything."""
    sheet = sheet_of(solved)
    whole = {block.id: block for block in blocks(solved, detail="tutorial")}
    by_id = {block.id: block for block in blocks(solved)}
    for together in sheet.gathered.values():
        if together.first.phase != "backward":
            continue
        shown = [row.right.plain for row in by_id[together.first.id].formula.rows if row.left is not None]
        for step, line in zip(together.steps, shown, strict=True):
            said = " = ".join(row.right.plain for row in whole[step.id].formula.rows)
            assert line.partition(" ≈ ")[0].partition(" = ")[0].strip() in said


def test_every_line_and_value_is_on_the_sheet_that_says_everything_and_in_the_results(solved: Any) -> None:
    everything = {block.id for block in blocks(solved, detail="audit")}
    told = {step["id"]: step["value"] for step in json.loads(solved.to_json())["steps"]}
    for together in sheet_of(solved).gathered.values():
        for step in together.steps:
            assert step.id in everything
            assert np.allclose(told[step.id], np.asarray(step.value, dtype=float))


@pytest.mark.parametrize(
    "request_", [{"detail": "tutorial"}, {"detail": "audit"}, {"view": "index"}, {"detail": "outline"}]
)
def test_other_sheets_have_every_line_by_itself(solved: Any, request_: dict[str, str]) -> None:
    assert not sheet_of(solved, **request_).gathered


def test_lines_are_numbered_without_gaps_and_cited_by_what_stands_there(solved: Any) -> None:
    found = blocks(solved)
    assert [block.number for block in found] == [str(k + 1) for k in range(len(found))]
    numbers = sheet_of(solved).numbers
    for together in sheet_of(solved).gathered.values():
        assert {numbers[step.id] for step in together.steps} == {numbers[together.first.id]}


def test_a_short_sheet_has_every_line_by_itself() -> None:
    let = {"a": "w x", "b": "v a", "L": "b^2"}
    asks = [{"gradient": "L", "by": ["w", "v"]}]
    solved = symdl.derive(symdl.problem(given={"x": 2, "w": 3, "v": 1}, let=let, asks=asks))
    assert not sheet_of(solved).gathered


def test_an_entry_is_worked_where_all_numbers_would_not_be_read() -> None:
    """Many numbers, and arrays below a fraction bar: the largest entry is worked in their place."""
    solved = symdl.derive(symdl.problem(**BLOCK))
    by_id = {block.id: block for block in blocks(solved)}
    for id in ("forward.Q", "forward.X_hat"):
        rows = by_id[id].formula.rows
        assert not any("[[" in row.right.plain.partition("≈")[0].partition(" = [[")[0] for row in rows[:1])
        assert rows[-1].left is not None and rows[-1].right.plain.count("[") == 0
        name, value = id.partition(".")[2], solved.values[id.partition(".")[2]]
        assert f"{np.max(np.abs(value)):.4g}" in rows[-1].right.plain, name


def test_a_layer_called_for_a_step_writes_its_lines_with_that_step() -> None:
    given = {
        "s[0]": [1, 0.5],
        "H": [[1, 0], [0.5, 1]],
        "W": [[1, 0], [0, 1]],
        "U": [[1, 1], [0, 1]],
        "v": [1, -1],
    }
    let = {"c[1]": "additive_attention(s[0], H, W, U, v)", "L": "dot(c[1], v)"}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["W"]}]))
    (line,) = (block for block in blocks(solved) if block.id == "forward.c[1]")
    assert "[" not in line.formula.rows[0].right.plain.partition("≈")[0].partition(" = [")[0]


def test_a_large_array_in_between_is_told_by_an_entry_on_a_very_long_sheet() -> None:
    """Its formula stays, one entry is worked; what is asked for is printed in full."""
    solved = symdl.derive(symdl.problem(**BLOCK))
    sheet, found = sheet_of(solved), {block.id: block for block in blocks(solved)}
    asked = {answer.var for answer in solved.derivation.answers}
    steps = {step.id: step for step in solved.derivation.steps}
    assert sheet.very_long
    assert "forward.Q" in sheet.valueless
    for id in sheet.valueless:
        assert steps[id].claim.out not in asked
    shown = found["forward.Q"].formula.rows
    assert [row.right.plain for row in shown if row.left and row.left.plain == "Q"] == ["X WQ"]
    (entry,) = (row.right.plain for row in shown if row.left and row.left.plain == "q₄₂")
    assert float(entry.split()[-1]) == pytest.approx(solved.values["Q"][3, 1], rel=1e-3)
    for answer in solved.derivation.answers:
        line = next(step for step in steps.values() if step.claim.out == answer.var)
        together = next((each.first.id for each in sheet.gathered.values() if line in each.steps), line.id)
        printed = " ".join(row.right.plain for row in found[together].formula.rows)
        assert f"{np.ravel(answer.value)[-1]:.4g}".lstrip("-") in printed


def test_a_sheet_says_once_that_values_are_left_out() -> None:
    solved = symdl.derive(symdl.problem(**BLOCK))
    said = str(symdl.compose(solved, ()).blocks)
    assert said.count("one entry is worked") == 1
    assert "one entry is worked" not in str(symdl.compose(solved, (), detail="tutorial").blocks)


def test_a_very_long_sheet_cites_the_lines_of_its_results() -> None:
    """Nothing is printed a second time; all results are named under a heading, by what is derived."""
    solved = symdl.derive(symdl.problem(**BLOCK))
    whole = symdl.compose(solved, ()).blocks
    start = next(
        k for k, block in enumerate(whole) if isinstance(block, Heading) and block.anchor == "results"
    )
    assert not any(isinstance(block, Formula) for block in whole[start:])
    cited = whole[start + 1]
    assert isinstance(cited, Paragraph)
    told = {span.plain for span in cited.spans if isinstance(span, Math)}
    assert told == {"L", *(answer.by for answer in solved.derivation.answers)}


def test_rules_that_were_told_are_cited_on_a_very_long_sheet() -> None:
    """Neighbors by rules of earlier lines stand together; each is one formula, and cites lines before it."""
    solved = symdl.derive(symdl.problem(**DNC))
    sheet, found = sheet_of(solved), {block.id: block for block in blocks(solved)}
    assert sheet.very_long
    forms = {step.id: _kind(sheet, step) for step in sheet.ordered}
    alone = [
        step
        for each in sheet.gathered.values()
        for step in each.steps
        if forms[step.id] not in {forms[first] for first in each.like}
    ]
    assert alone
    for step in alone:
        assert all(sum(kind not in NUMERIC for kind, _ in c.rows) == 1 for c in sheet.writer.chains(step))
    for together in sheet.gathered.values():
        own = int(sheet.numbers[together.first.id])
        assert all(int(sheet.numbers[id]) < own for id in together.like)
    order = found["forward.P"].formula.rows  # what is selected is seen, no entry of it is worked
    assert "[[0, 1, 0], [0, 0, 1], [1, 0, 0]]" in order[-1].right.plain.replace("\n", " ")
    assert len([row for row in order if row.left]) == 1
