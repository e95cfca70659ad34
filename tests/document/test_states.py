"""All states of some units stand in one table, with the energy, the weight and the probability of each."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Block, Math, StepBlock, Table

GIVEN: dict[str, Any] = {
    "v": [1, 0, 1], "W": [[0.5, -0.3], [0.2, 0.4], [-0.7, 0.1]], "a": [0.1, -0.2, 0.3], "b": [0, 0.3],
}  # fmt: skip


def blocks(let: dict[str, str], given: dict[str, Any], **more: Any) -> list[Block]:
    asks = [{"gradient": "J", "by": ["a"]}]
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=asks))
    return list(symdl.compose(solved, solved.checks, **more).blocks)


def tables(found: list[Block]) -> list[Table]:
    return [block for block in found if isinstance(block, Table)]


def plain(cell: Any) -> str:
    return "".join(span.plain if isinstance(span, Math) else span for span in cell)


@pytest.mark.parametrize(("language", "words"), [("en", "probability"), ("fa", "احتمال")])
def test_a_row_has_the_energy_the_weight_and_the_probability_of_a_state(language: str, words: str) -> None:
    """Against an enumeration of visible and hidden states together."""
    found = blocks({"J": "rbm_likelihood(v, W, a, b)"}, GIVEN, language=language)
    (table,) = tables(found)
    assert words in plain(table.header[-1]) and len(table.rows) == 8
    a, b, W = (np.array(GIVEN[key]) for key in "abW")
    joint = np.array([
        sum(np.exp(a @ np.array(v) + b @ np.array(h) + np.array(v) @ W @ np.array(h))
            for h in product((0, 1), repeat=2))
        for v in product((0, 1), repeat=3)
    ])  # fmt: skip
    for row, state, weight in zip(table.rows, product((0, 1), repeat=3), joint, strict=True):
        assert plain(row[0]).replace("ᵀ", "") == str([*state])
        numbers = [float(plain(cell)) for cell in row[-3:]]
        assert numbers == pytest.approx([-np.log(weight), weight, weight / joint.sum()], rel=2e-3)
    assert f"{joint.sum():.2f}" in plain(table.caption)


def test_lines_leave_the_table_their_numbers() -> None:
    lines = {b.id: b for b in blocks({"J": "rbm_likelihood(v, W, a, b)"}, GIVEN) if isinstance(b, StepBlock)}
    assert [row.right.plain for row in lines["forward.U"].formula.rows] == ["states(3)"]
    assert not any("0.3" in row.right.plain for row in lines["forward.Z"].formula.rows)
    assert any("0.3" in row.right.plain for row in lines["forward.F"].formula.rows)


def test_what_a_problem_names_of_states_has_a_column() -> None:
    let = {"S": "states(2)", "E": "-S a", "w": "exp(-E)", "Z": "sum(w)", "p": "w / Z", "J": "log(Z)"}
    (table,) = tables(blocks(let, {"a": [1, -0.5]}))
    assert [plain(cell) for cell in table.header] == ["state S", "E", "w", "p"]
    assert [plain(row[1]) for row in table.rows] == ["0", "0.5", "-1", "-0.5"]


@pytest.mark.parametrize("let", [
    {"J": "sum(a^2)"},
    {"U": "states(6)", "g": "U a", "J": "logsumexp(g)"},
])  # fmt: skip
def test_no_table_without_states_nor_with_too_many(let: dict[str, str]) -> None:
    assert not tables(blocks(let, {"a": [1, -0.5, 0.2, 0.1, 0, 0.3]}))
