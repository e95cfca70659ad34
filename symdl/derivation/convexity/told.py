"""This module defines what is told of a formula's shape, and what the rules ask of the one who judges."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from symdl.derivation.convexity.atoms import Curve
from symdl.derivation.convexity.judging import Signs
from symdl.derivation.convexity.signing import Form, Sign
from symdl.formula.tree import Name, Node


class Told(NamedTuple):
    """What a formula is as a function of some quantities, and the rule that shows it."""

    kind: Curve
    rule: str


CONSTANT, AFFINE = Told("constant", "constant"), Told("affine", "affine")


class Judge(Protocol):
    """What tells formulas of which others are made."""

    @property
    def by(self) -> frozenset[str]:
        """The quantities that move."""
        ...

    @property
    def signs(self) -> Signs:
        """What is known of all quantities."""
        ...

    def moves(self, node: Node) -> bool:
        """Whether a formula rests on the quantities."""
        ...

    def sign(self, node: Node) -> Sign:
        """What is known of the signs of its entries."""
        ...

    def form(self, node: Node) -> Form:
        """Whether it is a number, a column, a row or a matrix."""
        ...

    def line(self, node: Node) -> Node:
        """The formula that a name of a line stands for."""
        ...

    def curve(self, node: Node) -> Curve | None:
        """Whether it is constant, affine, convex or concave."""
        ...

    def told(self, node: Node) -> Told | None:
        """The same with its rule."""
        ...

    def turned(self, told: Told | None, sign: int) -> Told | None:
        """A multiple, by the sign of the factor."""
        ...

    def factor(self, node: Node) -> int:
        """The sign of a constant in front."""
        ...

    def of_one(self, node: Node) -> OfOne:
        """A fresh name in the place of a formula, and the judge of functions of it."""
        ...


class OfOne(NamedTuple):
    """A name in the place of a formula, and the one who judges functions of that name alone."""

    name: Name
    judge: Judge
