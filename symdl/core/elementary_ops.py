"""This module makes every elementary function an op of its own name, and the identity, which gives a quantity
another name.
"""

from __future__ import annotations

from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.core.op import Pointwise, pointwise
from symdl.formula.tree import Apply, Name, substitute

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
