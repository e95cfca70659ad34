"""This module prints drawings as TikZ, the same places as in SVG, with formulas that TeX sets itself."""

from __future__ import annotations

import re

from symdl.rendering.lettering import ARABIC
from symdl.rendering.pictures.drawing import Box, Drawing, Label, Line, Shape, Stroke

OPTIONS = "line cap=round,line join=round,baseline=(current bounding box.south)"
_WORDS = re.compile(r"\\text\{([^{}]*)\}")
CORNER = 0.45  # by which TikZ rounds a corner, of what the drawing says: it measures along the lines


def tikz(drawing: Drawing, scale: float = 1.0) -> str:
    """A drawing as a `tikzpicture`; all lengths are in em of the text around it."""
    lines = [
        rf"\begin{{tikzpicture}}[x={_n(scale)}em,y={_n(-scale)}em,{OPTIONS}]",
        rf"\useasboundingbox (0,0) rectangle ({_n(drawing.width)},{_n(drawing.height)});",
        *(_shape(shape, scale) for shape in drawing.shapes),
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines)


def _n(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _shape(shape: Shape, scale: float) -> str:
    match shape:
        case Box():
            left, top, right, bottom = shape.bounds
            paint = _paint(shape.stroke, shape.fill, shape.radius, scale)
            return rf"\path[{paint}] ({_n(left)},{_n(top)}) rectangle ({_n(right)},{_n(bottom)});"
        case Line():
            points = " -- ".join(f"({_n(x)},{_n(y)})" for x, y in shape.points)
            close = "" if shape.stroke else " -- cycle"
            return (
                rf"\path[{_paint(shape.stroke, shape.fill, CORNER * shape.radius, scale)}] {points}{close};"
            )
        case Label():
            ground = ",fill=symdlpaper,inner sep=.12em" if shape.ground else ",inner sep=0pt"
            size = f"scale={_n(scale * shape.scale)}"
            return rf"\node[{size}{ground}] at ({_n(shape.x)},{_n(shape.y)}) {{${_worded(shape.math.tex)}$}};"


def _worded(tex: str) -> str:
    """A formula whose words in Arabic script say so: around them the drawing runs from left to right."""
    return _WORDS.sub(
        lambda run: rf"\text{{\symdlwords{{{run[1]}}}}}" if ARABIC.search(run[1]) else run[0], tex
    )


def _paint(stroke: Stroke | None, fill: str | None, radius: float, scale: float) -> str:
    options = [f"fill={_color(fill)}"] if fill else []
    if stroke is not None:
        options += [f"draw={_color(stroke.color)}", f"line width={_n(stroke.width * scale)}em"]
        if stroke.dashes:
            pairs = zip(("on", "off") * len(stroke.dashes), stroke.dashes, strict=False)
            options.append("dash pattern=" + " ".join(f"{word} {_n(d * scale)}em" for word, d in pairs))
    if radius:
        options.append(f"rounded corners={_n(radius * scale)}em")
    return ",".join(options)


def _color(name: str) -> str:
    """A color by its name in TeX; a tint is mixed with the paper."""
    return f"symdl{name}!symdlpaper" if "!" in name else f"symdl{name}"
