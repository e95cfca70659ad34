"""This module declares the determinant and the inverse of a square matrix, with their known gradients.

Both rest on the adjugate, a polynomial in the entries: `A adj(A) = det(A) I`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symdl.core.building import Builder
from symdl.core.dims import Shape, shape_text
from symdl.core.op import Composite
from symdl.core.value import Value
from symdl.errors import ShapeError
from symdl.formula.tree import Apply
from symdl.formula.walking import walk
from symdl.ops import pointwise, reductions  # noqa: F401  (the formulas below call them)
from symdl.ops.declaring import built_function, composite_function, read

MAX_SIZE = 12  # of a matrix that is inverted: the recursion loses digits beyond that


def square(key: str, shape: Shape) -> Shape:
    """The shape of a square matrix; `ShapeError` for any other."""
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeError("shape.square", function=key, shape=shape_text(shape))
    return shape


def _adjugate(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """The recursion of Faddeev and Le Verrier: `M = A M + c I`, `c = -tr(A M) / k`, n - 1 times."""
    var = builder.variable(values[0])
    n, _ = square("adjugate", var.shape)
    if not isinstance(n, int) or n > MAX_SIZE:
        raise ShapeError("shape.inverted", shape=shape_text(var.shape), limit=MAX_SIZE)
    scope: dict[str, Value] = {"A": var, "M": builder.expand((), read(f"eye({n})"), {})}
    for k in range(1, n):
        step = read(f"A @ M - (trace(A @ M) / {k}) eye({n})", "A", "M")
        scope["M"] = builder.expand(("A", "M"), step, scope)
    return builder.expand(("M",), read("-M" if n % 2 == 0 else "M", "M"), {"M": scope["M"]})


def _scalar(op: Composite, shapes: tuple[Shape, ...]) -> Shape:
    square(op.key, shapes[0])
    return ()


def _same(op: Composite, shapes: tuple[Shape, ...]) -> Shape:
    return square(op.key, shapes[0])


def by_cofactors(op: Composite) -> Composite:
    """A determinant with the gradient that holds at singular matrices too, the cofactors."""
    return replace(op, pullbacks={"A": read("up * cofactors(A)", "up", "A")})


def has_cofactors(op: Composite) -> bool:
    """Whether a determinant is differentiated through its cofactors."""
    return any(isinstance(part, Apply) and part.function == "cofactors" for part in walk(op.pullbacks["A"]))


built_function("adjugate", "A", _adjugate, tex=r"\operatorname{adj}")
composite_function(
    "cofactors",
    "adjugate(A)^T",
    params="A",
    shape=_same,
    tex=r"\operatorname{cof}",
    source="Jacobi 1841",
)
composite_function(
    "det", "trace(A @ adjugate(A)) / rows(A)", params="A", shape=_scalar, tex=r"\det",
    pullbacks={"A": "up * y * inv(A)^T"}, source="Jacobi 1841",
)  # fmt: skip
composite_function(
    "inv", "adjugate(A) / det(A)", params="A", shape=_same, pullbacks={"A": "-(y^T @ up @ y^T)"},
)  # fmt: skip
composite_function(
    "logdet", "log(abs(det(A)))", params="A", shape=_scalar,
    pullbacks={"A": "up * inv(A)^T"},
)  # fmt: skip
