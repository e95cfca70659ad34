"""This module marks one student: answers judged, errors followed through, mistakes named, points given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from time import perf_counter

from symdl.errors import SymdlError
from symdl.formula.tree import names
from symdl.grading.diagnosing.carried import diagnose_carried
from symdl.grading.diagnosing.diagnosis import Diagnosis, diagnose
from symdl.grading.diagnosing.misshapen import misshapen
from symdl.grading.diagnosing.variants import Variants
from symdl.grading.following import carried_numbers, follows
from symdl.grading.judging.answers import Judge
from symdl.grading.judging.judgement import Judgement
from symdl.grading.reporting.credit import Credit
from symdl.grading.reporting.report import Row, Shown
from symdl.grading.reporting.submissions import Submission
from symdl.grading.reporting.verdicts import Speaker, as_typed, place_of_error
from symdl.grading.rounding import rounded_early
from symdl.grading.rubric import check_rubric
from symdl.grading.status import Status
from symdl.grading.values import FAILURES
from symdl.problems.construction import build
from symdl.problems.problem import Problem
from symdl.text import Text

_STATUS: Mapping[str, Status] = {
    "equal": "right", "transposed": "other_convention", "close": "close", "different": "wrong",
    "undecided": "undecided", "unreadable": "unreadable",
}  # fmt: skip
KEPT = 5000  # judgements that are kept for the next student with the same answer


class Marker:
    """Marks the answers of a class: the points and the variants of a problem are made once."""

    def __init__(self, problem: Problem, functions: bool = False) -> None:
        self.judge = Judge(problem, functions=functions)
        self.problem = problem = self.judge.problem
        questions = self.judge.questions
        known = (f"value.{name}" for name in questions.graph.by_name if isinstance(name, str))
        check_rubric(problem.raw, questions.__getitem__, (*questions.asked, *known))
        self.credit = Credit(problem.raw.rubric)
        self.variants = Variants(self.judge)
        self.speaker = Speaker(self.judge)
        self._judgements: dict[tuple[str, str], Judgement | SymdlError] = {}
        self._diagnoses: dict[int, tuple[Judgement, Diagnosis | None]] = {}

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
                if status == "wrong" and (found is None or found.paired):
                    found = self._besides(result, own) or found
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
        worked_out = result.number is not None and (result.node is None or not names(result.node))
        if status == "close" or (worked_out and (result.line or 1) > 1):
            return status, None  # a slip in the arithmetic, behind lines that are right
        found = self._diagnosed(result)
        return ("other_convention" if found is not None and found.convention else "wrong"), found

    def _besides(self, result: Judgement, own: list[Judgement]) -> Diagnosis | None:
        """A new mistake on top of earlier values that are off."""
        try:
            return diagnose_carried(result, self.variants, carried_numbers(self.judge, result, own))
        except (SymdlError, *FAILURES):
            return None

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
