"""This module reads nested distinctions of cases as what they are: ranges of one quantity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symdl.formula.tree import Apply, Compare, Negate, Node, Number, Quotient, Relation, unmarked


@dataclass(frozen=True, slots=True)
class Range:
    """The values of a quantity between two numbers, each with whether it belongs to the range."""

    of: Node
    low: Node | None = None
    high: Node | None = None
    closed: tuple[bool, bool] = (False, False)

    @property
    def condition(self) -> Compare:
        """The range as one comparison, where one side of it is open or it is one number."""
        if self.low is not None and self.high is not None:
            return Compare("=", self.of, self.low)
        if self.low is not None:
            return Compare(">=" if self.closed[0] else ">", self.of, self.low)
        assert self.high is not None
        return Compare("<=" if self.closed[1] else "<", self.of, self.high)

    @property
    def empty(self) -> bool:
        """Whether no number is in it."""
        if self.low is None or self.high is None:
            return False
        low, high = _number(self.low), _number(self.high)
        return low > high or (low == high and not all(self.closed))

    def above(self, number: Node, closed: bool) -> Range:
        """What of it lies above a number."""
        if self.low is not None and (_number(number), not closed) < (_number(self.low), not self.closed[0]):
            return self
        return replace(self, low=number, closed=(closed, self.closed[1]))

    def below(self, number: Node, closed: bool) -> Range:
        """What of it lies below a number."""
        if self.high is not None and (_number(number), closed) > (_number(self.high), self.closed[1]):
            return self
        return replace(self, high=number, closed=(self.closed[0], closed))


def _number(node: Node) -> Fraction:
    """The value of a number, of one with a sign, of a fraction of two."""
    if isinstance(node, Negate):
        return -_number(node.arg)
    if isinstance(node, Quotient):
        return _number(node.numerator) / _number(node.denominator)
    assert isinstance(node, Number)
    return node.value


def _is_number(node: Node) -> bool:
    if isinstance(node, Quotient):
        return _is_number(node.numerator) and _is_number(node.denominator) and _number(node.denominator) != 0
    return _is_number(node.arg) if isinstance(node, Negate) else isinstance(node, Number)


def ranges(node: Node) -> list[tuple[Node, Range]]:
    """The values of nested `where`, each with the range in which it holds; none where the conditions are
    no comparisons of one quantity with numbers.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(frozenset("zs"), frozenset(["where"]))
    >>> found = ranges(read_formula("where(z > 0, 1, where(z < 0, -1, s))", scope))
    >>> [part.condition.relation for value, part in found]
    ['>', '<', '=']
    """
    first = _condition(node)
    if first is None:
        return []
    found = _parted(node, Range(first.left))
    return [] if found is None else [(value, part) for value, part in found if not part.empty]


def _condition(node: Node) -> Compare | None:
    """The comparison of a `where` of a quantity with a number."""
    if isinstance(node, Apply) and node.function == "where" and len(node.args) == 3:
        condition = unmarked(node.args[0])
        if isinstance(condition, Compare) and condition.relation in _SIDES:
            return condition if _is_number(condition.right) else None
    return None


_SIDES: dict[Relation, tuple[bool, bool]] = {  # whether it lies above, and whether the number belongs to it
    ">": (True, False), ">=": (True, True), "<": (False, False), "<=": (False, True),
}  # fmt: skip


def _parted(node: Node, part: Range) -> list[tuple[Node, Range]] | None:
    if not (isinstance(node, Apply) and node.function == "where"):
        return [(node, part)]
    condition = _condition(node)
    if condition is None or condition.left != part.of:
        return None
    number = condition.right
    up, closed = _SIDES[condition.relation]
    inside = part.above(number, closed) if up else part.below(number, closed)
    outside = part.below(number, not closed) if up else part.above(number, not closed)
    branches = [_parted(node.args[1], inside), _parted(node.args[2], outside)]
    return None if None in branches else [found for branch in branches if branch for found in branch]
