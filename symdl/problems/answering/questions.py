"""This module answers questions: one function per kind of ask, found in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from symdl.autodiff.composing import Composer
from symdl.autodiff.reverse import backward
from symdl.core.dims import size_of
from symdl.core.evaluation import evaluate
from symdl.core.graph import Var
from symdl.core.holding import holds
from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label
from symdl.derivation.route import path_steps
from symdl.derivation.step import Answer
from symdl.errors import ProblemError
from symdl.formula.tree import Node, Partial
from symdl.problems import bounds
from symdl.problems.given import at_point, missing, numbers_of
from symdl.problems.names import base_name, declared

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

Place = tuple[int, ...]
OF_A_FUNCTION = ("taylor", "stationary")  # asks about values nearby, of which a held value knows nothing
NUMERIC = ("update", "minimize", "root", "compare", "check")  # asks that are about numbers


def answer(solver: Solver, ask: Any) -> Iterator[Answer]:
    """The answers to one question; its steps go to the solver."""
    handler = HANDLERS.get(ask.kind)
    if handler is None:
        raise ProblemError("problem.ask_not_available", kind=ask.kind, known=", ".join(HANDLERS))
    if isinstance(handler, str):
        handler = getattr(import_module(f"symdl.problems.{handler}"), ask.kind)
    if ask.kind in NUMERIC and not solver.numeric and not getattr(ask, "subject_to", None):
        without = ", ".join(str(var.name) for var in missing(solver.problem, solver.graph))
        raise ProblemError("problem.values_needed", kind=ask.kind, names=without)
    if ask.kind in OF_A_FUNCTION and any(holds(equation.op) for equation in solver.graph.equations):
        raise ProblemError("problem.held", kind=ask.kind)
    yield from handler(solver, ask)


def wanted(solver: Solver, ask: Any) -> tuple[str, ...]:
    """What an ask differentiates by: what it says, or every parameter and input it depends on."""
    if ask.wanted:
        return tuple(declared(name) for name in ask.wanted)
    return tuple(str(var.name) for var in solver.graph.inputs)


def located(solver: Solver, name: str) -> tuple[Var, Place | None]:
    """A quantity, or an entry of one with its place counted from 0."""
    whole = solver.graph.by_name.get(name)
    if whole is not None:
        return whole, None
    var = solver.named(base_name(name))
    try:
        place = tuple(int(part) - 1 for part in name[len(base_name(name)) + 1 : -1].split(","))
    except ValueError:
        raise ProblemError("problem.bad_entry", name=name) from None
    if len(place) != len(var.shape) or any(
        not 0 <= k < n for k, n in zip(place, var.shape, strict=True) if isinstance(n, int)
    ):
        raise ProblemError(
            "problem.no_entry",
            name=name,
            quantity=str(var.name),
            shape=" × ".join(map(str, var.shape)) or "1",
        )
    return var, place


def pick(value: Any, place: tuple[int | slice, ...] | None) -> Any:
    """An entry of an array, or the whole."""
    return value if place is None or value is None else value[place]


def _values(solver: Solver, ask: Any, kind: str = "float") -> dict[Var, Any]:
    """All values at the point of the ask, where it has one of its own."""
    point = point_of(ask)
    if not point:
        return solver.values if kind == "float" else solver.exact
    given = at_point(solver.problem, point)
    known = {
        var: numbers_of(given[str(var.name)], kind) for var in solver.current.inputs if str(var.name) in given
    }
    if len(known) < len(solver.current.inputs):
        return {}
    return evaluate(solver.current, known, kind)


def point_of(ask: Any) -> dict[str, Any]:
    """The point of an ask, empty where it has none of its own."""
    return {declared(name): value for name, value in (getattr(ask, "at", None) or {}).items()}


def _value(solver: Solver, ask: Any) -> Iterator[Answer]:
    var, place = located(solver, declared(ask.of))
    values, exact = _values(solver, ask), _values(solver, ask, "exact") if solver.exact else {}
    written = solver.graph.written.get(str(var.name))
    formula: dict[str, Node] = {"matrix": written} if written is not None else {}
    (found,) = solver.ids(ask)
    yield Answer(
        found.id,
        "value",
        ask.of,
        "",
        pick(values.get(var), place),
        pick(exact.get(var), place),
        leaf(declared(ask.of)),
        formula,
        var=var,
    )


def _gradient(solver: Solver, ask: Any) -> Iterator[Answer]:
    by = wanted(solver, ask)
    targets = [located(solver, name) for name in by]
    swept = solver.backward(declared(ask.of), by)
    values, exact = _values(solver, ask), _values(solver, ask, "exact") if solver.exact else {}
    composer = Composer(solver.formulas.lines(swept.graph))
    norms = norms_of(solver, ask, swept, [var for var, _ in targets], values)
    for found, name, (var, place) in zip(solver.ids(ask, by), by, targets, strict=True):
        adjoint = swept.adjoints.get(var)
        if adjoint is None:
            raise ProblemError("problem.not_between", name=name, of=ask.of)
        yield Answer(
            found.id, ask.kind, ask.of, name,
            pick(values.get(adjoint), place), pick(exact.get(adjoint), place),
            Partial(leaf(declared(ask.of)), (leaf(name),)),
            _gradient_formula(solver, ask.of, var, place, swept.graph, adjoint),
            var=adjoint, composed=composer.composed(adjoint) if place is None else None,
            table=norms.get(var, ()),
        )  # fmt: skip


def norms_of(
    solver: Solver, ask: Any, swept: Any, targets: list[Var], values: dict[Var, Any]
) -> dict[Var, tuple[dict[str, Any], ...]]:
    """The lengths of the gradients with the bounds of the slopes behind them, where they are asked for."""
    if not getattr(ask, "norms", None) or not values:
        return {}
    from symdl.problems.answering.norms import norm_rows  # which few problems ask for

    return norm_rows(solver.graph, solver.named(ask.of), swept, targets, values)


def _gradient_formula(
    solver: Solver, of: str, var: Var, place: Place | None, graph: Any, adjoint: Var
) -> dict[str, Node]:
    """In named quantities; for a one-line problem in its inputs alone."""
    whole = solver.problem.whole
    if whole is not None and of == whole.output.name and var in whole.inputs:
        swept = backward(whole, whole.output, whole.inputs)
        return solver.formulas(swept.graph, swept.adjoints[var])
    return solver.formulas(graph, adjoint, place)


def _derivative(solver: Solver, ask: Any) -> Iterator[Answer]:
    """The derivative by one variable: rule by rule for scalars, else by sweeping as often as its order."""
    by = wanted(solver, ask)
    from symdl.problems.answering import differentiating

    found_by_rules = differentiating.by_rules(solver, ask, by)
    if found_by_rules is not None or ask.order == 1:
        yield from _gradient(solver, ask) if found_by_rules is None else found_by_rules
        return
    for found, name in zip(solver.ids(ask, by), by, strict=True):
        graph = solver.problem.whole or solver.graph
        var, current = graph.by_name[name], graph.by_name[declared(ask.of)]
        for _ in range(ask.order):
            swept = backward(graph, current, [var])
            graph, current = swept.graph, swept.adjoints[var]
        solver.extend(graph) if solver.problem.whole is None else None
        known = {v: solver.given[w] for v in graph.inputs for w in solver.given if w.name == v.name}
        values = evaluate(graph, known) if known else {}
        left = Partial(leaf(declared(ask.of)), (leaf(name),) * ask.order)
        yield Answer(
            found.id,
            "derivative",
            ask.of,
            name,
            values.get(current),
            None,
            left,
            solver.formulas(graph, current),
            var=current,
        )


def _jacobian(solver: Solver, ask: Any) -> Iterator[Answer]:
    by = wanted(solver, ask)
    of = solver.named(ask.of)
    targets = [located(solver, name) for name in by]
    for var, _ in targets:
        bounds.refuse_derivatives("jacobian", entries_of(of), entries_of(var))
    swept = solver.jacobian(of, by)
    values, exact = _values(solver, ask), _values(solver, ask, "exact") if solver.exact else {}
    reach = reach_of(solver, ask, swept, [var for var, _ in targets], values)
    for found, name, (var, place) in zip(solver.ids(ask, by), by, targets, strict=True):
        adjoint = swept.adjoints[var]
        rows: tuple[int | slice, ...] = (slice(None),) * len(of.shape)
        column = None if place is None else (*rows, *place)
        found_in = (pick(table.get(adjoint), column) for table in (values, exact))
        value, rational = (solver.laid_out(adjoint, entries) for entries in found_in)
        left, formula = Partial(leaf(str(of.name)), (leaf(name),)), solver.formulas(swept.graph, adjoint)
        yield Answer(
            found.id, "jacobian", ask.of, name, value, rational, left, formula,
            table=reach.get(var, ()), var=adjoint,
        )  # fmt: skip


def reach_of(
    solver: Solver, ask: Any, swept: Any, targets: list[Var], values: dict[Var, Any]
) -> dict[Var, tuple[dict[str, Any], ...]]:
    """The norms of Jacobians in time with the bounds of the steps between, where they are asked for."""
    if not getattr(ask, "norms", None) or not values:
        return {}
    from symdl.problems.answering.reach import reach_rows  # which few problems ask for

    return reach_rows(solver.graph, solver.named(ask.of), swept, targets, values)


def entries_of(var: Var, place: Place | None = None) -> int:
    """The number of entries of a quantity, 1 for one of them and where it is not known."""
    count = size_of(var.shape) if place is None else 1
    return count if isinstance(count, int) else 1


def _paths(solver: Solver, ask: Any) -> Iterator[Answer]:
    by = wanted(solver, ask)
    for found, name in zip(solver.ids(ask, by), by, strict=True):
        var, place = located(solver, name)
        if var.shape and place is None:
            raise ProblemError(
                "problem.path_entry", name=name, example=entry_label(name, (0,) * len(var.shape))
            )
        step, result = path_steps(solver.unfolded, var, place or (), solver.scalar(ask.of), found.id)
        solver.steps.extend(step)
        yield result


# What answers a kind of ask: a function, or the module of one of that name, imported when it is asked for.
HANDLERS: dict[str, Callable[[Any, Any], Iterator[Answer]] | str] = {
    "value": _value,
    "gradient": _gradient,
    "derivative": _derivative,
    "stationary": "answering.stationary",
    "taylor": "answering.expanding",
    "jacobian": _jacobian,
    "hessian": "answering.curving",
    "hessian_vector": "answering.moving",
    "paths": _paths,
    "update": "running.updating",
    "likelihood": "answering.likelihood",
    "minimize": "running.minimizing",
    "root": "running.rooting",
    "compare": "running.comparing",
    "check": "running.differences",
    "show": "answering.showing",
    "separate": "running.separating",
    "nearest": "answering.neighboring",
}
