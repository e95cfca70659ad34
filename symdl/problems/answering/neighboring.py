"""This module answers `nearest` asks: which rows of a table a vector, or each row, is most like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.elementary_ops import IDENTITY
from symdl.core.graph import Equation
from symdl.core.naming import leaf
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import Bars, Index, Name, Negate, Node, Product, Quotient, Transpose, plus
from symdl.problems.names import declared
from symdl.registry import nearest as alike
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solution import Solver

Array = Any
Label = str | Mapping[str, str]  # the same for all languages, or a word for each


def nearest(solver: Solver, ask: Any) -> Iterator[Answer]:
    """For each vector, the rows of the table from the most to the least alike."""
    (found,) = solver.ids(ask)
    if len(ask.by) != 1:
        raise ProblemError("problem.nearest_by", name=ask.of)
    table, wanted = (_value(solver, name) for name in (ask.by[0], ask.of))
    if table.ndim != 2 or wanted.shape[-1:] != table.shape[1:] or wanted.ndim not in (1, 2):
        raise ProblemError("problem.nearest_shapes", name=ask.of, table=ask.by[0])
    labels = _labels(ask, len(table))
    left_out = {_place(name, labels) for name in ask.without or ()}
    itself = declared(ask.of) == declared(ask.by[0])
    queries = np.atleast_2d(wanted)
    records = tuple(
        record
        for q, vector in enumerate(queries)
        for record in _ranked(
            vector, table, ask, labels, left_out | ({q} if itself else set()), labels[q] if itself else None
        )
    )
    graph = solver.graph
    claim = graph.equations[-1] if graph.equations else Equation(graph.output, IDENTITY, (graph.output,))
    facts = {
        "heading": "phase.neighbors", "records": records, "queries": queries, "table": table,
        "measure": ask.measure, "of": leaf(declared(ask.of)), "by": leaf(declared(ask.by[0])),
    }  # fmt: skip
    left, right = _formula(declared(ask.by[0]), ask.measure)
    solver.steps.append(
        Step(
            f"{found.id}.measure",
            "finding",
            claim,
            Text(f"rule.nearest_{ask.measure}", facts),
            (),
            "lecture",
            None,
            None,
            left,
            (("=", right),),
            graph,
        )
    )
    rows = tuple({key: value for key, value in r.items() if key not in ("query", "row")} for r in records)
    yield Answer(found.id, "nearest", ask.of, ask.by[0], None, table=rows)


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
        return Name("d_k"), Bars(plus(u, Negate(row)))
    dot = Product((Transpose(u), row), ("juxtaposed",))
    lengths = Product((Bars(u), Bars(row)), ("juxtaposed",))
    return Name("c_k"), Quotient(dot, lengths)
