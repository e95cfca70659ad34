"""This module typesets formulas: TeX in, SVG and its measures out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from urllib.parse import quote

from symdl.errors import OutputError
from symdl.rendering.engine import call
from symdl.rendering.lettering import outlined

MAX_LENGTH = 10_000  # characters of TeX; a sheet's longest line has some hundreds
NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NO_COLORS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Typeset:
    """A formula as a picture. Measures in em: width, whole height, and the depth below the baseline.

    In a line of text the picture stands right with `vertical-align: -<depth>em`. Strokes and fills are
    `currentColor`, glyphs have names of their own in each formula, so many stand on one page.
    """

    svg: str
    width: float
    height: float
    depth: float


def typeset(
    tex: str,
    *,
    display: bool = False,
    width_em: float | None = None,
    colors: Mapping[str, str] = NO_COLORS,
) -> Typeset:
    r"""A formula in TeX as SVG, by MathJax; the same formula is typeset once.

    `display` sets it as on a line of its own, and `width_em` then breaks a line that is wider. `colors`
    defines names for `\textcolor`, as `#rrggbb`. Words in Arabic script are shaped and joined. A `\tag`
    is left out: numbers of equations belong to the page. Raises OutputError with MathJax's words where
    the TeX cannot be read.

    >>> formula = typeset(r"\frac{\partial L}{\partial w_{11}}", display=True)
    >>> formula.svg[:4], formula.height > formula.depth > 0
    ('<svg', True)
    """
    if len(tex) > MAX_LENGTH:
        raise OutputError("output.tex_too_long", tex=_excerpt(tex), length=len(tex), limit=MAX_LENGTH)
    return _typeset(tex, display, width_em, tuple(colors.items()))


@lru_cache(maxsize=4096)
def _typeset(tex: str, display: bool, room: float | None, colors: tuple[tuple[str, str], ...]) -> Typeset:
    source, words = outlined(tex)
    # The name of its glyphs follows from the formula alone, so a page made twice is the same page.
    id = blake2b(repr((tex, display, room, colors)).encode("utf-8", "replace"), digest_size=6).hexdigest()
    facts = {"source": source, "display": display, "room": room, "words": words, "id": id}
    answer = call("typeset", colors=dict(colors), **facts)
    if "mistake" in answer:
        raise OutputError("output.bad_tex", tex=_excerpt(tex), reason=answer["mistake"])
    return Typeset(**answer | {"svg": NOT_IN_XML.sub("\ufffd", answer["svg"])})


def data_uri(svg: str, *, color: str | None = None) -> str:
    """An SVG as the address of an image, for `<img src="...">`; `color` stands for `currentColor`.

    >>> data_uri('<svg fill="currentColor"/>', color="#333")
    'data:image/svg+xml,%3Csvg fill=%22%23333%22/%3E'
    """
    colored = svg if color is None else svg.replace("currentColor", color)
    return "data:image/svg+xml," + quote(colored, safe=" ='/:;,()-.+*!@$~")


def _excerpt(tex: str, length: int = 80) -> str:
    return tex if len(tex) <= length else tex[: length - 1] + "…"
