"""This module answers how functions of a matrix curve along lines, and with it Hessians with inverses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from symdl.core.graph import Graph, Var
from symdl.core.naming import leaf
from symdl.derivation.convexity.composed import composed_step
from symdl.derivation.convexity.hessian import Chosen
from symdl.derivation.convexity.kronecker import stand_ins, vec
from symdl.derivation.convexity.lines import bending, bending_step, line
from symdl.derivation.step import Answer, Step
from symdl.derivation.vectorizing.second import second_by_vec
from symdl.formula.tree import Apply, Transpose, times
from symdl.problems.answering.bending import bending_steps
from symdl.problems.answering.looking import judges_of, signs_of, smoothly
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver


def bent(solver: Solver, graph: Graph, of: Var, all_by: Sequence[Var], id: str) -> Iterator[Step]:
    """That a function of a symmetric positive definite matrix is convex or concave, where that is seen."""
    by = all_by[0]
    named = "positive-definite" in solver.problem.facts.get(str(by.name), ())
    if len(all_by) > 1 or not named or not smoothly(solver, str(of.name), all_by):
        return
    found = line(graph, of, by, solver.facts, solver.at_kink)
    bend = None if found is None else bending(found, solver.facts, signs_of(solver))
    if found is not None and bend is not None:
        yield bending_step(found, bend, graph, id, str(of.name), by, (f"backward.{of.name}.{by.label}",))


def shaped(solver: Solver, graph: Graph, of: str, by: Sequence[Var], id: str) -> Iterator[Step]:
    """That a line is convex or concave by how it is composed, where that is seen."""
    if of in solver.problem.lines:
        line = solver.problem.lines[of]
        steps = (
            composed_step(graph, of, by, id, judge, line, given) for judge, given in judges_of(solver, by)
        )
        yield from islice((step for step in steps if step is not None), 1)


def further(
    solver: Solver, graph: Graph, of: Var, chosen: Sequence[Chosen], id: str, told: Sequence[Step]
) -> Iterator[Step]:
    """What is seen of a function that its Hessian does not show: along lines, by how it is composed, and by
    points between which it is neither convex nor concave.
    """
    by = tuple(dict.fromkeys(var for var, _ in chosen))
    keys = [step.because.key for step in told]
    known = any("_convex" in key or "_indefinite" in key for key in keys)
    if known or any(place is not None for _, place in chosen):
        return
    name = str(of.name)
    steps = tuple(bent(solver, graph, graph.by_name[name], by, id))
    steps = (
        steps
        or tuple(shaped(solver, graph, name, by, id))
        or tuple(bending_steps(solver, graph, name, by, id))
    )
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
    (a, b), v = stand_ins(graph), found.direction
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
