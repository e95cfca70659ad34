"""This module defines what a name with brackets means: the functions that formulas may call.

A function is one declaration. Most are ops (`exp`, `softmax`) or formulas over other functions (a loss,
a layer); a few build contractions from their arguments (`sum`, `reshape`). The ops that
work entry by entry stand in a table of their own, where derivatives find them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from symdl.formula.plain import to_plain
from symdl.formula.tree import Assign, Node
from symdl.registry import Registry

if TYPE_CHECKING:
    from symdl.core.building import Builder
    from symdl.core.op import Pointwise
    from symdl.core.value import Value

Kind = Literal["op", "activation", "loss", "layer", "distribution"]
Build = Callable[["Builder", tuple["Value", ...], Mapping[str, "Value"]], Any]


@dataclass(frozen=True, eq=False, repr=False)
class Function:
    """A function of the library.

    `build` makes its value from the values of the arguments. `define` gives its definition as written,
    where it has one, read when it is first needed; `write` the ways of writing it out by which a line is
    recognized; `source` the paper or book it comes from; `note` names a sentence about a convention (an
    averaging, a value at a kink).
    """

    key: str
    params: tuple[str, ...]
    build: Build
    kind: Kind = "op"
    define: Callable[[], Node] | None = None
    write: Callable[[], tuple[Node, ...]] | None = None
    lines: tuple[Assign, ...] = ()
    keywords: tuple[str, ...] = ()
    optional: int = 0  # how many of the last parameters may be left out
    variadic: bool = False
    tex: str | None = None
    source: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        call = f"{self.key}({', '.join(self.params)})"
        return call if self.formula is None else f"{call} = {to_plain(self.formula)}"

    @cached_property
    def formula(self) -> Node | None:
        """The definition as written, None for a function that builds its equations itself."""
        return None if self.define is None else self.define()

    @cached_property
    def forms(self) -> tuple[Node, ...]:
        """The ways of writing it out by which a line is recognized."""
        return () if self.write is None else self.write()


FUNCTIONS: Registry[Function] = Registry("functions")
POINTWISE: Registry[Pointwise] = Registry("pointwise ops")
