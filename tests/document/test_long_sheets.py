"""This module tests that a long sheet works the first of like lines with numbers and folds repeated steps."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.blocks import Document, StepBlock

GRU: dict[str, Any] = {
    "h[0]": [0.1, -0.2],
    "X": [[0.5, 1], [-0.3, 0.25], [0.8, -0.5]],
    "W": [[0.5, 0.1], [0.4, -0.3], [0.9, 0.2], [0.6, -0.5], [-0.2, 0.7], [0.3, 0.35]],
    "U": [[0.2, 0.1], [-0.3, 0.2], [0.5, -0.1], [0.1, 0.3], [0.2, 0.2], [-0.4, 0.1]],
    "b": [0.1, 0.2, 1, 1, 0, -0.1],
    "y": [0.5, -0.5],
}


@pytest.fixture(scope="module")
def solved() -> Any:
    let = {"h[t=1..3]": "gru_cell(X[t], h[t-1], W, U, b)", "L": "half_sse(h[3], y)"}
    asks = [{"gradient": "L", "by": ["W", "U", "b"]}]
    return symdl.derive(symdl.problem(given=GRU, let=let, asks=asks))


def composed(solved: Any, detail: str) -> dict[str, StepBlock]:
    document: Document = symdl.compose(solved, symdl.verify(solved), detail=detail)
    return {block.id: block for block in document.blocks if isinstance(block, StepBlock)}


def plain(block: StepBlock) -> str:
    return " ".join(row.right.plain for row in block.formula.rows)


def test_of_like_lines_the_first_is_worked(solved: Any) -> None:
    lecture, tutorial = composed(solved, "lecture"), composed(solved, "tutorial")
    first, second = "backward.L.g[3]", "backward.L.g[2]"
    assert "1 - [" in plain(lecture[first])
    assert "1 - [" not in plain(lecture[second])
    assert "1 - [" in plain(tutorial[second])  # a sheet that says everything does
    assert "0.1229" in plain(lecture[second])  # the result stays


def test_a_single_step_gives_its_values(solved: Any) -> None:
    blocks = composed(solved, "lecture")
    (fold,) = (block for block in blocks.values() if "moved to" in str(block.sentence))
    assert fold.formula.flowing
    assert len(fold.formula.rows) == 5
    assert "-0.3035" in plain(fold)


def test_formulas_stacked_with_many_numbers_are_not_repeated_with_them(solved: Any) -> None:
    line = plain(composed(solved, "lecture")["backward.L.a[3]"])
    assert line.count("concat") == 1
    assert "-0.001598" in line


@pytest.mark.parametrize(("depth", "worked"), [(4, True), (12, False)])
def test_a_deep_chain_of_scalars_is_worked_where_it_begins(depth: int, worked: bool) -> None:
    let = {f"h{k}": f"sigmoid(w{k} {f'h{k - 1}' if k > 1 else 'x'})" for k in range(1, depth + 1)}
    let |= {"L": f"(t - h{depth})^2 / 2"}
    given = {"x": 0.5, "t": 1} | {f"w{k}": 0.2 * k for k in range(1, depth + 1)}
    asks = [{"gradient": "L", "by": [f"w{k}" for k in range(1, depth + 1)]}]
    blocks = composed(symdl.derive(symdl.problem(given=given, let=let, asks=asks)), "lecture")
    assert "(1 - 0." in plain(blocks[f"backward.L.w{depth}"])  # the first one on the way back
    (last,) = (
        block for block in blocks.values()
        if any(row.left and row.left.plain == "∂L/∂h₁" for row in block.formula.rows)
    )  # fmt: skip
    assert ("(1 - 0." in plain(last)) == worked
