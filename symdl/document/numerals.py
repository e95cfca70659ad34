r"""This module writes the numbers of formulas in the digits of the page's language, if a teacher wants that.

Mathematics has Latin digits by itself, on Persian pages too. With `numerals = "native"` a number in a formula
becomes text in its place, `0.5` as `{\text{۰٫۵}}`, which every typesetter sets with the font of the page.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, TypeVar, cast, get_args

from symdl.document.blocks import Math, Plot
from symdl.text import localized

Numerals = Literal["latin", "native"]
NUMERALS: tuple[str, ...] = get_args(Numerals)
T = TypeVar("T")

NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
TOKEN = re.compile(
    r"\\\\(?:\[[^\]]*\])?"  # the end of a row, with the room after it
    r"|\\(?:begin|end)\{[^}]*\}(?:\{[^}]*\})?"
    r"|\\(?:hspace|vspace|kern|rule|Rule|mspace|phantom|textcolor|color)\*?\{[^}]*\}"
    r"|(?P<words>\\(?:text|textit|textrm|mathtt|mbox)\{[^{}]*\})"
    r"|\\[A-Za-z]+|\\.|(?P<number>[0-9]+(?:\.[0-9]+)?)"
)


def with_numerals(part: T, numerals: str, code: str) -> T:
    """A document, or any part of one, with its numbers as asked for."""
    return part if numerals == "latin" or localized("1", code) == "1" else cast("T", _native(part, code))


def native(math: Math, code: str) -> Math:
    r"""A formula with its numbers in the digits of a language.

    >>> native(Math(r"x_1 = 0.5", "x₁ = 0.5"), "fa")
    Math(tex='x_{\\text{۱}} = {\\text{۰٫۵}}', plain='x₁ = ۰٫۵', spoken=None)
    """

    def token(found: re.Match[str]) -> str:
        if found["number"]:
            return rf"{{\text{{{localized(found[0], code)}}}}}"
        return _numbers(found[0], code) if found["words"] else found[0]

    return replace(math, tex=TOKEN.sub(token, math.tex), plain=_numbers(math.plain, code))


def _numbers(text: str, code: str) -> str:
    return NUMBER.sub(lambda found: localized(found[0], code), text)


def _native(part: Any, code: str) -> Any:
    if isinstance(part, Math):
        return native(part, code)
    if isinstance(part, tuple):
        return tuple(_native(item, code) for item in part)
    if is_dataclass(part) and not isinstance(part, type):
        inner = {f.name: getattr(part, f.name) for f in fields(part)}
        changed = {n: _native(v, code) for n, v in inner.items() if isinstance(v, tuple) or is_dataclass(v)}
        if isinstance(part, Plot):
            changed["digits"] = code
        if "alt" in {f.name for f in fields(part)}:
            changed["alt"] = _numbers(cast("Any", part).alt, code)
        return replace(part, **changed)
    return part
