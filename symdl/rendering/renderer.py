"""This module defines what a format is, and renders a document in any of them.

Each format lives in a module of its own, imported when it is first used: a terminal answer waits for no
PDF library.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from symdl.arguments import of_type
from symdl.document.blocks import Document
from symdl.errors import OutputError
from symdl.registry import Registry, nearest
from symdl.rendering import files
from symdl.rendering.album import Album, album
from symdl.rendering.theme import Theme
from symdl.rendering.theme_file import theme_of


@dataclass(frozen=True, slots=True)
class Options:
    """What a format may be told: a teacher's template folder; for text, a width in letters and color; where
    pictures are kept that cannot stand in the file.
    """

    template: Path | None = None
    width: int = 80
    color: bool = False
    album: Album | None = None


class Renderer(Protocol):
    """A format: its key, the file suffixes it answers to, and a function from document to file content."""

    @property
    def key(self) -> str:
        """The name that `--format` takes."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of file names that ask for it."""
        ...

    def render(self, document: Document, theme: Theme, options: Options) -> str | bytes:
        """The content of the file."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A renderer made of a function."""

    key: str
    suffixes: tuple[str, ...]
    function: Callable[[Document, Theme, Options], str | bytes]

    def render(self, document: Document, theme: Theme, options: Options) -> str | bytes:
        """The document in this format."""
        return self.function(document, theme, options)


FORMATS: Registry[Renderer] = Registry("formats")


def format_of(path: str | os.PathLike[str]) -> str:
    """The key of the format that a file name asks for.

    >>> format_of("sheet.pdf")
    'pdf'
    """
    suffix = Path(path).suffix.lower()
    for renderer in FORMATS.values():
        if suffix in renderer.suffixes:
            return renderer.key
    raise _unknown(suffix or Path(path).name)


def _unknown(name: str) -> OutputError:
    known = (*FORMATS, "json")  # a result, not a rendering of the sheet
    near = nearest(name.removeprefix("."), known)
    return OutputError("output.unknown_format", name=name, nearest=near, known=", ".join(known))


def render(
    document: Document,
    format: str | None = None,
    *,
    to: str | os.PathLike[str] | None = None,
    theme: str | os.PathLike[str] = "paper",
    template: str | os.PathLike[str] | None = None,
    width: int = 80,
    color: bool = False,
) -> str | bytes:
    """A document in a format, by key or by the ending of `to`; `to` writes it, whole or not at all.

    Formats are pdf, html, tex, ipynb, md, txt and terminal; PDF needs Pango, without which an `OutputError`
    says what to install. `theme` is one of the library, or a TOML file with a lecturer's own; `template` is
    a folder whose files replace those of the package. Pictures of a Markdown file stand beside it, in
    `sheet.files`.

    >>> from symdl import compose, solve
    >>> "f = x²" in render(compose(solve("x^2", at={"x": 3})), "txt")
    True
    """
    of_type("document", document, Document)
    key = format or format_of(to or "")
    if key == "json":
        raise OutputError("output.json_of_result")
    if key not in FORMATS:
        raise _unknown(key)
    own = None if template is None else Path(template)
    if own is not None and not own.is_dir():
        raise OutputError("output.no_template_folder", path=str(own))
    kept = album(Path(to)) if to is not None else None
    options = Options(own, width, color, kept)
    content = FORMATS[key].render(document, theme_of(theme), options)
    if kept is not None:
        kept.write()
    if to is not None:
        files.write(to, content)
    return content


def _html(document: Document, theme: Theme, options: Options) -> str:
    from symdl.rendering.html import whole_page

    return whole_page(document, theme, options.template)


def _pdf(document: Document, theme: Theme, options: Options) -> bytes:
    try:
        from symdl.rendering.pdf import portable_document
    except OSError as error:  # WeasyPrint loads Pango when it is imported
        raise OutputError("output.pdf_libraries", reason=str(error).splitlines()[0]) from error
    return portable_document(document, theme, options.template)


def _tex(document: Document, theme: Theme, options: Options) -> str:
    from symdl.rendering.latex import source

    return source(document, theme, options.template)


def _terminal(document: Document, theme: Theme, options: Options) -> str:
    from symdl.rendering.terminal import transcript

    return transcript(document, options.width, color=options.color)


def _txt(document: Document, theme: Theme, options: Options) -> str:
    from symdl.rendering.terminal import transcript

    return transcript(document, options.width)


def _md(document: Document, theme: Theme, options: Options) -> str:
    from symdl.rendering.markdown import embedded, markdown_text

    return markdown_text(document, theme, options.album.address if options.album else embedded)


def _ipynb(document: Document, theme: Theme, options: Options) -> str:
    from symdl.rendering.notebook import notebook_file

    return notebook_file(document, theme)


for _format in (
    Format("pdf", (".pdf",), _pdf),
    Format("html", (".html", ".htm"), _html),
    Format("tex", (".tex", ".latex"), _tex),
    Format("ipynb", (".ipynb",), _ipynb),
    Format("md", (".md", ".markdown"), _md),
    Format("txt", (".txt",), _txt),
    Format("terminal", (), _terminal),
):
    FORMATS.register(_format)
