"""This module admits an answer to its question: derivatives that are known, a fitting label, no restating."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.graph import Adjoint, Var, ancestors
from symdl.core.naming import leaf
from symdl.errors import FormulaError
from symdl.formula.pretty import to_text
from symdl.formula.tree import Index, Name, Node, Partial, children
from symdl.formula.walking import holds, walk
from symdl.grading.judging.entrywise import without_letters
from symdl.grading.question import Question
from symdl.grading.questions import Questions


class Admission:
    """What the answers to the questions of one problem may mention."""

    def __init__(self, questions: Questions, names: frozenset[str]) -> None:
        self.questions = questions
        self.names = names
        self._ancestors: dict[Var, frozenset[Var]] = {}
        adjoints = [name for name in questions.graph.by_name if isinstance(name, Adjoint)]
        self._adjoints = frozenset(map(leaf, adjoints))

    def check(self, question: Question, node: Node, label: Node | None) -> None:
        """Refuse a line that names another quantity, or that gives back what was asked."""
        self._check_derivatives(node)
        self._check_label(question, without_letters(label))
        if any(holds(node, restated) for restated in question.restates):
            raise FormulaError("grading.restates", name=question.id)
        if any(self._made_of(var, question) for var in self._quantities(node)):
            raise FormulaError("grading.restates", name=question.id)

    def _check_derivatives(self, node: Node) -> None:
        """A derivative in an answer has to be one that the backward pass computes."""
        for part in walk(node, closed=(Partial,)):
            if not isinstance(part, Partial) or part in self._adjoints:
                continue
            whole = without_letters(part)
            by = whole.by[0] if isinstance(whole, Partial) and len(whole.by) == 1 else part
            bare = by.base if isinstance(by, Index) else by
            if Partial(part.of, (bare,)) not in self._adjoints:
                raise FormulaError("grading.unknown_derivative", name=to_text(part))

    def _check_label(self, question: Question, label: Node | None) -> None:
        """A label that names another quantity of the problem belongs to another question."""
        if label is None or not question.restates or label in question.restates:
            return
        bare = label.base if isinstance(label, Index) else label
        if bare in question.restates or not isinstance(label, Partial | Name):
            return
        if isinstance(label, Name) and label.text not in self.names:
            return
        raise FormulaError("grading.other_label", name=question.id)

    def _quantities(self, node: Node) -> Iterator[Var]:
        """The quantities and adjoints that a formula mentions."""
        table = self.questions.graph.by_name
        if isinstance(node, Name) and node.text in table:
            yield table[node.text]
        elif isinstance(node, Partial) and isinstance(node.of, Name):
            by = node.by[0].base if isinstance(node.by[0], Index) else node.by[0]
            name = Adjoint(node.of.text, by.text if isinstance(by, Name) else "")
            yield from [table[name]] if name in table else []
        else:
            for child in children(node):
                yield from self._quantities(child)

    def _made_of(self, var: Var, question: Question) -> bool:
        """Whether a quantity is computed from what is asked for: an answer by it would be circular."""
        if question.target is None or question.graph is not self.questions.graph:
            return False
        if var not in self._ancestors:
            self._ancestors[var] = ancestors(self.questions.graph, var)
        return question.target in self._ancestors[var]
