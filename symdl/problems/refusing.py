"""This module refuses what has no finite value or no derivative, and says where and with which numbers."""

from __future__ import annotations

from collections.abc import Set
from fractions import Fraction

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.evaluation import Values, to_float
from symdl.core.expansion import primitive
from symdl.core.graph import Equation, Graph, Var, ancestors
from symdl.core.op import Pointwise
from symdl.errors import DomainError, Place
from symdl.formula.plain import to_plain
from symdl.formula.tree import Negate, Node, Number, substitute
from symdl.problems.instances import kinks_at
from symdl.problems.names import base_name
from symdl.problems.problem import Problem
from symdl.problems.rounded_away import not_finite


def refuse_not_finite(problem: Problem, values: Values) -> None:
    """Every line has a value."""
    flat = primitive(problem.graph, stable=True)
    for equation in flat.equations:
        if equation.out in values and not _finite(values, equation.out):
            name = str(_owner(flat, equation.out))
            raise not_finite(problem, name, _cause(equation, values)).at(_line(problem, name))


def refuse_infinite(values: Values, swept: Backward, needed: Set[Var], names: Set[str]) -> None:
    """What is asked for has finite derivatives, as √x at 0 has not."""
    for equation in swept.graph.equations:
        if equation.out in needed and equation.out in values and not _finite(values, equation.out):
            name = ", ".join(sorted(names & set(swept.graph.by_name)))
            singular = any(each.op.key == "det" for each in swept.graph.equations)
            key = "domain.singular" if singular else "domain.infinite"
            raise DomainError(key, of=str(swept.of.name), by=name, cause=_cause(equation, values))


def refuse_kinks(problem: Problem, values: Values, loss: Var) -> None:
    """Under `kink = "undefined"`, a derivative at a kink is no derivative."""
    if problem.conventions.kink != "undefined":
        return
    for var in kinks_at(problem.graph, values) & ancestors(problem.graph, loss):
        name = str(_owner(problem.graph, var))
        raise DomainError("domain.kink", place=problem.raw.place("let", name), name=name)


def _finite(values: Values, var: Var) -> bool:
    return bool(np.all(np.isfinite(to_float(values[var]))))


def _line(problem: Problem, name: str) -> Place:
    """The line of `[let]` that defines a quantity; a node of a one-line problem stands in that line."""
    lines = problem.raw.let
    family = (left for left in lines if left.partition("[")[0] == base_name(name))
    left = name if name in lines else next(family, next(iter(lines), ""))
    return problem.raw.place("let", left)


def _cause(equation: Equation, values: Values) -> str:
    """What has no finite value, with its numbers: `1/0`, `log(-2)`."""
    op, result = equation.op, np.asarray(to_float(values[equation.out]))
    if not isinstance(op, Pointwise):
        return op.key
    spot = tuple(np.argwhere(~np.isfinite(result))[0])
    numbers = (float(np.asarray(to_float(values[arg]))[spot]) for arg in equation.args)
    operands = {p: _operand(x) for p, x in zip(op.params, numbers, strict=True)}
    return to_plain(substitute(op.printed, operands))


def _owner(graph: Graph, var: Var) -> object:
    """The named line that a quantity belongs to."""
    if isinstance(var.name, str):
        return var.name
    reached = {var}
    for equation in graph.equations:
        if not reached.isdisjoint(equation.args):
            if equation.out.name is not None:
                return equation.out.name
            reached.add(equation.out)
    return var.label


def _operand(value: float) -> Node:
    """A number in an error message, four digits of it: 1.07e301 rather than three hundred zeros."""
    written = f"{abs(value):.4g}".replace("e+", "e")
    found = Number(Fraction(written), written)
    return Negate(found) if value < 0 else found
