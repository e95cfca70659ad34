"""This module reads a question about scalars: its variables, their formula, the numbers of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symdl.autodiff.gathering import condensed, multiplied_out
from symdl.core.graph import ancestors
from symdl.core.naming import leaf
from symdl.derivation.calculus.differentiating import Differentiation, Kind
from symdl.errors import ProblemError
from symdl.formula.tree import Name, Node, Partial, names, substitute
from symdl.problems.names import declared

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def variables(solver: Solver, ask: Any) -> tuple[str, ...]:
    """The variables of an ask: those it names, else those without a value that it rests on, else all."""
    inputs = [var for var in solver.graph.inputs if isinstance(var.name, str)]
    if not getattr(ask, "subject_to", None):  # constraints may have variables that the objective has not
        behind = ancestors(solver.graph, solver.named(declared(ask.of)))
        stated = set(map(declared, getattr(ask, "at", None) or ()))
        inputs = [var for var in inputs if var in behind or var.name in stated] or inputs
    free = [str(var.name) for var in inputs if str(var.name) not in solver.problem.given]
    return tuple(map(declared, ask.wanted)) or tuple(free or [str(var.name) for var in inputs])


def scalar_variables(solver: Solver, ask: Any) -> tuple[str, ...]:
    """The variables of an ask, scalars only."""
    by = variables(solver, ask)
    for name in by:
        if solver.named(name).shape:
            raise ProblemError("problem.scalars_only", name=name)
    if len(by) > MAX_NAMES:
        raise ProblemError("problem.too_many_variables", count=len(by), limit=MAX_NAMES)
    return by


def one_formula(solver: Solver, of: str, by: Sequence[str], symbols: bool = False) -> Node:
    """The function as one formula: lines put in; with `symbols`, other names may go without a value."""
    lines = solver.bodies
    if of not in lines or solver.named(of).shape:
        raise ProblemError("problem.scalars_only", name=of)
    formula = lines[of]
    while set(lines) & names(formula):
        formula = substitute(formula, lines)
    if symbols:
        return formula
    for name in sorted(names(formula) - set(by) - given_numbers(solver, by).keys() - {"pi", "e"}):
        raise ProblemError("problem.no_value", name=name)
    return formula


def slopes(solver: Solver, of: str, by: Sequence[str], formula: Node, id: str) -> list[Node]:
    """The derivatives of a formula by its variables; their steps are listed, and what an earlier ask has
    differentiated by the same name is cited.
    """
    claim = solver.graph.definition[solver.named(of)]
    found = []
    for name in by:
        kind = kind_of(formula, name)
        known = solver.differentiated.setdefault((name, kind), {})
        work = Differentiation(Name(name), claim, f"{id}.{name}", kind, names(formula) | {of}, known=known)
        found.append(work.finish(formula, Partial(leaf(of), (Name(name),), kind)))
        solver.steps.extend(work.steps)
    return found


def kind_of(formula: Node, name: str) -> Kind:
    """How the derivative of a formula is written: d where nothing else is in it, else ∂."""
    return "total" if names(formula) <= {name, "pi", "e"} else "partial"


def settled(node: Node) -> Node:
    """A formula multiplied out, then with its common factors in front."""
    return condensed(multiplied_out(node))


def given_numbers(solver: Solver, by: Sequence[str]) -> dict[str, Node]:
    """The numbers that are given and stay fixed."""
    given = solver.problem.given.items()
    return {name: value.items[0] for name, value in given if not value.shape and name not in by}


MAX_NAMES = 6
