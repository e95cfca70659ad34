from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.rendering.breaking import PRODUCTS, TERMS, lines, segments


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("a+b-c", ["a", "+b", "-c"]),
        ("-a + b", ["-a ", "+ b"]),
        ("a \\cdot -b", ["a \\cdot -b"]),
        ("x_+ + x^-", ["x_+ ", "+ x^-"]),
        (r"\frac{a+b}{c} + 1", [r"\frac{a+b}{c} ", "+ 1"]),
        (r"\left(a + b\right) + c", [r"\left(a + b\right) ", "+ c"]),
        (
            r"\begin{cases} a + b & c \\ -d \end{cases} - e",
            [r"\begin{cases} a + b & c \\ -d \end{cases} ", "- e"],
        ),
        (r"|x - y| + \|u + v\|", ["|x - y| ", r"+ \|u + v\|"]),
        (r"f(a + b) = [c + d)", ["f(a + b) ", "= [c + d)"]),
        (r"\left. a \right|_{x = 3} + \leftarrow b", [r"\left. a \right|_{x = 3} ", r"+ \leftarrow b"]),
        (r"\text{a + b} + c", [r"\text{a + b} ", "+ c"]),
        ("a, -b", ["a, -b"]),
    ],
)
def test_breaks_before_operators_between_operands(tex, expected):
    assert segments(tex) == expected


def test_breaks_inside_brackets_where_it_must_outermost_first():
    assert segments("f(a + g(b + c)) + d", TERMS, 1) == ["f(a ", "+ g(b + c)) ", "+ d"]
    assert lines("((y-t)*1(o(1-o))*w + (z-t)*1*(p(1-p)))*x", 24, len, "") == [
        "((y-t)*1(o(1-o))*w",
        "+ (z-t)*1*(p(1-p)))*x",
    ]


def test_growing_brackets_become_large_ones():
    assert lines(r"\left( aaaaaaaaaa + bbbbbbbbbb \right) c", 24, len, "") == [
        r"\bigl( aaaaaaaaaa",
        r"+ bbbbbbbbbb \bigr) c",
    ]


def test_a_term_does_not_join_the_end_of_a_broken_one():
    assert lines("aaaa * bbbb * cccc + dd * ee", 12, len, "") == ["aaaa * bbbb", "* cccc", "+ dd * ee"]


def test_what_fits_is_not_touched():
    assert lines(r"\left( a + b \right)", 30, len) == [r"\left( a + b \right)"]
    assert lines("", 3, len) == [""]


terms = st.recursive(
    st.sampled_from(["x", "w_{11}", r"\delta", "0.5", r"\frac{a + b}{c}"]),
    lambda inner: st.builds(
        lambda a, sign, b, wrap: wrap.replace("#", f"{a} {sign} {b}"),
        inner,
        st.sampled_from(["+", "-", r"\cdot", "="]),
        inner,
        st.sampled_from(["#", "(#)", r"\left(#\right)", r"\sqrt{#}", "f(#)"]),
    ),
    max_leaves=12,
)


@given(terms, st.integers(5, 60))
def test_lines_put_together_are_the_formula(tex, room):
    joined = "".join(lines(tex, room, len, ""))
    same = re.sub(r"\\bigg?([lr])", lambda m: {"l": r"\left", "r": r"\right"}[m[1]], joined)
    assert same.replace(" ", "") == tex.replace(" ", "")


@given(terms)
def test_segments_of_any_depth_are_the_formula(tex):
    for depth in range(3):
        assert "".join(segments(tex, TERMS | PRODUCTS, depth)) == tex


def test_a_short_bracket_is_not_opened_for_a_break() -> None:
    tex = r"(1 + a)\left(2b + c + d + e + f + g + h + i + j + k\right)"
    broken = lines(tex, 34, len)
    assert len(broken) > 1 and all("1 + a" in line for line in broken[:1])
