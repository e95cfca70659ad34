"""This module writes a layer out where it is called: every line under a name of its own.

`"h1, c1" = "lstm_cell(x, h0, c0, W, U, b)"` becomes `a1 = W x + U h0 + b`, `i1 = sigmoid(a1[1:2])`, …; in a
repetition, `"h[t=1..T], c[t=1..T]" = "lstm_cell(x[t], h[t-1], c[t-1], W, U, b)"`, they are `a[1]`, `i[1]`, ….
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeGuard

from symdl.core.dims import Shape, size_of
from symdl.core.indexing import evaluate
from symdl.errors import FormulaError
from symdl.formula.tree import (
    Apply,
    Index,
    Name,
    Node,
    Number,
    Repeat,
    RepeatOver,
    Slice,
    changed,
    names,
    number,
    rebuild,
    substitute,
)
from symdl.models.layer import LAYERS, Layer
from symdl.registry import nearest

READ = 400  # entries of an array whose windows are read
STEM = re.compile(r"[^\W\d_]+")


@dataclass
class Unfolding:
    """A line of `[let]` that calls a layer: its targets, and the names its other lines are given.

    The names are chosen once, so that the repetitions of a line share them: the layer's own name with the
    digits or the subscript of the first target; with the whole target behind it where that one is taken.
    """

    layer: Layer
    targets: tuple[str, ...]
    taken: frozenset[str]
    names: dict[str, str] = field(init=False)
    inner: dict[str, Unfolding] = field(default_factory=dict)

    def __post_init__(self) -> None:
        layer, got = self.layer, len(self.targets)
        if got != len(layer.results):
            if got == 1:
                raise FormulaError("formula.several_results", function=layer.key, count=len(layer.results))
            raise FormulaError(
                "formula.result_count", function=layer.key, expected=len(layer.results), got=got
            )
        self.names = dict(zip(layer.results, self.targets, strict=True))
        for line in layer.assigns:
            if line.targets[0] not in self.names:
                self.names[line.targets[0]] = self.free(line.targets[0])

    def origins(self) -> dict[str, tuple[str, str]]:
        """The lines by their names here: the layer and the name that each has there."""
        own = {name: (self.layer.key, line) for line, name in self.names.items() if "(" not in line}
        inner = {name: origin for each in self.inner.values() for name, origin in each.origins().items()}
        return {**inner, **own}

    def free(self, own: str) -> str:
        """A name that nothing else has, for a line or for an argument that is a formula."""
        target = self.targets[0]
        tail = target[len(STEM.match(target).group()) :] if STEM.match(target) else ""  # type: ignore[union-attr]
        used = self.taken | set(self.names.values())
        choices = [own + tail, f"{own}_{target}", *(f"{own}_{target}_{k}" for k in range(2, 99))]
        return next(name for name in choices if name not in used)

    def lines(
        self, call: Apply, at: int | None, shape_of: Callable[[Node], Shape]
    ) -> Iterator[tuple[str, Node]]:
        """The lines of one call, in order, each with its name; `at` is the number of the repetition."""
        layer = self.layer
        args: dict[str, Node] = {}
        for param, arg in zip(layer.params, call.args, strict=True):
            if not is_leaf(arg):
                own = self.names.setdefault(f"({param})", self.free(param.partition("[")[0]))
                yield member(own, at, None), arg
                arg = member_node(own, at, None)
            args[param] = arg
        shapes = {param: shape_of(arg) for param, arg in args.items()}
        place = _Placement(self, args, at)
        for name, k, node in layer.opened(shapes, dict(call.keywords)):
            placed = place(node)
            if k is None and calls_layer(placed):
                yield from self._nested(name, placed).lines(placed, at, shape_of)
            else:
                yield member(self.names[name], at, k), placed

    def _nested(self, line: str, call: Apply) -> Unfolding:
        """A line of the layer that calls a layer itself; its lines keep clear of those of this one."""
        if line not in self.inner:
            taken = self.taken.union(
                self.names.values(), *(each.names.values() for each in self.inner.values())
            )
            self.inner[line] = Unfolding(
                LAYERS[call.function], (self.names[line],), taken - {self.names[line]}
            )
        return self.inner[line]


class _Placement:
    """Puts the formulas of a layer into the names of the problem; `at` is the number of the repetition."""

    def __init__(self, unfolding: Unfolding, args: Mapping[str, Node], at: int | None) -> None:
        families = unfolding.layer.families
        self.whole = {param: arg for param, arg in args.items() if "[" not in param} | {
            own: member_node(name, at, None)
            for own, name in unfolding.names.items()
            if own not in families and "(" not in own
        }
        self.families = {own: member_node(unfolding.names[own], at, None) for own in families}
        self.states = {param: arg for param, arg in args.items() if "[" in param}

    @cached_property
    def outer(self) -> frozenset[str]:
        """The names that no index of a sum may have."""
        return frozenset().union(*map(names, self.whole.values()))

    def __call__(self, part: Node) -> Node:
        match part:
            case Name(text):
                return self.whole.get(text, part)
            case Index(Name(text), (first, *rest)) if text in self.families or f"{text}[0]" in self.states:
                inner = tuple(changed(item, self) for item in (first, *rest))
                state = self.states.get(f"{text}[{_shown(inner[0])}]")
                return indexed(self.families[text], inner) if state is None else indexed(state, inner[1:])
            case Index(base, subscripts):
                return indexed(self(base), tuple(changed(item, self) for item in subscripts))
            case Repeat() | RepeatOver() if part.index in self.outer:
                return self(_rebound(part, self.outer))
        return rebuild(part, self)


def calls_layer(node: Node) -> TypeGuard[Apply]:
    """Whether a whole right side is the call of a layer."""
    return isinstance(node, Apply) and node.function in LAYERS


def by_name(call: Node, shape_of: Callable[[Node], Shape]) -> Node:
    """A call of a function that some layer writes out line by line, as a call of that layer where it fits.

    `max_pool(X, 3, pad=1)` of a matrix is `max_pooling(X, width=3, pad=1)`; so is `max_pooling(X, 3, pad=1)`,
    and of channels it is `max_pooling_channels`. A large array, whose windows nobody reads, keeps its line.
    """
    if not isinstance(call, Apply):
        return call
    own = LAYERS[call.function].written if call.function in LAYERS else ""
    if not (layers := _writing().get(own or call.function)):
        return call
    for layer in layers:
        args, more = call.args[: len(layer.params)], call.args[len(layer.params) :]
        keywords = (*zip(layer.settings, more, strict=False), *call.keywords)
        ranks = tuple(len(layer.sizes[name]) for name in layer.params)
        known = len(more) <= len(layer.settings) and all(key in layer.settings for key, _ in keywords)
        shapes = [shape_of(arg) for arg in args]
        if known and tuple(map(len, shapes)) == ranks and (own or not any(map(_is_large, shapes))):
            return Apply(layer.key, args, keywords)
    return call


def _is_large(shape: Shape) -> bool:
    size = size_of(shape)
    return isinstance(size, int) and size > READ


def _writing() -> dict[str, list[Layer]]:
    """The layers by the functions that they write out."""
    found: dict[str, list[Layer]] = {}
    for layer in LAYERS.values():
        if layer.written:
            found.setdefault(layer.written, []).append(layer)
    return found


def checked(call: Apply) -> None:
    """Refuse a call with too few or too many arguments, or a keyword that the layer does not have."""
    layer = LAYERS[call.function]
    if len(call.args) != len(layer.params):
        raise FormulaError(
            "formula.argument_count", function=layer.key, got=len(call.args),
            expected=f"{layer.key}({', '.join((*layer.params, *(f'{key}=…' for key in layer.settings)))})",
        )  # fmt: skip
    for key, _ in call.keywords:
        if key not in layer.settings:
            raise FormulaError(
                "formula.unknown_keyword", function=layer.key, name=key,
                nearest=nearest(key, list(layer.settings)),
            )  # fmt: skip


def is_leaf(node: Node) -> bool:
    """Whether an argument can stand wherever the parameter does: a name, a member, a number."""
    if isinstance(node, Index):
        return isinstance(node.base, Name) and all(
            isinstance(item, Slice) or evaluate(item) is not None for item in node.subscripts
        )
    return isinstance(node, Name | Number)


def member(name: str, at: int | None, k: int | None) -> str:
    """The name of a line: `i`, `i[2]` in a repetition, `Q[2,1]` for the first repeated line in it."""
    where = ",".join(str(n) for n in (at, k) if n is not None)
    return f"{name}[{where}]" if where else name


def member_node(name: str, at: int | None, k: int | None) -> Node:
    """The same as a formula."""
    where = tuple(number(n) for n in (at, k) if n is not None)
    return Index(Name(name), where) if where else Name(name)


def indexed(base: Node, subscripts: Iterable[Node | Slice]) -> Node:
    """An entry of an entry is an entry: `x[2]` at 1 is `x[2,1]`."""
    found = tuple(subscripts)
    if not found:
        return base
    if isinstance(base, Index) and not any(isinstance(item, Slice) for item in base.subscripts):
        return Index(base.base, (*base.subscripts, *found))
    return Index(base, found)


def _shown(item: Node | Slice) -> str:
    value = None if isinstance(item, Slice) else evaluate(item)
    return "" if value is None else str(value)


def _rebound(part: Repeat | RepeatOver, outer: frozenset[str]) -> Repeat | RepeatOver:
    """A bound sum with another index, where its own means something outside."""
    index = next(f"{part.index}_{k}" for k in range(1, 99) if f"{part.index}_{k}" not in outer)
    return replace(part, index=index, body=substitute(part.body, {part.index: Name(index)}))
