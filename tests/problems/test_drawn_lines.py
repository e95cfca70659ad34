"""Lines that random problems found wrong: scalars and transposes in products, blocks of one column."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.core.matrix_patterns import t
from symdl.formula.tree import Apply, Name, Node, Transpose, number, times

GIVEN: dict[str, Any] = {
    "U": [[0.5, -1.25], [2, 0.75]], "V": [[1.25], [0.5]], "X": [[0.75]], "v": [0.5, -1], "b": [1.5],
    "s": 0.25,
}  # fmt: skip
LINES = {
    "a power with a matrix above is no scalar": (
        "(2^U / (2 + square(s))) ((-1) * (V X) + b)",
        ["X", "V", "U", "s"],
    ),
    "a row of ones is no number": ("mean((U + eye(2)) (U + v), axis=1)", ["v", "U"]),
}


@pytest.mark.parametrize("case", LINES)
def test_lines_of_nested_products_hold(case: str) -> None:
    line, by = LINES[case]
    asks = [{"gradient": "L", "by": by}]
    problem = symdl.problem(given=GIVEN, let={"e": line, "L": "sum(square(e))"}, asks=asks)
    assert {check.outcome for check in symdl.verify(symdl.derive(problem))} == {"holds"}


def test_a_block_with_one_column_holds() -> None:
    line = "U ((-1) * (V X) + b)"
    asks = [{"hessian": "L", "by": ["X", "b"]}]
    problem = symdl.problem(given=GIVEN, let={"e": line, "L": "sum(square(e))"}, asks=asks)
    assert {check.outcome for check in symdl.verify(symdl.derive(problem))} == {"holds"}


ROW = Transpose(Name("x"))
ONES = Apply("ones", (number(3),))


@pytest.mark.parametrize(
    ("product", "transposed"),
    [
        (times(number(3), ROW, style="juxtaposed"), times(number(3), Name("x"), style="juxtaposed")),
        (times(ONES, ROW, style="juxtaposed"), times(Name("x"), Transpose(ONES), style="juxtaposed")),
        (times(ONES, Name("A"), style="juxtaposed"), Transpose(times(ONES, Name("A"), style="juxtaposed"))),
    ],
)
def test_a_number_stays_in_front_and_a_vector_changes_sides(product: Node, transposed: Node) -> None:
    assert t(product) == transposed
