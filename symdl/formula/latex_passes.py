r"""This module rewrites the tokens of an answer: symbols of derivatives, names of functions, primes, lists.

`\frac{\partial L}{\partial w_1}`, `dL/dw1` and `\nabla_W L` become one name each; `\sigma'(z)` calls the
derivative of a function; `(2x, 3y)` is a vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symdl.formula.characters import canonical
from symdl.formula.tokens import Token
from symdl.formula.tree import Index, Name, Node, Partial, number
from symdl.formula.vocabulary import Vocabulary

_OPEN, _CLOSE = frozenset("(["), frozenset(")]")


@dataclass
class Passes:
    """The rewriting of one answer; `symbols` are the derivatives found, by the name put in their place."""

    vocabulary: Vocabulary
    symbols: dict[str, Partial] = field(default_factory=dict)

    def run(self, tokens: list[Token]) -> list[Token]:
        """The tokens as the parser takes them."""
        return lists(self.functions(self.derivatives(tokens)))

    # Derivatives

    def derivatives(self, tokens: list[Token]) -> list[Token]:
        """Symbols of derivatives as single names."""
        found: list[Token] = []
        at = 0
        while at < len(tokens):
            symbol, stop = self._symbol_at(tokens, at)
            if symbol is None:
                found.append(tokens[at])
                at += 1
            else:
                found.append(self._named(symbol, tokens[at], tokens[stop - 1]))
                at = stop
        return found

    def _named(self, symbol: Partial, first: Token, last: Token) -> Token:
        name = f"∂{len(self.symbols)}"
        self.symbols[name] = symbol
        return Token("name", name, first.start, last.stop, first.spaced)

    def _symbol_at(self, tokens: list[Token], at: int) -> tuple[Partial | None, int]:
        kind = tokens[at].kind
        if kind == "∇":
            return self._nabla(tokens, at + 1)
        if kind == "∂" and _kind(tokens, at + 1) == "[":
            return self._nabla(tokens, at + 1)
        if kind == "(":
            stop = closing(tokens, at)
            inner, end = self._quotient(tokens, at + 1)
            if inner is not None and end == stop:
                return inner, stop + 1
        return self._quotient(tokens, at)

    def _nabla(self, tokens: list[Token], at: int) -> tuple[Partial | None, int]:
        by: list[Token] = []
        if _kind(tokens, at) == "[":
            stop = closing(tokens, at)
            by, at = tokens[at + 1 : stop], stop + 1
        of = self._quantity(tokens[at : at + 1])
        over = self._quantity(by) if by else None
        if of is None or over is None:
            return None, at
        return Partial(of, (over,)), at + 1

    def _quotient(self, tokens: list[Token], at: int) -> tuple[Partial | None, int]:
        """`∂L / ∂w` or `(∂L)/(∂w)`, with a d for every ∂."""
        top, middle = _part(tokens, at)
        if not top or _kind(tokens, middle) != "/":
            return None, at
        bottom, stop = _part(tokens, middle + 1)
        of, above = self._differentials(top, single=True)
        by, below = self._differentials(bottom)
        if len(of) != 1 or not by or (above or 1) != below:
            return None, at
        return Partial(of[0], tuple(by)), stop

    def _differentials(self, tokens: list[Token], single: bool = False) -> tuple[list[Node], int]:
        """What `∂^2 L` or `∂x ∂y` or `dx` is of, and the order."""
        found: list[Node] = []
        order, at = 0, 0
        while at < len(tokens):
            mark = self._mark(tokens, at)
            if mark is None:
                return [], 0
            at, rest = mark
            raised, at = _exponent(tokens, at)
            stop = self._end(tokens, at)
            quantity = self._quantity([*rest, *tokens[at:stop]])
            more, at = _exponent(tokens, stop)
            if quantity is None:
                return [], 0
            times = 1 if single else more
            found += [quantity] * times
            order += raised if single else times
        return found, order

    def _mark(self, tokens: list[Token], at: int) -> tuple[int, list[Token]] | None:
        """The ∂ or d at a place: where what follows begins, with what is left of a word such as `dW1`."""
        token = tokens[at]
        if token.kind == "∂":
            return at + 1, []
        if token.kind != "word" or token.text[0] != "d" or token.text in (self.vocabulary.scope.names or ()):
            return None
        if token.text == "d":
            return at + 1, []
        rest = Token("word", token.text[1:], token.start + 1, token.stop)
        return at + 1, [rest]

    @staticmethod
    def _end(tokens: list[Token], at: int) -> int:
        """Behind a name and its subscripts."""
        if _kind(tokens, at) == "word":
            at += 1
        return closing(tokens, at) + 1 if _kind(tokens, at) == "[" else at

    def _quantity(self, tokens: Sequence[Token]) -> Node | None:
        """A quantity or an entry of one."""
        if not tokens or tokens[0].kind != "word":
            return None
        word = canonical(tokens[0].text)
        known = word if self.vocabulary.scope.names is None else self.vocabulary.known(word)
        if known is None:
            return None
        node = self.vocabulary.aliases.get(known) or Name(known)
        subscripts = [t.text for t in tokens[1:] if t.kind == "number"]
        return Index(node, tuple(number(int(k)) for k in subscripts if k.isdigit())) if subscripts else node

    # Functions

    def functions(self, tokens: list[Token]) -> list[Token]:
        """Other names of functions by their own, primes taken to them; a prime on an array transposes."""
        found: list[Token] = []
        for k, token in enumerate(tokens):
            if token.kind == "'" and found:
                found[-1:] = self._primed(found[-1], token)
            elif token.kind == "word" and _kind(tokens, k + 1) != "=":
                found.append(self._function(token, called=_kind(tokens, k + 1) in ("(", "'")))
            else:
                found.append(token)
        return found

    def _function(self, token: Token, called: bool) -> Token:
        word = canonical(token.text)
        if not self.vocabulary.is_function(word, called):
            return token._replace(text=word) if word.isidentifier() and token.text.isascii() else token
        return token._replace(kind="function", text=str(self.vocabulary.function(word)))

    def _primed(self, token: Token, prime: Token) -> list[Token]:
        if token.kind == "function":
            return [token._replace(text=token.text + "'", stop=prime.stop)]
        return [token, Token(".T", ".T", prime.start, prime.stop)]


def _kind(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].kind if at < len(tokens) else "end"


def closing(tokens: Sequence[Token], at: int) -> int:
    """The place of the bracket that closes the one at a place; the last place where none does."""
    depth = 0
    for k in range(at, len(tokens)):
        depth += (tokens[k].kind in _OPEN) - (tokens[k].kind in _CLOSE)
        if depth == 0:
            return k
    return len(tokens) - 1


def _part(tokens: list[Token], at: int) -> tuple[list[Token], int]:
    """A numerator or denominator: what is in brackets, or a differential without them."""
    if _kind(tokens, at) == "(":
        stop = closing(tokens, at)
        return tokens[at + 1 : stop], stop + 1
    stop = at
    if _kind(tokens, stop) == "∂":
        stop += 1
    elif _kind(tokens, stop) != "word" or tokens[stop].text[0] != "d":
        return [], at
    if _kind(tokens, stop) == "word":
        stop += 1
    if _kind(tokens, stop) == "[":
        stop = closing(tokens, stop) + 1
    return tokens[at:stop], stop


def _exponent(tokens: list[Token], at: int) -> tuple[int, int]:
    """The order that stands raised here, and the place behind it."""
    if _kind(tokens, at) != "^":
        return 1, at
    at += 1
    bracket = _kind(tokens, at) == "("
    at += bracket
    if _kind(tokens, at) != "number" or not tokens[at].text.isdigit():
        return 0, at
    return min(int(tokens[at].text), 9), at + 1 + bracket


def lists(tokens: list[Token]) -> list[Token]:
    """Brackets that hold a list and call nothing, as those of a literal array.

    >>> from symdl.formula.tokens import tokenize
    >>> "".join(token.text for token in lists(tokenize("(x, y)")))
    '[x,y]'
    """
    found = list(tokens)
    for k, token in enumerate(found):
        called = k > 0 and found[k - 1].kind in ("function", "word", "name")
        if token.kind == "(" and not called:
            stop = closing(found, k)
            if _has_comma(found, k, stop) and found[stop].kind == ")":
                found[k] = token._replace(kind="[", text="[", spaced=True)
                found[stop] = found[stop]._replace(kind="]", text="]")
    return found


def _has_comma(tokens: list[Token], start: int, stop: int) -> bool:
    depth = 0
    for token in tokens[start:stop]:
        depth += (token.kind in _OPEN) - (token.kind in _CLOSE)
        if depth == 1 and token.kind == ",":
            return True
    return False
