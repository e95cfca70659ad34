"""This module answers `minimize` asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.naming import leaf
from symdl.derivation.running.descent import descend
from symdl.derivation.running.layout import Layout, layout
from symdl.derivation.running.methods import Descent, Method, Move, Surface, Walls
from symdl.derivation.running.search import SHOWN
from symdl.derivation.running.tracing import sides, worked
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import Name
from symdl.models.minimizers import MINIMIZERS, SEARCHES, Minimizer
from symdl.problems.names import base_name, declared
from symdl.problems.running.exact_runs import exact_search
from symdl.problems.running.phi import phi_lines
from symdl.problems.running.projection import projection, stated
from symdl.problems.running.rules import exact_number, ranged
from symdl.problems.running.slope_lines import SlopeLines
from symdl.problems.running.starting import point_text, rounding_of, start_of, stopping_of
from symdl.problems.running.surfaces import surface_of
from symdl.problems.running.walls import slack_lines, walls_of
from symdl.registry import nearest
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

STEPS = 100  # where an ask states only when to stop
DAMPING = "1/100"
IDLE = (
    "learning_rate", "line_search", "damping", "lambda_", "adaptive", "residuals", "subject_to", "maximize",
    "momentum", "rho", "beta1", "beta2", "epsilon", "epsilon_inside", "weight_decay", "clip_value",
    "clip_norm", "clip_weights",
)  # fmt: skip


@dataclass(frozen=True)
class Searched:
    """A minimize ask that was run: over which surface, how its variables lie in one vector."""

    run: Descent
    by: tuple[str, ...]
    surface: Surface
    places: Layout

    @property
    def table(self) -> tuple[dict[str, Any], ...]:
        """The records of all steps, each parameter by its name."""
        return tuple(_records(self.run, self.places, self.by))


def minimize(solver: Solver, ask: Any) -> Iterator[Answer]:
    """A minimizer, step by step, one answer with all steps in it; without a method, the KKT conditions."""
    if ask.subject_to and ask.method is None:
        from symdl.problems.answering import constrained

        yield from constrained.constrained(solver, ask)
        return
    done = searched(solver, ask)
    run, by, table = done.run, done.by, done.table
    exact = exact_search(solver, ask, run, solver.backward(declared(ask.of), by), by, table)
    table = tuple(row | ({"exact": exact[k]} if k < len(exact) else {}) for k, row in enumerate(table))
    (found,) = solver.ids(ask, by)
    variable = by[0] if len(by) == 1 else "x"
    written = SlopeLines(solver, ask.of, by)
    lines = [
        step for k, move in enumerate(run.moves)
        for step in _steps(solver, ask, move, variable, done, found.id, k, written)
    ]  # fmt: skip
    solver.steps.extend(lines if ask.remark is None else _remarked(lines, ask.remark))
    if ask.analysis:
        from symdl.problems.running.search_analysis import search_analysis  # which few problems ask for

        solver.steps.extend(search_analysis(solver, ask, done, found.id))
    yield Answer(
        found.id, "minimize", ask.of, ",".join(by), done.places.pack(table[-1]["parameters"]), table=table,
        note=Text(f"note.{run.halt.key}", {**run.halt.facts, "rule": run.method.rule.key}),
        limits=tuple(stated(solver, ask, done.places)) if ask.subject_to else (),
    )  # fmt: skip


def _remarked(lines: list[Step], remark: Any) -> list[Step]:
    """The lines with a remark beside the function along the first line, or beside the first of all."""
    place = next((k for k, line in enumerate(lines) if line.because.key == "rule.move_phi"), 0)
    return [
        replace(line, because=Text(line.because.key, {**line.because.facts, "remark": remark}))
        if k == place else line
        for k, line in enumerate(lines)
    ]  # fmt: skip


def searched(solver: Solver, ask: Any, shown: int = SHOWN) -> Searched:
    """The run of a minimize ask."""
    rule = _rule(ask)
    by = tuple(dict.fromkeys(base_name(declared(name)) for name in ask.wanted)) or _free(solver)
    start = start_of(solver, ask, by)
    places = layout(start)
    scalar = places.size == 1
    point = float(places.pack(start)[0]) if scalar else places.pack(start)
    method = _method(solver, ask, rule, places, point)
    surface = surface_of(solver, ask, rule, by, places, scalar)
    steps = ask.steps or (STEPS if ask.tolerance is not None or ask.stop is not None else 5)
    run = descend(method, surface, point, steps, shown)
    if not run.records:
        raise ProblemError("problem.start_not_finite", name=ask.of, point=point_text(start))
    return Searched(run, by, surface, places)


def _free(solver: Solver) -> tuple[str, ...]:
    return tuple(str(var.name) for var in solver.graph.inputs if var.role == "parameter") or tuple(
        str(var.name) for var in solver.graph.inputs
    )


def _rule(ask: Any) -> Minimizer:
    key = ask.method or "steepest_descent"
    rule = MINIMIZERS.get(key)
    if rule is None:
        known = list(MINIMIZERS)
        raise ProblemError(
            "problem.unknown_method",
            name=key,
            nearest=nearest(key, known),
            known=", ".join(known),
            setting="method",
        )
    if ask.form is not None and ask.form not in rule.forms:
        raise ProblemError(
            "problem.unknown_form", name=ask.form, rule=key, known=", ".join(rule.forms), setting="form"
        )
    return rule


def _method(solver: Solver, ask: Any, rule: Minimizer, places: Layout, start: Any) -> Method:
    search = ask.line_search or rule.line_search
    _refuse_idle(ask, rule, search)
    length = None if ask.learning_rate is None else exact_number(ask.learning_rate, "learning_rate")
    if length is not None and length <= 0:
        raise ProblemError("problem.setting_positive", name="learning_rate", got=length)
    damping = ask.lambda_ if ask.lambda_ is not None else ask.damping if ask.damping is not None else DAMPING
    stated = {**rule.settings, **SEARCHES.get(search, {}), **(ask.settings or {})}
    chance = rule.way == "chance"
    return Method(
        rule, ask.form or rule.forms[0], search,
        None if length is None else float(length), float(ranged("lambda", damping)),
        ask.adaptive is not False,
        stopping_of(ask, None if chance else "1/10^8"),
        {name: float(ranged(name, value)) for name, value in stated.items()}, rounding_of(solver),
        projection(solver, ask, places) if rule.way == "projected" else None,
        walls_of(solver, ask, places, start) if rule.way == "barrier" else None,
        np.random.default_rng(solver.problem.raw.seed or 1) if chance else None,
    )  # fmt: skip


def _refuse_idle(ask: Any, rule: Minimizer, search: str) -> None:
    """A setting that the method does not heed is refused: it would mislead without a word."""
    known, own = _heeded(rule, search if ask.learning_rate is None else ""), ask.settings or {}
    for name in (*IDLE, *own):
        if (name in own or getattr(ask, name, None) is not None) and name not in known:
            listed = ", ".join(key.rstrip("_") for key in known) or "–"
            raise ProblemError("problem.setting_unused", name=name.rstrip("_"), rule=rule.key, known=listed)


def _heeded(rule: Minimizer, search: str) -> tuple[str, ...]:
    """The settings that a method heeds, with its way to search along a line."""
    found = [*rule.settings, *SEARCHES.get(search, {})]
    found += ["learning_rate", "line_search"] if rule.way == "line" and not rule.damped else []
    found += ["learning_rate", "subject_to"] if rule.way == "projected" else []
    found += ["subject_to"] if rule.way == "barrier" else []
    found += ["damping", "lambda_", "adaptive"] if rule.damped else []
    found += ["residuals"] if rule.curvature and rule.way != "barrier" else []
    return tuple(found)


def _records(run: Descent, places: Layout, by: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for record in run.records:
        rest = {key: value for key, value in record.items() if key not in ("x", "g")}
        yield {
            "t": record["t"],
            "parameters": places.unpack(np.atleast_1d(record["x"])),
            "gradient": places.unpack(np.atleast_1d(record["g"])),
            **rest,
        }


# Lines


def _steps(
    solver: Solver, ask: Any, move: Move, variable: str, done: Searched, run: str, k: int,
    written: SlopeLines,
) -> Iterator[Step]:  # fmt: skip
    id = f"{run}.{move.t}.{k}"
    called = {"x": variable, "f": declared(ask.of)}
    left, right = sides(move, called)
    how = worked(move, called)
    if move.kind in ("gradient", "hessian"):
        point = done.places.unpack(np.atleast_1d(move.at))
        found = written.gradients(point) if move.kind == "gradient" else written.hessian(point)
        right, how = (right, how) if found is None else found
    if move.kind == "slack" and done.run.method.walls is not None:
        right, how = slack_lines(done.run.method.walls, done.places, move.at)
    claim = solver.graph.definition[solver.named(ask.of)]
    if move.kind == "exact":
        for line in phi_lines(solver, ask, move, done.places, claim, id):
            yield replace(line, because=Text(line.because.key, {**line.because.facts, "run": run}))
    facts = {
        "t": move.t, "of": leaf(declared(ask.of)), "point": Name(f"{variable}_t{move.t - 1}"),
        "worked": how, "parent": _parent(move, done.surface, done.run.method.walls), "at": move.at,
        "rule": ask.method or "steepest_descent", "run": run, **_plain_facts(move),
        **_inputs(solver, move, done),
    }  # fmt: skip
    yield Step(
        id, "update", claim, Text(f"rule.move_{_sentence(move)}", facts), (), "lecture", move.value, None,
        left, () if right is None else (("rule", right),), solver.graph,
    )  # fmt: skip


def _sentence(move: Move) -> str:
    if move.kind == "slope":
        return "descent" if move.value < 0 else "ascent"
    if move.kind == "gain":
        return "gain_good" if move.value > 0 else "gain_bad"
    return move.kind


FACTS = ("count", "factor", "matrix", "phi", "best", "height", "curved", "psi", "diagonal", "tried")


def _plain_facts(move: Move) -> dict[str, Any]:
    return {key: value for key, value in move.facts.items() if key in FACTS}


def _inputs(solver: Solver, move: Move, done: Searched) -> dict[str, Any]:
    """All inputs of the problem at a trial point, or at the points along a line; what they had to satisfy."""
    given = {str(var.name): value for var, value in solver.given.items()}

    def inputs(point: Any) -> dict[str, Any]:
        return given | done.places.unpack(np.atleast_1d(point))

    if "z" in move.facts:
        return {"inputs": inputs(move.facts["z"])}
    if "tried" not in move.facts:
        return {}
    x, p, terms = (move.facts[key] for key in ("x", "p", "terms"))
    return {
        "along": tuple(inputs(x + trial.alpha * p) for trial in move.facts["tried"]),
        **{name: getattr(terms, name) for name in SEARCHES[move.kind]}, "terms": terms,
        "carry": solver.problem.conventions.rounding == "carry",
    }  # fmt: skip


def _parent(move: Move, surface: Surface, walls: Walls | None) -> Callable[[Any], Any] | None:
    """The function whose derivative a line states."""
    table: dict[str, Callable[[Any], Any] | None] = {
        "gradient": surface.value,
        "hessian": surface.gradient,
        "walls": None if walls is None else walls.slack,
        "jacobian": None if surface.residuals is None else partial(_first, surface.residuals),
    }
    return table.get(move.kind)


def _first(residuals: Callable[[Any], tuple[Any, Any]], x: Any) -> Any:
    return residuals(x)[0]
