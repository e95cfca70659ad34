"""This module answers `nearest` asks: which rows of a table a vector, or each row, is most like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.elementary_ops import IDENTITY
from symdl.core.graph import Equation
from symdl.core.naming import leaf
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import (
    Apply,
    Index,
    Name,
    Negate,
    Node,
    Product,
    Quotient,
    Slice,
    Transpose,
    number,
    plus,
)
from symdl.problems.names import declared
from symdl.registry import nearest as alike
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

Array = Any
ROW = re.compile(r"(\w+)\[(\d+)(?:,:)?\]")
Label = str | Mapping[str, str]  # the same for all languages, or a word for each


def nearest(solver: Solver, ask: Any) -> Iterator[Answer]:
    """For each vector, the rows of the table from the most to the least alike."""
    (found,) = solver.ids(ask)
    if len(ask.by) != 1:
        raise ProblemError("problem.nearest_by", name=ask.of)
    table = _value(solver, ask.by[0])
    row = _row(declared(ask.of), declared(ask.by[0]), len(table))
    wanted = _value(solver, ask.of) if row is None else table[row]
    if table.ndim != 2 or wanted.shape[-1:] != table.shape[1:] or wanted.ndim not in (1, 2):
        raise ProblemError("problem.nearest_shapes", name=ask.of, table=ask.by[0])
    labels = _labels(ask, len(table))
    left_out = {_place(name, labels) for name in ask.without or ()}
    itself = declared(ask.of) == declared(ask.by[0])
    queries = np.atleast_2d(wanted)
    places = range(len(table)) if itself else [row] * len(queries)  # of the vectors in the table
    records = tuple(
        record
        for place, vector in zip(places, queries, strict=True)
        for record in _ranked(
            vector, table, ask, labels,
            left_out if place is None else left_out | {place},
            None if place is None else labels[place],
        )
    )  # fmt: skip
    graph = solver.graph
    claim = graph.equations[-1] if graph.equations else Equation(graph.output, IDENTITY, (graph.output,))
    facts = {
        "heading": "phase.neighbors", "records": records, "queries": queries, "table": table,
        "measure": ask.measure, "of": _named(declared(ask.of), row), "by": leaf(declared(ask.by[0])),
    }  # fmt: skip
    left, right = _formula(declared(ask.by[0]), ask.measure)
    told = any(step.lines == (("=", right),) for step in solver.steps)  # the measure, by another ask
    solver.steps.append(
        Step(
            f"{found.id}.measure",
            "finding",
            claim,
            Text(f"rule.nearest_{ask.measure}", facts),
            (),
            "audit" if told else "lecture",
            None,
            None,
            left,
            (("=", right),),
            graph,
        )
    )
    rows = tuple({key: value for key, value in r.items() if key not in ("query", "row")} for r in records)
    yield Answer(found.id, "nearest", ask.of, ask.by[0], None, table=rows)


def _row(name: str, table: str, count: int) -> int | None:
    """The row of the table that is asked about as `E[2,:]`, counted from 0."""
    found = ROW.fullmatch(name)
    if found is None or found[1] != table:
        return None
    if not 1 <= int(found[2]) <= count:
        raise ProblemError("problem.nearest_row", name=name, table=table, count=count)
    return int(found[2]) - 1


def _named(name: str, row: int | None) -> Node:
    return leaf(name) if row is None else Index(Name(name.partition("[")[0]), (number(row + 1), Slice()))


def _value(solver: Solver, name: str) -> Array:
    given = solver.problem.given.get(declared(name))
    if given is not None and declared(name) not in solver.graph.by_name:
        from symdl.problems.given import numbers_of

        return np.asarray(numbers_of(given), dtype=float)
    value = solver.values.get(solver.named(name))
    if value is None:
        raise ProblemError("problem.values_needed", kind="nearest", names=name)
    return np.asarray(value, dtype=float)


def _labels(ask: Any, count: int) -> tuple[Label, ...]:
    labels = tuple(ask.labels or (str(k) for k in range(1, count + 1)))
    if len(labels) != count or len({str(label) for label in labels}) != count:
        raise ProblemError("problem.nearest_labels", count=count, got=len(labels))
    return labels


def _place(name: str, labels: tuple[Label, ...]) -> int:
    """The row that a label, in whatever language, stands for."""
    for k, label in enumerate(labels):
        if name == label or (isinstance(label, Mapping) and name in label.values()):
            return k
    words = [
        word for label in labels for word in (label.values() if isinstance(label, Mapping) else (label,))
    ]
    raise ProblemError("problem.nearest_without", name=name, nearest=alike(name, words))


def _ranked(
    vector: Array, table: Array, ask: Any, labels: tuple[Label, ...], left_out: set[int], label: Label | None
) -> Iterator[dict[str, Any]]:
    """The rows that are compared, the most alike first; of equal ones the first."""
    values = measured(vector, table, ask.measure)
    if not np.all(np.isfinite(values)):
        raise ProblemError("problem.nearest_zero", table=ask.by[0])
    order = sorted(
        (k for k in range(len(table)) if k not in left_out),
        key=lambda k: (-values[k] if ask.measure == "cosine" else values[k], k),
    )
    for rank, k in enumerate(order[: ask.count or len(order)], 1):
        yield {
            "of": label, "rank": rank, "nearest": labels[k], "value": float(values[k]), "row": k,
            "query": vector,
        }  # fmt: skip


def measured(vector: Array, table: Array, measure: str) -> Array:
    """The cosine of a vector with every row, or its distance from them."""
    if measure == "euclidean":
        return np.linalg.norm(table - vector, axis=1)
    with np.errstate(all="ignore"):
        return table @ vector / (np.linalg.norm(table, axis=1) * np.linalg.norm(vector))


def _formula(table: str, measure: str) -> tuple[Node, Node]:
    u, row = Name("u"), Index(leaf(table), (Name("k"),))
    if measure == "euclidean":
        return Name("d_k"), _length(plus(u, Negate(row)))
    dot = Product((Transpose(u), row), ("juxtaposed",))
    lengths = Product((_length(u), _length(row)), ("juxtaposed",))
    return Name("c_k"), Quotient(dot, lengths)


def _length(vector: Node) -> Node:
    return Apply("norm", (vector,))
