"""This module keeps the pictures of a document as files beside it, for formats whose viewers show no picture
that stands in the text: GitHub drops every address that begins with `data:`.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from symdl.errors import OutputError, reason_of
from symdl.rendering import files


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
        """Write the pictures, each whole or not at all; without any there is no folder."""
        if not self._names:
            return
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError("output.unwritable", path=str(self.folder), reason=reason_of(error)) from error
        for svg, name in self._names.items():
            files.write(self.folder / name, svg)


def album(to: Path) -> Album | None:
    """The album of a file that is to be written; beside a pipe or a device nothing is kept."""
    return Album(to) if to.is_file() or (not to.exists() and to.parent.is_dir()) else None
