"""This module reads a lecturer's own theme: a TOML file that says what is unlike a theme of the library."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from symdl.errors import OutputError
from symdl.problems.reading.file import read_tables
from symdl.problems.reading.values import Written
from symdl.registry import nearest
from symdl.rendering.theme import PATTERN, Theme, theme_from, theme_named
from symdl.resources import names_in, read_toml

EXTENDS = "extends"  # the key that names the theme from which the file takes what it does not say
SUFFIX = ".toml"
SIZES = {  # of papers by their names, in millimeters (ISO 216, ANSI)
    "A3": (297, 420), "A4": (210, 297), "A5": (148, 210), "B4": (250, 353), "B5": (176, 250),
    "letter": (215.9, 279.4), "legal": (215.9, 355.6),
}  # fmt: skip
ACROSS = " landscape"


def theme_of(name: str | os.PathLike[str]) -> Theme:
    """The theme of that name or, where the name ends in `.toml`, the one in that file.

    A file has the tables of `templates/themes/paper.toml`, as many lines of them as differ, and may begin
    with `extends = "slides"`.

    >>> theme_of("slides").key
    'slides'
    """
    path = Path(name)
    return _read(path) if path.suffix.lower() == SUFFIX else theme_named(os.fspath(name))


def _read(path: Path) -> Theme:
    own = _plain(read_tables(path))
    base = own.pop(EXTENDS, PATTERN)
    known = names_in("themes")
    if base not in known:
        raise OutputError(
            "output.unknown_theme", name=base, nearest=nearest(str(base), known), known=", ".join(known)
        )
    tables = dict(read_toml("themes", base))
    for part, lines in own.items():
        if not isinstance(lines, Mapping):
            near = nearest(part, (*tables, EXTENDS))
            raise OutputError("output.theme_unknown", theme=path.stem, name=part, nearest=near)
        kept = tables.get(part, {})
        tables[part] = _page(kept, lines) if part == "page" else {**kept, **lines}
    return theme_from(path.stem, tables)


def _plain(value: Any) -> Any:
    """Tables with numbers in place of decimals as they are written."""
    if isinstance(value, Written):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _page(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A page whose paper, width and height agree: what is said of one goes for the others.

    >>> _page({"size": "A4", "width": 210, "height": 297}, {"size": "A5 landscape"})
    {'size': '210mm 148mm', 'width': 210, 'height': 148}
    """
    page = {**base, **own}
    if not {"size", "width", "height"} & set(own):
        return page
    if not {"width", "height"} & set(own):
        page["width"], page["height"] = _paper(page["size"])
    return page | {"size": f"{page['width']}mm {page['height']}mm"}


def _paper(name: Any) -> tuple[float, float]:
    """The width and height of a paper by its name, such as `A5` or `letter landscape`."""
    said = str(name).lower()
    for paper, (width, height) in SIZES.items():
        if said == paper.lower():
            return width, height
        if said == paper.lower() + ACROSS:
            return height, width
    near = nearest(str(name), tuple(SIZES))
    raise OutputError("output.theme_paper", name=str(name), nearest=near, known=", ".join(SIZES))
