"""This module declares the circular shift, whose adjoint is the shift back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from symdl.core.building import Builder
from symdl.core.dims import shape_text
from symdl.core.expansion import outline
from symdl.core.op import UPSTREAM, Composite
from symdl.core.value import Value
from symdl.errors import FormulaError, ShapeError
from symdl.ops import rearranging, reductions  # noqa: F401  (the formulas below call them)
from symdl.ops.declaring import built_function, read

FARTHEST = 64  # places that entries are moved by


@cache
def rolled(rank: int, shift: int) -> Composite:
    """The op that moves the entries of a vector, the rows of a matrix, on by `shift` places.

    What leaves at one end comes in at the other: copies in a row, from which a piece is cut. It is so for
    every size, 1 too.
    """
    size = "count(x)" if rank == 1 else "rows(x)"
    start = f"shift * ({size} - 1)" if shift > 0 else "-shift"
    copies = ", ".join("x" for _ in range(abs(shift) + 1))
    body = read(f"concat({copies})[{start} + 1:{start} + {size}]", "x", "shift")
    back = read(f"roll({UPSTREAM}, -shift)", UPSTREAM, "shift")
    return Composite("roll", ("x",), body, outline, {"x": back}, keywords=(("shift", shift),), sized=True)


def _roll(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    var, number = builder.variable(values[0]), builder.number_of(values[1], "shift")
    if number.denominator != 1 or abs(number) > FARTHEST:
        raise FormulaError("formula.shift", got=number, limit=FARTHEST)
    if not var.shape:
        raise ShapeError("shape.rank", op="roll", expected=1, got=shape_text(var.shape))
    shift = int(number)
    return builder.tape.emit(rolled(len(var.shape), shift), (var,)) if shift else var


built_function("roll", "x shift", _roll)
