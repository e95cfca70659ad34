"""This module separates two classes by a threshold neuron: the perceptron rule in exact numbers, and where no
line separates them, the inequalities that contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symdl.derivation.convexity.inequalities import Vector, contradiction

MOST = 200  # corrections


@dataclass(frozen=True)
class Correction:
    """One mistake: which example, its sum, the error, weights and bias after the correction."""

    example: int
    z: Fraction
    error: Fraction
    weights: Vector
    bias: Fraction


@dataclass(frozen=True)
class Separation:
    """What came of it: the corrections; whether the last weights make no mistake; else the contradiction."""

    corrections: tuple[Correction, ...]
    weights: Vector
    bias: Fraction
    separates: bool
    proof: Vector | None


def separated(
    inputs: Sequence[Vector], targets: Sequence[Fraction], rate: Fraction, most: int = MOST
) -> Separation:
    """The perceptron rule from zero, example after example, until none is wrong or `most` corrections.

    >>> one, zero = Fraction(1), Fraction(0)
    >>> gate = [(zero, zero), (zero, one), (one, zero), (one, one)]
    >>> separated(gate, [zero, zero, zero, one], one).separates
    True
    >>> separated(gate, [zero, one, one, zero], one).proof
    (Fraction(1, 1), Fraction(1, 1), Fraction(1, 1), Fraction(1, 1))
    """
    weights, bias = (Fraction(0),) * len(inputs[0]), Fraction(0)
    found: list[Correction] = []
    proof = _proof(inputs, targets)
    quiet, k = 0, 0
    while quiet < len(inputs) and len(found) < (most if proof is None else 2 * len(inputs)):
        x, t = inputs[k % len(inputs)], targets[k % len(inputs)]
        z = _sum(weights, x) + bias
        error = t - (1 if z >= 0 else 0)
        if error:
            weights = tuple(w + rate * error * part for w, part in zip(weights, x, strict=True))
            bias += rate * error
            found.append(Correction(k % len(inputs), z, error, weights, bias))
        quiet, k = 0 if error else quiet + 1, k + 1
    return Separation(tuple(found), weights, bias, quiet >= len(inputs), proof)


def _proof(inputs: Sequence[Vector], targets: Sequence[Fraction]) -> Vector | None:
    """Weights with which the conditions of the examples add up to a contradiction, as small whole numbers."""
    rows: list[tuple[Vector, Fraction]] = []
    for x, t in zip(inputs, targets, strict=True):
        extended = (*x, Fraction(1))
        rows.append((tuple(-part for part in extended), Fraction(0)) if t else (extended, Fraction(-1)))
    weights = contradiction(rows)
    if weights is None:
        return None
    least = min(weight for weight in weights if weight)
    return tuple(weight / least for weight in weights)


def _sum(weights: Vector, x: Vector) -> Fraction:
    return sum((w * part for w, part in zip(weights, x, strict=True)), Fraction(0))
