"""This module answers `taylor` asks: one variable to any order with the remainder, several to order two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from symdl.autodiff.gathering import expanded, told
from symdl.core.algebra import ratio
from symdl.core.constants import number_at
from symdl.core.differentiation import differentiate
from symdl.core.naming import leaf
from symdl.derivation.calculus import Differentiation, Known
from symdl.derivation.step import Answer, Step
from symdl.derivation.taylor import between_name, scalar_polynomial, scalar_remainder, vector_polynomial
from symdl.errors import ProblemError
from symdl.formula.tree import ZERO, Apply, Compare, Name, Node, Partial, names, substitute
from symdl.problems.given import given_value
from symdl.problems.names import declared
from symdl.problems.stationary import one_formula, scalar_variables
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solution import Solver

MAX_SCALAR = 12
POLYNOMIAL, REMAINDER = "P", "R"


def taylor(solver: Solver, ask: Any) -> Iterator[Answer]:
    """Taylor's polynomial of a function of scalars at a point."""
    of, by = declared(ask.of), scalar_variables(solver, ask)
    order = ask.order if ask.order is not None else 2
    most = MAX_SCALAR if len(by) == 1 else 2
    if not 0 <= order <= most:
        raise ProblemError("problem.taylor_order", got=order, limit=most)
    (found,) = solver.ids(ask)
    work = _Expansion(solver, of, by, found.id, _point(solver, ask, by))
    result = work.scalar(order) if len(by) == 1 else work.several(order)
    solver.steps.extend(work.steps)
    left = Apply(POLYNOMIAL, tuple(map(Name, by)))
    yield Answer(found.id, "taylor", ask.of, ",".join(by), None, None, left, {"scalar": result})


def _point(solver: Solver, ask: Any, by: Sequence[str]) -> dict[str, Node]:
    """Where it is expanded: the point of the ask, else what is given, else 0."""
    stated = {declared(name): given_value(value).items[0] for name, value in (ask.at or {}).items()}
    given = {name: value.items[0] for name, value in solver.problem.given.items() if not value.shape}
    return {name: stated.get(name, given.get(name, ZERO)) for name in by}


class _Expansion:
    """One expansion being written."""

    def __init__(self, solver: Solver, of: str, by: Sequence[str], id: str, at: dict[str, Node]) -> None:
        self.of, self.by, self.id, self.at = of, by, id, at
        self.formula = one_formula(solver, of, by)
        self.claim = solver.graph.definition[solver.named(of)]
        self.steps: list[Step] = []
        self.known: dict[str, Known] = {}

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
        self._add(
            "remainder",
            "remainder",
            facts,
            Apply(REMAINDER, (Name(name),)),
            (rest,),
            (f"{self.id}.d{order + 1}",),
        )
        return result

    def several(self, order: int) -> Node:
        """Several variables: value, gradient and Hessian at the point, the sum."""
        slopes = [self._derived(self.formula, name, 1, f"{self.id}.{name}") for name in self.by]
        second = [[_tidied(differentiate(slope, name)) for name in self.by] for slope in slopes]
        placed = [[self._put(entry) for entry in row] for row in second]
        written = vector_polynomial(
            self._put(self.formula), [self._put(slope) for slope in slopes], placed, self.at, order
        )
        return self._sum(written, tuple(f"{self.id}.{name}" for name in self.by), order)

    def _derived(self, node: Node, name: str, order: int, id: str | None = None) -> Node:
        id = id or f"{self.id}.d{order}"
        kind: Any = "total" if len(self.by) == 1 and names(self.formula) <= {name, "pi", "e"} else "partial"
        work = Differentiation(
            Name(name), self.claim, id, kind, names(self.formula) | {self.of},
            known=self.known.setdefault(name, {}),
        )  # fmt: skip
        result = work.finish(node, Partial(leaf(self.of), (Name(name),) * order, kind))
        self.steps.extend(work.steps)
        return result

    def _put(self, node: Node) -> Node:
        """A formula at the point, worked out where it is rational."""
        placed = substitute(node, self.at)
        value, exact = number_at(placed) if names(placed) <= {"pi", "e"} else (0.0, None)
        if value != value or value in (float("inf"), float("-inf")):
            raise ProblemError("problem.no_derivative_at", of=self.of, point=", ".join(self.by))
        return ratio(exact) if exact is not None else _tidied(placed)

    def _value(self, slope: Node, order: int) -> Node:
        value = self._put(slope)
        (name,) = self.by
        rows = tuple(dict.fromkeys((substitute(slope, self.at), value)))
        where = Compare("=", Name(name), self.at[name])
        uses = (f"{self.id}.d{order}",) if order else ()
        left = Partial(leaf(self.of), (Name(name),) * order, "total") if order else leaf(self.of)
        self._add(f"at{order}", "value", {"where": where, "order": order, "slope": slope}, left, rows, uses)
        return value

    def _sum(self, written: Node, uses: tuple[str, ...], order: int) -> Node:
        forms = [form.node for form in told(written)]
        result = forms[-1] if forms else written
        where = tuple(Compare("=", Name(name), node) for name, node in self.at.items())
        facts = {"order": order, "where": where}
        self._add(
            "polynomial",
            "polynomial",
            facts,
            Apply(POLYNOMIAL, tuple(map(Name, self.by))),
            (written, *forms),
            uses,
        )
        return result

    def _add(
        self,
        suffix: str,
        key: str,
        facts: dict[str, Any],
        left: Node,
        rows: Sequence[Node],
        uses: tuple[str, ...],
    ) -> None:
        because = Text(f"rule.taylor.{key}", {"of": leaf(self.of), "point": dict(self.at), **facts})
        lines = tuple(("row", row) for row in rows)
        self.steps.append(
            Step(
                f"{self.id}.{suffix}", "taylor", self.claim, because, uses, "outline", left=left, lines=lines
            )
        )


def _tidied(node: Node) -> Node:
    return expanded([node, *(form.node for form in told(node))][-1])
