"""This module answers `update` asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.naming import leaf
from symdl.derivation.running.timing import coordinates, placed, printed, renamed
from symdl.derivation.running.tracing import Worked
from symdl.derivation.running.update import NEVER, SHOWN, Line, Run, run_rule
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import names
from symdl.models.optimizers import AHEAD, CLIPPED, GRADIENT, NORM, RATE, THETA, TIME
from symdl.problems.names import base_name, declared
from symdl.problems.reading.asks import unused
from symdl.problems.running.exact_runs import exact_update
from symdl.problems.running.repeating import Repeated
from symdl.problems.running.rules import plan_of
from symdl.problems.running.slope_lines import SlopeLines
from symdl.problems.running.slopes import Batched, Slopes, batched, slopes_of, steps_of
from symdl.problems.running.stages import stages
from symdl.problems.running.starting import point_text, rounding_of, start_of, stopping_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULES = {
    THETA: "rule.update_parameter", AHEAD: "rule.update_ahead", RATE: "rule.update_rate",
    NORM: "rule.update_norm",
}  # fmt: skip
PREPARED = {  # what is done to a gradient before its rule, by the setting that stands in the formula
    "clip_value": "rule.update_clipped", "clip_norm": "rule.update_shortened",
    "weight_decay": "rule.update_decayed", None: "rule.update_upward",
}  # fmt: skip


@dataclass(frozen=True)
class Executed:
    """An update ask that was run: its rule, by what, the gradients that it walked along."""

    run: Run
    by: tuple[str, ...]
    slopes: Slopes | Batched
    swept: Backward


def update(solver: Solver, ask: Any) -> Iterator[Answer]:
    """Steps of an update rule: one answer per parameter, the records of all steps in it."""
    done = executed(solver, ask)
    run, slopes = done.run, done.slopes
    ids = solver.ids(ask, done.by)
    own = ask.id or f"update.{ask.rule}"
    solver.runs[own] = run
    solver.moved[own] = {**slopes.moved, **run.records[-1].parameters}
    written = SlopeLines(solver, ask.of, done.by)
    again = _again(solver, ask, done, ids[0].id)
    solver.steps.extend(() if again is None else again.steps())
    for t, lines in groupby(run.lines, key=lambda line: line.t):
        if isinstance(slopes, Batched):
            solver.steps.extend(stages(solver, ask, slopes, run, t, ids[0].id))
        passes = again if t == 1 else None
        solver.steps.extend(
            _step(solver, ask, slopes, line, run, ids[0].id, written, passes) for line in lines
        )
    if ask.analysis:
        from symdl.problems.running.analyzing import analysis_steps

        solver.steps.extend(analysis_steps(solver, ask, run, done.by, ids[0].id))
    note = None if run.halt is None else Text(f"note.{run.halt.key}", run.halt.facts)
    plain = not isinstance(slopes, Batched) and not slopes.moved
    exact = [] if not plain else exact_update(solver, ask, run, done.swept, done.by)
    for found, name in zip(ids, done.by, strict=True):
        last = run.records[-1].parameters[name]
        yield Answer(
            found.id, "update", ask.of, name, last, table=tuple(_records(run, name, slopes, exact)), note=note
        )


def executed(solver: Solver, ask: Any, shown: int = SHOWN) -> Executed:
    """The run of an update ask."""
    by = tuple(dict.fromkeys(base_name(declared(name)) for name in ask.wanted)) or tuple(
        str(var.name) for var in solver.graph.inputs if var.role == "parameter"
    )
    if not by:
        known = ", ".join(str(var.name) for var in solver.graph.inputs)
        raise ProblemError("problem.nothing_updated", name="by", rule=ask.rule, known=known)
    plan = plan_of(ask.rule, ask, fresh=bool(ask.data or ask.after or ask.start))
    swept = solver.backward(declared(ask.of), by, listed=ask.after is None)
    moved = _moved(solver, ask)
    slopes = batched(solver, ask, by, moved) if ask.data else slopes_of(solver, swept, by, moved)
    stopping = stopping_of(ask)
    steps = len(slopes.order) if isinstance(slopes, Batched) else steps_of(ask, None, stopping != NEVER)
    start = start_of(solver, ask, by, moved)
    run = run_rule(plan, start, slopes, steps, rounded=rounding_of(solver), shown=shown, stopping=stopping)
    if not run.records:
        raise ProblemError("problem.start_not_finite", name=ask.of, point=point_text(start))
    return Executed(run, by, slopes, swept)


def _again(solver: Solver, ask: Any, done: Executed, id: str) -> Repeated | None:
    """The passes at the point that the update before has left; None where those of the sheet are meant, or
    serve as the pattern of passes too long to be told twice.
    """
    if ask.after is None:
        return None
    if not isinstance(done.slopes, Batched):
        again = Repeated(solver, done.slopes, done.run.records[0].parameters, id)
        if again.fits:
            return again
    solver.backward(declared(ask.of), done.by)
    return None


def _moved(solver: Solver, ask: Any) -> Mapping[str, Any]:
    """What the updates before this one have changed: all that the one it comes after started from, and its
    own parameters.
    """
    if ask.after is None:
        return {}
    if ask.after not in solver.runs:
        raise ProblemError("problem.unknown_after", name=ask.after, known=", ".join(solver.runs))
    return solver.moved[ask.after]


def _records(
    run: Run, name: str, slopes: Slopes | Batched, exact: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    others = {key: value for key, value in slopes.moved.items() if key not in slopes.by}
    for k, record in enumerate(run.records):
        yield {
            "t": record.t,
            "parameters": record.parameters,
            "gradient": record.gradient,
            "state": {key: values[name] for key, values in record.state.items() if name in values},
            "objective": record.objective,
            **_batch(record.t, slopes),
            **({"others": others} if others and record is run.records[0] else {}),
            **({"exact": own_state(exact[k], name)} if k < len(exact) else {}),
        }


def own_state(exact: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An exact record with the state of one parameter only."""
    return {**exact, "state": {key: values[name] for key, values in exact["state"].items()}}


def _batch(t: int, slopes: Slopes | Batched) -> dict[str, Any]:
    """The rows of the data that the next step looks at, counted from 1."""
    if not isinstance(slopes, Batched):
        return {}
    last = min(t, len(slopes.order) - 1)  # the loss after the last step is that of its batch once more
    return {"epoch": last // slopes.epoch + 1, "batch": [row + 1 for row in slopes.rows(t)]}


def _step(
    solver: Solver, ask: Any, slopes: Slopes | Batched, line: Line, run: Run, id: str, written: SlopeLines,
    again: Repeated | None = None,
) -> Step:  # fmt: skip
    called = _called(solver, run)
    left, right = printed(line, declared(ask.of), run.steps, called)
    swept, data = slopes.at(line.t - 1)
    parameter = line.parameter or slopes.by[0]
    worked = _worked(line, run, declared(ask.of), called)
    if line.formula is None:
        point = {**slopes.moved, **(line.point or {})}
        if again is not None and AHEAD not in line.fresh:
            found = again.gradient(parameter)
        else:
            found = written.gradient(parameter, point, coordinates(line, run.steps))
        rounded = solver.problem.conventions.rounding == "carry"  # product by product, in the backward pass
        right, worked = (right, worked) if found is None or data or rounded else found
    facts = {
        "parameter": leaf(parameter), "rule": run.plan.rule.key, "t": line.t, "target": left,
        "worked": worked,
        "loss": leaf(declared(ask.of)),
        "point": {**slopes.moved, **data, **(line.point or {})}, "at": line.parameter,
        "shaped": line.formula is None or np.ndim(run.records[0].parameters[parameter]) in run.plan.others,
        "rows": tuple(_batch(line.t - 1, slopes).get("batch", ())), "run": id, "called": called,
    }  # fmt: skip
    what = "gradient" if line.formula is None else line.target
    rests = (f"backward.{swept.of.label}.{parameter}",)
    name = f"update.{line.parameter}[{line.t}].{what}" if line.parameter else f"update[{line.t}].{what}"
    adjoint = swept.adjoints[swept.graph.by_name[parameter]]
    return Step(
        unused(_own(ask, name), solver.seen), "update", swept.graph.definition[adjoint],
        Text(_because(line, data), facts),
        rests if again is None else again.uses(adjoint), "lecture", line.value, None, left,
        () if right is None else (("rule", right),), swept.graph,
    )  # fmt: skip


def _called(solver: Solver, run: Run) -> dict[str, str]:
    """What names of the rule are called that quantities of the problem have."""
    lines = [*run.plan.lines, *(line for other in run.plan.others.values() for line in other)]
    words = [*run.plan.settings, *(name for target, node in lines for name in (target, *sorted(names(node))))]
    return renamed(
        [word for word in dict.fromkeys(words) if word not in (THETA, AHEAD, TIME)],
        {str(name).partition("[")[0] for name in solver.graph.by_name if isinstance(name, str)},
    )


def _worked(line: Line, run: Run, loss: str, called: Mapping[str, str]) -> Worked:
    settings = {name: float(value) for name, value in run.plan.settings.items()}
    old = line.operands.get(THETA) if line.target == THETA else None
    found = placed(line, loss, run.steps, settings, called)
    return Worked(line.formula, {**settings, **line.operands}, found, old=old)


def _because(line: Line, data: Mapping[str, Any]) -> str:
    """The key of the sentence of a line."""
    if line.target == GRADIENT and line.formula is None:
        return "rule.update_batch" if data else "rule.update_gradient"
    reads = names(line.formula) if line.formula is not None else frozenset()
    if line.target == GRADIENT:
        return next(key for name, key in PREPARED.items() if name is None or name in reads)
    if line.target == THETA and CLIPPED in reads:
        return "rule.update_boxed"
    return RULES.get(line.target, "rule.update_state")


def _own(ask: Any, name: str) -> str:
    """The id of a line, with that of its ask in front where it has one."""
    return name if ask.id is None else f"{ask.id}.{name}"
