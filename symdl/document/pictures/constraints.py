"""This module draws the constraints of a problem over the level lines of its function: the borders, and
the set that they leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from symdl.core.building import Builder
from symdl.core.evaluation import compile_graph
from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label
from symdl.core.tape import Tape
from symdl.derivation.step import Answer
from symdl.document.blocks import Limit, Plot
from symdl.document.pictures.curves import finite_value
from symdl.document.sheet import Sheet
from symdl.formula.tree import ZERO, Compare, Name, Negate, Node, Number, Sum, exchanged

Entry = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Border:
    """A constraint: what its border is called, the formula that is at most 0, or is 0, where it holds."""

    label: Compare
    formula: Node
    equation: bool


def borders_of(sheet: Sheet, answer: Answer) -> list[Border]:
    """The constraints of an answer: of KKT conditions in their standard form, `g1` for g1 ≤ 0 and `h1` for
    h1 = 0; of a run as they were written.
    """
    for step in sheet.derivation.steps:
        if step.id == f"{answer.id}.standard":
            form = step.because.facts["standard"]
            return [
                Border(Compare("=", leaf(f"{letter}{k}"), ZERO), node, letter == "h")
                for letter, nodes in (("g", form.inequalities), ("h", form.equations))
                for k, node in enumerate(nodes, start=1)
            ]
    return [_written(each) for each in answer.limits]


def _written(given: Compare) -> Border:
    small, large = given.left, given.right
    if given.relation in (">", ">="):
        small, large = large, small
    named = (given.right, given.left) if isinstance(given.left, Number) else (given.left, given.right)
    return Border(Compare("=", *named), Sum((small, Negate(large))), given.relation == "=")


def limited(sheet: Sheet, plot: Plot, borders: Sequence[Border], entries: Sequence[Entry]) -> Plot:
    """A plot over two entries of variables with the constraints on them."""
    surface = plot.surface
    if surface is None or not borders:
        return plot
    found = []
    for border in borders:
        value = _function(border.formula, entries)
        rows = tuple(tuple(finite_value(value, x, y) for x in surface.xs) for y in surface.ys)
        found.append(Limit(sheet.math(border.label), rows, border.equation))
    return replace(plot, limits=tuple(found))


def _function(node: Node, entries: Sequence[Entry]) -> Callable[..., float]:
    """A formula in entries of variables as a function of them, in their order."""
    spare = [f"entry{k}" for k in range(len(entries))]
    table: dict[Node, Node] = {
        leaf(str(entry_label(*entry))): Name(name) for entry, name in zip(entries, spare, strict=True)
    }
    tape = Tape()
    builder = Builder(tape, {name: tape.input(name, ()) for name in spare})
    graph = tape.graph(builder.variable(builder.value(exchanged(node, table))))
    run = compile_graph(graph, [graph.output])
    order = [spare.index(str(var.name)) for var in graph.inputs]

    def value(*at: float) -> float:
        return float(run(*(at[k] for k in order))[0])

    return value
