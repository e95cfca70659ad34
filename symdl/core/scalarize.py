"""This module unfolds a graph of arrays into one of scalars: a named quantity per entry.

The scalar view, the sums over paths and the drawing of small networks all read this graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product as combinations

from symdl.core.dims import Shape, Subscript, affine
from symdl.core.elementary_ops import IDENTITY, adder
from symdl.core.expansion import primitive
from symdl.core.graph import Equation, Graph, Var, VarName
from symdl.core.op import Contract, Literal, Pointwise, Select, pointwise
from symdl.core.tape import Tape
from symdl.errors import SymdlError
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Compare,
    Name,
    Node,
    Quotient,
    Relation,
    Sum,
    number,
    plus,
    times,
)

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
        self.empty: set[Var] = set()  # sums without a term

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
                scalar = self._select(op, equation.args, place, name)
            self.entries[out, place] = scalar

    def _contract(self, op: Contract, equation: Equation) -> None:
        letters = [letter for letter, _ in op.loops]
        write, reads = locator(op.write, letters), [locator(read, letters) for read in op.reads]
        entries = [{place: self.entries[arg, place] for place in places(arg.shape)} for arg in equation.args]
        terms: dict[Place, list[list[Var]]] = {place: [] for place in places(op.out)}
        for choice in combinations(*(range(dim) for _, dim in op.loops)):
            try:
                target = terms[write(choice)]
                factors = [own[read(choice)] for own, read in zip(entries, reads, strict=True)]
            except KeyError:  # outside an array there are zeros
                continue
            target.append(factors)
        for place, products in terms.items():
            name = entry_label(equation.out.name, place)
            self.entries[equation.out, place] = self._sum(products, name, equation.out)

    def _sum(self, products: list[list[Var]], name: VarName | None, out: Var) -> Var:
        if not products:
            zero = self.tape.emit(pointwise("number", (), ZERO), (), name, out.role)
            self.empty.add(zero)
            return zero
        if len(products) == 1:
            return self._product(products[0], name, out)
        parts = tuple(self._product(factors, None, out) for factors in products)
        return self.tape.emit(adder(len(parts)), parts, name, out.role)

    def _product(self, factors: list[Var], name: VarName | None, out: Var) -> Var:
        if not factors:
            return self.tape.emit(pointwise("number", (), ONE), (), name, out.role)
        *first, last = factors
        if not first:
            return last if name is None else self.tape.emit(IDENTITY, (last,), name, out.role)
        left = reduce(lambda product, factor: self.tape.emit(TIMES, (product, factor)), first)
        return self.tape.emit(TIMES, (left, last), name, out.role)

    def _select(self, op: Select, args: tuple[Var, ...], place: Place, name: VarName | None) -> Var:
        lead = len(args[0].shape) - 1
        row, *counts = (
            tuple(self.entries[arg, (*place[:lead], j)] for j in range(arg.shape[-1])) for arg in args
        )
        if counts:  # only what counts stands in the formula
            kept = [j for j, count in enumerate(counts[0]) if count not in self.empty]
            if place[lead] not in kept:
                return self.tape.emit(pointwise("number", (), ZERO), (), name)
            row, place = tuple(row[j] for j in kept), (*place[:lead], kept.index(place[lead]))
        params = tuple(f"x{j}" for j in range(len(row)))
        chosen = _ranked if op.kind == "sort" else _extreme
        body = chosen(op, tuple(map(Name, params)), place[lead:])
        return self.tape.emit(pointwise(op.key, params, body), row, name)


def _extreme(op: Select, row: tuple[Name, ...], place: Place) -> Node:
    """1 where an entry is beyond all others, its part where tied entries share."""
    (k,) = place
    beyond: Relation = ">" if op.kind == "argmax" else "<"
    at_least: Relation = ">=" if op.kind == "argmax" else "<="
    body: Node = ONE
    if op.ties == "share" and len(row) > 1:
        body = Quotient(ONE, Sum(tuple(_where("=", row[k], other) for other in row)))
    for j, other in enumerate(row):
        if j != k:
            body = _where(beyond if j < k and op.ties == "first" else at_least, row[k], other, body)
    return body


def _ranked(op: Select, row: tuple[Name, ...], place: Place) -> Node:
    """1 where so many entries precede one as its place says; of equal entries the first precedes."""
    i, j = place
    before = [_where("<=" if k < j else "<", other, row[j]) for k, other in enumerate(row) if k != j]
    return _where("=", plus(*before), number(i)) if before else ONE


def _where(relation: Relation, left: Node, right: Node, value: Node = ONE) -> Node:
    return Apply("where", (Compare(relation, left, right), value, ZERO))


TIMES = pointwise("multiply", ("x", "u"), times(Name("x"), Name("u")))


def locator(subscripts: Sequence[Subscript], letters: Sequence[str]) -> Callable[[Place], Place]:
    """The place that subscripts give, as a function of the values of the loop letters."""
    order = {letter: k for k, letter in enumerate(letters)}
    if all(isinstance(subscript, str) for subscript in subscripts):
        axes = [order[str(subscript)] for subscript in subscripts]
        return lambda choice: tuple([choice[k] for k in axes])
    forms = [affine(subscript) for subscript in subscripts]
    rows = [(int(form.const), [(int(c), order[letter]) for letter, c in form.terms]) for form in forms]
    return lambda choice: tuple([const + sum(c * choice[k] for c, k in row) for const, row in rows])
