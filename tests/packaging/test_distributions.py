"""Wheel, sdist and editable installation: each finds its files and sets a formula, without Node.js."""

from __future__ import annotations

import ast
import json
import shutil
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from hatch_build import SOURCES, is_current
from tests.packaging.conftest import ROOT, UNREACHABLE, build, fresh_environment, install, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

PROBE = r"""
import json, symdl.resources
from symdl.rendering.typeset import typeset
from symdl.resources import folder
print(json.dumps({
    "package": symdl.resources.__file__,
    "width": typeset(r"\frac{\partial L}{\partial w} \text{ گره }", display=True).width,
    "folders": {name: str(folder(name)) for name in ("templates", "worked_examples", "assets")},
}))
"""


def probe(python: Path, elsewhere: Path) -> dict[str, object]:
    """What an installation says of itself, asked from another folder."""
    done = run(python, "-c", PROBE, cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_wheel_sets_a_formula_in_a_fresh_environment(wheel: Path, tmp_path: Path):
    python = fresh_environment(tmp_path / "venv")
    install(python, wheel)
    found = probe(python, tmp_path)
    assert str(found["package"]).startswith(str(tmp_path))
    assert all(f"symdl/_{name}" in path for name, path in found["folders"].items())  # type: ignore[attr-defined]
    assert found["width"] > 3  # type: ignore[operator]


def test_an_editable_installation_finds_the_files_of_the_checkout(checkout: Path, tmp_path: Path):
    python = fresh_environment(tmp_path / "venv")
    install(python, "--editable", checkout)
    found = probe(python, tmp_path)
    assert found["folders"] == {
        "templates": str(checkout / "templates"),
        "worked_examples": str(checkout / "worked_examples"),
        "assets": str(checkout / "symdl" / "_assets"),
    }


def test_what_travels(wheel: Path, sdist: Path):
    carried = {
        name.partition("/")[2] for name in zipfile.ZipFile(wheel).namelist() if name.startswith("symdl/")
    }
    assert {"py.typed", "_assets/engine.js", "_templates/languages/en.toml"} <= carried
    assert {"_assets/fonts/Vazirmatn-Regular.ttf", "_assets/licenses/mathjax.txt"} <= carried
    with tarfile.open(sdist) as archive:
        sources = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", "assets/entry.js", "assets/.npmrc", "symdl/_assets/built-from"} <= sources
    assert not any("node_modules" in name or "__pycache__" in name for name in carried | sources)


def test_a_build_without_a_network_ends_in_one_clear_line(checkout: Path, tmp_path: Path):
    stale = tmp_path / "checkout"
    run("cp", "-r", checkout, stale)
    (stale / "assets" / "entry.js").write_text("// changed\n")
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho 'npm error code ECONNREFUSED' >&2\nexit 1\n")
    npm.chmod(0o755)
    done = build(stale, "wheel", tmp_path, PATH=f"{npm.parent}:/usr/bin:/bin", **UNREACHABLE)
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert line.startswith("symdl: npm cannot fetch the packages of assets/package-lock.json (ECONNREFUSED)")


def test_node_is_asked_for_only_where_there_is_something_to_build(checkout: Path, tmp_path: Path):
    for source in SOURCES:
        (tmp_path / "assets").mkdir(exist_ok=True)
        shutil.copy(checkout / "assets" / source, tmp_path / "assets")
    shutil.copy(checkout / "hatch_build.py", tmp_path)
    assert is_current(checkout)
    assert not is_current(tmp_path)


def test_the_lock_file_pins_everything_and_names_no_registry():
    lock = json.loads((ROOT / "assets" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("integrity" in entry and "resolved" not in entry for entry in packages.values())
    asked = json.loads((ROOT / "assets" / "package.json").read_text())["dependencies"]
    assert all(version.rpartition("@")[2][0].isdigit() for version in asked.values())


def test_every_import_is_declared():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [declared["dependencies"], *declared["optional-dependencies"].values()]
    names = {
        entry.split(">")[0].split("=")[0].split("[")[0].lower() for entries in lists for entry in entries
    }
    trees = (ast.walk(ast.parse(path.read_text())) for path in (ROOT / "symdl").rglob("*.py"))
    nodes = [node for tree in trees for node in tree]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) if node.level == 0}
    tops = {module.partition(".")[0] for module in modules} - {"symdl", *sys.stdlib_module_names}
    providers = packages_distributions()
    undeclared = {top for top in tops if not names & {p.lower() for p in providers.get(top, [top])}}
    assert not undeclared
