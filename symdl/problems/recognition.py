"""This module recognizes functions of the library in lines that write them out.

A lecturer writes `-(t*log(p) + (1-t)*log(1-p))` and means the binary cross-entropy, whose gradient is known
together with that of the sigmoid in front of it. A form that a function declares is looked for whatever the
order of terms and factors, and what is found is compared with the line in numbers before it takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from symdl.core.building import Builder
from symdl.core.dims import dim_names
from symdl.core.evaluation import evaluate
from symdl.core.function import FUNCTIONS, Function
from symdl.core.graph import Graph, Var, instantiate
from symdl.core.tape import Tape
from symdl.core.value import Entry
from symdl.errors import SymdlError
from symdl.formula.matching import Binding, matches, partly
from symdl.formula.tree import (
    Apply,
    Index,
    Name,
    Node,
    Number,
    Power,
    Product,
    Repeat,
    Slice,
    Sum,
    Transpose,
    children,
    names,
    number,
    plus,
    rebuild,
    size,
)

MAX_SIZE = 200  # nodes of a line that is looked through
MAX_TERMS = 12  # of a sum of which some may be a loss
MAX_CANDIDATES = 8
SIZES = (3, 2, 4)  # of symbolic dimensions, for the comparison


@dataclass(frozen=True)
class Recognizer:
    """Looks for functions in formulas over the names of a scope; `ties` is the convention of the builder."""

    scope: Mapping[str, Entry]
    ties: str

    def __call__(self, node: Node) -> Node:
        """The formula with what it writes out called by name; itself where there is nothing of that kind."""
        forms = _forms(node)
        return self._within(node, forms) if forms and size(node) <= MAX_SIZE else node

    def _within(self, node: Node, forms: list[tuple[Function, Node]]) -> Node:
        for found in islice(_candidates(node, forms), MAX_CANDIDATES):
            if _agree(node, found, self.scope, self.ties):
                return found
        return rebuild(node, lambda child: self._within(child, forms))


def rectified(node: Node) -> Node:
    """A formula with `max(0, u)` called by its name, ReLU.

    >>> from fractions import Fraction
    >>> from symdl.formula.plain import to_plain
    >>> to_plain(rectified(Apply("max", (Number(Fraction(0)), Name("x")))))
    'relu(x)'
    """
    match rebuild(node, rectified):
        case Apply("max", (Number(value), other), ()) | Apply("max", (other, Number(value)), ()) if (
            value == 0
        ):
            return Apply("relu", (other,))
        case same:
            return same


def without_choice(node: Node) -> Node:
    """A formula in which the larger or smaller of two equals is what they are.

    >>> without_choice(Apply("max", (Name("x"), Name("x"))))
    Name(text='x')
    """
    match rebuild(node, without_choice):
        case Apply("max" | "min", (one, other), ()) if one == other:
            return one
        case same:
            return same


def _forms(node: Node) -> list[tuple[Function, Node]]:
    """The forms of functions all of whose calls are in a formula."""
    there = _calls(collapsed(node))
    if not there:
        return []
    return [(function, form) for function, form, called in _declared(FUNCTIONS.values()) if called <= there]


@lru_cache(maxsize=1)
def _declared(functions: tuple[Function, ...]) -> tuple[tuple[Function, Node, frozenset[str]], ...]:
    """The forms that functions declare, each with the functions that it calls."""
    return tuple((function, form, _calls(form)) for function in functions for form in function.forms)


def _calls(node: Node) -> frozenset[str]:
    own = frozenset({node.function}) if isinstance(node, Apply) else frozenset()
    return own.union(*map(_calls, children(node)))


def _candidates(node: Node, forms: list[tuple[Function, Node]]) -> Iterator[Node]:
    """The formula as a call of a function, or as a sum with such a call among its terms."""
    node = collapsed(node)
    for function, form in forms:
        holes = names(form)
        for bound in matches(form, node, holes):
            yield from _calls_of(function, bound)
        if isinstance(node, Sum) and len(node.terms) <= MAX_TERMS:
            for bound, rest in partly(form, node, holes):
                yield from (plus(call, *rest) for call in _calls_of(function, bound))


def _apart(function: Function, bound: Binding) -> bool:
    """Whether there is a prediction apart from the target: an entropy is no cross-entropy with itself."""
    first, *rest = (bound[param] for param in function.params)
    return first not in rest and not isinstance(first, Number)


def collapsed(node: Node) -> Node:
    """A sum over all entries, with an index, as the sum of an array: Σ t[i] log(p[i]) is sum(t log p).

    The range is left to the comparison, and so is whether e in e^x is the constant.
    """
    match node:
        case Power(Name("e"), exponent):
            return Apply("exp", (collapsed(exponent),))
        case Repeat("sum"):
            body, letters = _nested(node)
            whole = _without(_inner(body), letters)
            return node if names(whole) & set(letters) else Apply("sum", (whole,))
    return rebuild(node, collapsed)


def _inner(node: Node) -> Node:
    """Products of a row with a vector as entries of one with it: Σ w[j] X[n,j], w^T X[n,:]: (X w)[n]."""
    match node:
        case Repeat("sum", Product((left, right)), letter):
            product = _row(left, right, Name(letter)) or _row(right, left, Name(letter))
        case Product((Transpose(left), right)) | Apply("dot", (left, right)):
            product = _row(left, right, Slice()) or _row(right, left, Slice())
        case _:
            product = None
    return product or rebuild(node, _inner)


def _row(vector: Node, row: Node, along: Node | Slice) -> Node | None:
    """An entry of a matrix times a vector, where both run along the same subscript."""
    if isinstance(vector, Index) and vector.subscripts == (along,):
        vector = vector.base
    match vector, row:
        case Name(), Index(Name() as matrix, (Name() as n, last)) if last == along:
            return Index(Product((matrix, vector), ("juxtaposed",)), (n,))
    return None


def _nested(node: Node) -> tuple[Node, tuple[str, ...]]:
    if isinstance(node, Repeat) and node.kind == "sum":
        body, letters = _nested(node.body)
        return body, (node.index, *letters)
    return node, ()


def _without(node: Node, letters: tuple[str, ...]) -> Node:
    if isinstance(node, Index) and node.subscripts == tuple(map(Name, letters)):
        return node.base
    return rebuild(node, lambda child: _without(child, letters))


def _calls_of(function: Function, bound: Binding) -> Iterator[Node]:
    """The call of a function; of one that takes the entries of an axis together, that of columns too."""
    if not _apart(function, bound):
        return
    args = tuple(bound[param] for param in function.params)
    yield Apply(function.key, args)
    if "axis" in function.keywords and function.kind == "loss":
        yield Apply(function.key, args, (("axis", number(1)),))


def _agree(one: Node, other: Node, scope: Mapping[str, Entry], ties: str) -> bool:
    """Whether two formulas have the same shape and the same values at some points."""
    wanted = names(one) | names(other)
    tape = Tape()
    copied: dict[str, Entry] = {}
    for name, entry in scope.items():
        if not isinstance(entry, Var):  # a size, which a length may need that no name tells
            copied[name] = entry
        elif name.split("[")[0] in wanted:
            copied[name] = tape.input(name, entry.shape)
    try:
        first, second = (Builder(tape, dict(copied), ties).value(node) for node in (one, other))
        if not isinstance(first, Var) or not isinstance(second, Var) or first.shape != second.shape:
            return False
        return _equal(tape.graph(first), tape.graph(second))
    except SymdlError:  # it cannot be built at these shapes
        return False


def _equal(one: Graph, other: Graph) -> bool:
    symbols = dim_names(var.shape for graph in (one, other) for var in graph.inputs)
    sizes = {name: SIZES[k % len(SIZES)] for k, name in enumerate(symbols)}
    for seed in (1, 2):
        first, second = (_value(instantiate(graph, sizes), seed) for graph in (one, other))
        if np.shape(first) != np.shape(second) or not np.allclose(first, second, rtol=1e-9, atol=1e-12):
            return False
    return True


def _value(graph: Graph, seed: int) -> Any:
    random = np.random.default_rng(seed)
    given = {var: random.uniform(0.2, 0.8, var.shape) for var in sorted(graph.inputs, key=lambda v: v.number)}
    return evaluate(graph, given)[graph.output]
