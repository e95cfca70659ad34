"""This module makes every elementary function an op of its own name; beside them stand the identity, which
gives a quantity another name, and sums.
"""

from __future__ import annotations

from functools import cache

from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.core.op import Pointwise, pointwise
from symdl.formula.tree import Apply, Name, Sum, substitute

IDENTITY = pointwise("identity", ("x",), Name("x"))


def declare_elementary() -> None:
    """Register the elementary functions, with their taught derivatives, kinks and domains."""
    for row in ELEMENTARY.values():
        x = Name("x")
        kinks = () if row.kink is None else (substitute(row.kink, {"x": x}),)
        taught = {"x": row.derivative}
        POINTWISE.register(
            Pointwise(row.key, ("x",), Apply(row.key, (x,)), taught, kinks=kinks, domain=row.domain)
        )


declare_elementary()


@cache
def adder(count: int) -> Pointwise:
    """The sum of so many quantities."""
    params = tuple(f"x{k}" for k in range(1, count + 1))
    return pointwise("add", params, Sum(tuple(map(Name, params))))
