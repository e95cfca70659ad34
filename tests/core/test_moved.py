"""This module tests how moved entries are written: windows as rows, rows laid back, other shapes."""

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
            {"P": "max_pool(X, 2)", "L": "sum(P * P)"}, [MATRIX],
            "fold(diag(flatten(dL/dP)) argmax(patches(X, 2, stride=2)), 2, 1, 4, 4, stride=2)",
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
        assert "in place of minus infinity" in told
        assert "Entries outside an array count as 0" not in told


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
