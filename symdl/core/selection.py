"""This module computes selections: masks of maxima and permutations of sorts, on any kind of number."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cmp_to_key
from itertools import combinations
from typing import Any

import numpy as np

from symdl.core.arithmetic import Undecided
from symdl.core.op import Select


def selector(op: Select) -> Callable[[Any], Any]:
    """The selection as a function of an array; it works along the last axis."""
    row = {"argmax": _mask, "argmin": _mask, "sort": _permutation}[op.kind]
    quick = _float_permutation if op.kind == "sort" else _float_mask
    sign = -1 if op.kind == "argmin" else 1

    def run(x: Any) -> Any:
        if x.dtype != object:
            return quick(sign * x, op.ties)
        rows = x.reshape(-1, x.shape[-1])
        parts = [row(sign * values, op.ties) for values in rows]
        return _objects(parts, x).reshape((*x.shape, x.shape[-1]) if op.kind == "sort" else x.shape)

    return run


def _float_mask(x: Any, ties: str) -> Any:
    if ties == "share":
        chosen = x == x.max(axis=-1, keepdims=True)
        return chosen / chosen.sum(axis=-1, keepdims=True)
    return (np.arange(x.shape[-1]) == x.argmax(axis=-1)[..., None]).astype(float)


def _float_permutation(x: Any, ties: str) -> Any:
    return np.eye(x.shape[-1])[x.argsort(axis=-1, kind="stable")]


def _objects(parts: list[Any], x: Any) -> Any:
    zero, weights = x.flat[0] * 0, np.array(parts, dtype=object)
    out = np.empty(weights.shape, dtype=object)
    for index in np.ndindex(out.shape):
        weight: Fraction = weights[index]  # type: ignore[assignment]
        out[index] = (zero + weight.numerator) / weight.denominator
    return out


def _mask(values: Any, ties: str) -> list[Fraction]:
    best = 0
    for k in range(1, len(values)):
        if _compare(values[k], values[best]) > 0:
            best = k
    rivals = range(best + 1, len(values)) if ties == "share" else ()
    chosen = [best, *(k for k in rivals if _compare(values[k], values[best]) == 0)]
    return [Fraction(int(k in chosen), len(chosen)) for k in range(len(values))]


def _permutation(values: Any, ties: str) -> list[list[Fraction]]:
    order = sorted(range(len(values)), key=cmp_to_key(lambda a, b: _compare(values[a], values[b])))
    return [[Fraction(int(k == place)) for k in range(len(values))] for place in order]


def has_ties(op: Select, x: Any) -> bool:
    """Whether the choice falls between equal entries, so that the tie rule decides."""
    if x.dtype != object:
        ordered = np.sort(x if op.kind != "argmin" else -x, axis=-1)
        equal = ordered[..., 1:] == ordered[..., :-1]
        return bool(np.any(equal if op.kind == "sort" else equal[..., -1:]))
    rows = x.reshape(-1, x.shape[-1])
    if op.kind == "sort":
        return any(_compare(a, b) == 0 for row in rows for a, b in combinations(row, 2))
    shared, sign = "share", -1 if op.kind == "argmin" else 1
    return any(max(_mask(sign * row, shared)) < 1 for row in rows)


def _compare(left: Any, right: Any) -> int:
    if left > right:
        return 1
    if left < right:
        return -1
    if left == right:
        return 0
    raise Undecided
