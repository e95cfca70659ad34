"""This module takes answers in: a dict, a dict per student, rows, or a file of CSV (long or wide) or JSON."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from symdl.errors import Place, ProblemError
from symdl.text import Text

MAX_BYTES = 64_000_000
LONG = ("student", "question", "answer")
STUDENT = ("student", "student_id", "id", "name")
ENCODINGS = ("utf-8-sig", "cp1256")
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # with which text of two bytes a letter begins
MORE = "\0more"  # the key of cells beyond the last column
LINE = "\0line"  # and of the line that a row began on


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


def submissions(source: Any) -> Submissions:
    """The answers in a dict, a list of rows or a file."""
    if isinstance(source, Submissions):
        return source
    if isinstance(source, Mapping):
        students = [str(key) for key, value in source.items() if isinstance(value, Mapping)]
        return Submissions(tuple(_of_mapping(source)), (), tuple(students))
    if isinstance(source, str | os.PathLike):
        return _of_file(Path(source))
    if isinstance(source, Iterable):
        return _of_rows([dict(row) for row in source])
    raise ProblemError("grading.not_submissions", got=type(source).__name__)


def _of_mapping(source: Mapping[str, Any]) -> Iterable[Submission]:
    for key, value in source.items():
        if isinstance(value, Mapping):
            for question, answer in value.items():
                yield from _answers(str(key), str(question), answer)
        else:
            yield Submission("", str(key), value)


def _answers(student: str, question: str, answer: Any) -> Iterable[Submission]:
    """An answer, or the named values that it is a set of."""
    if not isinstance(answer, Mapping):
        yield Submission(student, question, answer)
        return
    for name, value in answer.items():
        yield Submission(student, str(name) if "." in str(name) else f"value.{name}", value)


def _of_file(path: Path) -> Submissions:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProblemError("grading.file", place=Place(str(path)), reason=error.strerror or error) from None
    if len(data) > MAX_BYTES:
        raise ProblemError("grading.too_big", place=Place(str(path)), limit=MAX_BYTES // 1_000_000)
    text = _decoded(data)
    if not text.strip():
        raise ProblemError("grading.empty_file", place=Place(str(path)))
    try:
        return _of_json(text) if path.suffix.lower() == ".json" else _of_csv(text)
    except ProblemError as error:
        raise error.at(Place(str(path))) from None


def _decoded(data: bytes) -> str:
    if data.startswith(WIDE_MARKS):
        return data.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


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
    text = text.replace("\0", "\ufffd")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = next(reader, [])
    except csv.Error as error:
        raise ProblemError("grading.csv", reason=str(error)) from None
    rows, notes = _cells(reader, names, delimiter)
    found = _of_rows(rows)
    return Submissions(found.answers, (*notes, *found.notes), found.students)


def _cells(reader: Any, names: list[str], delimiter: str) -> tuple[list[dict[str, Any]], list[Text]]:
    """The rows by column, each with the line it began on; a broken one is noted and the others are kept."""
    rows: list[dict[str, Any]] = []
    notes: list[Text] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return rows, notes
        except csv.Error as error:
            notes.append(Text("grading.broken_row", {"line": line, "reason": str(error)}))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        row: dict[str, Any] = dict.fromkeys(names, "") | dict(zip(names, cells, strict=False))
        rows.append({**row, LINE: line, MORE: cells[len(names) :]})
        if len(cells) > len(names) and names[-1].strip().lower() == "answer":
            rows[-1][names[-1]] = delimiter.join(cells[len(names) - 1 :])  # a formula with bare commas
        elif any(cell.strip() for cell in cells[len(names) :]):
            notes.append(Text("grading.extra_cells", {"line": line, "count": len(cells) - len(names)}))


def _of_rows(rows: list[dict[str, Any]]) -> Submissions:
    if not rows:
        raise ProblemError("grading.no_rows")
    columns = {str(name).strip().lower(): name for name in rows[0] if name not in (LINE, MORE)}
    if "question" in columns and "answer" in columns:
        return _long(rows, columns)
    who = next((columns[name] for name in STUDENT if name in columns), None)
    if who is None:
        raise ProblemError(
            "grading.missing_columns", found=", ".join(map(str, columns.values())), expected=", ".join(LONG)
        )
    return _wide(rows, who)


def _long(rows: list[dict[str, Any]], columns: dict[str, Any]) -> Submissions:
    found: dict[tuple[str, str], Submission] = {}
    notes: list[Text] = []
    who = next((columns[name] for name in STUDENT if name in columns), None)
    for k, row in enumerate(rows):
        line = row.get(LINE)
        key = (str(row.get(who or "") or "").strip(), str(row.get(columns["question"]) or "").strip())
        if not key[0] and who is not None:
            notes.append(Text("grading.no_student", {"line": line or k + 1}))
        if not key[1]:
            notes.append(Text("grading.no_question", {"line": line or k + 1}))
            continue
        if key in found:
            notes.append(
                Text("grading.twice", {"line": line or k + 1, "student": key[0], "question": key[1]})
            )
        found[key] = Submission(*key, row.get(columns["answer"]), line)
    return Submissions(tuple(found.values()), tuple(notes))


def _wide(rows: list[dict[str, Any]], who: str) -> Submissions:
    found: list[Submission] = []
    notes: list[Text] = []
    seen: dict[str, None] = {}
    for k, row in enumerate(rows):
        line = row.get(LINE)
        student = str(row.get(who or "") or "").strip()
        if student in seen:
            notes.append(Text("grading.duplicate_student", {"line": line or k + 1, "student": student}))
            continue
        seen[student] = None
        for name, value in row.items():
            if name not in (who, LINE, MORE) and str(name).strip() and value not in ("", None):
                found.append(Submission(student, str(name).strip(), value, line))
    return Submissions(tuple(found), tuple(notes), tuple(student for student in seen if student))
