"""These tests run the command with a stand-in for the library: options, outputs, errors, exit codes."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from symdl.cli import library, main, progress
from symdl.cli.examples import names
from symdl.cli.options import is_file, split
from symdl.errors import CheckFailed, FormulaError, OutputError, Place, ProblemError
from symdl.formula.tree import Number
from symdl.problems.reading.file import read_file
from symdl.problems.reading.values import Written, exact
from symdl.resources import read_toml

HOLDS, UNDECIDED, FAILS = (SimpleNamespace(outcome=outcome) for outcome in ("holds", "undecided", "fails"))


@pytest.fixture
def calls(monkeypatch):
    """A library that does nothing but note how it is called."""
    noted = SimpleNamespace(checks=[HOLDS], broken={}, derivation=None, layout=None, look=None)

    def derivation(source, at, by):
        noted.derivation = (source, at, by)
        return "derivation"

    def composed(_derivation, _checks, layout):
        noted.layout = layout
        return "document"

    def rendered(document, form, look, to=None):
        noted.look = look
        if form in noted.broken:
            raise noted.broken[form]
        content = b"%PDF" if form == "pdf" else f"{document} as {form}"
        if to is not None:
            library.write(to, content)
        return content

    monkeypatch.setattr(library, "derivation", derivation)
    monkeypatch.setattr(library, "verified", lambda _derivation: noted.checks)
    monkeypatch.setattr(library, "composed", composed)
    monkeypatch.setattr(library, "rendered", rendered)
    monkeypatch.setattr(library, "json", lambda _derivation, _checks: "{}")
    monkeypatch.setattr(library, "report", lambda _derivation, _checks, language: f"table in {language}")
    monkeypatch.setattr(library, "listing", lambda kind, language: f"{kind} in {language}")
    monkeypatch.setattr(library, "explained", lambda key, language: f"{key} in {language}")
    return noted


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args):
    return CliRunner().invoke(main, args, prog_name="symdl")


def test_solve_prints_to_the_terminal(calls):
    result = run("solve", "x^2 + 3xy", "--at", "x=2,y=0.50", "--by", "x,W[1,2]")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "document as terminal\n", "")
    assert calls.derivation == ("x^2 + 3xy", {"x": "2", "y": "0.50"}, ["x", "W[1,2]"])


def test_numbers_keep_their_digits(calls):
    run("solve", "x", "--at", "x=0.50, v=[1, [2, 1/3]], w=sqrt(2)")
    x, v, w = calls.derivation[1].values()
    assert exact(x) == Number(Fraction(1, 2), "0.50")
    assert (v, w) == (["1", ["2", "1/3"]], "sqrt(2)")
    assert [type(item) for item in (v[0], v[1][1], w)] == [Written, str, str]


@pytest.mark.parametrize("text", ["x", "2=3", "x=", "=2", "x=1,y", ""])
def test_values_that_are_none(calls, text):
    result = run("solve", "x", "--at", text)
    assert result.exit_code == 2
    assert "Values are given as `x=2,y=3`" in result.stderr


def test_only_what_was_chosen_is_passed_on(calls):
    run("solve", "x")
    assert (calls.layout, calls.look) == ({}, {})
    run("solve", "x", "--detail", "audit", "--known", "power,sum", "--view", "index", "--theme", "slides")
    assert calls.layout == {"detail": "audit", "known": ["power", "sum"], "view": "index"}
    assert calls.look == {"theme": "slides"}


def test_an_expression_may_begin_with_a_minus(calls):
    assert run("solve", "-x^2", "--at", "x=-3").exit_code == 0
    assert calls.derivation == ("-x^2", {"x": "-3"}, None)
    assert run("solve", "--bye", "x", "x").exit_code == 2


def test_files_by_their_endings(calls, place):
    result = run("solve", "x", *("-o" + name for name in ("a.pdf", "b.TEX", "c.html", "d.json", "e.txt")))
    assert (result.exit_code, result.output) == (0, "")
    assert (place / "a.pdf").read_bytes() == b"%PDF"
    assert (place / "b.TEX").read_text() == "document as tex"
    assert (place / "d.json").read_text() == "{}"
    assert len(list(place.iterdir())) == 5


def test_a_format_by_name(calls, place):
    assert run("solve", "x", "--format", "json").stdout == "{}\n"
    run("solve", "x", "--format", "html", "-o", "page")
    assert (place / "page").read_text() == "document as html"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("sheet.doc", "There is no format `.doc`"),
        ("missing/sheet.pdf", "missing/sheet.pdf cannot be written: there is no folder missing."),
        (".", ". is a folder, not a file."),
    ],
)
def test_outputs_that_cannot_be_are_refused_first(calls, place, file, expected):
    result = run("solve", "x", "-o", "good.html", "-o", file)
    assert result.exit_code == 2
    assert result.stderr.startswith(expected)
    assert calls.derivation is None
    assert not list(place.iterdir())


def test_a_missing_pdf_library_keeps_no_other_file_away(calls, place):
    calls.broken["pdf"] = OutputError("output.pdf_libraries", reason="no Pango")
    result = run("solve", "x", "-o", "a.pdf", "-o", "b.html")
    assert result.exit_code == 1
    assert "Pango" in result.stderr
    assert (place / "b.html").exists()
    assert not (place / "a.pdf").exists()


def test_undecided_lines_are_told_and_fail(calls):
    calls.checks = [HOLDS, UNDECIDED]
    result = run("solve", "x")
    assert (result.exit_code, result.stdout) == (1, "document as terminal\n")
    assert result.stderr == "Lines that could not be confirmed: 1.\n"


@pytest.mark.parametrize(("checks", "code"), [([HOLDS], 0), ([HOLDS, UNDECIDED], 1), ([FAILS], 1), ([], 0)])
def test_check(calls, checks, code):
    calls.checks = checks
    result = run("check", "problem.toml")
    assert (result.exit_code, result.stdout) == (code, "table in en\n")
    assert calls.derivation == ("problem.toml", None, None)


def test_list_and_explain(calls):
    assert run("list").stdout == "None in en\n"
    assert run("list", "activations").stdout == "activations in en\n"
    assert run("list", "fruits").exit_code == 2
    assert run("explain", "sigmoid").stdout == "sigmoid in en\n"


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        (ProblemError("file.empty_text", name="let.f", place=Place("p.toml", 3, 'f = ""', 0, 1)), 2,
         'p.toml:3: `let.f` is empty.\n  f = ""\n  ^\n'),
        (FormulaError("formula.unfinished"), 2, "The formula ends too early"),
        (CheckFailed("no.words"), 1, "error.no.words\n"),
        (PermissionError(13, "Permission denied", "sheet.pdf"), 2, "sheet.pdf: it may not be opened.\n"),
        (RecursionError(), 2, "The problem is nested too deeply.\n"),
        (MemoryError(), 2, "There is not enough memory for this problem.\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
        (TypeError("oops"), 70, "This is a mistake in symdl, not in the problem (TypeError: oops).\n  hint:"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)  # fmt: skip
def test_errors_are_lines(monkeypatch, error, code, expected):
    def broken(*_):
        raise error

    monkeypatch.delenv("SYMDL_TRACEBACK", raising=False)
    monkeypatch.setattr(library, "derivation", broken)
    result = run("solve", "x")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(expected)


def test_a_mistake_of_ours_can_be_traced(monkeypatch):
    monkeypatch.setenv("SYMDL_TRACEBACK", "1")
    monkeypatch.setattr(library, "derivation", lambda *_: 1 / 0)
    assert isinstance(run("solve", "x").exception, ZeroDivisionError)


def test_a_language_that_is_not_there(calls):
    result = run("solve", "x", "--language", "enn")
    assert result.exit_code == 2
    assert result.stderr.startswith("There is no language `enn`; there are en")
    assert result.stderr.endswith("hint: did you mean `en`?\n")


def test_a_language_without_the_sentence_falls_back(calls, monkeypatch):
    monkeypatch.setattr("symdl.arguments.names_in", lambda kind: ("en", "xx"))
    monkeypatch.setattr(
        "symdl.text.read_toml", lambda kind, name: {} if name == "xx" else read_toml(kind, name)
    )
    calls.broken["terminal"] = OutputError("output.is_folder", path="x")
    assert run("solve", "x", "--language", "xx").stderr.startswith("x is a folder, not a file.")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("problem.toml", True),
        ("dir/problem.tml", True),
        ("./problem", True),
        ("/tmp", True),
        ("x/y", False),
        ("1/(1 + exp(-x))", False),
        ("x^2/2.5", False),
        ("a\0b", False),
    ],
)
def test_what_is_a_file(place, source, expected):
    assert is_file(source) is expected


def test_commas_in_brackets_do_not_split():
    assert split(" x=[1,(2,3)],, y = 3 ,") == ["x=[1,(2,3)]", "y = 3"]


def test_values_go_with_expressions_only(place):
    result = run("solve", "problem.toml", "--at", "x=2")
    assert result.exit_code == 2
    assert result.stderr.startswith("`--at` goes with an expression")


@pytest.mark.parametrize("name", names())
def test_an_example_is_copied_and_never_over_another(place, name):
    result = run("example", name)
    assert result.exit_code == 0
    assert f"{name}/problem.toml" in result.stdout.split()
    assert read_file(place / name / "problem.toml").asks
    again = run("example", name)
    assert again.exit_code == 2
    assert "is already there" in again.stderr
    assert run("example", name, "elsewhere").exit_code == 0
    assert (place / "elsewhere" / "problem.toml").exists()


def test_an_example_that_is_not_there(place):
    for name in ("quadratic_grph", "../templates"):
        result = run("example", name)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"There is no worked example `{name}`")
        assert not list(place.iterdir())


def test_every_command_has_help():
    result = run("--help")
    assert result.exit_code == 0
    for command in ("solve", "check", "grade", "list", "explain", "example"):
        assert command in result.stdout
        assert "cli." not in run(command, "--help").stdout
    assert run("solve").exit_code == 2


COMMANDS = ("solve", "check", "grade", "list", "explain", "example")
BARE = re.compile("[\u200e\u200f]")  # marks of direction


def outline(page: str) -> list[str]:
    """The names on a page of help: the line that shows its use, options with choices, commands."""
    usage, _, rest = page.partition("\n\n")
    listed = re.findall(r"^  (-.*?|[a-z]+)(?:  |$)", rest, re.MULTILINE)
    return ["".join(usage.partition(":")[2].split()), *listed]


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_in_another_language(command: str | None) -> None:
    """The same names in the same order, whichever comes first."""
    typed = [] if command is None else [command]
    english = run(*typed, "--help").stdout
    for line in (["--language", "fa", *typed, "--help"], [*typed, "--help", "--language=fa"]):
        result = run(*line)
        assert result.exit_code == 0
        page = BARE.sub("", result.stdout)
        assert page.startswith("شیوهٔ کاربرد: symdl")
        assert "گزینه‌ها:" in page
        assert outline(page) == outline(english)
        assert len(outline(page)) > 2
    assert run(*typed, "--help").stdout == english


def test_lines_of_help_from_right_to_left() -> None:
    """Every line says its direction, and names in Latin letters run their own way."""
    lines = [line for line in run("--language", "fa", "--help").stdout.splitlines() if line]
    assert all(line.startswith("\u200f") for line in lines)
    assert "\u200esymdl [OPTIONS] COMMAND [ARGS]...\u200e" in lines[0]
    assert "\u200e--language CODE\u200e" in "\n".join(lines)


def test_a_language_before_the_command(calls: Any) -> None:
    """It holds for the sheet and for messages; one after the command is nearer."""
    run("--language", "fa", "solve", "x")
    assert calls.layout == {"language": "fa"}
    run("--language", "fa", "solve", "x", "--language", "en")
    assert calls.layout == {"language": "en"}
    assert run("--language", "fa", "list").stdout == "None in fa\n"
    unknown = run("--language", "fr", "list")
    assert (unknown.exit_code, unknown.stderr) == (2, "There is no language `fr`; there are en, fa.\n")


def shell(*args, **environment):
    return subprocess.run(
        [sys.executable, "-m", "symdl", *args], capture_output=True, text=True, encoding="utf-8",
        env=os.environ | environment, check=False,
    )  # fmt: skip


def test_the_command_for_real():
    assert shell("--help").stdout.startswith("Usage: symdl")
    assert "Traceback" not in shell("solve").stderr


def test_help_imports_nothing_heavy():
    heavy = "{'sympy', 'numpy', 'pydantic', 'rich', 'jinja2', 'flint'}"
    code = f"import sys, symdl.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_letters_that_a_terminal_cannot_show():
    result = shell("solve", "--at", "سلام", "x", PYTHONIOENCODING="latin-1")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert "`????`" in result.stderr


class Terminal(io.StringIO):
    """A stream that says that someone watches."""

    def isatty(self):
        return True


def test_a_bar_shows_once_a_run_has_lasted(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.stages(2) as advance:
        bar: Any = advance.__self__  # type: ignore[attr-defined]
        advance("derive")
        bar.timer.join()
        advance("verify")
        task = bar.progress.tasks[0]
        assert (task.description, task.completed) == ("checking", 1)
    assert "deriving" in terminal.getvalue()


def test_no_bar_for_a_quick_run_or_a_pipe(monkeypatch):
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.stages(1) as advance:
            advance("derive")
        assert stream.getvalue() == ""


def test_explain_writes_a_picture(tmp_path):
    result = run("explain", "sigmoid", "-o", str(tmp_path / "sigmoid.html"))
    assert result.exit_code == 0
    assert 'class="pictures"' in (tmp_path / "sigmoid.html").read_text("utf-8")


def test_a_variable_has_one_value(calls):
    result = run("solve", "x^2", "--at", "x=1,x=2")
    assert (result.exit_code, result.stderr) == (2, "`x` has two values.\n")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["solv", "x"], "`solve`"),
        (["solve"], "`PROBLEM|EXPRESSION`"),
        (["solve", "x", "--detial", "lecture"], "`--detail`"),
        (["solve", "x", "--detail", "some"], "answer, outline, lecture"),
        (["list", "things"], "concepts"),
        (["explain"], "`KEY`"),
        ([], "`COMMAND`"),
        (["--languages"], "`--language`"),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_the_language_asked_for(typed: list[str], said: str) -> None:
    result = run(*typed, "--language", "fa")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Error" not in result.stderr
    assert "Usage" in run(*typed).stderr
