"""This module judges numbers: to the digits of the problem, to the digits written, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import Any, Literal

import numpy as np

from symdl.formula.tree import Array, Name, Negate, Node, Number, children

Closeness = Literal["right", "close", "wrong"]
LEAST_DIGITS = 2  # fewer say too little about a number
CLOSE = 0.01  # relative


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number or an array as handed in, with the significant digits written of each entry (0: exact)."""

    value: Any
    digits: tuple[int, ...]


def is_number(node: Node) -> bool:
    """Whether a formula has no names in it but e and pi."""
    if isinstance(node, Name):
        return node.text in ("e", "pi")
    return isinstance(node, Number) or (bool(children(node)) and all(map(is_number, children(node))))


def digits_of(node: Node) -> tuple[int, ...]:
    """The significant digits written of every entry.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> digits_of(read_formula("[0.0160, 2, 1/3]", Scope()))
    (3, 1, 0)
    """
    return tuple(_digits(leaf) for leaf in _leaves(node))


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, Array):
        for item in node.items:
            yield from _leaves(item)
    else:
        yield node


def _digits(node: Node) -> int:
    if isinstance(node, Negate):
        return _digits(node.arg)
    if not isinstance(node, Number):
        return 0
    text = (node.written or str(node.value)).lower().partition("e")[0]
    return 0 if "/" in text else len(text.replace(".", "").lstrip("0")) or 1


def closeness(answer: Numbers, truth: Any, digits: int) -> tuple[Closeness, tuple[int, ...] | None]:
    """How near numbers are to the truth, and the first entry that is off, counted from 1."""
    given, right = np.asarray(answer.value, dtype=float), np.asarray(truth, dtype=float)
    scale = float(np.max(np.abs(right), initial=0.0))
    verdicts = [
        _one(float(g), float(r), scale, written, digits)
        for g, r, written in zip(given.flat, right.flat, answer.digits, strict=True)
    ]
    worst: Closeness = "wrong" if "wrong" in verdicts else "close" if "close" in verdicts else "right"
    if worst == "right":
        return worst, None
    at = next(k for k, verdict in enumerate(verdicts) if verdict != "right")
    return worst, tuple(int(i) + 1 for i in np.unravel_index(at, given.shape)) if given.shape else None


def _one(given: float, right: float, scale: float, written: int, digits: int) -> Closeness:
    if not isfinite(given):
        return "wrong"
    gap = abs(given - right)
    if right == 0:
        return "right" if gap <= scale * 10.0**-digits * 1e-2 + 1e-12 else "wrong"
    if gap <= unit(right, digits) * (1 + 1e-9):
        return "right"
    if written and LEAST_DIGITS <= written < digits and gap <= unit(right, written) * 0.5000001:
        return "close"
    return "close" if gap <= CLOSE * abs(right) else "wrong"


def shortened(answer: Numbers, truth: Any) -> bool:
    """Whether numbers are the truth itself, written with too few digits."""
    pairs = zip(np.ravel(answer.value), np.ravel(truth), answer.digits, strict=True)
    return all(
        bool(digits) and (g == r or (r != 0 and abs(g - r) <= unit(float(r), digits) * 0.5000001))
        for g, r, digits in pairs
    )


def unit(value: float, digits: int) -> float:
    """One in the last of so many significant digits.

    >>> unit(0.0160, 3)
    0.0001
    """
    return float(10.0 ** (floor(log10(abs(value))) - digits + 1))
