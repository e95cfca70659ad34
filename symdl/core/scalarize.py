"""This module unfolds a graph of arrays into one of scalars: a named quantity per entry.

The scalar view, the sums over paths and the drawing of small networks all read this graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import product as combinations

from symdl.core.building import IDENTITY
from symdl.core.dims import Shape, affine
from symdl.core.expansion import primitive
from symdl.core.graph import Equation, Graph, Var, VarName
from symdl.core.op import Contract, Literal, Pointwise, Select, pointwise
from symdl.core.tape import Tape
from symdl.errors import SymdlError
from symdl.formula.tree import ONE, ZERO, Apply, Compare, Name, Node, Relation, Sum, times

Place = tuple[int, ...]
MAX_SCALARS = 50_000


@dataclass(frozen=True)
class Scalars:
    """A graph of scalars and where each entry of the original went."""

    graph: Graph
    entries: dict[tuple[Var, Place], Var]


def scalarize(graph: Graph) -> Scalars:
    """The graph with one scalar quantity per entry; all dimensions must be known."""
    flat = primitive(graph)
    count = sum(_count(var.shape) for var in flat.variables())
    if count > MAX_SCALARS:
        raise SymdlError("graph.too_many_scalars", count=count, limit=MAX_SCALARS)
    unfold = _Unfold()
    for var in flat.inputs:
        for place in places(var.shape):
            unfold.entries[var, place] = unfold.tape.input(
                entry_label(var.name, place) or var.label, (), var.role
            )
    for equation in flat.equations:
        unfold.equation(equation)
    output = unfold.entries.get((graph.output, ())) or next(reversed(unfold.entries.values()))
    return Scalars(unfold.tape.graph(output), unfold.entries)


def _count(shape: Shape) -> int:
    return reduce(lambda total, dim: total * int(dim), shape, 1)


def places(shape: Shape) -> Iterator[Place]:
    """All places of an array, counted from 0, row by row."""
    return combinations(*(range(dim) for dim in shape))


def entry_label(name: VarName | None, place: Place) -> VarName | None:
    """The name of an entry, counted from 1: `W1[1,2]`.

    >>> entry_label("W1", (0, 1))
    'W1[1,2]'
    """
    if name is None or not place or not isinstance(name, str):
        return name if not place else None
    inside = ",".join(str(k + 1) for k in place)
    return f"{name[:-1]},{inside}]" if name.endswith("]") else f"{name}[{inside}]"


class _Unfold:
    def __init__(self) -> None:
        self.tape = Tape()
        self.entries: dict[tuple[Var, Place], Var] = {}

    def equation(self, equation: Equation) -> None:
        op, out = equation.op, equation.out
        if isinstance(op, Contract):
            self._contract(op, equation)
            return
        for k, place in enumerate(places(out.shape)):
            name = entry_label(out.name, place)
            if isinstance(op, Pointwise):
                args = tuple(self.entries[arg, place] for arg in equation.args)
                scalar = self.tape.emit(op, args, name, out.role)
            elif isinstance(op, Literal):
                scalar = self.tape.emit(pointwise("number", (), op.values[k]), (), name, out.role)
            else:
                assert isinstance(op, Select)
                scalar = self._select(op, equation.args[0], place, name)
            self.entries[out, place] = scalar

    def _contract(self, op: Contract, equation: Equation) -> None:
        terms: dict[Place, list[Var]] = {place: [] for place in places(op.out)}
        for choice in combinations(*(range(dim) for _, dim in op.loops)):
            env = dict(zip((letter for letter, _ in op.loops), choice, strict=True))
            target = position(op.write, env)
            reads = [(arg, position(read, env)) for read, arg in zip(op.reads, equation.args, strict=True)]
            if target in terms and all((arg, where) in self.entries for arg, where in reads):
                terms[target].append(self._product([self.entries[arg, where] for arg, where in reads]))
        for place, parts in terms.items():
            name = entry_label(equation.out.name, place)
            self.entries[equation.out, place] = self._sum(parts, name, equation.out)

    def _product(self, factors: list[Var]) -> Var:
        if not factors:
            return self.tape.emit(pointwise("number", (), ONE))
        return reduce(lambda left, right: self.tape.emit(TIMES, (left, right)), factors)

    def _sum(self, parts: list[Var], name: VarName | None, out: Var) -> Var:
        if len(parts) > 1:
            return self.tape.emit(_adder(len(parts)), tuple(parts), name, out.role)
        single = parts[0] if parts else self.tape.emit(pointwise("number", (), ZERO))
        if name is None:
            return single
        if self.tape.is_newest(single):
            return self.tape.rename(single, name, out.role)
        return self.tape.emit(IDENTITY, (single,), name, out.role)

    def _select(self, op: Select, arg: Var, place: Place, name: VarName | None) -> Var:
        if op.kind == "sort" or op.ties == "share":
            raise SymdlError("graph.no_scalar_view", op=op.kind)
        n, k = arg.shape[-1], place[-1]
        row = tuple(self.entries[arg, (*place[:-1], j)] for j in range(n))
        params = tuple(f"x{j}" for j in range(n))
        body: Node = ONE
        for j in range(n):
            if j != k:
                sign: Relation = (">" if j < k else ">=") if op.kind == "argmax" else ("<" if j < k else "<=")
                body = Apply("where", (Compare(sign, Name(params[k]), Name(params[j])), body, ZERO))
        return self.tape.emit(pointwise(f"{op.kind}{k}", params, body), row, name)


TIMES = pointwise("multiply", ("x", "u"), times(Name("x"), Name("u")))


def _adder(count: int) -> Pointwise:
    params = tuple(f"x{k}" for k in range(1, count + 1))
    return pointwise("add", params, Sum(tuple(map(Name, params))))


def position(subscripts: tuple[object, ...], env: dict[str, int]) -> Place:
    """The place that subscripts give for fixed loop letters."""
    found = []
    for subscript in subscripts:
        if isinstance(subscript, str):
            found.append(env[subscript])
        else:
            form = affine(subscript)  # type: ignore[arg-type]
            found.append(int(form.const) + sum(int(c) * env[letter] for letter, c in form.terms))
    return tuple(found)
