"""This module tries formulas: each at random points of the problem, near the given one and far out."""

from __future__ import annotations

import numpy as np

from symdl.checking.probe import Reader, precision
from symdl.core.arithmetic import Undecided
from symdl.core.graph import Graph, Var
from symdl.errors import DomainError, FormulaError
from symdl.formula.tree import Node
from symdl.grading.judging.entrywise import places
from symdl.grading.judging.plain_givens import column_distributions, zero_states
from symdl.grading.question import Question
from symdl.grading.values import FAILURES, Value
from symdl.grading.work import MOST, check_work, largest
from symdl.problems.instances import Instance, Instances
from symdl.problems.problem import Problem

POINTS = 7
SCALES = (9, -9, 70, -70, 1100, -1100, 10**5, -(10**5))  # of the points far out
MAX_ENTRIES = 200  # of an array that is given by a formula for its entry


class Trials:
    """The points at which formulas of a problem are compared, made once for each graph."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        seed = problem.raw.seed or seed
        self._makes = Instances(problem, seed, zero_states(problem), column_distributions(problem))
        self._near: dict[int, tuple[Graph, tuple[Instance, ...]]] = {}
        self._far: dict[int, tuple[Graph, tuple[Instance, ...]]] = {}

    def near(self, graph: Graph) -> tuple[Instance, ...]:
        """The points of a graph with all values there; a given point on a kink is left to convention."""
        if id(graph) not in self._near:
            made = tuple(i for i in self._makes.of(graph, POINTS) if not (i.given and i.kinked))
            self._near[id(graph)] = (graph, made)
        return self._near[id(graph)][1]

    def far(self, graph: Graph) -> tuple[Instance, ...]:
        """Points far out, on the other sides of what has cases."""
        if id(graph) not in self._far:
            self._far[id(graph)] = (graph, tuple(self._makes.far(graph, SCALES)))
        return self._far[id(graph)][1]

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

    def entries(
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
