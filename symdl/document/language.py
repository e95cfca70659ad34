"""This module puts messages into words: a text with its facts becomes a sentence with formulas in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from string import Formatter
from typing import Any, Literal

from symdl.arguments import language_code
from symdl.document.blocks import Math, Span, Spans
from symdl.document.lines.shortening import GAP, LONG, shortened
from symdl.document.lines.values import number_node
from symdl.formula.notation import Notation
from symdl.formula.pretty import to_text
from symdl.formula.tex import to_tex
from symdl.formula.tree import Node, number
from symdl.resources import read_toml
from symdl.text import MARK, Text, held, localized, template

DIGITS = 6  # significant ones of a number in a sentence where no sheet says how many
NUMERAL = re.compile(r"[-+]?[0-9]+([./][0-9]+)?")


@dataclass(frozen=True)
class Language:
    """A language of sheets: its words, its direction, its digits in prose; how many `digits` a number has."""

    code: str
    digits: int = DIGITS

    @cached_property
    def words(self) -> dict[str, Any]:
        """The whole language file."""
        return read_toml("languages", self.code)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """The direction of running text."""
        return "rtl" if self.words.get("language", {}).get("direction") == "rtl" else "ltr"

    def word(self, key: str) -> str:
        """A fixed word or phrase."""
        found = template(key, self.code)
        return key if found is None else found

    def has(self, key: str) -> bool:
        """Whether the language file knows a key."""
        return template(key, self.code) is not None

    def prose_number(self, value: object) -> str:
        """A number in running text, in the digits of the language.

        >>> Language("fa").prose_number(0.5), Language("en").prose_number(0.5)
        ('۰٫۵', '0.5')
        """
        return localized(str(value), self.code)

    def running(self, text: str) -> str:
        """A teacher's text on a page of this language: from right to left, what is in other letters is held
        together by marks of direction, or `(4, -1)` would come out as `(1-, 4)`.

        >>> from symdl.text import MARK
        >>> Language("fa").running("نقطهٔ (4, -1) است").count(MARK)
        2
        """
        if self.direction == "ltr":
            return text
        return held(text)

    def joined(self, parts: list[Span]) -> list[Span]:
        """Several things as a list in words: a, b and c."""
        return self._listed([[part] for part in parts])

    def _listed(self, parts: list[list[Span]]) -> list[Span]:
        """Several things as a list in words, each of them words and formulas of its own."""
        told = [part for part in parts if part]
        comma, last = self.word("language.comma"), self.word("language.and")
        spans: list[Span] = []
        for k, part in enumerate(told):
            if k:
                spans.append(last if k == len(told) - 1 else comma)
            spans.extend(part)
        return spans

    def say(self, text: Text, notation: Notation) -> Spans:
        """A text as running words and formulas."""
        words = template(text.key, self.code)
        if words is None:
            return (text.key,)
        spans: list[Span] = []
        for literal, fact, _, _ in Formatter().parse(words):
            if literal:
                spans.append(literal)
            if fact:
                spans.extend(self._fact(text.facts.get(fact), notation))
        return merged(spans)

    def _fact(self, fact: object, notation: Notation) -> list[Span]:
        if isinstance(fact, Text):
            return list(self.say(fact, notation))
        if isinstance(fact, tuple):
            return self._listed([self._fact(item, notation) for item in fact])
        if isinstance(fact, str):
            if NUMERAL.fullmatch(fact) and not ("/" in fact and self.direction == "rtl"):
                return [self.prose_number(fact)]
            if NUMERAL.fullmatch(fact):  # «۴/۳» is 4.3 to many readers of Persian
                return [typeset(number(Fraction(fact)), notation)]
            return [self.word(f"function.{fact}") if self.has(f"function.{fact}") else fact]
        if isinstance(fact, float):
            return [typeset(number_node(fact, self.digits), notation)]
        if isinstance(fact, int):
            return [self.prose_number(fact)]
        if isinstance(fact, Math):
            return [fact]
        return [typeset(fact, notation)] if fact is not None else []  # type: ignore[arg-type]


def typeset(node: Node, notation: Notation) -> Math:
    """A tree as a formula for every format; very long sums with their first and last terms only."""
    tex = to_tex(node, notation)
    if len(tex) > LONG:
        node = shortened(node)
        tex = to_tex(node, notation).replace(GAP, r"\cdots ")
    return Math(tex, to_text(node, notation))


def textual(text: str) -> Math:
    r"""Words as a label in a picture.

    >>> textual("50% right").tex, textual("a ½").tex
    ('\\text{50\\% right}', '\\text{a $\\frac{1}{2}$}')
    """
    return Math(rf"\text{{{''.join(map(_lettered, text))}}}", text)


def quoting(text: str) -> Spans:
    r"""Running text in which what stands between backquotes is set as it was typed.

    >>> quoting("not `x_1`.")
    ('not ', Math(tex='\\texttt{x\\_1}', plain='`x_1`', spoken='x_1'), '.')
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backquote without its other one
        return (text,)
    return tuple(_typed(part) if k % 2 else part for k, part in enumerate(parts) if part)


def _typed(text: str) -> Span:
    """A few words as they were typed; letters that no typewriter has remain in quotes."""
    text = text.strip(MARK)
    if not (text.isascii() and text.isprintable()):
        return f"`{text}`"
    return Math(rf"\texttt{{{''.join(map(_lettered, text))}}}", f"`{text}`", text)


def _lettered(sign: str) -> str:
    """A character of a label in TeX; a fraction that is one character is in none of its fonts."""
    if sign in "&%$#_{}":
        return f"\\{sign}"
    if sign in "\\^~":
        return " "
    above, bar, below = unicodedata.normalize("NFKC", sign).partition("\N{FRACTION SLASH}")
    return rf"$\frac{{{above}}}{{{below}}}$" if bar and above and below else sign


def merged(spans: list[Span]) -> Spans:
    """Neighboring pieces of text as one."""
    found: list[Span] = []
    for span in spans:
        if isinstance(span, str) and found and isinstance(found[-1], str):
            found[-1] += span
        else:
            found.append(span)
    return tuple(found)


def language_named(code: str) -> Language:
    """A language by its code; an unknown one is refused with those that there are."""
    language_code(code)
    return Language(code)
