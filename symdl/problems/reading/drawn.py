"""This module checks what a problem says of pictures: that a matrix that is to be drawn is one, and that each
of its rows and columns has one name.
"""

from __future__ import annotations

from symdl.core.dims import shape_text
from symdl.core.graph import Graph
from symdl.errors import ProblemError
from symdl.formula.characters import canonical
from symdl.problems.reading.schema import RawProblem
from symdl.registry import nearest


def refuse_undrawable(raw: RawProblem, graph: Graph) -> None:
    """Refuse `[sheet.heat]` of what is no matrix, or with other numbers of names than rows or columns."""
    for written, table in raw.sheet.heat.items():
        name, place = canonical(written), raw.place("sheet", "heat", written)
        var = graph.by_name.get(name)
        if var is None:
            near = nearest(name, [str(known) for known in graph.by_name if isinstance(known, str)])
            raise ProblemError("problem.heat_unknown", place=place, name=name, nearest=near)
        if len(var.shape) != 2:
            raise ProblemError("problem.heat_shape", place=place, name=name, shape=shape_text(var.shape))
        for axis, labels, size in zip(
            ("rows", "columns"), (table.rows, table.columns), var.shape, strict=True
        ):
            if labels is not None and len(labels) != size:
                raise ProblemError(
                    f"problem.heat_{axis}", place=place, name=name, expected=size, got=len(labels)
                )  # fmt: skip
