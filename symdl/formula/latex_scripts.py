r"""This module reads the scripts of a word: layers, indices, entries, and which name they make with it.

`W^{(1)}` is the name `W1`, `w_{21}^{(1)}` the spelling `w1_21` of an entry, `h_{t-1}` the state `h[t-1]`,
`y_i` under a sum sign the entry `y[i]`. A script that makes no known name stays what it says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symdl.formula.characters import canonical
from symdl.formula.tokens import Token

if TYPE_CHECKING:
    from symdl.formula.latex import Lexer

_LAYERS = (("(", ")"), ("[", "]"))
_TURNS = ("T", "⊤", ".T")
_BRACKETED = re.compile(r"\[([A-Za-z0-9, ]+)\]")
_BARE_LAYER = re.compile(r"[0-9](?![0-9.])")
_SMALL_GROUP = re.compile(r"\{[^{}]{0,40}(?:\{[^{}]{0,3}\}[^{}]{0,10})?\}")
_TYPED_LAYER = re.compile(r"[(\[]([0-9])[)\]]")


def scripted(lexer: Lexer, word: str, start: int, spaced: bool) -> list[Token]:
    """A word and the scripts right behind it as one name, as an entry, or as they stand."""
    base = canonical(word)
    low: list[Token] | None = None
    layer: str | None = None
    turned: list[Token] = []
    while True:
        here = lexer.at
        if low is None and _next(lexer) == "_":
            lexer.take()
            low = lexer.group()
        elif layer is None and _next(lexer) == "^" and (found := _layer(lexer, base)) is not None:
            layer, turned = found
        else:
            lexer.at = here
            break
    if layer is None and low is None:
        own = _own_index(lexer, base, start)
        if own is None:
            _bracketed_index(lexer, base)
            return [lexer.token("word", word, start, spaced)]
        base, low = own
    if layer is None and low is not None:
        layer, low = _layer_below(lexer, base, low)
    return [*_named(lexer, base, layer, low, start, spaced), *turned]


def _bracketed_index(lexer: Lexer, base: str) -> None:
    """Keep the ranges of the letters in `W[i,j]`, which a sum over one of them may need."""
    name = lexer.vocabulary.known(base)
    found = _BRACKETED.match(lexer.source, lexer.at) if name is not None else None
    if name is None or found is None:
        return
    for axis, place in zip(lexer.vocabulary.shapes.get(name, ()), found[1].split(","), strict=False):
        if place.strip().isalpha():
            lexer.spans.setdefault(place.strip(), str(axis))


def _own_index(lexer: Lexer, base: str, start: int) -> tuple[str, list[Token]] | None:
    """The array and the index of a word such as `y_i`, where only the array is known."""
    stem, _, index = base.rpartition("_")
    if not stem or lexer.vocabulary.known(base) is not None or lexer.vocabulary.known(stem) is None:
        return None
    return stem, [lexer.token("number" if index.isdigit() else "word", index, start)]


def _layer_below(lexer: Lexer, base: str, low: list[Token]) -> tuple[str | None, list[Token]]:
    """The layer in a subscript such as `z_{2,j}`, where only `z2` is known, and what is left."""
    known = lexer.vocabulary.known
    if len(low) < 2 or low[0].kind != "number" or known(base) is not None:
        return None, low
    text = _simple(low)
    if known(base + low[0].text) is None or (text is not None and known(f"{base}_{text}") is not None):
        return None, low
    return low[0].text, low[2:] if low[1].kind == "," else low[1:]


def _next(lexer: Lexer) -> str:
    """The very next character, blanks not skipped."""
    return lexer.source[lexer.at : lexer.at + 1]


def _layer(lexer: Lexer, base: str) -> tuple[str, list[Token]] | None:
    r"""The number of a layer, `^{(2)}`, `^{[2]}` or typed `^(2)`; anything else is put back.

    In `^{(2)\top}` a transpose follows.
    """
    start = lexer.at
    lexer.take()
    if lexer.kind() == "open":
        if _SMALL_GROUP.match(lexer.source, lexer.at) is None:  # towers of powers are not read twice
            lexer.at = start
            return None
        inside = lexer.group()
        last = [inside.pop()] if len(inside) == 4 and inside[-1].text in _TURNS else []
        kinds = (inside[0].kind, inside[-1].kind) if len(inside) == 3 else ("", "")
        if kinds in _LAYERS and inside[1].text.isalnum():
            return inside[1].text, [token._replace(kind=".T", text=".T") for token in last]
    elif (bare := _BARE_LAYER.match(lexer.source, lexer.at)) and _only_layered(lexer, base, bare[0]):
        lexer.at = bare.end()  # a^2 can only be a layer where there is a2 and no a
        return bare[0], []
    elif (typed := _TYPED_LAYER.match(lexer.source, lexer.at)) and _only_layered(lexer, base, typed[1]):
        lexer.at = typed.end()
        return typed[1], []
    lexer.at = start
    return None


def _only_layered(lexer: Lexer, base: str, layer: str) -> bool:
    """Whether `W^(1)` can only be a layer: `W1` is known and `W` is not."""
    known = lexer.vocabulary.known
    return known(base) is None and known(base + layer) is not None


def _named(
    lexer: Lexer, base: str, layer: str | None, low: list[Token] | None, start: int, spaced: bool
) -> list[Token]:
    simple = None if low is None else _simple(low)
    stem, _, own = base.partition("_")
    known = lexer.vocabulary.known
    for candidate in _spellings(base, stem, own, layer, simple):
        found = known(candidate)
        if found is not None and (low is None or simple is not None):
            return [lexer.token("word", found, start, spaced)]
    whole = known(base + (layer or "")) or (known(base) if layer is None else None)
    if low and whole is not None and (simple is None or lexer.vocabulary.rank(whole)):
        return _entry(lexer, whole, low, start, spaced)
    name = base if simple is None else f"{base}_{simple}"
    if low is not None and simple is None:
        return [lexer.token("word", base, start, spaced), *_subscript(lexer, low, start)]
    word = [lexer.token("word", name, start, spaced)]
    return word if layer is None else [*word, *_power(lexer, layer, start)]


def _spellings(base: str, stem: str, own: str, layer: str | None, low: str | None) -> list[str]:
    """The words that a letter with a layer and an index may be spelled as, the likeliest first."""
    number = layer or ""
    if low is None:
        return [f"{stem}{number}_{own}" if own else f"{base}{number}", base + number]
    return [f"{base}{number}_{low}", f"{base}{low}{number}" if not number else f"{base}_{low}_{number}"]


def _simple(tokens: list[Token]) -> str | None:
    """An index of letters and digits, those behind a comma set apart; None for a formula."""
    if not tokens or any(t.kind not in ("word", "number", ",") or not t.text.isascii() for t in tokens):
        return None
    text = "".join("_" if t.kind == "," else t.text for t in tokens)
    return text if text.replace("_", "").isalnum() else None


def _entry(lexer: Lexer, name: str, low: list[Token], start: int, spaced: bool) -> list[Token]:
    """`W_{ij}` as `W[i,j]`: letters and digits stand for one subscript each where there are as many."""
    rank = lexer.vocabulary.rank(name)
    parts = _split(low, rank)
    for axis, part in enumerate(parts):
        if len(part) == 1 and part[0].kind == "word" and axis < rank:
            lexer.spans.setdefault(part[0].text, str(lexer.vocabulary.shapes[name][axis]))
    inside = [piece for k, part in enumerate(parts) for piece in ([_comma(part[0])] if k else []) + part]
    return [lexer.token("word", name, start, spaced), *_subscript(lexer, inside, start)]


def _comma(token: Token) -> Token:
    return Token(",", ",", token.start, token.start)


def _split(low: list[Token], rank: int) -> list[list[Token]]:
    if len(low) == 1 and rank > 1 and len(low[0].text) == rank:
        token = low[0]
        kind = "number" if token.text.isdigit() else "word"
        return [[Token(kind, letter, token.start, token.stop)] for letter in token.text]
    parts: list[list[Token]] = [[]]
    for token in low:
        if token.kind == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part] or [low]


def each_letter(low: list[Token]) -> list[Token]:
    """The indices `ij` of an expression in brackets, one by one."""
    text = low[0].text if len(low) == 1 and low[0].kind == "word" else ""
    parts = _split(low, len(text)) if text.isalpha() and text.isascii() else [low]
    return [piece for k, part in enumerate(parts) for piece in ([_comma(part[0])] if k else []) + part]


def _subscript(lexer: Lexer, inside: list[Token], start: int) -> list[Token]:
    opening, closing = lexer.token("[", "[", start), lexer.token("]", "]", start)
    return [opening, *inside, closing]


def _power(lexer: Lexer, layer: str, start: int) -> list[Token]:
    kind = "number" if layer.isdigit() else "word"
    return [lexer.token("^", "^", start), lexer.token(kind, layer, start)]
