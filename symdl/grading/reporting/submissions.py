"""This module takes answers in: a dict, a dict per student, rows, or a file of CSV (long or wide) or JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from symdl.errors import Place, ProblemError, reason_of
from symdl.grading.reporting.tables import MAX_BYTES, Line, decoded, meaning, ranked, table
from symdl.problems.expression import sympy_text
from symdl.text import Text

LONG = ("student", "question", "answer")


class Submission(NamedTuple):
    """One answer of one student, with the row of the file it came from."""

    student: str
    question: str
    answer: Any
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Submissions:
    """All answers, and what could not be used."""

    answers: tuple[Submission, ...]
    notes: tuple[Text, ...] = ()
    students: tuple[str, ...] = ()  # all of them, also those who left everything blank
    columns: tuple[str, ...] = ()  # of a wide table: those that stand for questions


def submissions(source: Any) -> Submissions:
    """The answers in a dict, a list of rows or a file."""
    if isinstance(source, Submissions):
        return source
    if hasattr(source, "columns") and callable(getattr(source, "to_dict", None)):  # a table of pandas
        source = source.to_dict("records")
    if isinstance(source, Mapping):
        students = [str(key) for key, value in source.items() if isinstance(value, Mapping)]
        answers = (each._replace(answer=_typed(each.answer)) for each in _of_mapping(source))
        return Submissions(tuple(answers), (), tuple(students))
    if isinstance(source, str | os.PathLike):
        return _of_file(Path(source))
    if isinstance(source, Iterable):
        return _of_rows(source)
    raise ProblemError("grading.not_submissions", got=type(source).__name__)


def _of_mapping(source: Mapping[str, Any]) -> Iterable[Submission]:
    for key, value in source.items():
        if isinstance(value, Mapping):
            for question, answer in value.items():
                yield from _answers(str(key), str(question), answer)
        elif value is not None:
            yield Submission("", str(key), value)


def _answers(student: str, question: str, answer: Any) -> Iterable[Submission]:
    """An answer, or the named values that it is a set of."""
    if answer is None:
        return
    if not isinstance(answer, Mapping):
        yield Submission(student, question, answer)
        return
    for name, value in answer.items():
        yield Submission(student, str(name) if "." in str(name) else f"value.{name}", value)


def _of_file(path: Path) -> Submissions:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProblemError("grading.file", place=Place(str(path)), reason=reason_of(error)) from None
    if len(data) > MAX_BYTES:
        raise ProblemError("grading.too_big", place=Place(str(path)), limit=MAX_BYTES // 1_000_000)
    try:
        text = decoded(data)
        if not text.strip():
            raise ProblemError("grading.empty_file")
        return _of_json(text) if path.suffix.lower() == ".json" else _of_csv(text)
    except ProblemError as error:
        raise error.at(Place(str(path))) from None


def _of_json(text: str) -> Submissions:
    try:
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise ProblemError("grading.json", reason=str(error)[:200]) from None
    return submissions(found) if isinstance(found, dict | list) else _refused(found)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; a key that comes twice is refused, since one of its values would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(next(key for key in keys if keys.count(key) > 1))
    return found


def _no_constant(name: str) -> Any:
    return name


def _refused(found: Any) -> Submissions:
    raise ProblemError("grading.not_submissions", got=type(found).__name__)


def _of_csv(text: str) -> Submissions:
    columns, lines, notes = table(text)
    found = _of_lines(columns, lines)
    return replace(found, notes=(*notes, *found.notes))


def _of_rows(rows: Iterable[Any]) -> Submissions:
    """Rows from Python or JSON, counted from 1; what is no row is noted."""
    lines: list[Line] = []
    notes: list[Text] = []
    for k, row in enumerate(rows, 1):
        if isinstance(row, Mapping):
            lines.append(Line({str(name).strip(): value for name, value in row.items()}, k))
        else:
            notes.append(Text("grading.no_row", {"line": k, "got": type(row).__name__}))
    if not lines and notes:
        raise ProblemError("grading.not_submissions", got="list")
    columns = list(dict.fromkeys(name for line in lines for name in line.cells))
    found = _of_lines(columns, lines)
    return replace(found, notes=(*notes, *found.notes))


def _of_lines(columns: list[str], lines: list[Line]) -> Submissions:
    if not lines:
        raise ProblemError("grading.no_rows")
    by_meaning: dict[str, list[str]] = {}
    for name in columns:
        by_meaning.setdefault(meaning(name), []).append(name)
    who = min(by_meaning.get("student", []), key=ranked, default=None)
    if "question" in by_meaning and "answer" in by_meaning:
        return _long(lines, who, by_meaning["question"][0], by_meaning["answer"][0])
    if who is None or "question" in by_meaning or "answer" in by_meaning:
        raise ProblemError("grading.missing_columns", found=", ".join(columns), expected=", ".join(LONG))
    return _wide(lines, who, by_meaning.get("", []))


def _long(lines: list[Line], who: str | None, question: str, answer: str) -> Submissions:
    found: dict[tuple[str, str], Submission] = {}
    notes: list[Text] = []
    students: dict[str, None] = {}
    for row in lines:
        given = row.cells.get(answer)
        key = (_cell(row.cells.get(who)) if who is not None else "", _cell(row.cells.get(question)))
        if not key[0] and who is not None:
            notes.append(Text("grading.no_student", {"line": row.line}))
        if not key[1]:
            notes.append(Text("grading.no_question", {"line": row.line}))
            continue
        students.setdefault(key[0])
        if _empty(given):
            continue
        if key in found:
            facts = {"line": row.line, "student": key[0] or "–", "question": key[1]}
            notes.append(Text("grading.twice", facts))
        found[key] = Submission(*key, _typed(given), row.line)
    return Submissions(tuple(found.values()), tuple(notes), tuple(students))


def _wide(lines: list[Line], who: str, questions: list[str]) -> Submissions:
    found: dict[tuple[str, str], Submission] = {}
    notes: list[Text] = []
    students: dict[str, None] = {}
    for row in lines:
        student = _cell(row.cells.get(who))
        if not student:
            notes.append(Text("grading.no_student", {"line": row.line}))
        elif student in students:
            notes.append(Text("grading.duplicate_student", {"line": row.line, "student": student}))
        students.setdefault(student)
        for name in questions:
            value = row.cells.get(name)
            if name and not _empty(value):
                found[student, name] = Submission(student, name, _typed(value), row.line)
    named = tuple(name for name in questions if name)
    return Submissions(tuple(found.values()), tuple(notes), tuple(filter(None, students)), named)


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _empty(value: Any) -> bool:
    """Whether a cell was left blank; a table of pandas holds NaN there."""
    if isinstance(value, float):
        return value != value
    return value is None or (isinstance(value, str) and not value.strip())


def _typed(value: Any) -> Any:
    """An answer; an expression or a matrix of SymPy as it would have been typed."""
    return sympy_text(value) if type(value).__module__.split(".")[0] == "sympy" else value
