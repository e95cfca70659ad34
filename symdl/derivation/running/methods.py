"""This module defines what a search for a minimum or a root is made of, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symdl.core.evaluation import unrounded
from symdl.derivation.running.stopping import Halt, Stopping
from symdl.formula.tree import Node
from symdl.models.minimizers import Minimizer

USUAL = Stopping(1e-8)
Vector = Any  # a float where there is one variable


@dataclass(frozen=True, slots=True)
class Surface:
    """A function with its derivatives, over one vector."""

    value: Callable[[Vector], float]
    gradient: Callable[[Vector], Vector]
    hessian: Callable[[Vector], Any] | None = None
    residuals: Callable[[Vector], tuple[Any, Any]] | None = None
    weight: Fraction = Fraction(1)  # of half the sum of the squares of the residuals, in the function


@dataclass(frozen=True, slots=True)
class Walls:
    """The constraints of a problem: slacks that must stay positive, with derivatives; equations `A x = e`."""

    slack: Callable[[Any], Any]
    slopes: Callable[[Any], Any]
    bends: Callable[[Any], Any]  # a matrix for each slack
    straight: bool  # whether all of these are zero
    matrix: Any = None
    level: Any = None
    written: tuple[Node, ...] = ()  # the slacks as formulas

    @property
    def form(self) -> str:
        """Which of the two ways to write the barrier's Hessian fits."""
        return "straight" if self.straight else "curved"


@dataclass(frozen=True, slots=True)
class Method:
    """A minimizer made ready: its form, how it searches along a line, where it stops.

    `settings` are those of the rule alone; `rounded` is what happens to the result of every line.
    """

    rule: Minimizer
    form: str
    line_search: str = ""
    length: float | None = None
    damping: float = 1.0
    adaptive: bool = True
    stopping: Stopping = USUAL
    settings: Mapping[str, float] = field(default_factory=dict)
    rounded: Callable[[Any], Any] = unrounded
    projection: Node | None = None  # the nearest point that is allowed, of `z`
    walls: Walls | None = None  # for a barrier
    random: Any = None  # what draws numbers, for a search by chance


@dataclass(frozen=True, slots=True)
class Pair:
    """What a step taught: the way gone, the change of the gradient, one over their product."""

    t: int
    s: Any
    y: Any
    rho: Any


@dataclass(frozen=True, slots=True)
class Move:
    """One line: its kind names the sentence, `target` what stands left (`written` where that is more than
    a name), `operands` what the names of `formula` stood for, `stamps` the steps that names belong to, left
    and right, where that is not the step of the line.
    """

    t: int
    kind: str
    target: str
    formula: Node | None
    operands: Mapping[str, Any]
    value: Any
    goal: Any = None
    written: Node | None = None
    at: Vector = None
    stamps: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Descent:
    """A whole run of a minimizer."""

    method: Method
    records: tuple[Mapping[str, Any], ...]
    moves: tuple[Move, ...]
    halt: Halt


class Stop(Exception):
    """A run cannot go on."""

    def __init__(self, key: str, **facts: Any) -> None:
        self.halt = Halt(key, facts)
