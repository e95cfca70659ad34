from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from symdl.document.blocks import Formula, Math, Row, StepBlock
from symdl.rendering.formula_images import row_views
from symdl.rendering.layout import Line, measured, set_rows
from symdl.rendering.placing import placed
from symdl.rendering.stacking import LEGIBLE
from symdl.rendering.theme import theme_named

LINE = 40.0
TERM = r"w_{11} \operatorname{ReLU}'(z_{1})"
LONG = " + ".join([TERM] * 8)
MATRIX = r"\begin{bmatrix} " + " & ".join(["0.123456789"] * 12) + r" \end{bmatrix}"
WIDE_LEFT = r"\frac{\partial L}{\partial x}" * 12


def formula(*rows):
    return Formula(
        tuple(Row(Math(left, left) if left else None, sign, Math(right, right)) for left, sign, right in rows)
    )


def views(row, theme) -> list[Any]:
    return list(row_views(row, [], theme))


def width(row, line, theme):
    before = measured(row.before, theme).width if row.before and row.before.tex else 0
    return before + measured(line.math, theme).width * line.scale


@pytest.mark.parametrize(
    "right", ["x", LONG, MATRIX, f"{MATRIX} + {LONG}", rf"\left({LONG}\right) \cdot 2", f"f({LONG})"]
)
@pytest.mark.parametrize("left", ["L", "", WIDE_LEFT, MATRIX])
def test_no_row_is_wider_than_the_line(left, right, paper):
    for row in set_rows(formula((left, "=", right), ("y", "=", "1")), paper, LINE):
        assert all(width(row, line, paper) <= LINE + 1e-6 for line in row.right)
        assert row.head is None or measured(row.head.math, paper).width * row.head.scale <= LINE + 1e-6


def test_short_rows_stay_as_they_are(paper):
    (row,) = set_rows(formula(("z", "≈", "W x + b")), paper, LINE)
    assert row.head is None
    assert row.before == Math(r"z{}\approx{}", "z ≈")
    assert [(line.math.tex, line.scale) for line in row.right] == [("W x + b", 1.0)]


def test_long_sums_break_before_their_operators_at_full_size(paper):
    (row,) = set_rows(formula(("L", "=", LONG)), paper, LINE)
    assert len(row.right) > 1
    assert all(line.scale == 1 for line in row.right)
    assert all(line.math.tex.startswith("{}+") for line in row.right[1:])


def test_the_first_line_speaks_for_all(paper):
    (row,) = set_rows(Formula((Row(None, "=", Math(LONG, "p", "spoken")),)), paper, LINE)
    assert row.right[0].math.spoken == "spoken"
    assert all(line.math.plain == "" for line in row.right[1:])


def test_what_cannot_be_broken_is_made_smaller(paper):
    (row,) = set_rows(formula(("L", "=", MATRIX)), paper, LINE)
    assert len(row.right) == 1 and row.right[0].scale < 1


def test_a_long_left_side_stands_alone(paper):
    first, second = set_rows(formula((WIDE_LEFT, "=", "1"), ("", "", "2")), paper, LINE)
    assert first.head is not None and first.left is None
    assert second.head is None


def test_links_of_a_chain_share_a_line_while_there_is_room(paper):
    rows = formula(("z", "=", "W x + b"), ("", "=", "0.35 + 0.02"), ("", "≈", LONG), ("", "=", "2"))
    first, second, third = set_rows(rows, paper, LINE)
    assert first.right[0].math.tex == "W x + b = 0.35 + 0.02"
    assert first.right[0].math.plain == "W x + b = 0.35 + 0.02"
    assert len(second.right) > 1 and third.right[0].math.tex == "2"


def test_a_remark_ends_its_row_and_only_the_number_at_the_end_comes_before_it(paper):
    first, *links = (Row(Math(name, name) if name == "z" else None, "=", Math(name, name)) for name in "za12")
    noted = replace(links[0], note=("why",))
    (row,) = set_rows(Formula((first, noted)), paper, LINE)
    assert row.note == ("why",) and row.right[0].math.plain.endswith("= a")
    (row,) = set_rows(Formula((first, noted, links[1])), paper, LINE)
    assert row.note == ("why",) and row.right[0].math.plain.endswith("= 1")
    assert [row.note for row in set_rows(Formula((first, noted, *links[1:])), paper, LINE)] == [("why",), ()]
    lettered = Formula((first, noted, replace(links[1], right=Math("b", "b"))))
    assert [row.note for row in set_rows(lettered, paper, LINE)] == [("why",), ()]
    twice = Formula((first, noted, replace(links[1], note=("how",))))
    assert [row.note for row in set_rows(twice, paper, LINE)] == [("why",), ("how",)]


def test_flowing_formulas_stand_side_by_side_and_stay_whole(paper):
    names = [f"x_{{{k}}}" for k in range(30)]
    rows = formula(*((name, "=", "0.123456") for name in names), ("", "=", "y"))
    lines = set_rows(Formula(rows.rows, flowing=True), paper, LINE)
    assert 3 <= len(lines) < 15
    assert all(width(row, line, paper) <= LINE + 1e-6 for row in lines for line in row.right)
    assert [name for row in lines for name in names if f"{name} = " in row.right[0].math.tex] == names
    assert lines[-1].right[0].math.tex.endswith("0.123456 = y")


def test_what_stands_side_by_side_is_read_one_after_the_other(paper):
    rows = (
        Row(Math("a", "a", "a equals"), "=", Math("1", "1", "1")),
        Row(Math("b", "b", "b is about"), "≈", Math("2", "2")),
    )
    (line,) = set_rows(Formula(rows, flowing=True), paper, LINE)
    assert line.right[0].math.spoken == "a equals 1; b is about 2"


def test_no_relation_and_no_left_side(paper):
    (row,) = set_rows(formula(("", "", "x")), paper, LINE)
    assert row.before is None
    (view,) = views(row, paper)
    assert view["left"] == {}


def test_pictures_of_a_row_share_their_baseline(paper):
    (row,) = set_rows(formula((r"\frac{a}{b}", "=", r"\sum_{i} x")), paper, LINE)
    (view,) = views(row, paper)
    sides = [view["left"], view["right"]]
    assert min(side["drop"] for side in sides) == 0
    baselines = {round(side["drop"] + side["height"] - side["depth"], 3) for side in sides}
    assert len(baselines) == 1


def test_an_empty_formula(paper):
    assert set_rows(Formula(()), paper, LINE) == []


def shown(line):
    """What a line says, without the setting of its lines."""
    tex = line.math.tex
    for sign in (r"\begin{aligned} &", r"\end{aligned}", r"\\ & \quad {}"):
        tex = tex.replace(sign, "")
    return re.sub(r"\\(?:left|right|[bB]igg?[lr])|\s|{}", "", tex)


@pytest.mark.parametrize("below", ["n", LONG])
@pytest.mark.parametrize(
    "tex",
    [
        rf"\frac{{{LONG}}}{{BELOW}}",
        rf"2 \left(\frac{{{LONG}}}{{BELOW}}\right)^{{2}} + x",
        rf"\frac{{\sqrt{{{LONG}}}}}{{BELOW}} - \frac{{1}}{{2}}",
        rf"\frac{{({LONG}) \cdot ({LONG})}}{{BELOW}}",
    ],
)
def test_a_long_fraction_has_lines_inside_it_and_is_read(tex, below, paper):
    given = tex.replace("BELOW", below)
    for left in ("L", WIDE_LEFT):
        (row,) = set_rows(formula((left, "=", given)), paper, LINE)
        assert all(line.scale >= LEGIBLE for line in row.right)
        said = "".join(map(shown, row.right))
        assert said == shown(Line(Math(given, "")))


def test_a_long_left_side_has_lines_too(paper):
    (row,) = set_rows(formula((rf"\lvert {LONG} + {LONG} \rvert + {LONG}", "=", "1")), paper, LINE)
    assert row.head is not None and row.head.scale >= LEGIBLE


def test_a_left_side_is_not_made_smaller_for_words_beside_it():
    paper = theme_named("paper")
    left = r"\lvert s (1 - s) w_3 h (1 - h) w_2 g (1 - g) w_1 f (1 - f) \rvert"
    step = StepBlock(
        "s", "1", ("Four layers",), ("On the way back stand four slopes, each at most a quarter. " * 2,),
        Formula((Row(Math(left, left), "≤", Math("1", "1")),)), "checked",
    )  # fmt: skip
    assert all(row.head is None or row.head.scale == 1 for row in placed(step, paper).rows)
