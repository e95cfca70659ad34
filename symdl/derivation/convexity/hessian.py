"""This module lists second derivatives: the Hessian entry by entry or block by block, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from symdl.autodiff.moving import Facts
from symdl.autodiff.rewriting import tidied
from symdl.autodiff.second_order import Hessian
from symdl.core.algebra import ratio
from symdl.core.entries import Entries
from symdl.core.evaluation import Values, to_float
from symdl.core.graph import Var
from symdl.core.naming import leaf
from symdl.core.positions import positions, symbolic_position
from symdl.core.scalarize import Place, places
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.derivation.convexity import minors
from symdl.derivation.convexity.hessian_by_vec import convex_in_matrix, rowwise, vector_steps
from symdl.derivation.convexity.judging import Signs, sum_of_squares
from symdl.derivation.convexity.kronecker import Order
from symdl.derivation.convexity.named_blocks import with_names
from symdl.derivation.step import Answer, Step
from symdl.formula.tree import (
    Array,
    Compare,
    Index,
    Name,
    Node,
    Partial,
    Transpose,
    number,
    size,
    times,
)
from symdl.text import Text

Chosen = tuple[Var, Place | None]  # a quantity, or an entry of one
READ = 45  # parts of an entry that is still read
MAX_ENTRIES = 64  # entries of a Hessian that are written one by one


def hessian_steps(
    found: Hessian, id: str, of: str, values: Values, facts: Facts, chosen: Sequence[Chosen], signs: Signs,
    exact: Values, order: Order = "rows", vectors: Mapping[tuple[Var, Var], Node] | None = None,
    proves: bool = True,
) -> tuple[list[Step], Answer]:  # fmt: skip
    """The steps of a Hessian and its answer: one line per block, then the matrix and its definiteness.

    `chosen` says what it is by: quantities, or entries of them. `vectors` are the blocks by matrices, written
    as matrices with their entries in this order. Of a function with kinks, or on a domain that is not convex,
    a positive semidefinite Hessian `proves` nothing.
    """
    steps = _mirrored_once(
        [block_step(found, id, of, row, column, values) for row in found.by for column in found.by]
    )
    steps, named = with_names(found, id, of, steps, facts)
    vectors = vectors or {}
    left_out = {f"{id}.{row.label}.{column.label}" for row, column in vectors if long(found, row, column)}
    steps = [replace(step, detail="tutorial") if step.id in left_out else step for step in steps]
    for block, node in vectors.items():
        steps.extend(vector_steps(found, id, of, block, node, order, steps))
    chosen = _ordered(chosen, order)
    value = _matrix(found, values, chosen)
    formula = _formula(found, facts, chosen)
    left: Node = leaf("H")
    if len(found.by) == 1 and vectors:
        whole = rowwise(found, next(iter(vectors.values())), order)[-1]
        formula = {"matrix": whole, **formula}
        steps.extend(convex_in_matrix(found, id, of, whole, signs, order) if proves else ())
    elif "matrix" in formula:
        steps.extend(convexity(found, id, of, formula["matrix"], signs) if proves else ())
        formula["matrix"] = next(iter(named.values()), formula["matrix"])
    if _alone(chosen):
        left, formula = second_derivative(of, chosen[0]), _item(formula)
    verdict = definiteness(value) if value is not None else None
    rows = minors.rational(_matrix(found, exact, chosen, np.asarray)) if exact else None
    if verdict is not None:
        kind, eigenvalues = verdict
        steps.append(
            Step(
                f"{id}.definiteness", "hessian", steps[-1].claim,
                _definite(leaf(of), kind, eigenvalues, rows),
                tuple(step.id for step in steps), "outline", value.item() if _alone(chosen) else value, None,
                left,
                (("matrix", formula["scalar"]),) if "scalar" in formula and not _alone(chosen) else (),
                found.graph,
            )
        )  # fmt: skip
    table = ({"eigenvalues": verdict[1], "kind": verdict[0]},) if verdict else ()
    return steps, Answer(id, "hessian", of, "", value, None, left, formula, table)


def _alone(chosen: Sequence[Chosen]) -> bool:
    """Whether there is one second derivative only, which is a number and no matrix."""
    return len(chosen) == 1 and (not chosen[0][0].shape or chosen[0][1] is not None)


def second_derivative(of: str, entry: Chosen) -> Node:
    """The symbol of a second derivative by a scalar, or by an entry."""
    var, place = entry
    name = leaf(str(var.name))
    spot = name if place is None else Index(name, tuple(number(k + 1) for k in place))
    return Partial(leaf(of), (spot, spot))


def _item(formula: Mapping[str, Node]) -> dict[str, Node]:
    """The only entry of a matrix that is written out."""
    match formula.get("scalar"):
        case Array((Array((entry,)),)):
            return {**formula, "scalar": entry}
    return dict(formula)


def _mirrored_once(steps: Sequence[Step]) -> list[Step]:
    """The lines with one entry below the diagonal, which speaks for the others."""
    mirrored = [step for step in steps if step.because.key == "rule.second_symmetric"]
    if len(mirrored) < 2:
        return list(steps)
    spoken = replace(mirrored[0].because, key="rule.second_symmetric_all")
    changed = {step.id: replace(step, detail="tutorial") for step in mirrored}
    changed[mirrored[0].id] = replace(mirrored[0], because=spoken)
    return [changed.get(step.id, step) for step in steps]


def long(found: Hessian, row: Var, column: Var) -> bool:
    """Whether an entry of a block takes more room than the block as a matrix."""
    block = found.blocks[row, column]
    entries = Entries(found.graph)
    return size(entries.line(block, symbolic_position(entries.letters(len(block.shape))))) > READ


def _ordered(chosen: Sequence[Chosen], order: Order) -> tuple[Chosen, ...]:
    """What a Hessian is by, matrices by their entries where these do not come row by row."""
    found: list[Chosen] = []
    for var, place in chosen:
        if order == "columns" and place is None and len(var.shape) == 2 and _sized(var):
            found.extend((var, spot) for spot in sorted(places(var.shape), key=lambda spot: spot[::-1]))
        else:
            found.append((var, place))
    return tuple(found)


def _sized(var: Var) -> bool:
    return all(isinstance(n, int) for n in var.shape)


def _definite(of: Node, kind: str, eigenvalues: Sequence[float], rows: minors.Rows | None) -> Text:
    """What the eigenvalues say, and beside them the leading minors where the matrix is rational."""
    facts: dict[str, Any] = {"of": of, "eigenvalues": tuple(eigenvalues)}
    if len(eigenvalues) == 1:
        return Text(f"rule.hessian_{kind}_alone", facts)
    if rows is None or len(rows) < 2 or kind == "zero":
        return Text(f"rule.hessian_{kind}", facts)
    found = minors.leading_minors(rows)
    shown = tuple(Compare("=", Name(f"D_{k}"), ratio(value)) for k, value in enumerate(found, start=1))
    facts |= {"minors": shown, "leading": found, "shown": minors.spectrum(rows) or facts["eigenvalues"]}
    decided = minors.verdict(found)
    key = f"{decided}_minors" if decided else f"{kind.removesuffix('_semi')}_semi_minors"
    return Text(f"rule.hessian_{key}", facts)


def convexity(found: Hessian, id: str, of: str, matrix: Node, signs: Signs) -> Iterator[Step]:
    """That the Hessian is positive semidefinite for all values and sizes, where it is a sum of squares."""
    (by,) = found.by
    v = Name(next(name for name in ("v", "u", "d", "q") if name not in found.graph.by_name))
    squares = sum_of_squares(matrix, v, signs)
    if squares is None:
        return
    rows = (times(Transpose(v), matrix, v, style="juxtaposed"), squares.form)
    facts = {
        "of": leaf(of), "by": leaf(str(by.name)), "v": v, "factor": squares.factor,
        "extra": {v.text: by.shape},
    }  # fmt: skip
    yield Step(
        f"{id}.convex", "hessian", found.graph.definition[found.blocks[by, by]],
        Text(f"rule.hessian_convex_{squares.kind}", facts), (f"{id}.{by.label}.{by.label}",), "outline",
        left=times(Transpose(v), leaf("H"), v, style="juxtaposed"),
        lines=tuple(("line", row) for row in rows), graph=found.graph,
    )  # fmt: skip


def block_step(found: Hessian, id: str, of: str, row: Var, column: Var, values: Values) -> Step:
    """The line of one block; below the diagonal an entry is the one above it, by Schwarz's theorem."""
    block = found.blocks[row, column]
    left = Partial(leaf(of), (leaf(str(row.name)), leaf(str(column.name))))
    equation = found.graph.definition[block]
    facts = {"of": leaf(of), "first": leaf(str(row.name)), "second": leaf(str(column.name))}
    mirrored = not row.shape and not column.shape and found.by.index(column) < found.by.index(row)
    because = Text("rule.second_symmetric" if mirrored else "rule.second", facts)
    above = f"{id}.{column.label}.{row.label}" if mirrored else f"backward.{of}.{row.label}"
    return Step(
        f"{id}.{row.label}.{column.label}", "hessian", equation, because, (above,),
        "lecture", values.get(block), None, left, graph=found.graph,
    )  # fmt: skip


def _views(found: Hessian, by: Var, facts: Facts) -> dict[str, Node]:
    """The block of an array by itself: in matrices where they can write it, and by entries."""
    block, views = found.blocks[by, by], {}
    with suppress(NoMatrixView):
        views["matrix"] = tidied(matrix_line(Speller(found.graph), block), facts)
    entries = Entries(found.graph)
    views["index"] = tidied(entries.line(block, symbolic_position(entries.letters(len(block.shape)))), facts)
    return views


def _formula(found: Hessian, facts: Facts, chosen: Sequence[Chosen]) -> dict[str, Node]:
    known = all(isinstance(n, int) for var in found.by for n in var.shape)
    count = len(list(_flat(chosen))) if known else MAX_ENTRIES
    if len(found.by) == 1 and found.by[0].shape and chosen[0][1] is None:
        return _views(found, found.by[0], facts)
    if not known or count**2 > MAX_ENTRIES:
        return {}
    entries = Entries(found.graph, expanded=True)
    rows = []
    for row, i in _flat(chosen):
        cells = []
        for column, j in _flat(chosen):
            block = found.blocks[row, column]
            spot = list(positions(block.shape))[_index(block, (*i, *j))]
            cells.append(tidied(entries.line(block, spot), facts))
        rows.append(Array(tuple(cells)))
    return {"scalar": Array(tuple(rows))}


def _flat(chosen: Sequence[Chosen]) -> Iterator[tuple[Var, Place]]:
    """The entries in question, those of an array row by row."""
    for var, place in chosen:
        yield from ((var, spot) for spot in (places(var.shape) if place is None else [place]))


def _index(block: Var, place: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(place, [int(n) for n in block.shape])) if place else 0


def _matrix(
    found: Hessian, values: Values, chosen: Sequence[Chosen], kind: Callable[[Any], Any] = to_float
) -> Any:
    """All blocks as one matrix, entries in the order of `by`, each array row by row."""
    if any(block not in values for block in found.blocks.values()):
        return None
    rows = []
    for row in found.by:
        n = int(np.prod([int(d) for d in row.shape]))
        rows.append(
            np.hstack(
                [np.asarray(kind(values[found.blocks[row, column]])).reshape(n, -1) for column in found.by]
            )
        )
    order = {entry: k for k, entry in enumerate(_flat([(var, None) for var in found.by]))}
    picked = [order[entry] for entry in _flat(chosen)]
    return np.vstack(rows)[np.ix_(picked, picked)]


def definiteness(matrix: Any, tolerance: float = 1e-10) -> tuple[str, list[float]]:
    """What the eigenvalues of a symmetric matrix say: positive, negative, indefinite, or only semi-definite.

    >>> definiteness(np.array([[2.0, 3.0], [3.0, 2.0]]))
    ('indefinite', [-1.0, 5.0])
    """
    symmetric = (matrix + matrix.T) / 2
    eigenvalues = [float(x) for x in np.linalg.eigvalsh(symmetric)]
    scale = max(1.0, max(map(abs, eigenvalues))) * tolerance
    low, high = min(eigenvalues), max(eigenvalues)
    if low > scale:
        kind = "positive"
    elif high < -scale:
        kind = "negative"
    elif low < -scale and high > scale:
        kind = "indefinite"
    elif high > scale:
        kind = "positive_semi"
    else:
        kind = "negative_semi" if low < -scale else "zero"
    return kind, [round(x, 12) + 0.0 for x in eigenvalues]
