"""This module measures formulas by their parts: a layout tries many lines that say the same terms, and each
term is typeset once.

Between the terms of a formula stands the space that an operator has after an empty operand, so the widths of
a sum's terms add up to its own; its height and depth are those of its highest and deepest term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from symdl.rendering.breaking import segments
from symdl.rendering.typeset import NO_COLORS, typeset

_DIGIT = re.compile("[1-9]")
_COUNTS = re.compile(r"\d(?:em|ex|mu|pt)|\\begin\{array\}|\\mathbb|\\\\\s*\[")  # where a digit is no letter
OPERAND = "{}"  # nothing, before an operator between two operands


@dataclass(frozen=True, slots=True)
class Extent:
    """How wide a formula is, how far it reaches above the baseline and below it, in em."""

    width: float = 0.0
    ascent: float = 0.0
    depth: float = 0.0

    @property
    def height(self) -> float:
        """From the lowest point to the highest."""
        return self.ascent + self.depth


def extent(tex: str, *, display: bool = True, colors: Mapping[str, str] = NO_COLORS) -> Extent:
    r"""The measures of a formula, as those of its parts; a part is typeset once however often it is measured.

    >>> long, short = extent(r"a + \frac{b}{c} + a"), extent(r"a + \frac{b}{c}")
    >>> long.height == short.height and long.width > short.width
    True
    """
    return _extent(tex, display, tuple(colors.items()))


@lru_cache(maxsize=8192)
def _extent(tex: str, display: bool, colors: tuple[tuple[str, str], ...]) -> Extent:
    first, *rest = segments(tex)
    parts = [
        _part(alike(part.rstrip()), display, colors) for part in (first, *(OPERAND + part for part in rest))
    ]
    return Extent(
        sum(part.width for part in parts),
        max(part.ascent for part in parts),
        max(part.depth for part in parts),
    )


def alike(tex: str) -> str:
    r"""One formula for all that differ from it in their digits alone, which are equally wide.

    >>> alike(r"w_{12} \cdot 0.35"), alike(r"\hspace{2em} 3")
    ('w_{00} \\cdot 0.00', '\\hspace{2em} 3')
    """
    return tex if _COUNTS.search(tex) else _DIGIT.sub("0", tex)


@lru_cache(maxsize=8192)
def _part(tex: str, display: bool, colors: tuple[tuple[str, str], ...]) -> Extent:
    if tex in ("", OPERAND):
        return Extent()
    found = typeset(tex, display=display, colors=dict(colors))
    return Extent(found.width, found.height - found.depth, found.depth)
