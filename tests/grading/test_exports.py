"""Reports in the formats of platforms, tried with the platforms themselves where these are installed."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import symdl
import symdl.grading.reporting.platforms
from symdl.errors import OutputError
from symdl.grading.reporting.forms import forms
from symdl.grading.reporting.report import Report

ANSWERS = {
    "ada@example.org": {"gradient.L.b2": "delta2", "gradient.L.b1": "delta1"},
    "=bob@example.org": {"gradient.L.b2": "(o-y)", "gradient.L.b1": "(o - y"},
}


@pytest.fixture(scope="module")
def report(network: Any) -> Report:
    return symdl.grade(network, ANSWERS)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize(
    "form", ["csv", "json", "txt", "gradescope", "prairielearn", "nbgrader", "otter", "moodle"]
)
def test_every_format_is_written_in_both_languages(report: Report, form: str, language: str) -> None:
    part = report.of("ada@example.org") if forms()[form].single else report
    assert part.export(form, language).strip()
    assert form in forms()


@pytest.mark.parametrize("form", ["gradescope", "prairielearn"])
def test_a_file_of_one_student_does_not_take_a_class(report: Report, form: str) -> None:
    with pytest.raises(OutputError) as caught:
        report.export(form)
    assert caught.value.key == "output.one_student"


@pytest.mark.parametrize("form", ["csv", "moodle", "nbgrader"])
def test_no_cell_starts_a_formula(report: Report, form: str) -> None:
    for row in rows(report.export(form)):
        for name, cell in row.items():
            assert not name.startswith(("=", "+", "@")) and not cell.startswith(("=", "+", "@", "\t"))
            assert cell == "-" or not cell.startswith("-") or float(cell) <= 0


def test_prairielearn(report: Report) -> None:
    found = json.loads(report.of("=bob@example.org").export("prairielearn"))
    assert found["gradable"] is True and found["score"] == 0 and len(found["format_errors"]) == 1
    assert all({"points", "max_points", "name"} <= set(test) for test in found["tests"])
    assert json.loads(report.of("ada@example.org").export("prairielearn"))["score"] == 0.4


def test_moodle_has_a_grade_beside_every_feedback(report: Report) -> None:
    table = rows(report.export("moodle"))
    assert list(table[0]) == [
        "email", "gradient.L.b2", "gradient.L.b2 (feedback)", "gradient.L.b1", "gradient.L.b1 (feedback)",
    ]  # fmt: skip
    assert table[0]["gradient.L.b2"] == "2" and table[1]["gradient.L.b1"] == "-"


def test_moodle_is_not_given_answers_of_nobody(network: Any) -> None:
    """A row without a student would change the grades of the row before."""
    report = symdl.grade(network, {"ada@example.org": ANSWERS["ada@example.org"], "gradient.L.b2": "1"})
    assert [row["email"] for row in rows(report.export("moodle"))] == ["ada@example.org"]


def test_the_value_of_an_nbgrader_cell(report: Report, capfd: pytest.CaptureFixture[str]) -> None:
    assert isinstance(report.of("ada@example.org").points, float)
    assert report.of("ada@example.org").points == 4.0 and capfd.readouterr().err == ""
    (first, _) = rows(report.export("nbgrader"))
    assert (first["student_id"], first["score"], first["max_score"]) == ("ada@example.org", "4", "10")


def test_the_test_file_of_otter_is_python(report: Report) -> None:
    source = report.export("otter")
    compile(source, "test.py", "exec")
    assert "'gradient.L.b2', points=2.0" in source


@pytest.mark.peers
def test_otter_runs_the_test_file(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = pytest.importorskip("otter.test_files", reason="otter-grader is not installed")
    example = Path(__file__).parents[2] / "worked_examples" / "mlp_relu_sigmoid" / "problem.toml"
    shutil.copy(example, tmp_path / "problem.toml")
    marked = symdl.grade(symdl.load(example), {"gradient.L.W2": "delta2 h1^T", "gradient.L.W1": "delta1 x^T"})
    (tmp_path / "q.py").write_text(marked.export("otter"), "utf-8")
    monkeypatch.chdir(tmp_path)
    config = pytest.importorskip("otter.nbmeta_config").NBMetadataConfig({})
    test = files.create_test_file(str(tmp_path / "q.py"), config)
    test.run({"answers": {"gradient.L.W2": r"\delta_2 h_1^\top", "gradient.L.W1": "x delta1^T"}})
    assert [case.passed for case in test.test_case_results] == [True, False]


@pytest.mark.peers
def test_nbgrader_takes_the_value_of_the_cell(report: Report) -> None:
    utils = pytest.importorskip("nbgrader.utils", reason="nbgrader is not installed")
    formats = pytest.importorskip("nbformat.v4")
    value = report.of("ada@example.org").points
    output = formats.new_output("execute_result", {"text/plain": repr(value)})
    meta = {"nbgrader": {"grade": True, "solution": False, "points": 5, "grade_id": "a", "schema_version": 3}}
    cell = formats.new_code_cell("report.points", outputs=[output], metadata=meta)
    assert utils.determine_grade(cell)[:2] == (4.0, 5)


GRADED = """import symdl
ask = {"gradient": "f", "by": ["w"], "points": 4}
p = symdl.problem(given={"x": 3, "w": 2}, let={"f": "w x^2"}, asks=[ask])
report = symdl.grade(p, {"gradient.f.w": answer})
print(report.row("gradient.f.w").feedback)
report.points"""


@pytest.mark.peers
@pytest.mark.slow
def test_nbgrader_grades_and_exports_a_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way: an assignment, two submissions, autograding, the table of grades, and ours beside it."""
    pytest.importorskip("nbgrader", reason="nbgrader is not installed")
    formats, v4 = pytest.importorskip("nbformat"), pytest.importorskip("nbformat.v4")
    common = {"schema_version": 3, "task": False, "cell_type": "code"}
    solution = {"grade": False, "solution": True, "locked": False, "grade_id": "answer", **common}
    grade = {"grade": True, "solution": False, "locked": True, "grade_id": "test", "points": 4, **common}
    answers = {"source": "x^2", "submitted/ada": "x*x", "submitted/bob": "2 w x"}
    for folder, answer in answers.items():
        notebook = v4.new_notebook()
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.cells = [
            v4.new_code_cell(f"answer = {answer!r}", metadata={"nbgrader": solution}),
            v4.new_code_cell(GRADED, metadata={"nbgrader": grade}),
        ]
        (tmp_path / folder / "ps1").mkdir(parents=True)
        formats.write(notebook, tmp_path / folder / "ps1" / "p.ipynb")
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'symdl'\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(symdl.__file__).parents[1]))
    for words in (["generate_assignment", "ps1"], ["autograde", "ps1"], ["export"]):
        subprocess.run([sys.executable, "-m", "nbgrader", *words], capture_output=True, check=True)
    theirs = {row["student_id"]: row for row in rows((tmp_path / "grades.csv").read_text())}
    assert {student: float(row["score"]) for student, row in theirs.items()} == {"ada": 4.0, "bob": 0.0}
    problem = symdl.problem(
        given={"x": 3, "w": 2},
        let={"f": "w x^2"},
        asks=[{"gradient": "f", "by": ["w"], "points": 4}],
    )
    report = symdl.grade(problem, {name: {"gradient.f.w": answers[f"submitted/{name}"]} for name in theirs})
    for row in rows(report.export("nbgrader")):
        assert list(row) == list(theirs[row["student_id"]])
        assert float(row["score"]) == float(theirs[row["student_id"]]["score"])


def test_the_cell_of_a_notebook_writes_nothing_to_standard_error(tmp_path: Path) -> None:
    code = (
        "import symdl\n"
        "p = symdl.problem(given={'x': 3}, let={'f': 'x^2'}, asks=[{'gradient': 'f', 'by': 'x'}])\n"
        "print(symdl.grade(p, {'gradient.f.x': '2x'}).points)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("1.0", "")
