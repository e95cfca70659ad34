"""This module declares layers: one call makes a layer of the library out of its lines.

A layer is a list of named equations over its parameters. Called in `[let]` it is written out, line by line,
with every intermediate named (`unfolding`); called inside a formula, a layer with one result stands for its
value. Derivatives, checks, numbers and printing follow from the equations alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symdl.core.building import Builder
from symdl.core.dims import Dim, Shape, bind_dim, shape_text
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import FUNCTIONS, POINTWISE, Function
from symdl.core.graph import Var
from symdl.core.indexing import evaluate, settled
from symdl.core.naming import dim_node
from symdl.core.tape import Tape
from symdl.core.value import Constant, Row, Value
from symdl.errors import FormulaError, ShapeError
from symdl.formula.assignment import read_assignment
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import (
    Assign,
    Name,
    Node,
    Power,
    Transpose,
    names,
    number,
    rebuild,
    substitute,
)
from symdl.models.sizing import Dims, declared_size, fits
from symdl.models.windowing import without_defaults
from symdl.registry import Registry

if TYPE_CHECKING:
    from symdl.core.value import Entry

Line = tuple[str, int | None, Node]  # its name, its number where it is repeated, its right side
BUILT_IN = frozenset({"where", "binary", "prod", *ELEMENTARY})
WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, eq=False, repr=False)
class Layer:
    """A layer: parameters with their shapes, lines in order, and which of the lines are its results.

    A shape is a list of sizes ("4m n"); a parameter without one takes any. `weights` are the parameters
    that are learned, `settings` the keywords with their defaults.
    """

    key: str
    params: tuple[str, ...]
    results: tuple[str, ...]
    lines: Mapping[str, str]
    shapes: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    weights: tuple[str, ...] = ()
    source: str = ""
    family: str = ""
    shares: tuple[str, ...] = ()
    halves: tuple[str, ...] = ()
    least: Mapping[str, int] = field(default_factory=dict)
    written: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        lines = "; ".join(f"{name} = {formula}" for name, formula in self.lines.items())
        return f"{', '.join(self.results)} = {self.key}({', '.join(self.params)}): {lines}"

    @cached_property
    def dims(self) -> tuple[str, ...]:
        """The names of the sizes, in the order of their appearance."""
        words = WORD.findall(" ".join(self.shapes.values()))
        return tuple(word for word in dict.fromkeys(words) if word not in self.settings)

    @cached_property
    def assigns(self) -> tuple[Assign, ...]:
        """The lines, read."""
        known = {name.partition("[")[0] for name in self.params} | {*self.dims, *self.settings}
        found: list[Assign] = []
        for left, right in self.lines.items():
            scope = Scope(frozenset(known), BUILT_IN | set(FUNCTIONS) | set(POINTWISE))
            line = read_assignment(left, right, scope)
            found.append(replace(line, value=_transposed(line.value)) if "T" in self.dims else line)
            known.update(found[-1].targets)
        missing = set(self.results) - known
        if missing:
            raise FormulaError("formula.unknown_name", name=min(missing), nearest=None)
        return tuple(found)

    @cached_property
    def sizes(self) -> dict[str, tuple[Node, ...]]:
        """The declared sizes of each parameter, as formulas."""
        scope = Scope(frozenset({*self.dims, *self.settings}), frozenset({"floor"}))
        return {
            name: tuple(read_formula(size, scope) for size in shape.split())
            for name, shape in self.shapes.items()
        }

    @cached_property
    def families(self) -> frozenset[str]:
        """The lines that are repeated, each repetition a quantity of its own."""
        return frozenset(line.targets[0] for line in self.assigns if line.index is not None)

    def settled(self, given: Mapping[str, Node]) -> dict[str, Node]:
        """The settings as given or by default; a default may be another setting: a stride is the width."""
        known = {**self.defaults, **given}
        return {key: substitute(node, known) for key, node in known.items()}

    def sizes_at(self, given: Mapping[str, Node]) -> dict[str, tuple[Node, ...]]:
        """The declared sizes of each parameter, with settings as given or by default put in."""
        known = self.settled(given)
        return {name: tuple(substitute(node, known) for node in nodes) for name, nodes in self.sizes.items()}

    @cached_property
    def defaults(self) -> dict[str, Node]:
        """The settings as they are when nothing else is said."""
        scope = Scope(frozenset(self.settings), BUILT_IN)
        return {key: read_formula(text, scope) for key, text in self.settings.items()}

    def fitted(self, shapes: Mapping[str, Shape], given: Mapping[str, Node] = MappingProxyType({})) -> Dims:
        """The sizes that the shapes of some arguments give, where some settings are given.

        >>> LAYERS["dense"].fitted({"x": (3,), "W": (2, 3), "b": (2,)})
        {'n': 3, 'm': 2}
        """
        found: Dims = {}
        for name, wanted in self.sizes_at(given).items():
            got, known = shapes[name], dict(found)
            alike = len(got) == len(wanted)
            if not alike or not all(fits(*pair, found) for pair in zip(wanted, got, strict=True)):
                raise self._unfit(name, got, known)
        for dim, least in self.least.items():
            size = found.get(dim)
            if isinstance(size, int) and size < least:
                raise ShapeError("shape.layer_least", function=self.key, dim=dim, least=least, got=size)
        return found

    def _unfit(self, name: str, got: Shape, known: Dims) -> ShapeError:
        """What is said of an argument that does not fit, with the sizes that those before it have settled."""
        expected = self.shape_of(name)
        settled = ", ".join(f"{dim} = {known[dim]}" for dim in WORD.findall(expected) if dim in known)
        facts: dict[str, Any] = {"function": self.key, "name": name, "expected": expected}
        facts["got"] = shape_text(got)
        if settled:
            return ShapeError("shape.layer_known", known=settled, **facts)
        rows = f"{self.key}_rows"  # the same layer for a batch
        if rows in LAYERS and len(got) == len(self.sizes[name]) + 1:
            return ShapeError("shape.layer_batch", rows=rows, **facts)
        return ShapeError("shape.layer", **facts)

    def shape_of(self, name: str) -> str:
        """The declared shape of a parameter as mathematicians write it."""
        return " × ".join(self.shapes[name].split()) or "1"

    def count(self) -> Dim:
        """The number of learned entries, a formula in the sizes.

        >>> LAYERS["lstm_cell"].count()
        4*m**2 + 4*m*n + 4*m
        """
        from sympy import expand

        total: Dim = 0
        for name in self.weights:
            entries: Dim = 1
            for node in self.sizes[name]:
                entries = entries * declared_size(node)
            total = total + entries
        return expand(total)

    def opened(self, shapes: Mapping[str, Shape], given: Mapping[str, Node]) -> tuple[Line, ...]:
        """The lines for arguments of some shapes, where some settings are given.

        A layer that is called again and again, as in every step of a sequence, is opened once.
        """
        return _opened(self, tuple(shapes.items()), tuple(given.items()))

    def unrolled(self, sizes: Mapping[str, Node]) -> Iterator[Line]:
        """The lines with sizes and settings put in, repetitions written out: name, number, formula."""
        for line in self.assigns:
            value = substitute(line.value, dict(sizes))
            if line.index is None:
                yield line.targets[0], None, without_defaults(settled(value))
                continue
            assert line.start is not None and line.stop is not None
            first, last = (_whole(substitute(end, dict(sizes)), self.key) for end in (line.start, line.stop))
            for k in range(first, last + 1):
                yield (
                    line.targets[0],
                    k,
                    without_defaults(settled(substitute(value, {line.index: number(k)}))),
                )

    def sizes_of(self, dims: Dims, given: Mapping[str, Node]) -> dict[str, Node]:
        """Sizes and settings as formulas, the settings as given or by default."""
        for name in self.shares:
            share = evaluate(given[name]) if name in given else None
            if share is not None and not 0 <= share < 1:
                raise FormulaError("formula.share", function=self.key, name=name, got=str(share))
        found = self.settled(given)
        if self.halves:
            border, width = (evaluate(found[name]) for name in self.halves)
            if border is not None and width is not None and 2 * border > width:
                raise ShapeError("shape.pooling_border", pad=border, window=width)
        return {**{name: dim_node(dim) for name, dim in dims.items()}, **found}

    def build(self, builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> object:
        """The results of a call inside a formula: the lines are computed, none of them named."""
        if set(self.results) & self.families:
            raise FormulaError("formula.named_results", function=self.key)
        own, more = values[: len(self.params)], values[len(self.params) :]
        scope: dict[str, Entry] = {
            name: builder.variable(value) if isinstance(value, Row) else value
            for name, value in zip(self.params, own, strict=True)
        }
        given = {**dict(zip(self.settings, more, strict=False)), **keywords}
        self.compute(builder, scope, {key: _constant(value, key) for key, value in given.items()})
        found = tuple(scope[name] for name in self.results)
        return found[0] if len(found) == 1 else found

    def compute(self, builder: Builder, scope: dict[str, Entry], given: Mapping[str, Node]) -> None:
        """Add the lines to a scope that holds the arguments."""
        shapes = {name: entry.shape if isinstance(entry, Var) else () for name, entry in scope.items()}
        sizes = self.sizes_of(self.fitted(shapes, given), given)
        for name in {word for node in sizes.values() for word in names(node)}:
            scope.setdefault(name, Constant(Name(name)))
        inner = Builder(builder.tape, scope, builder.ties)
        for name, k, node in self.unrolled(sizes):
            value = inner.value(node)
            scope[name if k is None else f"{name}[{k}]"] = (
                inner.variable(value) if isinstance(value, Row) else value
            )

    @cached_property
    def ranks(self) -> dict[str, int]:
        """The number of axes of every argument and line, as far as the declared shapes settle it."""
        tape = Tape()
        sizes, declared = dict.fromkeys(self.dims, 4), self.sizes_at({})
        scope: dict[str, Entry] = {
            name: tape.input(name, tuple(bind_dim(declared_size(node), sizes) for node in declared[name]))
            for name in self.params
            if name in declared
        }
        if len(scope) < len(self.params):
            return {}
        self.compute(Builder(tape), scope, {})
        return {
            name.partition("[")[0]: len(entry.shape)
            for name, entry in scope.items()
            if isinstance(entry, Var)
        }


LAYERS: Registry[Layer] = Registry("layers")


@lru_cache(maxsize=64)
def _opened(
    layer: Layer, shapes: tuple[tuple[str, Shape], ...], given: tuple[tuple[str, Node], ...]
) -> tuple[Line, ...]:
    settings = dict(given)
    return tuple(layer.unrolled(layer.sizes_of(layer.fitted(dict(shapes), settings), settings)))


def layer(
    key: str, *, params: str, results: str, lines: Mapping[str, str], shapes: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None, weights: str = "", tex: str | None = None, source: str = "",
    family: str = "", shares: str = "", halves: str = "", least: Mapping[str, int] | None = None,
    written: str = "", facts: Mapping[str, str] | None = None,
) -> Layer:  # fmt: skip
    """Declare a layer; its lines are read when it is first used.

    Args:
        key: the name by which it is called.
        params: its arguments in order; `h[0]` is the state before the first of a repeated line.
        results: the lines that it gives back.
        lines: its equations in order, as in `[let]`, repeated lines as there.
        shapes: the sizes of the arguments; sizes may stand in the lines as numbers.
        settings: keywords and their defaults.
        weights: the arguments that are learned.
        shares: the settings that lie between 0 and 1, 1 excluded.
        halves: two settings, of which the first is at most half of the second.
        least: sizes that must not be smaller.
        written: a function that it writes out, with settings in the place of further arguments.
        facts: what the numbers in an argument are: "signs" (1 and -1), "tree" (paths of a binary tree).
    """
    made = Layer(
        key, tuple(params.split()), tuple(results.split()), dict(lines), dict(shapes or {}),
        dict(settings or {}), tuple(weights.split()), source, family, tuple(shares.split()),
        tuple(halves.split()), dict(least or {}), written, dict(facts or {}),
    )  # fmt: skip
    FUNCTIONS.register(
        Function(
            key,
            made.params,
            made.build,
            "layer",
            (lambda: made.assigns[0].value) if len(made.lines) == 1 and not made.settings else None,
            keywords=tuple(made.settings),
            variadic=bool(made.written),
            tex=tex,
            source=source,
        )
    )
    return LAYERS.register(made)


def _whole(node: Node, key: str) -> int:
    value = evaluate(node)
    if value is None or value.denominator != 1:
        raise FormulaError("formula.number_expected", what=key)
    return int(value)


def _constant(value: Value, key: str) -> Node:
    if not isinstance(value, Constant):
        raise FormulaError("formula.number_expected", what=key)
    return value.node


def _transposed(node: Node) -> Node:
    """A formula in which `^T` is the transpose, even where T is a size that will be a number."""
    node = rebuild(node, _transposed)
    return Transpose(node.base) if isinstance(node, Power) and node.exponent == Name("T") else node
