"""This module answers `taylor` asks: one variable to any order with the remainder, several to a few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isclose, isfinite
from typing import TYPE_CHECKING, Any

from symdl.autodiff.gathering import condensed, multiplied_out
from symdl.core.algebra import negative, ratio, signed
from symdl.core.angles import with_known_angles
from symdl.core.constants import exact_value, number_at
from symdl.core.differentiation import differentiate, kinks_of
from symdl.core.naming import leaf
from symdl.derivation.calculus.differentiating import Differentiation
from symdl.derivation.calculus.fractions import Zeros, zeros
from symdl.derivation.calculus.taylor import (
    between_name,
    scalar_polynomial,
    scalar_remainder,
    term_by_term,
    vector_polynomial,
)
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain
from symdl.formula.tree import ZERO, Apply, Compare, Name, Node, Partial, Quotient, names, plus, substitute
from symdl.formula.walking import walk
from symdl.problems.answering import expanding_displaced as near
from symdl.problems.answering import expanding_further as further
from symdl.problems.answering.differentiating import BESIDE
from symdl.problems.answering.expanding_names import told_apart
from symdl.problems.answering.expanding_quotients import Quotients
from symdl.problems.answering.scalars import kind_of, one_formula, scalar_variables, variables
from symdl.problems.given import given_value
from symdl.problems.names import declared
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

MAX_SCALAR = 12
POLYNOMIAL, REMAINDER = "P", "R"
Nodes = Sequence[Node]


def taylor(solver: Solver, ask: Any) -> Iterator[Answer]:
    """Taylor's polynomial of a function at a point: of scalars, or of arrays to second order."""
    return told_apart(solver, ask, _expanded(solver, ask))


def _expanded(solver: Solver, ask: Any) -> Iterator[Answer]:
    of, by = declared(ask.of), variables(solver, ask)
    if any(solver.named(name).shape for name in by):
        from symdl.problems.answering import expanding_arrays  # which few problems ask for

        yield from expanding_arrays.taylor(solver, ask, [solver.named(name) for name in by])
        return
    by = scalar_variables(solver, ask)
    if ask.direction:
        raise ProblemError("problem.taylor_direction", name="direction")
    order = ask.order if ask.order is not None else 2
    most = MAX_SCALAR if len(by) == 1 else further.most_order(len(by))
    if not 0 <= order <= most:
        raise ProblemError("problem.taylor_order", got=order, limit=most)
    (found,) = solver.ids(ask)
    work = _Expansion(solver, of, by, found.id, _point(solver, ask, by))
    fraction = _fraction(work) if len(by) == 1 else None
    if fraction is not None:
        result = Quotients(work, fraction).polynomial(order)
    else:
        ways = work.scalar if len(by) == 1 else work.several if order < 3 else work.higher
        result = ways(order)
    if ask.displacement:
        work.displaced(ask.displacement, solver.problem.conventions.digits)
    solver.steps.extend(work.steps)
    left = Apply(POLYNOMIAL, tuple(map(Name, by)))
    yield Answer(found.id, "taylor", ask.of, ",".join(by), None, None, left, {"scalar": result})


def _point(solver: Solver, ask: Any, by: Sequence[str]) -> dict[str, Node]:
    """Where it is expanded: the point of the ask, else what is given, else 0."""
    stated = {declared(name): given_value(value).items[0] for name, value in (ask.at or {}).items()}
    given = {name: value.items[0] for name, value in solver.problem.given.items() if not value.shape}
    return {name: stated.get(name, given.get(name, ZERO)) for name in by}


def _fraction(work: _Expansion) -> Zeros | None:
    """The formula as a fraction of two zeros at the point; a pole there is refused."""
    ((name, at),) = work.at.items()
    if isfinite(number_at(work.formula, work.at)[0]):
        return None
    found = zeros(work.formula, name, at)
    if found is None and (inner := _removable(work.formula, name, at)) is not None:
        point = f"{name} = {to_plain(at)}"
        raise ProblemError("problem.removable_inside", of=work.of, point=point, inner=to_plain(inner))
    if found is not None and found.top < found.bottom:
        order, point = found.bottom - found.top, f"{name} = {to_plain(at)}"
        raise ProblemError("problem.pole", of=work.of, point=point, order=order)
    return found


def _removable(formula: Node, name: str, at: Node) -> Node | None:
    """A part of a formula that is 0/0 at the point and has a limit there."""
    for part in walk(formula):
        if isinstance(part, Quotient) and not isfinite(number_at(part, {name: at})[0]):
            found = zeros(part, name, at)
            if found is not None and found.top >= found.bottom:
                return part
    return None


class _Expansion:
    """One expansion being written."""

    def __init__(self, solver: Solver, of: str, by: Sequence[str], id: str, at: dict[str, Node]) -> None:
        self.of, self.by, self.id, self.at = of, by, id, at
        self.formula = one_formula(solver, of, by)
        self.claim = solver.graph.definition[solver.named(of)]
        self.steps: list[Step] = []
        self.known, self.before = solver.differentiated, solver.expanded
        self.cited: dict[str, str] = {}  # lines of this expansion that an earlier one has

    def scalar(self, order: int) -> Node:
        """One variable: all derivatives rule by rule, their values, the sum, the remainder."""
        (name,) = self.by
        slopes = [self.formula]
        for k in range(1, order + 2):
            slopes.append(self._derived(slopes[-1], name, k))
        values = [self._value(slope, k) for k, slope in enumerate(slopes[:-1])]
        written = scalar_polynomial(values, name, self.at[name])
        result = self._sum(written, tuple(f"{self.id}.at{k}" for k in range(order + 1)), order)
        between = between_name(names(self.formula) | {name})
        rest = scalar_remainder(slopes[-1], order, name, self.at[name], between)
        facts = {"between": Name(between), "order": order + 1, "name": Name(name), "polynomial": result}
        self.add(
            "remainder",
            "remainder",
            facts,
            Apply(REMAINDER, (Name(name),)),
            (rest,),
            (f"{self.id}.d{order + 1}",),
        )
        return result

    def several(self, order: int) -> Node:
        """Several variables: value, gradient and Hessian at the point, the sum, the remainder."""
        slopes = [self._derived(self.formula, name, 1, f"{self.id}.{name}") for name in self.by]
        second = [[multiplied_out(differentiate(slope, name)) for name in self.by] for slope in slopes]
        value = self._entry(self.formula, ())
        firsts = [
            self._entry(slope, (name,)) if order else slope
            for name, slope in zip(self.by, slopes, strict=True)
        ]
        placed = [list(row) for row in second]
        for i, first in enumerate(self.by if order > 1 else ()):
            for j, other in enumerate(self.by[i:], start=i):
                placed[i][j] = placed[j][i] = self._entry(second[i][j], (first, other))
        written = vector_polynomial(value, firsts, placed, self.at, order)
        entries = tuple(step.id for step in self.steps if step.phase == "taylor")
        result = self._sum(written, entries, order, "pairs_polynomial" if order > 1 else "polynomial")
        self._beyond(slopes, second, placed, order, result)
        return result

    def higher(self, order: int) -> Node:
        """Several variables beyond order two: every derivative at the point, the sum, the remainder."""
        firsts = {name: self._derived(self.formula, name, 1, f"{self.id}.{name}") for name in self.by}
        found = further.derivatives(self.formula, firsts, order + 1)
        values = {kind: self._entry(node, kind) for kind, node in found.items() if len(kind) <= order}
        entries = tuple(step.id for step in self.steps if step.phase == "taylor")
        result = self._sum(further.terms(values, self.at), entries, order, "several_polynomial")
        letter = between_name(names(self.formula) | set(self.by))
        places = tuple(Name(f"{letter}{k}") for k in range(1, len(self.by) + 1))
        away: dict[str, Node] = dict(zip(self.by, places, strict=True))
        last = {kind: substitute(node, away) for kind, node in found.items() if len(kind) == order + 1}
        facts = {
            "between": places, "order": order + 1, "name": tuple(map(Name, self.by)), "polynomial": result,
        }  # fmt: skip
        uses = tuple(f"{self.id}.{name}" for name in self.by)
        rest = term_by_term(further.terms(last, self.at))
        self.add("remainder", "remainder", facts, Apply(REMAINDER, tuple(map(Name, self.by))), (rest,), uses)
        return result

    def displaced(self, displacement: Mapping[str, Any], digits: int) -> None:
        """The polynomial at a point nearby, its error, and a bound of that."""
        rest = self.steps[-1]
        between = rest.because.facts["between"]
        places = between if isinstance(between, tuple) else (between,)
        polynomial, remainder = rest.because.facts["polynomial"], rest.lines[-1][1]
        written = near.Written(self.of, self.formula, polynomial, remainder, places, self.at)
        for part, uses, left, rows, kinds, facts in near.lines(
            written, near.stated(displacement, self.at), digits
        ):
            facts["written"] = written
            self.add(part, part, facts, left, rows, (f"{self.id}.{uses}",), kinds)

    def _entry(self, node: Node, by: tuple[str, ...]) -> Node:
        """One derivative at the point; a second one with its formula."""
        self._refuse_jump(node, len(by))
        value = self.put(node)
        rows = (*((node,) if len(by) > 1 else ()), substitute(node, self.at), value)
        where = tuple(Compare("=", Name(name), at) for name, at in self.at.items())
        left = Partial(leaf(self.of), tuple(map(Name, by)), "partial") if by else leaf(self.of)
        uses = (f"{self.id}.{by[0]}",) if by else ()
        facts = {"where": where, "order": len(by), "slope": node}
        key = "value" if by else "function_value"
        self.add(".".join(("at", *by)), key, facts, left, tuple(dict.fromkeys(rows)), uses)
        return value

    def _beyond(
        self, slopes: Nodes, second: Sequence[Nodes], placed: Sequence[Nodes], order: int, result: Node
    ) -> None:
        """The remainder: the next derivatives somewhere on the way, for order two less those at the point."""
        letter = between_name(names(self.formula) | set(self.by))
        places = tuple(Name(f"{letter}{k}") for k in range(1, len(self.by) + 1))
        away: dict[str, Node] = dict(zip(self.by, places, strict=True))
        n = range(len(self.by))
        if order:
            there = [[substitute(second[i][j], away) for j in n] for i in n]
            if order > 1:
                there = [[multiplied_out(plus(there[i][j], negative(placed[i][j]))) for j in n] for i in n]
            rest = vector_polynomial(ZERO, [ZERO] * len(self.by), there, self.at, 2)
        else:
            rest = vector_polynomial(ZERO, [substitute(s, away) for s in slopes], placed, self.at, 1)
        rest = condensed(rest)
        facts = {
            "between": places,
            "order": order + 1,
            "name": tuple(map(Name, self.by)),
            "polynomial": result,
        }
        uses = tuple(f"{self.id}.{name}" for name in self.by)
        key = "remainder_several" if order > 1 else "remainder"
        self.add("remainder", key, facts, Apply(REMAINDER, tuple(map(Name, self.by))), (rest,), uses)

    def _derived(self, node: Node, name: str, order: int, id: str | None = None) -> Node:
        id = id or f"{self.id}.d{order}"
        kind = kind_of(self.formula, name)
        if (earlier := self.before.get((self.of, name, kind, order))) is not None:
            self.cited[id], result = earlier
            return result
        work = Differentiation(
            Name(name), self.claim, id, kind, names(self.formula) | {self.of},
            known=self.known.setdefault((name, kind), {}),
        )  # fmt: skip
        result = work.finish(node, Partial(leaf(self.of), (Name(name),) * order, kind))
        self.steps.extend(work.steps)
        self.before[self.of, name, kind, order] = id, result
        return result

    def _refuse_jump(self, node: Node, order: int) -> None:
        """At a kink a derivative may have two values, and there is no expansion to its order."""
        if all(number_at(kink, self.at)[1] != 0 for kink in kinks_of(self.formula)):
            return
        for name, at in self.at.items():
            sides = [number_at(node, {**self.at, name: plus(at, signed(side))})[0] for side in BESIDE]
            if not isclose(*sides, rel_tol=1e-6, abs_tol=1e-6):
                raise ProblemError(
                    "problem.no_expansion", of=self.of, order=order, left=f"{sides[0]:.6g}",
                    point=f"{name} = {to_plain(at)}", right=f"{sides[1]:.6g}",
                )  # fmt: skip

    def put(self, node: Node) -> Node:
        """A formula at the point, worked out where it is rational."""
        placed = substitute(node, self.at)
        value, exact = number_at(placed) if names(placed) <= {"pi", "e"} else (0.0, None)
        if node == self.formula and not isfinite(value):
            said = ", ".join(f"{name} = {to_plain(at)}" for name, at in self.at.items())
            raise ProblemError("problem.outside_domain", of=self.of, point=said)
        if value != value or value in (float("inf"), float("-inf")):
            raise ProblemError("problem.no_derivative_at", of=self.of, point=", ".join(self.by))
        if exact is None:
            placed = with_known_angles(placed)
            exact = exact_value(placed) if names(placed) <= {"pi", "e"} else None
        return ratio(exact) if exact is not None else multiplied_out(placed)

    def _value(self, slope: Node, order: int) -> Node:
        self._refuse_jump(slope, order)
        value = self.put(slope)
        (name,) = self.by
        rows = tuple(dict.fromkeys((substitute(slope, self.at), value)))
        where = Compare("=", Name(name), self.at[name])
        uses = (f"{self.id}.d{order}",) if order else ()
        left = Partial(leaf(self.of), (Name(name),) * order, "total") if order else leaf(self.of)
        key = "value" if order else "function_value"
        self.add(f"at{order}", key, {"where": where, "order": order, "slope": slope}, left, rows, uses)
        return value

    def _sum(self, written: Node, uses: tuple[str, ...], order: int, key: str = "polynomial") -> Node:
        result = term_by_term(written)
        where = tuple(Compare("=", Name(name), node) for name, node in self.at.items())
        facts = {"order": order, "where": where}
        self.add(
            "polynomial",
            key,
            facts,
            Apply(POLYNOMIAL, tuple(map(Name, self.by))),
            tuple(dict.fromkeys((written, result))),
            uses,
        )
        return result

    def add(
        self,
        suffix: str,
        key: str,
        facts: dict[str, Any],
        left: Node,
        rows: Sequence[Node],
        uses: tuple[str, ...],
        kinds: Sequence[str] = (),
    ) -> None:
        because = Text(f"rule.taylor.{key}", {"of": leaf(self.of), "point": dict(self.at), **facts})
        cited = tuple(self.cited.get(use, use) for use in uses)
        lines = tuple(zip(kinds or ["row"] * len(rows), rows, strict=True))
        self.steps.append(
            Step(
                f"{self.id}.{suffix}", "taylor", self.claim, because, cited, "outline", left=left, lines=lines
            )
        )
