"""This module makes a PDF from the HTML page: tagged for readers who listen, alike for like pages."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from symdl.document.blocks import Document
from symdl.errors import OutputError
from symdl.rendering.html import whole_page
from symdl.rendering.theme import Theme
from symdl.resources import folder

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
    """A document as a PDF."""
    return printed(whole_page(document, theme, template))


def printed(page: str) -> bytes:
    """An HTML page as a PDF; its identifier comes from the page, and no date is written."""
    identifier = hashlib.sha256(page.encode("utf-8")).digest()[:16]
    try:
        sheet = HTML(string=page, url_fetcher=Fetcher())
        data: bytes = sheet.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    except FatalURLFetchingError as error:
        raise OutputError("output.pdf_address", address=str(error)[:200]) from error
    except (RecursionError, MemoryError) as error:
        raise OutputError("output.pdf_failed", reason=type(error).__name__) from error
    return data
