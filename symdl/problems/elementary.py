"""This module takes a one-line problem apart: each operation becomes a node named a, b, c, …"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from string import ascii_lowercase

from symdl.core.building import Builder
from symdl.core.function import POINTWISE
from symdl.core.graph import Graph
from symdl.core.tape import Tape
from symdl.formula.tree import (
    Apply,
    Bars,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names,
    times,
)  # fmt: skip
from symdl.problems.reading.settings import Ask

MAX_NODES = 20
WHOLE = frozenset(  # asks about whole lines
    {
        "value",
        "derivative",
        "hessian",
        "taylor",
        "stationary",
        "likelihood",
        "update",
        "minimize",
        "root",
        "compare",
        "show",
    }
)
Make = Callable[[Node], Node]


def wanted(asks: Sequence[Ask]) -> bool:
    """Whether some question looks at single operations, not at whole lines."""
    return not asks or any(ask.kind not in WHOLE for ask in asks)


def decomposed(graph: Graph, lines: Mapping[str, Node]) -> Graph | None:
    """The graph of elementary nodes of a problem of one line in scalars; None where it is not one."""
    if len(lines) != 1 or any(var.shape for var in graph.variables()):
        return None
    ((name, node),) = lines.items()
    taken = set(ascii_lowercase) & ({str(var.name) for var in graph.inputs} | names(node) | {name})
    letters = (letter for letter in ascii_lowercase if letter not in taken | {"e", "i", "o", "l"})
    steps: list[tuple[str, Node]] = []
    try:
        last = _take_apart(node, steps, letters)
    except (StopIteration, NotElementary):
        return None
    if not 2 <= len(steps) <= MAX_NODES or not isinstance(last, Name):
        return None
    steps[-1] = (name, steps[-1][1])
    return _built(graph, steps)


class NotElementary(Exception):
    """A formula with parts that are not operations on scalars."""


def _built(graph: Graph, steps: list[tuple[str, Node]]) -> Graph:
    tape = Tape()
    builder = Builder(
        tape, {str(var.name): tape.input(var.name or "", var.shape, var.role) for var in graph.inputs}
    )
    for name, node in steps:
        builder.line(name, node, "loss" if name == graph.output.name else "intermediate")
    return tape.graph(tape.equations[-1].out)


def _take_apart(node: Node, steps: list[tuple[str, Node]], letters: Iterator[str]) -> Node:
    """The name that stands for a formula once its parts are nodes; numbers and names stand for themselves."""

    def step(formula: Node) -> Node:
        for name, known in steps:
            if known == formula:
                return Name(name)
        steps.append((next(letters), formula))
        return Name(steps[-1][0])

    def part(inner: Node) -> Node:
        return _take_apart(inner, steps, letters)

    match node:
        case Number() | Name():
            return node
        case Negate(arg):
            return step(Negate(part(arg)))
        case Sum(terms):
            return _added(terms, part, step)
        case Product(factors):
            return _multiplied(factors, part, step)
        case Quotient(Number(), Number()):
            return node
        case Quotient(top, bottom):
            return step(Quotient(part(top), part(bottom)))
        case Power(base, exponent):
            return step(Power(part(base), part(exponent)))
        case Bars(arg):
            return step(Bars(part(arg)))
        case Apply(function, args, ()) if function in POINTWISE:
            return step(Apply(function, tuple(map(part, args))))
    raise NotElementary


def _added(terms: tuple[Node, ...], part: Make, step: Make) -> Node:
    total: Node | None = None
    for term in terms:
        inner = part(term.arg if isinstance(term, Negate) else term)
        if total is None:
            total = step(Negate(inner)) if isinstance(term, Negate) else inner
        else:
            total = step(Sum((total, Negate(inner) if isinstance(term, Negate) else inner)))
    assert total is not None
    return total


def _multiplied(factors: tuple[Node, ...], part: Make, step: Make) -> Node:
    """Quantities first, then the numbers: 3xy is b = xy and c = 3b."""
    constants = [f for f in factors if _constant(f)]
    total: Node | None = None
    for factor in factors:
        if not _constant(factor):
            inner = part(factor)
            total = inner if total is None else step(times(total, inner, style="juxtaposed"))
    if total is None:
        raise NotElementary
    return step(times(*constants, total, style="juxtaposed")) if constants else total


def _constant(node: Node) -> bool:
    return isinstance(node, Number) or (
        isinstance(node, Quotient) and _constant(node.numerator) and _constant(node.denominator)
    )
