"""This module says what a problem is: a graph, given values, assumptions, conventions and questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from textwrap import shorten
from typing import Any

from symdl.autodiff.moving import Facts
from symdl.core.conventions import Conventions
from symdl.core.dims import Shape, dim_names
from symdl.core.facts import COLUMNS
from symdl.core.graph import Graph, Var
from symdl.core.indexing import evaluate as evaluate_constant
from symdl.core.naming import name_node
from symdl.core.value import Local
from symdl.formula.plain import to_plain
from symdl.formula.tree import Node
from symdl.problems.reading.schema import RawProblem
from symdl.problems.reading.settings import Ask

REPR = 300  # letters of a problem in a line


@dataclass(frozen=True)
class Given:
    """A given quantity: its shape and its entries row by row, exact."""

    shape: tuple[int, ...]
    items: tuple[Node, ...]


@dataclass(frozen=True, repr=False)
class Problem:
    """A problem ready to be derived."""

    title: Any  # a text, or one for each language
    graph: Graph
    given: Mapping[str, Given]
    dims: Mapping[str, int]
    asks: tuple[Ask, ...]
    conventions: Conventions
    raw: RawProblem
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: Graph | None = None  # a one-line problem before it was taken apart into nodes
    lines: Mapping[str, Node] = field(default_factory=dict)
    functions: Mapping[str, Local] = field(default_factory=dict)
    origins: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # of lines: layer and own name

    @cached_property
    def distributions(self) -> frozenset[str]:
        """The quantities whose entries sum to one, by assumption or by their given values."""
        stated = {name for name, facts in self.facts.items() if {"distribution", "one-hot"} & set(facts)}
        return frozenset(stated | {name for name, given in self.given.items() if _sums_to_one(given)})

    @cached_property
    def column_distributions(self) -> frozenset[str]:
        """The matrices each of whose columns sums to one, by assumption or by their given values."""
        stated = {name for name, facts in self.facts.items() if COLUMNS in facts}
        return frozenset(stated | {name for name, given in self.given.items() if _sums_to_one(given, True)})

    @cached_property
    def sums_to_one(self) -> dict[str, Shape]:
        """The shapes of the distributions, by name; of a matrix, each row is one."""
        known = self.graph.by_name
        return {name: known[name].shape for name in self.distributions if name in known}

    @cached_property
    def moves_know(self) -> Facts:
        """What teaching moves may assume: the distributions, names of sizes, symmetric matrices, ranks."""
        sizes = frozenset(dim_names(var.shape for var in self.graph.inputs))
        return Facts(
            self.sums_to_one,
            sizes,
            frozenset(name for name, facts in self.facts.items() if "symmetric" in facts),
            {name_node(var): len(var.shape) for var in self.graph.by_name.values()},
            self.column_distributions & frozenset(map(str, self.graph.by_name)),
        )

    def __repr__(self) -> str:
        lines = "; ".join(f"{name} = {to_plain(node)}" for name, node in self.lines.items())
        return f"Problem({shorten(lines, REPR, placeholder=' …')})"

    def var(self, name: str) -> Var:
        """A quantity by its name."""
        return self.graph.by_name[name]


def _sums_to_one(given: Given, columns: bool = False) -> bool:
    """Whether every row, or every column of a matrix, is a distribution."""
    if not given.shape or len(given.shape) > 2 or (columns and len(given.shape) == 1):
        return False
    values = [evaluate_constant(item) for item in given.items]
    width = given.shape[-1]
    rows = [values[k : k + width] for k in range(0, len(values), width)]
    if columns:
        rows = list(map(list, zip(*rows, strict=True)))
    return all(
        None not in row and sum(v or 0 for v in row) == 1 and min(v or 0 for v in row) >= 0 for row in rows
    )
