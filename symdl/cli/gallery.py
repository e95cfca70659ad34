"""This module renders every worked example in every language to one page that shows them all.

`python -m symdl.cli.gallery FOLDER`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from symdl.document.language import language_named
from symdl.rendering import files
from symdl.rendering.html import theme_view
from symdl.rendering.renderer import render
from symdl.rendering.templating import fill
from symdl.rendering.theme import theme_named
from symdl.rendering.view import View, plain
from symdl.resources import folder, names_in

KINDS = ("html", "pdf", "tex")  # the first is shown small


def gallery(into: Path, names: Sequence[str] | None = None) -> Path:
    """Every worked example, or some, as sheets in a folder, and the page that shows them."""
    into.mkdir(parents=True, exist_ok=True)
    shipped = sorted(path.parent.name for path in folder("worked_examples").glob("*/problem.toml"))
    sheets: list[View] = [sheet for name in names or shipped for sheet in _sheets(name, into)]
    theme = theme_view(theme_named(), "ltr", embed=False)
    title = language_named("en").word("catalog.examples")
    page = fill("html", "gallery.html", {"title": title, "theme": theme, "sheets": sheets})
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
        yield {"title": plain(document.title), "language": language, "files": made}


if __name__ == "__main__":
    sys.stdout.write(f"{gallery(Path(sys.argv[1] if len(sys.argv) > 1 else 'build/gallery'))}\n")
