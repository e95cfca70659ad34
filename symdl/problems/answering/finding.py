"""This module finds stationary points: exactly where algebra does, certified in a box where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np

from symdl.autodiff.gathering import told
from symdl.checking import elimination, roots
from symdl.core.algebra import signed
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import compiled
from symdl.core.constants import number_at
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.core.polynomials import TooLong, is_polynomial, polynomial
from symdl.derivation.convexity.bounding import sign_everywhere
from symdl.derivation.convexity.stationary import Point
from symdl.formula.tree import ZERO, Apply, Name, Node, number, substitute
from symdl.formula.walking import walk
from symdl.problems.answering import exact_roots
from symdl.problems.answering.borders import edges, place_of
from symdl.problems.answering.conditions import Factored, factored, systems
from symdl.problems.answering.searching import (
    BOXES,
    MAX_POINTS,
    MAX_SEARCHED,
    Searched,
    Sides,
    searched,
    too_many,
)

SIMPLE = 12  # the largest denominator of a point that is guessed
MAX_GUESSES = 4
NOTHING = 1e-15  # beside the box that is searched
FREE = (0, 1, 2)  # numbers that are tried for a free coordinate
STEP, JUMP = 1e-5, 1e-2  # to each side of a kink, and by how much a condition changes there
SWITCHES = ("sign", "where", "floor")
MAX_REGIONS = 4  # that are told apart
NEAR = 5e-4  # around a singular point, where no box can be decided


@dataclass(frozen=True)
class Findings:
    """The points, whether they are all there are (everywhere, in the box, unknown), what stayed open."""

    points: tuple[Point, ...]
    reach: str
    left_open: tuple[roots.Box, ...] = ()
    closed: bool = True  # algebra came to an end
    searched: Searched | None = None  # where a box was searched
    total: int = 0  # points in and outside of one's own box, where all are known
    products: tuple[Factored, ...] = ()  # the conditions, where they were taken apart
    kinks: tuple[Mapping[str, Node], ...] = ()  # places where a condition jumps over zero
    flat: tuple[tuple[Node, Node], ...] = ()  # intervals of zeros
    edges: tuple[Mapping[str, Node], ...] = ()  # of the domain, to which a slope grows beyond all bounds


def findings(slopes: Sequence[Node], by: Sequence[str], own: Sides | None = None) -> Findings:
    """All points where some formulas vanish together: exactly where possible, else certified in a box, which
    may be one's own.
    """
    if any(map(sign_everywhere, slopes)):
        return Findings((), "everywhere")
    if all(slope == ZERO for slope in slopes):
        return Findings((), "constant")
    products, cases = _apart(slopes, by)
    found = [elimination.real_zeros(system, by) for system in (cases if products else [slopes])]
    ended = [each for each in found if each is not None and not each.left_open]
    if len(ended) == len(found) and sum(len(each.zeros) for each in ended) <= MAX_POINTS:
        everywhere = _eliminated(ended, slopes, by, products)
        return everywhere if own is None else _inside(everywhere, own)
    return replace(_in_a_box(slopes, cases, by, own), products=products)


def _apart(slopes: Sequence[Node], by: Sequence[str]) -> tuple[tuple[Factored, ...], list[tuple[Node, ...]]]:
    """The conditions as products, where some is one that helps, and the systems that are left."""
    try:
        plain = all(is_polynomial(polynomial(slope), frozenset(by)) for slope in slopes)
        products = tuple(factored(slope, by) for slope in slopes)
    except TooLong:
        return (), [tuple(slopes)]
    cases = systems(products)
    if plain or cases is None or ZERO in slopes:
        return (), [tuple(slopes)]
    return (products if any(each.split for each in products) else ()), cases


def _in_a_box(
    slopes: Sequence[Node], systems: Sequence[tuple[Node, ...]], by: Sequence[str], own: Sides | None
) -> Findings:
    """What algebra finds, and every other zero in a box."""
    solving = exact_roots.begun(slopes, by)
    first = None if exact_roots.easy(slopes, by) or len(by) > MAX_SEARCHED else searched(systems, by, own)
    exact = solving()
    points = _exact_points(exact or (), slopes, by)
    if exact is not None and (exact_roots.separate(slopes) or any(point.free for point in points)):
        everywhere = Findings(tuple(points), "everywhere")
        return everywhere if own is None else _inside(everywhere, own)
    if len(by) > MAX_SEARCHED:
        return Findings(tuple(points), "unknown", closed=exact is not None)
    search = first or searched(systems, by, own)
    if search.found is None:
        raise too_many(own)
    points = [point for point in points if search.cube == BOXES[0] or _within(point, search.box)]
    fresh = [
        _simple(zero, slopes, by) or Point(dict(zip(by, map(_settled, zero), strict=True)), None)
        for zero in search.found.zeros
    ]
    points.extend(p for p in fresh if not any(_same(p, q) for q in points) and _defined(p, slopes))
    points.extend(_guesses(search.found.left_open, points, slopes, by))
    left_open = [place for place in search.found.left_open if not any(_near(place, p) for p in points)]
    small = [place for place in left_open if max(high - low for low, high in place) < STEP]
    jumps = [place for place in small if _jumps(roots.middle(place), slopes, by)]
    ends = edges(left_open, slopes, by)
    left_open = [place for place in left_open if place not in jumps and place not in ends]
    kinks = tuple(_place(roots.middle(place), slopes, by) for place in jumps)
    flat = _intervals(search.found.flat, search.box, by[0], slopes) if len(by) == 1 else ()
    points = [point for point in points if not any(_between(point, each) for each in flat)]
    if len(left_open) > MAX_REGIONS:
        left_open = [roots.around(left_open)]
    return Findings(
        tuple(sorted(points, key=_key)), "box", tuple(left_open), exact is not None, search, kinks=kinks,
        flat=flat, edges=tuple(ends.values()),
    )  # fmt: skip


def _intervals(
    regions: Sequence[roots.Box], box: roots.Box, name: str, slopes: Sequence[Node]
) -> tuple[tuple[Node, Node], ...]:
    """Intervals on which a condition of one variable holds everywhere, as far as the box reaches."""
    ((first, last),) = box

    def end(value: float) -> Node:
        beyond = value <= first or value >= last
        return signed(Fraction(min(max(value, first), last))) if beyond else place_of(value, name, slopes)

    return tuple((end(low), end(high)) for ((low, high),) in regions)


def _between(point: Point, interval: tuple[Node, Node]) -> bool:
    """Whether a point lies in an interval, its ends included."""
    (value,) = point.at.values()
    low, high = (number_at(end)[0] for end in interval)
    return low - STEP <= value <= high + STEP


def _inside(found: Findings, own: Sides) -> Findings:
    """Of all points those in one's own box."""
    kept = tuple(point for point in found.points if _within(point, own.box))
    return replace(found, points=kept, reach="within", total=len(found.points))


def _within(point: Point, box: roots.Box) -> bool:
    return roots.inside(tuple(point.at.values()), box)


def _defined(point: Point, slopes: Sequence[Node]) -> bool:
    """Whether the conditions have values at a point, which a factor alone does not show."""
    return all(np.isfinite(number_at(slope, point.nodes)[0]) for slope in slopes)


def _eliminated(
    found: Sequence[elimination.Eliminated], slopes: Sequence[Node], by: Sequence[str],
    products: tuple[Factored, ...],
) -> Findings:  # fmt: skip
    """The zeros of polynomials, in the closed form that algebra finds for easy ones."""
    easy = not products and exact_roots.easy(slopes, by)
    closed = _exact_points((easy and exact_roots.solved(slopes, by)) or (), slopes, by)
    points: list[Point] = []
    for zero in (zero for each in found for zero in each.zeros):
        at = {name: root.value for name, root in zip(by, zero, strict=True)}
        point = Point(at, elimination.exact_nodes(zero, by))
        point = next((each for each in closed if _same(each, point)), point)
        if _defined(point, slopes) and not any(_same(point, other) for other in points):
            points.append(point)
    told = (easy or products) and all(point.exact is not None for point in points)
    reach = "everywhere" if told else "eliminated"
    return Findings(tuple(sorted(points, key=_key)), reach, products=products)


def _settled(value: float) -> float:
    """A coordinate; what an enclosure leaves of zero, far below its digits, is zero."""
    return 0.0 if abs(value) < NOTHING else value


def _guesses(
    places: Sequence[roots.Box], known: Sequence[Point], slopes: Sequence[Node], by: Sequence[str]
) -> list[Point]:
    """Simple points beside open boxes; none where they are so many that whole lines of points are likely."""
    found: list[Point] = []
    for place in places:
        if not any(_near(place, point) for point in (*known, *found)):
            guess = _guessed(roots.middle(place), slopes, by)
            found.extend([guess] if guess is not None else [])
        if len(found) > MAX_GUESSES:
            return []
    return found


def _guessed(place: Sequence[float], slopes: Sequence[Node], by: Sequence[str]) -> Point | None:
    """The simple rational point beside an open box, where the conditions hold there exactly."""
    simple = [Fraction(value).limit_denominator(SIMPLE) for value in place]
    nodes = {name: signed(value) for name, value in zip(by, simple, strict=True)}
    point = Point({n: float(v) for n, v in zip(by, simple, strict=True)}, nodes)
    if not np.allclose(place, list(point.at.values()), rtol=0, atol=NEAR):
        return None
    zero = all(number_at(slope, nodes)[1] == 0 for slope in slopes)
    return point if zero and not _jumps(list(point.at.values()), slopes, by) else None


def _simple(zero: Sequence[float], slopes: Sequence[Node], by: Sequence[str]) -> Point | None:
    """A certified zero as the simple rational point that it is, if it is one."""
    found = _guessed(zero, slopes, by)
    if found is None or not np.allclose(zero, list(found.at.values()), rtol=0, atol=1e-9):
        return None
    return found


def _jumps(place: Sequence[float], slopes: Sequence[Node], by: Sequence[str]) -> bool:
    """Whether a condition changes suddenly around a place: there the function has a kink."""
    functions = [compiled(slope, tuple(by), FLOAT) for slope in slopes if _switches(slope)]
    corners = [
        [v + s * STEP for v, s in zip(place, signs, strict=True)]
        for signs in product((-1, 1), repeat=len(by))
    ]
    with np.errstate(all="ignore"):
        values = [[float(function(*corner)) for corner in corners] for function in functions]
    return any(max(each) - min(each) > JUMP * max(1.0, *map(abs, each)) for each in values)


def _switches(node: Node) -> bool:
    """Whether a formula has functions with jumps."""
    calls = [part.function for part in walk(node) if isinstance(part, Apply)]
    own = (POINTWISE[call].body for call in calls if call in POINTWISE and call not in ELEMENTARY)
    return any(call in SWITCHES for call in calls) or any(map(_switches, own))


def _place(place: Sequence[float], slopes: Sequence[Node], by: Sequence[str]) -> dict[str, Node]:
    """A place as it is written: by simple numbers or a root where it lies at some."""
    if len(by) == 1:
        return {by[0]: place_of(place[0], by[0], slopes)}
    simple = [Fraction(value).limit_denominator(SIMPLE) for value in place]
    near = np.allclose(place, [float(value) for value in simple], rtol=0, atol=STEP)
    values = simple if near else [Fraction(f"{value:.8g}") for value in place]
    return dict(zip(by, map(signed, values), strict=True))


def _near(region: roots.Box, point: Point) -> bool:
    """Whether an open region lies at a known point; at a singular one the test cannot succeed."""
    return all(
        abs(end - value) < NEAR for side, value in zip(region, point.at.values(), strict=True) for end in side
    )


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
