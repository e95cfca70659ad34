"""This module answers `update` asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.evaluation import significant
from symdl.core.naming import leaf
from symdl.derivation.step import Answer, Step
from symdl.derivation.timing import placed, printed
from symdl.derivation.tracing import Worked
from symdl.derivation.update import Line, Run, run_rule
from symdl.errors import ProblemError
from symdl.models.optimizers import AHEAD, GRADIENT, NORM, RATE, THETA
from symdl.problems.asks import unused
from symdl.problems.problem import base_name, declared
from symdl.problems.rules import plan_of
from symdl.problems.slopes import Batched, Slopes, batched, slopes_of, steps_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solution import Solver

RULES = {
    THETA: "rule.update_parameter", AHEAD: "rule.update_ahead", GRADIENT: "rule.update_prepared",
    RATE: "rule.update_rate", NORM: "rule.update_norm",
}  # fmt: skip


def update(solver: Solver, ask: Any) -> Iterator[Answer]:
    """Steps of an update rule: one answer per parameter, the records of all steps in it."""
    by = tuple(dict.fromkeys(base_name(declared(name)) for name in ask.wanted)) or tuple(
        str(var.name) for var in solver.graph.inputs if var.role == "parameter"
    )
    plan = plan_of(ask.rule, ask, fresh=bool(ask.data or ask.after or ask.start))
    swept = solver.backward(declared(ask.of), by)
    ids = solver.ids(ask, by)
    if not solver.numeric:
        yield from (Answer(found.id, "update", ask.of, name) for found, name in zip(ids, by, strict=True))
        return
    slopes = batched(solver, ask, by) if ask.data else slopes_of(solver, swept, by)
    steps = len(slopes.order) if isinstance(slopes, Batched) else steps_of(ask)
    run = run_rule(plan, _start(solver, ask, by), slopes, steps, rounded=_rounding(solver))
    solver.runs[ask.id or f"update.{ask.rule}"] = run
    solver.steps.extend(_step(solver, ask, slopes, line, run) for line in run.lines)
    note = Text("note.diverged", {"rule": plan.rule.key, "t": run.diverged}) if run.diverged else None
    for found, name in zip(ids, by, strict=True):
        last = run.records[-1].parameters[name]
        yield Answer(
            found.id, "update", ask.of, name, last, table=tuple(_records(run, name, slopes)), note=note
        )


def _start(solver: Solver, ask: Any, by: tuple[str, ...]) -> dict[str, Any]:
    """The parameters to start from: as given, as the ask says, or where another update ended."""
    earlier: Mapping[str, Any] = {}
    if ask.after is not None:
        if ask.after not in solver.runs:
            raise ProblemError("problem.unknown_after", name=ask.after, known=", ".join(solver.runs))
        earlier = solver.runs[ask.after].records[-1].parameters
    found = {name: earlier.get(name, solver.given[solver.named(name)]) for name in by}
    return {name: np.asarray(value, dtype=float) for name, value in found.items()}


def _rounding(solver: Solver) -> Any:
    policy = solver.problem.conventions
    return (lambda value: significant(value, policy.digits)) if policy.rounding == "carry" else None


def _records(run: Run, name: str, slopes: Slopes | Batched) -> Iterator[dict[str, Any]]:
    for record in run.records:
        yield {
            "t": record.t,
            "parameters": record.parameters,
            "gradient": record.gradient,
            "state": {key: values[name] for key, values in record.state.items()},
            "objective": record.objective,
            **_batch(record.t, slopes),
        }


def _batch(t: int, slopes: Slopes | Batched) -> dict[str, Any]:
    """The rows of the data that the next step looks at, counted from 1."""
    if not isinstance(slopes, Batched):
        return {}
    return {"batch": [row + 1 for row in slopes.rows(t)]}


def _step(solver: Solver, ask: Any, slopes: Slopes | Batched, line: Line, run: Run) -> Step:
    left, right = printed(line, declared(ask.of), run.steps)
    swept, data = slopes.at(line.t - 1)
    parameter = line.parameter or slopes.by[0]
    facts = {
        "parameter": leaf(parameter), "rule": run.plan.rule.key, "t": line.t, "target": left,
        "worked": _worked(line, run, declared(ask.of)),
        "loss": leaf(declared(ask.of)),
        "point": {**data, **(line.point or {})}, "at": line.parameter,
        "rows": tuple(_batch(line.t - 1, slopes).get("batch", ())),
    }  # fmt: skip
    what = "gradient" if line.formula is None else line.target
    name = f"update.{line.parameter}[{line.t}].{what}" if line.parameter else f"update[{line.t}].{what}"
    adjoint = swept.adjoints[swept.graph.by_name[parameter]]
    return Step(
        unused(_own(ask, name), solver.seen), "update", swept.graph.definition[adjoint],
        Text(_because(line, data), facts),
        (f"backward.{swept.of.label}.{parameter}",), "lecture", line.value, None, left,
        () if right is None else (("rule", right),), swept.graph,
    )  # fmt: skip


def _worked(line: Line, run: Run, loss: str) -> Worked:
    settings = {name: float(value) for name, value in run.plan.settings.items()}
    old = line.operands.get(THETA) if line.target == THETA else None
    found = placed(line, loss, run.steps, settings)
    return Worked(line.formula, {**settings, **line.operands}, found, old=old)


def _because(line: Line, data: Mapping[str, Any]) -> str:
    """The key of the sentence of a line."""
    if line.target == GRADIENT and line.formula is None:
        return "rule.update_batch" if data else "rule.update_gradient"
    return RULES.get(line.target, "rule.update_state")


def _own(ask: Any, name: str) -> str:
    """The id of a line, with that of its ask in front where it has one."""
    return name if ask.id is None else f"{ask.id}.{name}"
