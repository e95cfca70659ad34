"""This module prints drawings as TikZ, the same places as in SVG, with formulas that TeX sets itself."""

from __future__ import annotations

import re

from symdl.rendering.ink import short
from symdl.rendering.lettering import ARABIC
from symdl.rendering.pictures.drawing import Box, Drawing, Label, Line, Shape, Stroke

OPTIONS = "line cap=round,line join=round,baseline=(current bounding box.south)"
_WORDS = re.compile(r"\\text\{([^{}]*)\}")
CORNER = 0.45  # by which TikZ rounds a corner, of what the drawing says: it measures along the lines


def tikz(drawing: Drawing, scale: float = 1.0) -> str:
    """A drawing as a `tikzpicture`; all lengths are in em of the text around it."""
    lines = [
        rf"\begin{{tikzpicture}}[x={short(scale)}em,y={short(-scale)}em,{OPTIONS}]",
        rf"\useasboundingbox (0,0) rectangle ({short(drawing.width)},{short(drawing.height)});",
        *(_shape(shape, scale) for shape in drawing.shapes),
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines)


def _shape(shape: Shape, scale: float) -> str:
    match shape:
        case Box():
            left, top, right, bottom = shape.bounds
            paint = _paint(shape.stroke, shape.fill, shape.radius, scale)
            return rf"\path[{paint}] ({short(left)},{short(top)}) rectangle ({short(right)},{short(bottom)});"
        case Line():
            points = " -- ".join(f"({short(x)},{short(y)})" for x, y in shape.points)
            close = "" if shape.stroke else " -- cycle"
            return (
                rf"\path[{_paint(shape.stroke, shape.fill, CORNER * shape.radius, scale)}] {points}{close};"
            )
        case Label():
            ground = ",fill=symdlpaper,inner sep=.12em" if shape.ground else ",inner sep=0pt"
            size = f"scale={short(scale * shape.scale)}"
            place = f"{short(shape.x)},{short(shape.y)}"
            return rf"\node[{size}{ground}] at ({place}) {{${_worded(shape.math.tex)}$}};"


def _worded(tex: str) -> str:
    """A formula whose words in Arabic script say so: around them the drawing runs from left to right."""
    return _WORDS.sub(
        lambda run: rf"\text{{\symdlwords{{{run[1]}}}}}" if ARABIC.search(run[1]) else run[0], tex
    )


def _paint(stroke: Stroke | None, fill: str | None, radius: float, scale: float) -> str:
    options = [f"fill={_color(fill)}"] if fill else []
    if stroke is not None:
        options += [f"draw={_color(stroke.color)}", f"line width={short(stroke.width * scale)}em"]
        if stroke.dashes:
            pairs = zip(("on", "off") * len(stroke.dashes), stroke.dashes, strict=False)
            options.append("dash pattern=" + " ".join(f"{word} {short(d * scale)}em" for word, d in pairs))
    if radius:
        options.append(f"rounded corners={short(radius * scale)}em")
    return ",".join(options)


def _color(name: str) -> str:
    """A color by its name in TeX; a tint is mixed with the paper."""
    return f"symdl{name}!symdlpaper" if "!" in name else f"symdl{name}"
