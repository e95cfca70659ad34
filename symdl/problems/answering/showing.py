"""This module answers what a thing is: the quantities of a problem, a function, an update rule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from symdl.core.dims import Dim, size_of
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Var, ancestors
from symdl.core.naming import dim_node
from symdl.derivation.architecture import parts
from symdl.derivation.calculus.identities import identity_steps
from symdl.derivation.step import Answer
from symdl.errors import FormulaError
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Apply, Node, children
from symdl.models.layer import LAYERS
from symdl.problems.answering.teaching import lesson_answer, lessons_on
from symdl.problems.names import base_name, declared, library_names
from symdl.problems.problem import Problem

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

WHOLE = ("network", "parameters", "shapes")  # what names a network as a whole


def show(solver: Solver, ask: Any) -> Iterator[Answer]:
    """Shapes and the count of parameters; of an update rule why it is as it is, of a function what it is."""
    lessons = lessons_on(ask.of) if declared(ask.of) not in solver.graph.by_name else ()
    if lessons:
        yield from lesson_answer(solver, ask, lessons)
        return
    (found,) = solver.ids(ask)
    if declared(ask.of) in FUNCTIONS and declared(ask.of) not in solver.graph.by_name:
        solver.steps.extend(identity_steps(declared(ask.of), found.id, solver.graph))
        yield Answer(found.id, "show", declared(ask.of), "", None)
        return
    yield _architecture(solver, ask, found.id)


def _architecture(solver: Solver, ask: Any, id: str) -> Answer:
    """The quantities that one rests on, or all of a network, with shapes; the count of what is learned."""
    graph, of = solver.graph, solver.graph.output
    if declared(ask.of) not in WHOLE:
        of = solver.named(ask.of)
    known = frozenset(map(base_name, ask.by or ())) or learned(solver.problem)
    listed = parts(graph, of, solver.problem.lines, known)
    first = {var: part for part in listed for var in part.learned}
    rows = [_row(var, var.role, known) for var in graph.inputs if var in ancestors(graph, of)]
    rows += [
        {**_row(part.var, part.var.role, known), "learned": [str(var.name) for var in part.learned],
         "parameters": _count(part.count)}
        for part in listed
    ]  # fmt: skip
    total: Dim = 0
    for part in listed:
        total = total + part.count
    value = float(total) if isinstance(total, int) else None
    formula = {"matrix": dim_node(total)} if first else {}
    return Answer(id, "show", ask.of, "", value if first else None, table=tuple(rows), formula=formula)


def learned(problem: Problem) -> frozenset[str]:
    """What a problem learns: its parameters and the weights of its layers, not what these work on."""
    found = {str(var.name) for var in problem.graph.inputs if var.role == "parameter"}
    weights, fed = set[str](), set[str]()
    names = frozenset({str(name).partition("[")[0] for name in problem.graph.by_name} | set(problem.dims))
    for text in problem.raw.let.values():
        with suppress(FormulaError):
            formula = read_formula(text, Scope(names, library_names()))
            weights |= _handed(formula, True)
            fed |= _handed(formula, False)
    return frozenset(found - fed | weights)


def _handed(node: Node, learned: bool) -> set[str]:
    """The names that a formula hands to layers which learn something: as weights, or as what they work on."""
    found = set[str]().union(*(_handed(child, learned) for child in children(node)))
    if isinstance(node, Apply) and node.function in LAYERS:
        layer = LAYERS[node.function]
        for param, arg in zip(layer.params, node.args, strict=False):
            if layer.weights and (param in layer.weights) is learned:
                found |= {to_plain(arg)}
    return found


def _row(var: Var, role: str, known: frozenset[str]) -> dict[str, Any]:
    role = "input" if role == "parameter" else role
    return {
        "name": str(var.name), "shape": list(map(str, var.shape)), "count": _count(size_of(var.shape)),
        "role": "parameter" if str(var.name) in known else role,
    }  # fmt: skip


def _count(size: Dim) -> int | None:
    return size if isinstance(size, int) else None
