r"""This module rewrites the tokens of an answer: symbols of derivatives, names of functions, primes, lists.

`\frac{\partial L}{\partial w_1}`, `dL/dw1` and `\nabla_W L` become one name each; `\sigma'(z)` calls the
derivative of a function; `(2x, 3y)` is a vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symdl.errors import FormulaError
from symdl.formula.arrays import arrays
from symdl.formula.brackets import closing, kind_at
from symdl.formula.characters import canonical
from symdl.formula.methods import methods
from symdl.formula.tokens import Token
from symdl.formula.tree import Index, Name, Node, Partial, number
from symdl.formula.vocabulary import PRIME, Vocabulary

_ENDS, _STARTS = frozenset({")", "]", "word", ".T", "number"}), frozenset({"(", "[", "word", "number"})
_CLINGING = ("^", "(", "[", "'")  # that would go on with what is differentiated


@dataclass
class Passes:
    """The rewriting of one answer; `symbols` are the derivatives found, by the name put in their place.

    In an answer `by_code`, written as NumPy or PyTorch take it, axes count from 0.
    """

    vocabulary: Vocabulary
    by_code: bool = False
    symbols: dict[str, Partial] = field(default_factory=dict)

    def run(self, tokens: list[Token]) -> list[Token]:
        """The tokens as the parser takes them."""
        called = methods(self.signs(self.derivatives(tokens)), self.by_code)
        return arrays(self.functions(called))

    def signs(self, tokens: list[Token]) -> list[Token]:
        """A letter o between two factors as the sign of the product entry by entry."""
        names = self.vocabulary.scope.names
        if names is None or "o" in names or self.vocabulary.known("o") is not None:
            return tokens
        found = list(tokens)
        for k, token in enumerate(tokens[1:-1], 1):
            between = tokens[k - 1].kind in _ENDS and tokens[k + 1].kind in _STARTS
            if token.kind == "word" and token.text == "o" and between:
                found[k] = token._replace(kind="*")
        return found

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
        if kind == "∂" and kind_at(tokens, at + 1) == "[":
            return self._nabla(tokens, at + 1)
        if kind == "(":
            stop = closing(tokens, at)
            inner, end = self._quotient(tokens, at + 1, stop)
            if inner is not None and end == stop:
                return inner, self._behind_arguments(tokens, stop + 1)
            top, middle = _part(tokens, at + 1)
            bottom, end = _part(tokens, middle + 1)
            if top and kind_at(tokens, middle) == "/" and end == stop:
                applied = self._applied(top, bottom, tokens, stop + 1)
                return applied, stop + 2
        return self._quotient(tokens, at)

    def _nabla(self, tokens: list[Token], at: int) -> tuple[Partial | None, int]:
        by: list[Token] = []
        if kind_at(tokens, at) == "[":
            stop = closing(tokens, at)
            by, at = tokens[at + 1 : stop], stop + 1
        elif kind_at(tokens, at + 1) == "word" and self._quantity(tokens[at : at + 1]) is not None:
            by, at = tokens[at : at + 1], at + 1
        of = self._quantity(tokens[at : at + 1])
        over = self._quantity(by) if by else None
        if of is None or over is None:
            return None, at
        return Partial(of, (over,)), self._behind_arguments(tokens, at + 1)

    def _quotient(self, tokens: list[Token], at: int, last: int | None = None) -> tuple[Partial | None, int]:
        """`∂L / ∂w` or `(∂L)/(∂w)`, with a d for every ∂; a bracket around it closes at the last place."""
        top, middle = _part(tokens, at)
        if not top or kind_at(tokens, middle) != "/":
            return None, at
        bottom, stop = _part(tokens, middle + 1)
        applied = None if stop == last else self._applied(top, bottom, tokens, stop)
        if applied is not None:
            return applied, stop + 1
        of, above = self._differentials(top, single=True)
        by, below = self._differentials(bottom)
        if len(of) != 1 or not by or (above or 1) != below:
            return None, at
        return Partial(of[0], tuple(by)), self._behind_arguments(tokens, stop)

    def _applied(self, top: list[Token], bottom: list[Token], tokens: list[Token], at: int) -> Partial | None:
        """`d/dx L` of a quantity; `d/dx` of anything else that follows is a question, not an answer."""
        names = self.vocabulary.scope.names or ()
        alone = [t.text for t in top] in (["d"], ["∂"], ["partial"]) and "d" not in names
        if alone and bottom and (bottom[0].kind == "∂" or bottom[0].text[:1] == "d"):
            of = self._quantity(tokens[at : at + 1]) if names else None
            by, below = self._differentials(bottom)
            if of is not None and len(by) == below == 1 and kind_at(tokens, at + 1) not in _CLINGING:
                return Partial(of, tuple(by))
            raise FormulaError("formula.computer_algebra", name=f"{top[0].text}/{bottom[0].text}")
        return None

    def _behind_arguments(self, tokens: list[Token], at: int) -> int:
        """Behind the `(W, b)` of `L(W, b)`, which says what a quantity depends on."""
        if self.vocabulary.scope.names is None or kind_at(tokens, at) != "(":
            return at
        stop = closing(tokens, at)
        inside = tokens[at + 1 : stop]
        listed = all(t.kind == ("," if k % 2 else "word") for k, t in enumerate(inside))
        known = all(self.vocabulary.known(canonical(t.text)) for t in inside if t.kind == "word")
        return stop + 1 if len(inside) > 1 and listed and known else at

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
            behind = self._behind_arguments(tokens, stop) if single else stop
            quantity = self._quantity([*rest, *tokens[at:stop]])
            more, at = _exponent(tokens, behind)
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
        if kind_at(tokens, at) == "word":
            at += 1
        return closing(tokens, at) + 1 if kind_at(tokens, at) == "[" else at

    def _quantity(self, tokens: Sequence[Token]) -> Node | None:
        """A quantity or an entry of one."""
        if not tokens or tokens[0].kind != "word":
            return None
        word = canonical(tokens[0].text)
        known = word if self.vocabulary.scope.names is None else self.vocabulary.known(word)
        if known is None:
            return None
        node = self.vocabulary.aliases.get(known) or Name(known)
        places = [place for t in tokens[1:] if (place := _place(t)) is not None]
        return Index(node, tuple(places)) if places else node

    # Functions

    def functions(self, tokens: list[Token]) -> list[Token]:
        """Other names of functions by their own, primes taken to them; a prime on an array transposes."""
        found: list[Token] = []
        for k, token in enumerate(tokens):
            if token.kind == "'" and found:
                found[-1:] = self._primed(found[-1], token)
            elif token.kind == "word" and kind_at(tokens, k + 1) != "=":
                found.append(self._function(token, called=kind_at(tokens, k + 1) in ("(", "'")))
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
        return [token, Token(".T", self._prime(token), prime.start, prime.stop)]

    def _prime(self, token: Token) -> str:
        """A prime as it is kept: that of a number, which is no transpose, stays a prime."""
        if token.kind == "number":
            return PRIME
        word = self.vocabulary.known(token.text) if token.kind == "word" else None
        free = token.kind == "word" and self.vocabulary.scope.names is None
        return PRIME if free or self.vocabulary.shapes.get(word or "") == () else ".T"


def _place(token: Token) -> Node | None:
    """A subscript: a number, or the letter of an index."""
    if token.kind == "number" and token.text.isdigit():
        return number(int(token.text))
    return Name(token.text) if token.kind == "word" and len(token.text) == 1 else None


def _part(tokens: list[Token], at: int) -> tuple[list[Token], int]:
    """A numerator or denominator: what is in brackets, or a differential without them."""
    if kind_at(tokens, at) == "(":
        stop = closing(tokens, at)
        return tokens[at + 1 : stop], stop + 1
    stop = at
    if kind_at(tokens, stop) == "∂":
        stop += 1
    elif kind_at(tokens, stop) != "word" or tokens[stop].text[0] != "d":
        return [], at
    if kind_at(tokens, stop) == "word":
        stop += 1
    if kind_at(tokens, stop) == "[":
        stop = closing(tokens, stop) + 1
    return tokens[at:stop], stop


def _exponent(tokens: list[Token], at: int) -> tuple[int, int]:
    """The order that stands raised here, and the place behind it."""
    if kind_at(tokens, at) != "^":
        return 1, at
    at += 1
    bracket = kind_at(tokens, at) == "("
    at += bracket
    if kind_at(tokens, at) != "number" or not tokens[at].text.isdigit():
        return 0, at
    return min(int(tokens[at].text), 9), at + 1 + bracket
