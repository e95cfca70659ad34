"""This module writes the right line of an answer: the formula, and the same in known quantities."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from symdl.autodiff.moving import Facts
from symdl.autodiff.rewriting import tidied
from symdl.core.evaluation import significant
from symdl.core.graph import Adjoint
from symdl.core.naming import leaf
from symdl.formula.notation import Notation
from symdl.formula.pretty import to_text
from symdl.formula.tex import to_tex
from symdl.formula.tree import Compare, Node, Partial, exchanged, size, unmarked
from symdl.formula.walking import walk
from symdl.grading.diagnosing.lines import Lines
from symdl.grading.judging.answers import Judge
from symdl.grading.judging.arrays import array_of
from symdl.grading.question import Question

MOST = 40  # parts of a formula that is written out


class RightLines:
    """The right lines of a problem."""

    def __init__(self, judge: Judge, notation: Notation) -> None:
        self.judge, self.notation = judge, notation
        self._found: dict[str, tuple[str, str]] = {}

    def of(self, question: Question) -> tuple[str, str]:
        """The right line of a question as text and in TeX."""
        if question.id not in self._found:
            sides = self._sides(question)
            texts, teches = ([put(side, self.notation) for side in sides] for put in (to_text, to_tex))
            self._found[question.id] = (" = ".join(texts), " = ".join(teches))
        return self._found[question.id]

    def _sides(self, question: Question) -> list[Node]:
        """The left side, the formula or else the number, and the formula without adjoints in it."""
        right = next((f for f in question.formulas if f not in question.restates), None)
        if right is None and question.known is not None:
            known = significant(np.asarray(question.known, dtype=float), self.judge.digits)
            right = array_of(known.tolist())
        if right is None or isinstance(right, Compare):
            return [] if right is None else [right]
        full = self._written_out(question, right)
        return [*question.restates[:1], right, *([] if full is None else [full])]

    def _written_out(self, question: Question, right: Node) -> Node | None:
        """A formula in forward quantities alone, where that is short, and judged to be right."""
        found = right
        while any(part in self._lines for part in walk(found)):
            found = exchanged(found, self._lines)
            if size(found) > MOST:
                return None
        if found == right or any(isinstance(part, Partial) for part in walk(found)):
            return None
        found = tidied(found, self._facts)
        judged = self.judge.judged(question.id, found)
        return found if judged is not None and judged.decision == "equal" else None

    @cached_property
    def _lines(self) -> dict[Node, Node]:
        """The adjoints with what they are equal to."""
        problem, graph = self.judge.problem, self.judge.questions.graph
        lines = Lines(graph, problem.dims, problem.functions).backward
        return {
            leaf(var.name): unmarked(node)
            for var, node in lines
            if isinstance(var.name, Adjoint) and leaf(var.name) not in walk(node)
        }

    @cached_property
    def _facts(self) -> Facts:
        graph = self.judge.questions.graph
        named = (var for var in graph.variables() if isinstance(var.name, str | Adjoint))
        return Facts(ranks={leaf(var.name): len(var.shape) for var in named})
