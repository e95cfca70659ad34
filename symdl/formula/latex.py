r"""This module cuts what a student wrote, text or LaTeX or both mixed, into the tokens of the one parser.

Structure becomes brackets: `\frac{a}{b}` is `(a)/(b)`, a matrix a literal array, cases a `where`, a sum sign
with its bounds a bound sum. Letters with their scripts become one word where the question knows it:
`w_{21}^{(1)}` the word `w1_21`, `\hat y` the word `y_hat`. Every token keeps the place where it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from symdl.errors import FormulaError
from symdl.formula import commands
from symdl.formula.characters import clean, place
from symdl.formula.latex_scripts import each_letter, scripted
from symdl.formula.latex_structures import command, over
from symdl.formula.tokens import MAX_CHARACTERS, MAX_NAME, MAX_TOKENS, NUMBER, Token
from symdl.formula.vocabulary import Vocabulary
from symdl.registry import nearest

_LETTER = "[A-Za-zΑ-ω]"
_MODULE = (
    rf"\b(?:(?:{'|'.join(commands.MODULES)})(?:\.(?:{'|'.join(commands.PARTS)}))*\.(?=[A-Za-z])"
    r"|(?:nn\.functional|nn|F)\.(?=[a-z_]*(?:softmax|relu|sigmoid|tanh|softplus|gelu|silu|loss|entropy)))"
)
_WORD = rf"{_LETTER}(?:[A-Za-zΑ-ω0-9\u0302-\u0307]|_(?=[A-Za-zΑ-ω0-9]))*"
_SIGN = r"\.T(?![A-Za-z0-9_])|\.\.|\*\*|<=|>=|==|!=|:=|[-+*/@^()\[\],:;=<>|√⊤⊗'&.]"
_TOKEN = re.compile(
    rf"(?P<space>[ \t\r$~]+|\\(?:left|right)\.)|(?P<break>\n)|(?P<module>{_MODULE})|(?P<number>{NUMBER})"
    rf"|(?P<word>{_WORD})|(?P<command>\\(?:[A-Za-z]+\*?|.))|(?P<sign>{_SIGN})|(?P<open>\{{)|(?P<close>\}})|(?P<low>_)",
    re.DOTALL,
)
_SAME = {"⊤": ".T", "**": "^", ":=": "=", "==": "="}
MAX_NESTING = 60
_ENDS_TERM = frozenset({"+", "-", ",", "=", "<", ">", "<=", ">=", "!=", ")", "]", "&", "break", ";"})


def lex(text: str, vocabulary: Vocabulary) -> list[Token]:
    r"""The tokens of an answer, without the closing one.

    >>> from symdl.formula.scope import Scope
    >>> [token.text for token in lex(r"\frac12 \hat y", Vocabulary(Scope()))]
    ['(', '(', '1', ')', '/', '(', '2', ')', ')', 'y_hat']
    """
    check_length(text)
    tokens = Lexer(text, vocabulary).all()
    if len(tokens) > MAX_TOKENS:
        extra = tokens[MAX_TOKENS]
        where = place(text, extra.start, extra.stop)
        raise FormulaError("formula.too_many_parts", place=where, count=len(tokens), limit=MAX_TOKENS)
    return tokens


def check_length(text: str) -> None:
    """Refuse a text that is longer than any formula."""
    if len(text) > MAX_CHARACTERS:
        where = place(text[: MAX_CHARACTERS + 40], MAX_CHARACTERS, MAX_CHARACTERS + 1)
        raise FormulaError("formula.too_long", place=where, length=len(text), limit=MAX_CHARACTERS)


class Lexer:
    """A walk over the characters of an answer; `spaced` tells whether a blank was passed."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        self.source, self.starts = _mapped(text)
        self.at, self.spaced, self.depth = 0, False, 0
        self.spans: dict[str, str] = {}  # the range of a summation index, by the arrays that it subscripts

    def all(self) -> list[Token]:
        """Every token; a brace that closes nothing is refused."""
        tokens = self.until(lambda: False)
        if self.at < len(self.source):
            raise self.refuse("unopened", self.at, self.at + 1, bracket="}")
        return tokens

    def until(self, done: Callable[[], bool]) -> list[Token]:
        """The tokens up to a closing brace, the end, or where `done` says so."""
        found: list[Token] = []
        while self.kind() not in ("end", "close") and not done():
            found += self.item(found)
        return found

    # Looking and taking

    def match(self) -> re.Match[str] | None:
        """The next piece after blanks."""
        while (found := _TOKEN.match(self.source, self.at)) is not None and self._blank(found):
            self.at, self.spaced = found.end(), True
        return found

    def _blank(self, found: re.Match[str]) -> bool:
        if found.lastgroup == "command":
            return found.group()[1:] in commands.SPACES
        return found.lastgroup in ("space", "module")

    def kind(self) -> str:
        """The kind of the next piece: a sign is its own kind, a command is itself."""
        found = self.match()
        if found is None:
            return "end" if self.at >= len(self.source) else "unknown"
        piece = found.group()
        if found.lastgroup == "command":
            return commands.SIGNS.get(piece[1:], piece)
        return _SAME.get(piece, piece) if found.lastgroup == "sign" else str(found.lastgroup)

    def take(self) -> str:
        """The next piece as text."""
        found = self.match()
        if found is None:
            raise self.refuse("unexpected", self.at, self.at + 1, found=self.source[self.at : self.at + 1])
        self.at, self.spaced = found.end(), False
        return found.group()

    def token(self, kind: str, text: str, start: int, spaced: bool = False) -> Token:
        """A token from a place to here."""
        last = max(self.at - 1, start)
        return Token(kind, text, self.starts[start], self.starts[last] + 1, spaced)

    def refuse(self, key: str, start: int, stop: int, **facts: object) -> FormulaError:
        """An error that points at what was typed."""
        first = self.starts[min(start, len(self.starts) - 1)]
        last = self.starts[min(stop, len(self.starts) - 1)]
        return FormulaError(f"formula.{key}", place=place(self.text, first, max(last, first + 1)), **facts)

    # Items

    def item(self, before: Sequence[Token] = ()) -> list[Token]:
        """The tokens of one piece: a sign, a number, a word with its scripts, a group, a command."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.refuse("too_deep", self.at, self.at + 1, limit=MAX_NESTING)
        found = self._item(before)
        self.depth -= 1
        return found

    def _item(self, before: Sequence[Token]) -> list[Token]:
        kind = self.kind()
        start, spaced = self.at, self.spaced
        if kind == "word":
            return self.scripted(self.take(), start, spaced)
        if kind == "number":
            return [self.token("number", self.take(), start, spaced)]
        if kind == "open":
            return self.grouped(self.group())
        if kind == "^":
            return self.raised(start, spaced)
        if kind == "low":
            return self.lowered(before)
        if kind == "[" and (array := self.framed()) is not None:
            return array
        if kind.startswith("\\"):
            return command(self, start, spaced)
        if kind == "unknown":
            raise self.refuse("unexpected", start, start + 1, found=self.source[start])
        text = self.take()
        return (
            [] if kind == "&" else [self.token(kind, kind if text.startswith("\\") else text, start, spaced)]
        )

    def group(self) -> list[Token]:
        """What stands in braces, or the one piece that an argument without them is."""
        if self.kind() == "open":
            opening = self.at
            self.take()
            found = self.until(lambda: False)
            if self.kind() != "close":
                raise self.refuse("unclosed", opening, opening + 1, bracket="{", closing="}")
            self.take()
            return over(self, found)
        if self.kind() in ("number", "word"):  # \frac12 and \hat yx take one character
            start = self.at
            piece = self.take()
            self.at = start + 1
            return [self.token("number" if piece[0].isdigit() else "word", piece[0], start)]
        if self.kind() in ("end", "close"):
            raise self.refuse("unfinished", self.at, self.at + 1)
        return self.item()

    def framed(self) -> list[Token] | None:
        r"""The array of `\left[\begin{array}{c} … \end{array}\right]`, whose brackets are its own."""
        start, spaced = self.at, self.spaced
        opening = self.token("[", self.take(), start, spaced)
        if self.kind() != r"\begin":
            self.at, self.spaced = start, spaced
            return None
        array = self.item()
        if self.kind() == "]" and array and (array[0].kind, array[-1].kind) == ("[", "]"):
            self.take()
            return array
        return [opening, *array]

    def grouped(self, tokens: list[Token]) -> list[Token]:
        """Tokens in brackets, a single one without."""
        if len(tokens) == 1:
            return tokens
        return self.bracketed(tokens)

    def bracketed(self, tokens: list[Token], spaced: bool = False) -> list[Token]:
        """Tokens in brackets."""
        start = tokens[0].start if tokens else self.starts[min(self.at, len(self.starts) - 1)]
        stop = tokens[-1].stop if tokens else start
        return [Token("(", "(", start, start + 1, spaced), *tokens, Token(")", ")", stop, stop)]

    def raised(self, start: int, spaced: bool) -> list[Token]:
        """A power or a transpose."""
        self.take()
        sign = self.token("^", "^", start, spaced)
        if self.kind() in (".T", "⊤"):
            self.take()
            return [self.token(".T", ".T", start)]
        if self.kind() == "'":
            return []
        if self.kind() != "open":
            return [sign]
        inside = self.group()
        transposed = [t.text for t in inside] in (["T"], ["⊤"], [".T"])
        if transposed and self.vocabulary.known("T") is None:
            return [self.token(".T", ".T", start)]
        if inside and all(t.kind == "'" for t in inside):
            return inside
        if len(inside) > 1 and inside[0].kind == "*":  # h^{\odot 2}, a power entry by entry
            inside = inside[1:]
        return [sign, *self.bracketed(inside)]

    def lowered(self, before: Sequence[Token]) -> list[Token]:
        """A subscript of a norm says which norm and is dropped for the Euclidean one."""
        start = self.at
        self.take()
        inside = self.group()
        if before and before[-1].kind == "|" and [t.text for t in inside] in (["2"], ["F"]):
            return []
        if before and before[-1].kind in (")", "]"):
            inside = each_letter(inside)
        if before and before[-1].kind in ("word", "name", "∂", "∇", ")", "]"):
            return [Token("[", "[", self.starts[start], self.starts[start] + 1), *inside,
                    self.token("]", "]", start)]  # fmt: skip
        raise self.refuse("unexpected", start, self.at, found="_")

    def scripted(self, word: str, start: int, spaced: bool) -> list[Token]:
        """A word with the scripts that follow it at once."""
        if len(word) > MAX_NAME:
            raise self.refuse("name_too_long", start, self.at, limit=MAX_NAME)
        return scripted(self, word, start, spaced)

    def term(self) -> list[Token]:
        """The pieces of one term: up to a plus, a minus, a comma or a closing bracket."""
        found: list[Token] = []
        depth = 0
        while True:
            kind = self.kind()
            at_end = kind in ("end", "close", r"\end") or (depth == 0 and kind in _ENDS_TERM and bool(found))
            if at_end:
                return found
            piece = self.item(found)
            depth += sum((t.kind in "([") - (t.kind in ")]") for t in piece)
            found += piece

    def unknown_command(self, name: str, start: int) -> FormulaError:
        """The error for a command that no formula has."""
        like = nearest(name, list(commands.NAMES))
        return self.refuse("unknown_command", start, self.at, name=name, nearest=like)


def _mapped(text: str) -> tuple[str, Sequence[int]]:
    """The text in the characters of the grammar, with the place of each as typed."""
    if text.isascii():
        return text, range(len(text) + 1)
    pieces = [commands.UNICODE.get(character) or _upright(character) for character in text]
    origins = [k for k, piece in enumerate(pieces) for _ in piece]
    try:
        cleaned = clean("".join(pieces))
    except FormulaError as error:
        raise _replaced(error, text, origins) from None
    return cleaned.text, [*(origins[k] for k in cleaned.starts[:-1]), len(text)]


def _upright(character: str) -> str:
    """A letter or digit of a mathematical alphabet, 𝑥 or 𝐱, as the plain one."""
    return unicodedata.normalize("NFKC", character) if "𝐀" <= character <= "𝟿" else character


def _replaced(error: FormulaError, text: str, origins: list[int]) -> FormulaError:
    """The error with its place in the text as typed."""
    start = origins[error.place.start] if error.place and error.place.start is not None else 0
    return FormulaError(error.key, place=place(text, start, start + 1), **error.facts)
