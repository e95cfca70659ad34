"""This module writes the lines of an update: the rule, the numbers in place, the result, to enough digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symdl.core.conventions import Conventions
from symdl.derivation.calculus.rows import distinct
from symdl.derivation.running.tracing import Worked
from symdl.derivation.step import Step
from symdl.document.lines.chain import Chain
from symdl.document.lines.entrywise import entry_of, works_by_entries
from symdl.document.lines.trials import trial_chains
from symdl.document.lines.values import Substitution, value_node
from symdl.formula.tree import (
    Name,
    Node,
)  # fmt: skip

MAX_ENTRIES = 12  # entries of an array that get a line of their own in the scalar view


def update_chains(step: Step, conventions: Conventions, by_entries: bool) -> tuple[Chain, ...]:
    """A line of an update: as a whole, or for each entry where that is wanted and the arrays are small."""
    worked: Worked = step.because.facts["worked"]
    if "tried" in step.because.facts:
        return trial_chains(step, conventions)
    carried = conventions.rounding == "carry"
    if "parts" in step.because.facts:
        return tuple(
            _worked_line(
                left,
                () if rule is None else (("rule", rule),),
                placed,
                value,
                *2 * (conventions.digits,),
                carried,
            )
            for left, rule, placed, value in step.because.facts["parts"]
        )
    rules, left = tuple(rule for _, rule in step.lines), step.left or Name("?")
    digits, shape = _telling(step.value, worked.old, conventions), np.shape(step.value)
    small = by_entries and 0 < int(np.prod(shape)) <= MAX_ENTRIES
    if not (small and works_by_entries(rules, worked.placed, shape)):
        return (
            _worked_line(left, step.lines, worked.placed, step.value, digits, conventions.digits, carried),
        )
    arrays = {node for node, value in worked.placed.items() if np.ndim(value)}
    chains = []
    for place in np.ndindex(shape):
        lines = tuple((kind, entry_of(rule, place, arrays)) for kind, rule in step.lines)
        placed = {
            entry_of(node, place, arrays): np.asarray(value)[place] if node in arrays else value
            for node, value in worked.placed.items()
        }
        chains.append(
            _worked_line(
                entry_of(left, place, {left}),
                lines,
                placed,
                step.value[place],
                digits,
                conventions.digits,
                carried,
            )
        )
    return tuple(chains)


def _worked_line(
    left: Node,
    lines: Sequence[tuple[str, Node]],
    placed: Mapping[Node, Any],
    value: Any,
    digits: int,
    operands: int,
    carried: bool,
) -> Chain:
    """The rule, the numbers in place to so many digits, the result."""
    numbers = Substitution(placed, operands, {}, carried=carried)
    rows = [*lines, *(("numbers", numbers.apply(rule)) for _, rule in lines if numbers.complete(rule))]
    result = value_node(value, digits)
    return Chain(left, distinct(rows if result is None else [*rows, ("result", result)]), value)


def _telling(value: Any, before: Any, conventions: Conventions) -> int:
    """Enough digits to see the change that a small step makes."""
    if before is None or conventions.rounding == "carry":
        return conventions.digits
    new, old = np.abs(np.ravel(value)), np.abs(np.ravel(before) - np.ravel(value))
    moved = old > 0
    if not moved.any():
        return conventions.digits
    ratio = float(np.max(np.maximum(new[moved], old[moved]) / old[moved]))
    return min(12, max(conventions.digits, int(np.ceil(np.log10(ratio))) + 2))
