"""This module writes numbers as formulas: rounded for print, arrays as literals."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10
from typing import Any

import numpy as np

from symdl.core.algebra import constant_of
from symdl.core.elementary import RELATIONS
from symdl.core.evaluation import significant
from symdl.core.naming import array_node
from symdl.formula.tree import (
    Apply,
    Compare,
    Index,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Repeat,
    RepeatOver,
    Slice,
    Transpose,
    children,
    rebuild,
)  # fmt: skip

MAX_IN_PLACE = 9  # entries of an array that is written into a formula
NOISE = 1e-14  # of the largest entry of an array, below which an entry is a rounding error of zero
WHOLE = 12  # digits with which a number that a reader works with is whole
MAX_SHOWN = 36  # entries of an array that is shown as a result
MAX_IN_PART = 4096  # entries of a matrix of which, as the value of its line, the corners are shown


def number_node(value: Any, digits: int) -> Node:
    """A number as it is printed: rounded to significant digits, without trailing zeros of a whole number.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(number_node(-0.2580330635, 4)), to_plain(number_node(1.2e-7, 4))
    ('-0.258', '1.2e-7')
    """
    number = float(value)
    if number < 0:
        return Negate(number_node(-number, digits))
    written = written_number(number, digits)
    return Number(Fraction(written), written)


def written_number(value: float, digits: int) -> str:
    """The digits of a number that is not negative."""
    if value == 0 or not np.isfinite(value):
        return "0"
    value = significant(value, max(digits, floor(log10(value)) + 1 if value < 10 ** max(digits, 6) else 0))
    exponent = floor(log10(value))
    if value == int(value) and value < 10 ** max(digits, 6):
        return str(int(value))
    if -4 <= exponent < max(digits, 6):
        return (
            f"{value:.{max(digits - 1 - exponent, 0)}f}".rstrip("0").rstrip(".")
            if exponent < digits
            else f"{value:.0f}"
        )
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(power)}"


def shown_node(value: Any, digits: int, exact: Any = None) -> Node | None:
    """The value of a line as a formula; of a large matrix the print leaves out the middle."""
    return value_node(value, digits, exact, most=MAX_IN_PART if np.ndim(value) == 2 else MAX_SHOWN)


def value_node(
    value: Any, digits: int, exact: Any = None, noise: float = NOISE, most: int = MAX_SHOWN
) -> Node | None:
    """A scalar or array as a formula; exact fractions where they are short; None where it is too large."""
    if value is None:
        return None
    shape = np.shape(value)
    if int(np.prod(shape)) > most or len(shape) > 4:
        return None
    flat = np.ravel(np.asarray(value, dtype=float))
    flat = np.where(np.abs(flat) < noise * np.abs(flat).max(initial=0), 0.0, flat)
    rational = [None] * len(flat) if exact is None else list(np.ravel(np.asarray(exact, dtype=object)))
    items = [_item(float(x), q, digits) for x, q in zip(flat, rational, strict=True)]
    return array_node(items, shape)


def _item(value: float, exact: Fraction | None, digits: int) -> Node:
    """A short exact number as it is, any other rounded."""
    if isinstance(exact, Fraction) and exact.denominator == 1 and abs(exact) < 10**6:
        return number_node(value, max(digits, 6))
    return number_node(value, digits)


@dataclass(frozen=True)
class Substitution:
    """Numbers for the names of a formula; names that are not in it stay."""

    numbers: Mapping[Node, Any]
    digits: int
    written: Mapping[str, Node]
    given: Collection[Node] = ()  # names of arrays without rounding errors
    carried: bool = False  # whether every line is rounded, so that its terms must add up as printed

    @property
    def placed(self) -> int:
        """The digits of numbers in place: all of them where the line goes on from just these numbers."""
        return max(self.digits, WHOLE) if self.carried else self.digits

    def apply(self, node: Node) -> Node:
        """The formula with numbers in place; a derivative is replaced by its value."""
        found = self._number(node)
        if found is not None:
            return found
        if isinstance(node, Name | Partial):
            return node
        if isinstance(node, Apply) and node.function == "where":
            return self._decided(node)
        return rebuild(node, self.apply)

    def _decided(self, node: Apply) -> Node:
        """A case distinction with numbers in it: what it comes to."""
        test = node.args[0]
        assert isinstance(test, Compare)
        sides = [self._plain(part) for part in (test.left, test.right, node.args[1], node.args[2])]
        if any(side is None for side in sides):
            return rebuild(node, self.apply)
        left, right, yes, no = (np.asarray(side, dtype=float) for side in sides)
        return value_node(np.where(RELATIONS[test.relation](left, right), yes, no), self.placed) or node

    def _plain(self, node: Node) -> Any:
        """The value of a name, an entry or a number, at full precision."""
        if isinstance(node, Number):
            return float(node.value)
        if node in self.numbers:
            return self.numbers[node]
        if isinstance(node, Index):
            value, place = self.numbers.get(node.base), _place(node)
            return None if value is None or place is None else np.asarray(value)[place]
        constant = constant_of(node)
        return None if constant is None else float(constant)

    def complete(self, node: Node) -> bool:
        """Whether every name in a formula has a number that can be written into it."""
        if self._number(node) is not None:
            return True
        if isinstance(node, Partial):
            return False
        if isinstance(node, Name):
            return node.text in ("e", "pi")
        if isinstance(node, Number):
            return True
        if isinstance(node, Repeat | RepeatOver):
            return False
        return all(self.complete(child) for child in children(node))

    def _number(self, node: Node) -> Node | None:
        if isinstance(node, Name) and node.text in self.written:
            return self.written[node.text]
        if node in self.numbers:
            return self._written(self.numbers[node], 0.0 if node in self.given else NOISE)
        if isinstance(node, Index):
            return self._entry(node)
        if isinstance(node, Partial) and len(node.by) == 1 and isinstance(node.by[0], Index):
            return self._partial_entry(node)
        return None

    def _written(self, value: Any, noise: float = NOISE) -> Node | None:
        if int(np.prod(np.shape(value))) > MAX_IN_PLACE:
            return None
        return value_node(value, self.placed, noise=noise)

    def _entry(self, node: Index) -> Node | None:
        """An entry, a row or a slice of an array; `h[2,1]` is an entry of the state `h[2]`."""
        state = Index(node.base, node.subscripts[:1])
        if state in self.numbers and len(node.subscripts) > 1:
            return self._written(np.asarray(self.numbers[state])[_reach(node.subscripts[1:])])
        value, reach = self.numbers.get(node.base), _reach(node.subscripts)
        if value is None or reach is None or len(reach) > np.ndim(value):
            return None
        return self._written(np.asarray(value)[reach])

    def _partial_entry(self, node: Partial) -> Node | None:
        entry = node.by[0]
        assert isinstance(entry, Index)
        value, place = self.numbers.get(Partial(node.of, (entry.base,), node.kind)), _place(entry)
        if value is None or place is None or len(place) != np.ndim(value):
            return None
        return number_node(np.asarray(value)[place], self.placed)


def _reach(subscripts: Sequence[Node | Slice]) -> tuple[int | slice, ...] | None:
    """Subscripts of numbers as those of an array, None where one is not a number."""
    found: list[int | slice] = []
    for item in subscripts:
        ends = (item.start, item.stop) if isinstance(item, Slice) else (item,)
        numbers = [None if end is None else constant_of(end) for end in ends]
        if any(end is not None and value is None for end, value in zip(ends, numbers, strict=True)):
            return None
        first, last = numbers[0], numbers[-1]
        start = None if first is None else int(first) - 1
        stop = None if last is None else int(last)
        found.append(slice(start, stop) if isinstance(item, Slice) else int(first or 0) - 1)
    return tuple(found)


def _place(node: Index) -> tuple[int, ...] | None:
    numbers = [constant_of(item) for item in node.subscripts if not isinstance(item, Slice)]
    if len(numbers) < len(node.subscripts) or any(n is None for n in numbers):
        return None
    return tuple(int(n) - 1 for n in numbers if n is not None)


def shaped(node: Node, shapes: Mapping[Node, str]) -> Node:
    """The formula with the shape of each array printed below it."""
    if node in shapes:
        return Marked(node, "shape", shapes[node])
    if isinstance(node, Partial | Index):
        return node
    if isinstance(node, Transpose) and isinstance(node.arg, Transpose) and node.arg.arg in shapes:
        return Marked(node, "shape", shapes[node.arg.arg])
    if isinstance(node, Transpose) and node.arg in shapes:
        return Marked(node, "shape", " × ".join(reversed(shapes[node.arg].split(" × "))))
    return rebuild(node, lambda child: shaped(child, shapes))
