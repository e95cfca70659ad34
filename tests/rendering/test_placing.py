"""Words and formula of a step: beside each other where that is lower, above each other where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from symdl.document.blocks import (
    Block,
    Formula,
    Heading,
    Math,
    Paragraph,
    Pictures,
    Plot,
    Row,
    StepBlock,
    Table,
)
from symdl.rendering.abreast import Beside, Tables
from symdl.rendering.arranging import arranged
from symdl.rendering.layout import inline_parts, measured
from symdl.rendering.placing import GAP, MARKS, placed, words_column
from symdl.rendering.tables import table_width
from symdl.rendering.theme import Theme, theme_named

SHORT = Row(Math("z", "z"), "=", Math("W x + b = 0.35", "W x + b = 0.35"))
WIDE = Row(
    Math("z", "z"), "=", Math(r"\begin{pmatrix} " + " & ".join(["0.123456"] * 8) + r" \end{pmatrix}", "z")
)
PICTURE = Plot((), Math("x", "x"), Math("y", "y"), "a plot")


@pytest.fixture(scope="module")
def theme() -> Theme:
    return theme_named("paper")


def step(sentence: str, *rows: Row, check: str = "") -> StepBlock:
    return StepBlock(
        "s", "1", ("Affine map",), (sentence,), Formula(rows), "checked", (check,) if check else ()
    )


def test_a_short_formula_stands_beside_its_words_and_fits_there(theme: Theme) -> None:
    found = placed(step("Weights times input, plus bias.", SHORT), theme)
    room = (theme.measure - words_column(theme) - GAP - MARKS) / theme.spacing["math"]
    assert found.beside
    assert all(measured(line.math, theme).width <= room for row in found.rows for line in row.right)


def test_words_without_a_formula_have_the_whole_line(theme: Theme) -> None:
    found = placed(step("With both multipliers zero the conditions have no common solution."), theme)
    assert not found.beside and not found.rows


def test_a_wide_formula_stands_below_its_words_at_full_size(theme: Theme) -> None:
    found = placed(step("Weights times input, plus bias.", WIDE), theme)
    assert not found.beside and all(line.scale == 1 for row in found.rows for line in row.right)


def test_long_words_stand_above_a_low_formula(theme: Theme) -> None:
    assert not placed(step("Every quantity receives its upstream gradient. " * 8, SHORT), theme).beside


def test_how_a_line_was_checked_has_the_width_of_the_page(theme: Theme) -> None:
    assert not placed(step("Why.", SHORT, check="confirmed by central differences"), theme).beside


def test_only_a_step_of_many_lines_may_be_divided(theme: Theme) -> None:
    rows = [Row(Math(f"z_{{{k}}}", "z"), "=", Math(r"\frac{1}{2}", "1/2")) for k in range(14)]
    assert placed(step("Why.", *rows), theme).tall
    assert not placed(step("Why.", *rows[:3]), theme).tall


def table(columns: int, rows: int) -> Table:
    return Table((), tuple((("0.12345",),) * columns for _ in range(rows)))


def shown(blocks: Sequence[Block], theme: Theme) -> list[str]:
    return [type(block).__name__ for block in arranged(blocks, theme)]


def test_narrow_tables_stand_side_by_side_and_wide_ones_do_not(theme: Theme) -> None:
    assert shown([table(3, 5), table(3, 5)], theme) == ["Tables"]
    assert shown([table(9, 5), table(9, 5)], theme) == ["Table", "Table"]
    assert shown([table(3, 5), Paragraph(("and",)), table(3, 5)], theme) == ["Table", "Paragraph", "Table"]


def test_a_long_narrow_table_is_divided_with_every_row_in_its_order(theme: Theme) -> None:
    rows = tuple(((str(k),), ("0.1",)) for k in range(20))
    (found,) = arranged([Table((("k",), ("v",)), rows)], theme)
    assert isinstance(found, Tables) and len(found.tables) > 1
    assert tuple(row for part in found.tables for row in part.rows) == rows
    assert {part.header for part in found.tables} == {(("k",), ("v",))}
    assert shown([table(3, 4)], theme) == ["Table"]


def test_a_picture_stands_beside_what_it_belongs_to_but_not_beyond_a_heading(theme: Theme) -> None:
    words = (Heading(2, ("Given",)), Paragraph(("x",)), Paragraph(("y",)))
    heading, beside = arranged([*words, Pictures((PICTURE,), beside=5)], theme)
    assert isinstance(heading, Heading) and isinstance(beside, Beside)
    assert beside.blocks == words[1:]
    assert shown([*words, Pictures((PICTURE,))], theme)[-1] == "Pictures"
    assert shown([*words, Pictures((PICTURE,) * 3, beside=5)], theme)[-1] == "Pictures"


@pytest.mark.parametrize("columns", [2, 4, 5, 6])
@pytest.mark.parametrize("rows", [3, 9, 40])
def test_a_picture_stands_beside_tables_that_leave_it_room(theme: Theme, columns: int, rows: int) -> None:
    """A long table is divided only where no picture follows that has room beside the whole."""
    found = arranged([table(columns, rows), Pictures((PICTURE,), beside=1)], theme)
    for each in found:
        if isinstance(each, Beside):
            (before,) = each.blocks
            tables, scale = (before.tables, before.scale) if isinstance(before, Tables) else ((before,), 1.0)
            widths = sum(table_width(part, theme) for part in tables if isinstance(part, Table))
            assert scale * widths + each.width < theme.measure
    assert any(isinstance(each, Beside) for each in found) == (columns < 6)


def test_pictures_with_no_word_between_them_share_their_rows(theme: Theme) -> None:
    (found,) = arranged([Pictures((PICTURE,)), Pictures((PICTURE,))], theme)
    assert isinstance(found, Pictures) and len(found.parts) == 2
    assert shown([Pictures((PICTURE,), ("a caption",)), Pictures((PICTURE,))], theme) == ["Pictures"] * 2


def test_few_words_leave_a_long_formula_the_room_they_do_not_need(theme: Theme) -> None:
    """A line of its own for one word above a formula is a line too many."""
    long = Row(Math("z", "z"), "=", Math(" + ".join(["0.123456"] * 6), "z"))
    found = placed(replace(step("", long), title=("Sum",)), theme)
    assert found.beside and found.column < words_column(theme)
    assert len(found.rows) == 1 and len(found.rows[0].right) == 1


def test_many_words_stand_in_a_wide_column_beside_a_narrow_formula(theme: Theme) -> None:
    high = Row(Math("z", "z"), "=", Math(r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", "z"))
    many = placed(step("Every quantity receives its upstream gradient. " * 3, high), theme)
    few = placed(step("Every quantity receives it.", high), theme)
    assert many.beside and many.column > 2 * words_column(theme)
    assert few.beside and few.column <= words_column(theme)


def test_a_formula_gets_no_more_lines_for_words_in_a_wide_column(theme: Theme) -> None:
    sum_of_terms = Math(" + ".join(["0.1234 \\, x"] * 5), "x")
    row = Row(Math("z", "z"), "=", sum_of_terms)
    found = placed(step("Every quantity receives its upstream gradient. " * 3, row), theme)
    assert sum(len(one.right) for one in found.rows) == 1


def test_a_formula_is_not_broken_inside_brackets_for_words_beside_it(theme: Theme) -> None:
    inner = " - ".join(["0.1234"] * 5)
    row = Row(Math("z", "z"), "=", Math(rf"\left({inner}\right)^{{2}}", "z"))
    found = placed(step("Weights times input, plus bias, for every single unit.", row), theme)
    assert not any(r"\big" in line.math.tex for one in found.rows for line in one.right)


def test_tables_that_do_not_share_a_row_are_spread_evenly(theme: Theme) -> None:
    def table(width: int) -> Table:
        return Table((("n",), ("value",)), ((("x" * width,), ("1",)),) * 3)

    tables: list[Block] = [table(24), table(24), table(26), table(24)]
    rows = [row for row in arranged(tables, theme) if isinstance(row, Tables)]
    assert [len(row.tables) for row in rows] == [2, 2]
    assert [one for row in rows for one in row.tables] == tables


def test_words_with_a_formula_wider_than_their_column_stand_above(theme: Theme) -> None:
    """The column would grow by it and push the formula beside it off the page."""
    inside = Math(" + ".join(["x_{1}"] * 15), "x")
    said = replace(step("", SHORT), sentence=("The upstream gradient is ", inside, "."))
    wide = measured(inside, theme, display=False).width
    found = placed(said, theme)
    assert wide > words_column(theme) and (not found.beside or found.column >= wide)


def test_a_formula_in_running_text_is_broken_where_a_line_is_too_short(theme: Theme) -> None:
    long = Math(" + ".join(["x_{1}"] * 40), "sum")
    parts = inline_parts(long, theme, theme.measure)
    shown = [part for part in parts if isinstance(part, Math)]
    assert len(shown) > 1 and shown[0].plain == "sum"
    assert all(measured(part, theme, display=False).width <= theme.measure for part in shown)
    assert inline_parts(Math("x", "x"), theme, theme.measure) == [Math("x", "x")]


def test_a_graph_that_has_another_drawing_takes_no_other_pictures_in(theme: Theme) -> None:
    small, graph = Pictures((PICTURE,), beside=5), Pictures((PICTURE, PICTURE), instead=(PICTURE,))
    assert arranged([small, graph], theme) == [small, graph]
