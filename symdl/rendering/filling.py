"""This module lays a page out for printing, and fills what a picture leaves free: one that begins the next
page for want of room is made a little smaller, or stands behind the section that follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint.formatting_structure.boxes import LineBox

ENOUGH = 0.8  # of a page that is filled as far as a reader minds
GAIN = 0.08  # of a page that must be won for a picture to be moved or made smaller
SMALLER = 0.78  # the least factor of a picture
HEADING = 45.0  # CSS pixels that a heading over a picture takes at most
BEHIND = 2  # sections at most behind which a picture goes
ROUNDS = 3  # pictures that are treated, one after another


@dataclass(frozen=True, slots=True)
class Manner:
    """How a page is set: classes of the whole sheet, factors of pictures and how many sections each of them
    goes back, by their numbers; the size of the letters.
    """

    classes: str = ""
    factors: tuple[tuple[int, float], ...] = ()
    moves: tuple[tuple[int, int], ...] = ()
    letters: float = 1


Lay = Callable[[Manner], Any]  # a page laid out in a manner


def filled_up(sheet: Any, manner: Manner, lay: Lay) -> Any:
    """A sheet, or the same with pictures made smaller or moved where pages end too early without that."""
    for _ in range(ROUNDS):
        better = _better(sheet, manner, lay)
        if better is None:
            break
        sheet, manner = better
    return sheet


def _better(sheet: Any, manner: Manner, lay: Lay) -> tuple[Any, Manner] | None:
    """The sheet with one picture treated, the first of which any treatment helps."""
    before = _wasted(sheet)
    for picture in _late(sheet):
        for tried in _treatments(picture, manner):
            made = lay(tried)
            if len(made.pages) <= len(sheet.pages) and _wasted(made) <= before - GAIN:
                return made, tried
    return None


@dataclass(frozen=True, slots=True)
class Late:
    """A picture at the beginning of a page, whose number it has: the room it would have had on the page
    before, what it needs with its heading, and how much of that the drawings take.
    """

    number: int
    room: float
    needed: float
    drawn: float


def _treatments(picture: Late, manner: Manner) -> Iterator[Manner]:
    """Smaller, if it then fits on the page before; else behind one section or two."""
    n = picture.number
    if n in dict(manner.factors) or n in dict(manner.moves):
        return
    factor = 1 - (picture.needed - 0.99 * picture.room) / picture.drawn if picture.drawn else 0.0
    if factor >= SMALLER:
        yield replace(manner, factors=(*manner.factors, (n, min(1.0, factor))))
    for count in range(1, BEHIND + 1):
        yield replace(manner, moves=(*manner.moves, (n, count)))


def _late(sheet: Any) -> Iterator[Late]:
    """The pictures that left much of the page before free."""
    for before, page in zip(sheet.pages, sheet.pages[1:], strict=False):
        room = (1 - filled(before)) * before._page_box.height
        if filled(before) >= ENOUGH:
            continue
        top = page._page_box.content_box_y()
        boxes = list(page._page_box.children[0].descendants())
        figure = next((box for box in boxes if box.element_tag == "figure"), None)
        if figure is None or figure.position_y - top > HEADING or figure.element.get("data-n") is None:
            continue
        inside = list(figure.descendants())
        drawn = sum(
            box.height for box in inside if "row" in _classes(box.element) and box.element_tag == "div"
        )
        needed = figure.position_y + figure.margin_height() - top
        yield Late(int(figure.element.get("data-n")), room, needed, drawn)


def _classes(element: Any) -> list[str]:
    return [] if element is None else str(element.get("class", "")).split()


def prepare(root: Element, manner: Manner) -> None:
    """Pictures get their numbers, and what a manner says is done to them."""
    parents = {child: parent for parent in root.iter() for child in parent}
    figures = list(root.iter("figure"))
    for number, figure in enumerate(figures):
        figure.set("data-n", str(number))
    main = next(root.iter("main"), None)
    if main is not None and manner.classes:
        main.set("class", f"{main.get('class', '')} {manner.classes}")
    for number, factor in manner.factors:
        for row in figures[number].iter("div"):
            if "row" in _classes(row):
                row.set("style", f"font-size:{factor:.3f}em")
    for number, count in manner.moves:
        _moved(figures[number], count, parents)


def _moved(figure: Element, count: int, parents: Mapping[Element, Element]) -> None:
    """The section that holds nothing but a picture, behind so many of those that follow it on its level."""
    section = parents.get(figure)
    if section is None or section.tag != "section" or any("step" in _classes(e) for e in section.iter()):
        return
    parent = parents[section]
    at = list(parent).index(section)
    following = list(parent)[at + 1 : at + 1 + count]
    if len(following) == count and all(e.get("class") == section.get("class") for e in following):
        parent.remove(section)
        parent.insert(at + count, section)


def filled(page: Any) -> float:
    """How much of its height a page uses."""
    box = page._page_box
    ends = [
        inner.position_y + inner.height
        for inner in box.children[0].descendants()
        if isinstance(inner, LineBox) and isinstance(inner.height, int | float)
    ]
    return float((max(ends, default=0.0) - box.content_box_y()) / box.height)


def _wasted(sheet: Any) -> float:
    """How much of all pages but the last is free, where that is more than a reader minds."""
    return sum(max(0.0, ENOUGH - filled(page)) for page in sheet.pages[:-1])
