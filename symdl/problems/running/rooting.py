"""This module answers `root` asks, by Newton's method for one equation or several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.naming import leaf
from symdl.derivation.running.layout import Layout, layout
from symdl.derivation.running.methods import Move
from symdl.derivation.running.rooting import Finder, Function
from symdl.derivation.running.tracing import sides, worked
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import Name
from symdl.problems.names import base_name, declared
from symdl.problems.running.minimizing import STEPS
from symdl.problems.running.starting import point_text, rounding_of, start_of, stopping_of
from symdl.problems.running.surfaces import with_jacobian
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def root(solver: Solver, ask: Any) -> Iterator[Answer]:
    """A root, step by step: one answer, all steps in it."""
    if ask.method not in (None, "newton"):
        raise ProblemError(
            "problem.unknown_method", name=ask.method, nearest="newton", known="newton", setting="method"
        )
    by = tuple(dict.fromkeys(base_name(declared(name)) for name in ask.wanted)) or tuple(
        str(var.name) for var in solver.graph.inputs
    )
    (found,) = solver.ids(ask, by)
    start = start_of(solver, ask, by)
    places = layout(start)
    _refuse_uneven(solver, ask, places)
    scalar = places.size == 1
    function = _function(solver, ask, by, places, scalar)
    point = places.pack(start)
    stopping = stopping_of(ask, "1/10^10")
    finder = Finder(function, float(point[0]) if scalar else point, stopping, rounding_of(solver))
    halt = finder.run(ask.steps or (STEPS if ask.tolerance is not None or ask.stop is not None else 5))
    if not finder.records:
        raise ProblemError("problem.start_not_finite", name=ask.of, point=point_text(start))
    variable = by[0] if len(by) == 1 else "x"
    for k, move in enumerate(finder.moves):
        solver.steps.append(_step(solver, ask, move, variable, function, found.id, k))
    table = tuple(_record(record, places, ask.of) for record in finder.records)
    yield Answer(
        found.id, "root", ask.of, ",".join(by), places.pack(table[-1]["parameters"]), table=table,
        note=Text(f"note.{halt.key}", halt.facts),
    )  # fmt: skip


def _refuse_uneven(solver: Solver, ask: Any, places: Layout) -> None:
    """As many equations as unknowns."""
    count = int(np.size(solver.values[solver.named(ask.of)]))
    if count != places.size:
        raise ProblemError("problem.root_count", of=ask.of, equations=count, unknowns=places.size)


def _function(solver: Solver, ask: Any, by: tuple[str, ...], places: Layout, scalar: bool) -> Function:
    both = with_jacobian(solver, ask.of, by, lambda x: places.unpack(np.atleast_1d(x)), scalar)

    def function(x: Any) -> tuple[Any, Any]:
        value, slope = both(x)
        return (float(value[0]), float(slope[0])) if scalar else (value, slope)

    return function


def _record(record: Any, places: Layout, of: str) -> dict[str, Any]:
    values = {of: record["value"]}
    return {"t": record["t"], "parameters": places.unpack(np.atleast_1d(record["x"])), "values": values}


def _step(solver: Solver, ask: Any, move: Move, variable: str, function: Function, run: str, k: int) -> Step:
    called = {"x": variable, "F": declared(ask.of)}
    left, right = sides(move, called)
    parent = (lambda x: function(x)[0]) if move.kind == "derivative" else None
    facts = {
        "t": move.t, "of": leaf(declared(ask.of)), "point": Name(f"{variable}_t{move.t - 1}"),
        "worked": worked(move, called), "parent": parent, "at": move.at, "rule": "newton",
        "run": run,
    }  # fmt: skip
    claim = solver.graph.definition[solver.named(ask.of)]
    return Step(
        f"{run}.{move.t}.{k}", "update", claim, Text(f"rule.move_{move.kind}", facts), (), "lecture",
        move.value, None, left, () if right is None else (("rule", right),), solver.graph,
    )  # fmt: skip
