"""This module marks: every answer judged, errors followed through, mistakes named, points given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from time import perf_counter
from typing import Any

from symdl.errors import ProblemError, SymdlError
from symdl.grading.credit import Credit
from symdl.grading.diagnosis import Diagnosis, diagnose
from symdl.grading.following import follows
from symdl.grading.judgement import Judgement
from symdl.grading.judging import Judge
from symdl.grading.misshapen import misshapen
from symdl.grading.report import Report, Row, Shown, Status
from symdl.grading.rounding import rounded_early
from symdl.grading.submissions import Submission, submissions
from symdl.grading.values import FAILURES
from symdl.grading.variants import Variants
from symdl.grading.verdicts import Speaker, as_typed, place_of_error
from symdl.problems.construction import build
from symdl.problems.problem import Problem
from symdl.text import Text

_STATUS: Mapping[str, Status] = {
    "equal": "right", "transposed": "other_convention", "close": "close", "different": "wrong",
    "undecided": "undecided", "unreadable": "unreadable",
}  # fmt: skip
MANY = 300  # answers that are worth starting workers
KEPT = 5000  # judgements that are kept for the next student with the same answer


def grade(problem: Any, answers: Any, *, workers: int = 0, functions: bool = False) -> Report:
    """The marks for answers, as `symdl.grade` describes them."""
    return Marker(_problem(problem), functions).report(answers, workers)


def _problem(source: Any) -> Problem:
    if isinstance(source, Problem):
        return source
    found = getattr(source, "problem", None)
    if isinstance(found, Problem):
        return found
    raise ProblemError("grading.not_a_problem", got=type(source).__name__)


class Marker:
    """Marks the answers of a class: the points and the variants of a problem are made once."""

    def __init__(self, problem: Problem, functions: bool = False) -> None:
        self.judge = Judge(problem, functions=functions)
        self.problem = problem = self.judge.problem
        self.credit = Credit(problem.raw.rubric)
        self.variants = Variants(self.judge)
        self.speaker = Speaker(self.judge)
        self._judgements: dict[tuple[str, str], Judgement | SymdlError] = {}
        self._diagnoses: dict[int, tuple[Judgement, Diagnosis | None]] = {}

    def report(self, answers: Any, workers: int = 0) -> Report:
        """The marks of everything handed in."""
        handed = submissions(answers)
        by_student: dict[str, list[Submission]] = {}
        for submission in handed.answers:
            by_student.setdefault(submission.student, []).append(submission)
        rows = self._rows(list(by_student.values()), workers)
        return Report(tuple(rows), self._order(rows), handed.notes, self._unanswered(rows, handed.students))

    def _unanswered(self, rows: list[Row], students: tuple[str, ...]) -> dict[str, dict[str, Fraction]]:
        """What each student left out of what carries points."""
        questions = self.judge.questions
        whole = {question: questions.whole(question) for question in {row.question for row in rows}}
        answered: dict[str, set[str]] = {student: set() for student in students}
        for row in rows:
            answered.setdefault(row.student, set()).add(whole[row.question])
        return {
            student: {id: points for id, points in questions.asked.items() if points and id not in done}
            for student, done in answered.items()
        }

    def _rows(self, groups: list[list[Submission]], workers: int) -> list[Row]:
        """The rows of all students, by workers where there is enough to do."""
        if workers and not self.judge.functions and sum(map(len, groups)) >= MANY:
            from symdl.grading.workers import available, marked

            if available(self.problem):
                points = {q: self._points(q) for group in groups for q in {h.question for h in group}}
                found = [row for rows in marked(self.problem, groups, workers) for row in rows]
                return [
                    replace(r, max_score=points[r.question]) if r.status == "undecided" else r for r in found
                ]
        return [row for group in groups for row in self.student(group)]

    def _points(self, question: str) -> Fraction:
        try:
            return self.judge.questions[question].points
        except SymdlError:
            return Fraction(0)

    def _order(self, rows: list[Row]) -> dict[str, int]:
        places = {var.number: k for k, var in enumerate(self.judge.questions.graph.variables())}
        found: dict[str, int] = {}
        for row in rows:
            try:
                target = self.judge.questions[row.question].target
            except SymdlError:
                continue
            found[row.question] = len(places) if target is None else places.get(target.number, len(places))
        return found

    def student(self, handed: list[Submission]) -> list[Row]:
        """The marks of one student, in the order of the answers."""
        judged: list[tuple[Submission, Judgement | SymdlError, float]] = []
        for submission in handed:
            start = perf_counter()
            result = self._judged(submission)
            judged.append((submission, result, perf_counter() - start))
        whole = [result for _, result, _ in judged if isinstance(result, Judgement)]
        own = [part for result in whole for part in (*result.parts, result)]
        rows = []
        for submission, result, seconds in judged:
            start = perf_counter()
            row = self._row(submission, result, own)
            rows.append(replace(row, seconds=seconds + perf_counter() - start))
        return rows

    def _judged(self, submission: Submission) -> Judgement | SymdlError:
        """The judgement of an answer; the same answer of several students is judged once."""
        key = (submission.question, submission.answer) if isinstance(submission.answer, str) else None
        if key is not None and key in self._judgements:
            return self._judgements[key]
        try:
            question = self.judge.questions[submission.question]
            result: Judgement | SymdlError = self.judge.judge(question, submission.answer)
        except SymdlError as error:
            result = error
        except FAILURES:  # for a person to look at; everybody else is marked
            result = Judgement(self.judge.questions[submission.question], "undecided")
        if key is not None and len(self._judgements) < KEPT:
            self._judgements[key] = result
        return result

    def _row(self, handed: Submission, result: Judgement | SymdlError, own: list[Judgement]) -> Row:
        if isinstance(result, SymdlError):
            said: tuple[Text, ...] = (Text("verdict.unknown_question", {"reason": result.text}),)
            if result.hint() is not None:
                hint = Text(f"error.{result.key}_hint", result.facts)
                said = (*said, Text("error.hint", {"hint": hint}))
            shown = Shown(as_typed(handed.answer))
            return Row(
                handed.student,
                handed.question,
                Fraction(0),
                Fraction(0),
                "unreadable",
                said=said,
                shown=shown,
            )
        status = "equivalent_form" if result.unmet is not None else _STATUS[result.decision]
        found: Diagnosis | None = None
        if status in ("wrong", "close"):
            if follows(self.judge, result, own):
                status = "follows_from_error"
            elif status == "close" or result.node is not None or result.number is not None:
                status, found = self._explained(result, status)
        points = result.question.points
        return Row(
            handed.student, handed.question, self.credit.given(status, points), points, status,
            () if found is None else found.keys, place_of_error(result, found, status),
            tuple(self.speaker.said(result, status, found)), self.speaker.read_as(result),
            shown=self.speaker.shown(handed, result),
        )  # fmt: skip

    def _explained(self, result: Judgement, status: Status) -> tuple[Status, Diagnosis | None]:
        if rounded_early(self.judge, result):
            return "rounded_early", None
        if status == "close" or (result.number is not None and (result.line or 1) > 1):
            return status, None  # a slip in the arithmetic, behind lines that are right
        found = self._diagnosed(result)
        return ("other_convention" if found is not None and found.convention else "wrong"), found

    def _diagnosed(self, result: Judgement) -> Diagnosis | None:
        key = id(result)
        if key not in self._diagnoses:
            if len(self._diagnoses) >= KEPT:
                self._diagnoses.clear()
            try:
                self._diagnoses[key] = (result, self._diagnosis(result))
            except (SymdlError, *FAILURES):  # a mistake without a name is still a mistake
                self._diagnoses[key] = (result, None)
        return self._diagnoses[key][1]

    def _diagnosis(self, result: Judgement) -> Diagnosis | None:
        """The mistake; with symbolic sizes it is looked for at some sizes of their own."""
        if self._sized is None or result.node is None:
            found = diagnose(result, self.variants) or misshapen(result, self.variants)
            others = (diagnose(other, self.variants) for other in result.others)
            return found or next(filter(None, others), None)
        sized = self._sized
        again = sized.judge.judged(result.question.id, result.node)
        return None if again is None else sized._diagnosis(again)

    @cached_property
    def _sized(self) -> Marker | None:
        """The same problem at some sizes, where its own are symbolic."""
        points = self.judge.trials.near(self.judge.questions.graph)
        sizes = next((point.sizes for point in points if len(set(point.sizes.values())) > 1), None)
        if sizes is None:
            return None
        raw = self.problem.raw
        try:
            return Marker(build(raw.model_copy(update={"dims": {**raw.dims, **sizes}})))
        except SymdlError:
            return None
