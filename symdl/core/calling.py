"""This module calls functions: those of the library, of the problem, and the choice between two values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdl.core import indexing
from symdl.core.elementary import RELATIONS
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.core.value import Constant, Local, Value
from symdl.errors import FormulaError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply, Bars, Compare, Node, Power, Product, Quotient, Sum
from symdl.formula.walking import walk
from symdl.registry import nearest

if TYPE_CHECKING:
    from symdl.core.building import Builder

TOTALS = ("sum", "mean")
MAX_EQUATIONS = 20_000  # that calls of functions of the problem may write


def result(
    builder: Builder, function: str, args: tuple[Node, ...], keywords: tuple[tuple[str, Node], ...]
) -> Value:
    """The value of a call that has one."""
    found = results(builder, function, args, keywords)
    if isinstance(found, tuple):
        raise FormulaError("formula.several_results", function=function, count=len(found))
    return found


def results(
    builder: Builder, function: str, args: tuple[Node, ...], keywords: tuple[tuple[str, Node], ...]
) -> Value | tuple[Value, ...]:
    """The value or values of a call."""
    entry = builder.scope.get(function)
    if isinstance(entry, Local):
        return _local(builder, function, entry, args)
    if function == "where":
        return _where(builder, args)
    values = tuple(builder.value(arg) for arg in args)
    named = {key: builder.value(value) for key, value in keywords}
    declared = FUNCTIONS.get(function)
    if declared is None:
        return _pointwise(builder, function, values)
    _check(function, declared.params, len(values), declared.optional, declared.variadic)
    for key in named:
        if key not in declared.keywords:
            raise FormulaError(
                "formula.unknown_keyword",
                function=function,
                name=key,
                nearest=nearest(key, declared.keywords),
            )
    if function in TOTALS and isinstance(args[0], Sum | Product | Quotient) and not builder.rank(values[0]):
        _refuse_lengths(builder, args)
    made: Value | tuple[Value, ...] = declared.build(builder, values, named)
    return made


def _refuse_lengths(builder: Builder, nodes: tuple[Node, ...]) -> None:
    """Bars around an array are its length; where entries are compared or added up, they could be meant.

    `|v|^2` is the square of the length wherever it stands.
    """
    for node in nodes:
        for part in walk(node, closed=(Apply, Power)):
            if isinstance(part, Bars) and builder.rank(builder.value(part.arg)):
                raise FormulaError("formula.ambiguous_sizes", inner=to_plain(part.arg))


def _pointwise(builder: Builder, function: str, values: tuple[Value, ...]) -> Value:
    op = POINTWISE.get(function)
    if op is None:
        known = [*FUNCTIONS, *POINTWISE, *(k for k, v in builder.scope.items() if isinstance(v, Local))]
        raise FormulaError("formula.unknown_function", name=function, nearest=nearest(function, known))
    _check(function, op.params, len(values))
    return builder.call(op, list(values))


def _check(name: str, params: tuple[str, ...], got: int, optional: int = 0, variadic: bool = False) -> None:
    """Refuse a wrong number of arguments."""
    low, high = len(params) - optional, len(params)
    if got < low or (got > high and not variadic):
        expected = f"{name}({', '.join(params)})"
        raise FormulaError("formula.argument_count", function=name, expected=expected, got=got)


def _local(builder: Builder, name: str, function: Local, args: tuple[Node, ...]) -> Value:
    """A function of the problem sees what stands above it, and not itself."""
    _check(name, function.params, len(args))
    if len(builder.tape.equations) > MAX_EQUATIONS:
        raise FormulaError("formula.too_many_equations", limit=MAX_EQUATIONS)
    values = [builder.value(arg) for arg in args]
    inner = {key: entry for key, entry in builder.scope.items() if key != name}
    for param, value in zip(function.params, values, strict=True):
        inner[param] = value if isinstance(value, Constant) else builder.variable(value)
    return builder.inside(inner).value(function.body)


def _where(builder: Builder, args: tuple[Node, ...]) -> Value:
    if len(args) != 3 or not isinstance(args[0], Compare):
        raise FormulaError(
            "formula.argument_count", function="where", expected="where(x > 0, a, b)", got=len(args)
        )
    test = args[0]
    sides = [builder.value(test.left), builder.value(test.right)]
    known = [indexing.evaluate(side.node) for side in sides if isinstance(side, Constant)]
    if len(known) == 2 and None not in known:  # the other branch may read outside an array
        return builder.value(args[1 if RELATIONS[test.relation](*known) else 2])
    chosen = [builder.value(args[1]), builder.value(args[2])]
    if any(map(builder.rank, chosen)):
        _refuse_lengths(builder, (test.left, test.right))
    pieces = [*sides, *chosen]
    return builder.entrywise(
        "where", lambda p: Apply("where", (Compare(test.relation, p[0], p[1]), p[2], p[3])), pieces
    )
