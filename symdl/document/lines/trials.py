"""This module writes the lengths that a line search tried, each beside what it had to satisfy."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from symdl.core.conventions import Conventions
from symdl.derivation.running.line_search import Terms, Trial
from symdl.derivation.step import Step
from symdl.document.lines.chain import Chain
from symdl.document.lines.values import number_node
from symdl.formula.tree import ZERO, Apply, Bars, Name, Node, plus, times

ALPHA, INFINITE = Name("alpha"), Name("infty")
PHI, SLOPE = "phi", "phi'"
MOST, ENDS = 8, 3  # trials that are all shown, and how many at either end of longer searches
DIGITS = 12  # to tell a value from its bound


def trial_chains(step: Step, conventions: Conventions) -> tuple[Chain, ...]:
    """The conditions, each trial with its numbers, the length that is taken."""
    facts = step.because.facts
    terms: Terms = facts["terms"]
    tried: tuple[Trial, ...] = facts["tried"]
    shown = tried if len(tried) <= MOST else (*tried[:ENDS], *tried[-ENDS:])
    value, slope = (facts["phi"](0.0)[k] for k in (0, 1))
    writer = _Writer(terms, value, slope, conventions)
    return (
        writer.low(ALPHA),
        *((writer.flat(ALPHA),) if any(trial.slope is not None for trial in tried) else ()),
        *(chain for trial in shown for chain in writer.trial(trial)),
        Chain(step.left or ALPHA, (("result", number_node(step.value, conventions.digits)),), step.value),
    )


class _Writer:
    """Writes the conditions along one line."""

    def __init__(self, terms: Terms, value: float, slope: float, conventions: Conventions) -> None:
        self.terms, self.digits = terms, conventions.digits
        self.value, self.slope = number_node(value, self.digits), number_node(slope, self.digits)
        self.exact = conventions.rounding == "carry"

    def low(self, alpha: Node) -> Chain:
        """φ(α) ≤ φ(0) + c₁ α φ'(0)."""
        promised = times(Name("c_1"), alpha, Apply(SLOPE, (ZERO,)))
        return Chain(Apply(PHI, (alpha,)), (("<=", plus(Apply(PHI, (ZERO,)), promised)),))

    def flat(self, alpha: Node) -> Chain:
        """|φ'(α)| ≤ c₂ |φ'(0)|."""
        steepest = times(Name("c_2"), Bars(Apply(SLOPE, (ZERO,))))
        return Chain(Bars(Apply(SLOPE, (alpha,))), (("<=", steepest),))

    def trial(self, trial: Trial) -> Iterator[Chain]:
        """A length that was tried: is φ low enough there and, if so, flat enough?"""
        alpha = number_node(trial.alpha, self.digits)
        promised = times(number_node(self.terms.decrease, self.digits), alpha, self.slope)
        yield self._compared(
            Apply(PHI, (alpha,)), trial.value, plus(self.value, promised), trial.bound, trial.falls
        )
        if trial.slope is not None:
            steepest = times(number_node(self.terms.curvature, self.digits), Bars(self.slope))
            rise = Bars(Apply(SLOPE, (alpha,)))
            yield self._compared(rise, abs(trial.slope), steepest, trial.steepest, trial.flat)

    def _compared(self, left: Node, value: float, right: Node, bound: float, holds: bool) -> Chain:
        """A value, the bound with its numbers in place, the bound; enough digits to tell them apart."""
        digits = self.digits
        while digits < DIGITS and value != bound and f"{value:.{digits}g}" == f"{bound:.{digits}g}":
            digits += 1
        sign = "<=" if holds else ">"
        return Chain(left, ((self._sign(value, digits), self._number(value, digits)), (sign, right),
                            (self._sign(bound, digits), self._number(bound, digits))))  # fmt: skip

    def _sign(self, value: float, digits: int) -> str:
        """Whether a number stands on paper as it is."""
        return "line" if self.exact or not isfinite(value) or float(f"{value:.{digits}g}") == value else "~"

    @staticmethod
    def _number(value: float, digits: int) -> Node:
        return number_node(value, digits) if isfinite(value) else INFINITE
