"""Separating two classes by a threshold neuron, and the rows of a table that vectors are most like."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdl
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain
from symdl.problems.confirming.findings import finding_checks

CUBE = list(itertools.product((0, 1), repeat=3))


def separated(inputs: Any, targets: Any, **ask: Any) -> Any:
    given = {"X": [list(row) for row in inputs], "t": list(targets)}
    return symdl.derive(symdl.problem(given=given, asks=[{"separate": "t", "by": "X", **ask}]))


def possible(inputs: Any, targets: Any) -> bool:
    """Whether SciPy finds weights, with a margin of one on the side that must be negative."""
    from scipy.optimize import linprog

    rows = [[*((-1 if t else 1) * np.array([*x, 1.0]))] for x, t in zip(inputs, targets, strict=True)]
    bounds = [0.0 if t else -1.0 for t in targets]
    found = linprog(np.zeros(len(rows[0])), A_ub=rows, b_ub=bounds, bounds=[(None, None)] * len(rows[0]))
    return bool(found.status == 0)


@pytest.mark.peers
@settings(max_examples=30)
@given(targets=st.lists(st.integers(0, 1), min_size=8, max_size=8))
def test_every_truth_table_of_three_inputs(targets: list[int]) -> None:
    found = separated(CUBE, targets)
    (answer,) = found.derivation.answers
    assert answer.note.key == ("note.separable" if possible(CUBE, targets) else "note.inseparable")
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    if answer.note.key == "note.separable" and answer.table:
        last = answer.table[-1]
        fires = np.array(CUBE) @ last["weights"] + last["bias"] >= 0
        assert np.array_equal(fires, np.array(targets) == 1)


def test_the_trace_is_the_rule() -> None:
    inputs, targets = [[0.5, -1], [2, 1], [-1, 0.25]], [1, 0, 1]
    w, b, rate, seen = np.zeros(2), 0.0, 0.5, []
    while True:
        wrong = False
        for x, t in zip(np.array(inputs), targets, strict=True):
            error = t - float(w @ x + b >= 0)
            if error:
                wrong, w, b = True, w + rate * error * x, b + rate * error
                seen.append((*w, b))
        if not wrong:
            break
    (answer,) = separated(inputs, targets, learning_rate="1/2").derivation.answers
    assert [(*row["weights"], row["bias"]) for row in answer.table] == [pytest.approx(row) for row in seen]


def test_exclusive_or_is_refuted_by_its_four_conditions() -> None:
    found = separated([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    checks = symdl.verify(found)
    page = str(symdl.render(symdl.compose(found, checks), "txt"))
    assert "w₁ + w₂ + 2b ≥ 0" in page and "w₁ + w₂ + 2b < 0" in page
    assert page.count("Condition of example") == 4
    assert json.loads(found.to_json())["answers"][0]["note"].startswith("The rule goes on forever")
    assert "هیچ خطی" in str(symdl.render(symdl.compose(found, checks, language="fa"), "txt"))


@pytest.mark.parametrize(
    ("tables", "word"),
    [
        ({"given": {"X": [[0], [1]], "t": [0, 2]}}, "zeros and ones"),
        ({"given": {"X": [[0], [1]], "t": [0, 1, 1]}}, "example in each row"),
        ({"given": {"X": [1, 2], "t": [0, 1]}}, "example in each row"),
        ({"given": {"X": [[0] * 7, [1] * 7], "t": [0, 1]}}, "at most 6"),
    ],
)
def test_bad_classes_are_told(tables: Any, word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        symdl.derive(symdl.problem(asks=[{"separate": "t", "by": "X"}], **tables))


# Neighbors

WORDS = ["king", "queen", "man", "woman", "apple"]
TABLE = [[0.9, 0.1, 0.8], [0.9, 0.1, -0.6], [0.1, 0.2, 0.9], [0.1, 0.1, -0.7], [-0.5, 0.9, 0.1]]


def neighbors(of: str = "x", **ask: Any) -> Any:
    asks = [{"nearest": of, "by": "E", "labels": WORDS, **ask}]
    let = {"x": "E[1,:] - E[3,:] + E[4,:]"}
    return symdl.derive(symdl.problem(given={"E": TABLE}, let=let, asks=asks))


def test_king_less_man_plus_woman_is_queen() -> None:
    found = neighbors(without=["king", "man", "woman"])
    (answer,) = found.derivation.answers
    assert [row["nearest"] for row in answer.table] == ["queen", "apple"]
    u, v = np.array([0.9, 0, -0.8]), np.array(TABLE[1])
    assert answer.table[0]["value"] == pytest.approx(u @ v / np.sqrt((u @ u) * (v @ v)))
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_each_row_has_its_neighbor() -> None:
    found = neighbors(of="E", measure="euclidean", count=1)
    (answer,) = found.derivation.answers
    apart = np.linalg.norm(np.array(TABLE)[:, None] - np.array(TABLE)[None], axis=2) + 9 * np.eye(5)
    assert [row["nearest"] for row in answer.table] == [WORDS[k] for k in apart.argmin(axis=1)]
    assert [row["value"] for row in answer.table] == pytest.approx(apart.min(axis=1))
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    assert "king" in str(symdl.render(symdl.compose(found, symdl.verify(found)), "txt"))


def test_a_row_is_not_its_own_neighbor() -> None:
    found = neighbors(of="E[2,:]")
    (answer,) = found.derivation.answers
    whole = [row for row in neighbors(of="E").derivation.answers[0].table if row["of"] == "queen"]
    assert [dict(row) for row in answer.table] == [dict(row) for row in whole]
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_a_measure_is_told_once_and_each_table_says_to_what() -> None:
    ask = {"by": "E", "labels": WORDS}
    both = symdl.problem(
        given={"E": TABLE}, let={"x": "E[1,:] + E[2,:]"},
        asks=[{"nearest": "x", **ask}, {"nearest": "E[3,:]", **ask}],
    )  # fmt: skip
    found = symdl.derive(both)
    sheet = str(symdl.render(symdl.compose(found, symdl.verify(found)), "txt"))
    assert sheet.count("Cosine\n") + sheet.count("Cosine ") == 1
    assert "Rows nearest to x" in sheet and "Rows nearest to E[3,:]" in sheet


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        ({"nearest": "E[6,:]"}, "no row of `E`, which has 5"), ({"nearest": "E[0,:]"}, "no row"),
        ({"labels": ["a", "b"]}, "2 labels for 5"), ({"without": ["quen"]}, "queen"),
        ({"measure": "cosinus"}, "cosine"), ({"nearest": "E[1,1]"}, "E"),
    ],
)  # fmt: skip
def test_bad_neighbors_are_told(ask: dict[str, Any], word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        neighbors(**ask)


def test_a_zero_vector_has_no_direction() -> None:
    with pytest.raises(ProblemError, match="no direction"):
        symdl.derive(symdl.problem(given={"E": [[0, 0], [1, 1]], "x": [1, 2]}, let={"y": "2 x"},
                                   asks=[{"nearest": "y", "by": "E"}]))  # fmt: skip


def test_the_rule_is_worked_once_where_weights_have_moved_before() -> None:
    found = symdl.derive(
        symdl.problem(
            given={"X": [[0, 0], [0, 1], [1, 0], [1, 1]], "t": [1, 1, 1, 0], "s": [0, 0, 0, 1]},
            asks=[{"separate": "t", "by": "X", "learning_rate": 0.5}, {"separate": "s", "by": "X"}],
        )
    )
    shown = [
        step for step in found.steps if step.because.key in ("rule.separate_weights", "rule.separate_bias")
    ]
    assert [step.because.facts["count"] for step in shown] == [3, 3]
    row = found.derivation.answers[0].table[2]
    assert [to_plain(step.lines[-1][1]) for step in shown] == ["[-1/2, 0].T", "1/2"]
    assert (row["weights"], row["bias"]) == ([-0.5, 0.0], 0.5)
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_a_planted_correction_is_found() -> None:
    found = separated([[0, 0], [0, 1], [1, 0], [1, 1]], [1, 1, 1, 0])
    (step,) = (step for step in found.steps if step.because.key == "rule.separate_weights")
    done = step.because.facts["done"]
    wrong = replace(done.corrections[2], bias=done.corrections[2].bias + 1)
    planted = replace(done, corrections=(*done.corrections[:2], wrong, *done.corrections[3:]))
    because = replace(step.because, facts={**step.because.facts, "done": planted})
    derivation = replace(found.derivation, steps=(replace(step, because=because),))
    (check,) = finding_checks(found.problem, derivation, 1)
    assert check.outcome == "fails"


def test_nothing_is_worked_where_nothing_is_corrected() -> None:
    found = separated([[0, 0], [0, 1]], [1, 1])
    assert not any(step.because.key == "rule.separate_weights" for step in found.steps)
