"""This module answers `taylor` asks by vectors and matrices: to second order, with the remainder.

Where there are numbers, the polynomial in the entries of the displacement follows, and its value beside the
true one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.checking.probe import precision
from symdl.core.arithmetic import Irrational
from symdl.core.dims import shape_text
from symdl.core.evaluation import Values, to_float
from symdl.core.graph import Var
from symdl.core.naming import array_node, leaf
from symdl.derivation.calculus import taylor_arrays as writing
from symdl.derivation.calculus.taylor import HALF
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import ZERO, Apply, Compare, Marked, Name, Negate, Node, Transpose, plus, times
from symdl.problems import bounds
from symdl.problems.answering.array_derivatives import Derivatives
from symdl.problems.answering.looking import signs_of
from symdl.problems.answering.nearby import Nearby, shown
from symdl.problems.answering.questions import entries_of
from symdl.problems.given import given_value, numbers_of
from symdl.problems.names import declared
from symdl.problems.problem import Given
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULE = "rule.taylor."
POLYNOMIAL, REMAINDER = "P", "R"
MOST = 2  # the order
ENTRIES = 4  # of a displacement, up to which the polynomial is written in them beside matrices
MATRIX = 36  # entries of a Hessian that is written with numbers


def taylor(solver: Solver, ask: Any, by: Sequence[Var]) -> Iterator[Answer]:
    """Taylor's polynomial of a scalar by arrays, at the values of a problem or wherever they are."""
    order = ask.order if ask.order is not None else MOST
    if order > MOST:
        raise ProblemError("problem.taylor_arrays_order", got=order, limit=MOST)
    count = sum(map(entries_of, by))
    bounds.refuse_derivatives("hessian", count, count)
    (found,) = solver.ids(ask)
    work = _Expansion(solver, ask, found.id, by, order)
    steps = list(work.steps())
    solver.steps.extend(steps)
    names = ",".join(str(var.name) for var in by)
    yield Answer(found.id, "taylor", ask.of, names, left=work.left, formula=work.formula, table=work.table)


class _Expansion:
    """One expansion being written."""

    def __init__(self, solver: Solver, ask: Any, id: str, by: Sequence[Var], order: int) -> None:
        self.solver, self.ask, self.id, self.order = solver, ask, id, order
        of = solver.scalar(ask.of)
        self.name = str(of.name)
        solver.backward(self.name, tuple(str(var.name) for var in by))
        taken = frozenset(map(str, solver.graph.by_name)) | solver.problem.dims.keys()
        self.taken = taken | {POLYNOMIAL, REMAINDER}
        self.away = writing.displacements(by, self.taken, solver.problem.conventions.vec)
        self.own = Derivatives(solver, ask, id, of, self.away)
        self.left = Apply(POLYNOMIAL, self.away.moved)
        self.formula: dict[str, Node] = {}
        self.table: tuple[Mapping[str, Any], ...] = ()

    def steps(self) -> Iterator[Step]:
        """The Hessian, the polynomial, the remainder, and what they are in numbers."""
        self.own.refuse_kinks()
        yield from self.own.steps()
        yield self._polynomial()
        yield self._remainder()
        if self.own.values:
            yield from self._numbers()
        if self.ask.direction:
            yield from self._proposed()

    def _proposed(self) -> Iterator[Step]:
        """The step that the polynomial proposes."""
        from symdl.problems.answering.expanding_steps import proposed  # which few problems ask for

        if len(self.away.by) > 1 or len(self.away.by[0].shape) != 1:
            raise ProblemError("problem.taylor_direction", name="direction")
        taken = self.taken | {d.text for d in self.away.names}
        yield from proposed(self.own, self.order, self._step, taken, self._digits)

    def _polynomial(self) -> Step:
        first = [self.own.symbol(k) for k in range(len(self.away.by))]
        second = {pair: self.own.symbol(*pair) for pair in self.own.pairs} if self.order > 1 else {}
        rows = [self._written(first, second)] if not self.own.in_columns or self.order < 2 else []
        with_formulas = self._written(self.own.gradient, self.own.blocks if second else {})
        rows = [*rows, *(row for row in (with_formulas,) if row not in rows)]
        self.formula["matrix"] = rows[-1]
        mixed = "_mixed" if second and len(self.away.by) > 1 else ""
        key = f"curved{mixed}" if second else "slope"
        uses = (*self.own.first_lines, *(self.own.second_lines if second else ()))
        return self._step("polynomial", f"arrays_{key}", self.left, rows, uses)

    def _written(self, gradient: Sequence[Node], blocks: writing.Blocks) -> Node:
        first = writing.first_order(self.away, gradient)
        second = writing.second_order(self.away, blocks, signs_of(self.solver).rank)
        return plus(leaf(self.name), *first, *second)

    def _remainder(self) -> Step:
        """Nothing where the next derivatives are zero; else they stand at a point on the way."""
        left = Apply(REMAINDER, self.away.moved)
        part = Name(writing.free(writing.POSITION, self.taken))
        uses, kinked = self.own.second_lines, "_kinks" if self.own.kinks else ""
        if self.own.linear or (self.order == 2 and self.own.quadratic):
            key = f"arrays_exact_{1 if self.own.linear else 2}{kinked}"
            uses = self.own.first_lines if self.own.linear else uses
            return self._step("remainder", key, left, [ZERO], uses, kinked=self.own.kinks)
        if len(self.away.by) > 1 or len(self.away.by[0].shape) > 1:
            return self._along_way(left, part, uses, kinked)
        letter = writing.free(writing.WHOLE, self.taken | {d.text for d in self.away.names})
        fixed = (
            self.own.blocks[0, 0] if self.order == 1 and self.own.quadratic and not self.own.kinks else None
        )
        row = writing.remainder_form(self.away, self.order, letter, part, fixed)
        facts: dict[str, Any] = {
            "letter": Apply(letter, (leaf(str(self.away.by[0].name)),)), "between": part,
            "symbol": Name(letter),
        }  # fmt: skip
        key = f"arrays_rest_{'fixed' if fixed is not None else self.order}{kinked if fixed is None else ''}"
        return self._step("remainder", key, left, [row], uses, **facts)

    def _along_way(self, left: Node, part: Name, uses: tuple[str, ...], kinked: str) -> Step:
        """The same for several displacements: second derivatives of a function of the way gone."""
        letter = writing.free(writing.FUNCTION, self.taken)
        t = writing.free(("t", "r", "c"), self.taken | {part.text})
        there, here = (Apply(f"{letter}''", (at,)) for at in (part, ZERO))
        middle = plus(there, Negate(here)) if self.order == 2 else there
        row = times(HALF, middle, style="juxtaposed")
        way = writing.along_way(self.away, self.name, letter, t)
        facts: dict[str, Any] = {"way": way, "between": part, "letter": letter}
        return self._step("remainder", f"arrays_way_{self.order}{kinked}", left, [row], uses, **facts)

    def _numbers(self) -> Iterator[Step]:
        """The polynomial with numbers, and what it gives for the displacement of the ask."""
        with precision():
            nearby = Nearby(
                self.own.found,
                self.own.of,
                self.away.by,
                self.order,
                self.own.given("exact"),
                self.own.given("ball"),
            )
        record: dict[str, Any] = {
            "point": {str(v.name): np.asarray(to_float(self.own.values[v])).tolist() for v in self.away.by},
            "value": float(to_float(self.own.values[self.own.of])),
        }  # fmt: skip
        flat = all(len(var.shape) < 2 for var in self.away.by)
        if flat and self.away.count**2 <= MATRIX:
            yield self._placed(nearby)
        if self.ask.displacement:
            yield from self._displaced(nearby, record)
        self.table = (record,)

    @property
    def _digits(self) -> int:
        return self.solver.problem.conventions.digits

    def _placed(self, nearby: Nearby) -> Step:
        """The polynomial with numbers: in matrices, and in the entries where they are few."""
        value, gradient, hessian = nearby.parts
        n, curved = len(gradient), [x for row in hessian for x in row] if self.order > 1 else []
        half = [hessian[i][i] / 2 for i in range(n)] if curved else []
        (c, *rest), exact = shown([value, *gradient, *curved, *half], self._digits)
        slopes, second, half_nodes = rest[:n], rest[n : n + len(curved)], rest[n + len(curved) :]
        rows = []
        if len(self.away.by) == 1 and self.away.by[0].shape:
            (d,) = self.away.names
            terms = [c] if c != ZERO else []
            if any(x != ZERO for x in slopes):
                terms.append(times(Transpose(array_node(slopes, (n,))), d, style="juxtaposed"))
            if any(x != ZERO for x in second):
                terms.append(times(HALF, Transpose(d), array_node(second, (n, n)), d, style="juxtaposed"))
            rows.append(plus(*terms) if terms else ZERO)
        if n <= ENTRIES or not rows:
            pairs = {(i, j): second[i * n + j] for i in range(n) for j in range(i + 1, n)} if second else {}
            squares = {(i, i): node for i, node in enumerate(half_nodes)}
            rows.append(writing.in_entries(c, slopes, squares | pairs, self.away.entries()))
            self.formula["scalar"] = rows[-1]
        here = [leaf(str(var.name)) for var in self.away.by]
        facts = {
            "where": self._where(self.own.given("exact"), self.own.values, here),
            "numeric": "point",
            "place": self.own.given("ball"),
        }
        kinds, uses = ["line" if exact else "~"] * len(rows), (f"{self.id}.polynomial",)
        return self._step("numbers", "arrays_numbers", self.left, rows, uses, kinds, **facts)

    def _where(self, exact: Values, floats: Values, names: Sequence[Node]) -> tuple[Compare, ...]:
        """What names stand for, in numbers."""
        found = []
        for var, name in zip(self.away.by, names, strict=True):
            value = np.asarray(exact.get(var, floats[var]))
            if value.size <= MATRIX:
                items, _ = shown(list(value.flat), self._digits)
                node = array_node(items, value.shape)
                laid = Marked(node, "laid") if value.ndim == 1 else node  # low enough for a sentence
                found.append(Compare("=", name, laid))
        return tuple(found)

    def _displaced(self, nearby: Nearby, record: dict[str, Any]) -> Iterator[Step]:
        """The polynomial at one displacement, its error, and a bound of it."""
        with precision():
            exact, balls = (self._displacement(kind) for kind in ("exact", "ball"))
            found = nearby.displaced(exact, balls)
        floats = self._displacement("float")
        where = self._where(exact, floats, self.away.names)
        facts: dict[str, Any] = {
            "where": where,
            "displacement": balls,
            "place": self.own.given("ball"),
        }
        rest = Apply(REMAINDER, self.away.moved)
        rows, kinds = found.polynomial_rows(self._digits)
        uses = (f"{self.id}.polynomial",)
        yield self._step("displaced", "displaced", self.left, rows, uses, kinds, numeric="value", **facts)
        record |= {"displacement": {str(v.name): np.asarray(floats[v]).tolist() for v in self.away.by}}
        record |= found.record
        if self.own.quadratic and not self.own.kinks and (self.order == 2 or self.own.linear):
            return
        rows, kinds = found.error_rows(self._digits)
        whole, uses = Apply(self.name, self.away.moved), (f"{self.id}.displaced",)
        yield self._step("error", "error", rest, rows, uses, kinds, numeric="error", whole=whole, **facts)
        if found.bound:
            facts |= {"numeric": "bound"}
            uses = (f"{self.id}.remainder",)
            yield self._step(
                "bound", "bound", Apply("abs", (rest,)), [found.bound_node], uses, ["<="], **facts
            )

    def _displacement(self, kind: str) -> dict[Var, Any]:
        """The displacement of each quantity, zero where none is stated."""
        stated = {declared(name): given_value(value) for name, value in self.ask.displacement.items()}
        names = {str(var.name): var for var in self.away.by}
        for name, value in stated.items():
            if name not in names:
                raise ProblemError("problem.displacement", name=name, known=", ".join(names))
            if value.shape != names[name].shape:
                got, expected = shape_text(value.shape), shape_text(names[name].shape)
                raise ProblemError("problem.given_shape", name=name, expected=expected, got=got)
        zero = {name: Given(var.shape, (ZERO,) * entries_of(var)) for name, var in names.items()}
        with suppress(Irrational):
            return {var: numbers_of((zero | stated)[name], kind) for name, var in names.items()}
        return {}

    def _step(
        self, part: str, key: str, left: Node, rows: Sequence[Node], uses: tuple[str, ...],
        kinds: Sequence[str] = (), **facts: Any,
    ) -> Step:  # fmt: skip
        names = tuple(leaf(str(var.name)) for var in self.away.by)
        facts = {
            "of": leaf(self.name), "name": names, "away": self.away, "displacement_name": self.away.names,
            "order": self.order, "found": self.own.found, **facts,
        }  # fmt: skip
        lines = tuple(zip(kinds or ["line"] * len(rows), rows, strict=True))
        claim = self.solver.graph.definition[self.own.of]
        return Step(
            f"{self.id}.{part}", "taylor", claim, Text(f"{RULE}{key}", facts), uses, "outline", left=left,
            lines=lines, graph=self.own.found.graph,
        )  # fmt: skip
