"""What marking shows: the feedback of a student, the report of a class, what a teacher is told beforehand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import symdl
from symdl.cli.commands import main
from symdl.document.blocks import Bars, Pictures
from symdl.document.language import Language
from symdl.document.marks import class_report
from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS
from symdl.grading.lint import coinciding as lint_of
from symdl.grading.lint import lint
from symdl.grading.marker import Marker
from symdl.grading.reporting.summary import summary
from symdl.text import sentence, template

CLASS = {
    "Ada": {"gradient.L.b2": "delta2", "gradient.L.W1": "delta1 x^T"},
    "Bob": {"gradient.L.b2": "(o-y)", "gradient.L.b1": "w2 * (o-y) * h1 * (1-h1)", "value.z1": "W1 x"},
    "Cem": {"gradient.L.b2": "(o - y", "adjoint.L.z2": "(o-y)", "gradient.L.w2": "(o-y) h1"},
    "<b>&": {"gradient.L.b2": "<script>alert(1)</script>"},
}


@pytest.fixture(scope="module")
def report(network: Any) -> Any:
    return symdl.grade(network, CLASS)


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("form", ["html", "tex", "md", "txt"])
def test_feedback_shows_line_reading_verdict_and_right_line(report: Any, language: str, form: str) -> None:
    page = str(symdl.render(symdl.feedback(report, language=language), form))
    assert "Bob" in page and "(o-y)" in page
    assert "<script>" not in page or form != "html"
    for row in report:
        assert row.status in ("right", "unreadable") or row.spoken(language).split()[0] in page


def test_every_wrong_answer_has_its_right_line(report: Any) -> None:
    wrong = [row for row in report if row.status == "wrong"]
    assert wrong and all(row.shown.right and row.shown.right_tex for row in wrong)
    assert {row.shown.handed for row in wrong} <= {a for answers in CLASS.values() for a in answers.values()}


def test_the_report_of_a_class_counts_each_error_once(report: Any) -> None:
    counts = summary(report)
    assert counts.students == 4 and counts.carried == sum(r.status == "follows_from_error" for r in report)
    mistakes = {(m.mistake, m.place): m.count for m in counts.mistakes}
    assert mistakes["missing_factor", "o"] == 2 and mistakes["missing_term", "z1"] == 1
    assert json.loads(report.export("class"))["students"] == 4
    for language, name in (("en", "A factor of the chain missing"), ("fa", "نبودن یک عامل زنجیره")):
        assert name in str(symdl.render(symdl.class_report(report, language=language), "html"))


def test_a_question_that_cannot_tell_is_reported() -> None:
    dead = symdl.problem(
        given={"x": [1, 2], "W": [[-1, -1], [1, 1]], "v": [1, 1]},
        let={"z": "W x", "h": "relu(z)", "L": "v^T h"},
        asks=[{"gradient": "L", "by": ["W"]}],
    )
    assert "lint.zeros" in {text.key for text in lint(dead)} and "extra_factor" not in coinciding(dead)
    open_gate = symdl.problem(
        given={"x": [1, 2], "W": [[1, 1], [1, 1]], "v": [1, 1]},
        let={"z": "W x", "h": "relu(z)", "L": "v^T h"},
        asks=[{"gradient": "L", "by": ["W"]}],
    )
    assert "missing_factor" in coinciding(open_gate)
    for language, words in (("en", "A factor of the chain missing"), ("fa", "نبودن یک عامل زنجیره")):
        said = [sentence(text, language) for text in lint(open_gate)]
        assert any(words in line for line in said) and not any("missing_factor" in line for line in said)


def coinciding(problem: Any) -> list[str]:
    """The mistakes that some question of a problem cannot tell from the right answer."""
    marker = Marker(problem)
    return [key for id in marker.judge.questions.asked for key in lint_of(marker, marker.judge.questions[id])]


TRAPS: dict[str, tuple[dict[str, Any], str]] = {
    "a slope of one": (
        {
            "given": {"x": 0, "w": 3, "y": 1}, "let": {"z": "w x", "a": "tanh(z)", "L": "(a-y)^2/2"},
            "asks": [{"gradient": "L", "by": ["x"]}],
        },
        "missing_factor",
    ),
    "an input of one": (
        {
            "given": {"x": 1, "w": "1/2", "b": 0, "y": 2}, "let": {"o": "w x + b", "L": "(o-y)^2/2"},
            "asks": [{"gradient": "L", "by": ["b"]}],
        },
        "bias_times_input",
    ),
    "symmetric weights": (
        {
            "given": {"x": [0.5, -1], "V": [[2, 1], [1, 3]], "W": [[1, 2], [2, 1]], "y": [1, 0]},
            "let": {"h": "W x", "a": "tanh(h)", "o": "V a", "L": "sum((o-y)^2)/2"},
            "asks": [{"gradient": "L", "by": ["W"]}],
        },
        "weights_not_transposed",
    ),
    "a start at zero": (
        {
            "given": {"w": 0}, "let": {"L": "(w - 3)^2"},
            "asks": [{"update": "gd", "of": "L", "by": ["w"], "learning_rate": "1/10"}],
        },
        "step_alone",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_traps_in_questions_are_told(name: str) -> None:
    tables, key = TRAPS[name]
    assert key in coinciding(symdl.problem(**tables))


def test_nothing_is_said_of_good_questions() -> None:
    network = symdl.problem(
        given={
            "x": [0.5, -1.3], "W1": [[0.3, -0.7], [0.9, 0.2]], "b1": [0.1, -0.2], "w2": [0.8, -1.1], "y": 0.4,
        },
        let={"z": "W1 x + b1", "h": "tanh(z)", "o": "w2^T h", "L": "(o-y)^2/2"},
        asks=[{"gradient": "L", "by": ["W1", "b1", "w2"]}],
    )  # fmt: skip
    steps = symdl.problem(
        given={"w": [1.3, -0.7]},
        let={"L": "3 w[1]^2 + w[1] w[2] + 2 w[2]^4"},
        asks=[{"update": "adam", "of": "L", "by": ["w"], "steps": 3, "learning_rate": "1/10"}],
    )
    assert lint(network) == lint(steps) == ()


def test_a_good_question_passes(network: Any) -> None:
    assert [text for text in lint(network) if text.key == "lint.refused"] == []


def test_the_report_of_a_class_shows_how_often_each_mistake_was_made(network: Any) -> None:
    wrong = {"gradient.L.b2": ["(o - y)", "(y - o) o (1 - o)", "(o - y) (1 - o)", "(o - y)"]}
    answers = {str(k): {"gradient.L.b2": answer} for k, answer in enumerate(wrong["gradient.L.b2"])}
    report = symdl.grade(network, answers)
    for language, name in (("en", "A factor of the chain missing"), ("fa", "نبودن یک عامل زنجیره")):
        (pictures,) = [b for b in class_report(report, language).blocks if isinstance(b, Pictures)]
        (bars,) = pictures.parts
        assert isinstance(bars, Bars)
        assert (bars.bars[0].name, bars.bars[0].value) == (name, 3.0)
        assert bars.direction == ("rtl" if language == "fa" else "ltr") and name in bars.alt


def test_every_mistake_has_a_short_name() -> None:
    for language in ("en", "fa"):
        assert all(template(f"cause.{key}", language) for key in MISCONCEPTIONS)


@pytest.mark.parametrize(("question", "answer"), [("gradient.f.x", "2x +"), ("gradient.f.xx", "2x")])
def test_the_reason_of_a_refusal_is_in_the_language_of_the_sheet(question: str, answer: str) -> None:
    problem = symdl.problem(given={"x": 3}, let={"f": "x^2"}, asks=[{"gradient": "f", "by": "x"}])
    row = symdl.grade(problem, {question: answer}).row(question)
    assert row.status == "unreadable" and row.feedback.isascii()
    words = row.spoken("fa").replace(question, "").replace("gradient.f.x", "")
    assert not re.search("[A-Za-z]{3}", words), words


NAMES = {
    "سارا": "delta2", "../../etc/passwd": "(o-y)", "ada": "delta2", "Ada": "(o-y)", "N" * 300: "delta2",
    "\u202eevil\u202c": "<script>", '<b>Bob</b> & "Co"': "(o - y", "": "delta2",
}  # fmt: skip


def test_a_sheet_for_every_student_whatever_the_name(tmp_path: Path) -> None:
    """Nobody's sheet is lost, and nobody's name leads out of the folder or into another's sheet."""
    problem = Path(__file__).parents[2] / "worked_examples" / "mlp_relu_sigmoid" / "problem.toml"
    (tmp_path / "a.json").write_text(json.dumps({n: {"gradient.L.W2": a} for n, a in NAMES.items()}), "utf-8")
    (tmp_path / "sheets").mkdir()
    words = ["grade", str(problem), str(tmp_path / "a.json"), "-o", str(tmp_path / "sheets"), "--format"]
    for form, ending in (("html", ".html"), ("gradescope", ".json")):
        found = CliRunner().invoke(main, [*words, form])
        assert found.exit_code == 1, found.output  # some could not be read
        sheets = [path for path in (tmp_path / "sheets").iterdir() if path.suffix == ending]
        assert len({path.name.casefold() for path in sheets}) == len(NAMES)
        assert all(len(path.name.encode()) <= 100 for path in sheets)
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", "sheets"}


def test_a_folder_of_sheets_is_made(tmp_path: Path) -> None:
    problem = Path(__file__).parents[2] / "worked_examples" / "mlp_relu_sigmoid" / "problem.toml"
    (tmp_path / "a.json").write_text('{"سارا": {"gradient.L.W2": "delta2"}, "Bob": {}}', "utf-8")
    words = ["grade", str(problem), str(tmp_path / "a.json"), "--language", "fa", "-o"]
    assert CliRunner().invoke(main, [*words, str(tmp_path / "new")]).exit_code == 0
    sheets = list((tmp_path / "new").iterdir())
    assert len(sheets) == 2 and all(path.read_bytes().startswith(b"%PDF") for path in sheets)
    found = CliRunner().invoke(main, [*words, str(tmp_path / "new"), "--format", "otter"])
    assert found.exit_code == 0 and len(list((tmp_path / "new").glob("*.py"))) == 2
    assert CliRunner().invoke(main, [*words, str(tmp_path / "no" / "where")]).exit_code == 2


def test_names_on_a_page_are_short_and_steer_nothing(network: Any) -> None:
    report = symdl.grade(network, {name: {"gradient.L.b2": answer} for name, answer in NAMES.items()})
    for language in ("en", "fa"):
        for page in (
            symdl.feedback(report, language=language),
            symdl.class_report(report, language=language),
        ):
            text = str(symdl.render(page, "html"))
            assert "\u202e" not in text and "N" * 60 not in text and "<b>Bob" not in text
    assert "\u202e" not in report.export("txt") and max(map(len, report.export("txt").split("\n"))) < 300


def test_the_right_line_says_it_in_known_quantities(network: Any) -> None:
    """A line that names another adjoint is no help to somebody who has not found that one."""
    report = symdl.grade(network, {"gradient.L.W1": "x", "gradient.L.b2": "1 + o"})
    assert report.row("gradient.L.b2").shown.right.endswith("(o - y) o(1 - o)")
    parts = report.row("gradient.L.W1").shown.right.split(" = ")
    assert len(parts) == 3 and "δ" in parts[1] and "δ" not in parts[2] and "w⁽²⁾" in parts[2]


def test_an_answer_stays_on_a_page_with_its_verdict(report: Any) -> None:
    page = str(symdl.render(symdl.feedback(report), "html"))
    assert page.count('<section class="level-2 kept"') == page.count("<pre")


def test_brackets_in_a_message_keep_their_direction() -> None:
    assert "\u200e`(`\u200e" in Language("fa").running("پرانتز `(` بسته نشده است")


def test_marks_and_names_in_persian(network: Any) -> None:
    """A third of a mark is no decimal with a slash; a joiner in a name stays; the average has few digits."""
    handed = {"علی‌اکبر": {"gradient.L.b2": "delta2"}, "سارا": {}, "رضا": {}}
    page = str(symdl.render(symdl.feedback(symdl.grade(network, handed), language="fa"), "txt"))
    assert "علی‌اکبر" in page
    assert "\ufffd" not in page
    assert not re.search("[۰-۹]/[۰-۹]", page)
    assert not re.search("٫[۰-۹]{3}", page)


def test_words_of_an_answer_are_told_in_persian(network: Any) -> None:
    row = symdl.grade(network, {"gradient.L.b2": "نمی‌دانم"}).row("gradient.L.b2")
    assert row.status == "unreadable"
    assert not re.search("[a-z]{3}", row.spoken("fa"))


def test_a_mistake_in_a_later_line_is_named(network: Any) -> None:
    """A formula behind a right one is no slip in the arithmetic."""
    answer = "(o-y) * o * (1-o)\n= (o-y) * o * (1+o)"
    row = symdl.grade(network, {"gradient.L.b2": answer}).row("gradient.L.b2")
    assert row.status == "wrong" and row.diagnosis == ("flipped_sign",) and "line 2" in row.feedback
