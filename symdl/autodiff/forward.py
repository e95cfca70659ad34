"""This module differentiates forward: tangents are carried along with the values (JVP).

Griewank & Walther, Evaluating Derivatives, 2nd ed., section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache

from symdl.autodiff.pullbacks import MULTIPLY, known_pullback, scaling
from symdl.autodiff.reverse import backward
from symdl.core.algebra import constant_of
from symdl.core.dims import Shape
from symdl.core.elementary_ops import IDENTITY, adder
from symdl.core.expansion import inline, primitive
from symdl.core.graph import Equation, Graph, Tangent, Var, VarName, ancestors, descendants
from symdl.core.op import OUTPUT, UPSTREAM, Composite, Contract, Pointwise, contract
from symdl.core.tape import Tape
from symdl.formula.tree import Name

DIRECTION = "direction"  # what a known result is multiplied by to be read the other way


@dataclass(frozen=True)
class Forward:
    """A graph extended by tangents; `seeds` are the directions of the inputs that are moved."""

    graph: Graph
    seeds: dict[Var, Var]
    tangents: dict[Var, Var]


def forward(
    graph: Graph,
    by: tuple[Var, ...],
    along: Mapping[Var, Var] | None = None,
    wanted: Collection[Var] | None = None,
    named: Callable[[str], VarName] = Tangent,
) -> Forward:
    """Append the tangents of what depends on `by`, or of what lies between that and what is `wanted`.

    The directions are the quantities `along`; without these they become inputs. `named` gives a tangent its
    name, from that of its quantity.
    """
    relevant = descendants(graph, frozenset(by))
    if wanted is not None:
        relevant &= ancestors(graph, *wanted)
    flat = primitive(graph) if any(map(_unknown(relevant), graph.equations)) else graph
    if flat is not graph:
        relevant = descendants(flat, frozenset(by))
        relevant &= ancestors(flat, *wanted) if wanted is not None else relevant
    tape = Tape(flat)
    seeds = dict(along) if along else {}
    seeds |= {var: tape.input(named(var.label), var.shape, "tangent") for var in by if var not in seeds}
    tangents: dict[Var, Var] = dict(seeds)
    moving_with: dict[Var, list[Var]] = {}  # the quantities of one tangent, as a sum with a constant has
    for equation in flat.equations:
        parts = _parts(tape, equation, tangents) if equation.out in relevant else []
        if parts:
            total = parts[0] if len(parts) == 1 else tape.emit(adder(len(parts)), tuple(parts), share=False)
            if equation.out.name is not None:
                name = named(str(equation.out.name))
                if tape.is_newest(total):
                    others = moving_with.pop(total, [])
                    total = tape.rename(total, name, "tangent")
                    tangents |= dict.fromkeys(others, total)
                else:
                    total = tape.emit(IDENTITY, (total,), name, "tangent")
            tangents[equation.out] = total
            moving_with.setdefault(total, []).append(equation.out)
    return Forward(tape.graph(flat.output), seeds, tangents)


def _unknown(relevant: Collection[Var]) -> Callable[[Equation], bool]:
    """Whether an equation that is carried forward is a composite without a known result."""

    def test(equation: Equation) -> bool:
        op = equation.op
        if not isinstance(op, Composite) or equation.out not in relevant:
            return False
        return any(
            p not in op.pullbacks for p, arg in zip(op.params, equation.args, strict=True) if arg in relevant
        )

    return test


def _parts(tape: Tape, equation: Equation, tangents: Mapping[Var, Var]) -> list[Var]:
    parts = []
    for k, arg in enumerate(equation.args):
        if arg in tangents:
            part = _part(tape, equation, k, tangents[arg])
            if part is not None:
                parts.append(part)
    return parts


def _part(tape: Tape, equation: Equation, k: int, tangent: Var) -> Var | None:
    op = equation.op
    if isinstance(op, Contract):
        args = tuple(tangent if j == k else arg for j, arg in enumerate(equation.args))
        again = contract(op.loops, op.reads, op.write, op.out, op.key)
        return tape.emit(again, args, share=False)
    if isinstance(op, Composite):
        known = known_tangent(op, k, tuple(arg.shape for arg in equation.args), equation.out.shape)
        names = dict(zip(op.params, equation.args, strict=True))
        return inline(tape, known, names | {OUTPUT: equation.out, DIRECTION: tangent}, share=False)
    if not isinstance(op, Pointwise):
        return None
    slope = op.slope(k)
    if slope is not None:
        constant = constant_of(slope)
        if constant == 1:
            return tangent
        return None if constant == 0 else tape.emit(scaling(slope), (tangent,), share=False)
    partial = op.partial(k)
    known_names = op.operands(equation.args, equation.out)
    if isinstance(partial.body, Name):
        local = known_names[partial.body.text]
    else:
        local = tape.emit(partial, tuple(known_names[name] for name in partial.params))
    return tape.emit(MULTIPLY, (local, tangent), share=False)


@cache
def known_tangent(op: Composite, k: int, shapes: tuple[Shape, ...], out: Shape) -> Graph:
    """The tangent of a composite along its k-th argument, over its parameters, `y` and a direction.

    The known pullback is linear in the upstream gradient: its own pullback by that is the tangent.
    """
    body = known_pullback(op, k, shapes, out)
    tape = Tape(body)
    direction = tape.input(DIRECTION, shapes[k])
    letters = tuple(f"i{n}" for n in range(len(shapes[k])))
    total = tape.emit(MULTIPLY, (body.output, direction))
    if letters:
        loops = tuple(zip(letters, shapes[k], strict=True))
        total = tape.emit(contract(loops, (letters,), (), (), "sum"), (total,))
    whole = tape.graph(total)
    upstream = whole.by_name[UPSTREAM]
    swept = backward(whole, total, [upstream], inside=False)
    found = swept.adjoints[upstream]
    needed = ancestors(swept.graph, found)
    inputs = tuple(var for var in swept.graph.inputs if var != upstream)
    return Graph(inputs, tuple(e for e in swept.graph.equations if e.out in needed), found)
