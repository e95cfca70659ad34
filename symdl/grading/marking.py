"""This module marks a class: the answers of all students, here or in worker processes, as one report."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from symdl.errors import ProblemError, SymdlError
from symdl.grading.marker import Marker
from symdl.grading.questions import Questions
from symdl.grading.reporting.report import Report, Row
from symdl.grading.reporting.submissions import Submission, Submissions, submissions
from symdl.problems.problem import Problem
from symdl.text import Text

MANY = 300  # answers that are worth starting workers


def grade(problem: Any, answers: Any, *, workers: int = 0, functions: bool = False) -> Report:
    """The marks for answers, as `symdl.grade` describes them."""
    return marked(Marker(_problem(problem), functions), answers, workers)


def _problem(source: Any) -> Problem:
    if isinstance(source, Problem):
        return source
    found = getattr(source, "problem", None)
    if isinstance(found, Problem):
        return found
    raise ProblemError("grading.not_a_problem", got=type(source).__name__)


def marked(marker: Marker, answers: Any, workers: int = 0) -> Report:
    """The marks of everything handed in."""
    handed = submissions(answers)
    questions = marker.judge.questions
    answers, notes = _known(questions, handed)
    by_student: dict[str, list[Submission]] = {}
    for submission in answers:
        by_student.setdefault(submission.student, []).append(submission)
    rows = _rows(marker, list(by_student.values()), workers)
    left = _unanswered(questions, rows, handed.students)
    return Report(tuple(rows), _order(questions, rows), (*handed.notes, *notes), left)


def _known(questions: Questions, handed: Submissions) -> tuple[list[Submission], list[Text]]:
    """The answers to mark, with a note on each that answers no question; a column of remarks is left out."""
    unknown: dict[str, SymdlError] = {}
    for name in dict.fromkeys(submission.question for submission in handed.answers):
        try:
            questions[name]
        except SymdlError as error:
            unknown[name] = error
    remarks = {
        name for name in handed.columns if name in unknown and unknown[name].facts.get("nearest") is None
    }
    notes = [Text("grading.unknown_column", {"name": name}) for name in handed.columns if name in remarks]
    notes += [
        Text("grading.unknown_question", {"line": each.line, "question": each.question})
        for each in handed.answers
        if each.line is not None and each.question in unknown and each.question not in remarks
    ]
    return [each for each in handed.answers if each.question not in remarks], notes


def _unanswered(
    questions: Questions, rows: list[Row], students: tuple[str, ...]
) -> dict[str, dict[str, Fraction]]:
    """What each student left out of what carries points."""
    whole = {question: questions.whole(question) for question in {row.question for row in rows}}
    answered: dict[str, set[str]] = {student: set() for student in students}
    for row in rows:
        answered.setdefault(row.student, set()).add(whole[row.question])
    return {
        student: {id: points for id, points in questions.asked.items() if points and id not in done}
        for student, done in answered.items()
    }


def _rows(marker: Marker, groups: list[list[Submission]], workers: int) -> list[Row]:
    """The rows of all students, by workers where there is enough to do."""
    if workers and not marker.judge.functions and sum(map(len, groups)) >= MANY:
        from symdl.grading.workers import (  # with pebble, which a few answers do not need
            available,
            marked_apart,
        )

        if available(marker.problem):
            questions = marker.judge.questions
            points = {
                name: _points(questions, name) for group in groups for name in {h.question for h in group}
            }
            apart = marked_apart(marker.problem, groups, workers)
            pairs = zip(groups, apart, strict=True)
            found = [row for group, rows in pairs for row in rows or marker.student(group)]
            return [replace(r, max_score=points[r.question]) if r.status == "undecided" else r for r in found]
    return [row for group in groups for row in marker.student(group)]


def _points(questions: Questions, question: str) -> Fraction:
    try:
        return questions[question].points
    except SymdlError:
        return Fraction(0)


def _order(questions: Questions, rows: list[Row]) -> dict[str, int]:
    """The place of each question in the order of the graph."""
    places = {var.number: k for k, var in enumerate(questions.graph.variables())}
    found: dict[str, int] = {}
    for row in rows:
        try:
            target = questions[row.question].target
        except SymdlError:
            continue
        found[row.question] = len(places) if target is None else places.get(target.number, len(places))
    return found
