"""This module turns the pictures of a page into the drawing operators of PDF, so that no SVG is read for it.

WeasyPrint walks an SVG node by node and reads every outline anew wherever a letter stands; a page of formulas
is little else. The formulas and drawings made here use a small part of SVG, which is put into operators here,
an outline once. What goes beyond that part (a letter that the formula font lacks) is left to WeasyPrint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

Point = tuple[float, float]

_SVG = "{http://www.w3.org/2000/svg}"
_STEP = re.compile(r"\s*([MLHVCSQTZ])([-+.,\d\s]*)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_MOVE = re.compile(r"\s*(translate|scale)\(([^()]*)\)")
_LENGTH = re.compile(r"([\d.]+)em")
_COLOR = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.IGNORECASE)
_CORNERS = 4 * (2**0.5 - 1) / 3  # where a quarter of a circle has the control points of its cubic
_PAINT = {"fill", "stroke", "stroke-width", "stroke-dasharray", "transform"}
_KNOWN = {
    "g": _PAINT, "defs": set(), "use": {*_PAINT, "href"}, "path": {*_PAINT, "d", "id"},
    "rect": {*_PAINT, "x", "y", "width", "height", "rx"}, "line": {*_PAINT, "x1", "y1", "x2", "y2"},
    "svg": {*_PAINT, "x", "y", "width", "height", "viewBox", "role"}, "title": set(),
}  # fmt: skip


class Beyond(Exception):
    """A picture uses a part of SVG that is not known here."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A picture as operators, over a ground of given size in its own units and in em."""

    operators: bytes
    ground: tuple[float, float, float, float]
    size: tuple[float, float]

    def get_intrinsic_size(self, resolution: object, font_size: float) -> tuple[float, float, float]:
        """Width, height and their ratio; the name is WeasyPrint's."""
        width, height = (em * font_size for em in self.size)
        return width, height, width / height if height else 1.0

    def draw(self, stream: Any, width: float, height: float, style: object) -> None:
        """Draw on a page; the name is WeasyPrint's."""
        left, top, wide, high = self.ground
        if not (wide and high):
            return
        stream.push_state()
        stream.transform(a=width / wide, d=height / high)
        stream.transform(e=-left, f=-top)
        stream.stream.append(self.operators)
        stream.pop_state()


def ink(svg: str) -> Ink:
    """A picture as operators of PDF; raises Beyond where it is more than formulas and drawings need.

    >>> ink('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="1em" height="1em">'
    ...     '<rect x="1" y="2" width="3" height="4" fill="#ff0000"/></svg>').operators
    b'q 1 0 0 rg 1 2 3 4 re f Q'
    """
    root = ElementTree.fromstring(svg)
    ground = _numbers(root.get("viewBox", ""))
    lengths = [_LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")]
    if len(ground) != 4 or root.tag != f"{_SVG}svg" or not all(lengths):
        raise Beyond(root.tag)
    outlines = {part.get("id"): part for part in root.iter(f"{_SVG}path") if part.get("id")}
    parts = " ".join(part for child in root for part in _drawn(child, Brush(), outlines))
    width, height = (float(found[1]) for found in lengths if found)
    return Ink(parts.encode("ascii"), (ground[0], ground[1], ground[2], ground[3]), (width, height))


@dataclass(frozen=True, slots=True)
class Brush:
    """How shapes are painted: what a node of SVG inherits."""

    fill: str = "#000000"
    stroke: str = "none"
    width: float = 1.0
    dashes: str = ""

    def of(self, node: ElementTree.Element) -> Brush:
        """The brush with what a node changes."""
        return replace(
            self, fill=node.get("fill", self.fill), stroke=node.get("stroke", self.stroke),
            width=float(node.get("stroke-width", self.width)),
            dashes=node.get("stroke-dasharray", self.dashes),
        )  # fmt: skip

    @property
    def settings(self) -> str:
        """Colors, width and dashes as operators."""
        found = []
        if self.fill != "none":
            found.append(f"{_color(self.fill)} rg")
        if self._strokes:
            dashes = " ".join(map(short, _numbers(self.dashes)))
            found.append(
                f"{_color(self.stroke)} RG {short(self.width)} w" + (f" [{dashes}] 0 d" if dashes else "")
            )
        return " ".join(found)

    @property
    def operator(self) -> str:
        """What paints a path: its inside, its line, both, or nothing."""
        return {(1, 0): "f", (0, 1): "S", (1, 1): "B"}.get((self.fill != "none", self._strokes), "n")

    @property
    def _strokes(self) -> bool:
        return self.stroke != "none" and self.width > 0


def _drawn(
    node: ElementTree.Element, brush: Brush, outlines: dict[str | None, ElementTree.Element]
) -> Iterator[str]:
    """A node as operators, what it changes undone at its end."""
    name = node.tag.removeprefix(_SVG)
    extra = {key for key in node.attrib if not key.startswith("data-")} - _KNOWN.get(name, set())
    if name not in _KNOWN or extra:
        raise Beyond(name)
    if name in ("defs", "title"):
        return
    own = brush.of(node)
    moves = list(_moves(node.get("transform", "")))
    if name in ("g", "svg"):
        moves += _framed(node) if name == "svg" else []
        inside = [part for child in node for part in _drawn(child, own, outlines)]
        yield from ("q", *moves, *inside, "Q") if moves else inside
        return
    if name == "use":
        target = outlines.get(node.get("href", "").removeprefix("#"))
        if target is None:
            raise Beyond("use")
        path = outline(target.get("d", ""))
    else:
        path = _shape(name, node)
    yield from ("q", *moves, own.settings, path, own.operator, "Q") if path else ()


def _framed(node: ElementTree.Element) -> list[str]:
    """A picture in a picture: its part of the ground, which cuts off what lies outside."""
    x, y, width, height = (float(node.get(key, 0)) for key in ("x", "y", "width", "height"))
    ground = _numbers(node.get("viewBox", ""))
    if len(ground) != 4 or abs(ground[2] - width) > 0.5 or abs(ground[3] - height) > 0.5:
        raise Beyond("svg")
    return [
        f"{short(x)} {short(y)} {short(width)} {short(height)} re W n",
        f"1 0 0 1 {short(x - ground[0])} {short(y - ground[1])} cm",
    ]


def _moves(text: str) -> Iterator[str]:
    """A transform as operators, outermost first."""
    if _MOVE.sub("", text).strip():
        raise Beyond(text)
    for kind, inside in _MOVE.findall(text):
        first, *rest = _numbers(inside)
        if kind == "translate":
            yield f"1 0 0 1 {short(first)} {short(rest[0] if rest else 0)} cm"
        else:
            yield f"{short(first)} 0 0 {short(rest[0] if rest else first)} 0 0 cm"


def _shape(name: str, node: ElementTree.Element) -> str:
    if name == "path":
        return outline(node.get("d", ""))
    if name == "line":
        x1, y1, x2, y2 = (float(node.get(key, 0)) for key in ("x1", "y1", "x2", "y2"))
        return f"{short(x1)} {short(y1)} m {short(x2)} {short(y2)} l"
    x, y, width, height = (float(node.get(key, 0)) for key in ("x", "y", "width", "height"))
    round_by = min(float(node.get("rx", 0)), width / 2, height / 2)
    return (
        _rounded(x, y, width, height, round_by)
        if round_by
        else " ".join(map(short, (x, y, width, height))) + " re"
    )


def _rounded(x: float, y: float, width: float, height: float, r: float) -> str:
    """A rectangle with round corners: four lines, four quarters of a circle."""
    right, bottom, c = x + width, y + height, r * (1 - _CORNERS)
    places = (
        (x + r, y, "m"), (right - r, y, "l"), (right - c, y, ""), (right, y + c, ""), (right, y + r, "c"),
        (right, bottom - r, "l"), (right, bottom - c, ""), (right - c, bottom, ""), (right - r, bottom, "c"),
        (x + r, bottom, "l"), (x + c, bottom, ""), (x, bottom - c, ""), (x, bottom - r, "c"),
        (x, y + r, "l"), (x, y + c, ""), (x + c, y, ""), (x + r, y, "c"),
    )  # fmt: skip
    return " ".join(f"{short(a)} {short(b)} {operator}".rstrip() for a, b, operator in places) + " h"


@lru_cache(maxsize=4096)
def outline(path: str) -> str:
    """The outline of a letter, given as a path of SVG in absolute places.

    >>> outline("M0 0H10Q10 6 4 6Z")
    '0 0 m 10 0 l 10 4 8 6 4 6 c h'
    """
    if _STEP.sub("", path).strip():
        raise Beyond(path[:40])
    here = control = start = (0.0, 0.0)
    parts: list[str] = []
    for letter, text in _STEP.findall(path):
        numbers = _numbers(text)
        if letter == "Z":
            parts.append("h")
            here = control = start
            continue
        for group in _groups(letter, numbers):
            points, after = _points(letter, group, here, control)
            letter = "L" if letter == "M" else letter  # further places of a move are lines
            parts.append(" ".join(f"{short(x)} {short(y)}" for x, y in points) + f" {after}")
            control = _control(letter, group, here, control)
            here = points[-1]
            start = here if after == "m" else start
    return " ".join(parts)


_SIZES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2}


def _groups(letter: str, numbers: list[float]) -> list[list[float]]:
    size = _SIZES[letter]
    if not numbers or len(numbers) % size:
        raise Beyond(letter)
    return [numbers[k : k + size] for k in range(0, len(numbers), size)]


def _points(letter: str, group: list[float], here: Point, control: Point) -> tuple[list[Point], str]:
    """The places of one step of a path, and its operator."""
    pairs = list(zip(group[::2], group[1::2], strict=False))
    match letter:
        case "M" | "L":
            return pairs, "m" if letter == "M" else "l"
        case "H":
            return [(group[0], here[1])], "l"
        case "V":
            return [(here[0], group[0])], "l"
        case "C":
            return pairs, "c"
        case "S":
            return [_mirrored(control, here), *pairs], "c"
    bend, end = (pairs[0], pairs[1]) if letter == "Q" else (_mirrored(control, here), pairs[0])
    return [_toward(here, bend), _toward(end, bend), end], "c"


def _control(letter: str, group: list[float], here: Point, control: Point) -> Point:
    """The point that a smooth next step mirrors."""
    if letter == "T":
        return _mirrored(control, here)
    if letter in "CSQ":
        return group[-4], group[-3]
    return {"H": (group[0], here[1]), "V": (here[0], group[0])}.get(letter, (group[0], group[-1]))


def _mirrored(control: Point, here: Point) -> Point:
    return 2 * here[0] - control[0], 2 * here[1] - control[1]


def _toward(end: Point, bend: Point) -> Point:
    """The control point of a cubic for that of a parabola."""
    return end[0] + 2 / 3 * (bend[0] - end[0]), end[1] + 2 / 3 * (bend[1] - end[1])


def _numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(text)]


def _color(name: str) -> str:
    found = _COLOR.fullmatch(name)
    if found is None:
        raise Beyond(name)
    return " ".join(short(int(part, 16) / 255) for part in found.groups())


def short(value: float) -> str:
    """A length to a thousandth, without zeros at the end.

    >>> short(1.5), short(-0.0001)
    ('1.5', '0')
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
