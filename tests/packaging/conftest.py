"""This module builds the distributions once, in a copy of the checkout, for all tests of this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("symdl", "assets", "templates", "worked_examples")
UNREACHABLE = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}

Run = Callable[..., subprocess.CompletedProcess[str]]


def run(
    *command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command with its output; what it returns is the caller's to judge."""
    environment = {**os.environ, **(env or {})}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )


def build(source: Path, target: str, into: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Build a `wheel` or an `sdist` of a source folder."""
    return run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, cwd=source, env=env)


def fresh_environment(folder: Path) -> Path:
    """The Python of a new virtual environment that knows this one's libraries, but not its symdl."""
    assert run(sys.executable, "-m", "venv", "--without-pip", folder).returncode == 0
    python = folder / "bin" / "python"
    libraries = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    # A folder named by a .pth file is searched, but .pth files in it, as of editable packages, are not read.
    Path(libraries, "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def install(python: Path, *what: str | Path) -> None:
    """Install into that environment, from here and without its dependencies."""
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--ignore-installed")
    done = run(sys.executable, "-m", "pip", "--python", python, "install", *options, *what)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a build reads, with the assets built already."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in COPIED:
        shutil.copytree(
            ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    for file in ROOT.glob("*.*"):
        if file.is_file():
            shutil.copy(file, copy)
    shutil.copy(ROOT / "LICENSE", copy)
    shutil.copy(ROOT / ".gitignore", copy)
    return copy


@pytest.fixture(scope="session")
def sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution."""
    folder = tmp_path_factory.mktemp("sdist")
    done = build(checkout, "sdist", folder, **UNREACHABLE)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the source distribution, with no npm registry in reach."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.unpack_archive(sdist, folder, filter="data")
    done = build(next(folder.glob("symdl-*")), "wheel", folder, **UNREACHABLE)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))
