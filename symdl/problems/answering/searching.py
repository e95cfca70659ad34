"""This module searches a box for all common zeros of conditions, parts without a variable in common apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite, prod
from typing import Any

from symdl.checking import roots
from symdl.core.constants import number_at
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Node, names
from symdl.problems.given import given_value
from symdl.problems.names import declared

BOXES = (10, 5, 2, 1)  # the search looks between -10 and 10, in less where that is full of points
MAX_POINTS = 50  # that are still read
MAX_SEARCHED = 4  # variables

Equations = tuple[Node, ...]


@dataclass(frozen=True)
class Sides:
    """A box of the author's: the two ends of each side."""

    by: tuple[str, ...]
    ends: tuple[tuple[Node, ...], ...]

    @property
    def box(self) -> roots.Box:
        """The box in floats."""
        return tuple((number_at(low)[0], number_at(high)[0]) for low, high in self.ends)

    def __str__(self) -> str:
        sides = zip(self.by, self.ends, strict=True)
        return ", ".join(f"{to_plain(low)} <= {name} <= {to_plain(high)}" for name, (low, high) in sides)


def own_sides(ask: Any, by: Sequence[str]) -> Sides | None:
    """The box that a question names, None where it names none."""
    if ask.box is None:
        return None
    stated = ask.box if isinstance(ask.box, Mapping) else dict.fromkeys(by, ask.box)
    stated = {declared(name): ends for name, ends in stated.items()}
    for name in (*by, *stated):
        if name not in stated or name not in by:
            raise ProblemError("problem.box_sides", name=name, names=", ".join(by))
    own = Sides(tuple(by), tuple(tuple(map(_end, stated[name])) for name in by))
    for name, (low, high) in zip(by, own.box, strict=True):
        if not (isfinite(low) and isfinite(high) and low < high):
            raise ProblemError("problem.box_ends", name=name, low=low, high=high)
    return own


def no_box(ask: Any) -> None:
    """The refusal of a box where nothing is searched."""
    if ask.box is not None:
        raise ProblemError("problem.box_unused")


def _end(value: Any) -> Node:
    return given_value(value).items[0]


@dataclass(frozen=True)
class Searched:
    """A box with what was found in it, None where that is too much; `cube` is the width of one of ours."""

    box: roots.Box
    cube: int | None
    found: roots.Found | None


def searched(systems: Sequence[Equations], by: Sequence[str], own: Sides | None = None) -> Searched:
    """The zeros in one's own box, or in the largest of ours that is not too full of them.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(None, frozenset({"exp"}))
    >>> system = tuple(read_formula(text, scope) for text in ("exp(x) - 1", "y - 2"))
    >>> [tuple(round(x, 9) + 0.0 for x in zero) for zero in searched([system], ("x", "y")).found.zeros]
    [(0.0, 2.0)]
    """
    ours: list[tuple[roots.Box, int | None]] = [(roots.cube(width, len(by)), width) for width in BOXES]
    tries = ours if own is None else [(own.box, None)]
    for box, cube in tries:
        found = _in(systems, by, box)
        if found is not None:
            return Searched(box, cube, found)
    return Searched(*tries[-1], None)


def too_many(own: Sides | None) -> ProblemError:
    """The refusal to list points without number."""
    if own is None:
        return ProblemError("problem.too_many_points", box=BOXES[-1], limit=MAX_POINTS)
    return ProblemError("problem.too_many_points_inside", box=str(own), limit=MAX_POINTS)


def _in(systems: Sequence[Equations], by: Sequence[str], box: roots.Box) -> roots.Found | None:
    """The zeros of several systems together."""
    every = []
    for system in systems:
        found = _of_one(system, by, box)
        if found is None:
            return None
        every.append(found)
    together = roots.Found(
        roots.distinct([zero for each in every for zero in each.zeros]),
        roots.regions([region for each in every for region in each.left_open]),
        all(each.ended for each in every),
        roots.regions([region for each in every for region in each.flat]),
    )
    return together if len(together.zeros) <= MAX_POINTS else None


def _of_one(system: Equations, by: Sequence[str], box: roots.Box) -> roots.Found | None:
    """The zeros of a system: those of its parts, put together in every way."""
    sides, solved = dict(zip(by, box, strict=True)), []
    parts = apart(system, by)
    for equations, own in parts:
        found = roots.zeros(equations, own, tuple(sides[name] for name in own), MAX_POINTS)
        if found is None:
            return None
        if len(parts) == 1 or not (found.zeros or found.left_open or found.flat):
            return found
        if found.flat:
            return roots.zeros(system, by, box, MAX_POINTS)
        solved.append(found)
    if prod(len(each.zeros) for each in solved) > MAX_POINTS:
        return None
    order = [name for _, own in parts for name in own]
    place = [order.index(name) for name in by]
    zeros: list[tuple[float, ...]] = []
    left_open: list[roots.Box] = []
    for choice in product(*([*each.zeros, *each.left_open] for each in solved)):
        flat: list[Any] = [value for part in choice for value in part]
        values = [flat[k] for k in place]
        if all(isinstance(value, float) for value in values):
            zeros.append(tuple(values))
        else:
            left_open.append(tuple(v if isinstance(v, tuple) else (v, v) for v in values))
    return roots.Found(tuple(sorted(zeros)), tuple(left_open), all(each.ended for each in solved))


def apart(system: Equations, by: Sequence[str]) -> list[tuple[Equations, tuple[str, ...]]]:
    """The equations in groups that share variables, as many as these in each; else all of them as one.

    >>> from symdl.formula.tree import Name
    >>> [own for _, own in apart((Name("y"), Name("x")), ("x", "y"))]
    [('y',), ('x',)]
    """
    groups: list[tuple[Equations, set[str]]] = []
    for equation in system:
        used = set(names(equation)) & set(by)
        joined = [group for group in groups if group[1] & used]
        groups = [group for group in groups if not group[1] & used]
        equations = (*(each for other, _ in joined for each in other), equation)
        groups.append((equations, used.union(*(other for _, other in joined))))
    square = all(len(equations) == len(used) for equations, used in groups)
    if not square or sum(len(used) for _, used in groups) < len(by):
        return [(tuple(system), tuple(by))]
    return [(equations, tuple(name for name in by if name in used)) for equations, used in groups]
