"""This module says what a move is, a small rewriting of a formula that keeps its worth, and applies moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import cycle, islice
from types import MappingProxyType
from typing import NamedTuple

from symdl.core.dims import Shape
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.formula.tree import Apply, Index, Marked, Name, Node, Number, Partial, children, rebuild

LINEAR = ("sum", "diag", "trace", "roll")  # a number in their argument may as well stand in front of them
TOTALS = ("sum", "mean", "trace", "dot", "norm")  # of all entries, where no axis is named


@dataclass(frozen=True, slots=True)
class Facts:
    """What the moves may assume: what has entries, in a matrix each row, that sum to one; names of sizes;
    how many axes a quantity has; the matrices whose columns sum to one.
    """

    distributions: Mapping[str, Shape] = field(default_factory=dict)
    sizes: frozenset[str] = frozenset()
    symmetric: frozenset[str] = frozenset()
    ranks: Mapping[Node, int] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()

    def rank(self, text: str) -> int:
        """The number of axes of a distribution, 0 for any other quantity."""
        return len(self.distributions.get(text, ()))

    def is_row(self, node: Node) -> bool:
        """Whether a vector sums to one: a distribution, a member `y[2]` of that name, a row of a matrix."""
        match node:
            case Name(text):
                return self.rank(text) == 1
            case Index(Name(text), (Number(value),)) if value.denominator == 1:
                return self.rank(text) == 2 or self.rank(f"{text}[{value}]") == 1
        return False


NO_FACTS = Facts()
NONE_TIDY: Mapping[int, Settled] = MappingProxyType({})
Rewrite = Callable[[Node, Facts], Node]
ROUNDS = 20  # of moves, after which a formula is left as it is


@dataclass(frozen=True, slots=True)
class Move:
    """A named move; `once` rewrites one node of these kinds, whose parts are already rewritten.

    It changes nothing in a formula without a part of a kind that it `needs`, where it needs any.
    """

    key: str
    once: Rewrite
    kinds: frozenset[type[Node]]
    needs: frozenset[type[Node]] = frozenset()

    def changes(self, parts: Parts, facts: Facts) -> bool:
        """Whether the move rewrites any part."""
        for kind in self.kinds & parts.restless.keys():
            for part in parts.restless[kind]:
                after = self.once(part, facts)
                if after is not part and after != part:
                    return True
        return False


def move(key: str, once: Rewrite, *kinds: type[Node], needs: tuple[type[Node], ...] = ()) -> Move:
    """A move over nodes of some kinds."""
    return Move(key, once, frozenset(kinds), frozenset(needs))


class Settled(NamedTuple):
    """A part that no move changes any more, and the kinds of parts that it is made of."""

    node: Node
    kinds: frozenset[type[Node]]


def settled(node: Node, tidy: Mapping[int, Settled]) -> Settled:
    """A part that is tidy, of which some parts may be known to be."""
    return Settled(node, frozenset(_parts(node, tidy).kinds))


class Parts(NamedTuple):
    """The parts of a formula that a move may change, by their kind, and the kinds of all its parts."""

    restless: Mapping[type[Node], Sequence[Node]]
    kinds: Set[type[Node]]


@dataclass(frozen=True, slots=True)
class Form:
    """A formula with the move that led to it."""

    rule: str
    node: Node


def moved(
    node: Node, moves: Sequence[Move], facts: Facts = NO_FACTS, tidy: Mapping[int, Settled] = NONE_TIDY
) -> Iterator[Form]:
    """The forms that a formula takes by some moves in turn, until none changes it.

    `tidy` are, by their identity, parts that no move changes any more.
    """
    parts = _parts(node, tidy)
    idle = 0  # moves in a row that changed nothing
    for move in islice(cycle(moves), ROUNDS * len(moves)):
        if idle == len(moves):
            return
        idle += 1
        if (move.needs and move.needs.isdisjoint(parts.kinds)) or not move.changes(parts, facts):
            continue
        after = everywhere(node, move, facts)
        if after != node:
            node, parts, idle = after, _parts(after, tidy), 0
            yield Form(move.key, node)


def _parts(node: Node, tidy: Mapping[int, Settled]) -> Parts:
    """The parts of a formula; those of ∂L/∂z are left out, and no move changes a name or a number alone."""
    restless: dict[type[Node], list[Node]] = {}
    kinds: set[type[Node]] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        kind = type(part)
        kinds.add(kind)
        if kind is Name or kind is Number:
            continue
        if (known := tidy.get(id(part))) is not None:
            kinds |= known.kinds
            continue
        restless.setdefault(kind, []).append(part)
        if kind is not Partial:
            waiting.extend(children(part))
    return Parts(restless, kinds)


def everywhere(node: Node, move: Move, facts: Facts) -> Node:
    """A move applied to every part of a formula, innermost first."""
    if isinstance(node, Partial):
        return move.once(node, facts) if Partial in move.kinds else node
    node = _in_shape(node, rebuild(node, lambda child: everywhere(child, move, facts)))
    return move.once(node, facts) if type(node) in move.kinds else node


def _in_shape(before: Node, after: Node) -> Node:
    """A call as it was where a move would leave a number of an array whose shape the call heeds: of x - x
    along an axis.
    """
    if not isinstance(before, Apply) or not isinstance(after, Apply) or not _heeds_shape(before):
        return after
    lost = any(
        isinstance(new, Number) and not isinstance(old, Number)
        for old, new in zip(before.args, after.args, strict=True)
    )
    return before if lost else after


def _heeds_shape(node: Apply) -> bool:
    entrywise = node.function in POINTWISE or node.function in ELEMENTARY
    return bool(node.keywords) or not (entrywise or node.function in TOTALS)


def bare(node: Node) -> Node:
    """A node without a mark on itself."""
    return bare(node.arg) if isinstance(node, Marked) else node
