"""These tests follow the README: its Python runs and prints what it says, and its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from symdl.cli import main
from symdl.registry import GROUP

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SHOWN = re.compile(r"(\S.*?)  # (Fraction\(.*\)|'.*'|\d.*)")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def spoken(line: str) -> str:
    """A line of Python that prints whether it is worth what its comment says."""
    shown = SHOWN.fullmatch(line)
    return line if shown is None else f"print({shown[2]!r} in (repr({shown[1]}), str({shown[1]})))"


def test_its_python_runs_and_prints_what_it_says(tmp_path):
    source = "\n".join(map(spoken, "\n".join(blocks("python")).split("\n")))
    for name in ("sheet", "feedback"):  # as HTML, which needs no library of the system
        source = source.replace(f"{name}.pdf", str(tmp_path / f"{name}.html"))
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (done.stdout.count("True"), done.stdout.count("False")) == (5, 0), done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"sheet.html", "feedback.html"}


def test_its_problem_is_solved(tmp_path):
    problem, package = blocks("toml")
    assert list(tomllib.loads(package)["project"]["entry-points"]) == [GROUP]
    (tmp_path / "problem.toml").write_text(problem, "utf-8")
    done = CliRunner().invoke(main, ["check", str(tmp_path / "problem.toml")])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("command", re.findall(r"^(?:\$ )?symdl (\w+)", README, re.MULTILINE))
def test_its_commands_exist(command):
    assert command in main.commands
