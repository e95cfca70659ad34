"""This module counts a class: which question, which mistake, how often; carried errors are counted once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean
from typing import Any, get_args

from symdl.grading.reporting.report import Report, Row
from symdl.grading.status import Status


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """How a question went: answers by status, and the part of its points that was had on average."""

    question: str
    statuses: dict[str, int]
    part: float | None

    @property
    def total(self) -> int:
        """All answers."""
        return sum(self.statuses.values())


@dataclass(frozen=True, slots=True)
class MistakeCount:
    """How often a mistake was made at a place, and the questions where it was seen."""

    mistake: str
    place: str
    count: int
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A class in numbers."""

    students: int
    mean: Fraction
    of: Fraction
    questions: tuple[QuestionCount, ...]
    mistakes: tuple[MistakeCount, ...]
    first_errors: tuple[tuple[str, int], ...]  # the place where students first went wrong
    carried: int

    def plain(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "students": self.students, "mean": float(self.mean), "of": float(self.of),
            "questions": [
                {"question": q.question, "answers": q.total, **q.statuses, "part": q.part}
                for q in self.questions
            ],
            "mistakes": [
                {"mistake": m.mistake, "place": m.place, "count": m.count, "questions": list(m.questions)}
                for m in self.mistakes
            ],
            "first_errors": [{"place": place, "count": count} for place, count in self.first_errors],
            "carried": self.carried,
        }  # fmt: skip


def summary(report: Report) -> Summary:
    """The counts of a class: an error counts where it was made, not where it was carried to."""
    parts = [report.of(student) for student in report.students]
    seen: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], dict[str, None]] = {}
    for part in parts:
        made = {(key, row.place): row.question for row in part.rows for key in row.diagnosis}
        seen.update(list(made))
        for key in made:
            where.setdefault(key, {}).update(
                dict.fromkeys(r.question for r in part.rows if key[0] in r.diagnosis and r.place == key[1])
            )
    first = Counter(row.place or row.question for part in parts if (row := part.first_error) is not None)
    count = max(len(parts), 1)
    return Summary(
        len(parts),
        report.score / count,
        max((part.max_score for part in parts), default=Fraction(0)),
        tuple(_question(question, rows) for question, rows in _by_question(report).items()),
        tuple(MistakeCount(*key, n, tuple(where[key])) for key, n in seen.most_common()),
        tuple(first.most_common()),
        sum(row.status == "follows_from_error" for row in report.rows),
    )


def _by_question(report: Report) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in report.rows:
        found.setdefault(row.question, []).append(row)
    return found


def _question(question: str, rows: list[Row]) -> QuestionCount:
    counted = Counter(row.status for row in rows)
    statuses = {status: counted[status] for status in get_args(Status) if counted[status]}
    parts = [float(row.score / row.max_score) for row in rows if row.max_score]
    return QuestionCount(question, statuses, round(mean(parts), 4) if parts else None)
