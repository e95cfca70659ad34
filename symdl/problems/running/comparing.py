"""This module answers `compare` asks: several rules on one problem, what each of them reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.evaluation import significant
from symdl.core.naming import leaf
from symdl.derivation.running.stopping import Halt
from symdl.derivation.running.tracing import Worked
from symdl.derivation.step import Answer, Step
from symdl.formula.tree import Name, number
from symdl.problems.names import declared
from symdl.problems.reading.asks import CompareRule, MinimizeAsk, UpdateAsk
from symdl.problems.reading.settings import RuleSettings, SearchSettings
from symdl.problems.running.minimizing import searched
from symdl.problems.running.rules import exact_number, ranged
from symdl.problems.running.slopes import Batched, slopes_of
from symdl.problems.running.updating import executed
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

STEPS = 20
PATH = 10  # entries of the parameters up to which the whole path is kept
BATCHES = 256  # batches over which the noise of a gradient is measured
NOTHING = 1e-12  # what rounding alone makes of the gradient on all rows
DRAWN = 3  # significant digits of a setting that is drawn
OWN = tuple({*RuleSettings.model_fields, *SearchSettings.model_fields} - {"method"})
DAMPINGS = ("damping", "lambda_")  # settings of searches that are numbers


@dataclass(frozen=True)
class Course:
    """What a contestant did: its path with the objective on all data, its last gradient, what ended it."""

    key: str
    settings: Mapping[str, Any]
    path: tuple[Mapping[str, Any], ...]
    slope: float
    halt: Halt
    batches: Mapping[str, Any]


def compare(solver: Solver, ask: Any) -> Iterator[Answer]:
    """All contestants from the same start: one answer, a record for each."""
    records = []
    (found,) = solver.ids(ask, ask.wanted)
    for k, rule in enumerate(contestants(ask, solver.problem.raw.seed or 1), start=1):
        course = _course(solver, ask, rule)
        solver.steps.append(_step(solver, ask, course, f"{found.id}.{k}"))
        records.append(_record(rule, course))
    yield Answer(found.id, "compare", ask.of, ",".join(ask.wanted), None, table=tuple(records))


def contestants(ask: Any, seed: int) -> Iterator[CompareRule]:
    """The rules of an ask; one with a grid or with drawn settings becomes several."""
    random = np.random.default_rng(seed)
    for rule in ask.rules:
        for chosen in (*_grid(rule), *_drawn(rule, random)):
            fields = {name: value for name, value in chosen.items() if name in RuleSettings.model_fields}
            rest = {name: value for name, value in chosen.items() if name not in fields}
            own = {**(rule.settings or {}), **rest}
            yield rule.model_copy(update={**fields, "settings": own or None})


def _grid(rule: CompareRule) -> Iterator[dict[str, Any]]:
    if rule.grid is None and rule.draw is None:
        yield {}
    for values in product(*(rule.grid or {}).values()) if rule.grid else ():
        yield dict(zip(rule.grid or (), values, strict=True))


def _drawn(rule: CompareRule, random: Any) -> Iterator[dict[str, Any]]:
    if rule.draw is None:
        return
    bounds = {name: [float(ranged(name, bound)) for bound in pair] for name, pair in rule.draw.items()}
    for _ in range(rule.trials or 5):
        yield {name: number(exact_number(_between(random, pair), name)) for name, pair in bounds.items()}


def _between(random: np.random.Generator, pair: list[float]) -> str:
    """A number between two others, uniform in its logarithm, as text of few digits."""
    return repr(significant(float(np.exp(random.uniform(*np.log(pair)))), DRAWN))


# Running


def _course(solver: Solver, ask: Any, rule: CompareRule) -> Course:
    own = {name: getattr(rule, name) for name in OWN}
    common = {name: getattr(ask, name) for name in ("of", "by", "start", "tolerance", "stop")}
    if rule.start is not None:
        common["start"] = rule.start
    shared = {**common, **own, "steps": ask.steps or (None if ask.data else STEPS)}
    if rule.minimize is not None:
        return _searched(solver, MinimizeAsk.model_construct(**shared, method=rule.minimize))
    data = {name: getattr(ask, name) for name in ("data", "epochs", "shuffle", "maximize")}
    size = rule.batch_size or ask.batch_size
    fields = {name: value for name, value in shared.items() if name in UpdateAsk.model_fields}
    return _updated(solver, UpdateAsk.model_construct(**fields, **data, rule=rule.update, batch_size=size))


def _searched(solver: Solver, ask: Any) -> Course:
    done = searched(solver, ask, shown=0)
    path = tuple({key: record[key] for key in ("t", "parameters", "objective")} for record in done.table)
    slope = _norm(done.run.records[-1]["g"])
    method = done.run.method
    settings = {} if method.length is None else {"learning_rate": method.length}
    return Course(method.rule.key, settings | dict(method.settings), path, slope, done.run.halt, {})


def _updated(solver: Solver, ask: Any) -> Course:
    done = executed(solver, ask, shown=0)
    whole = slopes_of(solver, done.swept, done.by)
    path = []
    for record in done.run.records:
        objective = record.objective
        if isinstance(done.slopes, Batched):
            objective = whole(record.parameters)[0]
        path.append({"t": record.t, "parameters": record.parameters, "objective": objective})
    gradient = whole(done.run.records[-1].parameters)[1]
    slope = _norm(_flat(gradient))
    halt = done.run.halt or Halt("count", {"t": done.run.steps})
    batches = _measured(done.slopes, whole, path) if isinstance(done.slopes, Batched) else {}
    return Course(ask.rule, done.run.plan.settings, tuple(path), slope, halt, batches)


def _measured(slopes: Batched, whole: Any, path: list[dict[str, Any]]) -> dict[str, Any]:
    """How batches behave: rows and steps, the noise of their gradients, how often the loss rises.

    At the start, the noise is the root of the mean square of `|g_batch - g|`, relative to `|g|`.
    """
    count = next(iter(slopes.data.values())).shape[0]
    start, objectives = path[0]["parameters"], [point["objective"] for point in path]
    right = _flat(whole(start)[1])
    epoch = range(min(slopes.epoch, BATCHES))
    errors = [float(np.sum((_flat(slopes(start, t)[1]) - right) ** 2)) for t in epoch]
    noise = float(np.sqrt(np.mean(errors) / max(float(right @ right), 1e-300)))
    rises = int(np.sum(np.diff(objectives) > 0))
    return {
        "batch_size": len(slopes.rows(0)), "rows": count, "steps_per_epoch": slopes.epoch,
        "noise": noise if noise > NOTHING else 0.0,
        "rises": rises / max(1, len(objectives) - 1),
    }  # fmt: skip


def _norm(vector: Any) -> float:
    """The norm, of numbers near the end of their range too, as those of a run that diverged."""
    largest = float(np.max(np.abs(vector)))
    return largest * float(np.linalg.norm(np.asarray(vector) / largest)) if largest else 0.0


def _flat(gradient: Mapping[str, Any]) -> Any:
    return np.concatenate([np.ravel(part) for part in gradient.values()])


# What is told


def _record(rule: CompareRule, course: Course) -> dict[str, Any]:
    last = course.path[-1]
    size = sum(np.size(value) for value in last["parameters"].values())
    stated = {name for name in RuleSettings.model_fields if getattr(rule, name) is not None}
    stated |= {*(rule.settings or {}), "learning_rate"} - {"settings"}
    damped = {name.rstrip("_"): getattr(rule, name) for name in DAMPINGS}
    settings = {name: float(value) for name, value in course.settings.items() if name in stated}
    settings |= {
        name: float(exact_number(value, name)) for name, value in damped.items() if value is not None
    }
    return {
        "rule": course.key, "kind": "update" if rule.update else "minimize", "label": rule.label,
        "form": rule.form, "epsilon_inside": rule.epsilon_inside, "line_search": rule.line_search,
        "batch_size": None,
        "start": None if rule.start is None else course.path[0]["parameters"],
        "settings": settings, "steps": last["t"], "objective": last["objective"],
        "best": min(point["objective"] for point in course.path), "gradient_norm": course.slope,
        "stopped": course.halt.key, "parameters": last["parameters"], **course.batches,
        "trace": [
            point if size <= PATH else {"t": point["t"], "objective": point["objective"]}
            for point in course.path
        ],
    }  # fmt: skip


def _step(solver: Solver, ask: Any, course: Course, id: str) -> Step:
    """The value that a contestant reaches."""
    last, of = course.path[-1], declared(ask.of)
    given = {str(var.name): value for var, value in solver.given.items()}
    facts = {
        "rule": course.key, "t": last["t"], "of": leaf(of), "worked": Worked(None, {}, {}),
        "inputs": given | dict(last["parameters"]),
    }  # fmt: skip
    key = "rule.reached_diverged" if course.halt.key in ("diverged", "outside") else "rule.reached"
    claim = solver.graph.definition[solver.named(of)]
    return Step(
        id, "update", claim, Text(key, facts), (), "tutorial", last["objective"], None,
        Name(f"{of}_t{last['t']}"), (), solver.graph,
    )  # fmt: skip
