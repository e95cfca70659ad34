"""This module holds arguments fixed: what `stop_gradient(x)` means to all that differentiates or checks.

The function is the identity, and its derivative is zero by decree. A difference quotient knows nothing of
the decree: whatever moves a quantity and looks at what follows must leave the held values where they were.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from symdl.core.arithmetic import Arithmetic
from symdl.core.compiling import body_function
from symdl.core.elementary import ELEMENTARY
from symdl.core.evaluation import function_of
from symdl.core.function import POINTWISE
from symdl.core.graph import Equation, Graph
from symdl.core.op import Op, Pointwise, pointwise
from symdl.formula.tree import Apply, Name, Node, rebuild, substitute
from symdl.formula.walking import walk

HELD = frozenset(row.key for row in ELEMENTARY.values() if row.held)


def is_held(op: Op) -> bool:
    """Whether an op is nothing but its argument, held fixed."""
    return isinstance(op, Pointwise) and isinstance(op.body, Apply) and op.body.function in HELD


@cache
def holds(op: Op) -> bool:
    """Whether an op holds something fixed anywhere in its formula."""
    return isinstance(op, Pointwise) and any(
        isinstance(part, Apply)
        and (part.function in HELD or (part.function in POINTWISE and _other(part.function, op)))
        for part in walk(op.body)
    )


def _other(function: str, op: Op) -> bool:
    other = POINTWISE[function]
    return other is not op and holds(other)


def flowing(graph: Graph) -> Graph:
    """The equations along which a change travels; what is held fixed stands there like an input."""
    moving = tuple(equation for equation in graph.equations if not is_held(equation.op))
    return graph if len(moving) == len(graph.equations) else Graph(graph.inputs, moving, graph.output)


def apart(node: Node) -> tuple[Node, dict[str, Node]]:
    """A formula with a name for each thing it holds fixed, and what these are.

    >>> from symdl.formula.tree import times
    >>> x = Name("x")
    >>> apart(times(x, Apply("stop_gradient", (x,))))[1]
    {'held 0': Name(text='x')}
    """
    found: dict[Node, str] = {}

    def named(part: Node) -> Node:
        if isinstance(part, Apply) and part.function in HELD:
            return Name(found.setdefault(part.args[0], f"held {len(found)}"))
        if isinstance(part, Apply) and part.function in POINTWISE and holds(POINTWISE[part.function]):
            return named(POINTWISE[part.function].at(part.args))
        return rebuild(part, named)

    return named(node), {name: arg for arg, name in found.items()}


def moved(equation: Equation, arithmetic: Arithmetic) -> Callable[[list[Any], list[Any]], Any]:
    """The function of an equation, of its arguments where they have moved to and where they came from."""
    if not holds(equation.op):
        function = function_of(equation, arithmetic)
        return lambda args, before: function(*args)
    assert isinstance(equation.op, Pointwise)
    both = body_function(_split(equation.op), arithmetic)
    return lambda args, before: both(*args, *before)


@cache
def _split(op: Pointwise) -> Pointwise:
    """The op over its parameters twice: what it holds is made of the second ones."""
    body, held = apart(op.body)
    before = {name: Name(f"{name} before") for name in op.params}
    whole = substitute(body, {name: substitute(arg, dict(before)) for name, arg in held.items()})
    return pointwise(f"{op.key} moved", (*op.params, *(name.text for name in before.values())), whole)
