"""This module answers `likelihood` asks: from the distribution of the target to the loss of a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symdl.core.elementary_ops import IDENTITY
from symdl.core.graph import Equation
from symdl.core.naming import dim_node
from symdl.derivation.calculus.likelihood import LOSS, SAMPLE, Likelihood
from symdl.derivation.step import Answer
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply, Name
from symdl.models.distributions import DISTRIBUTIONS, LOGIT, TARGET, Distribution
from symdl.problems.names import declared
from symdl.registry import nearest

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def likelihood(solver: Solver, ask: Any) -> Iterator[Answer]:
    """The loss of a distribution, and its gradient by the pre-activation; `of` names the output."""
    key = ask.distribution
    if key not in DISTRIBUTIONS:
        raise ProblemError(
            "problem.unknown_distribution", name=key, nearest=nearest(key, list(DISTRIBUTIONS)),
            known=", ".join(DISTRIBUTIONS),
        )  # fmt: skip
    kind = DISTRIBUTIONS[key]
    (found,) = solver.ids(ask)
    output = kind.parameter if ask.of is None else str(solver.named(ask.of).name)
    shape = () if ask.of is None else solver.named(ask.of).shape
    count = dim_node(shape[0]) if len(shape) > int(kind.classes) else Name("N")
    var = solver.graph.inputs[0]
    work = Likelihood(
        kind, _target(solver), output, _logit(solver, kind, ask.of), count, found.id,
        Equation(var, IDENTITY, (var,)),
    )  # fmt: skip
    steps = list(work.steps())
    solver.steps.extend(steps)
    record = {step.id.removeprefix(f"{found.id}."): to_plain(step.lines[-1][1]) for step in steps}
    yield Answer(
        found.id, "likelihood", key, output, None, left=Name(LOSS), formula={"scalar": work.total},
        table=(record,),
    )  # fmt: skip


def _target(solver: Solver) -> str:
    """The target by its name in the problem: `t`, or `y` where only that is declared."""
    known = {str(var.name) for var in solver.graph.inputs}
    return "y" if "y" in known and TARGET not in known else TARGET


def _logit(solver: Solver, kind: Distribution, of: str | None) -> str | None:
    """The pre-activation before the output; none where the output is made in another way."""
    line = None if of is None else solver.problem.lines.get(declared(of))
    free = next(name for name in (LOGIT, "a", "s") if name != SAMPLE and name not in _taken(solver, of))
    if line is None:
        return free
    match line:
        case Apply(kind.activation, (Name(text),)):
            return text
    return None if kind.activation or isinstance(line, Apply) else free


def _taken(solver: Solver, of: str | None) -> set[str]:
    """Names that stand for something else in the problem."""
    return set() if of is None else {declared(of), *solver.graph.by_name}  # type: ignore[arg-type]
