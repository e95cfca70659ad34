r"""This module reads an answer: lines of text or LaTeX with or without a label, in every reading it allows.

`\frac{\partial L}{\partial w} = \delta x` is the label ∂L/∂w and the formula δ x. `e^-z x`, `1/2x` and
`sin 2x` can be meant in two ways; both readings are returned, the grammar's own first. Nothing is ever
dropped: what cannot be read is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symdl.errors import FormulaError
from symdl.formula.latex import lex
from symdl.formula.latex_passes import Passes, closing
from symdl.formula.limits import check_size
from symdl.formula.reader import PRODUCT, Parser
from symdl.formula.tokens import Token
from symdl.formula.tree import Array, Index, Name, Node, Partial, Product, Transpose, times
from symdl.formula.vocabulary import Vocabulary

MAX_LINES = 50
_DECIMAL_COMMA = re.compile(r"(?<=[0-9۰-۹٠-٩])[,،](?=[0-9۰-۹٠-٩])")
_BRACKETS = re.compile(r"[\[({]")
_FULL_STOP = re.compile(r"[\s.;,$]+$")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an answer: its label, if it has one, and its lines, the last of which is the answer."""

    lines: tuple[Node, ...]
    label: Node | None = None

    @property
    def node(self) -> Node:
        """The answer."""
        return self.lines[-1]


class Loose(Parser):
    """The other reading: a product written close together is one denominator, one argument."""

    def _denominator(self) -> Node:
        return self._close_product()

    def _bare_argument(self, function: Token) -> Node:
        if self.token.kind not in _STARTS:
            return super()._bare_argument(function)
        return self._close_product()

    def _close_product(self) -> Node:
        factors = [self.expression(PRODUCT)]
        while self.token.kind in _STARTS and not (self.token.kind == "|" and self.in_bars):
            factors.append(self.expression(PRODUCT))
        if len(factors) == 1:
            return factors[0]
        return times(*factors, style="juxtaposed")


_STARTS = frozenset({"number", "word", "name", "function", "(", "[", "|", "√"})


_HEADINGS = (
    ["word"], ["name"], ["word", ".T"], ["word", "(", "word", ")"], ["word", ".T", "(", "word", ")"],
    ["word", "(", "word", ",", "word", ")"],
)  # fmt: skip


def unwrapped(node: Node) -> Node:
    """A matrix in brackets of its own is that matrix."""
    match node:
        case Array((Array((Array(), *_)) as inner,)):
            return inner
    return node


def read_answer(text: str, vocabulary: Vocabulary) -> tuple[Reading, ...]:
    r"""The readings of an answer, the likeliest first; `FormulaError` where there is none.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.scope import Scope
    >>> [to_plain(reading.node) for reading in read_answer(r"\frac{1}{2} x", Vocabulary(Scope()))]
    ['1/2 x']
    """
    return tuple(readings(text, vocabulary))


def readings(text: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    """The same one by one, so that the second is only read where it is needed."""
    trimmed = _FULL_STOP.sub("", text)
    found: list[Reading] = []
    failure: FormulaError | None = None
    for parser in (Parser, Loose):
        for version in _versions(trimmed):
            try:
                reading = _reading(version, vocabulary, parser)
            except FormulaError as error:
                failure = failure or error
                continue
            if reading not in found:
                found.append(reading)
                yield reading
    if not found:
        raise failure or FormulaError("formula.empty")


def _versions(text: str) -> list[str]:
    """The text, and the same with its commas between digits as decimal points."""
    points = _DECIMAL_COMMA.sub(".", text)
    if points == text:
        return [text]
    return [text, points] if _BRACKETS.search(text) else [points, text]


def _reading(text: str, vocabulary: Vocabulary, parser: type[Parser]) -> Reading:
    passes = Passes(vocabulary)
    tokens = passes.run(lex(text, vocabulary))
    parts = _lines(tokens)
    if not parts:
        raise FormulaError("formula.empty")
    heading = _heading(parts)
    parts = parts if heading is None else parts[1:]
    nodes = [_parsed(text, part, vocabulary, parser) for part in _listed(parts)]
    nodes = [unwrapped(vocabulary.meaning(node, passes.symbols)) for node in nodes]
    if heading is not None:
        return Reading(tuple(nodes), vocabulary.meaning(heading, passes.symbols))
    label = nodes[0] if len(nodes) > 1 and _is_label(nodes[0]) else None
    return Reading(tuple(nodes if label is None else nodes[1:]), label)


def _heading(parts: list[list[Token]]) -> Name | None:
    """A left side `f'(x)`, `y'`, `grad` that names a result rather than states a formula."""
    kinds = [token.kind for token in parts[0]]
    if len(parts) < 2 or kinds not in _HEADINGS:
        return None
    return Name("".join(token.text for token in parts[0]))


def _lines(tokens: list[Token]) -> list[list[Token]]:
    """The sides of the equals signs, and of line breaks, outside all brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind in "([") - (token.kind in ")]")
        if token.kind == "break" or (token.kind == "=" and depth == 0):
            parts.append([])
        else:
            parts[-1].append(token)
    if len(parts) > MAX_LINES:
        raise FormulaError("formula.too_many_parts", count=len(parts), limit=MAX_LINES)
    return [part for part in parts if part]


def _listed(parts: list[list[Token]]) -> list[list[Token]]:
    """A list without brackets gets them."""
    return [_bracketed(part) if _has_bare_comma(part) else part for part in parts]


def _has_bare_comma(part: list[Token]) -> bool:
    at = 0
    while at < len(part):
        if part[at].kind in ("(", "["):
            at = closing(part, at)
        elif part[at].kind == ",":
            return True
        at += 1
    return False


def _bracketed(part: list[Token]) -> list[Token]:
    first, last = part[0], part[-1]
    opening = Token("[", "[", first.start, first.start + 1, True)
    return [opening, *part, Token("]", "]", last.stop - 1, last.stop)]


def _parsed(text: str, part: list[Token], vocabulary: Vocabulary, parser: type[Parser]) -> Node:
    tokens = [*part, Token("end", "", len(text), len(text))]
    cursor = parser(text, vocabulary.reading, tokens=tokens)
    node = cursor.expression()
    cursor.finish()
    check_size(node, cursor.place_of)
    return node


def _is_label(node: Node) -> bool:
    """Whether a left side only names what the right side is: a quantity, an entry, a derivative, `f'(x)`."""
    match node:
        case Name() | Partial():
            return True
        case Index(base):
            return _is_label(base)
        case Transpose(Name()):
            return True
        case Product((Name(), *rest)) if len(rest) == 1:
            return isinstance(rest[0], Name)
    return False
