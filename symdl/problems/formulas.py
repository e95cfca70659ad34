"""This module writes the formulas of answers, in each view that they have."""

from __future__ import annotations

from contextlib import suppress

from symdl.autodiff.composing import TidyLines
from symdl.autodiff.rewriting import tidied
from symdl.core.entries import Entries
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.positions import fixed_position, symbolic_position
from symdl.core.spelled import NoMatrixView
from symdl.core.statement import matrix_line
from symdl.formula.tree import Node
from symdl.problems.problem import Problem


class Formulas:
    """Writes right sides of lines after all teaching moves; what writes a graph is kept for its next line."""

    def __init__(self, problem: Problem) -> None:
        self.facts, self.conventions = problem.moves_know, problem.conventions
        self._writers: tuple[TidyLines, Entries] | None = None

    def __call__(self, graph: Graph, var: Var, entry: tuple[int, ...] | None = None) -> dict[str, Node]:
        """The right side of a line in each view that it has."""
        found: dict[str, Node] = {}
        before = var.name.rank if isinstance(var.name, Adjoint) else 0
        if entry is None and not self.conventions.turns(before, len(var.shape)):
            with suppress(NoMatrixView):
                found["matrix"] = self.matrix(graph, var)
        entries = self._of(graph)[1]
        place = symbolic_position(entries.letters(len(var.shape)))
        found["index"] = tidied(entries.line(var, place), self.facts)
        if not var.shape:
            found["scalar"] = found.get("matrix", found["index"])
        elif entry is not None:
            written = Entries(graph, expanded=True)
            found["scalar"] = tidied(written.line(var, fixed_position(entry)), self.facts)
        return found

    def matrix(self, graph: Graph, var: Var) -> Node:
        """The right side of a line in matrices; a small array that they cannot write is listed.

        Raises `NoMatrixView` where neither can be done.
        """
        lines = self.lines(graph)
        try:
            return lines.tidied(var)
        except NoMatrixView:
            return tidied(matrix_line(lines.speller, var), self.facts)

    def lines(self, graph: Graph) -> TidyLines:
        """The lines of a graph in matrices."""
        return self._of(graph)[0]

    def _of(self, graph: Graph) -> tuple[TidyLines, Entries]:
        if self._writers is None or self._writers[0].graph is not graph:
            self._writers = TidyLines(graph, self.facts), Entries(graph)
        return self._writers
