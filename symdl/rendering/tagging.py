"""This module mends the tags of a PDF: formulas are tagged as formulas, and what says nothing is no content.

The printer tags every picture as a figure, and what stands in the margins of a page as text of its own. A
reader who listens would hear of a figure at every further line of a formula, and the title on every page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from weasyprint.formatting_structure.boxes import LineBox, TextBox

BEGINS = b"BDC"  # operator of the content of a page that begins a part with a tag; before it tag and number
EMPTIED = ("/Span", "/Div", "/NonStruct", "/P", "/Figure")  # elements that go when nothing is left in them
PAGINATION = b"<</Type /Pagination>>"  # a title or a number that stands on every page
FORMULA = "math"  # class of pictures of formulas


def mended(document: Any, pdf: Any) -> None:
    """Mend the tags of a PDF that is about to be written; `document` is what it was laid out from."""
    objects = {bytes(entry.reference): entry for entry in pdf.objects}
    root = objects[bytes(pdf.catalog["StructTreeRoot"])]
    _call_formulas_formulas(document, pdf)
    told = {bytes(element.reference) for element in _elements(root, objects)}
    _drop_silent(root, objects)
    kept = {bytes(element.reference) for element in _elements(root, objects)}
    numbers = objects[bytes(root["ParentTree"])]["Nums"]
    streams = [objects[bytes(objects[page]["Contents"])] for page in map(bytes, pdf.page_references)]
    for page, owners in zip(numbers[::2], numbers[1::2], strict=True):
        if isinstance(owners, list) and page < len(streams):
            silent = {k: bytes(owner) in told for k, owner in enumerate(owners) if bytes(owner) not in kept}
            owners[:] = [b"null" if k in silent else owner for k, owner in enumerate(owners)]
            _decorate(streams[page].stream, silent)
    tags: list[Any] = [
        part for part in pdf.objects if isinstance(part, dict) and part.get("Type") == "/StructElem"
    ]
    for tag in tags:
        tag.free = "n" if bytes(tag.reference) in kept else "f"


def _call_formulas_formulas(document: Any, pdf: Any) -> None:
    """Pictures and their tags were made in the same order."""
    boxes = [
        box for page in document.pages for box in page._page_box.descendants()
        if box.element_tag == "img" and not isinstance(box, LineBox | TextBox)
    ]  # fmt: skip
    figures = [entry for entry in pdf.objects if isinstance(entry, dict) and entry.get("S") == "/Figure"]
    if len(boxes) == len(figures):  # else a teacher's template brings drawings of another kind
        for box, figure in zip(boxes, figures, strict=True):
            if FORMULA in box.element.attrib.get("class", "").split():
                figure["S"] = "/Formula"


def _drop_silent(element: Any, objects: dict[bytes, Any]) -> bool:
    """Leave out elements that say nothing; whether this one does."""
    if element.get("S") in ("/Figure", "/Formula"):
        return "Alt" not in element
    kids = element.get("K", [])
    kids[:] = [kid for kid in kids if isinstance(kid, int) or not _drop_silent(objects[bytes(kid)], objects)]
    return not kids and element.get("S") in EMPTIED


def _elements(element: Any, objects: dict[bytes, Any]) -> Iterator[Any]:
    """All elements of the structure below one."""
    for kid in element.get("K", []):
        if not isinstance(kid, int):
            yield objects[bytes(kid)]
            yield from _elements(objects[bytes(kid)], objects)


def _decorate(content: list[Any], silent: Mapping[int, bool]) -> None:
    """Mark parts of a page as no content: those that belong to it, and those in its margins."""
    for k, operator in enumerate(content):
        if operator != BEGINS or content[k - 1] == PAGINATION:
            continue
        number = content[k - 1].get("MCID")
        if number in silent:
            kind: list[Any] = [b"", b"BMC"] if silent[number] else [PAGINATION, BEGINS]
            content[k - 2 : k + 1] = ["/Artifact", *kind]
