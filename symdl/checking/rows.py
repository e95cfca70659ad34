"""This module compares written formulas at points, with every derivative in them taken by differences.

A row may hold derivatives that are not carried out, `d/dx(x²)` or `dy/dz`: they are central differences in
ball arithmetic, with a step so small that the truncation lies far below the tolerance. No rule of
differentiation is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from random import Random
from typing import Any

from symdl.autodiff.unrolling import unrolled
from symdl.checking.probe import difference, precision
from symdl.checking.sampling import elsewhere
from symdl.core.algebra import ratio
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.compiling import body_function
from symdl.core.differentiation import differentiate, kinks_of
from symdl.core.elementary import CONSTANTS
from symdl.core.facts import WEIGHTS
from symdl.core.holding import apart
from symdl.core.indexing import evaluate as constant_value
from symdl.core.op import pointwise
from symdl.errors import DomainError
from symdl.formula.tree import (
    ZERO,
    Apply,
    Name,
    Node,
    Number,
    Partial,
    children,
    names,
    rebuild,
    substitute,
)  # fmt: skip

BITS = 400  # of the balls, and more for every order of a derivative
STEP = Fraction(1, 2**100)
TOLERANCE = 1e-40
POINTS = 4  # random points that count
TRIES = 40

Balls = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """What the names of a formula stand for: lines by their formulas, inputs by their facts."""

    lines: Mapping[str, Node]
    facts: Mapping[str, tuple[str, ...]]

    def value(self, node: Node, at: Balls) -> Any:
        """The value of a formula where some names have values; a line without one is worked out."""
        fresh: Balls = {}
        body = self._prepared(unrolled(node), at, fresh)
        known = {name: self._named(name, at) for name in names(body) - fresh.keys()} | fresh
        params = tuple(known)
        return body_function(pointwise("row", params, body), BALL)(*known.values())

    def _named(self, name: str, at: Balls) -> Any:
        return at[name] if name in at else self.value(self.lines[name], at)

    def _prepared(self, node: Node, at: Balls, fresh: Balls) -> Node:
        """The formula with a name for each derivative and constant, whose values have today's precision."""
        if isinstance(node, Number) and node.value.denominator != 1:
            return ratio(node.value)
        if isinstance(node, Name) and node.text in CONSTANTS:
            fresh[node.text] = BALL.constant(node.text)
        if isinstance(node, Partial):
            name = f"derivative{len(fresh)}"
            fresh[name] = self._derivative(node, at)
            return Name(name)
        if isinstance(node, Apply) and node.function == "limit":
            name = f"limit{len(fresh)}"
            fresh[name] = self._limit(node, at)
            return Name(name)
        return rebuild(node, lambda child: self._prepared(child, at, fresh))

    def _limit(self, node: Apply, at: Balls) -> Any:
        """The mean of both sides, so near that what is left lies far below the tolerance."""
        body, name, goal = node.args
        assert isinstance(name, Name)
        middle, h = self.value(goal, at), BALL.number(STEP)
        after, before = (self.value(body, {**at, name.text: middle + side * h}) for side in (1, -1))
        return (after + before) / 2

    def _derivative(self, node: Partial, at: Balls) -> Any:
        """A central difference; of order n, where all are by one name, from n + 1 values and not from 2^n."""
        (*rest, by) = node.by
        n = len(node.by) if all(each == by for each in rest) else 1
        rest = rest if n == 1 else []
        assert isinstance(by, Name)
        inner: Node = Partial(node.of, tuple(rest), node.kind) if rest else node.of
        fixed = self._held(node, by.text, at) | at
        free, held = apart(self.whole(node))
        if held:  # what is held fixed keeps the value that it has here
            inner = Partial(free, tuple(rest), node.kind) if rest else free
            fixed |= {name: self.value(arg, fixed) for name, arg in held.items()}
        here, h = self._named(by.text, fixed), BALL.number(STEP)
        values = (self.value(inner, {**fixed, by.text: here + (n - 2 * k) * h}) for k in range(n + 1))
        return sum((-1) ** k * comb(n, k) * value for k, value in enumerate(values)) / (2 * h) ** n

    def _held(self, node: Partial, by: str, at: Balls) -> Balls:
        """A local derivative holds every other name of its line fixed."""
        if node.kind != "local":
            return {}
        inside = names(self._line(node.of)) - {by, "pi", "e"}
        return {name: self._named(name, at) for name in inside if name in at or name in self.lines}

    def _line(self, node: Node) -> Node:
        """A line by its name, anything else as it is."""
        return self.lines.get(node.text, node) if isinstance(node, Name) else node

    def whole(self, node: Partial) -> Node:
        """What a derivative is taken of, with every line put in but those it is taken by."""
        by = {name.text for name in node.by if isinstance(name, Name)}
        if node.kind == "local":
            return self._line(node.of)
        return self._put_in(node.of, by)

    def _put_in(self, node: Node, but: set[str]) -> Node:
        inner = {n: self._put_in(self.lines[n], but) for n in names(node) if n in self.lines and n not in but}
        return substitute(node, inner)

    def inputs(self, nodes: tuple[Node, ...]) -> frozenset[str]:
        """The names without a line that some formulas rest on, those inside derivatives too."""
        found: set[str] = set()
        for node in nodes:
            for name in all_names(node) - {"pi", "e"}:
                found |= self.inputs((self.lines[name],)) if name in self.lines else {name}
        return frozenset(found)


def all_names(node: Node) -> frozenset[str]:
    """Every name in a formula, those in the symbols of derivatives among them."""
    if isinstance(node, Partial):
        return all_names(node.of).union(*map(all_names, node.by))
    return names(node).union(*map(all_names, children(node)))


def deviation(scene: Scene, rows: tuple[Node, ...], extra: Mapping[str, Node], seed: int) -> float | None:
    """The largest deviation of rows from the first of them, at random points and beside every kink.

    `extra` are names that only these rows use. None where no point could be compared.
    """
    scene = Scene({**scene.lines, **extra}, scene.facts)
    worst: float | None = None
    counted, enough = 0, POINTS + 2 * len(kinks(rows))
    with precision(BITS + 100 * max(map(order, rows))):
        for point in points(scene, rows, seed):
            error = _at(scene, rows, {name: BALL.number(value) for name, value in point.items()})
            if error is not None:
                worst, counted = max(error, worst or 0.0), counted + 1
            if counted >= enough:
                break
    return worst


def order(node: Node) -> int:
    """How often derivatives are nested in a formula."""
    limits = isinstance(node, Apply) and node.function == "limit"
    own = len(node.by) if isinstance(node, Partial) else int(limits)
    return own + max(map(order, children(node)), default=0)


def _at(scene: Scene, rows: tuple[Node, ...], at: Balls) -> float | None:
    try:
        values = [scene.value(row, at) for row in rows]
        return max(difference(value, values[0]) for value in values)
    except (DomainError, Undecided, OverflowError):
        return None


def kinks(rows: tuple[Node, ...]) -> tuple[Node, ...]:
    """The expressions that vanish where some row has a kink."""
    return tuple(dict.fromkeys(kink for row in rows for part in _formulas(row) for kink in kinks_of(part)))


def _formulas(row: Node) -> Iterator[Node]:
    if isinstance(row, Partial):
        yield from _formulas(row.of)
        return
    yield rebuild_without(row)
    for child in children(row):
        yield from (part for part in _formulas(child) if isinstance(child, Partial))


def rebuild_without(node: Node) -> Node:
    """A formula with a plain name for each derivative in it."""
    return Name("derivative") if isinstance(node, Partial) else rebuild(node, rebuild_without)


def points(scene: Scene, rows: tuple[Node, ...], seed: int) -> Iterator[dict[str, Fraction]]:
    """Points on both sides of the kinks that can be solved for, then random ones, ever wider."""
    inputs = sorted(scene.inputs(rows))
    random = Random(seed)
    for kink in kinks(rows):
        yield from _beside(kink, inputs, random)
    for attempt in range(TRIES):
        width = 2 if attempt < TRIES // 2 else 8
        yield {name: _draw(random, scene.facts.get(name, ()), width) for name in inputs}
    for scale, shift in elsewhere((*rows, *scene.lines.values())):
        free = {name for name in inputs if not scene.facts.get(name)}
        drawn = {name: _draw(random, scene.facts.get(name, ()), 1) for name in inputs}
        yield {name: value * scale + shift if name in free else value for name, value in drawn.items()}


def _beside(kink: Node, inputs: list[str], random: Random) -> Iterator[dict[str, Fraction]]:
    """Two points around the zero of a kink that is linear in one name."""
    for name in sorted(names(kink) & set(inputs)):
        slope = constant_value(differentiate(kink, name))
        start = constant_value(substitute(kink, {name: ZERO}))
        if slope and start is not None:
            for side in (-1, 1):
                other = {n: _draw(random, (), 2) for n in inputs}
                yield {**other, name: -start / slope + Fraction(side * random.randint(20, 400), 1000)}


def _draw(random: Random, facts: tuple[str, ...], width: int) -> Fraction:
    if {"unit", *WEIGHTS} & set(facts):
        return Fraction(random.randint(50, 950), 1000) + Fraction(1, 7919)
    low = 1 if "positive" in facts or random.random() < 0.5 else -1000
    if "integer" in facts:
        return Fraction(random.randint(1 if low > 0 else -4, 5))
    return Fraction(random.randint(low, 1000) * width, 1000) + Fraction(1, 7919)
