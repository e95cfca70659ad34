"""This module composes what marking found: a feedback sheet for each student, and the report of a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, get_args

from symdl.document.blocks import (
    Bar,
    Bars,
    Block,
    Code,
    Document,
    Formula,
    Heading,
    Math,
    Note,
    Paragraph,
    Pictures,
    Row,
    Spans,
    Table,
)
from symdl.document.language import Language, language_named, quoting
from symdl.formula.characters import visible
from symdl.formula.notation import Notation
from symdl.grading.reporting.exports import decimal
from symdl.grading.reporting.report import Report
from symdl.grading.reporting.report import Row as Mark
from symdl.grading.reporting.summary import MistakeCount, summary
from symdl.grading.status import OPEN, Status
from symdl.text import Text, sentence, template

MOST_BARS = 10  # in the picture of a class
LONGEST = 44  # letters of a name
MOST_NOTES = 20  # on rows of the file
KINDS: dict[str, Literal["convention", "result", "warning", "remark"]] = {
    "right": "result", "equivalent_form": "result", "other_convention": "convention",
    "follows_from_error": "result", "rounded_early": "remark", "close": "remark", "wrong": "warning",
    "unreadable": "remark", "undecided": "remark",
}  # fmt: skip


def feedback(report: Report, language: str = "en", title: str = "") -> Document:
    """The feedback for one student or for several, one after the other."""
    words = language_named(language)
    return _document(words, title or words.word("marks.feedback"), tuple(_feedback(report, words)))


def class_report(report: Report, language: str = "en", title: str = "") -> Document:
    """The report of a class: every question, every mistake, where students first went wrong."""
    words = language_named(language)
    return _document(words, title or words.word("marks.class"), tuple(_class(report, words)))


def whole(report: Report, language: str = "en", title: str = "") -> Document:
    """The report of a class with the feedback of every student behind it; for one student, the feedback."""
    words = language_named(language)
    blocks = tuple(_class(report, words)) if len(report.students) > 1 else ()
    return _document(words, title or words.word("marks.feedback"), (*blocks, *_feedback(report, words)))


def _document(words: Language, title: str, blocks: tuple[Block, ...]) -> Document:
    labels = tuple(words.words.get("label", {}).items())
    return Document((words.running(title),), words.code, words.direction, blocks, labels)


def _say(words: Language, key: str, **facts: object) -> Spans:
    return words.say(Text(key, facts), Notation())


def _feedback(report: Report, words: Language) -> Iterator[Block]:
    several = len(report.students) > 1
    for student in report.students:
        part = report.of(student)
        if several or student:
            yield Heading(1, (_named(student, words),))
        total = (decimal(part.score), decimal(part.max_score))
        yield Paragraph(_say(words, "marks.total", score=total[0], of=total[1]))
        left = tuple(words.running(visible(question)) for question in part.unanswered.get(student, {}))
        if left:
            yield Paragraph(_say(words, "marks.unanswered", questions=left))
        for mark in part.rows:
            yield from _marked(mark, words)


def _marked(mark: Mark, words: Language) -> Iterator[Block]:
    points = _say(words, "marks.points", score=decimal(mark.score), of=decimal(mark.max_score))
    status = words.word(f"marks.status.{mark.status}")
    yield Heading(2, (visible(mark.question), " · ", *points, " · ", status))
    right = mark.status in ("right", "equivalent_form")
    if right and mark.read_as:  # nothing more to say
        yield _displayed(mark.read_as, mark.shown.read)
        return
    if mark.shown.handed:
        yield Paragraph((words.word("marks.handed"),))
        yield Code("text", visible(mark.shown.handed))
    if mark.read_as:
        yield Paragraph((words.word("marks.read"),))
        yield _displayed(mark.read_as, mark.shown.read)
    said = words.running(mark.spoken(words.code))
    yield Note(KINDS[mark.status], (status,), quoting(said))
    if mark.shown.right and not right:
        yield Paragraph((words.word("marks.right"),))
        yield _displayed(mark.shown.right_tex, mark.shown.right)


def _displayed(tex: str, plain: str) -> Formula:
    return Formula((Row(None, "", Math(tex, plain or tex)),))


def _cause(mistake: str, words: Language) -> str:
    """A mistake in a few words; one of somebody's own by its key."""
    key = f"cause.{mistake}"
    return words.word(key) if template(key, words.code) is not None else mistake.replace("_", " ")


def _named(student: str, words: Language) -> str:
    """A student's name as a page can show it: not too long, and from left to right where it is so."""
    name = visible(student) or words.word("marks.nameless")
    return words.running(name if len(name) <= LONGEST else name[: LONGEST - 1] + "…")


def _place(place: str, words: Language) -> str:
    """A place as people write it: ∂L/∂z1 for the adjoint of z1."""
    kind, *rest = place.split(".")
    adjoint = kind in ("adjoint", "gradient", "derivative") and len(rest) == 2
    return words.running(f"∂{rest[0]}/∂{rest[1]}" if adjoint else visible(place))


def _often(mistakes: tuple[MistakeCount, ...], words: Language) -> Bars:
    """The commonest mistakes as bars, those at different places together."""
    counted: Counter[str] = Counter()
    for mistake in mistakes:
        counted[_cause(mistake.mistake, words)] += mistake.count
    shown = counted.most_common(MOST_BARS)
    bars = tuple(Bar(name, float(count), words.prose_number(count)) for name, count in shown)
    comma = words.word("language.comma")
    listed = comma.join(f"{name} ({words.prose_number(count)})" for name, count in shown)
    alt = sentence(Text("marks.mistakes_picture", {"list": listed}), words.code)
    return Bars(bars, alt, direction=words.direction)


def _class(report: Report, words: Language) -> Iterator[Block]:
    counts = summary(report)
    mean = decimal(round(float(counts.mean), 2))
    facts = {"students": counts.students, "mean": mean, "of": decimal(counts.of)}
    yield Paragraph(_say(words, "marks.class_total", **facts))
    if report.notes:
        said = tuple(words.running(visible(note)) for note in report.remarks(words.code, MOST_NOTES))
        yield Note("warning", (words.word("marks.notes"),), quoting(" ".join(said)))
    yield Heading(1, (words.word("marks.questions"),))
    columns: tuple[Status, ...] = get_args(Status)
    used = [s for s in columns if any(q.statuses.get(s) for q in counts.questions)]
    header = ((words.word("marks.question"),), *((words.word(f"marks.status.{s}"),) for s in used))
    rows = tuple(
        ((visible(q.question),), *((words.prose_number(q.statuses.get(s, 0)),) for s in used))
        for q in counts.questions
    )
    yield Table(header, rows, align="l" + "r" * len(used))
    if counts.mistakes:
        yield Heading(1, (words.word("marks.mistakes"),))
        yield Pictures((_often(counts.mistakes, words),))
        header = tuple((words.word(f"marks.{name}"),) for name in ("mistake", "place", "count"))
        rows = tuple(
            ((_cause(m.mistake, words),), (_place(m.place, words),), (words.prose_number(m.count),))
            for m in counts.mistakes
        )
        yield Table(header, rows, align="llr")
    if counts.first_errors:
        yield Heading(1, (words.word("marks.first"),))
        header = tuple((words.word(f"marks.{name}"),) for name in ("place", "count"))
        yield Table(
            header,
            tuple(((_place(p, words),), (words.prose_number(n),)) for p, n in counts.first_errors),
            align="lr",
        )
    if counts.carried:
        yield Paragraph(_say(words, "marks.carried", count=counts.carried))
    waiting = [row for row in report.rows if row.status in OPEN]
    if waiting:
        yield Heading(1, (words.word("marks.open"),))
        header = tuple((words.word(f"marks.{name}"),) for name in ("student", "question", "reason"))
        lines = tuple(
            (
                (_named(r.student, words),),
                (visible(r.question),),
                quoting(words.running(r.spoken(words.code))),
            )
            for r in waiting
        )
        yield Table(header, lines, align="lll")
