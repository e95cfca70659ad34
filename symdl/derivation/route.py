"""This module writes a derivative as its sum over paths, the way it is laid out on a board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symdl.core.evaluation import evaluate
from symdl.core.graph import Graph, Var
from symdl.core.naming import name_node
from symdl.core.scalarize import Scalars, scalarize
from symdl.derivation.paths import LISTED, Edge, Group, Path, PathFinder
from symdl.derivation.step import Answer, Step
from symdl.formula.tree import Negate, Node, Partial, Product, number, plus, times
from symdl.text import Text


class Unfolded:
    """A graph as scalars with the values at the given point."""

    def __init__(self, graph: Graph, given: Mapping[Var, Any]) -> None:
        self.scalars: Scalars = scalarize(graph)
        known = {}
        for (var, place), scalar in self.scalars.entries.items():
            if var in given:
                known[scalar] = float(np.asarray(given[var], dtype=float)[place])
        complete = all(var in known for var in self.scalars.graph.inputs)
        values = evaluate(self.scalars.graph, known) if complete else {}
        self.finder = PathFinder(self.scalars.graph, values)


def path_steps(
    unfolded: Unfolded, var: Var, place: tuple[int, ...], of: Var, id: str
) -> tuple[list[Step], Answer]:
    """The step that sums over the paths from an entry to a loss, and the answer."""
    source, target = unfolded.scalars.entries[var, place], unfolded.scalars.entries[of, ()]
    finder = unfolded.finder
    count = finder.count(source, target)
    if count > LISTED:
        return _grouped(unfolded, finder.groups(source, target), source, target, id, of.label)
    paths = list(finder.paths(source, target))
    left = Partial(name_node(target), (name_node(source),))
    values = [path.value for path in paths]
    total = None if None in values else float(np.sum(np.array(values, dtype=float)))
    lines = _lines(paths) if paths else ()
    because = Text("rule.paths", {"of": name_node(target), "by": name_node(source), "count": count})
    claim = unfolded.scalars.graph.definition[target]
    step = Step(
        id, "path", claim, because, (), "lecture", total, None, left, lines, unfolded.scalars.graph,
    )  # fmt: skip
    table = tuple({"nodes": [node.label for node in path.nodes], "value": path.value} for path in paths)
    formula = {"scalar": dict(lines)["local"]} if paths else {}
    return [step], Answer(id, "paths", of.label, source.label, total, None, left, formula, table)


def _grouped(
    unfolded: Unfolded, groups: Sequence[Group], source: Var, target: Var, id: str, of: str
) -> tuple[list[Step], Answer]:
    """The same for many paths: those that begin with the same edge in one term, behind it the derivative."""
    by, after = name_node(source), [name_node(group.edge.target) for group in groups]
    left = Partial(name_node(target), (by,))
    upstream = [Partial(name_node(target), (first,)) for first in after]
    lines = [
        ("paths", plus(*(_product([up, _symbol(g.edge)]) for up, g in zip(upstream, groups, strict=True)))),
        ("local", plus(*(_product([up, g.edge.formula]) for up, g in zip(upstream, groups, strict=True)))),
    ]
    values = [group.value for group in groups]
    total = None if None in values else float(np.sum(np.array(values, dtype=float)))
    if total is not None:
        numbers = [_product([_number(g.upstream), _number(g.edge.value)]) for g in groups]
        lines.append(("numbers", plus(*numbers)))
    counts = [group.count for group in groups]
    facts = {"of": name_node(target), "by": by, "count": sum(counts), "through": tuple(after)}
    because = Text("rule.path_groups", facts | {"counts": tuple(map(number, counts))})
    claim = unfolded.scalars.graph.definition[target]
    step = Step(
        id, "path", claim, because, (), "lecture", total, None, left, tuple(lines), unfolded.scalars.graph,
    )  # fmt: skip
    table = tuple(
        {"nodes": [source.label, group.edge.target.label], "count": group.count, "value": group.value}
        for group in groups
    )
    return [step], Answer(id, "paths", of, source.label, total, None, left, {"scalar": lines[1][1]}, table)


def _lines(paths: Sequence[Path]) -> tuple[tuple[str, Node], ...]:
    """Symbols of all paths, the same with the common factor drawn out, then the local formulas."""
    symbols = plus(*(_product([_symbol(edge) for edge in _from_loss(path)]) for path in paths))
    lines = [("paths", symbols)]
    common = _common(paths) if len(paths) > 1 else 0
    if common:
        lines.append(("common", _factored(paths, common, _symbol)))
    lines.append(("local", _factored(paths, common, lambda edge: edge.formula)))
    if all(edge.value is not None for path in paths for edge in path.edges):
        lines.append(("numbers", _factored(paths, common, lambda edge: _number(edge.value))))
        if len(paths) > 1 and not common:
            lines.append(("terms", plus(*(_number(path.value) for path in paths))))
    return tuple(lines)


def _number(value: Any) -> Node:
    exact = Fraction(float(value))
    return Negate(number(-exact)) if exact < 0 else number(exact)


def _from_loss(path: Path) -> tuple[Edge, ...]:
    return tuple(reversed(path.edges))


def _symbol(edge: Edge) -> Node:
    return Partial(name_node(edge.target), (name_node(edge.source),), "local")


def _product(factors: Sequence[Node]) -> Node:
    """The product of local derivatives, which are numbers: one row of factors without inner brackets."""
    return times(*(part for factor in factors for part in _factors(factor)), style="juxtaposed")


def _factors(node: Node) -> tuple[Node, ...]:
    return node.factors if isinstance(node, Product) else (node,)


def _common(paths: Sequence[Path]) -> int:
    """How many edges at the parameter's end all paths share."""
    count = 0
    for edges in zip(*(path.edges for path in paths), strict=False):
        if len({(edge.source, edge.target) for edge in edges}) > 1:
            break
        count += 1
    return min(count, min(len(path.edges) for path in paths) - 1)


def _factored(paths: Sequence[Path], common: int, write: Any) -> Node:
    if not common:
        return plus(*(_product([write(edge) for edge in _from_loss(path)]) for path in paths))
    own = plus(*(_product([write(edge) for edge in reversed(path.edges[common:])]) for path in paths))
    shared = [write(edge) for edge in reversed(paths[0].edges[:common])]
    return _product([own, *shared])
