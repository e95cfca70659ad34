"""This module records equations: a tape checks shapes, numbers the quantities and shares equal ones."""

from __future__ import annotations

from collections.abc import Iterable

from symdl.core.dims import Shape
from symdl.core.graph import Equation, Graph, Role, Var, VarName
from symdl.core.op import Op
from symdl.errors import SymdlError
from symdl.formula.tree import Node


class Tape:
    """Equations being written. Only anonymous equations are shared, so that each named line, and each
    use of a quantity in the backward pass, keeps its own.
    """

    __slots__ = ("_known", "_names", "_next", "_where", "equations", "inputs", "written")

    def __init__(self, graph: Graph | None = None) -> None:
        self.inputs: list[Var] = list(graph.inputs) if graph else []
        self.equations: list[Equation] = list(graph.equations) if graph else []
        self.written: dict[str, Node] = dict(graph.written) if graph else {}
        self._known: dict[tuple[Op, tuple[Var, ...]], Var] = {}
        self._names: dict[VarName, Var] = dict(graph.by_name) if graph else {}
        self._where: dict[int, int] = {}  # the equation of an anonymous quantity, by its number
        self._next = 1 + max((var.number for var in graph.variables()), default=0) if graph else 1

    def input(self, name: VarName, shape: Shape = (), role: Role = "input") -> Var:
        """A new input."""
        var = self._new(name, shape, role)
        self.inputs.append(var)
        return var

    def emit(
        self, op: Op, args: tuple[Var, ...] = (), name: VarName | None = None,
        role: Role = "intermediate", share: bool = True,
    ) -> Var:  # fmt: skip
        """The quantity `op(*args)`: a new equation, or an earlier anonymous one that is equal."""
        if name is None and share:
            known = self._known.get((op, args))
            if known is not None:
                return known
        var = self._new(name, op.shape(*[arg.shape for arg in args]), role)
        if name is None:
            self._where[var.number] = len(self.equations)
            if share:
                self._known[op, args] = var
        self.equations.append(Equation(var, op, args))
        return var

    def rename(self, var: Var, name: VarName, role: Role | None = None) -> Var:
        """Name an anonymous quantity that nothing uses yet: the last op of a line bears its name."""
        index = self._where.pop(var.number)
        equation = self.equations[index]
        self._known.pop((equation.op, equation.args), None)
        named = Var(self._free(name), var.shape, role or var.role, var.number)
        self._names[name] = named
        self.equations[index] = Equation(named, equation.op, equation.args)
        return named

    def is_newest(self, var: Var) -> bool:
        """Whether a quantity is anonymous and the last one written."""
        return var.name is None and bool(self.equations) and self.equations[-1].out == var

    def graph(self, output: Var) -> Graph:
        """The equations so far as a graph."""
        return Graph(tuple(self.inputs), tuple(self.equations), output, dict(self.written))

    def named(self, name: VarName) -> Var | None:
        """The quantity of a name, or None."""
        return self._names.get(name)

    def names(self) -> Iterable[VarName]:
        """All names in use."""
        return self._names.keys()

    def _free(self, name: VarName) -> VarName:
        if name in self._names:
            raise SymdlError("graph.name_taken", name=name)
        return name

    def _new(self, name: VarName | None, shape: Shape, role: Role) -> Var:
        var = Var(name if name is None else self._free(name), shape, role, self._next)
        self._next += 1
        if name is not None:
            self._names[name] = var
        return var
