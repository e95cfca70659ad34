r"""This module reads an answer: lines of text or LaTeX with or without a label, in every reading it allows.

`\frac{\partial L}{\partial w} = \delta x` is the label ∂L/∂w and the formula δ x. `e^-z x`, `1/2x` and
`sin 2x` can be meant in two ways; both readings are returned, the grammar's own first. Nothing is ever
dropped: what cannot be read is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from symdl.errors import FormulaError
from symdl.formula.abbreviations import spelled_out
from symdl.formula.brackets import closing, kind_at
from symdl.formula.characters import place
from symdl.formula.latex import MAX_NESTING, check_length, lex
from symdl.formula.latex_passes import Passes
from symdl.formula.limits import check_size
from symdl.formula.methods import is_code
from symdl.formula.reader import PRODUCT, Parser
from symdl.formula.tokens import Token
from symdl.formula.tree import (
    Apply,
    Array,
    Index,
    Name,
    Negate,
    Node,
    Partial,
    Product,
    Style,
    Transpose,
    number,
    substitute,
    times,
)
from symdl.formula.typed import kroneckers, ruleless, typed
from symdl.formula.vocabulary import ONES, PRIME, Vocabulary
from symdl.formula.walking import holds
from symdl.formula.wording import without_words

MAX_LINES = 50
_DECIMAL_COMMA = re.compile(r"(?<=[0-9۰-۹٠-٩])[,،](?=[0-9۰-۹٠-٩])")
_THOUSANDS = re.compile(r"(?<![0-9.,،])[0-9]{1,3}(?:[,،][0-9]{3})+(?![0-9,،])")
_SPACED = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:(?:\{,\}|,\\!\s?|\\,)[0-9]{3})+(?![0-9])")  # 14{,}916
_LISTS = re.compile(r"[\[(]")
_BRACKETS = re.compile(r"[\[({]")
_FULL_STOP = " \t\r\n\f\v.;,$"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an answer: its lines, the last of which is the answer, each with its label.

    The sides of `a = b = c` are lines of their own.
    """

    lines: tuple[Node, ...]
    labels: tuple[Node | None, ...] = (None,)

    @property
    def label(self) -> Node | None:
        """The label of the answer."""
        return self.labels[-1]

    @property
    def node(self) -> Node:
        """The answer."""
        return self.lines[-1]


class Loose(Parser):
    """The other reading: a product written close together is one denominator, argument, factor of ⊙."""

    def _denominator(self) -> Node:
        return self._close_product()

    def _right(self, style: Style) -> Node:
        return self._close_product() if style == "star" else super()._right(style)

    def _exponent(self) -> Node:
        return Negate(self._close_product()) if self.accept("-") else super()._exponent()

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
    ["word", "(", "word", ",", "word", ")"], ["∇", "word"],
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
    text = text.strip()
    check_length(text)  # before any search that takes time in proportion to its square
    found: list[Reading] = []
    failure: FormulaError | None = None
    for meant in _meant(text, vocabulary):
        try:
            for reading in _as_written(*meant):
                if reading not in found:
                    found.append(reading)
                    yield reading
        except FormulaError as error:
            failure = failure or error
    if failure is not None and not found:
        raise failure


def _meant(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, Vocabulary]]:
    """The text as it stands, then the same with the names that it introduces itself."""
    yield text, vocabulary
    own = spelled_out(text, vocabulary, _first)
    if own is not None:
        yield own


def _first(text: str, vocabulary: Vocabulary) -> Node:
    """What a line by itself most likely means."""
    reading = next(_as_written(text, vocabulary))
    if len(reading.lines) > 1:
        raise FormulaError("formula.empty")
    return reading.node


def _as_written(text: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    """The readings of what stands there, with the names of the vocabulary alone."""
    trimmed = without_words(text, lambda word: vocabulary.known(word) is not None).rstrip(_FULL_STOP)
    trimmed = typed(trimmed, vocabulary)
    failure: FormulaError | None = None
    some = False
    cut: dict[str, _Cut] = {}
    for parser in (Parser, Loose):
        for version in chain(_versions(trimmed), kroneckers(trimmed), ruleless(trimmed)):
            try:
                if version not in cut:
                    cut[version] = _Cut(version, vocabulary)
                reading = cut[version].reading(parser)
            except FormulaError as error:
                failure = failure or error
                continue
            for sized in _sized(reading, vocabulary):
                some = True
                yield sized
    if not some:
        raise failure or FormulaError("formula.empty")


def _versions(text: str) -> list[str]:
    """The text, and the same with its commas between digits as decimal points, or setting thousands apart."""
    text = _SPACED.sub(lambda number: re.sub("[^0-9]", "", number.group()), text)
    points = _DECIMAL_COMMA.sub(".", text)
    if points == text:
        return [text]
    grouped = _THOUSANDS.sub(lambda number: re.sub("[,،]", "", number.group()), text)
    if _BRACKETS.search(text):
        return [text, points] if _LISTS.search(text) or grouped == text else [text, points, grouped]
    return [points, text] if grouped == text else [points, grouped, text]


def _sized(reading: Reading, vocabulary: Vocabulary) -> Iterator[Reading]:
    """A bold 1 as the number, and as a column of ones of each size that there is."""
    if not any(holds(line, Name(ONES)) for line in reading.lines):
        yield reading
        return
    ones: tuple[Node, ...] = (number(1), *(Apply("ones", (size,)) for size in vocabulary.sizes))
    for one in ones:
        lines = tuple(substitute(line, {ONES: one}) for line in reading.lines)
        yield Reading(lines, reading.labels)


class _Cut:
    """A text cut into its lines, once for every parser that reads them."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        self.passes = Passes(vocabulary, is_code(text))
        tokens = _bold(lex(text, vocabulary))
        _check_nesting(text, tokens)
        self.lines = _lines(text, self.passes.run(tokens))

    def reading(self, parser: type[Parser]) -> Reading:
        """The lines with their labels, as a parser reads them."""
        lines: list[Node] = []
        labels: list[Node | None] = []
        for parts in self.lines:
            heading = _heading(parts)
            sides = _listed(parts if heading is None else parts[1:])
            nodes = [unwrapped(self._meaning(self._parsed(side, parser))) for side in sides]
            label = labels[-1] if labels and not parts[0] else None
            if heading is not None:
                label = self._meaning(heading)
            elif parts[0] and len(nodes) > 1 and _is_label(nodes[0]):
                label = nodes.pop(0)
            lines += nodes
            labels += [label] * len(nodes)
        if not lines:
            raise FormulaError("formula.empty")
        return Reading(tuple(lines), tuple(labels))

    def _meaning(self, node: Node) -> Node:
        return self.vocabulary.meaning(node, self.passes.symbols)

    def _parsed(self, part: list[Token], parser: type[Parser]) -> Node:
        text, end = self.text, Token("end", "", len(self.text), len(self.text))
        prime = next((token for token in part if token.kind == ".T" and token.text == PRIME), None)
        if prime is not None:
            raise FormulaError("formula.prime_of_scalar", place=place(text, prime.start, prime.stop))
        cursor = parser(text, self.vocabulary.reading, tokens=[*part, end])
        node = cursor.expression()
        cursor.finish()
        check_size(node, cursor.place_of)
        return node


def _bold(tokens: list[Token]) -> list[Token]:
    """The 1 of `1^T v`, which can only be a column of ones."""
    found = list(tokens)
    for k, token in enumerate(tokens):
        raised = [t.text for t in tokens[k + 1 : k + 3]] == ["^", "T"] or kind_at(tokens, k + 1) == ".T"
        if token.kind == "number" and token.text == "1" and raised:
            found[k] = token._replace(kind="name", text=ONES)
    return found


def _check_nesting(text: str, tokens: list[Token]) -> None:
    """Refuse brackets within brackets within brackets before anybody looks for their ends."""
    depth = 0
    for token in tokens:
        depth += (token.kind in "([") - (token.kind in ")]")
        if depth > MAX_NESTING:
            where = place(text, token.start, token.stop)
            raise FormulaError("formula.too_deep", place=where, limit=MAX_NESTING)


def _heading(parts: list[list[Token]]) -> Name | None:
    """A left side `f'(x)`, `y'`, `∇f` that names a result rather than states a formula."""
    kinds = [token.kind for token in parts[0]]
    if len(parts) < 2 or kinds not in _HEADINGS:
        return None
    return Name("".join(token.text for token in parts[0]))


def _lines(text: str, tokens: list[Token]) -> list[list[list[Token]]]:
    """The lines, each as the sides of its equals signs; a line that begins with one goes on from the last."""
    found: list[list[list[Token]]] = [[[]]]
    depth = 0
    for token in tokens:
        depth += (token.kind in "([") - (token.kind in ")]")
        if token.kind == "=" and depth == 0:
            found[-1].append([])
        elif token.kind == "break" or (token.kind == ";" and depth == 0):
            if found[-1][-1]:  # else the line goes on behind an equals sign
                found.append([[]])
        else:
            found[-1][-1].append(token)
    sides = sum(map(len, found))
    if sides > MAX_LINES:
        raise FormulaError("formula.too_many_parts", count=sides, limit=MAX_LINES)
    last = found[-1]
    if not last[-1] and len(last) > 1:
        raise FormulaError("formula.unfinished", place=place(text, len(text), len(text) + 1))
    if any(not side for line in found for side in line[1:]):
        raise FormulaError("formula.unfinished", place=place(text, 0, len(text)))
    return [line for line in found if any(line)]


def _listed(parts: list[list[Token]]) -> list[list[Token]]:
    """A list without brackets gets them."""
    return [_bracketed(part) if _has_bare_comma(part) else part for part in parts if part]


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
