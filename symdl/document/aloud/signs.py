"""This module cuts the plain text of a formula into names, numbers, raised and lowered signs, and knows the
words for each in the language file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵏⁱ", "0123456789+-nki", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜₓᵤᵥ", "0123456789+-aehijklmnoprstxuv", strict=True))
WHOLE = ("max", "min", "new", "old", "total", "mean")  # subscripts that are words
GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
MARKS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}
RELATIONS = {
    "=": "equals", "≈": "about", "≠": "unequal", "≤": "at_most", "≥": "at_least", "<": "less", ">": "greater",
    "≔": "defined", "←": "becomes", "→": "to", "∈": "in",
}  # fmt: skip
TERMS = {"+": "plus", "-": "minus", "−": "minus", "±": "plus_minus"}
FACTORS = {"·": "times", "⊙": "entrywise", "×": "by", "∘": "after"}
SINGLE = {"∞": "infinity", "*": "star", "…": "so_on", "⋮": "so_on", "⋯": "so_on", ":": "all"}
SAID = ("log", "exp", "max", "min", "sin", "cos", "tan", "tanh", "softmax", "diag", "mean", "sgn")  # by words
CLOSING = {"(": ")", "[": "]", "{": "}"}
LETTER = "(?:[^\\W\\d_ᵀ" + "".join(RAISED) + "".join(LOWERED) + "][\u0300-\u036f\u064b-\u065f\u200c]*)"
TOKEN = re.compile(
    rf"(?P<layer>⁽[^⁾]*⁾)|(?P<up>[{''.join(RAISED)}]+)|(?P<down>[{''.join(LOWERED)}]+)"
    r"|(?P<number>\d+(?:[.٫]\d+)?)"
    rf"|(?P<word>{LETTER}+(?:\d+{LETTER}+)*(?:[–-]{LETTER}{{3,}})?)|(?P<under>_\w+)|(?P<sign>\S)"
)
DEEPEST = 60  # brackets inside brackets that are read

Aloud = Callable[..., str]


class Token(NamedTuple):
    """A piece of plain text: what it is, and whether it touches the piece before it."""

    kind: str
    text: str
    glued: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Words for a part of a formula; whether they need no brackets around, and what stands in theirs."""

    words: str
    simple: bool = True
    inner: str | None = None

    @property
    def bare(self) -> str:
        """The words without brackets that the place makes plain."""
        return self.words if self.inner is None else self.inner


def tokens(plain: str) -> list[Token]:
    """The pieces of a formula.

    >>> [token.text for token in tokens("2x₁ = σ′(ŷ)")][:4]
    ['2', 'x', '₁', '=']
    """
    found = [*TOKEN.finditer(unicodedata.normalize("NFD", plain))]
    ends = [-1, *(token.end() for token in found)]
    return [Token(t.lastgroup or "sign", t[0], t.start() == end) for t, end in zip(found, ends, strict=False)]


def letters(word: str, aloud: Aloud) -> str:
    """A word with Greek letters by name and marks over letters after them."""
    names = dict(zip(GREEK, aloud("greek").split(), strict=True))
    parts = []
    for char in word:
        low = char.lower()
        if char in MARKS:
            parts.append(f" {aloud(MARKS[char])} ")
        elif low in names:
            parts.append(f" {names[low] if char == low else aloud('capital', letter=names[low])} ")
        else:
            parts.append(char)
    return " ".join("".join(parts).split())


def indices(run: str, aloud: Aloud) -> str:
    """Lowered signs one by one, digits too: `w₁₁` is not the eleventh."""
    said = "".join(LOWERED[c] for c in run)
    if said in WHOLE:
        return said
    signs = {"+": aloud("plus"), "-": aloud("minus")}
    return " ".join(signs.get(c, c) for c in said)


def raised(run: str) -> str:
    """Raised signs on the line."""
    return "".join(RAISED.get(c, c) for c in run)


def own(text: str, aloud: Aloud) -> str:
    """A sign by itself: its name, or as it stands."""
    for names in (RELATIONS, TERMS, FACTORS, SINGLE):
        if text in names:
            return aloud(names[text])
    return "" if text in "()[]{}|" else text


class Cursor:
    """A place among the pieces of a formula."""

    def __init__(self, plain: str, aloud: Aloud) -> None:
        self.tokens = tokens(plain)
        self.place = 0
        self.depth = 0
        self.inside: tuple[str, ...] = ()  # the bars that are open
        self.aloud = aloud

    def _sees(self, *texts: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place].text in texts

    def _ahead(self, count: int) -> str:
        place = self.place + count
        return self.tokens[place].text if place < len(self.tokens) else ""

    def _touches(self) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place].glued

    def _take(self) -> Token:
        if self.place >= len(self.tokens):
            return Token("sign", "", False)
        self.place += 1
        return self.tokens[self.place - 1]

    def _kind(self) -> str:
        return self.tokens[self.place].kind if self.place < len(self.tokens) else ""

    def _opens(self) -> bool:
        """Whether a bar begins something: it touches what follows, its partner comes in the same brackets."""
        bar, depth = self.tokens[self.place].text, 0
        if not (self.place + 1 < len(self.tokens) and self.tokens[self.place + 1].glued):
            return False
        if self.inside and self.inside[-1] == bar:
            return False
        for token in self.tokens[self.place + 1 :]:
            depth += (token.text in "([{") - (token.text in ")]}")
            if depth < 0:
                return False
            if token.text == bar and depth == 0:
                return True
        return False
