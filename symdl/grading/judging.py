"""This module judges one answer against its question: read, evaluated at many points, compared.

A formula is judged as a formula, at random points within what the problem assumes; a number at the given
values. Names in an answer are the quantities of the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from symdl.checking.probe import Reader, precision
from symdl.core.arithmetic import Undecided
from symdl.core.function import POINTWISE
from symdl.core.graph import Adjoint, Graph, Var, ancestors
from symdl.core.naming import leaf
from symdl.errors import DomainError, FormulaError, SymdlError
from symdl.formula.answer import Reading, read_answer
from symdl.formula.plain import to_plain
from symdl.formula.pretty import to_text
from symdl.formula.tree import Apply, Array, Bars, Compare, Index, Name, Node, Partial, Transpose, children
from symdl.grading.agreement import agreement, first_off, floats
from symdl.grading.arrays import array_of, turns
from symdl.grading.entrywise import letters_of, places, with_letters, without_letters
from symdl.grading.numbers import Closeness, Numbers, closeness, digits_of, is_number
from symdl.grading.questions import Question, Questions
from symdl.grading.reading import without_primes
from symdl.grading.stepping import Stepping
from symdl.grading.updates import agrees, step_values, stepping_of, with_settings
from symdl.grading.values import FAILURES, Formula, Value
from symdl.grading.words import vocabulary
from symdl.grading.work import MOST, check_work, largest
from symdl.problems.instances import Instance, Instances
from symdl.problems.problem import Problem

POINTS = 7
ENOUGH = 3
SCALES = (9, -9, 70, -70, 1100, -1100, 10**5, -(10**5))  # of the points far out
MAX_ENTRIES = 200  # of an array that is given by a formula for its entry
Decision = Literal["equal", "different", "undecided", "unreadable", "transposed", "close"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of an answer: the decision, what was read, its values, and what is off."""

    question: Question
    decision: Decision
    node: Node | None = None
    values: tuple[Value, ...] = ()  # of a formula, one per instance
    number: Any = None  # at the given values
    digits: tuple[int, ...] = ()
    entry: tuple[int, ...] | None = None
    shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    error: SymdlError | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None  # the first one that is not right, of several
    parts: tuple[Judgement, ...] = ()  # other quantities that the lines before compute


class Judge:
    """A problem made ready for marking: its questions, its words, and the points, made once for a class."""

    def __init__(self, problem: Problem, seed: int = 11) -> None:
        self.problem = problem
        self.questions = Questions(problem)
        words = vocabulary(problem, self.questions.graph)
        self.words = with_settings(words, self.questions.steppings)
        self._makes = Instances(problem, problem.raw.seed or seed)
        self._ancestors: dict[Var, frozenset[Var]] = {}
        names = [name for name in self.questions.graph.by_name if isinstance(name, Adjoint)]
        self._adjoints = frozenset(map(leaf, names))
        self._instances: dict[int, tuple[Graph, tuple[Instance, ...]]] = {}
        self._far: dict[int, tuple[Graph, tuple[Instance, ...]]] = {}

    @property
    def digits(self) -> int:
        """The significant digits that the problem asks for."""
        return self.problem.conventions.digits

    def instances(self, graph: Graph) -> tuple[Instance, ...]:
        """The points of a graph with all values there; a given point on a kink is left to convention."""
        if id(graph) not in self._instances:
            made = tuple(i for i in self._makes.of(graph, POINTS) if not (i.given and i.kinked))
            self._instances[id(graph)] = (graph, made)
        return self._instances[id(graph)][1]

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
        try:
            found = self.read(raw)
        except FormulaError as error:
            return Judgement(question, "unreadable", error=error)
        best: Judgement | None = None
        for reading in found:
            try:
                result = self._derived(question, reading)
            except SymdlError as error:
                result = Judgement(question, "unreadable", reading.node, error=error)
            except FAILURES:
                result = Judgement(question, "undecided", reading.node)
            if best is None or _ORDER.index(result.decision) < _ORDER.index(best.decision):
                best = result
        assert best is not None
        return best

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
        if wrong is None and result.decision not in ("equal", "transposed"):
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

    def _check_derivatives(self, node: Node) -> None:
        """A derivative in an answer has to be one that the backward pass computes."""
        if isinstance(node, Partial):
            whole = without_letters(node)
            by = whole.by[0] if isinstance(whole, Partial) and len(whole.by) == 1 else node
            bare = by.base if isinstance(by, Index) and node not in self._adjoints else by
            if node not in self._adjoints and Partial(node.of, (bare,)) not in self._adjoints:
                raise FormulaError("grading.unknown_derivative", name=to_text(node))
        for child in () if isinstance(node, Partial) else children(node):
            self._check_derivatives(child)

    def _line(self, question: Question, line: Node, label: Node | None) -> Judgement:
        node = without_primes(line)
        self._check_derivatives(node)
        self._check_label(question, without_letters(label))
        if any(mentions(node, restated) for restated in question.restates):
            raise FormulaError("grading.restates", name=question.id)
        if any(self._made_of(var, question) for var in self._quantities(node)):
            raise FormulaError("grading.restates", name=question.id)
        if is_number(node) and question.known is not None:
            return self._number(question, node)
        stepping = stepping_of(question, self.questions.steppings)
        if stepping is not None:
            return self._step(question, node, stepping)
        if question.graph is None or question.pick is None:
            raise FormulaError("grading.number_expected", name=question.id)
        return self._formula(question, node, letters_of(node, label, self.words))

    def _check_label(self, question: Question, label: Node | None) -> None:
        """A label that names another quantity of the problem belongs to another question."""
        if label is None or not question.restates or label in question.restates:
            return
        bare = label.base if isinstance(label, Index) else label
        if bare in question.restates or not isinstance(label, Partial | Name):
            return
        if isinstance(label, Name) and label.text not in (self.words.scope.names or ()):
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

    # Numbers

    def _number(self, question: Question, node: Node) -> Judgement:
        with precision():
            found = Formula(node, {}).at(())
        if found.status != "value":
            return Judgement(question, "different", node)
        value, truth = floats(found.ball), question.known
        digits = digits_of(node)
        if np.shape(value) != np.shape(truth):
            return self._misshapen(question, node, Numbers(value, digits))
        digits = _padded(digits, value)
        verdict, entry = closeness(Numbers(value, digits), truth, self.digits)
        if verdict == "close" and _unmoved(question, value):
            verdict = "wrong"
        return Judgement(question, _DECISION[verdict], node, (), value, digits, entry)

    def _misshapen(self, question: Question, node: Node, answer: Numbers) -> Judgement:
        given, truth = np.asarray(answer.value), np.asarray(question.known)
        shapes = (given.shape, truth.shape)
        digits = _padded(answer.digits, given)
        for turned, decision in turns(given, truth.shape):
            verdict, _ = closeness(Numbers(turned, digits), truth, self.digits)
            if verdict == "right":
                return Judgement(question, decision, node, (), turned, digits, shapes=shapes)
        return Judgement(question, "different", node, (), None, digits, shapes=shapes)

    # Steps of update rules

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

    # Formulas

    def _formula(self, question: Question, node: Node, letters: tuple[str, ...] = ()) -> Judgement:
        assert question.graph is not None and question.pick is not None
        points = self.instances(question.graph)
        if letters:
            values = self._entries(question, node, points, letters)
        else:
            values = self.values(question.graph, node, points)
        shapes = _shapes(question, points, values)
        if shapes is not None and shapes[0] != shapes[1]:
            return self._turned(question, node, points, values, shapes)
        result = self._decided(question, node, points, values)
        if result.decision == "equal" and not letters and bends(node) and not self._equal_far(question, node):
            return replace(result, decision="different")
        return result

    def _equal_far(self, question: Question, node: Node) -> bool:
        """Whether a formula with cases of its own holds far out as well, on their other sides."""
        assert question.graph is not None and question.pick is not None
        key = id(question.graph)
        if key not in self._far:
            self._far[key] = (question.graph, tuple(self._makes.far(question.graph, SCALES)))
        points = self._far[key][1]
        values = self.values(question.graph, node, points)
        return all(
            agreement(value, question.pick(point.values), point.balls) != "different"
            for point, value in zip(points, values, strict=True)
        )

    def _decided(
        self, question: Question, node: Node, points: tuple[Instance, ...], values: tuple[Value, ...]
    ) -> Judgement:
        assert question.pick is not None
        agreed = 0
        for point, value in zip(points, values, strict=True):
            truth = question.pick(point.values)
            verdict = agreement(value, truth, point.balls)
            if verdict == "different":
                return Judgement(
                    question, "different", node, values, self._given(points, values), (),
                    first_off(value, truth, point.balls), facts={"point": point},
                )  # fmt: skip
            agreed += verdict == "equal"
        decision: Decision = "equal" if agreed >= min(ENOUGH, len(points)) and agreed else "undecided"
        return Judgement(question, decision, node, values, self._given(points, values))

    def _given(self, points: tuple[Instance, ...], values: tuple[Value, ...]) -> Any:
        for point, value in zip(points, values, strict=True):
            if point.given and value.status == "value":
                return floats(value.ball)
        return None

    def _turned(
        self,
        question: Question,
        node: Node,
        points: tuple[Instance, ...],
        values: tuple[Value, ...],
        shapes: Any,
    ) -> Judgement:
        """An answer of another shape, perhaps the right one transposed."""
        assert question.pick is not None
        for k, (_, decision) in enumerate(turns(np.zeros(shapes[0]), shapes[1])):
            turned = tuple(_turned_value(v, k, shapes[1]) for v in values)
            if isinstance(node, Transpose) and isinstance(node.arg, Array):
                decision = "equal"  # a list in a line is a column all the same
            if self._decided(question, node, points, turned).decision == "equal":
                return Judgement(question, decision, node, turned, self._given(points, turned), shapes=shapes)
        return Judgement(question, "different", node, (), None, shapes=shapes)

    def values(self, graph: Graph, node: Node, points: tuple[Instance, ...]) -> tuple[Value, ...]:
        """A formula of the graph's quantities at some points."""
        found: list[Value] = []
        readers: dict[int, tuple[Reader, Var]] = {}
        for point in points:
            if id(point.graph) not in readers:
                reader = Reader(point.graph, self._sizes(point), self.problem.functions)
                readers[id(point.graph)] = (reader, reader.read(node))
                check_work(reader.tape.equations, max(MOST, 8 * largest(point.graph.equations)))
            reader, var = readers[id(point.graph)]
            reader.graph = point.graph
            found.append(value_at(reader, var, point))
        return tuple(found)

    def _entries(
        self, question: Question, node: Node, points: tuple[Instance, ...], letters: tuple[str, ...]
    ) -> tuple[Value, ...]:
        """A formula of one entry, with letters for its place, as the array of all entries."""
        assert question.pick is not None
        found: list[Value] = []
        for point in points:
            shape = np.shape(question.pick(point.values))
            if len(shape) != len(letters) or int(np.prod(shape)) > MAX_ENTRIES:
                raise FormulaError("grading.letters", count=len(letters), axes=len(shape))
            reader = Reader(point.graph, self._sizes(point), self.problem.functions)
            read = [reader.read(node, at) for at in places(letters, shape)]
            check_work(reader.tape.equations, max(MOST, 8 * largest(point.graph.equations)))
            each = [value_at(reader, var, point) for var in read]
            failed = next((value for value in each if value.status != "value"), None)
            if failed is not None:
                found.append(failed)
                continue
            whole = np.empty(shape, dtype=object)
            whole.flat[:] = [value.ball for value in each]
            found.append(Value("value", whole))
        return tuple(found)

    def _sizes(self, point: Instance) -> dict[str, int]:
        return {**self.problem.dims, **point.sizes}


def value_at(reader: Reader, var: Var, point: Instance) -> Value:
    """A formula that was read, at a point."""
    with precision():
        try:
            (found,) = reader.values([var], point.values)
        except DomainError:
            return Value("undefined")
        except Undecided:
            return Value("unclear")
        except FAILURES:
            return Value("unclear")
    return Value("value", found)


def bends(node: Node) -> bool:
    """Whether a formula has cases: functions with kinks, comparisons, the letters of an absolute value."""
    if isinstance(node, Bars | Compare):
        return True
    if isinstance(node, Apply) and node.function in POINTWISE and POINTWISE[node.function].kinks:
        return True
    return any(map(bends, children(node)))


def mentions(node: Node, other: Node) -> bool:
    """Whether a formula holds another one."""
    return node == other or any(mentions(child, other) for child in children(node))


def _unmoved(question: Question, value: Any) -> bool:
    """Whether a parameter after a small step is off by a good part of the step itself."""
    before = question.history.get("before")
    if before is None:
        return False
    step = np.abs(np.asarray(before) - np.asarray(question.known))
    return bool(np.any(np.abs(np.asarray(value) - np.asarray(question.known)) > step / 10))


def _padded(digits: tuple[int, ...], value: Any) -> tuple[int, ...]:
    count = int(np.size(value))
    return digits if len(digits) == count else (0,) * count


def _turned_value(value: Value, _: int, shape: tuple[int, ...]) -> Value:
    if value.status != "value":
        return value
    turned = turns(np.asarray(value.ball, dtype=object), shape)
    array = turned[0][0]
    return Value("value", array if array.shape else array[()])


def _shapes(question: Question, points: tuple[Instance, ...], values: tuple[Value, ...]) -> Any:
    assert question.pick is not None
    for point, value in zip(points, values, strict=True):
        if value.status == "value":
            return np.shape(value.ball), np.shape(question.pick(point.values))
    return None


_ORDER: tuple[Decision, ...] = ("equal", "transposed", "close", "different", "undecided", "unreadable")
_DECISION: dict[Closeness, Decision] = {"right": "equal", "close": "close", "wrong": "different"}
