"""This module tells the expansions of one sheet apart: of several, the polynomials are P₁, P₂, …"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from symdl.derivation.step import Answer, Step
from symdl.formula.tree import Apply, Name, Node, rebuild
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

NAMES = ("P", "R")


def told_apart(solver: Solver, ask: Any, answers: Iterator[Answer]) -> Iterator[Answer]:
    """The answers of an expansion, its polynomial and remainder with its number among those of the sheet."""
    asks = [one for one in solver.problem.asks if one.kind == "taylor"]
    if len(asks) < 2:
        yield from answers
        return
    number, before = 1 + next(k for k, one in enumerate(asks) if one is ask), len(solver.steps)
    found = list(answers)
    taken = {str(name) for name in solver.graph.by_name}
    table = {name: f"{name}_{number}" for name in NAMES if name not in taken}
    solver.steps[before:] = [_step(step, table) for step in solver.steps[before:]]
    for answer in found:
        yield answer if answer.left is None else replace(answer, left=renamed(answer.left, table))


def renamed(node: Node, table: dict[str, str]) -> Node:
    """A formula with some names and functions called otherwise.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(renamed(Apply("P", (Name("x"),)), {"P": "P_2"}))
    'P_2(x)'
    """
    match node:
        case Name(text):
            return Name(table.get(text, text))
        case Apply(function, args, keywords) if function in table:
            return Apply(table[function], tuple(renamed(arg, table) for arg in args), keywords)
    return rebuild(node, lambda child: renamed(child, table))


def _step(step: Step, table: dict[str, str]) -> Step:
    if step.phase != "taylor":
        return step
    facts = {key: _fact(value, table) for key, value in step.because.facts.items()}
    left = None if step.left is None else renamed(step.left, table)
    return replace(step, left=left, because=Text(step.because.key, facts))


def _fact(value: Any, table: dict[str, str]) -> Any:
    return renamed(value, table) if isinstance(value, get_args(Node)) else value
