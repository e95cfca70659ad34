"""This module reads tables of answers as they come: of any encoding, with any separator, broken in places."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from symdl.errors import ProblemError
from symdl.resources import names_in
from symdl.text import Text, template

MAX_BYTES = 64_000_000
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # with which text of two bytes a letter begins
SEPARATORS = ",;\t؛"
SHEET = b"PK\x03\x04"  # with which the files of spreadsheets begin
LIKE = str.maketrans({"ي": "ی", "ك": "ک", "\u200c": " ", "_": " ", "ٔ": None, "ۀ": "ه"})


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its cells by column, and the line of the file that it begins on."""

    cells: Mapping[str, Any]
    line: int


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16, with a mark or without; other bytes as Windows' Arabic.

    >>> decoded("سارا".encode("cp1256")), decoded("سارا".encode("utf-16-le")), decoded("سارا".encode())
    ('سارا', 'سارا', 'سارا')
    """
    if data.startswith(SHEET):
        raise ProblemError("grading.spreadsheet")
    if data.startswith(WIDE_MARKS):
        return data.decode("utf-16", errors="replace")
    start = data[:2000]
    if len(start) > 1 and (4 * start.count(0) > len(start) or _persian_pairs(start)):
        little = start[1::2].count(0) + start[1::2].count(6) >= start[::2].count(0) + start[::2].count(6)
        return data.decode("utf-16-le" if little else "utf-16-be", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:  # line by line, for files that were put together
        return "\n".join(map(_decoded_line, data.removeprefix(b"\xef\xbb\xbf").split(b"\n")))


def _persian_pairs(start: bytes) -> bool:
    """Whether every other byte is that of a block of Arabic letters."""
    return 2 * max(start[1::2].count(6), start[::2].count(6)) > len(start) // 2


def _decoded_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1256"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", errors="replace")


def table(text: str) -> tuple[list[str], list[Line], list[Text]]:
    """The columns of a table, its rows, and what could not be read."""
    text = text.replace("\0", "\ufffd")
    csv.field_size_limit(MAX_BYTES)
    lines = io.StringIO(text, newline="").readlines()
    head = next((line for line in lines if line.strip()), "")
    separator = max(SEPARATORS, key=head.count)
    records, notes = _records(lines, separator)
    _, names = next(records, (0, list[str]()))
    columns = [name.strip() for name in names]
    notes += [
        Text("grading.column_twice", {"name": name})
        for name in dict.fromkeys(columns)
        if name and columns.count(name) > 1
    ]
    rows = [row for line, cells in records for row in _row(columns, line, cells, separator, notes)]
    return list(dict.fromkeys(columns)), rows, notes


def _row(
    columns: Sequence[str], line: int, cells: list[str], separator: str, notes: list[Text]
) -> Iterator[Line]:
    """The cells by column; of two columns of one name, the last cell that holds something."""
    if not any(cell.strip() for cell in cells):
        return
    row = dict.fromkeys(columns, "")
    for name, cell in zip(columns, cells, strict=False):
        row[name] = cell if cell.strip() else row[name]
    more = cells[len(columns) :]
    if more and meaning(columns[-1]) == "answer":
        row[columns[-1]] = separator.join(cells[len(columns) - 1 :])  # a formula with bare commas
    elif any(cell.strip() for cell in more):
        notes.append(Text("grading.extra_cells", {"line": line, "count": len(more)}))
    yield Line(row, line)


def _records(lines: list[str], separator: str) -> tuple[Iterator[tuple[int, list[str]]], list[Text]]:
    """The cells of each row with its line; a row with a quotation mark too many ends with its line."""
    notes: list[Text] = []

    def read() -> Iterator[tuple[int, list[str]]]:
        start = 0
        while start < len(lines):
            reader = csv.reader(islice(lines, start, None), delimiter=separator, strict=True)
            first = start
            try:
                for cells in reader:
                    yield first + 1, cells
                    first = start + reader.line_num
                return
            except csv.Error as error:
                notes.append(Text("grading.broken_row", {"line": first + 1, "reason": str(error)}))
                yield first + 1, _unquoted(lines[first], separator)
                start = first + 1

    return read(), notes


def _unquoted(line: str, separator: str) -> list[str]:
    """The cells of one line whose quotation marks do not pair."""
    cells = next(csv.reader([line], delimiter=separator, quoting=csv.QUOTE_NONE), [])
    return [cell.strip().strip('"') for cell in cells]


# Columns by their meaning


def meaning(name: str) -> str:
    """What a column is, by its name in any language: student, question, answer, or about the student.

    >>> meaning("Student_ID"), meaning("پاسخ"), meaning("gradient.L.W1")
    ('student', 'answer', '')
    """
    return _meanings().get(_plain(name), "")


def _plain(name: str) -> str:
    return " ".join(str(name).strip().lower().translate(LIKE).split())


@cache
def _meanings() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in names_in("languages"):
        for kind in ("student", "question", "answer", "person"):
            for word in re.split("[,،]", template(f"grading.columns.{kind}", language) or ""):
                found.setdefault(_plain(word), kind)
    return found


def ranked(name: str) -> int:
    """The place of a column among those that can tell students apart: a number before a name."""
    return list(_meanings()).index(_plain(name))
