"""This module declares the vector functions with known Jacobians: softmax and its relatives, norms."""

from __future__ import annotations

from symdl.ops import pointwise, rearranging, reductions, tables  # noqa: F401  (the formulas below call them)
from symdl.ops.declaring import composite_function

composite_function(
    "softmax", "exp(x) / spread(sum(exp(x), axis=axis), x, axis=axis)",
    params="x", kind="activation", axis=True,
    stable="exp(x - spread(max(x, axis=axis), x, axis=axis))"
    " / spread(sum(exp(x - spread(max(x, axis=axis), x, axis=axis)), axis=axis), x, axis=axis)",
    pullbacks={"x": "y * (up - spread(sum(y * up, axis=axis), x, axis=axis))"},
    jacobians={"x": "diag(y) - y y^T"},
    forms="exp(x) / sum(exp(x))",
    tex=r"\operatorname{softmax}",
    source="Bridle 1990",
)  # fmt: skip
composite_function(
    "logsumexp", "log(sum(exp(x), axis=axis))", params="x", axis=True,
    stable="max(x, axis=axis) + log(sum(exp(x - spread(max(x, axis=axis), x, axis=axis)), axis=axis))",
    pullbacks={"x": "spread(up, x, axis=axis) * softmax(x, axis=axis)"},
    jacobians={"x": "softmax(x)"},
    tex=r"\operatorname{logsumexp}",
)  # fmt: skip
composite_function(
    "log_softmax", "x - spread(log(sum(exp(x), axis=axis)), x, axis=axis)", params="x", axis=True,
    stable="x - spread(logsumexp(x, axis=axis), x, axis=axis)",
    pullbacks={"x": "up - softmax(x, axis=axis) * spread(sum(up, axis=axis), x, axis=axis)"},
    jacobians={"x": "eye(count(x)) - ones(count(x)) softmax(x)^T"},
    tex=r"\log\operatorname{softmax}",
)  # fmt: skip
composite_function(
    "norm", "sqrt(sum(x * x))", params="x", pullbacks={"x": "up * x / y"}, jacobians={"x": "x / y"},
    tex=r"\lVert #\rVert", along="sqrt(sum(x * x, axis=axis))",
)  # fmt: skip
composite_function(
    "norm1", "sum(abs(x))", params="x", pullbacks={"x": "up * sign(x)"}, tex=r"\lVert #\rVert_1",
    along="sum(abs(x), axis=axis)",
)  # fmt: skip
LARGEST = "(triangular(count(x)) @ sort(x) - 1) / (triangular(count(x)) @ ones(count(x)))"
composite_function(
    "sparsemax", f"max(0, x - max({LARGEST}))", params="x", kind="activation",
    pullbacks={"x": "where(y > 0, up - dot(where(y > 0, 1, 0), up) / sum(where(y > 0, 1, 0)), 0)"},
    tex=r"\operatorname{sparsemax}", source="Martins & Astudillo 2016",
)  # fmt: skip
