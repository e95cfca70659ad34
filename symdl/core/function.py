"""This module defines what a name with brackets means: the functions that formulas may call.

A function is one declaration. Most are ops (`exp`, `softmax`) or formulas over other functions (a loss,
a layer); a few build contractions from their arguments (`sum`, `reshape`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from symdl.formula.tree import Assign, Node
from symdl.registry import Registry

if TYPE_CHECKING:
    from symdl.core.building import Builder, Value

Kind = Literal["op", "activation", "loss", "layer", "distribution"]
Build = Callable[["Builder", tuple["Value", ...], Mapping[str, "Value"]], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the library.

    `build` makes its value from the values of the arguments. `formula` is its definition as written,
    where it has one; `source` the paper or book it comes from; `note` names a sentence about a
    convention (an averaging, a value at a kink).
    """

    key: str
    params: tuple[str, ...]
    build: Build
    kind: Kind = "op"
    formula: Node | None = None
    lines: tuple[Assign, ...] = ()
    keywords: tuple[str, ...] = ()
    optional: int = 0  # how many of the last parameters may be left out
    variadic: bool = False
    tex: str | None = None
    source: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


FUNCTIONS: Registry[Function] = Registry("functions")
