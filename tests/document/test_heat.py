"""Which matrices a sheet draws, with which names; what cannot be drawn is refused where it is written."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.blocks import Document, Heat, Pictures
from symdl.errors import ProblemError

GIVEN: dict[str, Any] = {"S": [[2, 0, 1], [0, 1, 0]], "V": [[1], [2], [3]]}
LET = {"A": "softmax(S)", "o": "A V", "L": "sum(o^2)"}
ASKS = [{"gradient": "L", "by": ["V"]}]


def drawn(document: Document) -> list[Heat]:
    blocks = [block for block in document.blocks if isinstance(block, Pictures)]
    return [part for block in blocks for part in block.parts if isinstance(part, Heat)]


def sheet(language: str = "en", **tables: Any) -> Document:
    problem = symdl.problem(given=GIVEN, let=LET, asks=ASKS, **tables)
    return symdl.compose(symdl.derive(problem), (), language=language)


def test_the_weights_of_attention_are_drawn() -> None:
    (heat,) = drawn(sheet())
    assert [round(sum(row), 9) for row in heat.values] == [1, 1]
    assert [[cell.plain for cell in row] for row in heat.cells][1] == ["0.212", "0.576", "0.212"]
    assert "Row 1 is largest in column 1, with 0.665." in heat.alt


def test_a_softmax_of_classes_is_no_attention() -> None:
    let = {"P": "softmax(S)", "L": "sum(P^2)"}
    problem = symdl.problem(given=GIVEN, let=let, asks=[{"gradient": "L", "by": ["S"]}])
    assert not drawn(symdl.compose(symdl.derive(problem), ()))


def test_names_of_rows_and_columns_come_in_the_language_of_the_page() -> None:
    table = {"heat": {"A": {"rows": ["query", {"en": "cat", "fa": "گربه"}]}, "S": {}}}
    first, second = drawn(sheet("fa", sheet=table))
    assert [row.plain.strip("\u200e") for row in first.rows] == ["query", "گربه"]
    assert [column.plain for column in first.columns] == ["1", "2", "3"] == [c.plain for c in second.columns]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"B": {}}, "heat_unknown"),
        ({"L": {}}, "heat_shape"),
        ({"A": {"rows": ["one"]}}, "heat_rows"),
        ({"A": {"columns": ["one", "two"]}}, "heat_columns"),
    ],
)
def test_what_cannot_be_drawn_is_refused(table: Any, key: str) -> None:
    with pytest.raises(ProblemError) as caught:
        symdl.problem(given=GIVEN, let=LET, asks=ASKS, sheet={"heat": table})
    assert caught.value.key == f"problem.{key}"


def test_what_a_mask_hides_is_nothing_in_the_picture() -> None:
    """Weights behind a mask of -30 are 1e-13, and no color."""
    given = {"S": [[1, 2], [0.5, 1]], "M": [[0, -30], [0, 0]]}
    solved = symdl.derive(
        symdl.problem(
            given=given, let={"A": "softmax(S + M)"}, asks=[{"value": "A"}], sheet={"heat": {"A": {}}}
        )
    )
    (picture,) = drawn(solved.compose())
    assert picture.values[0][1] == 0 and picture.cells[0][1].plain == "0"
