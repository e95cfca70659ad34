r"""This module sets what no line holds and no operator breaks, a long fraction or root, with lines inside it:
`\frac{a + b + c}{d}` as a fraction whose numerator has two lines. Formulas made ever smaller are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from symdl.rendering import breaking

LEGIBLE = 0.85  # of full size: a formula that fits at this scale is made smaller, any other gets lines inside
INDENT = r"\quad "  # before a further line
INDENTED = 1.0  # em
LEAST = 0.35  # of the room: a narrower place for the lines of a numerator is none
OFTEN = 6  # groups that get lines, one after another

_HOLDER = re.compile(r"\\(frac|sqrt)(?![A-Za-z])\s*(?=\{)")
_BRACES = re.compile(r"\\.|([{}])", re.DOTALL)

Width = Callable[[str], float]


def stacked(tex: str, room: float, width: Width) -> str:
    r"""A formula too wide for its room, with lines in its longest fractions and roots.

    >>> from symdl.rendering.extents import extent
    >>> stacked(r"\frac{a + b + c + d}{g}", 5, lambda tex: extent(tex).width)
    '\\frac{\\begin{aligned} & a + b \\\\ & \\quad {}+ c + d \\end{aligned}}{g}'
    >>> stacked("x + y", 2, len)
    'x + y'
    """
    for _ in range(OFTEN):
        if width(tex) * LEGIBLE <= room:
            break
        better = _stacked_once(tex, room, width)
        if better is None:
            break
        tex = better
    return tex


def _stacked_once(tex: str, room: float, width: Width) -> str | None:
    """The formula with lines in its widest group that is not in lines yet; None where none gets narrower."""
    whole = width(tex)
    groups = sorted(_groups(tex), key=lambda ends: width(tex[ends[0] : ends[1]]), reverse=True)
    for start, stop in groups:
        inside = tex[start:stop]
        free = room - (whole - width(inside))
        if inside.startswith(r"\begin{aligned}") or free < LEAST * room:
            continue
        found = in_lines(inside, free, width)
        made = tex[:start] + found + tex[stop:]
        if width(found) < width(inside) and width(made) <= whole:  # below may be what is as wide as above
            return made
    return None


def in_lines(tex: str, room: float, width: Width) -> str:
    """A formula as several lines that are one, the further ones indented; as it is without an operator."""
    first, *rest = breaking.lines(tex, room - INDENTED, width)
    if not rest:
        return tex
    lines = "".join(rf" \\ & {INDENT}{line}" for line in rest)
    return rf"\begin{{aligned}} & {first}{lines} \end{{aligned}}"


def _groups(tex: str) -> Iterator[tuple[int, int]]:
    """Where the numerators, denominators and radicands of a formula begin and end."""
    for holder in _HOLDER.finditer(tex):
        at = holder.end()
        for _ in range(2 if holder[1] == "frac" else 1):
            stop = _closing(tex, at)
            if stop is None:
                break
            yield at + 1, stop
            at = stop + 1


def _closing(tex: str, at: int) -> int | None:
    """Where the brace at a place closes."""
    depth = 0
    for found in _BRACES.finditer(tex, at):
        depth += {"{": 1, "}": -1}.get(found[1] or "", 0)
        if depth == 0:
            return found.start() if found.start() > at else None
    return None
