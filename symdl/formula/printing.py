"""This module prints trees for reading, in one pass, with brackets only where they are needed.

A printer turns each node into text and a level, how strongly its outermost sign binds; a parent asks for
a level at least, and a weaker child goes into brackets. `tex` and `pretty` say how each thing looks.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import get_args

from symdl.formula.kinds import kind
from symdl.formula.notation import Notation
from symdl.formula.spelling import Form, joined
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Compare,
    Index,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Repeat,
    Slice,
    Style,
    Sum,
    Transpose,
)

COMPARISON, SUM, NEGATION, BIG, PRODUCT, QUOTIENT, POWER, POSTFIX, ATOM = range(10, 100, 10)

WORD = re.compile(r"(\\mathrm\{)?[a-z]{2,}\}?")  # as a subscript
_METHODS: dict[type, str] = {each: f"_{each.__name__.lower()}" for each in get_args(Node)}

Piece = tuple[str, int]  # what is printed, and how strongly it binds


def subtracted(term: Node) -> Node | None:
    """What a term of a sum takes away, or None for a term that is added."""
    if isinstance(term, Negate):
        return term.arg
    if isinstance(term, Number) and term.value < 0:
        return Number(-term.value, None if term.written is None else term.written.lstrip("-"))
    if isinstance(term, Marked) and isinstance(term.arg, Negate):
        return Marked(term.arg.arg, term.kind, term.label)
    return None


def numeric(node: Node) -> bool:
    """Whether a factor begins with a digit or a sign, so that it cannot follow another one directly."""
    while True:
        match node:
            case Number():
                return True
            case Marked(arg) | Negate(arg) | Power(arg):
                node = arg
            case Product(factors):
                node = factors[0]
            case _:
                return False


def _is_one(node: Node) -> bool:
    """Whether a factor is a 1, which is written to be seen."""
    node = unmarked_top(node)
    return isinstance(node, Number) and node.value == 1


def _is_call(node: Node) -> bool:
    """Whether a term is a function or ends in one."""
    node = unmarked_top(node)
    return isinstance(unmarked_top(node.factors[-1]) if isinstance(node, Product) else node, Apply)


SIGNS = frozenset(("exp", "sqrt", "floor", "ceil"))  # functions that are printed as a sign, not by a name


def unmarked_top(node: Node) -> Node:
    """A node without the marks around it; those inside stay."""
    while isinstance(node, Marked):
        node = node.arg
    return node


def shortened(items: tuple[Node, ...], longest: int | None) -> tuple[Node | None, ...]:
    """The items of an array, with None for those left out of a long one."""
    if longest is None or len(items) <= longest:
        return items
    return (*items[:3], None, items[-1])


def is_indicator(node: Apply) -> bool:
    """Whether a case distinction is 1 where two indices are equal and 0 elsewhere."""
    match node.args:
        case (Compare("=", Name(), Name()), yes, no):
            return (yes, no) == (ONE, ZERO)
    return False


def is_factorial(node: Repeat) -> bool:
    """Whether a bound product is that of the numbers from 1, which is written `n!`."""
    return node.kind == "prod" and node.body == Name(node.index) and node.start == ONE


class Printer(ABC):
    """What TeX and terminal text have in common; a node prints by the method named after its type."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def piece(self, node: Node) -> Piece:
        """A node printed, with its level."""
        found: Piece = getattr(self, _METHODS[type(node)])(node)
        return found

    def free(self, node: Node) -> str:
        """A node printed where nothing touches it."""
        return self.piece(node)[0]

    def at_least(self, node: Node, level: int) -> str:
        """A node printed, in brackets where it binds more weakly than its surroundings."""
        if isinstance(node, Marked) and node.kind != "laid":
            text = self._mark(node, self.at_least(node.arg, level))
            return text if level < POSTFIX else self._grouped(text)
        text, own = self.piece(node)
        return text if own >= level else self._brackets(text)

    # what TeX and text say differently

    def _laid(self, node: Node) -> Piece:
        """A column that is laid down; in text every array is a row already."""
        return self.piece(node)

    @abstractmethod
    def _brackets(self, text: str) -> str: ...

    @abstractmethod
    def _mark(self, node: Marked, text: str) -> str: ...

    @abstractmethod
    def _grouped(self, text: str) -> str: ...  # ready to bear an exponent

    @abstractmethod
    def _form_of_name(self, name: str, entries: int = 0) -> Form: ...

    @abstractmethod
    def _spell(self, form: Form) -> str: ...

    @abstractmethod
    def _between(self, left: Node, right: Node, text: str) -> str: ...

    @abstractmethod
    def _transposed(self, node: Node) -> str: ...

    @abstractmethod
    def _called(self, node: Apply, *, bare: bool) -> Piece: ...

    @abstractmethod
    def _derivative(self, node: Partial) -> Piece: ...

    star: str  # between arrays multiplied entry by entry
    dot: str  # between numbers, where it is written

    # shared by both

    def form(self, node: Node) -> Form | None:
        """A name, an entry of one, or an adjoint with a name of its own, with its scripts apart."""
        match node:
            case Name(name):
                return self._form_of_name(name)
            case Index(base, subscripts):
                return self._entry(base, subscripts)
            case Partial(Name(), (by,), "partial") if self.notation.deltas:
                return self._delta(by)
        return None

    def _entry(self, base: Node, subscripts: tuple[Node | Slice, ...]) -> Form | None:
        single = not any(isinstance(item, Slice) for item in subscripts)
        matrix = isinstance(base, Name) and self.notation.ranks.get(base.text, 2) == 2
        entries = len(subscripts) if single and matrix else 0
        form = self._form_of_name(base.text, entries) if isinstance(base, Name) else self.form(base)
        if form is None:
            return None
        indices = [self.subscript(item) for item in subscripts]
        if WORD.fullmatch(form.lower):  # w_{11,new}, as a step of an update is written
            return form._replace(lower=f"{joined(indices)},{form.lower}")
        if form.lower and not single:  # the colon belongs to the places, not to the name: (q_w)_{2:5}
            return Form(self._brackets(self._spell(form)), lower=joined(indices))
        return form._replace(lower=",".join([form.lower, *indices]) if form.lower else joined(indices))

    def _delta(self, by: Node) -> Form | None:
        """The name of an adjoint, of a whole quantity or of an entry."""
        if isinstance(by, Index) and isinstance(by.base, Name):
            name = self.notation.delta(by.base.text)
            return None if name is None else self._entry(Name(name), by.subscripts)
        name = self.notation.delta(by.text) if isinstance(by, Name) else None
        return None if name is None else self._form_of_name(name)

    def subscript(self, item: Node | Slice) -> str:
        """One subscript, without blanks."""
        if not isinstance(item, Slice):
            return self.free(item).replace(" + ", "+").replace(" - ", "-")
        return ":".join("" if end is None else self.subscript(end) for end in (item.start, item.stop))

    def _of_form(self, form: Form) -> Piece:
        """A form printed; what is raised, or an override, takes no further exponent without brackets."""
        raised = form.upper or "^" in form.base
        return self._spell(form), POSTFIX if raised else ATOM

    def _name(self, node: Name) -> Piece:
        return self._of_form(self._form_of_name(node.text))

    def _index(self, node: Index) -> Piece:
        form = self.form(node)
        if form is None:
            indices = joined([self.subscript(item) for item in node.subscripts])
            twice = isinstance(node.base, Index)
            base = self._brackets(self.free(node.base)) if twice else self.at_least(node.base, ATOM)
            form = Form(base, lower=indices)
        return self._of_form(form)

    def _partial(self, node: Partial) -> Piece:
        form = self.form(node)
        return self._derivative(node) if form is None else self._of_form(form)

    def _negate(self, node: Negate) -> Piece:
        return "-" + self.at_least(node.arg, BIG), NEGATION

    def _marked(self, node: Marked) -> Piece:
        if node.kind == "laid":
            return self._laid(node.arg)
        text, level = self.piece(node.arg)
        return self._mark(node, text), level

    def _transpose(self, node: Transpose) -> Piece:
        return self._transposed(node.arg), POSTFIX

    def _apply(self, node: Apply) -> Piece:
        return self._called(node, bare=True)

    def _sum(self, node: Sum) -> Piece:
        last = len(node.terms) - 1
        parts = [self._term(node.terms[0], NEGATION, last > 0)]
        for k, term in enumerate(node.terms[1:], start=1):
            taken = subtracted(term)
            added = term if taken is None else taken
            parts += (" + " if taken is None else " - ", self._term(added, BIG, k < last))
        return "".join(parts), SUM

    def _term(self, node: Node, least: int, followed: bool) -> str:
        """A term of a sum; a sum without limits is closed before another term: `(∑ y) - y`."""
        if followed and isinstance(node, Negate) and least <= NEGATION:
            return "-" + self._term(node.arg, BIG, followed)
        open_ended = followed and _is_call(node) and self.piece(node)[1] == BIG
        return self.at_least(node, PRODUCT if open_ended else least)

    def _product(self, node: Product, after: Node | None = None) -> Piece:
        """The factors; `after` is what follows them where that could be taken for a part of the last one."""
        factors = node.factors
        text, level = self._factor(factors[0], QUOTIENT, factors[1])
        parts = [text]
        for k, style in enumerate(node.styles, start=1):
            following = factors[k + 1] if k + 1 < len(factors) else after
            text, level = self._factor(factors[k], POWER, following)
            if self._entrywise(node, k, style):
                between = self.star
            elif _is_one(factors[k - 1]):
                between = self.dot
            else:
                between = self._between(factors[k - 1], factors[k], text)
            parts += (between, text)
        return "".join(parts), BIG if level == BIG else PRODUCT

    def _factor(self, node: Node, least: int, following: Node | None) -> Piece:
        """A factor. A sum sign at the end needs no brackets; `sin x` needs them where what follows
        could be taken for a part of its argument.
        """
        if isinstance(node, Marked) and node.kind != "laid":
            text, level = self._factor(node.arg, least, following)
            return self._mark(node, text), level
        if isinstance(node, Apply):
            after = None if following is None else unmarked_top(following)
            bare = after is None or (isinstance(after, Apply) and after.function not in SIGNS)
            text, level = self._called(node, bare=bare)
        else:
            text, level = self.piece(node)
        if level >= least or (level == BIG and following is None):
            return text, level
        return self._brackets(text), ATOM

    def _entrywise(self, node: Product, k: int, style: Style) -> bool:
        """Whether the sign before factor k multiplies two arrays entry by entry."""
        if style != "star" or kind(node.factors[k], self.notation) == "scalar":
            return False
        return any(kind(factor, self.notation) != "scalar" for factor in node.factors[:k])
