"""This module finds what formulas have in common that differ in a number counting on: a formula in t.

`h[1] x[2]`, `h[2] x[3]`, `h[3] x[4]` are `h[t] x[t+1]` for t = 1, 2, 3. What was found is compared with every
one of the formulas, so that nothing is said of them that does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symdl.formula.tree import ZERO, Name, Negate, Node, Number, Repeat, Sum, children, number, plus, rebuild

Meeting = Callable[[Node, Node], Node | None]


class Unlike(Exception):
    """Two formulas that differ in more than numbers counting on."""


@dataclass(frozen=True)
class General:
    """A formula in a letter, and the number for which the letter stands in the first of the formulas."""

    node: Node
    letter: str
    first: int
    step: int

    def is_at(self, value: int, form: Node) -> bool:
        """Whether a formula is this one with a number for the letter."""

        def meet(ours: Node, theirs: Node) -> Node | None:
            slot = _slot(ours, self.letter)
            if slot is None:
                return ours if ours == theirs else None
            sign, const = slot
            if not isinstance(theirs, Number) or theirs.value != const + sign * value:
                raise Unlike
            return ours

        try:
            _merged(self.node, form, meet)
        except Unlike:
            return False
        return True


def general(first: Node, second: Node, letter: str) -> General | None:
    """What two formulas are that stand next to each other in a series, None where they do not.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> read = lambda text: read_formula(text, Scope())
    >>> found = general(read("h[1] x[2] - b[1,7]"), read("h[2] x[3] - b[2,7]"), "t")
    >>> to_plain(found.node), found.first
    ('h[t] x[t + 1] - b[t, 7]', 1)
    """
    start: list[tuple[Fraction, Fraction]] = []

    def meet(one: Node, other: Node) -> Node | None:
        if one == other or not (isinstance(one, Number) and isinstance(other, Number)):
            return one if one == other else None
        change = other.value - one.value
        if abs(change) != 1 or one.value.denominator != 1:
            raise Unlike
        if not start:
            start.append((one.value, change))
        value, step = start[0]
        sign = 1 if change == step else -1
        return _written(sign, int(one.value - sign * value), letter)

    try:
        node = _merged(first, second, meet)
    except Unlike:
        return None
    return General(node, letter, int(start[0][0]), int(start[0][1])) if start else None


def gathered(node: Node, letter: str, many: int) -> Node:
    """A formula with sums of more than so many terms of one form written as bound sums.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> to_plain(gathered(read_formula("c + h[1] x[0] + h[2] x[1] + h[3] x[2]", Scope()), "t", 2))
    'c + sum(h[t] x[t - 1], t=1..3)'
    """
    if isinstance(node, Sum) and len(node.terms) > many:
        return plus(*_runs(node.terms, letter, many))
    return rebuild(node, lambda part: gathered(part, letter, many))


def _runs(terms: Sequence[Node], letter: str, many: int) -> list[Node]:
    found: list[Node] = []
    k = 0
    while k < len(terms):
        common = general(terms[k], terms[k + 1], letter) if k + 1 < len(terms) else None
        stop = k + 1
        while common and stop < len(terms) and common.is_at(_value(common, stop - k), terms[stop]):
            stop += 1
        if common is not None and stop - k > many:
            ends = sorted((common.first, _value(common, stop - k - 1)))
            found.append(Repeat("sum", common.node, letter, *map(number, ends)))
        else:
            stop = k + 1
            found.append(terms[k])
        k = stop
    return found


def _value(common: General, count: int) -> int:
    return common.first + count * common.step


def _merged(one: Node, other: Node, meet: Meeting) -> Node:
    """Two formulas of one build as one, their parts as `meet` says, or like where it says nothing."""
    met = meet(one, other)
    if met is not None:
        return met
    inner = list(zip(children(one), children(other), strict=False))
    if not inner or rebuild(one, lambda _: ZERO) != rebuild(other, lambda _: ZERO):
        raise Unlike
    parts = iter([_merged(left, right, meet) for left, right in inner])
    return rebuild(one, lambda _: next(parts))


def _written(sign: int, const: int, letter: str) -> Node:
    """`t + 2`, `t - 1` or `5 - t`."""
    if sign < 0:
        return plus(number(const), Negate(Name(letter)))
    if not const:
        return Name(letter)
    return plus(Name(letter), number(const) if const > 0 else Negate(number(-const)))


def _slot(node: Node, letter: str) -> tuple[int, int] | None:
    """The sign and the constant of a place that counts on."""
    match node:
        case Name(text) if text == letter:
            return 1, 0
        case Sum((Name(text), Number(value))) if text == letter:
            return 1, int(value)
        case Sum((Name(text), Negate(Number(value)))) if text == letter:
            return 1, -int(value)
        case Sum((Number(value), Negate(Name(text)))) if text == letter:
            return -1, int(value)
    return None
