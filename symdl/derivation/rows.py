"""This module holds the rows of a step: the forms of a formula, each with what it is."""

from __future__ import annotations

from collections.abc import Sequence

from symdl.formula.tree import Node

Rows = tuple[tuple[str, Node], ...]


def distinct(rows: Sequence[tuple[str, Node]]) -> Rows:
    """Rows without repetitions: no line where nothing changes.

    >>> from symdl.formula.tree import ONE, TWO
    >>> [kind for kind, _ in distinct([("line", ONE), ("drop_one", ONE), ("result", TWO)])]
    ['line', 'result']
    """
    return tuple(row for k, row in enumerate(rows) if k == 0 or row[1] != rows[k - 1][1])
