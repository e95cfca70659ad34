"""This module answers `minimize` asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.second_order import hessian, jacobian
from symdl.core.evaluation import compile_graph
from symdl.core.graph import Graph, Var
from symdl.core.naming import leaf
from symdl.derivation.descent import descend
from symdl.derivation.layout import Layout, layout
from symdl.derivation.searching import Descent, Method, Move, Surface
from symdl.derivation.step import Answer, Step
from symdl.derivation.tracing import sides, worked
from symdl.errors import ProblemError
from symdl.formula.tree import Name
from symdl.models.minimizers import MINIMIZERS, Minimizer
from symdl.problems.given import numbers_of
from symdl.problems.phi import phi_lines
from symdl.problems.problem import base_name, declared, given_value
from symdl.problems.rules import exact_number
from symdl.problems.slopes import plain, slopes_of
from symdl.registry import nearest
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solution import Solver

STEPS = 100  # where an ask states only a tolerance
DAMPING = "1/100"


def minimize(solver: Solver, ask: Any) -> Iterator[Answer]:
    """A minimizer, step by step: one answer, all steps in it."""
    rule = _rule(ask)
    by = tuple(dict.fromkeys(base_name(declared(name)) for name in ask.wanted)) or _free(solver)
    (found,) = solver.ids(ask, by)
    if not solver.numeric:
        yield Answer(found.id, "minimize", ask.of, ",".join(by))
        return
    start = start_of(solver, ask, by)
    places = layout(start)
    scalar = places.size == 1
    surface = _surface(solver, ask, rule, by, places, scalar)
    point = float(places.pack(start)[0]) if scalar else places.pack(start)
    steps = ask.steps or (STEPS if ask.tolerance is not None else 5)
    run = descend(_method(ask, rule), surface, point, steps)
    variable = by[0] if len(by) == 1 else "x"
    for k, move in enumerate(run.moves):
        solver.steps.extend(_steps(solver, ask, move, variable, surface, places, f"{found.id}.{move.t}.{k}"))
    table = tuple(_records(run, places, by))
    last = table[-1]["parameters"]
    yield Answer(
        found.id, "minimize", ask.of, ",".join(by), places.pack(last), table=table,
        note=Text(f"note.{run.halt.key}", {**run.halt.facts, "rule": rule.key}),
    )  # fmt: skip


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
            "problem.unknown_method", name=key, nearest=nearest(key, known), known=", ".join(known)
        )
    if ask.form is not None and ask.form not in rule.forms:
        raise ProblemError("problem.unknown_form", name=ask.form, rule=key, known=", ".join(rule.forms))
    return rule


def _method(ask: Any, rule: Minimizer) -> Method:
    length = None if ask.learning_rate is None else float(exact_number(ask.learning_rate))
    if length is not None and length <= 0:
        raise ProblemError("problem.setting_range", name="learning_rate", got=length, low=0, high="∞")
    damping = ask.lambda_ if ask.lambda_ is not None else ask.damping if ask.damping is not None else DAMPING
    return Method(
        rule, ask.form or rule.forms[0], ask.line_search or rule.line_search, length,
        float(exact_number(damping)), ask.adaptive is not False,
        float(exact_number(ask.tolerance if ask.tolerance is not None else "1/10^8")),
    )  # fmt: skip


def start_of(solver: Solver, ask: Any, by: tuple[str, ...]) -> dict[str, Any]:
    """Where to start: as the ask says, else as given."""
    stated = {declared(name): value for name, value in (ask.start or {}).items()}
    return {
        name: np.asarray(
            numbers_of(given_value(stated[name])) if name in stated else solver.given[solver.named(name)],
            dtype=float,
        )
        for name in by
    }


def _surface(
    solver: Solver, ask: Any, rule: Minimizer, by: tuple[str, ...], places: Layout, scalar: bool
) -> Surface:
    """The function with its derivatives, as functions of one vector."""
    swept = solver.backward(declared(ask.of), by)
    slopes = slopes_of(solver, swept, by)

    def point(x: Any) -> dict[str, Any]:
        return places.unpack(np.atleast_1d(x))

    def gradient(x: Any) -> Any:
        found = places.pack(slopes(point(x))[1])
        return float(found[0]) if scalar else found

    second = rule.curvature == "hessian" or ask.form == "linear"
    return Surface(
        lambda x: slopes(point(x))[0],
        gradient,
        _curvature(solver, ask.of, by, point, scalar) if second else None,
        _residuals(solver, ask, by, point, scalar)
        if rule.curvature == "residuals" or ask.residuals
        else None,
    )


def _curvature(
    solver: Solver, of: str, by: tuple[str, ...], point: Callable[[Any], dict[str, Any]], scalar: bool
) -> Callable[[Any], Any]:
    graph = solver.graph
    sources = [graph.by_name[name] for name in by]
    found = hessian(graph, graph.by_name[declared(of)], sources)
    blocks = [[found.blocks[row, column] for column in sources] for row in sources]
    run = compile_graph(found.graph, [block for row in blocks for block in row])
    sizes = [int(np.prod(var.shape, dtype=int)) for var in sources]

    def matrix(x: Any) -> Any:
        values = iter(run(*_inputs(solver, found.graph, point(x))))
        rows = [[np.reshape(next(values), (m, n)) for n in sizes] for m in sizes]
        full: Any = np.block(rows)
        return float(full[0, 0]) if scalar else full

    return matrix


def _residuals(
    solver: Solver, ask: Any, by: tuple[str, ...], point: Callable[[Any], dict[str, Any]], scalar: bool
) -> Callable[[Any], tuple[Any, Any]]:
    """The residuals and their Jacobian; the function must be half the sum of their squares."""
    if ask.residuals is None:
        raise ProblemError("problem.residuals_missing", rule=ask.method)
    both = with_jacobian(solver, ask.residuals, by, point, scalar)
    values = both(np.concatenate([np.ravel(solver.given[solver.named(name)]) for name in by]))[0]
    half = float(np.sum(values**2)) / 2
    if abs(half - float(solver.values[solver.named(ask.of)])) > 1e-9 * max(1.0, half):
        raise ProblemError("problem.residuals_half", of=ask.of, name=ask.residuals)
    return both


def with_jacobian(
    solver: Solver, name: str, by: tuple[str, ...], point: Callable[[Any], dict[str, Any]], scalar: bool
) -> Callable[[Any], tuple[Any, Any]]:
    """A quantity and its Jacobian, as functions of one vector."""
    of = solver.named(name)
    sources = [solver.named(name) for name in by]
    swept = jacobian(solver.graph, of, sources)
    run = compile_graph(swept.graph, [of, *(swept.adjoints[var] for var in sources)])

    def both(x: Any) -> tuple[Any, Any]:
        value, *blocks = run(*_inputs(solver, swept.graph, point(x)))
        columns = np.hstack([np.reshape(block, (np.size(value), -1)) for block in blocks])
        return np.ravel(value), columns[:, 0] if scalar else columns

    return both


def _inputs(solver: Solver, graph: Graph, point: Mapping[str, Any]) -> list[Any]:
    return [
        plain(point[str(v.name)]) if v.name in point else plain(solver.given[_own(solver, v)])
        for v in graph.inputs
    ]


def _own(solver: Solver, var: Var) -> Var:
    return solver.graph.by_name[str(var.name)]


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
    solver: Solver, ask: Any, move: Move, variable: str, surface: Surface, places: Layout, id: str
) -> Iterator[Step]:
    left, right = sides(move, {"x": variable})
    claim = solver.graph.definition[solver.named(ask.of)]
    if move.kind == "exact":
        yield from phi_lines(solver, ask, move, places, claim, id)
    facts = {
        "t": move.t, "of": leaf(declared(ask.of)), "point": Name(f"{variable}_t{move.t - 1}"),
        "worked": worked(move, {"x": variable}), "parent": _parent(move, surface), "at": move.at,
        "rule": ask.method or "steepest_descent", **_plain_facts(move),
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


def _plain_facts(move: Move) -> dict[str, Any]:
    return {key: value for key, value in move.facts.items() if key in ("count", "factor", "matrix", "phi")}


def _parent(move: Move, surface: Surface) -> Callable[[Any], Any] | None:
    """The function whose derivative a line states."""
    table: dict[str, Callable[[Any], Any] | None] = {
        "gradient": surface.value,
        "hessian": surface.gradient,
        "jacobian": None if surface.residuals is None else partial(_first, surface.residuals),
    }
    return table.get(move.kind)


def _first(residuals: Callable[[Any], tuple[Any, Any]], x: Any) -> Any:
    return residuals(x)[0]
