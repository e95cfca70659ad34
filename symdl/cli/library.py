"""This module holds every call that the command makes into the library, each imported when it is made."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from symdl.cli.options import colored, is_file, width
from symdl.errors import SymdlError

SHEETS = ("pdf", "html", "htm", "tex", "md", "terminal")  # formats in which marks are feedback sheets
WORKERS = 4  # processes at most that mark a class


def derivation(source: str, at: Mapping[str, Any] | None, by: Sequence[str] | None) -> Any:
    """The derivation of a problem file, or of an expression with values and variables."""
    import symdl

    if not is_file(source):
        return symdl.solve(source, at=at, by=by)
    if at is not None or by is not None:
        raise SymdlError("cli.expression_only", option="--at" if at is not None else "--by")
    return symdl.derive(symdl.load(source))


def verified(derivation: Any) -> Any:
    """The checks of a derivation."""
    import symdl

    return symdl.verify(derivation)


def composed(derivation: Any, checks: Any, options: Mapping[str, Any]) -> Any:
    """The document: language, detail, known rules, view, where the reader chose them."""
    import symdl

    return symdl.compose(derivation, checks, **options)


def rendered(document: Any, form: str, options: Mapping[str, Any], to: Path | None = None) -> str | bytes:
    """The document in a format, written where it has a file; text as wide as the terminal."""
    import symdl

    wide: dict[str, Any] = {"width": width(), "color": colored()} if form in ("terminal", "txt") else {}
    content: str | bytes = symdl.render(document, form, to=to, **options, **wide)
    return content


def json(derivation: Any, checks: Any) -> str:
    """The result as JSON."""
    import symdl

    return str(symdl.to_json(derivation, checks))


def format_of(path: Path) -> str:
    """The format that a file name asks for."""
    from symdl.rendering import renderer

    return "json" if path.suffix.lower() == ".json" else renderer.format_of(path)


def write(path: Path, content: str | bytes) -> None:
    """Write a file, whole or not at all."""
    from symdl.rendering import files

    files.write(path, content)


def report(derivation: Any, checks: Any, language: str) -> str:
    """The table of checks."""
    from symdl.document.report import check_document
    from symdl.grading.lint import lint

    return _printed(check_document((), checks, language, lint(derivation.problem)))


def _printed(document: Any) -> str:
    """A document for the terminal, as wide as it is."""
    from symdl.rendering.renderer import render

    return str(render(document, "terminal", width=width(), color=colored()))


def graded(problem: str, submissions: Path, functions: bool = False) -> Any:
    """The marks of a class."""
    import symdl

    workers = min(os.cpu_count() or 1, WORKERS)
    return symdl.grade(symdl.load(problem), submissions, workers=workers, functions=functions)


def reported(report: Any, form: str | None, language: str, to: Path | None = None) -> str | bytes:
    """The report in a format, written where it has a file."""
    if form not in SHEETS:
        exported: str = report.export(form, language=language)
        if to is not None:
            write(to, exported)
        return exported
    from symdl.document.marks import whole

    return rendered(whole(report, language), "html" if form == "htm" else form, {}, to)


def write_sheets(folder: Path, report: Any, form: str, language: str) -> None:
    """Write a file for every student; the folder is made where there is none."""
    from symdl.grading.reporting.forms import forms
    from symdl.rendering.files import slug

    ending = forms()[form].ending if form in forms() else form
    folder.mkdir(exist_ok=True)
    for student in report.students:
        reported(report.of(student), form, language, folder / f"{slug(student)}.{ending}")


def listing(kind: str | None, language: str) -> str:
    """What there is of a kind, or the kinds."""
    from symdl import catalog

    return _printed(catalog.listing(kind, language))


def explanation(key: str, language: str, to: Path) -> None:
    """What one of them is, written to a file of a format that shows pictures."""
    from symdl import catalog
    from symdl.rendering.renderer import render

    render(catalog.explain(key, language), to=to)


def explained(key: str, language: str) -> str:
    """What one of them is."""
    from symdl import catalog

    return _printed(catalog.explain(key, language))
