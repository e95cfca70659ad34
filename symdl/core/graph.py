"""This module defines the computation graph: a straight-line list of equations, checked as it is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from symdl.core.dims import Shape, Sizes, bind_shape, shape_text
from symdl.core.op import Op
from symdl.formula.tree import Node

Role = Literal[
    "input", "parameter", "target", "intermediate", "loss", "adjoint", "tangent", "state", "constant"
]  # fmt: skip


class Adjoint(NamedTuple):
    """The name of an adjoint: ∂of/∂by. How it is printed is the notation's business.

    Its first `rank` axes are those of `of`, the others those of `by`.
    """

    of: str
    by: str
    rank: int = 0

    def __str__(self) -> str:
        return f"adjoint.{self.of}.{self.by}"


class Tangent(NamedTuple):
    """The name of a tangent: the directional derivative carried along with a quantity."""

    of: str

    def __str__(self) -> str:
        return f"tangent.{self.of}"


VarName = str | Adjoint | Tangent


@dataclass(frozen=True, slots=True)
class Var:
    """A quantity of a graph: named (a line the teacher wrote) or anonymous (a part of such a line).

    `number` tells anonymous quantities apart and is unique in a graph.
    """

    name: VarName | None
    shape: Shape = ()
    role: Role = "intermediate"
    number: int = 0

    def __hash__(self) -> int:
        return self.number

    def __repr__(self) -> str:
        shape = f" ({shape_text(self.shape)})" if self.shape else ""
        return f"{self.label}{shape}"

    @property
    def label(self) -> str:
        """The name as text; an anonymous quantity has a number behind a hash sign."""
        return f"#{self.number}" if self.name is None else str(self.name)


class Equation(NamedTuple):
    """`out = op(*args)`."""

    out: Var
    op: Op
    args: tuple[Var, ...]

    def __repr__(self) -> str:
        return f"{self.out.label} = {self.op.key}({', '.join(arg.label for arg in self.args)})"


@dataclass(frozen=True)
class Graph:
    """A straight-line program: inputs, equations in order, the output.

    `written` holds the right side of each named line as the teacher wrote it.
    """

    inputs: tuple[Var, ...]
    equations: tuple[Equation, ...]
    output: Var
    written: Mapping[str, Node] = field(default_factory=dict, compare=False)

    @cached_property
    def by_name(self) -> dict[VarName, Var]:
        """Every named quantity by its name."""
        return {var.name: var for var in self.variables() if var.name is not None}

    @cached_property
    def definition(self) -> dict[Var, Equation]:
        """The equation of every quantity that is not an input."""
        return {equation.out: equation for equation in self.equations}

    @cached_property
    def leaves(self) -> dict[Var, tuple[Var, ...]]:
        """What each equation's quantity is written in: named quantities and inputs, none anonymous."""
        table: dict[Var, tuple[Var, ...]] = {}
        for out, _, args in self.equations:
            found: dict[Var, None] = {}
            for arg in args:
                if arg.name is None and arg in table:
                    found.update(dict.fromkeys(table[arg]))
                else:
                    found[arg] = None
            table[out] = tuple(found)
        return table

    def variables(self) -> Iterator[Var]:
        """All quantities, inputs first, then in the order of the equations."""
        yield from self.inputs
        for equation in self.equations:
            yield equation.out

    def __repr__(self) -> str:
        lines = [", ".join(map(repr, self.inputs)), *map(repr, self.equations)]
        return "; ".join(lines)


def uses(graph: Graph, among: frozenset[Var]) -> dict[Var, list[tuple[int, int]]]:
    """Where each quantity is used by the equations of some quantities: pairs (equation, argument)."""
    table: dict[Var, list[tuple[int, int]]] = {var: [] for var in graph.variables()}
    for index, equation in enumerate(graph.equations):
        if equation.out in among:
            for k, arg in enumerate(equation.args):
                table[arg].append((index, k))
    return table


def instantiate(graph: Graph, sizes: Sizes) -> Graph:
    """The graph with symbolic dimensions replaced by numbers; unknown names stay.

    Shapes and ops are bound; names, roles and the order of the equations stay as they are.
    """
    renamed: dict[Var, Var] = {}

    def bound(var: Var) -> Var:
        if var not in renamed:
            renamed[var] = Var(var.name, bind_shape(var.shape, sizes), var.role, var.number)
        return renamed[var]

    equations = tuple(
        Equation(bound(e.out), e.op.bind(sizes), tuple(map(bound, e.args))) for e in graph.equations
    )
    return Graph(tuple(map(bound, graph.inputs)), equations, bound(graph.output), graph.written)


def ancestors(graph: Graph, *of: Var) -> frozenset[Var]:
    """The quantities that some quantities are made of, these included."""
    found = set(of)
    for equation in reversed(graph.equations):
        if equation.out in found:
            found.update(equation.args)
    return frozenset(found)


def descendants(graph: Graph, sources: frozenset[Var]) -> frozenset[Var]:
    """The quantities that depend on some of the sources, these included."""
    found = set(sources)
    for equation in graph.equations:
        if not found.isdisjoint(equation.args):
            found.add(equation.out)
    return frozenset(found)
