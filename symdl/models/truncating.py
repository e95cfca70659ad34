"""This module cuts backpropagation through time into stretches: the state counts as a constant between them.

After every k steps the state is held fixed, `h_bar[2] = stop_gradient(h[2])`, and the next step starts from
that. The forward pass is as it was; the gradient goes back over k steps at most.

Williams & Peng, An efficient gradient-based algorithm for on-line training of recurrent network
trajectories, Neural Computation 2 (1990).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from symdl.core.function import POINTWISE
from symdl.core.indexing import evaluate
from symdl.core.value import Constant, Value
from symdl.errors import FormulaError
from symdl.formula.tree import Apply, Index, Name, Node, Slice, names, number, rebuild
from symdl.formula.walking import walk
from symdl.ops.declaring import built_function

if TYPE_CHECKING:
    from symdl.core.building import Builder

TRUNCATE = "truncate"  # the function of a state, and the keyword of a layer that is repeated
HOLD = "stop_gradient"


def with_states_cut(node: Node, states: Collection[str], at: int, steps: Node) -> Node:
    """A line of step `at` with `truncate` around every state of the step before.

    >>> from symdl.formula.plain import to_plain
    >>> h = Index(Name("h"), (number(2),))
    >>> to_plain(with_states_cut(Apply("tanh", (h,)), {"h"}, 3, number(2)))
    'tanh(truncate(h[2], 2))'
    """

    def change(part: Node) -> Node:
        if _number(part) == at - 1 and set(names(part)) <= set(states):
            return Apply(TRUNCATE, (part, steps))
        return rebuild(part, change)

    return change(node)


def without_setting(call: Apply) -> tuple[Apply, Node | None]:
    """The call of a layer without the keyword, and the number of steps that it states."""
    kept = tuple((key, value) for key, value in call.keywords if key != TRUNCATE)
    return Apply(call.function, call.args, kept), dict(call.keywords).get(TRUNCATE)


def refuse_stateless(call: Apply, targets: Collection[str] | None, families: Collection[str]) -> None:
    """Refuse to truncate where no step starts from the step before: nothing would be cut.

    `targets` are the lines that the call repeats, None where it is not repeated; `families` the lines that
    the layer repeats itself.
    """
    bases = (part.base for part in walk(call) if isinstance(part, Index))
    if not (families if targets is None else any(isinstance(b, Name) and b.text in targets for b in bases)):
        raise FormulaError("formula.no_state", function=call.function)


def cut(node: Node, called: Callable[[str], str]) -> tuple[Node, dict[str, Node]]:
    """A line without `truncate`: a state after a multiple of the steps is held; the lines that hold it.

    `called` gives the name of a state that is held.

    >>> from symdl.formula.plain import to_plain
    >>> call = Apply("truncate", (Index(Name("h"), (number(4),)), number(2)))
    >>> line, held = cut(call, "{}_bar".format)
    >>> to_plain(line), {name: to_plain(state) for name, state in held.items()}
    ('h_bar[4]', {'h_bar[4]': 'stop_gradient(h[4])'})
    """
    lines: dict[str, Node] = {}

    def change(part: Node) -> Node:
        if not (isinstance(part, Apply) and part.function == TRUNCATE and len(part.args) == 2):
            return rebuild(part, change)
        (state, steps), at = part.args, _number(part.args[0])
        if at is None or not isinstance(state, Index) or not isinstance(state.base, Name):
            raise FormulaError("formula.truncate")
        if not ends_here(at, evaluate(steps)):
            return state
        name = called(state.base.text)
        lines[f"{name}[{at}]"] = Apply(HOLD, (state,))
        return Index(Name(name), (number(at),))

    return change(node), lines


def ends_here(at: int, steps: Fraction | None) -> bool:
    """Whether a stretch of so many steps ends after a step; the state at the start is no end."""
    if steps is None or steps.denominator != 1 or steps < 1:
        raise FormulaError("formula.truncate")
    return at > 0 and at % int(steps) == 0


def held_name(state: str, taken: Collection[str]) -> str:
    """The name of a state that is held: with a bar, unless that is the name of something else.

    >>> held_name("h", ()), held_name("h1", {"h1_bar"})
    ('h_bar', 'h1_held')
    """
    return next(name for end in ("bar", "held", "constant") if (name := f"{state}_{end}") not in taken)


def _number(node: Node) -> int | None:
    """The number of a state, None for anything else."""
    if not isinstance(node, Index) or len(node.subscripts) != 1 or isinstance(node.subscripts[0], Slice):
        return None
    value = evaluate(node.subscripts[0])
    return int(value) if value is not None and value.denominator == 1 else None


def _truncate(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """A state by its name `h[4]`, held fixed where a stretch ends."""
    state, steps = builder.variable(values[0]), values[1]
    _, bracket, at = str(state.name).partition("[")
    if not bracket or not at[:-1].isdigit() or not isinstance(steps, Constant):
        raise FormulaError("formula.truncate")
    return builder.call(POINTWISE[HOLD], [state]) if ends_here(int(at[:-1]), evaluate(steps.node)) else state


built_function(TRUNCATE, "h k", _truncate)
