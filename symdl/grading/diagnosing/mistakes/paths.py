"""This module declares mistakes where a quantity is used several times, and its paths add up."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.graph import Var
from symdl.grading.diagnosing.computing import sum_of
from symdl.grading.diagnosing.misconceptions import Change, Compute, Passage, changing
from symdl.grading.diagnosing.mistakes.line_changes import place_of


@changing("missing_path")
def _missing_path(passage: Passage) -> Iterator[Change]:
    """Where a quantity is used several times, one of its paths only, or all but one (row 6)."""
    for swept in passage.backwards.values():
        for var, parts in swept.contributions.items():
            if len(parts) < 2:
                continue
            adjoint = swept.adjoints[var]
            for part in parts:
                compute = sum_of([part.var])
                yield Change(place_of(passage.forward, var), adjoint, compute)
            if len(parts) > 2:
                for part in parts:
                    rest = [p.var for p in parts if p is not part]
                    yield Change(place_of(passage.forward, var), adjoint, sum_of(rest))


def flipped_paths(passage: Passage) -> Iterator[Change]:
    """The sign of one of several paths turned round (rows 2 and 6)."""
    for swept in passage.backwards.values():
        for var, parts in swept.contributions.items():
            for part in parts if len(parts) > 1 else ():
                compute = _turned(part.var, [p.var for p in parts if p is not part])
                yield Change(
                    str(swept.adjoints[var].name or place_of(passage.forward, var)),
                    swept.adjoints[var],
                    compute,
                )


def _turned(part: Var, rest: list[Var]) -> Compute:
    return lambda values: sum_of(rest)(values) - values[part]
