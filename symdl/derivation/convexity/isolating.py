"""This module solves equations one after the other, where each has one unknown that stands in it once.

Whatever is done to the unknown is undone on the other side, the outermost first: `a exp(x) - b = 0` gives
`x = log(b/a)`. Such systems need no computer algebra, and all their real solutions are found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symdl.autodiff.gathering import told
from symdl.core.algebra import negative, signed
from symdl.core.constants import number_at
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names,
    number,
    plus,
    substitute,
    times,
)  # fmt: skip

TINY = 1e-9
UNDONE = {"exp": "log", "log": "exp"}
Solution = dict[str, Node]


class NotOnce(Exception):
    """An unknown that stands at several places, or inside what is not undone here."""


def isolated(equations: Sequence[Node], unknown: Sequence[str]) -> tuple[Solution, ...] | None:
    """All real solutions of some equations, None where they do not come one after the other.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(None, frozenset({"exp"}))
    >>> system = [read_formula(text, scope) for text in ("exp(x) - 2", "x - y + 1")]
    >>> [to_plain(node) for node in isolated(system, ["x", "y"])[0].values()]
    ['log(2)', 'log(2) + 1']
    """
    try:
        return tuple(_solved(list(equations), tuple(unknown), {}))
    except NotOnce:
        return None


def _solved(equations: list[Node], unknown: Sequence[str], known: Mapping[str, Node]) -> Iterator[Solution]:
    pending = []
    for equation in equations:
        placed = substitute(equation, dict(known))
        inside = names(placed) & set(unknown)
        if inside:
            pending.append((len(inside), placed))
        elif abs(number_at(placed)[0]) > TINY:
            return
    if not pending:
        if set(unknown) - known.keys():
            raise NotOnce
        yield dict(known)
        return
    count, first = min(pending, key=lambda item: item[0])
    if count > 1:
        raise NotOnce
    (name,) = names(first) & set(unknown)
    rest = [equation for _, equation in pending if equation is not first]
    for value in _undone(first, ZERO, name):
        yield from _solved(rest, unknown, {**known, name: value})


def _undone(node: Node, right: Node, name: str) -> Iterator[Node]:
    """The values of a name with which a formula has a value."""
    if node == Name(name):
        yield simple(right)
        return
    match node:
        case Negate(arg):
            terms = right.terms if isinstance(right, Sum) else (right,)
            yield from _undone(arg, plus(*map(negative, terms)), name)
        case Sum(terms):
            inner, others = _one(terms, name)
            yield from _undone(inner, plus(right, *(negative(other) for other in others)), name)
        case Product(factors):
            inner, others = _one(factors, name)
            front = times(*others, style="juxtaposed")
            if number_at(front)[0]:
                yield from _undone(inner, Quotient(right, front), name)
        case Quotient(top, bottom) if name not in names(bottom):
            yield from _undone(top, times(right, bottom, style="juxtaposed"), name)
        case Power(base, Number(exponent)) if exponent.denominator == 1 and exponent > 0:
            yield from _root(base, int(exponent), right, name)
        case Apply(function, (arg,)) if function in UNDONE:
            if function == "log" or number_at(right)[0] > 0:
                yield from _undone(arg, Apply(UNDONE[function], (simple(right),)), name)
        case _:
            raise NotOnce


def _one(parts: Sequence[Node], name: str) -> tuple[Node, list[Node]]:
    inside = [part for part in parts if name in names(part)]
    if len(inside) != 1:
        raise NotOnce
    return inside[0], [part for part in parts if part is not inside[0]]


def _root(base: Node, n: int, right: Node, name: str) -> Iterator[Node]:
    value, _ = number_at(right)
    size = simple(right if value >= 0 else negative(right))
    if value < 0 and n % 2 == 0:
        return
    if value == 0:
        yield from _undone(base, ZERO, name)
        return
    found = Apply("sqrt", (size,)) if n == 2 else Power(size, Quotient(ONE, number(n))) if n > 1 else size
    if n % 2 == 0:
        yield from _undone(base, negative(found), name)
        yield from _undone(base, found, name)
    else:
        yield from _undone(base, found if value > 0 else negative(found), name)


def simple(node: Node) -> Node:
    """A number as it is written: a fraction where it is rational."""
    _, exact = number_at(node)
    return signed(exact) if exact is not None else [node, *(form.node for form in told(node))][-1]
