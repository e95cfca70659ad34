"""This module finds where an entry of a contraction lies: the loop letters that a position fixes, and the
conditions that remain, of which those that always hold are not written.
"""

from __future__ import annotations

from dataclasses import dataclass

from symdl.core.dims import Affine, Dim, Shape, affine, compose, never_negative
from symdl.core.naming import dim_node, is_negative
from symdl.core.op import Contract
from symdl.core.positions import PRINTED, Position, minus, subscript, written_form
from symdl.formula.tree import Compare, Name, Node, Number, Relation


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition on a position: `form` lies in 0 … dim-1, or equals zero when `dim` is None."""

    form: Affine
    dim: Dim | None

    def known(self) -> bool | None:
        """True or False where the position is fixed, else None."""
        if self.form.terms:
            return None
        if self.dim is None:
            return bool(self.form.const == 0)
        if self.form.const == 0 or not isinstance(self.dim, int):
            return True if self.form.const == 0 else None
        return bool(0 <= self.form.const < self.dim)


def solve(op: Contract, position: Position) -> tuple[dict[str, Affine], list[Guard]]:
    """The loop letters that a position of the result fixes, and the conditions that remain."""
    env: dict[str, Affine] = {}
    guards: list[Guard] = []
    dims = dict(op.loops)
    for written, target, length in zip(op.write, position, op.out, strict=True):
        form = compose(affine(written), env)
        pending = [
            (letter, c) for letter, c in form.terms if letter in dims and letter not in env and c in (1, -1)
        ]
        if not pending:
            guards.append(Guard(minus(form, target), None))
            continue
        letter, c = pending[0]
        rest = Affine(tuple(t for t in form.terms if t[0] != letter), form.const)
        solution = minus(target, rest) if c == 1 else minus(rest, target)
        env = {key: compose(value, {letter: solution}) for key, value in env.items()} | {letter: solution}
        if not isinstance(written, str) or dims[letter] != length:
            guards.append(Guard(solution, dims[letter]))
    return env, guards


def within(dim: Dim, ranges: dict[str, Dim], place: Node) -> bool:
    """Whether a printed place, a letter or a number, certainly lies in 1 … dim."""
    if isinstance(place, Number):
        return isinstance(dim, int) and 1 <= place.value <= dim
    return isinstance(place, Name) and ranges.get(PRINTED + place.text) == dim


def ranges_of(position: Position, shape: Shape) -> dict[str, Dim]:
    """How far the letters run that stand alone in a position of an array."""
    return {
        form.terms[0][0]: dim
        for form, dim in zip(position, shape, strict=True)
        if len(form.terms) == 1 and form.terms[0][1] == 1 and form.const == 0
    }


def conditions_left(guard: Guard, ranges: dict[str, Dim]) -> list[Node]:
    """What of a guard has to be written: a bound that holds for all values of the letters is not."""
    low, high = reach(guard.form, ranges)
    if guard.dim is None:
        return [_vanishes(guard.form)] if not (low == high == 0) else []
    left: list[Node] = []
    if high is None or not never_negative(guard.dim - 1 - high):
        left.append(_bounded("<=", guard.form, guard.dim))
    if low is None or not never_negative(low):
        left.append(_bounded(">=", guard.form, 1))
    return left


def _bounded(relation: Relation, form: Affine, bound: Dim) -> Node:
    """A bound of a position counted from 1; its constant goes to the other side where none is negative."""
    if any(is_negative(c) for _, c in form.terms):
        return Compare(relation, subscript(form), dim_node(bound))
    shift = form.const + 1 - sum(c for _, c in form.terms)
    return Compare(relation, written_form(form.terms, 0), dim_node(bound - shift))


def reach(form: Affine, ranges: dict[str, Dim]) -> tuple[Dim | None, Dim | None]:
    """The least and the largest value of a position, None where a letter has no known range."""
    low: Dim | None = form.const
    high: Dim | None = form.const
    for letter, c in form.terms:
        span = ranges.get(letter)
        if span is None:
            return None, None
        if c > 0:
            high = high + c * (span - 1)
        else:
            low = low + c * (span - 1)
    return low, high


def _vanishes(form: Affine) -> Node:
    """A form set equal to zero, in letters counted from 1 and without minus signs: `i = j`."""
    const = form.const - sum(c for _, c in form.terms)
    left = tuple((letter, c) for letter, c in form.terms if c > 0)
    right = tuple((letter, -c) for letter, c in form.terms if not c > 0)
    behind = isinstance(const, int) and const < 0
    sides = [written_form(left, 0 if behind else const), written_form(right, -const if behind else 0)]
    return Compare("=", *(sides if left else reversed(sides)))
