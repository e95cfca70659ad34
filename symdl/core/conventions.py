"""This module defines the choices that courses make differently; none is made silently."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symdl.formula.tree import Node, number


@dataclass(frozen=True, slots=True)
class Conventions:
    """The conventions in force for a problem.

    * `jacobian`: "numerator" puts the output's axes first (out + in), "denominator" the input's.
    * `kink`: the value of a derivative at a kink: "default" (each op's own, stated with the op), a
      number for all, or "undefined" to refuse.
    * `ties`: which entries of a tied maximum receive the gradient: the "first", or all "share" it.
    * `vec`: the order in which a Hessian lists the entries of a matrix: its "rows" one after the other, or
      its "columns".
    * `digits`, `rounding`: significant digits printed; "show" carries full precision, "carry" rounds
      every line as one does by hand.
    """

    jacobian: Literal["numerator", "denominator"] = "numerator"
    kink: Literal["default", "undefined"] | Fraction = "default"
    ties: Literal["first", "share"] = "first"
    digits: int = 4
    rounding: Literal["show", "carry"] = "show"
    vec: Literal["rows", "columns"] = "rows"

    @property
    def at_kink(self) -> Node | None:
        """The value of every derivative at its kink, None for each op's own.

        >>> Conventions(kink=Fraction(1, 2)).at_kink
        Number(value=Fraction(1, 2), written=None)
        """
        return number(self.kink) if isinstance(self.kink, Fraction) else None

    def turns(self, before: int, axes: int) -> bool:
        """Whether a derivative, with so many axes of so many before its own, is shown transposed."""
        return self.jacobian == "denominator" and (before, axes) == (1, 2)
