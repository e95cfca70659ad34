"""Names that a student gives to parts of an answer, in lines before it."""

from __future__ import annotations

import pytest

import symdl
from symdl.errors import FormulaError
from symdl.formula.answer import read_answer
from symdl.formula.plain import to_plain
from symdl.formula.scope import Scope
from symdl.formula.vocabulary import Vocabulary

WORDS = Vocabulary(Scope(frozenset("pthux")), shapes={"h": (2,), "u": (2,), "x": (3,)})


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("r = p - t\nr h", "(p - t) h"),
        ("let r := p - t; 2r h", "2 (p - t) h"),
        (r"\delta_2 = p - t \\ \delta_1 = \delta_2 u \\ \delta_1 * h", "((p - t) u) * h"),
        (r"\delta^{(2)} = p - t \\[4pt] \delta^{(2)} h", "(p - t) h"),
        ("δ₂ = p - t\nδ₂ h", "(p - t) h"),
        ("k1 = p - t; k2 = k1 h; k2 x^T", "((p - t) h) x.T"),
        ("r = p - t; r^2 h", "(p - t)^2 h"),
    ],
)
def test_a_name_of_the_students_own_stands_for_what_it_was_given(text: str, meaning: str) -> None:
    assert to_plain(read_answer(text, WORDS)[-1].node) == meaning


@pytest.mark.parametrize(
    "text", ["r h", "r = r + 1; r h", "a = b; b = a; a h", "r h; r = p - t", "r = (p; r h", "r = p = t; r h"]
)
def test_what_no_line_before_explains_stays_unknown(text: str) -> None:
    with pytest.raises(FormulaError):
        read_answer(text, WORDS)


def test_a_line_whose_name_nothing_uses_is_not_dropped() -> None:
    (reading,) = read_answer("r = p - t; p h", WORDS)
    assert [to_plain(line) for line in reading.lines] == ["p - t", "p h"]


def test_a_declared_name_keeps_its_meaning() -> None:
    assert [len(reading.lines) for reading in read_answer("h = 2 u; p h", WORDS)] == [2]


@pytest.mark.parametrize(
    "text", ["a" + "1" * 5000, "a" + "_b" * 2000, " " * 5000 + "r", "r = " + " ." * 2000 + "="]
)
def test_long_lines_are_refused_at_once(text: str) -> None:
    with pytest.raises(FormulaError):
        read_answer(text + "\nr h", WORDS)


GIVEN = {"x": [0.5, -1.2], "w": [0.2, -0.4], "b": 0.1, "y": 1}
LET = {"z": "w^T x + b", "p": "sigmoid(z)", "L": "(p - y)^2"}


@pytest.mark.parametrize(
    ("answer", "status", "diagnosis"),
    [
        ("e = p - y\n2 e p (1 - p) x", "right", ()),
        (r"\delta_2 = 2 (p - y) p (1 - p) \\ \frac{\partial L}{\partial w} = \delta_2 x", "right", ()),
        ("g = 2 (y - p) p (1 - p); g x", "wrong", ("sign",)),
        ("g = 2 (p - y); g x", "wrong", ("missing_factor",)),
    ],
)
def test_answers_with_abbreviations_are_marked(answer: str, status: str, diagnosis: tuple[str, ...]) -> None:
    problem = symdl.problem(given=GIVEN, let=LET, asks=[{"gradient": "L", "by": ["w"]}])
    row = symdl.grade(problem, {"gradient.L.w": answer}).row("gradient.L.w")
    assert (row.status, row.diagnosis) == (status, diagnosis)
