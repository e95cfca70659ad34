"""This module copies a worked example, as something to start from."""

from __future__ import annotations

import shutil
from pathlib import Path

from symdl.cli.options import nearest
from symdl.errors import SymdlError
from symdl.resources import folder

PROBLEM = "problem.toml"
_OURS = ("expected", "__pycache__")  # what only our tests need


def names() -> tuple[str, ...]:
    """The worked examples that ship with symdl."""
    return tuple(sorted(path.parent.name for path in folder("worked_examples").glob(f"*/{PROBLEM}")))


def copy(name: str, to: Path | None = None) -> tuple[Path, ...]:
    """Copy an example into a folder, by default one of its name; a file that is there is never replaced."""
    known = names()
    if name not in known:
        near = nearest(name, known)
        raise SymdlError("cli.unknown_example", name=name, known=", ".join(known), nearest=near)
    source, target = folder("worked_examples") / name, to or Path(name)
    files = [path for path in sorted(source.rglob("*")) if path.is_file() and _is_theirs(path, source)]
    copies = tuple(target / path.relative_to(source) for path in files)
    for path in copies:
        if path.exists():
            raise SymdlError("cli.exists", path=path)
    for path, new in zip(files, copies, strict=True):
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, new)
    return copies


def _is_theirs(path: Path, source: Path) -> bool:
    return not any(part in _OURS for part in path.relative_to(source).parts)
