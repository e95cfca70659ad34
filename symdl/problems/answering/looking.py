"""This module says what is known of the signs of the quantities of a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symdl.core.facts import COLUMNS
from symdl.core.graph import Var
from symdl.core.value import Local
from symdl.derivation.convexity.composing import Composed
from symdl.derivation.convexity.judging import Signs
from symdl.derivation.convexity.smooth import smooth
from symdl.formula.tree import Apply, Node, rebuild, substitute
from symdl.problems.assumptions import held
from symdl.problems.problem import Problem

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

TOLD = (
    "positive", "positive-definite", "positive-semidefinite", "symmetric", "distribution", COLUMNS, "unit",
)  # fmt: skip


def signs_of(solver: Solver) -> Signs:
    """The shapes, the lines and the facts that tell signs."""
    shapes = {name: var.shape for name, var in solver.graph.by_name.items() if isinstance(name, str)}
    return Signs(shapes, written_out(solver.problem), solver.problem.facts)


def given_signs(solver: Solver, by: Sequence[Var]) -> Signs:
    """The same, and what holds of the numbers that are given for what stays as it is."""
    signs, moving = signs_of(solver), {str(var.name) for var in by}
    found = {
        name: tuple(fact for fact in TOLD if held(given, fact))
        for name, given in solver.problem.given.items()
        if name not in moving
    }
    facts = {name: (*signs.facts.get(name, ()), *more) for name, more in found.items()}
    return replace(signs, facts={**signs.facts, **facts})


def written_out(problem: Problem) -> dict[str, Node]:
    """The lines of a problem with its own functions put in."""
    if not problem.functions:
        return dict(problem.lines)
    return {name: _called(node, problem.functions) for name, node in problem.lines.items()}


def _called(node: Node, functions: Mapping[str, Local]) -> Node:
    node = rebuild(node, lambda child: _called(child, functions))
    if isinstance(node, Apply) and node.function in functions:
        own = functions[node.function]
        inner = {name: local for name, local in functions.items() if name != node.function}
        return _called(substitute(own.body, dict(zip(own.params, node.args, strict=True))), inner)
    return node


def judges_of(solver: Solver, by: Sequence[Var]) -> Iterator[tuple[Composed, bool]]:
    """What tells how formulas bend by some quantities: for all values, then for the given ones."""
    names = frozenset(str(var.name) for var in by)
    yield Composed(names, signs_of(solver)), False
    if solver.problem.given.keys() - names:
        yield Composed(names, given_signs(solver, by)), True


def smoothly(solver: Solver, of: str, by: Sequence[Var]) -> bool:
    """Whether second derivatives of a line prove something: it is smooth on a convex domain."""
    judge = Composed(frozenset(str(var.name) for var in by), signs_of(solver))
    line = judge.signs.lines.get(of)
    return line is not None and smooth(judge, line)
