"""This module registers misconceptions: each is a small change to the right derivation, with its places.

A declaration makes changes. One kind changes a quantity of the graph (a local factor dropped, one path kept),
and the rest of the graph follows; the other kind changes the answer itself (its sign, a factor, transposed).
The words are in the language files under `misconception.<key>`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from symdl.autodiff.reverse import Backward
from symdl.core.graph import Graph, Var
from symdl.derivation.running.update import Plan, Slope
from symdl.formula.tree import Node
from symdl.grading.diagnosing.lines import Lines
from symdl.registry import Registry

LAST = 3  # of a change that only explains what nothing else does

Compute = Callable[[Mapping[Var, Any]], Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One quantity computed in another way, at a place that is named to the student.

    `later` ones are tried after all others, the highest at last: parts of a line, where a whole rule may
    explain as much.
    """

    place: str
    var: Var
    compute: Compute
    facts: Mapping[str, Any] = field(default_factory=dict)
    later: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer changed as a whole: what it becomes, or None where that makes no sense."""

    turn: Callable[[Any, Mapping[str, Any]], Any]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """What changes are made of: the graph with forward and backward lines, as run and as written."""

    graph: Graph
    forward: Graph
    backwards: Mapping[str, Backward]
    lines: Lines


@dataclass(frozen=True, slots=True)
class Asked:
    """What formulas of an answer are made of: the right ones, what is differentiated, by what, the others.

    `of` is written in the inputs alone where that is possible; `graph` holds all quantities.
    """

    graph: Graph
    right: tuple[Node, ...]
    target: Var | None
    of: Node | None = None
    by: str = ""
    loss: str = ""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Another formula for an answer, at a place."""

    node: Node
    place: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rerun:
    """An update rule run in another way: its equations, or what it takes for the slope."""

    plan: Plan
    slope: Callable[[Slope], Slope] = lambda slope: slope
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Misconception:
    """A mistake by its key: where it can occur, or how it turns the answer; a convention is no mistake.

    `undoes` finds in an answer what it would have to be equal to if it came about by going backward. One of
    somebody's `own` is named before others that come to the same.
    """

    key: str
    changes: Callable[[Passage], Iterator[Change]] | None = None
    turns: tuple[Turn, ...] = ()
    convention: bool = False
    rewrites: Callable[[Asked], Iterator[Rewritten]] | None = None
    reruns: Callable[[Plan], Iterator[Rerun]] | None = None
    undoes: Callable[[Node, Asked], Iterator[tuple[Node, Node]]] | None = None
    own: bool = False


MISCONCEPTIONS: Registry[Misconception] = Registry("misconceptions")


def changing(
    key: str,
) -> Callable[[Callable[[Passage], Iterator[Change]]], Callable[[Passage], Iterator[Change]]]:
    """Declare a misconception by a generator of its changes."""

    def declare(make: Callable[[Passage], Iterator[Change]]) -> Callable[[Passage], Iterator[Change]]:
        MISCONCEPTIONS.register(Misconception(key, make))
        return make

    return declare


def rewriting(
    key: str,
) -> Callable[[Callable[[Asked], Iterator[Rewritten]]], Callable[[Asked], Iterator[Rewritten]]]:
    """Declare a misconception by the formulas that it leads to."""

    def declare(make: Callable[[Asked], Iterator[Rewritten]]) -> Callable[[Asked], Iterator[Rewritten]]:
        MISCONCEPTIONS.register(Misconception(key, rewrites=make))
        return make

    return declare


def rerunning(
    key: str, convention: bool = False
) -> Callable[[Callable[[Plan], Iterator[Rerun]]], Callable[[Plan], Iterator[Rerun]]]:
    """Declare a misconception by the update rule that it amounts to."""

    def declare(make: Callable[[Plan], Iterator[Rerun]]) -> Callable[[Plan], Iterator[Rerun]]:
        MISCONCEPTIONS.register(Misconception(key, convention=convention, reruns=make))
        return make

    return declare


def turning(key: str, *turns: Turn, convention: bool = False) -> Misconception:
    """Declare a misconception by what becomes of the answer."""
    return MISCONCEPTIONS.register(Misconception(key, turns=turns, convention=convention))
