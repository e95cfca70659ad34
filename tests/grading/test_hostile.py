"""Strings that mean harm or nonsense: none crashes, hangs, runs or is accepted, and none touches the rest."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import symdl
from symdl.grading.marker import Marker
from symdl.grading.marking import marked

MARKER_FILE = "marked-by-an-answer"
SHORT = r"""
9**9**9
((9**9)**9999)**99
10^(10^10)
1e400000000
x^100000
(x[1] + 1)^1000
factorial(10^6)
1000001!!
sum(i, i=1..10^9)
sum(sum(sum(1, i=1..999), j=1..999), k=1..999)
prod(2, i=1..100000)
exp(exp(exp(exp(exp(x[1])))))
sin(10^1000000)
floor(exp(exp(40)))
__import__('os').system('touch marked-by-an-answer')
open('marked-by-an-answer', 'w')
().__class__.__bases__[0].__subclasses__()
eval('1')
lambda: 0
{{7*7}}
{% for i in range(10**9) %}x{% endfor %}
\input{/etc/passwd}
\write18{ls}
\def\x{\x\x}\x
<script>alert(1)</script>
=cmd|' /C calc'!A0
@SUM(1)
[[1,2],[3]]
[[[[[[1]]]]]]
[]
{}
nan
-inf
1/0
0/0
x[1]/0
log(-1)
where(x[1] > 0, 1/0, 1)
max()
softmax(x)
ones(1000000)
eye(5000)
diag(ones(5000))
ones(200)^T ones(200)
zeros(10^9)
W^1000
Derivative(L, w)
diff(L, w)
integrate(x, x)
grad(L, W)
dL/dW
\nabla_W L
L
(L + 1e-9 - L)/1e-9
р - у
p; import os
p if y else z
p - y # comment
'p - y'
../../etc/passwd
W[1,1,1]
x[10^9]
x[0]
x[1:10^9]
exp(10^9) - exp(10^9)
1e308*1e308
(1 + 1e-300)^1000
1 = 2
p < y < z
"""
LONG = [
    "(" * 500 + "x" + ")" * 500, "[" * 300 + "1" + "]" * 300, "{" * 1000, "-" * 5000 + "x", "~" * 1000,
    "sin(" * 200 + "x" + ")" * 200, "x" * 100_000, "x+" * 20_000 + "x", "1" * 100_000, r"\frac" * 300,
    r"\frac{" * 300, r"\sqrt" * 500, "^" * 100, "x_" * 300, r"\left(" * 300, r"\begin{pmatrix}" * 100,
    r"\begin{cases}" * 50 + "1", "&" * 1000, r"\\" * 1000, "=" * 1000, "x=" * 200 + "x",
    ",".join("1" * 3000), "p - y\n" * 60, "|x|" * 100, "abs(" * 60 + "x[1]" + ")" * 60, "\x00", "p - y\x00",
    "x^{" * 50 + "x" + "}" * 50, "W^{" * 300, r"[\begin{matrix}" * 60, "p" + " " * 100_000 + "+ y",
    "f'" * 900, "einsum('ij,i->j'," * 60 + "W,p" + ")" * 60, r"{x \over " * 55 + "x" + "}" * 55,
    r"\log_{" * 60, "∑[i=1..3]" * 200, "x -= " * 300 + "x",
    "sum(" * 40 + "x for k in range(3)" + ")" * 40,
    "p\u202e - y", "\u202ep - y", "", "   ", "\n\n\n", "\ud800", "💥",
]  # fmt: skip
STRINGS = [*filter(None, SHORT.splitlines()), *LONG]


@pytest.fixture(scope="module")
def marker() -> Marker:
    problem = symdl.problem(
        given={"x": [0.5, -1.2], "W": [[0.2, -0.4], [0.7, 0.1], [-0.3, 0.6]], "y": [0, 1, 0]},
        let={"z": "W x", "p": "softmax(z)", "L": "-sum(y*log(p))"},
        asks=[{"gradient": "L", "by": ["W", "x"]}, {"update": "adam", "of": "L", "by": ["W"]}],
    )
    return Marker(problem)


@pytest.mark.parametrize("question", ["gradient.L.W", "gradient.L.x", "update.W", "value.z", "adjoint.L.z"])
def test_nothing_crashes_and_nothing_is_accepted(
    question: str, marker: Marker, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in STRINGS:
        row = marked(marker, {question: text}).rows[0]
        assert row.status in ("wrong", "unreadable", "undecided"), text[:60]
        assert row.feedback and row.spoken("fa") and row.score == 0
    assert not list(tmp_path.iterdir())


def test_comparing_refuses_or_decides() -> None:
    for text in STRINGS:
        found = symdl.compare(text, "2 x + 1", symbols={"x": []})
        assert found.outcome in ("different", "unreadable", "undecided"), text[:60]


GOOD = [
    ("gradient.L.W", "(p - y) x^T"), ("gradient.L.W", "(y - p) x^T"), ("gradient.L.x", "W^T (p - y)"),
    ("gradient.L.x", "W^T p"), ("value.z", "W x"), ("adjoint.L.z", "2(p - y)"), ("gradient.L.W", "x (p-y)^T"),
]  # fmt: skip


def handed_in(students: int, hostile: bool) -> list[dict[str, str]]:
    """The rows of a class; every twentieth is hostile, or there are the others alone."""
    random = Random(5)
    rows = []
    for k in range(students):
        question, answer = random.choice(GOOD)
        bad = k % 20 == 7
        if bad and hostile:
            rows.append({"student": f"s{k}", "question": question, "answer": random.choice(STRINGS)})
        elif not bad:
            rows.append({"student": f"s{k}", "question": question, "answer": answer})
        else:
            random.choice(STRINGS)
    return rows


def test_a_thousand_rows_of_which_some_are_hostile(marker: Marker) -> None:
    """The marks of the others are those that they have alone."""
    mixed = marked(marker, handed_in(1000, True))
    alone = marked(Marker(marker.problem), handed_in(1000, False))
    others = {row.student for row in alone}
    kept = [row.record() | {"seconds": 0} for row in mixed if row.student in others]
    blank = sum(not row["answer"].strip() for row in handed_in(1000, True))  # not answered at all
    assert len(mixed.rows) == 1000 - blank and len(alone.rows) == 950
    assert kept == [row.record() | {"seconds": 0} for row in alone]


def test_nested_functions_take_time_in_proportion() -> None:
    """Each argument is worked out once, however often the body of its function mentions it."""
    nested = "relu(" * 40 + "x" + ")" * 40
    assert symdl.compare(nested, "relu(x)", symbols=["x"]).outcome == "equal"
    assert symdl.compare(nested, "x + y", symbols=["x", "y"]).outcome == "different"
