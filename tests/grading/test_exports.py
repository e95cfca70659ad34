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


def test_the_cell_of_a_notebook_writes_nothing_to_standard_error(tmp_path: Path) -> None:
    code = (
        "import symdl\n"
        "p = symdl.problem(given={'x': 3}, let={'f': 'x^2'}, asks=[{'gradient': 'f', 'by': 'x'}])\n"
        "print(symdl.grade(p, {'gradient.f.x': '2x'}).points)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("1.0", "")
