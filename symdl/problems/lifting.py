"""This module gives calls of long layers that stand inside a formula lines of their own.

`J = (rbm_likelihood(x, W, a, b) + rbm_likelihood(y, W, a, b)) / 2` is written out as `J1`, `J2` and
`J = (J1 + J2) / 2`, so that each of them is derived line by line. Short layers are read with ease where
they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count

from symdl.formula.tree import Apply, Assign, Index, Name, Node, Repeat, RepeatOver, rebuild
from symdl.models.layer import LAYERS
from symdl.models.unfolding import calls_layer

SHORT = 3  # lines of a layer that are read with ease inside a formula


def apart(line: Assign, taken: Callable[[], Collection[str]], own: Collection[str]) -> Iterator[Assign]:
    """The lines of the long layers in a line, then the line itself; `own` are functions of the problem, and
    `taken` tells the names that are in use, where one is needed.
    """
    found = _Lifting(line, taken, own)
    whole = calls_layer(line.value) and line.value.function not in found.own  # it has its lines anyway
    value = rebuild(line.value, found) if whole else found(line.value)
    yield from found.lines
    yield replace(line, value=value) if found.lines else line


@dataclass
class _Lifting:
    """The calls of one line, each with a name that nothing else has."""

    line: Assign
    in_use: Callable[[], Collection[str]]
    own: Collection[str]
    lines: list[Assign] = field(default_factory=list)
    names: dict[Node, Node] = field(default_factory=dict)

    @cached_property
    def taken(self) -> set[str]:
        """The names in use, with those that are given here."""
        return set(self.in_use())

    def __call__(self, node: Node) -> Node:
        if isinstance(node, Repeat | RepeatOver):
            return node  # one call for each term
        node = rebuild(node, self)
        if not isinstance(node, Apply) or node.function in self.own or not _is_long(node.function):
            return node
        if node not in self.names:
            self.names[node] = self._named(node)
        return self.names[node]

    def _named(self, call: Apply) -> Node:
        """A call under a name of its own, with the number of the line where that is repeated."""
        result = LAYERS[call.function].results[0]
        name = next(name for k in count(1) if (name := f"{result}{k}") not in self.taken)
        self.taken.add(name)
        self.lines.append(replace(self.line, targets=(name,), value=call))
        return Name(name) if self.line.index is None else Index(Name(name), (Name(self.line.index),))


def _is_long(function: str) -> bool:
    """Whether a function is a layer of many lines with one result."""
    layer = LAYERS.get(function)
    if layer is None or len(layer.results) != 1 or set(layer.results) & layer.families:
        return False
    return len(layer.lines) > SHORT
