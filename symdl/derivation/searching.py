"""This module defines what a search for a minimum or a root is made of, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symdl.formula.tree import Node
from symdl.models.minimizers import Minimizer

Vector = Any  # a float where there is one variable


@dataclass(frozen=True, slots=True)
class Surface:
    """A function with its derivatives, over one vector."""

    value: Callable[[Vector], float]
    gradient: Callable[[Vector], Vector]
    hessian: Callable[[Vector], Any] | None = None
    residuals: Callable[[Vector], tuple[Any, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A minimizer made ready: its form, how it searches along a line, where it stops."""

    rule: Minimizer
    form: str
    line_search: str = ""
    length: float | None = None
    damping: float = 1.0
    adaptive: bool = True
    tolerance: float = 1e-8


@dataclass(frozen=True, slots=True)
class Move:
    """One line: its kind names the sentence, `target` what stands left (`written` where that is more than
    a name), `operands` what the names of `formula` stood for.
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
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a run ended: the rule that fired, and what it saw."""

    key: str
    facts: Mapping[str, Any]


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
