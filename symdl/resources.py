"""This module finds the files that ship with symdl, in a checkout or in an installed wheel."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent


@cache
def folder(name: str) -> Path:
    """The folder `templates` or `worked_examples` or `assets`, wherever this installation keeps it.

    In a wheel the folders lie inside the package with a leading underscore; in a checkout (and in an
    editable installation, which ignores the wheel's mapping) they lie beside it.
    """
    inside = PACKAGE / f"_{name}"
    beside = PACKAGE.parent / name
    return inside if inside.is_dir() else beside


@cache
def read_toml(kind: str, name: str) -> dict[str, Any]:
    """A TOML file of `templates/<kind>/`, parsed once: `read_toml("languages", "en")`."""
    with (folder("templates") / kind / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def names_in(kind: str) -> tuple[str, ...]:
    """The names of the TOML files of `templates/<kind>/`, sorted: the languages or the themes."""
    return tuple(sorted(path.stem for path in (folder("templates") / kind).glob("*.toml")))
