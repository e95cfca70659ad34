"""This module differentiates forward: tangents are carried along with the values (JVP).

Griewank & Walther, Evaluating Derivatives, 2nd ed., section 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symdl.autodiff.pullbacks import MULTIPLY, scaling
from symdl.core.algebra import constant_of
from symdl.core.elementary_ops import adder
from symdl.core.expansion import primitive
from symdl.core.graph import Equation, Graph, Tangent, Var
from symdl.core.op import Contract, Pointwise, contract
from symdl.core.tape import Tape
from symdl.formula.tree import Name


@dataclass(frozen=True)
class Forward:
    """A graph extended by tangents; `seeds` are the inputs that take the direction."""

    graph: Graph
    seeds: dict[Var, Var]
    tangents: dict[Var, Var]


def forward(graph: Graph, by: tuple[Var, ...]) -> Forward:
    """Append the tangents of all quantities that depend on `by`; their directions become inputs."""
    flat = primitive(graph)
    tape = Tape(flat)
    seeds = {var: tape.input(Tangent(var.label), var.shape, "tangent") for var in by}
    tangents: dict[Var, Var] = dict(seeds)
    for equation in flat.equations:
        parts = _parts(tape, equation, tangents)
        if parts:
            name = None if equation.out.name is None else Tangent(str(equation.out.name))
            total = parts[0] if len(parts) == 1 else tape.emit(adder(len(parts)), tuple(parts), share=False)
            tangents[equation.out] = (
                tape.rename(total, name, "tangent") if name and tape.is_newest(total) else total
            )
    return Forward(tape.graph(flat.output), seeds, tangents)


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
    if not isinstance(op, Pointwise):
        return None
    slope = op.slope(k)
    if slope is not None:
        return None if constant_of(slope) == 0 else tape.emit(scaling(slope), (tangent,), share=False)
    partial = op.partial(k)
    known = op.operands(equation.args, equation.out)
    if isinstance(partial.body, Name):
        local = known[partial.body.text]
    else:
        local = tape.emit(partial, tuple(known[name] for name in partial.params))
    return tape.emit(MULTIPLY, (local, tangent), share=False)
