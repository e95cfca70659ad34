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
    """The selection as a function of an array and, where not all entries count, which ones do; it works
    along the last axis.
    """
    quick = _float_permutation if op.kind == "sort" else _float_mask
    sign = -1 if op.kind == "argmin" else 1

    def run(x: Any, among: Any = None) -> Any:
        if x.dtype != object:
            return quick(_counting(sign * x, among), op.ties)
        rows = x.reshape(-1, x.shape[-1])
        counted = [None] * len(rows) if among is None else among.reshape(rows.shape)
        if op.kind == "sort":
            parts: list[Any] = [_permutation(values) for values in rows]
        else:
            parts = [_mask(sign * x, op.ties, own) for x, own in zip(rows, counted, strict=True)]
        return _objects(parts, x).reshape((*x.shape, x.shape[-1]) if op.kind == "sort" else x.shape)

    return run


def _counting(x: Any, among: Any) -> Any:
    """Numbers of which those that do not count are less than all others."""
    return x if among is None else np.where(among > 0, x, -np.inf)


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


def _mask(values: Any, ties: str, among: Any = None) -> list[Fraction]:
    first, *others = (k for k in range(len(values)) if among is None or float(among[k]))
    best = first
    for k in others:
        if _compare(values[k], values[best]) > 0:
            best = k
    rivals = [k for k in others if k > best] if ties == "share" else []
    chosen = [best, *(k for k in rivals if _compare(values[k], values[best]) == 0)]
    return [Fraction(int(k in chosen), len(chosen)) for k in range(len(values))]


def _permutation(values: Any) -> list[list[Fraction]]:
    order = sorted(range(len(values)), key=cmp_to_key(lambda a, b: _compare(values[a], values[b])))
    return [[Fraction(int(k == place)) for k in range(len(values))] for place in order]


def has_ties(op: Select, x: Any, among: Any = None) -> bool:
    """Whether the choice falls between equal entries, so that the tie rule decides."""
    if among is not None:
        rows, counting = x.reshape(-1, x.shape[-1]), among.reshape(-1, x.shape[-1])
        kept = zip(rows, counting, strict=True)
        return any(has_ties(op, row[[bool(float(k)) for k in own]]) for row, own in kept)
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
