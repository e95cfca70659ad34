"""This module proves small scalar results for all values."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.checking.check import Check
from symdl.checking.proofs import proof
from symdl.derivation.step import Answer, Derivation
from symdl.formula.tree import Array, Node, children
from symdl.problems.problem import Problem


def symbolic_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """Gradients and Hessians of a formula in scalars, each entry."""
    whole = problem.whole
    if whole is None:
        return
    formula = problem.lines[str(whole.output.name)]
    for answer in derivation.answers:
        yield from _symbolic(answer, formula, seed)


def _symbolic(answer: Answer, formula: Node, seed: int) -> Iterator[Check]:
    found = answer.formula.get("scalar")
    if answer.kind == "gradient" and found is not None:
        yield from _proved(f"backward.{answer.of}.{answer.by}", formula, (answer.by,), found, seed)
    if answer.kind == "hessian" and isinstance(found, Array):
        names = answer.by.split(",")
        for first, row in zip(names, found.items, strict=True):
            for second, entry in zip(names, children(row), strict=True):
                yield from _proved(f"{answer.id}.{first}.{second}", formula, (first, second), entry, seed)


def _proved(step: str, formula: Node, by: tuple[str, ...], derivative: Node, seed: int) -> Iterator[Check]:
    method = proof(formula, by, derivative)
    if method is not None:
        yield Check(step, "formula", method, "proved", "holds", seed=seed)
