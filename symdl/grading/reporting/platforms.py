"""This module declares the files that grading platforms take: one declaration per platform.

The layouts are those of Gradescope's results.json, PrairieLearn's results.json, nbgrader's exported grades,
otter's test files, and Moodle's import of grades.
"""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from typing import Any

from symdl.grading.reporting.exports import BOM, decimal, guarded, not_answered
from symdl.grading.reporting.forms import exporter
from symdl.grading.reporting.report import Report, Row
from symdl.grading.status import OPEN

NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip
MESSAGE = 4000  # characters of feedback in one cell


def _dumped(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1)


def _table(columns: list[str], rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _left(report: Report) -> list[tuple[str, Fraction]]:
    """The questions that the one student did not answer."""
    return [item for left in report.unanswered.values() for item in left.items()]


@exporter("gradescope", single=True)
def to_gradescope(report: Report, language: str = "en") -> str:
    """Gradescope's results.json, for the one student of a container."""
    tests = [
        {
            "name": row.question, "score": float(row.score), "max_score": float(row.max_score),
            "status": "passed" if row.score == row.max_score and row.status not in OPEN else "failed",
            "output": row.spoken(language), "tags": list(row.diagnosis), "visibility": "visible",
        }
        for row in report.rows
    ] + [
        {
            "name": question, "score": 0.0, "max_score": float(points), "status": "failed",
            "output": not_answered([question], language), "tags": [], "visibility": "visible",
        }
        for question, points in _left(report)
    ]  # fmt: skip
    found = {
        "score": float(report.score),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return _dumped(found)


@exporter("prairielearn", single=True)
def to_prairielearn(report: Report, language: str = "en") -> str:
    """PrairieLearn's results.json; without one answer that could be read it is not gradable."""
    tests = [
        {
            "name": row.question, "description": row.status, "points": float(row.score),
            "max_points": float(row.max_score), "message": row.spoken(language)[:MESSAGE],
        }
        for row in report.rows
    ] + [
        {
            "name": question, "description": "", "points": 0.0, "max_points": float(points),
            "message": not_answered([question], language),
        }
        for question, points in _left(report)
    ]  # fmt: skip
    found = {
        "gradable": any(row.status not in OPEN for row in report.rows),
        "score": float(report.score / report.max_score) if report.max_score else 0.0,
        "format_errors": [
            f"{row.question}: {row.spoken(language)}"[:MESSAGE] for row in report.rows if row.status in OPEN
        ],
        "tests": tests,
    }
    return _dumped(found)


@exporter("nbgrader", ending="csv")
def to_nbgrader(report: Report, language: str = "en") -> str:
    """A row per student with the columns of nbgrader's export; in a cell, end with `report.points`."""
    rows = []
    for student in report.students:
        part = report.of(student)
        marks = {"raw_score": decimal(float(part.score)), "score": decimal(float(part.score))}
        rows.append(
            dict.fromkeys(NBGRADER, "")
            | {"student_id": guarded(student), "late_submission_penalty": "0", **marks}
            | {"max_score": decimal(float(part.max_score))}
        )
    return _table(list(NBGRADER), rows)


@exporter("otter", ending="py")
def to_otter(report: Report, language: str = "en") -> str:
    """A test file for otter: a case per question, on the dict `answers` of the notebook.

    It loads `problem.toml` beside the notebook; the feedback is the message of a case that fails.
    """
    questions: dict[str, Row] = {}
    for row in report.rows:
        if row.max_score or row.status not in OPEN:
            questions.setdefault(row.question, row)
    cases = [
        f"@test_case(name={question!r}, points={float(row.max_score)!r})\n"
        f"def test_{k}(answers):\n"
        f"    check({question!r}, answers)\n"
        for k, (question, row) in enumerate(questions.items(), 1)
    ]
    head = (
        "from otter.test_files import test_case\n\n"
        "OK_FORMAT = False\n\n"
        "name = 'symdl'\n"
        f"points = {float(sum((row.max_score for row in questions.values()), 0))!r}\n\n\n"
        "def check(question, answers):\n"
        "    import symdl\n\n"
        "    assert question in answers, question\n"
        "    report = symdl.grade(symdl.load('problem.toml'), {question: answers[question]})\n"
        "    row = report.row(question)\n"
        f"    assert row.score == row.max_score, row.spoken({language!r})\n"
    )
    return "\n\n".join([head, *cases])


@exporter("moodle", ending="csv")
def to_moodle(report: Report, language: str = "en") -> str:
    """Moodle's import of grades: for each question its grade and its feedback, always both.

    An answer of nobody is left out: Moodle would give its grade to the student of the row before.
    """
    asked = [question for left in report.unanswered.values() for question in left]
    questions = list(dict.fromkeys(row.question for row in report.rows)) or list(dict.fromkeys(asked))
    students = [student for student in report.students if student]
    who = "email" if all("@" in student for student in students) else "idnumber"
    columns = [who, *(name for q in questions for name in (guarded(q), guarded(f"{q} (feedback)")))]
    rows = []
    for student in students:
        cells = dict.fromkeys(columns, "") | {who: guarded(student)}
        for question in set(report.unanswered.get(student, ())) & set(questions):
            cells[guarded(question)] = "0"
            cells[guarded(f"{question} (feedback)")] = guarded(not_answered([question], language))
        for row in report.of(student).rows:
            open_ = row.status in OPEN
            cells[guarded(row.question)] = "-" if open_ else decimal(float(row.score))
            cells[guarded(f"{row.question} (feedback)")] = guarded(row.spoken(language)[:MESSAGE])
        rows.append(cells)
    return BOM + _table(columns, rows)
