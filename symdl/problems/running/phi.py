"""This module writes the function along a line: φ(α) with the numbers of the step, and its derivative."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.graph import Equation
from symdl.core.op import pointwise
from symdl.derivation.running.layout import Layout
from symdl.derivation.running.methods import Move
from symdl.derivation.running.tracing import Worked
from symdl.derivation.step import Step
from symdl.errors import SymdlError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Apply, Name, Node, Number, Quotient, names, rebuild, substitute
from symdl.problems.names import declared, library_names
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

ALPHA = Name("alpha")
DIGITS = 6


def phi_lines(
    solver: Solver, ask: Any, move: Move, places: Layout, claim: Equation, id: str
) -> Iterator[Step]:
    """φ and φ', where the function is one formula in scalar variables."""
    body = _along(solver, ask, move, places)
    if body is None:
        return
    try:
        slope = _decimal(pointwise("phi", ("alpha",), body).partial_body(0))
    except SymdlError:
        return
    for key, left, node in (("phi", "phi", body), ("phi_slope", "phi'", slope)):
        facts = {
            "t": move.t,
            "worked": Worked(None, {}, {}),
            "phi": move.facts["phi"],
            "written": node,
            "length": move.value,
        }
        yield Step(
            f"{id}.{key}", "update", claim, Text(f"rule.move_{key}", facts), (), "lecture", None, None,
            Apply(left, (ALPHA,)), (("rule", node),), solver.graph,
        )  # fmt: skip


def _along(solver: Solver, ask: Any, move: Move, places: Layout) -> Node | None:
    """The formula with `x₁ + αp₁` for every variable."""
    formula = solver.problem.lines.get(declared(ask.of))
    if formula is None or any(shape for _, shape in places.places.values()):
        return None
    if not set(names(formula)) <= {*places.places, "pi", "e"}:
        return None
    x, p = (np.atleast_1d(move.facts[key]) for key in ("x", "p"))
    table = {
        name: _moved(float(x[where][0]), float(p[where][0])) for name, (where, _) in places.places.items()
    }
    return substitute(formula, table)


def _decimal(node: Node) -> Node:
    """A formula with fractions as decimals."""
    match node:
        case Number(value) if value.denominator != 1:
            return _number(float(value))
        case Quotient(Number(top), Number(bottom)):
            return _number(float(top / bottom))
    return rebuild(node, _decimal)


def _number(value: float) -> Node:
    return read_formula(f"{value:.{DIGITS}g}", Scope(frozenset()))


def _moved(start: float, way: float) -> Node:
    text = f"{start:.{DIGITS}g}"
    if way:
        text += f" {'+' if way > 0 else '-'} {abs(way):.{DIGITS}g} alpha"
    return read_formula(text, Scope(frozenset({"alpha"}), library_names()))
