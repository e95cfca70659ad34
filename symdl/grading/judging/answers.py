"""This module judges one answer against its question: read, evaluated at many points, compared.

A formula is judged as a formula, at random points within what the problem assumes; a number at the given
values. Names in an answer are the quantities of the graph.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from symdl.errors import FormulaError, SymdlError
from symdl.formula.answer import Reading, read_answer
from symdl.formula.plain import to_plain
from symdl.formula.tree import Index, Name, Node, Partial
from symdl.grading.judging.admission import Admission
from symdl.grading.judging.alternatives import differing, unfitting
from symdl.grading.judging.arrays import array_of
from symdl.grading.judging.digits import is_number
from symdl.grading.judging.entrywise import letters_of, with_letters, without_letters
from symdl.grading.judging.formulas import formula_judged
from symdl.grading.judging.functions import function_in, function_judged
from symdl.grading.judging.judgement import ORDER, Decision, Judgement
from symdl.grading.judging.labels import relabeled
from symdl.grading.judging.numbers import number_judged
from symdl.grading.judging.plain_givens import with_counts
from symdl.grading.judging.reading import by_entry, without_primes
from symdl.grading.judging.required_forms import form_of
from symdl.grading.judging.trials import Trials
from symdl.grading.judging.updates import agrees, step_values, stepping_of, with_settings
from symdl.grading.judging.words import vocabulary
from symdl.grading.question import Question
from symdl.grading.questions import Questions
from symdl.grading.stepping import Stepping
from symdl.grading.values import FAILURES
from symdl.problems.problem import Problem


class Judge:
    """A problem made ready for marking: its questions, its words, and the points, made once for a class."""

    def __init__(self, problem: Problem, seed: int = 11, functions: bool = False) -> None:
        self.problem, self.functions = with_counts(problem), functions
        problem = self.problem
        self.questions = Questions(problem)
        words = vocabulary(problem, self.questions.graph)
        self.words = with_settings(words, self.questions.steppings)
        stated = {form for forms in self.questions.forms.values() for form in forms}
        self._forms = {form: form_of(form, self.words) for form in sorted(stated)}
        self.trials = Trials(problem, seed)
        self._admission = Admission(self.questions, frozenset(self.words.scope.names or ()))

    @property
    def digits(self) -> int:
        """The significant digits that the problem asks for."""
        return self.problem.conventions.digits

    def read(self, raw: Any) -> tuple[Reading, ...]:
        """The readings of an answer; numbers and arrays are read as what they are."""
        if not isinstance(raw, str):
            return (Reading((array_of(raw),)),)
        try:
            return read_answer(raw, self.words)
        except FormulaError as error:
            try:
                return read_answer(raw, with_letters(self.words))
            except FormulaError:
                raise error from None

    def judge(self, question: Question, raw: Any) -> Judgement:
        """The best that any reading of an answer deserves."""
        function = function_in(raw)
        if function is not None:
            return self._function(question, raw, function)
        try:
            found = self._read(question, raw)
        except FormulaError as error:
            return Judgement(question, "unreadable", error=error)
        except FAILURES:
            return Judgement(question, "undecided")
        results = [self._meant(question, reading) for reading in found]
        best = min(results, key=_rank)
        if best.decision != "different" or len(results) == 1:
            return best
        others = tuple(r for r in results if r is not best and r.decision == "different" and r.shapes is None)
        return replace(best, others=others)

    def _read(self, question: Question, raw: Any) -> tuple[Reading, ...]:
        """The readings; where there is none, of the answer with a left side in the words of the question."""
        try:
            return self.read(raw)
        except FormulaError as error:
            other = relabeled(raw, question, self.words.scope.names or frozenset())
            if other is None:
                raise
            try:
                return self.read(other)
            except FormulaError:
                raise error from None

    def _function(self, question: Question, source: str, name: str) -> Judgement:
        """A Python function, run where the teacher allows it."""
        try:
            if not self.functions:
                raise FormulaError("grading.functions_not_run", name=name)
            return function_judged(question, source, name, self.trials)
        except SymdlError as error:
            return Judgement(question, "unreadable", error=error)

    def _meant(self, question: Question, reading: Reading) -> Judgement:
        """A reading, or what it may have been meant as, where that is right."""
        result = self._tried(question, reading)
        if result.decision == "equal":
            return self._formed(result)
        if result.decision == "transposed":
            return result
        others = unfitting if result.decision == "unreadable" else differing
        ambiguous = result.error is not None and result.error.key == "shape.matrix_power"
        for node in others(reading.node):
            other = self._tried(question, replace(reading, lines=(*reading.lines[:-1], node)))
            if other.decision == "equal":
                return self._formed(other)
            if ambiguous and other.decision in ("different", "transposed"):
                result, ambiguous = other, False  # as the powers of all other arrays are meant
        return result

    def _formed(self, result: Judgement) -> Judgement:
        """A right answer held against the forms that the question asks for."""
        node = result.node
        for stated in result.question.forms if node is not None else ():
            form = self._forms[stated]
            if node is not None and not form.holds(node):
                return replace(result, unmet=form.said)
        return result

    def _tried(self, question: Question, reading: Reading) -> Judgement:
        try:
            return self._derived(question, reading)
        except SymdlError as error:
            return Judgement(question, "unreadable", reading.node, error=error)
        except FAILURES:
            return Judgement(question, "undecided", reading.node)

    def judged(self, id: str, node: Node) -> Judgement | None:
        """A formula that was read already; None where it has no place here."""
        try:
            return self._line(self.questions[id], node, None)
        except (SymdlError, *FAILURES):
            return None

    def _derived(self, question: Question, reading: Reading) -> Judgement:
        """An answer of several lines: its last one, the first that is not right, other quantities."""
        result = self._line(question, reading.node, reading.label)
        if len(reading.lines) == 1:
            return result
        wrong, parts = None, list[Judgement]()
        for k, (node, label) in enumerate(zip(reading.lines[:-1], reading.labels[:-1], strict=True), 1):
            try:
                asked = self._labelled(question, label)
                found = self._line(asked, node, None)
            except (SymdlError, *FAILURES):
                continue  # a rule written down, or a step that only says what is meant
            if asked is not question:
                parts.append(found)
            if found.decision == "different" and wrong is None:
                wrong = k
        if wrong is None and result.decision not in ("equal", "transposed", "close"):
            wrong = len(reading.lines)
        decision = "close" if result.decision == "equal" and wrong is not None else result.decision
        return replace(result, decision=decision, line=wrong, parts=tuple(parts))

    def _labelled(self, question: Question, label: Node | None) -> Question:
        """The question that a line answers: the one asked, or the quantity that its label names."""
        label = without_letters(label)
        if label is None or label in question.restates:
            return question
        bare = label.base if isinstance(label, Index) else label
        if isinstance(bare, Partial) and isinstance(bare.of, Name):
            return self.questions[f"adjoint.{to_plain(bare.of)}.{to_plain(bare.by[0])}".replace(" ", "")]
        known = isinstance(bare, Name) and bare.text in (self.words.scope.names or ())
        return self.questions[f"value.{to_plain(label)}".replace(" ", "")] if known else question

    def _line(self, question: Question, line: Node, label: Node | None) -> Judgement:
        node = by_entry(without_primes(line))
        self._admission.check(question, node, label)
        if is_number(node) and question.known is not None:
            return number_judged(question, node, self.digits)
        stepping = stepping_of(question, self.questions.steppings)
        if stepping is not None:
            return self._step(question, node, stepping)
        if question.graph is None or question.pick is None:
            raise FormulaError("grading.number_expected", name=question.id)
        letters = letters_of(node, label, self.words)
        try:
            return formula_judged(question, node, self.trials, letters)
        except FormulaError:
            if label is not None or len(letters) != 2:
                raise
            return formula_judged(question, node, self.trials, letters[::-1])  # nobody said which is first

    def _step(self, question: Question, node: Node, stepping: Stepping) -> Judgement:
        """A formula for one step, tried from several starting points."""
        functions, sizes = self.problem.functions, self.problem.dims
        pairs = list(step_values(question, node, stepping, self.questions.graph, functions, sizes))
        if not pairs:
            return Judgement(question, "undecided", node)
        given = pairs[0][0]
        if np.shape(given) != np.shape(pairs[0][1]):
            return Judgement(question, "different", node, shapes=(np.shape(given), np.shape(pairs[0][1])))
        decision: Decision = "equal" if all(agrees(*pair) for pair in pairs) else "different"
        return Judgement(question, decision, node, (), given, (0,) * int(np.size(given)))


def _rank(result: Judgement) -> tuple[int, bool]:
    """What a reading is worth among others: its decision, and whether at least its shape is right."""
    return ORDER.index(result.decision), result.shapes is not None
