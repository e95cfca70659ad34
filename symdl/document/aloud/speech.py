"""This module reads formulas aloud: their plain text as words of the page's language, for alternative texts.

It works on the plain text that every formula has, so that formulas from all sources are spoken alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar, cast

from symdl.document.aloud.formulas import Reader
from symdl.document.blocks import Math, Row
from symdl.document.language import language_named

T = TypeVar("T")


@lru_cache(maxsize=8192)
def to_speech(plain: str, code: str = "en") -> str:
    """A formula in plain text as words.

    >>> to_speech("∂L/∂W⁽¹⁾ = δ⁽¹⁾ xᵀ")
    'derivative of L with respect to W layer 1 equals delta layer 1 x transposed'
    >>> to_speech("x₁² + 3")
    'x sub 1 squared plus 3'
    """
    language = language_named(code)

    def aloud(key: str, **facts: str) -> str:
        return language.word(f"speech.{key}").format(**facts)

    return tidy(Reader(plain, aloud).formula())


def tidy(words: str) -> str:
    """Words with single blanks, no comma alone, no blank before a comma."""
    joined = unicodedata.normalize("NFC", re.sub(r"\s+", " ", words))
    return re.sub(r"[,،](?=[,،;؛)])", "", re.sub(r"\s+([,،;؛)])", r"\1", joined)).strip(" ,،;؛")


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
