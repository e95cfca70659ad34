"""This module chooses the points at which formulas are compared: ordinary, far, near, and beside every kink.

Points are exact and seeded. Numbers in the formulas are places where something may happen: points lie on
both sides of them and between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import isfinite
from random import Random
from typing import Any

from symdl.checking.sampling import sample
from symdl.core.differentiation import kinks_of
from symdl.core.evaluation import array_of
from symdl.formula.tree import Node, Number, Power, names
from symdl.formula.walking import walk
from symdl.grading.values import Shape, float_function

ORDINARY = 7
SCALES = (Fraction(1, 40), Fraction(7), Fraction(61), Fraction(997))
SEARCH = (Fraction(1), Fraction(5), Fraction(30), Fraction(200), Fraction(10**4), Fraction(10**7))
BESIDE = (Fraction(1, 10**3), Fraction(1, 10**6))
LANDMARKS = 12  # numbers in the formulas that points are put around
BISECTIONS = 40
Facts = Mapping[str, tuple[str, ...]]
RAW = frozenset({"real"})  # facts that leave a quantity free to be any number


class Points:
    """The points for formulas of some quantities."""

    def __init__(self, shapes: Mapping[str, Shape], facts: Facts, seed: int) -> None:
        self.shapes, self.facts, self.seed = shapes, facts, seed
        self.random = Random(seed)
        self.free = tuple(name for name in shapes if not set(facts.get(name, ())) - RAW)

    def ordinary(self, count: int = ORDINARY) -> Iterator[dict[str, Any]]:
        """Points of moderate size, of both signs."""
        for k in range(count):
            yield self._drawn(k)

    def wide(self) -> Iterator[dict[str, Any]]:
        """The same far out and close to zero."""
        for k, scale in enumerate(SCALES):
            yield self.scaled(self._drawn(100 + k), scale)

    def _drawn(self, k: int) -> dict[str, Any]:
        facts = tuple((name, self.facts.get(name, ())) for name in self.shapes)
        return dict(_drawn(tuple(self.shapes.items()), facts, self.seed * 1000 + k))

    def scaled(self, point: Mapping[str, Any], scale: Fraction) -> dict[str, Any]:
        """A point with its quantities stretched, as far as the facts about them allow."""
        stretched = self.free + tuple(n for n, f in self.facts.items() if n in point and f == ("positive",))
        return {name: value * scale if name in stretched else value for name, value in point.items()}

    def landmarks(self, nodes: Sequence[Node]) -> Iterator[dict[str, Any]]:
        """Points around the numbers in the formulas, for each scalar in turn."""
        marks = sorted({mark for node in nodes for mark in _numbers(node)})[:LANDMARKS]
        if not marks or (len(marks) == 1 and abs(marks[0]) < 2):
            return
        spots = [*(mark + mark / 977 for mark in marks), *((a + b) / 2 for a, b in pairwise(marks))]
        spots += [marks[-1] * 3 + 1, -marks[-1] * 3 - 1]
        for name in self.free:
            if not self.shapes[name]:
                for k, spot in enumerate(spots):
                    yield {**self._drawn(200 + k), name: spot}

    def exponents(self, nodes: Sequence[Node]) -> Iterator[dict[str, Any]]:
        """Points with small exponents, a half among them: powers of negative bases may differ there."""
        raised = sorted({name for node in nodes for name in _raised(node)} & set(self.free))
        for k, half in enumerate((None, *raised) if raised else ()):
            small = {name: Fraction(1, 2) if name == half else Fraction(2) for name in raised}
            for draw in range(3):
                yield {**self._drawn(400 + 3 * k + draw), **small}

    def beside_kinks(self, nodes: Sequence[Node]) -> Iterator[dict[str, Any]]:
        """Points on both sides of every kink, far from it and close to it."""
        names = tuple(self.shapes)
        if any(self.shapes.values()):
            return
        kinks = dict.fromkeys(kink for node in nodes for kink in kinks_of(node))
        for kink in list(kinks)[:8]:
            run = float_function(kink, names)
            if run is not None:
                yield from self._sides(run, names)

    def _sides(self, run: Callable[..., float], names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        low, high = self._opposite(run, names)
        if low is None or high is None:
            return
        yield low
        yield high
        for _ in range(BISECTIONS):
            middle = {name: (low[name] + high[name]) / 2 for name in names}
            if _sign(run, middle, names) == _sign(run, low, names):
                low = middle
            else:
                high = middle
        for step in BESIDE:
            for start, way in ((low, -1), (high, 1)):
                moved = {n: start[n] + way * step * (1 + abs(start[n])) for n in self.free}
                yield _short({**start, **moved})

    def _opposite(
        self, run: Callable[..., float], names: tuple[str, ...]
    ) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """Two points with opposite signs, searched farther and farther out."""
        found: dict[int, dict[str, Any]] = {}
        for scale in SEARCH:
            for k in range(4):
                point = self.scaled(self._drawn(300 + k), scale)
                found.setdefault(_sign(run, point, names), point)
                if 1 in found and -1 in found:
                    return found[-1], found[1]
        return None, None


def _raised(node: Node) -> Iterator[str]:
    """The names in exponents over bases with names."""
    for part in walk(node):
        if isinstance(part, Power) and names(part.base) - {"e", "pi"}:
            yield from names(part.exponent)


@lru_cache(4096)
def _drawn(
    shapes: tuple[tuple[str, Shape], ...], facts: tuple[tuple[str, tuple[str, ...]], ...], seed: int
) -> dict[str, Any]:
    """A random point; the same formulas are compared again and again in a class."""
    drawn = sample(dict(shapes), dict(facts), seed)
    return {name: _shaped(drawn[name], shape) for name, shape in shapes}


def _short(point: dict[str, Any]) -> dict[str, Any]:
    return {name: value.limit_denominator(10**15) for name, value in point.items()}


def _sign(run: Callable[..., float], point: Mapping[str, Any], names: tuple[str, ...]) -> int:
    value = run(*(float(point[name]) for name in names))
    return 0 if not isfinite(value) else (value > 0) - (value < 0)


def _shaped(values: tuple[Fraction, ...], shape: Shape) -> Any:
    return array_of(values, shape) if shape else values[0]


def _numbers(node: Node) -> Iterator[Fraction]:
    return (part.value for part in walk(node) if isinstance(part, Number))


def bits_for(nodes: Sequence[Node], least: int) -> int:
    """The precision at which the smallest and the largest number in the formulas both matter."""
    sizes = [abs(x.numerator).bit_length() + x.denominator.bit_length() for n in nodes for x in _numbers(n)]
    return max([least, *(128 + 2 * size for size in sizes if size > 40)])
