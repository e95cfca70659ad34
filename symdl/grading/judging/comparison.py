"""This module decides whether two formulas are equal: proved different, equal to many digits, or undecided.

Disjoint balls at one point prove a difference, and that point is the counterexample. Balls that overlap to
thirty digits at every point, on both sides of every kink, mean equality. Balls too wide to tell are made
narrower; what stays unclear is undecided, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from symdl.checking.probe import precision
from symdl.errors import SymdlError
from symdl.formula.answer import Reading, readings
from symdl.formula.scope import Scope, free_names
from symdl.formula.tree import ONE, Index, Name, Node, Slice
from symdl.formula.vocabulary import Vocabulary
from symdl.grading.judging.equations import difference, same_equation, strictness_differs
from symdl.grading.judging.points import Points, bits_for
from symdl.grading.judging.reading import without_primes
from symdl.grading.values import FAILURES, Formula, Point, Shape, Value, balls_of, entries

Chain = tuple[Node, ...]  # the sides of `a = b = c`
Outcome = Literal["equal", "different", "undecided", "unreadable"]
BITS, MORE_BITS = 192, (768, 3072)
TIGHT = 1e-30
ENOUGH = 5  # points at which both have a value
SEED = 7


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing found: the outcome, and where the two differ or what could not be read.

    `left` and `right` are the values at `point`; `entry` is the first entry that differs, from 1; `counted`
    points had a value, `skipped` had none on either side.
    """

    outcome: Outcome
    point: Mapping[str, Any] = field(default_factory=dict)
    left: Any = None
    right: Any = None
    entry: tuple[int, ...] | None = None
    counted: int = 0
    skipped: int = 0
    shapes: tuple[Shape, Shape] | None = None
    error: SymdlError | None = None

    def __bool__(self) -> bool:
        return self.outcome == "equal"


def compare_nodes(
    left: Node,
    right: Node,
    shapes: Mapping[str, Shape],
    facts: Mapping[str, tuple[str, ...]] | None = None,
    seed: int = SEED,
) -> Comparison:
    """Two formulas of quantities of known shapes, within what is assumed of them."""
    if left == right:
        return Comparison("equal")
    if strictness_differs(left, right):
        return Comparison("different")
    pair = (Formula(left, shapes), Formula(right, shapes))
    if pair[0].shape != pair[1].shape:
        column = _column(pair)
        if column is not None:
            return compare_nodes(*column, shapes, facts, seed)
        return Comparison("different", shapes=(pair[0].shape, pair[1].shape))
    return _Search(pair, Points(shapes, facts or {}, seed)).run()


def _column(pair: tuple[Formula, Formula]) -> tuple[Node, Node] | None:
    """A vector and a matrix of one column as two vectors."""
    left, right = pair
    if len(left.shape) == 2 and left.shape == (*right.shape, 1):
        return Index(left.node, (Slice(None, None), ONE)), right.node
    if len(right.shape) == 2 and right.shape == (*left.shape, 1):
        return left.node, Index(right.node, (Slice(None, None), ONE))
    return None


class _Search:
    """One pair being compared point by point."""

    def __init__(self, pair: tuple[Formula, Formula], points: Points) -> None:
        self.pair, self.points = pair, points
        self.nodes = (pair[0].node, pair[1].node)
        self.bits = bits_for(self.nodes, BITS)
        self.counted = self.skipped = self.unclear = 0

    def run(self) -> Comparison:
        """The comparison, ended by the first difference."""
        for point in self._places():
            found = self._at(point)
            if found is not None:
                return found
        if self.counted < ENOUGH or self.unclear > self.counted:
            return Comparison("undecided", counted=self.counted, skipped=self.skipped)
        return Comparison("equal", counted=self.counted, skipped=self.skipped)

    def _places(self) -> Iterator[Point]:
        if not self.points.shapes:
            yield from ({} for _ in range(ENOUGH))
            return
        yield from self.points.ordinary()
        yield from self.points.wide()
        if self.counted < ENOUGH:
            yield from self._positive()
        yield from self.points.exponents(self.nodes)
        yield from self.points.landmarks(self.nodes)
        yield from self.points.beside_kinks(self.nodes)

    def _positive(self) -> Iterator[Point]:
        """Where hardly any point has a value, the positive ones may."""
        facts = {name: self.points.facts.get(name) or ("positive",) for name in self.points.shapes}
        inner = {name: self.points.facts.get(name) or ("unit",) for name in self.points.shapes}
        yield from Points(self.points.shapes, facts, self.points.seed + 1).ordinary(6)
        yield from Points(self.points.shapes, inner, self.points.seed + 2).ordinary(6)

    def _at(self, point: Point) -> Comparison | None:
        first = self.counted == 0
        for bits in (self.bits, *MORE_BITS):
            with precision(bits):
                a, b = self._values(point)
                verdict = judged(a, b)
                if verdict == "different":
                    return self._different(point, a, b)
            if verdict == "equal" and not (first and bits == self.bits):
                break
            if verdict == "nowhere":
                break
            first = False
        self.counted += verdict == "equal"
        self.skipped += verdict == "nowhere"
        self.unclear += verdict == "unclear"
        return None

    def _values(self, point: Point) -> tuple[Value, Value]:
        balls = balls_of(point, self.pair[0].names)
        return self.pair[0].at(balls), self.pair[1].at(balls)

    def _different(self, point: Point, a: Value, b: Value) -> Comparison:
        return Comparison(
            "different", dict(point), _shown(a), _shown(b), _entry(a, b), self.counted, self.skipped
        )


def judged(a: Value, b: Value) -> Literal["equal", "different", "nowhere", "unclear"]:
    """Two values at one point."""
    if a.status == b.status == "value":
        return _overlapping(a.ball, b.ball)
    if "unclear" in (a.status, b.status):
        return "unclear"
    if "overflow" in (a.status, b.status) or a.status == b.status:
        return "nowhere"
    return "different"


def _overlapping(a: Any, b: Any) -> Literal["equal", "different", "unclear"]:
    tight = True
    for x, y in zip(entries(a), entries(b), strict=True):
        if not x.overlaps(y):
            return "different"
        tight = tight and _tight(x) and _tight(y)
    return "equal" if tight else "unclear"


def _tight(x: Any) -> bool:
    return bool(x.rad() <= abs(x) * TIGHT or x.rad() < TIGHT)


def _shown(value: Value) -> Any:
    if value.status != "value":
        return None
    if isinstance(value.ball, np.ndarray):
        return np.array([float(item.mid()) for item in value.ball.flat]).reshape(value.ball.shape)
    return float(value.ball.mid())


def _entry(a: Value, b: Value) -> tuple[int, ...] | None:
    if a.status != "value" or b.status != "value" or not isinstance(a.ball, np.ndarray):
        return None
    for k, (x, y) in enumerate(zip(a.ball.flat, b.ball.flat, strict=True)):
        if not x.overlaps(y):
            return tuple(int(i) + 1 for i in np.unravel_index(k, a.ball.shape))
    return None


# Typed formulas


def compare(
    left: Any,
    right: Any,
    *,
    symbols: Sequence[str] | Mapping[str, Any] | None = None,
    assume: Mapping[str, Any] | None = None,
    seed: int = SEED,
) -> Comparison:
    """Whether two typed formulas are equal; `symbols` are their names, with shapes for arrays.

    Where a formula can be read in two ways, both are tried.

    >>> compare("2*x + 3*y", "3y + 2x", symbols=["x", "y"]).outcome
    'equal'
    """
    from symdl.problems.expression import text_of
    from symdl.problems.names import library_names

    shapes = _shapes(symbols)
    names = frozenset(shapes) if symbols is not None else None
    words = Vocabulary(Scope(names, library_names()), shapes)
    facts = {name: (fact,) if isinstance(fact, str) else tuple(fact) for name, fact in (assume or {}).items()}
    found: Comparison | None = None
    try:
        lefts, rights = Readings(text_of(left), words), Readings(text_of(right), words)
        for a in lefts:
            for b in rights:
                result = _compare_chains(a.lines, b.lines, shapes if names is not None else None, facts, seed)
                if result and _names_differ(a, b, names):
                    result = Comparison("different")
                if result or _same_equations(a, b, facts, seed):
                    return result or Comparison("equal")
                found = result if found is None else found
    except SymdlError as error:
        return Comparison("unreadable", error=error) if found is None else found
    except FAILURES:
        return Comparison("undecided") if found is None else found
    assert found is not None
    return found


class Readings:
    """The readings of a typed formula, read as they are asked for and kept."""

    def __init__(self, text: str, words: Vocabulary) -> None:
        self._more = readings(text, words)
        self._kept: list[Reading] = []

    def __iter__(self) -> Iterator[Reading]:
        yield from tuple(self._kept)
        for reading in self._more:
            self._kept.append(replace(reading, lines=tuple(map(without_primes, reading.lines))))
            yield self._kept[-1]


def _names_differ(left: Reading, right: Reading, names: frozenset[str] | None) -> bool:
    """Whether `x = 1` and `y = 1` are about two quantities, declared ones where there are; or one is empty.

    `f(x) = 1` and `y = 1` may be about the same; `1 = 1` is no answer that `x = 1` could be compared with.
    """
    both = {label.text for label in (left.label, right.label) if isinstance(label, Name)}
    if names is not None:
        return len(both & names) == 2
    empty = any(len(r.lines) > 1 and r.label is None and len(set(r.lines)) == 1 for r in (left, right))
    return (len(both) == 2 and len({"(" in name for name in both}) == 1) or (empty and bool(both))


def _same_equations(left: Reading, right: Reading, facts: Mapping[str, Any], seed: int) -> bool:
    """Whether two equations between numbers say the same."""
    one, other = difference(left), difference(right)
    if one is None or other is None or left.label == right.label is not None:
        return False
    shapes = _free(one, other)

    def equal(a: Node, b: Node) -> bool:
        return bool(compare_nodes(a, b, shapes, facts, seed))

    try:
        return same_equation(one, other, next(Points(shapes, facts, seed).ordinary()), equal)
    except SymdlError:
        return False


def _compare_chains(
    left: Chain, right: Chain, shapes: Mapping[str, Shape] | None, facts: Mapping[str, Any], seed: int
) -> Comparison:
    """The last sides of `a = b = c` on the left and on the right; every other side has to be the same."""
    a, b = left[-1], right[-1]
    found = compare_nodes(a, b, _free(a, b) if shapes is None else shapes, facts, seed)
    for side in (*left[:-1], *right[:-1]):
        if found:
            found = compare_nodes(side, b, _free(side, b) if shapes is None else shapes, facts, seed)
    return found


def _shapes(symbols: Sequence[str] | Mapping[str, Any] | None) -> dict[str, Shape]:
    from symdl.problems.names import declared

    if isinstance(symbols, Mapping):
        return {declared(name): tuple(shape or ()) for name, shape in symbols.items()}
    return {declared(name): () for name in symbols or ()}


def _free(*nodes: Node) -> dict[str, Shape]:
    return {name: () for node in nodes for name in free_names(node)}
