"""This module answers how functions of a matrix curve along lines, and with it Hessians with inverses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from symdl.core.graph import Graph, Var
from symdl.core.naming import leaf
from symdl.derivation.convexity.composed import composed_step
from symdl.derivation.convexity.hessian import Chosen
from symdl.derivation.convexity.kronecker import vec
from symdl.derivation.convexity.lines import bending, bending_step, line
from symdl.derivation.step import Answer, Step
from symdl.derivation.vectorizing.second import second_by_vec
from symdl.formula.tree import Apply, Name, Transpose, times
from symdl.problems.answering.looking import signs_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def bent(solver: Solver, graph: Graph, of: Var, all_by: Sequence[Var], id: str) -> Iterator[Step]:
    """That a function of a symmetric positive definite matrix is convex or concave, where that is seen."""
    by = all_by[0]
    if len(all_by) > 1 or "positive-definite" not in solver.problem.facts.get(str(by.name), ()):
        return
    found = line(graph, of, by, solver.facts, solver.at_kink)
    bend = None if found is None else bending(found, solver.facts, signs_of(solver))
    if found is not None and bend is not None:
        yield bending_step(found, bend, graph, id, str(of.name), by, (f"backward.{of.name}.{by.label}",))


def further(
    solver: Solver, graph: Graph, of: Var, chosen: Sequence[Chosen], id: str, proved: bool
) -> Iterator[Step]:
    """What is seen of a function that its Hessian does not show: along lines, and by how it is composed."""
    by = tuple(dict.fromkeys(var for var, _ in chosen))
    if proved or any(place is not None for _, place in chosen):
        return
    name = str(of.name)
    steps = tuple(bent(solver, graph, graph.by_name[name], by, id))
    if not steps and name in solver.problem.lines:
        step = composed_step(graph, name, by, id, solver.problem.lines[name], signs_of(solver))
        steps = () if step is None else (step,)
    yield from steps


def without_entries(solver: Solver, ask_of: str, graph: Graph, of: Var, by: Var, id: str) -> Iterator[Answer]:
    """The Hessian by a matrix of symbolic size as a matrix, where its entries are not written."""
    order, name = solver.problem.conventions.vec, leaf(str(by.name))
    found = line(graph, of, by, solver.facts, solver.at_kink)
    node = second_by_vec(graph, of, by, by, order, solver.facts, solver.at_kink)
    if found is None:
        return
    if node is None:
        steps = tuple(bent(solver, graph, of, (by,), id))
        solver.steps.extend(steps)
        if steps:
            yield Answer(id, "hessian", ask_of, str(by.name))
        return
    a, b, v = Name("A"), Name("B"), found.direction
    kron = Apply("kron", (a, Transpose(b)) if order == "rows" else (Transpose(b), a))
    product = times(node, vec(v, order), style="juxtaposed")
    facts = {
        "order": order, "names": (name,), "columns": (vec(name, order),), "along": v,
        "term": times(a, v, b, style="juxtaposed"), "kron": kron,
        "extra": {v.text: by.shape}, "equal": (vec(found.tangent, order), product),
    }  # fmt: skip
    gradient = f"backward.{of.name}.{by.label}"
    step = Step(
        f"{id}.vec", "hessian", graph.definition[of], Text(f"rule.hessian_vec_{order}", facts),
        (gradient,), "outline", left=leaf("H"), lines=(("line", node),), graph=graph,
    )  # fmt: skip
    solver.steps.append(step)
    solver.steps.extend(bent(solver, graph, of, (by,), id))
    yield Answer(id, "hessian", ask_of, str(by.name), left=leaf("H"), formula={"matrix": node})
