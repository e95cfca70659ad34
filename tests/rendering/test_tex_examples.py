"""The LaTeX of every worked example compiles in both languages: nothing too wide, too high or missing."""

from __future__ import annotations

import re
import shutil
from functools import cache

import pytest

import symdl
from symdl.rendering.latex import source
from symdl.resources import folder
from tests.rendering.test_latex import compiled, overfull

EXAMPLES = sorted(path.parent.name for path in folder("worked_examples").glob("*/problem.toml"))
ENGINES = (("en", "pdflatex"), ("en", "lualatex"), ("fa", "lualatex"), ("fa", "xelatex"))
WIDEST = 10.0  # points that a line may be too wide


def setting(name, language, engine):
    """One example by one engine; those of one example in one process, which derives it once."""
    missing = pytest.mark.skipif(shutil.which(engine) is None, reason=f"{engine} is not installed")
    return pytest.param(name, language, engine, marks=[pytest.mark.xdist_group(f"tex-{name}"), missing])


@cache
def solved(name):
    derivation = symdl.derive(symdl.load(folder("worked_examples") / name / "problem.toml"))
    return derivation, symdl.verify(derivation)


@pytest.mark.tex
@pytest.mark.parametrize(
    ("name", "language", "engine"), [setting(name, *engine) for name in EXAMPLES for engine in ENGINES]
)
def test_every_example_compiles(name, language, engine, paper, tmp_path):
    derivation, checks = solved(name)
    log = compiled(source(symdl.compose(derivation, checks, language=language), paper), engine, tmp_path)
    assert max(overfull(log), default=0) <= WIDEST
    assert "Missing character" not in log
    assert not re.search(r"Warning.*undefined|multiply defined", log)
