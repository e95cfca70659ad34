"""This module finds stationary points: exactly where algebra does, certified in a box where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symdl.autodiff.gathering import told
from symdl.checking import elimination, roots
from symdl.core.algebra import signed
from symdl.core.constants import number_at
from symdl.derivation.convexity.bounding import sign_everywhere
from symdl.derivation.convexity.stationary import Point
from symdl.errors import ProblemError
from symdl.formula.tree import Name, Node, number, substitute
from symdl.problems.answering import exact_roots

BOXES = (10, 5, 2, 1)  # the interval search looks between -10 and 10, in less where that is full of points
MAX_POINTS = 50  # that are still read
SIMPLE = 12  # the largest denominator of a point that is guessed
MAX_GUESSES = 4
NOTHING = 1e-15  # beside the box that is searched
FREE = (0, 1, 2)  # numbers that are tried for a free coordinate
MAX_SEARCHED = 2  # variables of an interval search beside an exact solution


@dataclass(frozen=True)
class Findings:
    """The points, whether they are all there are (everywhere, in the box, unknown), what stayed open."""

    points: tuple[Point, ...]
    reach: str
    left_open: int = 0
    closed: bool = True  # algebra came to an end
    box: int = BOXES[0]


def findings(slopes: Sequence[Node], by: Sequence[str]) -> Findings:
    """All points where some formulas vanish together: exactly where possible, else certified in a box."""
    if any(map(sign_everywhere, slopes)):
        return Findings((), "everywhere")
    found = elimination.real_zeros(slopes, by)
    if found is not None and not found.left_open and len(found.zeros) <= MAX_POINTS:
        return _eliminated(found, slopes, by)
    solving = exact_roots.begun(slopes, by)
    early = None if exact_roots.easy(slopes, by) or len(by) > MAX_SEARCHED else _searched(slopes, by)
    exact = solving()
    points = _exact_points(exact or (), slopes, by)
    if exact is not None and (exact_roots.separate(slopes) or any(point.free for point in points)):
        return Findings(tuple(points), "everywhere")
    if len(by) > MAX_SEARCHED:
        return Findings(tuple(points), "unknown", closed=exact is not None)
    box, search = early or _searched(slopes, by)
    if search is None:
        raise ProblemError("problem.too_many_points", box=box, limit=MAX_POINTS)
    points = [point for point in points if max(map(abs, point.at.values())) <= box or box == BOXES[0]]
    fresh = [
        _simple(zero, slopes, by) or Point(dict(zip(by, map(_settled, zero), strict=True)), None)
        for zero in search.zeros
    ]
    points.extend(p for p in fresh if not any(_same(p, q) for q in points))
    points.extend(_guesses(search.left_open, points, slopes, by))
    left_open = [place for place in search.left_open if not any(_near(place, point) for point in points)]
    return Findings(tuple(sorted(points, key=_key)), "box", len(left_open), exact is not None, box)


def _eliminated(found: elimination.Eliminated, slopes: Sequence[Node], by: Sequence[str]) -> Findings:
    """The zeros of polynomials, in the closed form that algebra finds for easy ones."""
    easy = exact_roots.easy(slopes, by)
    points = [
        Point(
            {name: root.value for name, root in zip(by, zero, strict=True)}, elimination.exact_nodes(zero, by)
        )
        for zero in found.zeros
    ]
    closed = [p for p in _exact_points((easy and exact_roots.solved(slopes, by)) or (), slopes, by)]
    points = [next((each for each in closed if _same(each, point)), point) for point in points]
    told = easy and all(point.exact is not None for point in points)
    return Findings(tuple(sorted(points, key=_key)), "everywhere" if told else "eliminated")


def _searched(slopes: Sequence[Node], by: Sequence[str]) -> tuple[int, roots.Found | None]:
    """The zeros in the largest box that is not too full of them, with that box; none where all are."""
    for box in BOXES:
        found = roots.zeros(slopes, by, box, MAX_POINTS)
        if found is not None:
            return box, found
    return BOXES[-1], None


def _settled(value: float) -> float:
    """A coordinate; what an enclosure leaves of zero, far below its digits, is zero."""
    return 0.0 if abs(value) < NOTHING else value


def _guesses(
    places: Sequence[Sequence[float]], known: Sequence[Point], slopes: Sequence[Node], by: Sequence[str]
) -> list[Point]:
    """Simple points beside open boxes; none where they are so many that whole lines of points are likely."""
    found: list[Point] = []
    for place in places:
        if not any(_near(place, point) for point in (*known, *found)):
            guess = _guessed(place, slopes, by)
            found.extend([guess] if guess is not None else [])
        if len(found) > MAX_GUESSES:
            return []
    return found


def _guessed(place: Sequence[float], slopes: Sequence[Node], by: Sequence[str]) -> Point | None:
    """The simple rational point beside an open box, where the conditions hold there exactly."""
    simple = [Fraction(value).limit_denominator(SIMPLE) for value in place]
    nodes = {name: signed(value) for name, value in zip(by, simple, strict=True)}
    if not _near(place, point := Point({n: float(v) for n, v in zip(by, simple, strict=True)}, nodes)):
        return None
    return point if all(number_at(slope, nodes)[1] == 0 for slope in slopes) else None


def _simple(zero: Sequence[float], slopes: Sequence[Node], by: Sequence[str]) -> Point | None:
    """A certified zero as the simple rational point that it is, if it is one."""
    found = _guessed(zero, slopes, by)
    if found is None or not np.allclose(zero, list(found.at.values()), rtol=0, atol=1e-9):
        return None
    return found


def _near(place: Sequence[float], point: Point) -> bool:
    """Whether an open box lies at a known point; at a singular one the test cannot succeed."""
    return bool(np.allclose(place, list(point.at.values()), rtol=0, atol=5e-4))


def _exact_points(
    solutions: Sequence[exact_roots.Solution], slopes: Sequence[Node], by: Sequence[str]
) -> list[Point]:
    """Real solutions as points, each put in again; a free coordinate takes a simple number."""
    points: list[Point] = []
    for solution in solutions:
        free = tuple(name for name in by if name not in solution)
        family = {name: solution.get(name, Name(name)) for name in by}
        nodes = _on(family, free, slopes)
        if nodes is not None:
            at = {name: number_at(node)[0] for name, node in nodes.items()}
            curves = (family,) if free else ()
            known = next((p for p in points if _same(p, Point(at, nodes))), None)
            if known is not None:  # two curves of points cross here, or a point lies on one
                points.remove(known)
                free = tuple(dict.fromkeys((*known.free, *free)))
                curves = (*known.families, *curves)
            points.append(Point(at, nodes, free, curves))
    return sorted(points, key=_key)


def _on(family: Mapping[str, Node], free: Sequence[str], slopes: Sequence[Node]) -> dict[str, Node] | None:
    """The point of a family with a simple number for what is free, None where none is a zero."""
    for simple in FREE if free else FREE[:1]:
        nodes = {name: _with(node, free, number(simple)) for name, node in family.items()}
        at = [number_at(node)[0] for node in nodes.values()]
        if not all(map(np.isfinite, at)):
            continue
        residual = [abs(number_at(slope, nodes)[0]) for slope in slopes]
        if max(residual) < 1e-9 * max(1.0, *map(abs, at)) ** 4:
            return nodes
    return None


def _with(node: Node, free: Sequence[str], simple: Node) -> Node:
    """A coordinate with a number for what is free, as a number where it is rational."""
    if not free:
        return node
    placed = substitute(node, dict.fromkeys(free, simple))
    _, exact = number_at(placed)
    return [placed, *(form.node for form in told(placed))][-1] if exact is None else signed(exact)


def _key(point: Point) -> tuple[float, ...]:
    return tuple(round(v, 9) for v in point.at.values())


def _same(left: Point, right: Point) -> bool:
    return bool(np.allclose(list(left.at.values()), list(right.at.values()), rtol=1e-8, atol=1e-8))
