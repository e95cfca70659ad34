"""Cases inside cases, printed as one list of ranges."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.formula.ranges import Range, ranges
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tex import to_tex
from symdl.formula.tree import Apply, Compare, Name, Negate, Node, Number, Relation

SCOPE = Scope(frozenset(("z", "s")), frozenset(("where",)))
BOUNDS = st.integers(-3, 3)
RELATIONS: list[Relation] = ["<", "<=", ">", ">="]


def bound(value: int) -> Node:
    return Number(Fraction(value)) if value >= 0 else Negate(Number(Fraction(-value)))


@st.composite
def nested(draw: st.DrawFn, depth: int = 3) -> Node:
    if depth == 0 or draw(st.booleans()):
        return Number(Fraction(draw(st.integers(0, 9))))
    condition = Compare(draw(st.sampled_from(RELATIONS)), Name("z"), bound(draw(BOUNDS)))
    return Apply("where", (condition, draw(nested(depth - 1)), draw(nested(depth - 1))))


def value_at(node: Node, z: Fraction) -> Node:
    while isinstance(node, Apply):
        condition, yes, no = node.args
        assert isinstance(condition, Compare)
        node = yes if holds(condition.relation, z, number(condition.right)) else no
    return node


def number(node: Node) -> Fraction:
    if isinstance(node, Negate):
        return -number(node.arg)
    assert isinstance(node, Number)
    return node.value


def holds(relation: Relation, left: Fraction, right: Fraction) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[relation]


def inside(part: Range, z: Fraction) -> bool:
    low = part.low is None or holds(">=" if part.closed[0] else ">", z, number(part.low))
    return low and (part.high is None or holds("<=" if part.closed[1] else "<", z, number(part.high)))


@given(nested().filter(lambda node: isinstance(node, Apply)))
def test_ranges_say_what_the_nested_cases_say_each_number_in_just_one(node: Node) -> None:
    found = ranges(node)
    for half in range(-9, 10):
        z = Fraction(half, 2)
        assert [value for value, part in found if inside(part, z)] == [value_at(node, z)]


def test_a_sign_with_a_tie_is_three_rows() -> None:
    tex = to_tex(read_formula("where(z > 0, 1, where(z < 0, -1, s))", SCOPE))
    assert tex == r"\begin{cases} 1 & z > 0 \\ -1 & z < 0 \\ s & z = 0 \end{cases}"


def test_a_piece_between_two_kinks_is_one_row() -> None:
    tex = to_tex(read_formula("where(z < 0, 0, where(z < 1, z, 1))", SCOPE))
    assert tex == r"\begin{cases} 0 & z < 0 \\ z & 0 \le z < 1 \\ 1 & z \ge 1 \end{cases}"


@pytest.mark.parametrize(
    "text", ["where(z > 0, 1, where(s < 0, 2, 3))", "where(z > s, 1, where(z < s, 2, 3))"]
)
def test_cases_of_different_quantities_stay_as_they_are(text: str) -> None:
    assert ranges(read_formula(text, SCOPE)) == []
    assert to_tex(read_formula(text, SCOPE)).count("cases") == 4
