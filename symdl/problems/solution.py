"""This module solves problems: it runs the questions, and joins what they add to the derivation."""

from __future__ import annotations

from symdl.derivation.backward_pass import backward_steps
from symdl.derivation.forward_pass import forward_steps
from symdl.derivation.step import Derivation, Step
from symdl.errors import DomainError, Place, ProblemError, SymdlError
from symdl.problems import bounds
from symdl.problems.answering import questions
from symdl.problems.problem import Problem
from symdl.problems.reading.settings import Ask
from symdl.problems.solver import Solver


def derive(problem: Problem) -> Derivation:
    """The derivation of a problem: forward lines, backward lines, and the answers to its questions."""
    return worked(Solver(problem))


def worked(solver: Solver) -> Derivation:
    """The derivation of a solver that has answered nothing yet; what it found on the way stays with it."""
    problem = solver.problem
    solver.evaluate()
    if not bounds.too_large(solver.graph):
        solver.steps.extend(forward_steps(solver.graph, solver.values, solver.exact))
    for k, ask in enumerate(problem.asks):
        try:
            solver.answers.extend(questions.answer(solver, ask))
        except (ProblemError, DomainError) as error:
            raise error.at(_blamed(problem, k, ask, error)) from None
    return Derivation(
        solver.current,
        tuple(_in_order(solver)),
        problem.conventions,
        tuple(solver.answers),
        solver.values,
        solver.exact,
        solver.backwards,
    )


def _blamed(problem: Problem, k: int, ask: Ask, error: SymdlError) -> Place:
    """The key of an ask that an error is about, or the ask itself."""
    name, place = str(error.facts.get("setting", error.facts.get("name", ""))), problem.raw.place
    if name in ask.model_fields_set:
        return place("ask", k, name)
    if name in (getattr(ask, "at", None) or {}) and error.key.startswith("problem.given"):
        return place("ask", k, "at", name)
    if name in ask.wanted:
        return place("ask", k, "by", ask.wanted.index(name))
    return place("ask", k, ask.kind if name == ask.subject else "")


def _in_order(solver: Solver) -> list[Step]:
    """The forward lines, the backward lines that what is asked for rests on, then all others."""
    swept = [step for of in solver.wanted if of in solver.backwards for step in _listed(solver, of)]
    first = [step for step in solver.steps if step.phase == "forward"]
    return [*first, *swept, *(step for step in solver.steps if step.phase != "forward")]


def _listed(solver: Solver, of: str) -> list[Step]:
    needed = solver.needed(of)
    steps = backward_steps(solver.backwards[of], solver.values, solver.exact)
    return [step for step in steps if step.claim.out in needed]
