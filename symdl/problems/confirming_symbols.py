"""This module confirms small scalar results by SymPy, for all values."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.checking import symbolic
from symdl.checking.check import Check
from symdl.derivation.step import Answer, Derivation
from symdl.formula.tree import Array, Node, children
from symdl.problems.problem import Problem


def symbolic_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """Small scalar results, confirmed by SymPy for all values."""
    whole = problem.whole
    if whole is None:
        return
    formula = problem.lines[str(whole.output.name)]
    for answer in derivation.answers:
        yield from _symbolic(answer, formula, seed)


def _symbolic(answer: Answer, formula: Node, seed: int) -> Iterator[Check]:
    found = answer.formula.get("scalar")
    if answer.kind == "gradient" and found is not None and symbolic.confirms(formula, (answer.by,), found):
        yield _proved(f"backward.{answer.of}.{answer.by}", seed)
    if answer.kind == "hessian" and isinstance(found, Array):
        names = answer.by.split(",")
        for first, row in zip(names, found.items, strict=True):
            for second, entry in zip(names, children(row), strict=True):
                if symbolic.confirms(formula, (first, second), entry):
                    yield _proved(f"{answer.id}.{first}.{second}", seed)


def _proved(step: str, seed: int) -> Check:
    return Check(step, "formula", "sympy", "proved", "holds", seed=seed)
