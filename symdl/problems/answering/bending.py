"""This module shows functions not to be convex: by two points, and the value in the middle of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from symdl.core.algebra import ratio
from symdl.core.arithmetic import Undecided
from symdl.core.dims import dim_names, size_of
from symdl.core.evaluation import array_of, compile_graph, evaluate, to_float, to_kind
from symdl.core.facts import COLUMNS, WEIGHTS
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Graph, Var, instantiate
from symdl.core.naming import array_node, leaf
from symdl.core.op import Composite
from symdl.derivation.step import Step
from symdl.errors import DomainError
from symdl.formula.tree import Compare, Index, Name, Negate, Node, Number, number
from symdl.formula.walking import walk
from symdl.problems.given import inputs_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

Side = Literal["convex", "concave"]
Point = dict[Var, Any]  # exact numbers
TRIALS, MAX_ENTRIES, MAX_EQUATIONS, DIGITS = 150, 60, 400, 4
FREE = (-2, -1, 0, 1, 2)
POSITIVE = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(3), Fraction(4))
UNIT = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
DRAWN: dict[str, Sequence[Any]] = {"positive": POSITIVE, "unit": UNIT}
SCALES = (Fraction(1), Fraction(1, 2), Fraction(2), Fraction(1, 4), Fraction(3))
MARGIN = 1e-6  # of what is printed: the value in the middle lies clearly on the wrong side


@dataclass(frozen=True)
class Witness:
    """Two points between which a function is not convex, or not concave, in the middle."""

    side: Side
    graph: Graph
    fixed: Point
    ends: tuple[Point, Point]
    middle: float
    mean: float


def bending_steps(solver: Solver, graph: Graph, of: str, by: Sequence[Var], id: str) -> Iterator[Step]:
    """That a function is not convex, or not concave, or neither, with the numbers that show it."""
    found = tuple(witnesses(solver, graph, of, by))
    for witness in found:
        alone = len(found) == 1 and witness.side == "concave"
        yield _step(
            solver, graph, of, by, id, witness, "not_concave_alone" if alone else f"not_{witness.side}"
        )


def witnesses(solver: Solver, graph: Graph, of: str, by: Sequence[Var]) -> Iterator[Witness]:
    """A pair of points against convexity, and one against concavity, as far as they are found."""
    roles = meant(graph)
    facts = {var: (*solver.problem.facts.get(str(var.name), ()), *roles.get(var, ())) for var in graph.inputs}
    if any(set(facts[var]) - {"positive", "unit", "real"} for var in by):
        return
    least = _least_size(solver.problem.lines[of])
    for size in dict.fromkeys((least, max(2, least))):
        names = dim_names(var.shape for var in graph.inputs)
        bound = instantiate(graph, dict.fromkeys(names, size)) if names else graph
        if not _small(bound):
            return
        search = _Search(bound, of, {str(var.name) for var in by}, facts_by_name(facts), given(solver, bound))
        found = tuple(search.witnesses())
        if len(found) == 2 or not names or size > 1:
            yield from found
            return


def meant(graph: Graph) -> dict[Var, tuple[str, ...]]:
    """What losses mean their arguments to be: targets of a cross-entropy are distributions. A point of other
    numbers speaks against nothing.
    """
    found: dict[Var, tuple[str, ...]] = {}
    for equation in graph.equations:
        op = equation.op
        if not isinstance(op, Composite):
            continue
        for param, fact in FUNCTIONS[op.key].facts.get("meant", {}).items():
            arg = equation.args[op.params.index(param)]
            columns = fact == "distribution" and dict(op.keywords).get("axis", len(arg.shape)) < len(
                arg.shape
            )
            found[arg] = (COLUMNS if columns else fact,)
    return found


def _least_size(line: Node) -> int:
    """The size that an array has at least where a line writes its entries."""
    parts = (part for node in walk(line) if isinstance(node, Index) for part in node.subscripts)
    return max((int(part.value) for part in parts if isinstance(part, Number)), default=1)


def given(solver: Solver, graph: Graph) -> Point:
    """The rational numbers that are given."""
    return dict(inputs_of(solver.problem, graph, "exact"))


def facts_by_name(facts: Mapping[Var, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What is assumed, by name."""
    return {str(var.name): known for var, known in facts.items()}


def _small(graph: Graph) -> bool:
    entries = [size_of(var.shape) for var in graph.inputs]
    return sum(int(n) for n in entries) <= MAX_ENTRIES and len(graph.equations) <= MAX_EQUATIONS


@dataclass
class _Search:
    """The search for points at fixed sizes."""

    graph: Graph
    of: str
    by: set[str]
    facts: Mapping[str, tuple[str, ...]]
    given: Point

    def witnesses(self) -> Iterator[Witness]:
        """A witness for each side, where one is found."""
        output = self.graph.by_name[self.of]
        run = compile_graph(self.graph, [output])
        random, open_sides = Random(5), {"convex": 1, "concave": -1}
        for trial in range(TRIALS):
            fixed, first, second = self._drawn(random, trial)
            points = [{**fixed, **end} for end in (first, second, _middle(first, second))]
            start, end, middle = (self._value(run, point) for point in points)
            if not np.all(np.isfinite([start, end, middle])):
                continue
            mean = (start + end) / 2
            for side, sign in tuple(open_sides.items()):
                clear = sign * (middle - mean) > MARGIN * max(1.0, abs(start), abs(end))
                if clear and self._certain(output, points, sign):
                    del open_sides[side]
                    yield Witness(side, self.graph, fixed, (first, second), middle, mean)  # type: ignore[arg-type]
            if not open_sides:
                return

    def _value(self, run: Any, point: Point) -> float:
        inputs = [_floats(point[var]) for var in self.graph.inputs]
        (value,) = run(*inputs)
        return float(value)

    def _certain(self, output: Var, points: Sequence[Point], sign: int) -> bool:
        """Whether the value in the middle lies on the wrong side in balls as well."""
        try:
            values = [
                evaluate(self.graph, {var: to_kind(x, "ball") for var, x in point.items()}, "ball")[output]
                for point in points
            ]
        except (DomainError, Undecided):
            return False
        over = values[2] * 2 - values[0] - values[1]
        return bool(over > 0) if sign > 0 else bool(over < 0)

    def _drawn(self, random: Random, trial: int) -> tuple[Point, Point, Point]:
        """Small numbers for what stays and for both ends; what is given stays as it is."""
        fixed, ends = {}, ({}, {})  # type: tuple[Point, tuple[Point, Point]]
        for var in self.graph.inputs:
            facts = self.facts.get(str(var.name), ())
            if str(var.name) in self.by:
                for end in ends:
                    end[var] = _numbers(var, facts, random, SCALES[trial * len(SCALES) // TRIALS])
            else:
                fixed[var] = self.given.get(var, None)
                if fixed[var] is None:
                    fixed[var] = _numbers(var, facts, random, Fraction(1))
        return fixed, ends[0], ends[1]


def _numbers(var: Var, facts: tuple[str, ...], random: Random, scale: Fraction) -> Any:
    """Small rational numbers that keep to what is assumed."""
    n = int(size_of(var.shape))
    known = set(facts)
    if known & {"symmetric", "orthogonal", "positive-definite", "positive-semidefinite"}:
        return array_of(_diagonal(int(var.shape[0]), "orthogonal" in known, random), var.shape)
    if known & WEIGHTS:
        width = int(var.shape[0 if COLUMNS in known else -1])
        once = "one-hot" in known
        share = [Fraction(int(k % width == 0)) if once else Fraction(1, width) for k in range(n)]
        return array_of(share, var.shape)
    drawn = next((DRAWN[fact] for fact in facts if fact in DRAWN), FREE)
    whole = [x for x in drawn if x == int(x)] if "integer" in known else drawn
    scale = Fraction(1) if known & {"unit", "integer"} else scale
    values = [Fraction(random.choice(list(whole))) * scale for _ in range(n)]
    return values[0] if not var.shape else array_of(values, var.shape)


def _diagonal(n: int, unit: bool, random: Random) -> list[Fraction]:
    """The entries of a diagonal matrix with small whole numbers above zero on it, or with ones."""
    values = [Fraction(1 if unit else random.randint(1, 4)) for _ in range(n)]
    return [values[i] if i == j else Fraction(0) for i in range(n) for j in range(n)]


def _middle(first: Point, second: Point) -> Point:
    return {var: (first[var] + second[var]) / 2 for var in first}


def _floats(value: Any) -> Any:
    return np.asarray(to_float(value), dtype=float) if isinstance(value, np.ndarray) else float(value)


def _step(
    solver: Solver, graph: Graph, of: str, by: Sequence[Var], id: str, witness: Witness, key: str
) -> Step:
    sizes = _sizes(graph, witness.graph, _needed(graph, of))
    needed = _needed(witness.graph, of)
    free = {
        var: value for var, value in witness.fixed.items()
        if str(var.name) not in solver.problem.given and var in needed
    }  # fmt: skip
    setting = (*sizes, *_equations(free))
    first, second = witness.ends
    facts: dict[str, Any] = {
        "of": leaf(of), "first": _equations(first), "second": _equations(second),
        "setting": Text("shape.setting", {"values": setting}) if setting else "",
        "extra": {}, "witness": witness,
    }  # fmt: skip
    row = Compare(">" if witness.side == "convex" else "<", *_apart(witness.middle, witness.mean))
    return Step(
        f"{id}.{key}", "hessian", graph.definition[graph.by_name[of]], Text(f"rule.hessian_{key}", facts),
        (f"forward.{of}",), "outline", left=leaf(of), lines=(("line", row),), graph=graph,
    )  # fmt: skip


def _needed(graph: Graph, of: str) -> set[Var]:
    """The quantities that a line rests on."""
    found = {graph.by_name[of]}
    for equation in reversed(graph.equations):
        if equation.out in found:
            found.update(equation.args)
    return found


def _apart(first: float, second: float) -> tuple[Node, Node]:
    """Two numbers with as many digits as tell them apart."""
    digits = next((d for d in range(DIGITS, 17) if f"{first:.{d}g}" != f"{second:.{d}g}"), 17)
    return _decimal(first, digits), _decimal(second, digits)


def _decimal(value: float, digits: int) -> Node:
    exact = Fraction(f"{value:.{digits}g}")
    text = f"{abs(value):.{digits}g}"
    found = number(abs(exact), None if exact.denominator == 1 or "e" in text else text)
    return Negate(found) if exact < 0 else found


def _sizes(graph: Graph, bound: Graph, needed: set[Var]) -> tuple[Node, ...]:
    """The sizes that are chosen."""
    names = dim_names(var.shape for var in graph.inputs)
    found: dict[str, int] = {}
    for var, at in zip(graph.inputs, bound.inputs, strict=True):
        for dim, n in zip(var.shape, at.shape, strict=True):
            if str(dim) in names and var in needed:
                found[str(dim)] = int(n)
    return tuple(Compare("=", Name(name), number(n)) for name, n in found.items())


def _equations(point: Point) -> tuple[Node, ...]:
    """The quantities of a point with their numbers."""
    return tuple(
        Compare(
            "=", leaf(str(var.name)), array_node([ratio(Fraction(x)) for x in np.ravel(value)], var.shape)
        )
        for var, value in point.items()
    )
