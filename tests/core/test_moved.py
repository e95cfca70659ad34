"""This module tests how moved entries are written: windows as rows, rows laid back, other shapes."""

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.core.spelling import Speller
from symdl.formula.plain import to_plain

MATRIX = [[1, 2, 0, 4], [-3, 1, 3, 5], [2, -1, 7, 9], [8, 6, -2, -5]]


@pytest.mark.parametrize(
    ("let", "given", "expected"),
    [
        ({"R": "patches(X, 2, stride=2)", "L": "sum(R * R)"}, MATRIX, "fold(dL/dR, 2, 4, 4, stride=2)"),
        ({"R": "patches(X, 2, pad=1)", "L": "sum(R * R)"}, MATRIX, "fold(dL/dR, 2, 4, 4, pad=1)"),
        ({"R": "patches(X, 2)", "L": "sum(R * R)"}, [MATRIX], "fold(dL/dR, 2, 1, 4, 4)"),
        (
            {"P": "2 max_pool(X, 2)", "L": "sum(P * P)"}, [MATRIX],
            "fold(diag(flatten(2 (dL/dP))) argmax(patches(X, 2, stride=2)), 2, 1, 4, 4, stride=2)",
        ),
        ({"v": "flatten(X)", "L": "v^T v"}, MATRIX, "reshape(dL/dv, 4, 4)"),
        ({"A": "reshape(X, 2, 8)", "L": "sum(A * A)"}, MATRIX, "reshape(dL/dA, 4, 4)"),
    ],
)  # fmt: skip
def test_what_entries_send_back_is_one_call(let: dict[str, str], given: list[object], expected: str) -> None:
    problem = symdl.problem(given={"X": given}, let=let, asks=[{"gradient": "L", "by": ["X"]}])
    solved = symdl.derive(problem)
    (step,) = (step for step in solved.steps if step.id == "backward.L.X")
    assert to_plain(Speller(step.graph).line(step.claim.out)) == expected
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


def test_a_pooled_matrix_has_its_windows_named_however_it_is_called() -> None:
    asks = [{"gradient": "L", "by": ["X"]}]
    for call in ("max_pool(X, 3, stride=1, pad=1)", "max_pooling(X, width=3, stride=1, pad=1)"):
        solved = symdl.derive(symdl.problem(given={"X": MATRIX}, let={"P": call, "L": "sum(P)"}, asks=asks))
        assert [str(var.name) for var in solved.problem.graph.variables() if var.name is not None][1:5] == [
            "R",
            "M",
            "p",
            "P",
        ]
        sheet = str(symdl.render(symdl.compose(solved, symdl.verify(solved)), "txt"))
        told = " ".join(sheet.replace("│", " ").split())
        assert "chosen among the entries that lie inside" in told
        assert "Entries outside an array count as 0" in told


@pytest.mark.parametrize(
    ("given", "call"),
    [
        ([1, 3, 2, 5, 4], "max_pooling(X, 2, stride=1)"), ([1, 3, 2, 5, 4], "max_pool(X, 2, stride=1)"),
        ([MATRIX], "max_pooling(X, 2)"), (MATRIX, "max_pooling(X, 2)"),
    ],
)  # fmt: skip
def test_vectors_and_channels_have_their_windows_named_too(given: list[Any], call: str) -> None:
    """By either name; the width may stand in brackets without its name."""
    asks = [{"gradient": "L", "by": ["X"]}]
    solved = symdl.derive(symdl.problem(given={"X": given}, let={"P": call, "L": "sum(P * P)"}, asks=asks))
    assert {"R", "M"} <= set(map(str, solved.problem.graph.by_name))
    inside = symdl.derive(symdl.problem(given={"X": given}, let={"L": f"sum(square({call}))"}, asks=asks))
    assert np.array_equal(solved.gradient["X"], inside.gradient["X"])


@pytest.mark.parametrize("call", ["max_pool(X, 2, ceil_mode=1)", "avg_pool(X, 2, ceil_mode=1)"])
@pytest.mark.parametrize("given", [[1.5, 3, 2, 5, 4], [[1, 3, 2], [5, 4, 7], [0.5, 9, 8]]])
def test_windows_that_end_beyond_the_edge_are_printed_and_checked(given: list[Any], call: str) -> None:
    let = {"P": call, "L": "sum(P * P)"}
    solved = symdl.derive(symdl.problem(given={"X": given}, let=let, asks=[{"gradient": "L", "by": ["X"]}]))
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}
    for view in ("matrix", "index", "scalar"):
        symdl.compose(solved, symdl.verify(solved), view=view)
    (step,) = (step for step in solved.steps if step.id == "backward.L.X")
    assert "ceil_mode=1" in to_plain(Speller(step.graph).line(step.claim.out))


def test_no_entry_is_less_than_what_stands_beyond_the_edge() -> None:
    given = {"X": [[-3e15, -1e15], [-2e15, -4e15]]}
    let = {"P": "max_pool(X, 2, stride=1, pad=1)", "L": "sum(P)"}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["X"]}]))
    assert np.max(np.asarray(solved.values["P"], dtype=float)) == -1e15
    assert np.array_equal(np.asarray(solved.gradient["X"], dtype=float), [[1, 4], [3, 1]])
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


def test_a_border_wider_than_half_a_window_is_refused() -> None:
    with pytest.raises(symdl.SymdlError, match="at most half as wide"):
        symdl.problem(given={"X": MATRIX}, let={"P": "max_pool(X, 2, pad=2)"})


def test_a_part_of_a_line_that_moves_entries_is_not_taken_for_the_line() -> None:
    let = {"s": "softmax(W flatten(P))", "L": "cross_entropy(s, t)"}
    given = {"P": [[0.5, 1], [2, -1]], "W": [[1, 0, 2, 1], [0, 1, -1, 3]], "t": [1, 0]}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["P"]}]))
    (step,) = (step for step in solved.steps if step.id == "backward.L.P")
    assert step.because.key == "rule.through_rearranging_inside"
    assert solved.derivation.answers[0].composed is None
