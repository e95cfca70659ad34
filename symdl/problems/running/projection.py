"""This module finds the projection onto what constraints allow, as a formula, where it has a closed form.

Bounds on single variables, one linear equation, one linear inequality, or one ball: the standard sets whose
nearest point is a formula. Whether a constraint is of such a kind is decided in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

from symdl.core.algebra import signed
from symdl.core.arithmetic import EXACT, Irrational
from symdl.core.compiling import compiled
from symdl.core.naming import array_node, leaf
from symdl.core.scalarize import entry_label, places
from symdl.derivation.running.layout import Layout
from symdl.errors import ProblemError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import (
    Apply,
    Compare,
    Index,
    Name,
    Negate,
    Node,
    Sum,
    exchanged,
    names,
    number,
    rebuild,
)  # fmt: skip
from symdl.ops.declaring import read
from symdl.problems.names import library_names

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

SAMPLES = 6  # random points at which the kind of a constraint is tested
FLAT, WALL = (
    read(text, "z", "a", "b") for text in ("z - (a^T z - b) / |a|^2 * a", "z - max(0, a^T z - b) / |a|^2 * a")
)
BALL, CENTERED = (
    read(text, "z", "r", "c") for text in ("c + min(1, r / |z - c|) (z - c)", "min(1, r / |z|) z")
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """`a·x ≤ b`, `a·x = b`, or with a radius `|x - a| ≤ r` where `bound` is r²."""

    normal: tuple[Fraction, ...]
    bound: Fraction
    equal: bool = False
    ball: bool = False

    @property
    def single(self) -> int | None:
        """The one variable that is bounded, None where several are bound together."""
        found = [k for k, part in enumerate(self.normal) if part]
        return found[0] if len(found) == 1 and not self.ball and not self.equal else None


def projection(solver: Solver, ask: Any, layout: Layout) -> Node:
    """The nearest point that the constraints of an ask allow, as a formula in `z`."""
    if not ask.subject_to:
        raise ProblemError("problem.constraints_missing", name="method", rule=ask.method)
    found = [
        _constraint(text, slack, relation, layout)
        for text, (slack, relation) in zip(ask.subject_to, compared(solver, ask, layout), strict=True)
    ]
    if all(each.single is not None for each in found):
        return _box(found, layout.size)
    if len(found) > 1:
        raise ProblemError("problem.no_projection", name="subject_to", got="; ".join(ask.subject_to))
    (only,) = found
    if only.ball:
        return _ball(only)
    table = {"a": _vector(only.normal), "b": signed(only.bound)}
    return _placed(FLAT if only.equal else WALL, table)


def compared(solver: Solver, ask: Any, layout: Layout) -> list[tuple[Node, str]]:
    """Each constraint as what must not be negative (or must be zero), with its relation."""
    found = []
    for node in stated(solver, ask, layout):
        left, right = (node.right, node.left) if node.relation in ("<=", "<") else (node.left, node.right)
        slack = left if right == number(0) else Sum((left, Negate(right)))
        found.append((slack, "=" if node.relation == "=" else ">="))
    return found


def stated(solver: Solver, ask: Any, layout: Layout) -> list[Compare]:
    """The constraints of an ask as they were written, given scalars that are not varied as numbers."""
    words = frozenset(name for name in solver.graph.by_name if isinstance(name, str))
    scope = Scope(words | set(layout.places), library_names())
    found = []
    for text in ask.subject_to:
        node = read_formula(text, scope)
        if not isinstance(node, Compare) or node.relation == "!=":
            raise ProblemError("problem.not_a_constraint", name="subject_to", got=text)
        sides = (_filled(solver, side, layout) for side in (node.left, node.right))
        found.append(Compare(node.relation, *sides))
    return found


def _filled(solver: Solver, node: Node, layout: Layout) -> Node:
    """A formula with the given scalars that are not varied as numbers."""
    known = {
        name: solver.problem.given[name].items[0]
        for name in names(node)
        if name in solver.problem.given and name not in layout.places and not solver.problem.given[name].shape
    }
    return _placed(node, known)


def _placed(node: Node, table: Mapping[str, Node]) -> Node:
    if isinstance(node, Name):
        return table.get(node.text, node)
    return rebuild(node, lambda child: _placed(child, table))


def _constraint(text: str, slack: Node, relation: str, layout: Layout) -> Constraint:
    """The kind of a constraint, from exact values of its slack; every kind is tested at random points."""
    leaves = [leaf(str(entry_label(name, place))) for name, (_, shape) in layout.places.items()
              for place in places(shape)]  # fmt: skip
    spare = tuple(f"entry{k}" for k in range(len(leaves)))
    body = exchanged(slack, dict(zip(leaves, map(Name, spare), strict=True)))
    if not set(names(body)) <= set(spare):
        raise ProblemError("problem.not_a_constraint", name="subject_to", got=text)
    run = compiled(body, spare, EXACT)

    def value(point: Sequence[Fraction]) -> Fraction:
        return Fraction(run(*point))

    try:
        found = _affine(value, len(spare), relation) or _round(value, len(spare), relation)
    except Irrational:
        found = None
    if found is None:
        raise ProblemError("problem.no_projection", name="subject_to", got=text)
    return found


def _affine(value: Any, size: int, relation: str) -> Constraint | None:
    """`b - a·x ≥ 0`, where that is what the slack is."""
    start = value([Fraction(0)] * size)
    slopes = tuple(value(_unit(k, size)) - start for k in range(size))
    for point in _points(size):
        if value(point) != start + sum(a * x for a, x in zip(slopes, point, strict=True)):
            return None
    return Constraint(tuple(-a for a in slopes), start, relation == "=") if any(slopes) else None


def _round(value: Any, size: int, relation: str) -> Constraint | None:
    """`k (r² - |x - c|²) ≥ 0`, where that is what the slack is."""
    start = value([Fraction(0)] * size)
    up, down = ([value(_unit(k, size, way)) for k in range(size)] for way in (1, -1))
    bends = {(a + b) / 2 - start for a, b in zip(up, down, strict=True)}
    if len(bends) != 1 or relation == "=" or min(bends) >= 0:
        return None
    scale = -bends.pop()
    center = tuple((a - b) / (4 * scale) for a, b in zip(up, down, strict=True))
    square = start / scale + sum(c * c for c in center)
    for point in _points(size):
        away = sum((x - c) ** 2 for x, c in zip(point, center, strict=True))
        if value(point) != scale * (square - away):
            return None
    return Constraint(center, square, ball=True) if square > 0 else None


def _unit(k: int, size: int, way: int = 1) -> list[Fraction]:
    return [Fraction(way if j == k else 0) for j in range(size)]


def _points(size: int) -> list[list[Fraction]]:
    random = Random(size)
    return [
        [Fraction(random.randint(-99, 99), random.randint(1, 9)) for _ in range(size)] for _ in range(SAMPLES)
    ]


# Formulas


def _box(found: Sequence[Constraint], size: int) -> Node:
    """Every entry between its bounds."""
    entries: list[Node] = [
        Name("z") if size == 1 else Index(Name("z"), (number(k + 1),)) for k in range(size)
    ]
    for each in found:
        k = each.single
        assert k is not None
        bound = signed(each.bound / each.normal[k])
        entries[k] = Apply("min" if each.normal[k] > 0 else "max", (bound, entries[k]))
    return entries[0] if size == 1 else array_node(entries, (size,))


def _ball(only: Constraint) -> Node:
    radius: Node = Apply("sqrt", (signed(only.bound),))
    with suppress(Irrational):
        radius = signed(EXACT.function("sqrt")(only.bound))
    if not any(only.normal):
        return _placed(CENTERED, {"r": radius})
    return _placed(BALL, {"r": radius, "c": _vector(only.normal)})


def _vector(parts: Sequence[Fraction]) -> Node:
    return array_node([signed(part) for part in parts], (len(parts),)) if len(parts) > 1 else signed(parts[0])
