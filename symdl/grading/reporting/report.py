"""This module holds what marking found: a row per answer, the total, the first error, and its exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

from symdl.errors import ProblemError
from symdl.grading.reporting.forms import export
from symdl.grading.status import OPEN, Status
from symdl.registry import nearest
from symdl.text import Text, sentence, template


@dataclass(frozen=True, slots=True)
class Shown:
    """What a feedback sheet shows: the answer as handed in and as read, the right line in text and TeX."""

    handed: str = ""
    read: str = ""
    right: str = ""
    right_tex: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One answer with its mark; `said` is the feedback in no language yet."""

    student: str
    question: str
    score: Fraction
    max_score: Fraction
    status: Status
    diagnosis: tuple[str, ...] = ()
    place: str = ""
    said: tuple[Text, ...] = ()
    read_as: str = ""
    seconds: float = 0.0
    shown: Shown = Shown()

    def _repr_latex_(self) -> str:
        """How the answer was read, as a notebook sets it."""
        return f"$\\displaystyle {self.read_as}$" if self.read_as else ""

    @property
    def feedback(self) -> str:
        """The feedback in English."""
        return self.spoken("en")

    def spoken(self, language: str) -> str:
        """The feedback in a language, in English where that language has no words for it."""
        return " ".join(
            sentence(text, language if template(text.key, language) is not None else "en")
            for text in self.said
        )

    def record(self, language: str = "en") -> dict[str, Any]:
        """The row as plain values, in the order of the columns."""
        return {
            "student": self.student, "question": self.question, "score": self.score,
            "max_score": self.max_score, "status": self.status, "diagnosis": " ".join(self.diagnosis),
            "place": self.place, "feedback": self.spoken(language), "read_as": self.read_as,
            "seconds": round(self.seconds, 3),
        }  # fmt: skip


@dataclass(frozen=True)
class Report:
    """The marks of one student or of a class."""

    rows: tuple[Row, ...]
    order: Mapping[str, int]  # of the quantities, as the graph computes them
    notes: tuple[Text, ...] = ()  # rows of the file that could not be used
    unanswered: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)  # by student, with points

    def remarks(self, language: str, most: int) -> tuple[str, ...]:
        """The first notes on the file, and how many more there are."""
        more = len(self.notes) - most
        left = (Text("marks.more_notes", {"count": more}),) if more > 0 else ()
        return tuple(sentence(note, language) for note in (*self.notes[:most], *left))

    def row(self, question: str, student: str | None = None) -> Row:
        """The row of a question, of one student where there are several."""
        for row in self.rows:
            if row.question == question and student in (None, row.student):
                return row
        known = nearest(question, [row.question for row in self.rows])
        raise ProblemError("grading.unknown_question", name=question, nearest=known)

    @property
    def students(self) -> tuple[str, ...]:
        """The students in the order in which they came."""
        return tuple(dict.fromkeys((*(row.student for row in self.rows), *self.unanswered)))

    @property
    def absent(self) -> dict[str, Mapping[str, Fraction]]:
        """The students who answered nothing, with what they could have had."""
        there = {row.student for row in self.rows}
        return {student: left for student, left in self.unanswered.items() if student not in there}

    @property
    def score(self) -> Fraction:
        """The total, exact."""
        return sum((row.score for row in self.rows), Fraction(0))

    @property
    def points(self) -> float:
        """The total as a float, for the last line of an nbgrader cell."""
        return float(self.score)

    @property
    def max_score(self) -> Fraction:
        """What could be had, with the questions that were not answered."""
        left = (points for found in self.unanswered.values() for points in found.values())
        return sum((row.max_score for row in self.rows), Fraction(0)) + sum(left, Fraction(0))

    @property
    def undecided(self) -> tuple[Row, ...]:
        """The rows that a person has to look at."""
        return tuple(row for row in self.rows if row.status in OPEN)

    @property
    def first_error(self) -> Row | None:
        """The wrong answer whose quantity the graph computes first."""
        wrong = [row for row in self.rows if row.status in ("wrong", "rounded_early", "close")]
        return min(wrong, key=lambda row: self.order.get(row.question, len(self.order)), default=None)

    @cached_property
    def _by_student(self) -> dict[str, tuple[Row, ...]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.student, []).append(row)
        return {student: tuple(rows) for student, rows in found.items()}

    def of(self, student: str) -> Self:
        """The report of one student."""
        rows = self._by_student.get(student, ())
        left = {student: self.unanswered[student]} if student in self.unanswered else {}
        return replace(self, rows=rows, notes=(), unanswered=left)

    def export(self, form: str | None = None, language: str = "en") -> str:
        """The report as csv, json or gradescope; a table of text without a form."""
        return export(self, form, language)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"Report({self.score} of {self.max_score}, {len(self.rows)} rows)"
