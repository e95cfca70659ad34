"""This module writes reports: CSV with guarded cells, JSON, a table of text; a format is one declaration.

The files of grading platforms are declared in `platforms`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from symdl.formula.characters import visible
from symdl.grading.reporting.forms import exporter
from symdl.grading.reporting.report import Report, Row
from symdl.grading.reporting.summary import summary
from symdl.text import Text, sentence, template

DANGEROUS = ("=", "+", "-", "@", "|", "\t", "\r", "\n", "\0", "＝")
BOM = "\ufeff"
LONGEST = 40  # letters of a name in a line of text


@exporter("csv", ending="csv")
def to_csv(report: Report, language: str = "en") -> str:
    """A row per answer; scores are exact fractions or decimals, text cells never start a formula."""
    out = io.StringIO()
    rows = [row.record(language) for row in report.rows]
    rows += [_absent(student, left, language) for student, left in report.absent.items()]
    columns = list(rows[0]) if rows else list(Row("", "", Fraction(0), Fraction(0), "wrong").record())
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return BOM + out.getvalue()


def _absent(student: str, left: Mapping[str, Fraction], language: str) -> dict[str, Any]:
    """The row of a student who answered nothing."""
    record = Row(student, "", Fraction(0), sum(left.values(), Fraction(0)), "wrong").record(language)
    return {**record, "status": "", "feedback": not_answered(left, language)}


def not_answered(left: Iterable[str], language: str) -> str:
    """What is said of questions without an answer."""
    comma = template("language.comma", language) or ", "
    return sentence(Text("marks.unanswered", {"questions": comma.join(left)}), language)


def _cell(value: Any) -> str:
    if isinstance(value, Fraction | float | int):
        return decimal(value)
    return guarded(str(value))


def decimal(value: Any) -> str:
    """A mark as people write it: a decimal where it is one, else a fraction.

    >>> decimal(Fraction(5, 2)), decimal(Fraction(1, 3))
    ('2.5', '1/3')
    """
    exact = Fraction(value)
    text = f"{float(exact):.10g}"
    return text if isinstance(value, float) or Fraction(text) == exact else str(exact)


def guarded(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("W1")
    ("'=1+1", 'W1')
    """
    shown = text.replace("\0", "\ufffd")
    return "'" + shown if shown.lstrip(" \u00a0").startswith(DANGEROUS) else shown


@exporter("json")
def to_json(report: Report, language: str = "en") -> str:
    """The same rows for programs, with the totals of every student."""
    rows = [_plain(row, language) for row in report.rows]
    totals = {
        student: {"score": float(part.score), "max_score": float(part.max_score)}
        for student in report.students
        for part in [report.of(student)]
    }
    notes = [sentence(note, language) for note in report.notes]
    return json.dumps({"rows": rows, "totals": totals, "notes": notes}, ensure_ascii=False, indent=1)


@exporter("class")
def to_class(report: Report, language: str = "en") -> str:
    """The counts of a class as JSON: questions, mistakes, where students first went wrong."""
    return json.dumps(summary(report).plain(), ensure_ascii=False, indent=1)


def _plain(row: Row, language: str) -> dict[str, Any]:
    record = row.record(language)
    exact = {"score": float(row.score), "max_score": float(row.max_score), "diagnosis": list(row.diagnosis)}
    return {**record, **exact}


@exporter("txt", ending="txt")
def to_text(report: Report, language: str = "en") -> str:
    """A line per answer and the total."""
    lines = [
        f"{_short(row.student):<12} {_short(row.question):<24} "
        f"{decimal(row.score):>6} / {decimal(row.max_score):<6} "
        f"{row.status:<18} {row.spoken(language)}".rstrip()
        for row in report.rows
    ]
    left = [
        f"{_short(student):<12} {not_answered(found, language)}"
        for student, found in report.unanswered.items()
        if found
    ]
    return "\n".join([*lines, *left, f"{decimal(report.score)} / {decimal(report.max_score)}"])


def _short(name: str) -> str:
    """A name as a line of text can show it."""
    shown = " ".join(visible(name).split())
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
