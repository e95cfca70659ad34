"""This module cuts a formula into tokens, within limits that hold before any other work is done."""

from __future__ import annotations

import re
from typing import NamedTuple

from symdl.errors import FormulaError
from symdl.formula.characters import clean, place, refused

MAX_CHARACTERS = 2000
MAX_TOKENS = 1000
MAX_NAME = 60

NUMBER = r"[0-9]+(?:\.[0-9]+|\.(?![.A-Za-z0-9_]))?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?"
_LETTER = "[A-Za-zΑ-ω]"
_WORD = f"{_LETTER}(?:[A-Za-zΑ-ω0-9\u0302-\u0307]|_(?=[A-Za-zΑ-ω0-9]))*"
_SIGN = r"\.T(?![A-Za-z0-9_])|\.\.|\*\*|<=|>=|==|!=|[-+*/@^()\[\],:=<>|√⊤]"
_SAME = {"⊤": ".T", "**": "^"}
_TOKEN = re.compile(rf"(?P<space>\s+)|(?P<number>{NUMBER})|(?P<word>{_WORD})|(?P<sign>{_SIGN})")


class Token(NamedTuple):
    """A piece of a formula: its kind (a sign is its own kind), its clean text, its place as typed."""

    kind: str
    text: str
    start: int
    stop: int
    spaced: bool = False


def tokenize(text: str) -> list[Token]:
    """The tokens of a formula, closed by one of kind "end".

    >>> [token.text for token in tokenize("2x²")]
    ['2', 'x', '^', '(', '2', ')', '']
    """
    if len(text) > MAX_CHARACTERS:
        where = place(text[: MAX_CHARACTERS + 40], MAX_CHARACTERS, MAX_CHARACTERS + 1)
        raise FormulaError("formula.too_long", place=where, length=len(text), limit=MAX_CHARACTERS)
    tokens = _cut(text)
    if len(tokens) > MAX_TOKENS:
        extra = tokens[MAX_TOKENS]
        where = place(text, extra.start, extra.stop)
        raise FormulaError("formula.too_many_parts", place=where, count=len(tokens), limit=MAX_TOKENS)
    for token in tokens:
        if token.kind == "word" and len(token.text) > MAX_NAME:
            where = place(text, token.start, token.stop)
            raise FormulaError("formula.name_too_long", place=where, limit=MAX_NAME)
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _cut(text: str) -> list[Token]:
    cleaned = clean(text)
    source, starts = cleaned.text, cleaned.starts
    tokens: list[Token] = []
    at, spaced = 0, False
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise refused(text, starts[at], starts[at] + 1)
        end, kind, piece = found.end(), found.lastgroup, found.group()
        if kind != "space":
            name = _SAME.get(piece, piece) if kind == "sign" else str(kind)
            tokens.append(Token(name, piece, starts[at], starts[end - 1] + 1, spaced))
        at, spaced = end, kind == "space"
    return tokens
