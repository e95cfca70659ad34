"""This module walks over the tokens of a formula: looking, taking, expecting, refusing with a place."""

from __future__ import annotations

from typing import Any

from symdl.errors import FormulaError, Place
from symdl.formula.characters import place, visible
from symdl.formula.functions import OTHER_NAMES
from symdl.formula.scope import Scope, split
from symdl.formula.tokens import Token, tokenize
from symdl.formula.tree import Node
from symdl.registry import nearest

MAX_DEPTH = 50
CLOSING = {"(": ")", "[": "]", "|": "|"}
MAX_LETTERS = 5  # that are read as a product where nothing is declared
NO_NUMBERS = frozenset({"nan", "inf", "oo", "infinity"})
COMPUTER_ALGEBRA = frozenset(
    {"diff", "derivative", "integrate", "limit", "solve", "simplify", "expand", "eval"}
)


class Cursor:
    """A place in a tokenized formula, with the names bound there and where each node was read."""

    def __init__(
        self, text: str, scope: Scope, bound: tuple[str, ...] = (), tokens: list[Token] | None = None
    ) -> None:
        self.text = text
        self.tokens = tokenize(text) if tokens is None else tokens
        self.at = 0
        self.scope = scope
        self.bound = bound
        self.depth = 0
        self.in_bars = False
        self._read: dict[int, tuple[Node, int, int]] = {}

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.at]

    def ahead(self, count: int = 1) -> str:
        """The kind of a later token, "end" past the last."""
        at = self.at + count
        return self.tokens[at].kind if at < len(self.tokens) else "end"

    def advance(self) -> Token:
        """Take the next token."""
        token = self.tokens[self.at]
        self.at += 1
        return token

    def accept(self, kind: str) -> bool:
        """Take the next token if it is of this kind."""
        if self.tokens[self.at].kind != kind:
            return False
        self.at += 1
        return True

    def close(self, opening: Token) -> None:
        """Take the bracket that closes an opening one, or point at the one that stays open."""
        if self.accept(CLOSING[opening.kind]):
            return
        if self.token.kind in ("end", ")", "]"):
            raise self.refuse("unclosed", opening, bracket=opening.text, closing=CLOSING[opening.kind])
        raise self.unexpected(closing=CLOSING[opening.kind])

    def finish(self) -> None:
        """Make sure that nothing is left: a tail is never dropped."""
        if self.token.kind != "end":
            raise self.unexpected()

    def enter(self) -> None:
        """Go one level deeper, within the limit."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.refuse("too_deep", self.token, limit=MAX_DEPTH)

    def mark(self, node: Node, start: int) -> Node:
        """Remember where a node was read: from a column to the last token taken."""
        self._read[id(node)] = (node, start, self.tokens[self.at - 1].stop)
        return node

    def place_of(self, node: Node) -> Place:
        """The place where a node was read; the whole formula for a node of other origin."""
        _, start, stop = self._read.get(id(node), (node, 0, len(self.text)))
        return place(self.text, start, stop)

    def declares(self, word: str) -> bool:
        """Whether a word is a declared or bound name, rather than a function or a constant."""
        return word in self.bound or (self.scope.names is not None and word in self.scope.names)

    def resolve(self) -> None:
        """Replace a run of letters by the names and functions that it stands for."""
        word = self.token
        other = self._other_name(word.text)
        if other is not None:
            self.tokens[self.at] = word._replace(kind="function", text=other)
            return
        if self._identity(word):
            return
        pieces = split(word.text, self.scope, self.bound)
        if pieces is None or self._no_product(word, pieces) or self._misspelt(word, pieces):
            raise self._unknown(word)
        exact = len("".join(pieces)) == word.stop - word.start
        last = pieces[-1]
        if self.ahead() == "(" and last not in self.bound and self.scope.shadows(last):
            raise self.refuse("name_and_function", word, name=last)
        tokens, start = [], word.start
        for k, piece in enumerate(pieces):
            kind = "function" if self.scope.calls(piece) and piece not in self.bound else "name"
            stop = start + len(piece) if exact else word.stop
            tokens.append(Token(kind, piece, start, stop, word.spaced and k == 0))
            start = stop if exact else start
        self.tokens[self.at : self.at + 1] = tokens

    def _identity(self, word: Token) -> bool:
        """Read `I_3` as the identity matrix of that size, unless it is the name of something."""
        name, _, size = word.text.partition("_")
        if name != "I" or not size.isdigit() or self.scope.names is None or self.declares(word.text):
            return False
        if not self.scope.calls("eye"):
            return False
        parts = (("function", "eye"), ("(", "("), ("number", size), (")", ")"))
        self.tokens[self.at : self.at + 1] = [word._replace(kind=kind, text=text) for kind, text in parts]
        return True

    def _other_name(self, word: str) -> str | None:
        """The function that a word calls by another name than its own, None for any other word."""
        if self.scope.knows(word) or word in self.bound or self.ahead() not in ("(", "^"):
            return None
        name, _, base = word.partition("_")
        known = base.isdigit() or self.scope.names is None or base in self.scope.names
        if name == "log" and base and known and "log_base" in self.scope.functions and self.ahead() == "(":
            return word
        other = OTHER_NAMES.get(word)
        return other if other in self.scope.functions else None

    def _no_product(self, word: Token, pieces: list[str]) -> bool:
        """Whether letters that nobody declared are a word rather than a product of them."""
        if self.scope.names is not None or word.text in self.bound:
            return False
        return word.text.lower() in NO_NUMBERS or sum(len(piece) == 1 for piece in pieces) > MAX_LETTERS

    def _misspelt(self, word: Token, pieces: list[str]) -> bool:
        """Whether a split run before a bracket, `sigmiod(x)` or `relux(z)`, is a function misspelt."""
        called = len(pieces) > 1 and self.ahead() == "(" and not self.tokens[self.at + 1].spaced
        if not called or self.scope.calls(pieces[-1]):
            return False
        like = word.text in COMPUTER_ALGEBRA or nearest(word.text, list(self.scope.functions)) is not None
        return like and (len(pieces) > 2 or any(map(self.scope.calls, pieces)))

    def _unknown(self, word: Token) -> FormulaError:
        if word.text in COMPUTER_ALGEBRA:
            return self.refuse("computer_algebra", word, name=word.text)
        functions = list(self.scope.functions)
        meant = nearest(word.text, functions) if self.ahead() == "(" else None
        if meant is not None:
            return self.refuse("unknown_function", word, name=word.text, nearest=meant)
        known = [*self.bound, *(self.scope.names or ()), *functions]
        return self.refuse("unknown_name", word, name=word.text, nearest=nearest(word.text, known))

    def unexpected(self, closing: str | None = None) -> FormulaError:
        """The error for a token that cannot stand here."""
        token = self.token
        if token.kind == "end":
            return self.refuse("unfinished", token)
        if token.kind in (")", "]") and closing is None:
            return self.refuse("unopened", token, bracket=token.text)
        if token.kind == "," and self.at and self.tokens[self.at - 1].kind == self.ahead() == "number":
            return self.refuse("decimal_comma", token)
        return self.refuse("unexpected", token, found=self.quoted(token), closing=closing)

    def quoted(self, token: Token) -> str:
        """A token as it was typed."""
        return visible(self.text[token.start : token.stop])

    def refuse(self, key: str, token: Token, **facts: Any) -> FormulaError:
        """An error that points at a token."""
        return FormulaError(f"formula.{key}", place=place(self.text, token.start, token.stop), **facts)

    def refuse_node(self, key: str, node: Node, **facts: Any) -> FormulaError:
        """An error that points at a part already read."""
        return FormulaError(f"formula.{key}", place=self.place_of(node), **facts)
