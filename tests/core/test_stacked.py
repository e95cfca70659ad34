"""Arrays in pieces: what was cut comes back as blocks, rows and slices, and the sheets of it hold."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.formula.plain import to_plain
from tests.helpers.graphs import agree

CASES: list[tuple[dict[str, list[Any]], dict[str, str], str, str]] = [
    ({"a": ["3m"]},
     {"i": "tanh(a[1:m])", "g": "exp(a[m+1:2m])", "o": "exp(a[2m+1:3m])", "L": "sum(i * g * o)"},
     "a", "concat(dL/di * (1 - i^2), dL/dg * g, dL/do * o)"),
    ({"a": [5]}, {"u": "a[2:3]", "L": "sum(u * u * u)"}, "a", "concat(zeros(1), dL/du, zeros(2))"),
    ({"a": [4]}, {"u": "a[1:2]", "v": "exp(a[1:2])", "w": "a[3:4]", "L": "sum(u * v * w)"},
     "a", "concat(dL/du + dL/dv * v, dL/dw)"),
    ({"X": [3, "n"], "A": ["m", "n"]}, {"u": "A X[1]", "v": "A X[3]", "L": "sum(u * v)"},
     "X", "[A.T (dL/du), zeros(n), A.T (dL/dv)]"),
    ({"A": [2, 5], "b": [2]}, {"B": "exp(A[:,1:3])", "C": "A[:,4:5]", "L": "sum(B) * sum(C)"},
     "A", "concat(dL/dB * B, dL/dC, axis=2)"),
    ({"u": [2], "v": [3]}, {"w": "concat(u, v)", "L": "sum(w * w * w)"}, "v", "dL/dw[3:5]"),
    ({"X": [2, 2], "Y": [3, 2]}, {"Z": "concat(X, Y)", "L": "sum(Z * Z * Z)"}, "Y", "dL/dZ[3:5, :]"),
]  # fmt: skip


@pytest.mark.parametrize(("symbols", "let", "by", "expected"), CASES)
def test_pieces_are_written_as_blocks(
    symbols: dict[str, list[Any]], let: dict[str, str], by: str, expected: str
) -> None:
    solved = symdl.derive(symdl.problem(symbols=symbols, let=let, asks=[{"gradient": "L", "by": [by]}]))
    (answer,) = solved.derivation.answers
    assert to_plain(answer.formula["matrix"]) == expected
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


def test_a_row_of_a_long_array_stays_an_entry() -> None:
    solved = symdl.derive(
        symdl.problem(symbols={"X": [40, 2]}, let={"L": "sum(X[7] * X[7])"},
                      asks=[{"gradient": "L", "by": ["X"]}])
    )  # fmt: skip
    (answer,) = solved.derivation.answers
    assert answer.var is not None
    with pytest.raises(NoMatrixView):
        Speller(solved.derivation.graph).line(answer.var)


def test_overlapping_slices_are_no_blocks() -> None:
    problem = symdl.problem(given={"a": [1, 2, 3]}, let={"u": "a[1:2]", "v": "a[2:3]", "L": "sum(u * v * u)"},
                            asks=[{"gradient": "L", "by": ["a"]}])  # fmt: skip
    solved = symdl.derive(problem)
    assert agree(solved.gradient["a"].numpy, [4, 1 + 12, 4])
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


def test_parts_of_layers_are_named_once() -> None:
    """What a gate is for is said where it is first computed, and its gradient bears its name."""
    solved = symdl.derive(
        symdl.problem(
            symbols={"x": [2, "n"], "s[0]": ["m"], "k[0]": ["m"], "W": ["4m", "n"], "U": ["4m", "m"],
                     "b": ["4m"]},
            let={"s[t=1..2], k[t=1..2]": "lstm_cell(x[t], s[t-1], k[t-1], W, U, b)", "L": "sum(s[2] * s[2])"},
            asks=[{"gradient": "L", "by": ["W"]}],
        )
    )  # fmt: skip
    for language, gate in (("en", ": write gate"), ("fa", ": دروازهٔ نوشتن")):
        sheet = str(symdl.render(symdl.compose(solved, (), language=language), "md"))
        assert sheet.count(gate) == 2
    assert str(symdl.render(symdl.compose(solved, ()), "md")).count("how much of the proposal enters") == 1
