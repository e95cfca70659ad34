r"""This module reads the LaTeX commands that have a structure: fractions, roots, sums, matrices, cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symdl.formula import commands
from symdl.formula.calls import RELATIONS
from symdl.formula.tokens import Token
from symdl.formula.vocabulary import ONES

if TYPE_CHECKING:
    from symdl.formula.latex import Lexer


_NAME = re.compile(r"\{\s*([A-Za-z][A-Za-z0-9]*(?:\\_[A-Za-z0-9]+)+)\s*\}")  # a name of several words


def command(lexer: Lexer, start: int, spaced: bool) -> list[Token]:
    """The tokens of a command with its arguments."""
    name = lexer.take()[1:].rstrip("*")
    if name in commands.WORDS:
        return _word(lexer, commands.WORDS[name], start, spaced)
    if name in commands.FRACTIONS:
        return _fraction(lexer, spaced)
    if name in commands.ACCENTS:
        return _accent(lexer, commands.ACCENTS[name], start, spaced)
    if name in commands.FONTS:
        return _font(lexer, start, spaced)
    if name in commands.UPRIGHT:
        return _upright(lexer, start, spaced)
    if name in commands.SUMS:
        return _sum(lexer, commands.SUMS[name], start, spaced)
    if name in commands.SILENT:
        lexer.group()
        return []
    if name in commands.ROUNDED:
        return _rounded(lexer, name, start, spaced)
    if name == "over":
        return [lexer.token("over", name, start, spaced)]
    if name == "sqrt":
        return _root(lexer, start, spaced)
    if name == "mathbb":
        return _blackboard(lexer, start, spaced)
    if name == "begin":
        return _environment(lexer, start)
    if name == "end":
        _raw(lexer)
        return []
    raise lexer.unknown_command(name, start)


def _word(lexer: Lexer, word: str, start: int, spaced: bool) -> list[Token]:
    if word == "log" and lexer.source[lexer.at : lexer.at + 1] == "_":
        lexer.take()
        return _logarithm(lexer, lexer.group(), start, spaced)
    return lexer.scripted(word, start, spaced)


def _logarithm(lexer: Lexer, base: list[Token], start: int, spaced: bool) -> list[Token]:
    """A logarithm to a base: the natural one, a function of its own, or one of two arguments."""
    text = "".join(t.text for t in base)
    known = "log" if text == "e" else f"log{text}"
    if lexer.vocabulary.function(known) is not None:
        return [lexer.token("word", known, start, spaced)]
    bracket = lexer.kind() == "("
    body = lexer.item() if not bracket else _in_brackets(lexer)
    comma = lexer.token(",", ",", start)
    return [lexer.token("word", "log", start, spaced), *lexer.bracketed([*body, comma, *base])]


def _in_brackets(lexer: Lexer) -> list[Token]:
    """What stands in round brackets, which close."""
    opening = lexer.at
    lexer.take()
    inside: list[Token] = []
    depth = 0
    while depth or lexer.kind() != ")":
        if lexer.kind() in ("end", "close"):
            raise lexer.refuse("unclosed", opening, opening + 1, bracket="(", closing=")")
        piece = lexer.item(inside)
        depth += sum((t.kind == "(") - (t.kind == ")") for t in piece)
        inside += piece
    lexer.take()
    return inside


def _rounded(lexer: Lexer, name: str, start: int, spaced: bool) -> list[Token]:
    r"""`\lfloor x \rfloor` as a call; rounding up is rounding the opposite down."""
    closing = "r" + name[1:]
    inside = lexer.until(lambda: lexer.kind() == f"\\{closing}")
    if lexer.kind() != f"\\{closing}":
        raise lexer.refuse("unclosed", start, start + 1, bracket=f"\\{name}", closing=f"\\{closing}")
    lexer.take()
    floor = lexer.token("word", "floor", start, spaced)
    if name == "lfloor":
        return [floor, *lexer.bracketed(inside)]
    minus = lexer.token("-", "-", start)
    down = [floor, *lexer.bracketed([minus, *lexer.bracketed(inside)])]
    return lexer.bracketed([minus, *down], spaced)


def over(lexer: Lexer, tokens: list[Token]) -> list[Token]:
    r"""`{a \over b}` as a fraction."""
    places = [k for k, token in enumerate(tokens) if token.kind == "over"]
    if len(places) != 1:
        return tokens
    (k,) = places
    top, bottom = lexer.bracketed(tokens[:k]), lexer.bracketed(tokens[k + 1 :])
    return lexer.bracketed([*top, tokens[k]._replace(kind="/", text="/"), *bottom])


def _fraction(lexer: Lexer, spaced: bool) -> list[Token]:
    """A fraction is one factor, whatever stands beside it."""
    top, bottom = (lexer.bracketed(lexer.group()) for _ in range(2))
    slash = Token("/", "/", top[-1].stop, bottom[0].start)
    return lexer.bracketed([*top, slash, *bottom], spaced)


def _accent(lexer: Lexer, accent: str, start: int, spaced: bool) -> list[Token]:
    inside = lexer.group()
    if len(inside) != 1 or inside[0].kind != "word":
        raise lexer.refuse("unexpected", start, lexer.at, found=accent)
    base, _, low = inside[0].text.partition("_")
    return lexer.scripted("_".join(filter(None, (base, accent, low))), start, spaced)


def _font(lexer: Lexer, start: int, spaced: bool) -> list[Token]:
    """A bold, calligraphic or arrowed letter is that letter; a bold one with a condition is an indicator."""
    lexer.kind()
    name = _NAME.match(lexer.source, lexer.at)
    if name is not None:
        lexer.at = name.end()
        return lexer.scripted(name[1].replace(r"\_", "_"), start, spaced)
    inside = lexer.group()
    if [t.text for t in inside] == ["1"]:
        return _indicator(lexer, start, spaced)
    if [t.text for t in inside] == ["0"] and lexer.kind() == "low":
        lexer.take()
        return [lexer.token("word", "zeros", start, spaced), *lexer.bracketed(lexer.group())]
    if len(inside) == 1 and inside[0].kind == "word":
        return lexer.scripted(inside[0].text, start, spaced)
    return lexer.grouped(inside)


def _blackboard(lexer: Lexer, start: int, spaced: bool) -> list[Token]:
    inside = lexer.group()
    if [t.text for t in inside] in (["1"], ["I"]):
        return _indicator(lexer, start, spaced)
    return inside


def _indicator(lexer: Lexer, start: int, spaced: bool) -> list[Token]:
    r"""`\mathbb{1}_{z>0}`, `\mathbb{1}[z>0]`, `\mathbb{1}\{z>0\}` as a `where`; without a condition, ones."""
    one = lexer.token("number", "1", start, spaced)
    if lexer.kind() == "low":
        lexer.take()
        inside = lexer.group()
        if not any(t.kind in RELATIONS for t in inside):
            return [lexer.token("word", "ones", start, spaced), *lexer.bracketed(inside)]
        if inside and (inside[0].kind, inside[-1].kind) in (("(", ")"), ("[", "]")):
            inside = inside[1:-1]
    elif lexer.kind() in ("(", "["):
        opening = lexer.at
        lexer.take()
        inside = lexer.until(lambda: lexer.kind() in (")", "]"))
        if lexer.kind() == "end":
            raise lexer.refuse("unclosed", opening, opening + 1, bracket="[", closing="]")
        lexer.take()
        if not any(t.kind in RELATIONS for t in inside):
            return [lexer.token("name", ONES, start, spaced), *lexer.bracketed(inside)]
    else:
        return [lexer.token("name", ONES, start, spaced)]
    zero = lexer.token("number", "0", start)
    comma = lexer.token(",", ",", start)
    inside = [token._replace(kind="==") if token.kind == "=" else token for token in inside]
    return [lexer.token("word", "where", start, spaced), *lexer.bracketed([*inside, comma, one, comma, zero])]


def _upright(lexer: Lexer, start: int, spaced: bool) -> list[Token]:
    """Words set upright: a function or a name; those between the parts of cases say nothing."""
    word = _raw(lexer).strip().replace(r"\_", "_")
    if not word or word.lower() in commands.FILLERS:
        return []
    if " " in word and lexer.vocabulary.known(word.replace(" ", "_")) is not None:
        word = word.replace(" ", "_")
    if not word.replace("_", "").isalnum() or not word[0].isalpha():
        raise lexer.refuse("unexpected", start, lexer.at, found=word)
    return lexer.scripted(word, start, spaced)


def _raw(lexer: Lexer) -> str:
    """The argument as plain characters."""
    lexer.kind()
    stop = lexer.source.find("}", lexer.at)
    if lexer.source[lexer.at : lexer.at + 1] != "{" or stop < 0:
        piece = "".join(t.text for t in lexer.group())
        return piece
    text = lexer.source[lexer.at + 1 : stop]
    lexer.at = stop + 1
    return text


def _root(lexer: Lexer, start: int, spaced: bool) -> list[Token]:
    if lexer.kind() != "[":
        return [lexer.token("word", "sqrt", start, spaced), *lexer.bracketed(lexer.group())]
    lexer.take()
    degree = lexer.until(lambda: lexer.kind() == "]")
    lexer.take()
    root = [lexer.token("^", "^", start), *lexer.bracketed([lexer.token("number", "1", start),
            lexer.token("/", "/", start), *lexer.bracketed(degree)])]  # fmt: skip
    return lexer.bracketed([*lexer.bracketed(lexer.group()), *root], spaced)


def _sum(lexer: Lexer, kind: str, start: int, spaced: bool) -> list[Token]:
    r"""`\sum_{i=1}^{N} e` as `sum(e, i = 1..N)`; without bounds the whole axis that the index runs over."""
    low: list[Token] = []
    high: list[Token] = []
    while lexer.kind() in ("low", "^"):
        target = low if lexer.kind() == "low" else high
        lexer.take()
        target += lexer.group()
    body = lexer.term()
    sign = lexer.token("word", kind, start, spaced)
    bounds = _bounds(lexer, low, high, start)
    return [sign, *lexer.bracketed([*body, *bounds])]


def _bounds(lexer: Lexer, low: list[Token], high: list[Token], start: int) -> list[Token]:
    if not low:
        return []
    index, first = low[:1], low[2:] if len(low) > 2 and low[1].kind == "=" else []
    if index[0].kind != "word" or (len(low) > 1 and not first):
        raise lexer.refuse("unexpected", start, lexer.at, found=low[0].text)
    unknown = len(high) == 1 and high[0].kind == "word" and lexer.vocabulary.known(high[0].text) is None
    if not high or (unknown and lexer.vocabulary.scope.names is not None and index[0].text in lexer.spans):
        span = lexer.spans.get(index[0].text)
        if span is None:
            raise lexer.refuse("sum_without_range", start, lexer.at, name=index[0].text)
        high = [lexer.token("number" if span.isdigit() else "word", span, start)]
    signs = [lexer.token(sign, sign, start) for sign in (",", "=", "..")]
    first = first or [lexer.token("number", "1", start)]
    return [signs[0], *index, signs[1], *first, signs[2], *high]


def _environment(lexer: Lexer, start: int) -> list[Token]:
    name = _raw(lexer)
    if name in commands.LINES:
        return []
    if name not in commands.MATRICES and name != "cases":
        raise lexer.refuse("unknown_command", start, lexer.at, name=name, nearest=None)
    if name == "array":
        _raw(lexer)
    rows = _rows(lexer, start)
    return _cases(lexer, rows, start) if name == "cases" else _matrix(lexer, rows, start)


def _rows(lexer: Lexer, start: int) -> list[list[list[Token]]]:
    rows: list[list[list[Token]]] = [[[]]]
    while (kind := lexer.kind()) != r"\end":
        if kind in ("end", "close"):
            raise lexer.refuse("unclosed", start, start + 6, bracket=r"\begin", closing=r"\end")
        if kind == "&":
            lexer.take()
            rows[-1].append([])
        elif kind == "break":
            lexer.take()
            rows.append([[]])
        else:
            rows[-1][-1] += lexer.item(rows[-1][-1])
    lexer.take()
    _raw(lexer)
    return [row for row in rows if any(row)]


def _matrix(lexer: Lexer, rows: list[list[list[Token]]], start: int) -> list[Token]:
    """Rows as a literal matrix; a single column is a vector."""
    column = all(len(row) == 1 for row in rows)
    lines = [row[0] if column else _listed(lexer, row, start) for row in rows]
    return _listed(lexer, lines, start)


def _listed(lexer: Lexer, parts: list[list[Token]], start: int) -> list[Token]:
    inside = [t for k, part in enumerate(parts) for t in ([lexer.token(",", ",", start)] if k else []) + part]
    return [lexer.token("[", "[", start, True), *inside, lexer.token("]", "]", start)]


def _cases(lexer: Lexer, rows: list[list[list[Token]]], start: int) -> list[Token]:
    """Cases as nested `where`; the last one needs no condition."""
    if not rows or any(not row[0] for row in rows) or any(len(row) < 2 or not row[1] for row in rows[:-1]):
        raise lexer.refuse("unexpected", start, lexer.at, found="cases")
    found = lexer.bracketed(rows[-1][0])
    for row in reversed(rows[:-1]):
        comma = lexer.token(",", ",", start)
        inside = [*row[1], comma, *row[0], comma, *found]
        found = [lexer.token("word", "where", start), *lexer.bracketed(inside)]
    return found
