"""This module renders every worked example in every language to one page that shows them all.

`python -m symdl.cli.gallery FOLDER` tells each example that is done and, at its end, what could not be made;
the page shows all the others.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from symdl.cli.outcome import DONE, FAILED, verdict
from symdl.document.blocks import Document, Heading
from symdl.document.language import language_named
from symdl.rendering import files
from symdl.rendering.html import theme_view
from symdl.rendering.renderer import render
from symdl.rendering.templating import fill
from symdl.rendering.theme import theme_named
from symdl.rendering.view import View, plain
from symdl.resources import folder, names_in

KINDS = ("html", "pdf", "tex")  # the first is shown small
WORDS = ("search", "language", "contents", "all", "previous", "next", "close", "none")
CONTENTS = (  # the parts of a sheet by which readers look for one
    "forward", "backward", "calculus", "lesson", "path", "hessian", "taylor", "stationary", "update",
    "progress", "compare", "separation", "neighbors", "check", "graph",
)  # fmt: skip


MOST_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Made:
    """One example: its sheets as the page shows them, and in words what could not be made."""

    name: str
    sheets: tuple[View, ...]
    failures: tuple[str, ...]


def gallery(into: Path, names: Sequence[str] | None = None, workers: int = 1) -> tuple[Path, list[str]]:
    """Every worked example, or some, as sheets in a folder; the page that shows them, and what is missing."""
    into.mkdir(parents=True, exist_ok=True)
    shipped = sorted(path.parent.name for path in folder("worked_examples").glob("*/problem.toml"))
    made = list(_all(into, names or shipped, workers))
    sheets: list[View] = [sheet for one in made for sheet in one.sheets]
    theme = theme_view(theme_named(), "ltr", embed=False)
    languages = {code: language_named(code) for code in names_in("languages")}
    words = languages["en"]
    view: dict[str, View] = {
        "title": words.word("catalog.examples"),
        "words": {key: words.word(f"gallery.{key}") for key in WORDS},
        "languages": [
            {"code": code, "name": language.word("language.name")} for code, language in languages.items()
        ],
        "contents": [
            {"key": key, "name": " · ".join(one.word(f"phase.{key}") for one in languages.values())}
            for key in CONTENTS
        ],
    }
    page = fill("html", "gallery.html", {**view, "theme": theme, "sheets": sheets})
    return files.write(into / "index.html", page), [said for one in made for said in one.failures]


def _all(into: Path, names: Sequence[str], workers: int) -> Iterator[Made]:
    """The examples in order, each told when it is there."""
    made = partial(_example, into=into)
    with ExitStack() as stack:
        if workers > 1:
            context = multiprocessing.get_context("spawn")
            pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=context))
        for count, one in enumerate(pool.map(made, names) if workers > 1 else map(made, names), 1):
            sys.stderr.write(f"{count}/{len(names)} {one.name}\n")
            yield one


def _example(name: str, into: Path) -> Made:
    """One example in every language and kind of file, as far as it can be made."""
    import symdl

    failures: list[str] = []
    sheets: list[View] = []
    try:
        derivation = symdl.derive(symdl.load(folder("worked_examples") / name / "problem.toml"))
        checks = symdl.verify(derivation)
        for language in names_in("languages"):
            document = symdl.compose(derivation, checks, language=language)
            if made := list(_files(document, f"{name}.{language}", into, failures)):
                sheets.append(_card(document, f"{name}.{language}", made))
    except Exception as error:
        failures.append(_said(name, error))
    return Made(name, tuple(sheets), tuple(failures))


def _files(document: Document, key: str, into: Path, failures: list[str]) -> Iterator[View]:
    for kind in KINDS:
        try:
            render(document, kind, to=into / f"{key}.{kind}")
        except Exception as error:
            failures.append(_said(f"{key}.{kind}", error))
        else:
            yield {"name": f"{key}.{kind}", "kind": kind.upper()}


def _said(what: str, error: Exception) -> str:
    return f"{what}: {verdict(error)[0].message()}"


def _card(document: Document, key: str, made: list[View]) -> View:
    """What the page says of one sheet."""
    parts = {
        part
        for block in document.blocks
        if isinstance(block, Heading)
        for part in (block.anchor, block.anchor.partition("-")[0], block.anchor.removeprefix("phase-"))
    }
    return {
        "key": key,
        "title": plain(document.title),
        "language": document.language,
        "direction": document.direction,
        "contents": " ".join(key for key in CONTENTS if key in parts),
        "files": made,
    }


def main(arguments: Sequence[str]) -> int:
    """Make the gallery in a folder; the exit code says whether all of it could be made."""
    into = Path(arguments[0] if arguments else "build/gallery")
    page, failures = gallery(into, workers=min(MOST_WORKERS, os.cpu_count() or 1))
    sys.stdout.write(f"{page}\n")
    sys.stderr.writelines(f"{failure}\n" for failure in failures)
    return FAILED if failures else DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
