"""This module reads a formula as a teacher or a student types it, by one precedence parser.

From weakest to strongest: comparison; `+ -`; `* / @` and juxtaposition, all from left to right, so that
`1/2x` is (1/2) x; minus before a term; `^` or `**`, from right to left; `.T`, `[...]`. A function that is
known needs no brackets around a single factor: `sin x`, `2 sin x cos x`, `sin^2 x`; where the factor is
in doubt (`sin 2x`, `sin x(1-x)`) the formula is refused. A bracket after any other name multiplies: `a(1-a)`.
`^T` transposes unless `T` is a declared name, `.T` always does. `·` and `×` multiply as `@`, `⊙` and `∘`
entry by entry as `*`. `e` and `pi` are the constants unless declared. `1[z > 0]` is an indicator.
"""

from __future__ import annotations

from collections.abc import Callable

from symdl.errors import FormulaError, Place
from symdl.formula.calls import RELATIONS, array, call, compares_ahead, subscripts
from symdl.formula.cursor import Cursor
from symdl.formula.limits import check_size
from symdl.formula.numerals import numeral
from symdl.formula.scope import TRANSPOSE, Scope, split
from symdl.formula.tokens import Token
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Bars,
    Compare,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Slice,
    Style,
    Sum,
    Transpose,
)

__all__ = ["Parser", "Scope", "read_formula", "read_with_places"]

COMPARISON, SUM, PRODUCT, POWER, POSTFIX = 1, 2, 3, 4, 5
MAX_SIGNS = 4  # in a row

_FACTOR_STARTS = ("number", "word", "name", "function", "(", "[", "|", "√")
_LEVELS = {"<": 1, ">": 1, "<=": 1, ">=": 1, "=": 1, "==": 1, "!=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "@": 3}
_LEVELS |= dict.fromkeys((*_FACTOR_STARTS, "⊗"), PRODUCT) | {"^": POWER, ".T": POSTFIX}
_STYLES: dict[str, Style] = {"*": "star", "@": "at"}


def read_formula(text: str, scope: Scope) -> Node:
    """The tree of a formula or comparison; every refusal is a `FormulaError` with a place.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(read_formula("3xy − ½x²", Scope()))
    '3 x y - 1/2 x^2'
    """
    return read_with_places(text, scope)[0]


def read_with_places(text: str, scope: Scope) -> tuple[Node, Callable[[Node], Place]]:
    """The tree, and a function that tells where a part of it was typed."""
    parser = Parser(text, scope)
    return parser.whole(), parser.place_of


class Parser(Cursor):
    """Precedence parsing over a cursor: an operand, then whatever binds more strongly than the floor."""

    def whole(self) -> Node:
        """The tree of the whole text, within the limits."""
        if self.token.kind == "end":
            raise self.refuse("empty", self.token)
        node = self.expression()
        self.finish()
        check_size(node, self.place_of)
        return node

    def expression(self, floor: int = 0) -> Node:
        """One expression of operators that bind more strongly than the floor."""
        self.enter()
        start = self.token.start
        left = self.mark(self._operand(floor), start)
        while (level := self._level(left)) > floor:
            left = self.mark(_INFIX[level](self, left), start)
        self.depth -= 1
        return left

    def _level(self, left: Node) -> int:
        """How strongly the next token binds what stands before it; 0 when it does not continue."""
        kind = self.token.kind
        if kind == "|" and self.in_bars:
            return 0
        if kind == "[" and self._subscripts_follow(left):
            return POSTFIX
        return _LEVELS.get(kind, 0)

    def _subscripts_follow(self, left: Node) -> bool:
        if isinstance(left, Number):
            return left == ONE and not self.token.spaced and compares_ahead(self)
        if self.token.spaced:
            raise self.refuse("ambiguous_bracket", self.token)
        return True

    # operands

    def _operand(self, floor: int) -> Node:
        if self.token.kind == "word":
            self.resolve()
        read = _OPERANDS.get(self.token.kind)
        if read is None:
            raise self._missing_operand()
        return read(self, floor)

    def _missing_operand(self) -> FormulaError:
        token = self.token
        if token.kind == "end":
            return self.refuse("unfinished", token)
        return self.refuse("expected_operand", token, found=self.quoted(token))

    def _number(self, floor: int) -> Node:
        return numeral(self)

    def _name(self, floor: int) -> Node:
        return Name(self.advance().text)

    def _sign(self, floor: int) -> Node:
        """Minus takes the whole term at the start of one, and a single factor after an operator."""
        if self.at >= MAX_SIGNS and all(token.kind in "+-" for token in self._before(MAX_SIGNS)):
            raise self.refuse("too_many_signs", self.token, limit=MAX_SIGNS)
        negative = self.advance().kind == "-"
        arg = self.expression(max(floor, SUM))
        return Negate(arg) if negative else arg

    def _before(self, count: int) -> list[Token]:
        return self.tokens[self.at - count : self.at]

    def _bracket(self, floor: int) -> Node:
        opening = self.advance()
        inner = self._inside(self.expression)
        self.close(opening)
        return inner

    def _array(self, floor: int) -> Node:
        return self._inside(lambda: array(self, self.expression))

    def _inside(self, read: Callable[[], Node]) -> Node:
        """Read within brackets, where a bar opens even when one is open outside."""
        outer, self.in_bars = self.in_bars, False
        node = read()
        self.in_bars = outer
        return node

    def _bars(self, floor: int) -> Node:
        opening = self.advance()
        outer, self.in_bars = self.in_bars, True
        inner = self.expression()
        self.in_bars = outer
        self.close(opening)
        return inner if isinstance(inner, Bars) else Bars(inner)  # ||v|| is one norm

    def _root(self, floor: int) -> Node:
        token = self.advance()
        if self.token.kind == "(":
            return Apply("sqrt", (self._bracket(floor),))
        return Apply("sqrt", (self._bare_argument(token),))

    def _function(self, floor: int) -> Node:
        token = self.advance()
        exponent = self._exponent_of(token) if self.token.kind == "^" else None
        if self.token.kind == "(":
            node = self._inside(lambda: call(self, token.text, self.expression))
        else:
            node = Apply(token.text, (self._bare_argument(token),))
        return node if exponent is None else Power(self.mark(node, token.start), exponent)

    def _exponent_of(self, function: Token) -> Node:
        """`sin^2 x` is a square; `sin^-1 x` could be an inverse or a reciprocal."""
        self.advance()
        exponent = self.expression(PRODUCT)
        if not isinstance(exponent, Number) or exponent.value.denominator != 1:
            raise self.refuse_node("function_power", exponent, function=function.text)
        return exponent

    def _bare_argument(self, function: Token) -> Node:
        """One factor without brackets, refused where a reader could take more or less for it."""
        if self.token.kind not in _FACTOR_STARTS or (self.token.kind == "|" and self.in_bars):
            raise self.refuse("function_without_argument", function, function=function.text)
        argument = self.expression(PRODUCT)
        follows = self.token.kind in _FACTOR_STARTS and self._level(argument) == PRODUCT
        if follows and (isinstance(argument, Number) or not self.token.spaced):
            raise self.refuse("ambiguous_argument", self.token, function=function.text)
        return argument

    # operators

    def _comparison(self, left: Node) -> Node:
        relation = self.advance().kind
        right = self.expression(COMPARISON)
        if self.token.kind in RELATIONS:
            raise self.refuse("chained_comparison", self.token)
        return Compare(_RELATION.get(relation, "="), left, right)

    def _sum(self, left: Node) -> Node:
        terms = [left]
        while self.token.kind in ("+", "-"):
            start = self.token.start
            negative = self.advance().kind == "-"
            term = self.expression(SUM)
            terms.append(self.mark(Negate(term), start) if negative else term)
        return Sum(tuple(terms))

    def _product(self, left: Node) -> Node:
        factors, styles = [left], list[Style]()
        while self._level(factors[-1]) == PRODUCT:
            if self.accept("/"):
                factors = [Quotient(_joined(factors, styles), self._denominator())]
                styles = []
            elif self.accept("⊗"):
                styles.append("at")
                factors.append(Transpose(self.expression(PRODUCT)))
            else:
                styles.append(self._style(factors))
                factors.append(self._right(styles[-1]))
        return _joined(factors, styles)

    def _right(self, style: Style) -> Node:
        """The factor behind a sign of multiplication."""
        return self.expression(PRODUCT)

    def _denominator(self) -> Node:
        return self.expression(PRODUCT)

    def _style(self, factors: list[Node]) -> Style:
        token = self.token
        if token.kind == "number" and not self._indicator_ahead():
            key = "two_numbers" if self.tokens[self.at - 1].kind == "number" else "number_after_factor"
            raise self.refuse(key, token, number=token.text)
        barred = [isinstance(factor, Bars) for factor in factors]
        if token.kind == "|" and any(barred) and not barred[-1]:
            raise self.refuse("ambiguous_bars", token)
        style = _STYLES.get(token.kind)
        if style is None:
            return "juxtaposed"
        self.advance()
        return style

    def _indicator_ahead(self) -> bool:
        """Whether `1[z > 0]` follows, which is a factor of its own."""
        opening = self.tokens[self.at + 1]
        if self.token.text != "1" or opening.kind != "[" or opening.spaced:
            return False
        self.at += 1
        found = compares_ahead(self)
        self.at -= 1
        return found

    def _power(self, left: Node) -> Node:
        self.advance()
        if self.accept(".T") or self._takes_transpose():
            return Transpose(left)
        return Power(left, self._exponent())

    def _exponent(self) -> Node:
        return self.expression(PRODUCT)

    def _takes_transpose(self) -> bool:
        """Whether `^T` follows, with `u^Tv` read as `u^T v`; a declared `T` is an exponent."""
        token = self.token
        if token.kind != "word" or token.text[0] != TRANSPOSE or self.declares(TRANSPOSE):
            return False
        pieces, rest = split(token.text, self.scope, self.bound), token.text[1:]
        if (pieces is not None and pieces[0] != TRANSPOSE) or (rest and not rest[0].isalpha()):
            return False
        self.advance()
        if rest:
            self.tokens.insert(self.at, Token("word", rest, token.start + 1, token.stop))
        return True

    def _postfix(self, left: Node) -> Node:
        if self.accept(".T"):
            return Transpose(left)
        if isinstance(left, Number):  # 1[z > 0]
            opening = self.advance()
            condition = self._inside(self.expression)
            self.close(opening)
            return Apply("where", (condition, ONE, ZERO))
        return Index(left, self._subscripts())

    def _subscripts(self) -> tuple[Node | Slice, ...]:
        outer, self.in_bars = self.in_bars, False
        found = subscripts(self, self.expression)
        self.in_bars = outer
        return found


def _joined(factors: list[Node], styles: list[Style]) -> Node:
    return factors[0] if len(factors) == 1 else Product(tuple(factors), tuple(styles))


_RELATION: dict[str, Relation] = {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "!=": "!="}
_INFIX: dict[int, Callable[[Parser, Node], Node]] = {
    COMPARISON: Parser._comparison,
    SUM: Parser._sum,
    PRODUCT: Parser._product,
    POWER: Parser._power,
    POSTFIX: Parser._postfix,
}
_OPERANDS: dict[str, Callable[[Parser, int], Node]] = {
    "number": Parser._number,
    "name": Parser._name,
    "function": Parser._function,
    "(": Parser._bracket,
    "[": Parser._array,
    "|": Parser._bars,
    "-": Parser._sign,
    "+": Parser._sign,
    "√": Parser._root,
}
