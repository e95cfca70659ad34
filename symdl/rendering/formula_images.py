"""This module turns formulas into pictures for a page of HTML, each an address of data that needs no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symdl.document.blocks import Math
from symdl.rendering.layout import Line, SetRow, measured
from symdl.rendering.theme import Theme
from symdl.rendering.typeset import data_uri
from symdl.rendering.view import View, spoken


@dataclass(frozen=True, slots=True)
class Picture:
    """A formula as a picture: its address, words for it, and in em its width, its whole height and the
    depth below the baseline.
    """

    address: str
    alt: str
    width: float
    height: float
    depth: float

    @property
    def ascent(self) -> float:
        """The height above the baseline."""
        return self.height - self.depth

    def view(self, top: float | None = None) -> dict[str, View]:
        """The picture as a template sees it; `drop` is how far it hangs below a top above the baseline."""
        sizes = {"width": self.width, "height": self.height, "depth": self.depth}
        drop = 0.0 if top is None else top - self.ascent
        rounded: dict[str, View] = {name: round(em, 4) for name, em in (sizes | {"drop": drop}).items()}
        return {"address": self.address, "alt": self.alt} | rounded


Address = Callable[[str], str]  # where the page finds a picture that is given as SVG


def picture(
    math: Math, theme: Theme, *, display: bool = False, scale: float = 1.0, address: Address = data_uri
) -> Picture:
    """A formula as a picture in the colors and at the size of a theme."""
    typeset = measured(math, theme, display=display)
    em = scale * theme.spacing["math"]
    size = (typeset.width * em, typeset.height * em, typeset.depth * em)
    return Picture(address(typeset.svg.replace("currentColor", theme.colors["ink"])), spoken(math), *size)


def row_views(row: SetRow, note: View, theme: Theme, address: Address = data_uri) -> list[dict[str, View]]:
    """A row as the lines it takes; the remark stands at the first."""
    lines = [_pictured(line, theme, address) for line in row.right]
    left = _pictured(Line(row.before), theme, address) if row.before and row.before.tex else None
    head = _pictured(row.head, theme, address).view() if row.head else {}
    return [_line(left, lines[0], head, note), *(_line(None, line, {}, []) for line in lines[1:])]


def _pictured(line: Line, theme: Theme, address: Address) -> Picture:
    return picture(line.math, theme, display=True, scale=line.scale, address=address)


def _line(left: Picture | None, right: Picture, head: dict[str, View], note: View) -> dict[str, View]:
    top = max(right.ascent, left.ascent if left else right.ascent)
    sides: dict[str, View] = {"left": left.view(top) if left else {}, "right": right.view(top)}
    return {"head": head, "note": note, "ascent": round(top, 4), **sides}
