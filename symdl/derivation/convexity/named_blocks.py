"""This module writes the blocks of a Hessian once more, with the names that value and gradient have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from symdl.autodiff.associating import associated
from symdl.autodiff.moving import Facts
from symdl.autodiff.multiplying import Terms
from symdl.autodiff.rewriting import begun, tidied
from symdl.autodiff.second_order import Hessian
from symdl.core.graph import Var
from symdl.core.naming import leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.derivation.convexity.naming import Named, Quantity, named
from symdl.derivation.step import Step
from symdl.formula.tree import Node, Partial, Transpose, size, unmarked
from symdl.formula.walking import walk
from symdl.text import Text

READ = 45  # parts of a line as derived that is still read


def with_names(
    found: Hessian, id: str, of: str, steps: Sequence[Step], facts: Facts
) -> tuple[list[Step], dict[tuple[Var, Var], Node]]:
    """The lines of the blocks by vectors, those that become shorter with names in them written so."""
    at = {f"{id}.{row.label}.{column.label}": (row, column) for row, column in found.blocks}
    formulas: dict[tuple[Var, Var], Node] = {}
    written: list[Step] = []
    for step in steps:
        row, column = at[step.id]
        short = _short(found, of, row, column, facts) if {len(row.shape), len(column.shape)} == {1} else None
        if short is None:
            written.append(step)
            continue
        raw, parts = short
        formulas[row, column] = parts.rows[-1][1]
        written.append(replace(step, detail="tutorial"))
        written.append(_step(found, step, of, row, column, raw, parts, facts))
    return written, formulas


def _short(found: Hessian, of: str, row: Var, column: Var, facts: Facts) -> tuple[Node, Named] | None:
    """A block as it is derived, and with names."""
    speller = Speller(found.graph)
    with suppress(NoMatrixView):
        node = unmarked(matrix_line(speller, found.blocks[row, column]))
        value = Quantity(leaf(of), unmarked(matrix_line(speller, found.graph.by_name[of])))
        parts = named(node, value, tuple(_gradients(found, speller, of, facts)), facts)
        return None if parts is None else (node, parts)
    return None


def _gradients(found: Hessian, speller: Speller, of: str, facts: Facts) -> Iterator[Quantity]:
    for by in found.by:
        if len(by.shape) == 1:
            with suppress(NoMatrixView):
                formula = tidied(unmarked(matrix_line(speller, found.first.adjoints[by])), facts)
                yield Quantity(Partial(leaf(of), (leaf(str(by.name)),)), formula)


def _step(
    found: Hessian, step: Step, of: str, row: Var, column: Var, raw: Node, parts: Named, facts: Facts
) -> Step:
    """The line with names: as derived, multiplied out, with each name; the equations that bring them in."""
    first = associated(begun(associated(raw, facts), facts, norms=True), facts)
    told: dict[str, Any] = {
        "of": leaf(of), "first": leaf(str(row.name)), "second": leaf(str(column.name)),
        "solved": parts.solved, "extra": {},
    }  # fmt: skip
    uses = (f"forward.{of}", *step.uses, *(f"backward.{of}.{by.label}" for by in found.by if parts.gradient))
    known = Terms(facts)
    symmetric = any(isinstance(part, Transpose) and known.symmetric(part.arg) for part in walk(raw))
    rows = [
        ("multiplied_out_symmetric" if symmetric and kind == "multiplied_out" else kind, node)
        for kind, node in parts.rows
    ]
    lines, key = (("line", first), *rows), "rule.hessian_named"
    if len(rows) > 1 and size(first) > READ:  # it stands in full at a finer detail
        lines, key = (("line", rows[0][1]), *rows[1:]), f"{key}_out"
    return Step(
        f"{step.id}.named", "hessian", step.claim, Text(key, told),
        tuple(dict.fromkeys(uses)), "lecture", step.value, step.exact, step.left,
        lines, found.graph,
    )  # fmt: skip
