"""This module defines mathematics as written: the tree that readers build and printers print.

A node says how a formula is *written*, not what it means: `2 W x` keeps its juxtapositions, `a - b`
its minus, `0.10` its trailing zero. Shapes and meanings come later, when `core.building` turns a tree
into equations of a graph. Nodes are immutable values; two trees are equal when they read the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import is_
from typing import Literal

Style = Literal["juxtaposed", "star", "at"]  # W x, a * b, W @ x
Relation = Literal["=", "<", ">", "<=", ">=", "!=", "|"]  # the last: given, in a probability


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number with the digits it was written in, or None to print the value itself."""

    value: Fraction
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity, constant or dimension by name, as in the problem file: `W1`, `h_1`, `alpha`."""

    text: str


@dataclass(frozen=True, slots=True)
class Partial:
    """The symbol of a derivative: of one quantity by one or more others; nothing is computed by it.

    `kind` is "partial" (through everything), "local" (one equation only, the others held fixed),
    or "total" (an ordinary d).
    """

    of: Node
    by: tuple[Node, ...]
    kind: Literal["partial", "local", "total"] = "partial"


@dataclass(frozen=True, slots=True)
class Negate:
    """Minus a term; inside a `Sum` it prints as a difference."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms added in the order written; a subtracted term is a `Negate`."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors multiplied in the order written.

    `styles[k]` stands between factor k and k+1: juxtaposition and `@` multiply as matrices do, a star
    entry by entry. For scalars all three mean the same.
    """

    factors: tuple[Node, ...]
    styles: tuple[Style, ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    """Numerator over denominator, entry by entry on arrays."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class Power:
    """Base to an exponent, entry by entry on arrays."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Transpose:
    """`.T` or `^T`."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Bars:
    """`|x|`: the absolute value of a scalar, the Euclidean norm of a vector."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Apply:
    """A function called by name, with positional arguments and keywords (`axis=1`)."""

    function: str
    args: tuple[Node, ...]
    keywords: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Slice:
    """`a:b` in a subscript, both ends included and counted from 1; None leaves an end open."""

    start: Node | None = None
    stop: Node | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An entry or slice: `W[1,2]`, `W[1,:]`, `x[t]`."""

    base: Node
    subscripts: tuple[Node | Slice, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """A literal vector `[a, b]`, or a matrix when the items are `Array`s."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison, true or false entry by entry."""

    relation: Relation
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Repeat:
    """A bound sum or product, `sum(e, i=1..N)`."""

    kind: Literal["sum", "prod"]
    body: Node
    index: str
    start: Node
    stop: Node


@dataclass(frozen=True, slots=True)
class RepeatOver:
    """A bound sum or product over a collection, `sum(e, v in binary(2))`."""

    kind: Literal["sum", "prod"]
    body: Node
    index: str
    collection: Node


@dataclass(frozen=True, slots=True)
class Marked:
    """A node with something to say about it in print; it means the same without the mark.

    `kind` is "upstream" or "local" (an underbrace and a color), "changed" (a highlight), "shape"
    (the label, a shape, printed below), "brace" (an underbrace with the label), "laid" (a column printed as
    the transpose of a row).
    """

    arg: Node
    kind: Literal["upstream", "local", "changed", "shape", "brace", "laid"]
    label: str | None = None


Node = (
    Number | Name | Partial | Negate | Sum | Product | Quotient | Power | Transpose | Bars | Apply
    | Index | Array | Compare | Repeat | RepeatOver | Marked
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assign:
    """A named line of `[let]`: what stands left and right of the equals sign.

    `targets` are the names on the left; `parameters` makes it a function definition (`D(x) = ...`);
    `index`, `start`, `stop` make it a repetition (`h[t=1..T] = ...`).
    """

    targets: tuple[str, ...]
    value: Node
    parameters: tuple[str, ...] | None = None
    index: str | None = None
    start: Node | None = None
    stop: Node | None = None


def number(value: int | Fraction, written: str | None = None) -> Number:
    """A number node.

    >>> number(2)
    Number(value=Fraction(2, 1), written=None)
    """
    return Number(Fraction(value), written)


ZERO, ONE, TWO = number(0), number(1), number(2)


def times(*factors: Node, style: Style = "star") -> Node:
    """A product of factors with one style between all; a single factor is itself."""
    return factors[0] if len(factors) == 1 else Product(factors, (style,) * (len(factors) - 1))


def plus(*terms: Node) -> Node:
    """A sum of terms; a single term is itself."""
    return terms[0] if len(terms) == 1 else Sum(terms)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in reading order; open slice ends are left out."""
    match node:
        case Number() | Name():
            return ()
        case Product(items) | Sum(items) | Array(items):
            return items
        case Negate(arg) | Transpose(arg) | Bars(arg) | Marked(arg):
            return (arg,)
        case Partial(of, by):
            return (of, *by)
        case Quotient(left, right) | Power(left, right) | Compare(_, left, right):
            return (left, right)
        case Apply(_, args, keywords):
            return (*args, *(value for _, value in keywords))
        case Index(base, subscripts):
            return (base, *_flat(subscripts))
        case Repeat(_, body, _, start, stop):
            return (body, start, stop)
        case RepeatOver(_, body, _, collection):
            return (body, collection)


def _flat(subscripts: tuple[Node | Slice, ...]) -> Iterator[Node]:
    for item in subscripts:
        if isinstance(item, Slice):
            yield from (end for end in (item.start, item.stop) if end is not None)
        else:
            yield item


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with `change` applied to each node directly below it; mostly itself where none changes."""
    match node:
        case Number() | Name():
            return node
        case Product(factors, styles):
            parts = tuple(map(change, factors))
            return node if all(map(is_, parts, factors)) else Product(parts, styles)
        case Sum(terms):
            parts = tuple(map(change, terms))
            return node if all(map(is_, parts, terms)) else Sum(parts)
        case Quotient(left, right):
            top, bottom = change(left), change(right)
            return node if top is left and bottom is right else Quotient(top, bottom)
        case Power(left, right):
            base, exponent = change(left), change(right)
            return node if base is left and exponent is right else Power(base, exponent)
        case Apply(function, args, ()):
            parts = tuple(map(change, args))
            return node if all(map(is_, parts, args)) else Apply(function, parts)
        case Negate(arg):
            inner = change(arg)
            return node if inner is arg else Negate(inner)
        case Transpose(arg):
            inner = change(arg)
            return node if inner is arg else Transpose(inner)
        case Index(base, subscripts):
            whole, places = change(base), tuple(changed(item, change) for item in subscripts)
            same = whole is base and all(map(is_, places, subscripts))
            return node if same else Index(whole, places)
        case Marked(arg, kind, label):
            inner = change(arg)
            return node if inner is arg else Marked(inner, kind, label)
        case Partial(of, by, kind):
            return Partial(change(of), tuple(map(change, by)), kind)
        case Bars(arg):
            return Bars(change(arg))
        case Array(items):
            return Array(tuple(map(change, items)))
        case Compare(relation, left, right):
            return Compare(relation, change(left), change(right))
        case Apply(function, args, keywords):
            return Apply(
                function,
                tuple(map(change, args)),
                tuple((key, change(value)) for key, value in keywords),
            )
        case Repeat(kind, body, index, start, stop):
            return Repeat(kind, change(body), index, change(start), change(stop))
        case RepeatOver(kind, body, index, collection):
            return RepeatOver(kind, change(body), index, change(collection))


def changed(item: Node | Slice, change: Callable[[Node], Node]) -> Node | Slice:
    """A subscript with `change` applied to it, or to the ends of a slice."""
    if not isinstance(item, Slice):
        return change(item)
    start = None if item.start is None else change(item.start)
    stop = None if item.stop is None else change(item.stop)
    return item if start is item.start and stop is item.stop else Slice(start, stop)


def substitute(node: Node, replacements: dict[str, Node]) -> Node:
    """The tree with names replaced by trees; a bound index hides an outer name.

    >>> substitute(Name("x"), {"x": ONE}) == ONE
    True
    """
    if isinstance(node, Name):
        return replacements.get(node.text, node)
    if isinstance(node, Repeat | RepeatOver) and node.index in replacements:
        replacements = {key: value for key, value in replacements.items() if key != node.index}
    return rebuild(node, lambda child: substitute(child, replacements))


def exchanged(node: Node, table: Mapping[Node, Node]) -> Node:
    """The tree with parts replaced by trees, the largest parts first.

    >>> exchanged(plus(Name("x"), ONE), {ONE: Name("y")}) == plus(Name("x"), Name("y"))
    True
    """
    return table[node] if node in table else rebuild(node, lambda child: exchanged(child, table))


def names(node: Node) -> frozenset[str]:
    """The free names of a tree; names inside the symbol of a derivative do not count.

    >>> sorted(names(plus(Name("x"), Name("y"))))
    ['x', 'y']
    """
    if isinstance(node, Name):
        return frozenset({node.text})
    if isinstance(node, Partial):
        return frozenset()
    if isinstance(node, Repeat):
        return names(node.start) | names(node.stop) | (names(node.body) - {node.index})
    if isinstance(node, RepeatOver):
        return names(node.collection) | (names(node.body) - {node.index})
    return frozenset().union(*(names(child) for child in children(node)))


def unmarked(node: Node) -> Node:
    """The tree without its marks."""
    if isinstance(node, Marked):
        return unmarked(node.arg)
    return rebuild(node, unmarked)


def size(node: Node) -> int:
    """The number of nodes."""
    count, waiting = 0, [node]
    while waiting:
        count += 1
        waiting.extend(children(waiting.pop()))
    return count
