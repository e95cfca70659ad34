"""This module makes a PDF from the HTML page: tagged for readers who listen, alike for like pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import ParseError

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from symdl.document.blocks import Document
from symdl.errors import OutputError
from symdl.rendering.filling import Lay, Manner, filled, filled_up, prepare
from symdl.rendering.html import whole_page
from symdl.rendering.ink import Beyond, Ink, ink
from symdl.rendering.press import printed_apart
from symdl.rendering.tagging import mended
from symdl.rendering.theme import Theme
from symdl.rendering.typeset import data_uri
from symdl.resources import folder

Page = Callable[[float], str]  # in letters of so much of their size
AS_IT_IS = Manner()
NO_INK: Mapping[str, Ink] = MappingProxyType({})
VARIANT = "pdf/ua-1"
FEW_LINES = 0.6  # of a page
MOST_PAGES = 4  # of a sheet that is read with ease; of longer ones, any page that can be saved is
TIGHTER = {"tight": 0.1, "tight small": 0.16}  # of a page that is saved where it is set so
SMALL = {0.9: 0.3, 0.85: 0.42}  # sizes of the letters of a sheet of many pages, and what of a page they save
MOST_BYTES = 8_000_000  # of one resource


class Fetcher(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Serves what a page carries in itself (`data:`) and the package's own assets, and ends the document
    at any other address. WeasyPrint by itself reads local files and the network.
    """

    def __init__(self) -> None:
        super().__init__(allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The resource at an address, if it is one of ours."""
        if url[:5].lower() == "data:" and len(url) <= MOST_BYTES * 4 // 3:
            return super().fetch(url, headers)
        path = _asset(url)
        if path is None:
            raise FatalURLFetchingError(url)
        return URLFetcherResponse(url, path.read_bytes())


def _asset(url: str) -> Path | None:
    """The file of the package that an address names, links and dots resolved."""
    parts = urlsplit(url)
    if parts.scheme.lower() != "file" or parts.netloc:
        return None
    path, root = Path(unquote(parts.path)).resolve(), folder("assets").resolve()
    inside = path.is_relative_to(root) and path.is_file() and path.stat().st_size <= MOST_BYTES
    return path if inside else None


def portable_document(document: Document, theme: Theme, template: Path | None = None) -> bytes:
    """A document as a PDF; the page of a teacher's template is printed within bounds of time and memory."""
    album: dict[str, Ink] = {}

    def page_in(letters: float) -> str:
        own = replace(theme, sizes={part: size * letters for part, size in theme.sizes.items()})
        return whole_page(document, own, template, lambda svg: _kept(svg, album))

    page = page_in(1)
    if template is not None:
        return printed_apart(page, album, "page.html")
    return printed(page, album, page_in, not theme.page["new_page"])


def _kept(svg: str, album: dict[str, Ink]) -> str:
    """The address of a picture in an album; one that is more than the album takes stays in the page."""
    address = "symdl:" + hashlib.blake2b(svg.encode("utf-8", "replace"), digest_size=12).hexdigest()
    try:
        if address not in album:
            album[address] = ink(svg)
    except (Beyond, ParseError):
        return data_uri(svg)
    return address


def printed(
    page: str, album: Mapping[str, Ink] = NO_INK, small: Page | None = None, running: bool = False
) -> bytes:
    """An HTML page as a PDF, with the pictures of an album under their addresses; its identifier comes from
    the page, and no date is written. Where there is the same page in `small` letters, a sheet whose last page
    has only a few lines is set tighter, and one of many pages in those letters; in one whose sections are
    `running` on, pictures may fill what they leave free.
    """
    identifier = hashlib.sha256(page.encode("utf-8")).digest()[:16]

    @cache
    def in_letters(letters: float) -> str:
        return page if letters == 1 or small is None else small(letters)

    def lay(manner: Manner) -> Any:
        html = HTML(string=in_letters(manner.letters), url_fetcher=Fetcher())
        prepare(html.etree_element, manner)
        return html.render(pdf_variant=VARIANT, cache=dict(album))

    try:
        sheet, manner = _fitted(lay) if small is not None else (lay(AS_IT_IS), AS_IT_IS)
        sheet = filled_up(sheet, manner, lay) if running else sheet
        data: bytes = sheet.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier, finisher=mended)
    except FatalURLFetchingError as error:
        raise OutputError("output.pdf_address", address=str(error)[:200]) from error
    except RecursionError as error:
        raise OutputError("output.pdf_too_deep") from error
    except MemoryError as error:
        raise OutputError("output.pdf_too_much") from error
    return data


def _fitted(lay: Lay) -> tuple[Any, Manner]:
    """A page as it is or, where that ends a page earlier, as tight as that needs; one of many pages also in
    small letters.
    """
    sheet = best = lay(AS_IT_IS)
    manner = AS_IT_IS
    ways = [(Manner(classes), saved) for classes, saved in TIGHTER.items()]
    if len(sheet.pages) > MOST_PAGES:
        ways += [(Manner("tight", letters=letters), saved) for letters, saved in SMALL.items()]
    for tighter, saved in ways:
        if len(best.pages) < len(sheet.pages) and len(best.pages) <= MOST_PAGES:
            break
        if _could_end_earlier(sheet, saved):
            made = lay(tighter)
            if len(made.pages) < len(best.pages):
                best, manner = made, tighter
    return best, manner


def _could_end_earlier(sheet: Any, saved: float) -> bool:
    """Whether the last page has so little on it that the pages before it might take it."""
    *before, last = map(filled, sheet.pages)
    most = FEW_LINES if len(before) < MOST_PAGES else 1.0
    return bool(before) and last <= min(most, sum(1 + saved - part for part in before))
