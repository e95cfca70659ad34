"""Files as they come: odd encodings, broken rows, many rows; good rows are marked and nothing is lost."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy
from click.testing import CliRunner

import symdl
from symdl.cli.commands import main
from symdl.grading import workers
from symdl.grading.reporting.report import Row
from symdl.grading.reporting.submissions import Submission, submissions


def marks(network: Any, path: Path, content: bytes) -> Any:
    path.write_bytes(content)
    return symdl.grade(network, path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(network: Any, tmp_path: Path, encoding: str) -> None:
    text = "student,question,answer\nسارا,gradient.L.b2,delta2\n"
    report = marks(network, tmp_path / "a.csv", text.encode(encoding))
    assert [(row.student, row.status) for row in report] == [("سارا", "right")]


def test_rows_that_cannot_be_used_are_named(network: Any, tmp_path: Path) -> None:
    text = (
        "student,question,answer\r\nAda,gradient.L.b2,delta2\r\n\r\nBob,,1\r\n,gradient.L.b2,delta2\r\n"
        'Cem,gradient.L.w2,[dL/dz2*h1[1], dL/dz2*h1[2]]\r\nDia,gradient.L.b2,"delta2\n= (o-y)*o*(1-o)"\r\n'
        "Ada,gradient.L.b2,delta2\r\nEve,gradient.L.q,1\r\n"
    )
    report = marks(network, tmp_path / "a.csv", text.encode())
    found = {(row.student, row.question): row.status for row in report}
    assert found["Ada", "gradient.L.b2"] == found["Cem", "gradient.L.w2"] == "right"
    assert found["Dia", "gradient.L.b2"] == found["", "gradient.L.b2"] == "right"
    assert found["Eve", "gradient.L.q"] == "unreadable" and "gradient.L" in report.rows[-1].feedback
    assert [note.facts["line"] for note in report.notes] == [4, 5, 9, 10]


def test_wide_files_with_extra_cells(network: Any, tmp_path: Path) -> None:
    text = "student,gradient.L.b2,value.z1\nAda,delta2,W1 x + b1,more\nBob,delta2\n"
    report = marks(network, tmp_path / "a.csv", text.encode())
    assert [row.status for row in report] == ["right"] * 3
    assert [note.facts["line"] for note in report.notes] == [2]


def test_files_put_together_from_two_encodings(network: Any, tmp_path: Path) -> None:
    text = b"student,question,answer\n" + "سارا,gradient.L.b2,delta2\n".encode()
    report = marks(network, tmp_path / "a.csv", text + "رضا,gradient.L.b2,delta2\n".encode("cp1256"))
    assert [(row.student, row.status) for row in report] == [("سارا", "right"), ("رضا", "right")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "؛"])
def test_columns_in_persian_and_separators_of_spreadsheets(
    network: Any, tmp_path: Path, separator: str
) -> None:
    long = separator.join(["شماره‌ی دانشجویی", "سوال", "پاسخ"])
    long = long.replace("شماره‌ی", "شمارهٔ") + "\n" + separator.join(["۹۸۱", "gradient.L.b2", "delta2"]) + "\n"
    wide = separator.join(["دانشجو", "gradient.L.b2"]) + "\n" + separator.join(["۹۸۱", "delta2"]) + "\n"
    for text in (long, wide):
        report = marks(network, tmp_path / "a.csv", text.encode("utf-8-sig"))
        assert [(row.student, row.status) for row in report] == [("۹۸۱", "right")]


def test_a_quotation_mark_too_many_costs_nobody_else_an_answer(network: Any, tmp_path: Path) -> None:
    head = 'student,question,answer\nDia,gradient.L.b2,"delta2\n'
    rest = "".join(f"{name},gradient.L.b2,delta2\n" for name in ("Eve", "Fay"))
    for text in (head + rest, head + 'Gil,gradient.L.b2,"delta2"\n' + rest):
        report = marks(network, tmp_path / "a.csv", text.encode())
        assert {"Dia", "Eve", "Fay"} <= {row.student for row in report}
        assert {row.status for row in report} == {"right"}
        assert [note.facts["line"] for note in report.notes] == [2]


def test_answers_given_twice(network: Any, tmp_path: Path) -> None:
    """The last answer to a question counts, and none is lost."""
    wide = "student,gradient.L.b2,value.z1,value.z1\nAda,1,,\nAda,delta2,W1 x + b1,\n"
    report = marks(network, tmp_path / "a.csv", wide.encode())
    assert {row.question: row.status for row in report} == {"gradient.L.b2": "right", "value.z1": "right"}
    assert {note.key for note in report.notes} == {"grading.duplicate_student", "grading.column_twice"}


def test_columns_that_are_no_questions(network: Any, tmp_path: Path) -> None:
    """A column of remarks is told once; one that looks like a question stays, as answers nobody can mark."""
    wide = "Timestamp,Email Address,gradient.L.b2,remarks,gradient.L.bb\n1,a@b,delta2,hello,1\n2,c@d,,well,\n"
    report = marks(network, tmp_path / "a.csv", wide.encode())
    assert [(row.student, row.status) for row in report] == [("a@b", "right"), ("a@b", "unreadable")]
    assert [note.key for note in report.notes] == ["grading.unknown_column", "grading.unknown_question"]
    assert report.students == ("a@b", "c@d")


def test_a_blank_answer_is_none(network: Any, tmp_path: Path) -> None:
    report = marks(network, tmp_path / "a.csv", b"student,question,answer\nAda,gradient.L.b2, \n")
    assert not report.rows and report.students == ("Ada",) and report.max_score == 10
    assert not symdl.grade(network, {"Ada": {"gradient.L.b2": None}}).rows


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"student,question\nAda,gradient.L.b2\n", "missing_columns"),
        (b"PK\x03\x04 and so on", "spreadsheet"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"student,question,answer\n", "no_rows"),
    ],
)
def test_files_without_answers(network: Any, tmp_path: Path, content: bytes, key: str) -> None:
    with pytest.raises(symdl.SymdlError) as caught:
        marks(network, tmp_path / "a.csv", content)
    assert caught.value.key == f"grading.{key}"
    for language in ("en", "fa"):
        assert caught.value.message(language)


def test_rows_of_json_that_are_none(network: Any, tmp_path: Path) -> None:
    text = b'[3, {"student": "Ada", "question": "gradient.L.b2", "answer": "delta2"}]'
    report = marks(network, tmp_path / "a.json", text)
    assert [row.status for row in report] == ["right"]
    assert [(note.key, note.facts["line"]) for note in report.notes] == [("grading.no_row", 1)]


def test_the_command_tells_of_rows_on_standard_error(tmp_path: Path) -> None:
    problem = Path(__file__).parents[2] / "worked_examples" / "mlp_relu_sigmoid" / "problem.toml"
    (tmp_path / "a.csv").write_text("student,question,answer\nAda,,1\nBob,gradient.L.Q,1\n")
    for language, words in (("en", ("Row 2", "Row 3")), ("fa", ("ردیف ۲", "ردیف ۳"))):
        found = CliRunner().invoke(
            main, ["grade", str(problem), str(tmp_path / "a.csv"), "--language", language]
        )
        assert all(word in found.stderr for word in words) and "Q" in found.stdout


class Table:
    """As much of a table of pandas as is looked at."""

    columns = ("student", "gradient.L.b2", "value.z1")

    def to_dict(self, orient: str) -> list[dict[str, Any]]:
        assert orient == "records"
        return [
            {"student": "Ada", "gradient.L.b2": "delta2", "value.z1": float("nan")},
            {"student": "Bob", "gradient.L.b2": float("nan"), "value.z1": "W1 x + b1"},
        ]


def test_a_table_of_pandas(network: Any) -> None:
    report = symdl.grade(network, Table())
    assert [(row.student, row.question, row.status) for row in report] == [
        ("Ada", "gradient.L.b2", "right"), ("Bob", "value.z1", "right"),
    ]  # fmt: skip


def test_expressions_of_sympy_are_answers(network: Any) -> None:
    o, y, h = sympy.symbols("o y h1")
    values = symdl.derive(network).values
    answers = {
        "gradient.L.b2": (o - y) * o * (1 - o), "gradient.L.w2": (o - y) * o * (1 - o) * h,
        "value.W1": sympy.Matrix(values["W1"]), "value.z1": sympy.Matrix(values["z1"]),
    }  # fmt: skip
    for source in (answers, [{"question": id, "answer": given} for id, given in answers.items()]):
        assert {row.question: row.status for row in symdl.grade(network, source)} == dict.fromkeys(
            answers, "right"
        )


def test_a_set_of_named_values(network: Any) -> None:
    values = {name: symdl.derive(network).values[name] for name in ("z1", "z2")}
    report = symdl.grade(network, {"Ada": {"forward": {**values, "gradient.L.b2": "delta2"}}})
    assert {row.question: row.status for row in report} == {
        "value.z1": "right", "value.z2": "right", "gradient.L.b2": "right",
    }  # fmt: skip


def test_keys_that_come_twice_in_json_are_refused(network: Any, tmp_path: Path) -> None:
    with pytest.raises(symdl.SymdlError, match="Ada"):
        marks(network, tmp_path / "a.json", b'{"Ada": {"value.L": 1}, "Ada": {"value.L": 2}}')


def test_very_many_rows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("student,question,answer\n" + "".join(f"s{k},q,{k}\n" for k in range(100_000)))
    assert len(submissions(path).answers) == 100_000


class Pool:
    """A pool whose worker dies at one answer."""

    def schedule(self, _: Any, args: tuple[list[list[Submission]]], timeout: float) -> Future[Any]:
        future: Future[Any] = Future()
        (groups,) = args
        if any(one.answer == "deadly" for group in groups for one in group):
            future.set_exception(TimeoutError())
        else:
            rows = [
                [Row(one.student, one.question, Fraction(1), Fraction(1), "right") for one in group]
                for group in groups
            ]
            future.set_result(rows)
        return future


def test_a_killed_worker_costs_one_answer() -> None:
    groups = [[Submission(s, q, "deadly" if (s, q) == ("b", "2") else "x") for q in "123"] for s in "abc"]
    pool = Pool()
    rows = workers._received(pool, groups, workers._sent(pool, groups))
    statuses = [[row.status for row in each] for each in rows]
    assert statuses == [["right"] * 3, ["right", "undecided", "right"], ["right"] * 3]


class Fragile(Pool):
    """A pool that breaks as a whole after some tasks."""

    def __init__(self, tasks: int) -> None:
        self.tasks = tasks

    def schedule(self, _: Any, args: tuple[list[list[Submission]]], timeout: float) -> Future[Any]:
        self.tasks -= 1
        if self.tasks == 0:
            future: Future[Any] = Future()
            future.set_exception(BrokenProcessPool("all workers are gone"))
            return future
        if self.tasks < 0:
            raise RuntimeError
        return super().schedule(_, args, timeout)


@pytest.mark.parametrize(("lives", "unmarked"), [((2, 2, 99), 0), ((1, 1, 1), 40), ((2, 1, 1), 40)])
def test_a_broken_pool_is_followed_by_another(
    network: Any, monkeypatch: pytest.MonkeyPatch, lives: tuple[int, ...], unmarked: int
) -> None:
    pools = iter(lives)
    monkeypatch.setattr(workers, "_pool", lambda *_: nullcontext(Fragile(next(pools))))
    groups = [[Submission(f"s{k}", "q", "x")] for k in range(40)]
    rows = workers.marked_apart(network, groups, 2)
    assert [found is None for found in rows].count(True) == unmarked
    assert all(found is None or found[0].student == f"s{k}" for k, found in enumerate(rows))


@pytest.mark.slow
def test_workers_give_the_same_marks(network: Any) -> None:
    answers = ["delta2", "(o-y)", "(o - y", "sum(ones(3000,3000))", "-delta2"]
    rows = [
        {"student": f"s{k}", "question": "gradient.L.b2", "answer": answers[k % len(answers)]}
        for k in range(300)
    ]
    alone, together = symdl.grade(network, rows), symdl.grade(network, rows, workers=2)
    assert [(r.student, r.status, r.diagnosis) for r in alone] == [
        (r.student, r.status, r.diagnosis) for r in together
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "sum(ones(3000,3000))",
        "eye(2000) ones(2000)",
        "zeros(10000, 10000)",
        "sum(sum(i*j*p, i=1..900), j=1..900)",
    ],
)
def test_too_much_work_is_refused_before_it_is_done(network: Any, answer: str) -> None:
    row = symdl.grade(network, {"gradient.L.b2": answer}).rows[0]
    assert row.status == "unreadable" and row.seconds < 10
    assert symdl.compare(answer, "1", symbols={"p": []}).outcome == "unreadable"
