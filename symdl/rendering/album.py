"""This module keeps the pictures of a document as files beside it, for formats whose viewers show no picture
that stands in the text: GitHub drops every address that begins with `data:`.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from symdl.errors import OutputError, reason_of
from symdl.rendering import files

_NUMBERED = re.compile(r"figure-[1-9]\d*\.svg")  # as an album names them


class Album:
    """The pictures of one file, numbered as they come: `sheet.files/figure-1.svg` beside `sheet.md`."""

    def __init__(self, beside: Path) -> None:
        self.folder = beside.with_name(f"{beside.stem}.files")
        self._names: dict[str, str] = {}

    def address(self, svg: str) -> str:
        """Where the file finds a picture; a picture that comes twice is kept once."""
        name = self._names.setdefault(svg, f"figure-{len(self._names) + 1}.svg")
        return quote(f"{self.folder.name}/{name}")

    def write(self) -> None:
        """Write the pictures, each whole or not at all; what an earlier file had in the folder goes, and
        without any picture there is no folder.
        """
        try:
            self._clear()
        except OSError as error:
            raise self._unwritable(error) from error
        if not self._names:
            return
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        for svg, name in self._names.items():
            files.write(self.folder / name, svg)

    def _clear(self) -> None:
        """Remove the numbered pictures that this file has no more; what else is in the folder stays."""
        if not self.folder.is_dir():
            return
        kept = set(self._names.values())
        for path in self.folder.iterdir():
            if _NUMBERED.fullmatch(path.name) and path.name not in kept:
                path.unlink(missing_ok=True)
        if not self._names and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError("output.unwritable", path=str(self.folder), reason=reason_of(error))


def album(to: Path) -> Album | None:
    """The album of a file that is to be written; beside a pipe or a device nothing is kept."""
    return Album(to) if to.is_file() or (not to.exists() and to.parent.is_dir()) else None
