"""This module writes composite ops out: the body as a graph over the arguments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from symdl.core.building import Builder
from symdl.core.dims import Shape
from symdl.core.elementary_ops import IDENTITY
from symdl.core.graph import Equation, Graph, Var
from symdl.core.op import Composite
from symdl.core.tape import Tape
from symdl.core.value import Entry
from symdl.formula.tree import Node, number, substitute


@cache
def expansion(op: Composite, shapes: tuple[Shape, ...], stable: bool = False) -> Graph:
    """The body of a composite as a graph whose inputs are its parameters."""
    body = op.stable if stable and op.stable is not None else op.body
    return formula_graph(body, dict(zip(op.params, shapes, strict=True)), op.keywords)


def outline(op: Composite, shapes: tuple[Shape, ...]) -> Shape:
    """The shape of a composite for arguments of these shapes."""
    return expansion(op, shapes).output.shape


def formula_graph(
    body: Node, shapes: Mapping[str, Shape], keywords: tuple[tuple[str, int], ...] = ()
) -> Graph:
    """A formula as a graph over inputs of given shapes; keyword names are replaced by their numbers."""
    tape = Tape()
    scope: dict[str, Entry] = {name: tape.input(name, shape) for name, shape in shapes.items()}
    node = substitute(body, {key: number(value) for key, value in keywords})
    builder = Builder(tape, scope, library=True)
    return tape.graph(builder.variable(builder.value(node)))


def inline(tape: Tape, graph: Graph, args: Mapping[str, Var], share: bool = True) -> Var:
    """Write the equations of a small graph on a tape, its inputs replaced by quantities there."""
    known: dict[Var, Var] = {var: args[str(var.name)] for var in graph.inputs}
    for equation in graph.equations:
        known[equation.out] = tape.emit(equation.op, tuple(known[a] for a in equation.args), share=share)
    return known[graph.output]


def primitive(graph: Graph, stable: bool = False) -> Graph:
    """The graph with every composite written out; names and numbers of its quantities are kept."""
    if not any(isinstance(e.op, Composite) for e in graph.equations):
        return graph
    tape = Tape(graph)
    tape.equations = []
    for equation in graph.equations:
        if not isinstance(equation.op, Composite):
            tape.equations.append(equation)
            continue
        body = expansion(equation.op, tuple(arg.shape for arg in equation.args), stable)
        args = dict(zip(equation.op.params, equation.args, strict=True))
        result = inline(tape, body, args, share=False)
        if tape.equations and tape.equations[-1].out == result:
            last = tape.equations.pop()
            tape.equations.append(Equation(equation.out, last.op, last.args))
        else:
            tape.equations.append(Equation(equation.out, IDENTITY, (result,)))
    return primitive(tape.graph(graph.output), stable)
