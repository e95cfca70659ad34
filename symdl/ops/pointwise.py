"""This module declares the plain functions that work entry by entry."""

from __future__ import annotations

from symdl.core.elementary import ELEMENTARY
from symdl.core.function import FUNCTIONS, POINTWISE, Function, Kind
from symdl.core.op import Pointwise
from symdl.formula.tree import ONE, ZERO, Apply, Compare, Name, Negate, Quotient, Sum, number
from symdl.ops.declaring import pointwise_function, read_forms

U, V = Name("u"), Name("v")
ACTIVATIONS = {  # elementary functions that are activations as they are, with the ways of writing them out
    "tanh": "(exp(x) - exp(-x)) / (exp(x) + exp(-x)); (1 - exp(-2 x)) / (1 + exp(-2 x)); "
    "(exp(2 x) - 1) / (exp(2 x) + 1)"
}


SHARING: dict[str, Pointwise] = {}  # the same with the other convention: equals share the derivative


def _declare_extreme(key: str, relation: str) -> None:
    """`max` and `min` of two numbers; at a tie the derivative goes to the first."""
    body = Apply("where", (Compare(relation, U, V), U, V))  # type: ignore[arg-type]
    kinks = (Sum((U, Negate(V))),)
    POINTWISE.register(Pointwise(key, ("u", "v"), body, kinks=kinks))
    tied = Apply("where", (Compare("=", U, V), Quotient(ONE, number(2)), ZERO))
    parts = {
        own.text: Apply("where", (Compare(relation[0], own, other), ONE, tied))  # type: ignore[arg-type]
        for own, other in ((U, V), (V, U))
    }
    SHARING[key] = Pointwise(key, ("u", "v"), body, parts, kinks=kinks)


def _declare_call(key: str) -> None:
    """Make an elementary op callable by its name."""
    op = POINTWISE[key]
    kind: Kind = "activation" if key in ACTIVATIONS else "op"
    FUNCTIONS.register(
        Function(
            key,
            op.params,
            lambda b, values, _: b.call(op, list(values)),
            kind,
            lambda: op.body,
            read_forms(ACTIVATIONS.get(key, ""), *op.params),
        )
    )


_declare_extreme("max", ">=")
_declare_extreme("min", "<=")
for _key in ELEMENTARY:
    _declare_call(_key)

pointwise_function("square", "x^2", derivative="2 x")
pointwise_function("cbrt", "sign(x) |x|^(1/3)", derivative="1 / (3 y^2)", tex=r"\sqrt[3]{#}", kinks="x")
pointwise_function("ln", "log(x)", tex=r"\ln")
pointwise_function("log2", "log(x) / log(2)", derivative="1 / (x ln(2))", tex=r"\log_2")
pointwise_function("log10", "log(x) / log(10)", derivative="1 / (x ln(10))", tex=r"\log_{10}")
pointwise_function(
    "log_base", "log(x) / log(b)", params="x b",
    derivative={"x": "1 / (x ln(b))", "b": "-y / (b ln(b))"},
)  # fmt: skip
pointwise_function("sec", "1 / cos(x)", derivative="y tan(x)", tex=r"\sec")
pointwise_function("cot", "cos(x) / sin(x)", derivative="-(1 + y^2)", tex=r"\cot")
pointwise_function("csc", "1 / sin(x)", derivative="-y cot(x)", tex=r"\csc")
pointwise_function("sech", "1 / cosh(x)", derivative="-y tanh(x)", tex=r"\operatorname{sech}")
pointwise_function("coth", "cosh(x) / sinh(x)", derivative="1 - y^2", tex=r"\coth")
pointwise_function("csch", "1 / sinh(x)", derivative="-y coth(x)", tex=r"\operatorname{csch}")
pointwise_function("acot", "pi / 2 - atan(x)", derivative="-1 / (1 + x^2)", tex=r"\operatorname{arccot}")
pointwise_function("log1p", "log(1 + x)", derivative="1 / (1 + x)")
pointwise_function("expm1", "exp(x) - 1", derivative="exp(x)")
pointwise_function("hypot", "sqrt(u^2 + v^2)", params="u v", derivative={"u": "u / y", "v": "v / y"})
pointwise_function(
    "atan2",
    "where(u > 0, atan(v / u), where(v > 0, pi/2 - atan(u / v), where(v < 0, -pi/2 - atan(u / v), pi)))",
    params="v u", derivative={"v": "u / (u^2 + v^2)", "u": "-v / (u^2 + v^2)"},
    kinks="sqrt(u^2 + v^2) + u",
)  # fmt: skip
