"""This module prints drawings as SVG that needs nothing from outside: formulas are outlines in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symdl.rendering.layout import measured
from symdl.rendering.pictures.drawing import Box, Drawing, Label, Line, Point, Shape, Stroke, tinted
from symdl.rendering.theme import Theme

UNIT = 100  # of the picture's own coordinates, an em
PAD = 0.12  # of the ground behind a label
_OUTER = re.compile(r'\A<svg[^>]*viewBox="([^"]*)"[^>]*>(.*)</svg>\s*\Z', re.DOTALL)
_DEFINED = re.compile(r"<defs>(.*?)</defs>", re.DOTALL)
_PATH = re.compile(r'<path id="([^"]+)"[^>]*?(?:/>|></path>)')


def svg(drawing: Drawing, theme: Theme, alt: str = "") -> str:
    """A drawing as SVG; every glyph of a formula is defined once."""
    glyphs: dict[str, str] = {}
    body = "".join(part for shape in drawing.shapes for part in _shape(shape, theme, glyphs))
    size = f"{_n(drawing.width)} {_n(drawing.height)}"
    defined = f"<defs>{''.join(glyphs.values())}</defs>" if glyphs else ""
    title = f"<title>{_escaped(alt)}</title>" if alt else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{drawing.width:.4g}em"'
        f' height="{drawing.height:.4g}em" role="img">{title}{defined}{body}</svg>'
    )


def _n(value: float) -> str:
    return f"{value * UNIT:.1f}".removesuffix(".0")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shape(shape: Shape, theme: Theme, glyphs: dict[str, str]) -> Iterator[str]:
    match shape:
        case Box():
            yield _box(shape, theme)
        case Line():
            yield f'<path d="{_path(shape)}"{_paint(shape.stroke, shape.fill, theme)}/>'
        case Label():
            yield from _label(shape, theme, glyphs)


def _box(box: Box, theme: Theme) -> str:
    left, top, _, _ = box.bounds
    corner = f' rx="{_n(box.radius)}"' if box.radius else ""
    return (
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(box.width)}" height="{_n(box.height)}"{corner}'
        f"{_paint(box.stroke, box.fill, theme)}/>"
    )


def _paint(stroke: Stroke | None, fill: str | None, theme: Theme) -> str:
    filled = f' fill="{tinted(fill, theme.colors) if fill else "none"}"'
    if stroke is None:
        return filled
    dashes = f' stroke-dasharray="{",".join(map(_n, stroke.dashes))}"' if stroke.dashes else ""
    return f'{filled} stroke="{tinted(stroke.color, theme.colors)}" stroke-width="{_n(stroke.width)}"{dashes}'


def _path(line: Line) -> str:
    first, *rest = line.points
    if line.stroke is None:
        return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in line.points) + "Z"
    parts = [f"M{_n(first[0])} {_n(first[1])}"]
    for k, corner in enumerate(rest):
        if line.radius and k + 1 < len(rest):
            near, far = (
                _toward(corner, line.points[k], line.radius),
                _toward(corner, rest[k + 1], line.radius),
            )
            parts.append(
                f"L{_n(near[0])} {_n(near[1])}Q{_n(corner[0])} {_n(corner[1])} {_n(far[0])} {_n(far[1])}"
            )
        else:
            parts.append(f"L{_n(corner[0])} {_n(corner[1])}")
    return "".join(parts)


def _toward(corner: Point, other: Point, distance: float) -> Point:
    """A point on the way from a corner to a neighbor, at most halfway."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1e-9)
    part = min(distance / length, 0.5)
    return corner[0] + part * dx, corner[1] + part * dy


def _label(shape: Label, theme: Theme, glyphs: dict[str, str]) -> Iterator[str]:
    if shape.ground:
        ground = Box(shape.x, shape.y, shape.width + 2 * PAD, shape.height + 2 * PAD, 0.1, None, "paper")
        yield _box(ground, theme)
    found = _OUTER.match(measured(shape.math, theme, display=False).svg)
    assert found is not None
    left, top, _, _ = shape.bounds
    x, y, *_ = map(float, found[1].split())
    for defined in _DEFINED.finditer(found[2]):
        glyphs.update((glyph[1], glyph[0]) for glyph in _PATH.finditer(defined[1]))
    inner = _DEFINED.sub("", found[2]).replace("currentColor", theme.colors["ink"])
    factor = UNIT * shape.scale / 1000
    yield (
        f'<g transform="translate({left * UNIT - x * factor:.1f},{top * UNIT - y * factor:.1f})'
        f' scale({factor:.4g})">{inner}</g>'
    )
