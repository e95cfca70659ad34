"""This module says what a move is, a small rewriting of a formula that keeps its worth, and applies moves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from symdl.core.dims import Shape
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.formula.tree import Apply, Index, Marked, Name, Node, Number, Partial, children, rebuild

LINEAR = ("sum", "diag", "trace", "roll")  # a number in their argument may as well stand in front of them
TOTALS = ("sum", "mean", "trace", "dot", "norm")  # of all entries, where no axis is named


@dataclass(frozen=True, slots=True)
class Facts:
    """What the moves may assume: what has entries, in a matrix each row, that sum to one; names of sizes;
    how many axes a quantity has.
    """

    distributions: Mapping[str, Shape] = field(default_factory=dict)
    sizes: frozenset[str] = frozenset()
    symmetric: frozenset[str] = frozenset()
    ranks: Mapping[Node, int] = field(default_factory=dict)

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
Rewrite = Callable[[Node, Facts], Node]
ROUNDS = 20  # of moves, after which a formula is left as it is


@dataclass(frozen=True, slots=True)
class Move:
    """A named move; `once` rewrites one node of these kinds, whose parts are already rewritten."""

    key: str
    once: Rewrite
    kinds: frozenset[type[Node]]

    def changes(self, parts: Mapping[type[Node], Sequence[Node]], facts: Facts) -> bool:
        """Whether the move rewrites any of some parts, which stand by their kind."""
        for kind in self.kinds & parts.keys():
            for part in parts[kind]:
                after = self.once(part, facts)
                if after is not part and after != part:
                    return True
        return False


def move(key: str, once: Rewrite, *kinds: type[Node]) -> Move:
    """A move over nodes of some kinds."""
    return Move(key, once, frozenset(kinds))


@dataclass(frozen=True, slots=True)
class Form:
    """A formula with the move that led to it."""

    rule: str
    node: Node


def moved(
    node: Node, moves: Sequence[Move], facts: Facts = NO_FACTS, settled: Collection[int] = ()
) -> Iterator[Form]:
    """The forms that a formula takes by some moves in turn, until none changes it.

    `settled` are the identities of parts that no move changes any more.
    """
    parts = _parts(node, settled)
    idle = 0  # moves in a row that changed nothing
    for move in islice(cycle(moves), ROUNDS * len(moves)):
        if idle == len(moves):
            return
        idle += 1
        if not move.changes(parts, facts):
            continue
        after = everywhere(node, move, facts)
        if after != node:
            node, parts, idle = after, _parts(after, settled), 0
            yield Form(move.key, node)


def _parts(node: Node, settled: Collection[int]) -> Mapping[type[Node], Sequence[Node]]:
    """By their kind, all parts of a formula that a move can change: no names and numbers, and of ∂L/∂z the
    whole.
    """
    found: dict[type[Node], list[Node]] = {}
    waiting = [node]
    while waiting:
        part = waiting.pop()
        found.setdefault(type(part), []).append(part)
        if not isinstance(part, Partial):
            waiting.extend(
                child
                for child in children(part)
                if not isinstance(child, Name | Number) and id(child) not in settled
            )
    return found


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
