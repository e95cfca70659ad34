"""This module finds the shapes of formulas in the quantities of a graph."""

from __future__ import annotations

from functools import cached_property

from symdl.core.building import Builder
from symdl.core.dims import Shape, dim_names
from symdl.core.graph import Graph
from symdl.core.naming import leaf
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry
from symdl.formula.tree import Name, Node, Transpose, rebuild


class Shapes:
    """The shapes of formulas whose names are the quantities, derivatives and sizes of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def _known(self) -> tuple[Tape, dict[str, Entry], dict[Node, Node]]:
        """What formulas may name: quantities by their shapes, sizes, derivatives under names of their own."""
        tape = Tape()
        scope: dict[str, Entry] = {
            name: Constant(Name(name)) for name in dim_names(var.shape for var in self.graph.variables())
        }
        derivatives: dict[Node, Node] = {}
        for k, var in enumerate(self.graph.variables()):
            if var.name is not None:
                name = str(var.name) if isinstance(var.name, str) else f"derivative{k}"
                scope[name] = tape.input(name, var.shape)
                if name != str(var.name):
                    derivatives[leaf(var.name)] = Name(name)
        return tape, scope, derivatives

    def of(self, node: Node) -> Shape:
        """The shape of a formula; `()` is a scalar."""
        tape, scope, derivatives = self._known

        def named(part: Node) -> Node:
            return derivatives[part] if part in derivatives else rebuild(part, named)

        builder = Builder(tape, scope)
        return builder.variable(builder.value(named(node))).shape

    def is_row(self, node: Node) -> bool:
        """Whether a formula is the transpose of a vector."""
        return isinstance(node, Transpose) and len(self.of(node.arg)) == 1
