"""This module writes the backward lines as a board shows them, and runs a line that is written otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from symdl.checking.probe import Reader
from symdl.core.evaluation import compile_graph
from symdl.core.graph import Adjoint, Equation, Graph, Var
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.errors import SymdlError
from symdl.formula.tree import Node


class Lines:
    """The named adjoints of a graph with the right sides of their lines."""

    def __init__(self, graph: Graph, sizes: Mapping[str, int], functions: Mapping[str, Any]) -> None:
        self.graph, self.sizes, self.functions = graph, sizes, functions
        self.speller = Speller(graph)

    @cached_property
    def backward(self) -> tuple[tuple[Var, Node], ...]:
        """Each named adjoint and its line, where matrices can write it."""
        return tuple(self._backward())

    def _backward(self) -> Iterator[tuple[Var, Node]]:
        for var in self.graph.variables():
            if isinstance(var.name, Adjoint) and var in self.graph.definition:
                try:
                    yield var, self.speller.line(var)
                except (SymdlError, NoMatrixView):
                    continue

    def spelled(self, var: Var) -> Node | None:
        """A quantity as it stands in a line, if it can be written."""
        try:
            return self.speller.whole(var)
        except (SymdlError, NoMatrixView):
            return None

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.graph, dict(self.sizes), self.functions)

    def run(self, node: Node) -> Callable[[Mapping[Var, Any]], Any]:
        """A formula of named quantities as a function of their values; read when it is first called."""
        ready: list[Callable[[Mapping[Var, Any]], Any]] = []

        def compute(values: Mapping[Var, Any]) -> Any:
            if not ready:
                ready.append(self._program(node))
            return ready[0](values)

        return compute

    def _program(self, node: Node) -> Callable[[Mapping[Var, Any]], Any]:
        reader = self._reader
        out = reader.read(node)
        equations = _made_of(out, reader.tape.equations)
        used = {arg for line in equations for arg in line.args} | {out}
        own = [(copy, var) for var, copy in reader.inputs.items() if copy in used]
        graph = Graph(tuple(copy for copy, _ in own), equations, out)
        program = compile_graph(graph, (out,), "float")
        return lambda values: program(*(values[var] for _, var in own))[0]


def _made_of(out: Var, equations: list[Equation]) -> tuple[Equation, ...]:
    """The equations that a quantity rests on, in their order."""
    needed, found = {out}, list[Equation]()
    for equation in reversed(equations):
        if equation.out in needed:
            found.append(equation)
            needed.update(equation.args)
    return tuple(reversed(found))
