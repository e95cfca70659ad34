"""This module says what became of an answer: the verdict in words, the place, the right line."""

from __future__ import annotations

from typing import Any

from symdl.formula.pretty import to_text
from symdl.formula.tex import to_tex
from symdl.grading.diagnosing.diagnosis import Diagnosis
from symdl.grading.diagnosing.notation import notation
from symdl.grading.diagnosing.penslips import slip_of_the_pen
from symdl.grading.judging.answers import Judge
from symdl.grading.judging.judgement import Judgement
from symdl.grading.reporting.report import Shown
from symdl.grading.reporting.right_lines import RightLines
from symdl.grading.reporting.submissions import Submission
from symdl.grading.status import Status
from symdl.text import Text


class Speaker:
    """Says what became of the answers to one problem, in its notation."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.notation = notation(judge.problem, judge.questions.graph)
        self.right = RightLines(judge, self.notation)

    def said(self, result: Judgement, status: Status, found: Diagnosis | None) -> list[Text]:
        """The verdict in words, and the line where an answer of several lines goes wrong."""
        return [*self._verdict(result, status, found), *_line(result)]

    def _verdict(self, result: Judgement, status: Status, found: Diagnosis | None) -> list[Text]:
        if result.error is not None:
            return [Text(f"verdict.{status}", {"reason": result.error.text})]
        if found is not None and found.texts:
            return list(found.texts)
        if result.unmet is not None:
            return [Text(f"verdict.{status}", {}), result.unmet]
        if result.shapes is not None and status in ("wrong", "other_convention"):
            given, right = (_shape(shape) for shape in result.shapes)
            key = "verdict.transposed" if status == "other_convention" else "verdict.shape"
            return [Text(key, {"given": given, "right": right})]
        if status == "close" and result.line is not None:
            return [Text("verdict.broken", {})]
        if status == "rounded_early" and 1 in result.digits:
            return [Text("verdict.one_digit", {})]
        said = [Text(f"verdict.{status}", {"reason": ""})]
        slip = None
        if status == "wrong" and result.number is not None and result.question.known is not None:
            slip = slip_of_the_pen(result.number, result.question.known, result.digits, result.entry)
        if slip is not None:
            said = [slip]
        if result.entry is not None and status == "wrong":
            said.append(Text("verdict.entry", {"entry": ", ".join(map(str, result.entry))}))
        return said

    def shown(self, handed: Submission, result: Judgement) -> Shown:
        """What a feedback sheet shows of an answer."""
        read = "" if result.node is None else to_text(result.node, self.notation)
        return Shown(as_typed(handed.answer), read, *self.right.of(result.question))

    def read_as(self, result: Judgement) -> str:
        """How an answer was read, in TeX."""
        return "" if result.node is None else to_tex(result.node, self.notation)


def as_typed(answer: Any) -> str:
    """An answer as it was handed in."""
    return (
        answer if isinstance(answer, str) else str(answer.tolist() if hasattr(answer, "tolist") else answer)
    )


def place_of_error(result: Judgement, found: Diagnosis | None, status: Status) -> str:
    """The quantity at which an answer went wrong."""
    if status in ("right", "undecided", "unreadable"):
        return ""
    return found.place if found is not None and found.place else plain_place(result)


def plain_place(result: Judgement) -> str:
    """The quantity of a question by its name: `z1`, or `adjoint.L.z1`."""
    target = result.question.target
    if target is None or target.name is None:
        return result.question.id
    return str(target.name)


def _line(result: Judgement) -> list[Text]:
    """Where an answer of several lines goes wrong."""
    return [] if result.line is None else [Text("verdict.line", {"line": result.line})]


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "1"
