"""This module renders every worked example in every language to one page that shows them all.

`python -m symdl.cli.gallery FOLDER`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from symdl.document.blocks import Heading
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


def gallery(into: Path, names: Sequence[str] | None = None) -> Path:
    """Every worked example, or some, as sheets in a folder, and the page that shows them."""
    into.mkdir(parents=True, exist_ok=True)
    shipped = sorted(path.parent.name for path in folder("worked_examples").glob("*/problem.toml"))
    sheets: list[View] = [sheet for name in names or shipped for sheet in _sheets(name, into)]
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
    return files.write(into / "index.html", page)


def _sheets(name: str, into: Path) -> Iterator[View]:
    """One example in every language and kind of file."""
    import symdl

    derivation = symdl.derive(symdl.load(folder("worked_examples") / name / "problem.toml"))
    checks = symdl.verify(derivation)
    for language in names_in("languages"):
        document = symdl.compose(derivation, checks, language=language)
        made: list[View] = []
        for kind in KINDS:
            file = f"{name}.{language}.{kind}"
            render(document, kind, to=into / file)
            made.append({"name": file, "kind": kind.upper()})
        parts = {
            part
            for block in document.blocks
            if isinstance(block, Heading)
            for part in (block.anchor, block.anchor.partition("-")[0], block.anchor.removeprefix("phase-"))
        }
        yield {
            "key": f"{name}.{language}",
            "title": plain(document.title),
            "language": language,
            "direction": document.direction,
            "contents": " ".join(key for key in CONTENTS if key in parts),
            "files": made,
        }


if __name__ == "__main__":
    sys.stdout.write(f"{gallery(Path(sys.argv[1] if len(sys.argv) > 1 else 'build/gallery'))}\n")
