"""This module reads formulas aloud: their plain text as words of the page's language, for alternative texts.

It works on the plain text that every formula has, so that formulas from all sources are spoken alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar, cast

from symdl.document.blocks import Math, Row
from symdl.document.language import language_named

T = TypeVar("T")

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵏⁱ", "0123456789+-nki", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜₓ", "0123456789+-aehijklmnoprstx", strict=True))
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_MARKS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}
_SIGNS = {
    "=": "equals", "≈": "about", "≠": "unequal", "≤": "at_most", "≥": "at_least", "<": "less", ">": "greater",
    "≔": "defined", "←": "becomes", "→": "to", "+": "plus", "-": "minus", "−": "minus", "·": "times",
    "⊙": "entrywise", "×": "by", "/": "over", "√": "root", "∞": "infinity", "∈": "in", "ᵀ": "transposed",
    "∑": "sum", "∏": "product", "‖": "norm", "|": "bar_line", "′": "prime", "'": "prime", "∇": "gradient",
    "∂": "partial", "⁺": "plus",
}  # fmt: skip

_DERIVATIVE = re.compile(r"∂⁺?([^\s/∂=()+]+)/∂([^\s/∂=()+]+(?:\([^()\s]*\))?)")
_SECOND = re.compile(r"∂²([^\s/∂=()+]+)/∂([^\s/∂=()+²]+)(?:²| ?∂([^\s/∂=()+]+))")
_LETTER = "[A-Za-zα-ωΑ-Ω]"
_TOTAL = re.compile(rf"(?<!{_LETTER})d({_LETTER}[₀₁₂₃₄₅₆₇₈₉]*)?/d({_LETTER}[₀₁₂₃₄₅₆₇₈₉]*)(?!{_LETTER})")
_MATRIX = re.compile(r"(?<![\w\])])\[\[([^\[\]]*(?:\], \[[^\[\]]*)*)\]\]")
_VECTOR = re.compile(r"(?<![\w\])])\[([^\[\]]*,[^\[\]]*)\]")
_PART = r"[^,()]*(?:\([^()]*\)[^,()]*)*"
_CASES = re.compile(rf"\bwhere\(({_PART}), ({_PART}), ({_PART})\)")
_POWER = re.compile(r"\^\(([^()]*)\)|\^(\S+)")
_SUM = re.compile(r"([∑∏])\[([^\]=]+)=([^\].]+)\.\.([^\]]+)\]")
_SPACE = re.compile(r"ℝ\^\(([^()]*)\)")
_LAYER = re.compile(r"⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")
_UPPER = re.compile(f"[{''.join(_RAISED)}]+")
_LOWER = re.compile(f"[{''.join(_LOWERED)}]+")


@lru_cache(maxsize=8192)
def to_speech(plain: str, code: str = "en") -> str:
    """A formula in plain text as words.

    >>> to_speech("∂L/∂W⁽¹⁾ = δ⁽¹⁾ xᵀ")
    'derivative of L by W layer 1 equals delta layer 1 x transposed'
    >>> to_speech("x₁² + 3")
    'x sub 1 squared plus 3'
    """
    language = language_named(code)

    def aloud(key: str, **facts: str) -> str:
        return f" {language.word(f'speech.{key}').format(**facts)} "

    def raised(run: re.Match[str]) -> str:
        digits = "".join(_RAISED[c] for c in run[0])
        named = {"2": "squared", "3": "cubed"}.get(digits)
        return aloud(named) if named else aloud("power", exponent=digits)

    text = unicodedata.normalize("NFD", plain)
    text = _SECOND.sub(lambda m: aloud("second", of=m[1], by=m[2], then=m[3] or m[2]), text)
    text = _TOTAL.sub(
        lambda m: aloud("derivative", of=m[1], by=m[2]) if m[1] else aloud("differentiate", by=m[2]), text
    )
    text = _CASES.sub(lambda m: aloud("cases", test=m[1], yes=m[2], no=m[3]), text)
    text = _MATRIX.sub(lambda m: f"{aloud('matrix')}{m[1].replace('], [', '; ')}, ", text)
    text = _VECTOR.sub(lambda m: f"{aloud('vector')}{m[1]}, ", text)
    text = _DERIVATIVE.sub(lambda m: aloud("derivative", of=m[1], by=m[2]), text)
    text = _SUM.sub(
        lambda m: aloud("sum_range" if m[1] == "∑" else "product_range", index=m[2], first=m[3], last=m[4]),
        text,
    )
    text = _SPACE.sub(lambda m: aloud("reals", shape=m[1]), text)
    text = _POWER.sub(lambda m: aloud("power", exponent=m[1] or m[2]), text)
    text = _LAYER.sub(lambda m: aloud("layer", number="".join(_RAISED[c] for c in m[1])), text)
    text = _UPPER.sub(raised, text)
    text = _LOWER.sub(lambda m: aloud("sub", number=_indices("".join(_LOWERED[c] for c in m[0]))), text)
    text = text.replace("[", " ").replace("]", " ")
    greek = language.word("speech.greek").split()
    letters = dict(zip(_GREEK, greek, strict=True))
    parts = []
    for char in text:
        if char in _MARKS:
            parts.append(aloud(_MARKS[char]))
        elif char in _SIGNS:
            parts.append(aloud(_SIGNS[char]))
        elif char.lower() in letters:
            name = letters[char.lower()]
            parts.append(f" {name} " if char in letters else aloud("capital", letter=name))
        else:
            parts.append(char)
    joined = unicodedata.normalize("NFC", "".join(parts))
    single = re.sub(r"\s+", " ", joined)
    return re.sub(r"\(\s+", "(", re.sub(r"\s+([,;)])", r"\1", single)).replace(",)", ")").strip(" ,")


def _indices(run: str) -> str:
    """Subscripts as they are read: letters one by one, a number as one."""
    return " ".join(re.findall(r"[0-9]+|[^0-9]", run))


def spoken(part: T, code: str) -> T:
    """A document, or any part of one, with words for every formula that has none."""
    return cast("T", _spoken(part, code))


def _spoken(part: Any, code: str) -> Any:
    if isinstance(part, Math):
        return replace(part, spoken=to_speech(part.plain, code)) if part.spoken is None else part
    if isinstance(part, Row) and part.left is not None and part.left.spoken is None:
        said = to_speech(f"{part.left.plain} {part.relation}", code)  # the relation belongs to the left side
        part = replace(part, left=replace(part.left, spoken=said))
    elif isinstance(part, Row) and part.left is None and part.right.spoken is None:
        said = to_speech(f"{part.relation} {part.right.plain}", code)
        part = replace(part, right=replace(part.right, spoken=said))
    if isinstance(part, tuple):
        return tuple(_spoken(item, code) for item in part)
    if is_dataclass(part) and not isinstance(part, type):
        inner = {f.name: getattr(part, f.name) for f in fields(part)}
        return replace(part, **{n: _spoken(v, code) for n, v in inner.items() if _composed(v)})
    return part


def _composed(value: Any) -> bool:
    return isinstance(value, tuple) or is_dataclass(value)
