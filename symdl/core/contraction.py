"""This module computes contractions on arrays: vectorized for the common patterns, gathered for the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from symdl.core.dims import Affine, Shape, Subscript
from symdl.core.op import Contract

Kernel = Callable[..., Any]

# Patterns whose NumPy spelling is quicker than `einsum`, by their canonical letters.
DIRECT: dict[str, Kernel] = {
    "ab,b->a": np.dot,
    "ab,a->b": lambda A, x: np.dot(x, A),
    "a,ab->b": np.dot,
    "a,ba->b": lambda x, A: np.dot(A, x),
    "a,b->ab": lambda x, y: x[:, None] * y,
    "a,b->ba": lambda x, y: y[:, None] * x,
    "ab,bc->ac": np.dot,
    "ab,ac->bc": lambda A, B: np.dot(A.T, B),
    "ab,ac->cb": lambda A, B: np.dot(B.T, A),
    "ab,cb->ac": lambda A, B: np.dot(A, B.T),
    "ab,cb->ca": lambda A, B: np.dot(B, A.T),
    "ab,ca->cb": lambda A, B: np.dot(B, A),
    "a,a->": np.dot,
    "a->": lambda x: x.sum(),
    "ab->": lambda A: A.sum(),
    "ab->a": lambda A: A.sum(axis=1),
    "ab->b": lambda A: A.sum(axis=0),
    "ab->ba": lambda A: A.T,
    ",->": lambda x, y: x * y,
    ",a->a": lambda c, x: c * x,
    ",ab->ab": lambda c, A: c * A,
    "a,->a": lambda x, c: x * c,
    "ab,->ab": lambda A, c: A * c,
    "ab,ab->": lambda A, B: np.vdot(A, B) if A.dtype != object else (A * B).sum(),
}


@cache
def kernel(op: Contract, shapes: tuple[Shape, ...]) -> Kernel:
    """The contraction as a function of arrays of the given shapes; all dimensions known."""
    dims = dict(op.loops)
    if _plain(op, shapes, dims):
        direct = DIRECT.get(canonical(op))
        if direct is not None and not idle(op):
            return direct
        if _injective(op):
            return _einsum(op, dims)
    return _gathered(op, shapes, dims)


def idle(op: Contract) -> bool:
    """Whether a loop stands in no subscript, so that all it does is repeat."""
    return {letter for letter, _ in op.loops} != letters_of((*op.reads, op.write))


def letters_of(accesses: tuple[tuple[Subscript, ...], ...]) -> set[str]:
    """The loop letters in some subscripts."""
    return {letter for access in accesses for subscript in access for letter in _letters(subscript)}


def canonical(op: Contract) -> str:
    """The pattern of a contraction in letters a, b, c, … by first appearance; `*` where a subscript
    is not a bare letter.

    >>> from symdl.core.op import einsum
    >>> canonical(einsum("mn,n->m", {"m": 2, "n": 3}))
    'ab,b->a'
    """
    seen: dict[str, str] = {}

    def spell(subscript: Subscript) -> str:
        if not isinstance(subscript, str):
            return "*"
        return seen.setdefault(subscript, chr(ord("a") + len(seen)))

    reads = ",".join("".join(map(spell, read)) for read in op.reads)
    return f"{reads}->{''.join(map(spell, op.write))}"


def _plain(op: Contract, shapes: tuple[Shape, ...], dims: dict[str, int]) -> bool:
    """Whether every subscript is a bare letter that runs over its whole axis."""
    pairs = [
        (s, n) for read, shape in zip(op.reads, shapes, strict=True) for s, n in zip(read, shape, strict=True)
    ]
    pairs += list(zip(op.write, op.out, strict=True))
    return all(isinstance(s, str) and dims[s] == n for s, n in pairs) and len(op.loops) <= 20


def _injective(op: Contract) -> bool:
    return len(set(op.write)) == len(op.write)


def _einsum(op: Contract, dims: dict[str, int]) -> Kernel:
    letters = {letter: chr(ord("a") + k) for k, (letter, _) in enumerate(op.loops)}
    read = {s for subscripts in op.reads for s in subscripts}
    inner = [s for s in op.write if s in read]
    spec = ",".join("".join(letters[str(s)] for s in subscripts) for subscripts in op.reads)
    spec = f"{spec}->{''.join(letters[str(s)] for s in inner)}"
    summed = int(np.prod([n for s, n in op.loops if s not in read and s not in op.write] or [1]))
    index = tuple(slice(None) if s in read else None for s in op.write)
    out = tuple(int(n) for n in op.out)

    def run(*arrays: Any) -> Any:
        if not arrays:
            return np.full(out, float(summed))
        y = np.einsum(spec, *map(_array, arrays)) if spec != "->" else arrays[0]
        y = _array(y * summed if summed != 1 else y)
        y = np.broadcast_to(y[index] if index else y, out)
        return y if out else y[()]

    return run


def _array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value
    box = np.empty((), dtype=float if isinstance(value, float | int) else object)
    box[()] = value
    return box


def _gathered(op: Contract, shapes: tuple[Shape, ...], dims: dict[str, int]) -> Kernel:
    """Reads gathered by index arrays, multiplied and summed by `einsum`, written by index arrays."""
    order = {letter: chr(ord("a") + k) for k, (letter, _) in enumerate(op.loops)}
    gathers = [_gather(read, shape, dims) for read, shape in zip(op.reads, shapes, strict=True)]
    written = tuple(dict.fromkeys(letter for s in op.write for letter in _letters(s)))
    have = {letter for letters, _ in gathers for letter in letters}
    inner = [letter for letter in written if letter in have]
    spec = ",".join("".join(order[s] for s in letters) for letters, _ in gathers)
    spec = f"{spec}->{''.join(order[s] for s in inner)}"
    repeated = int(np.prod([n for s, n in op.loops if s not in have and s not in written] or [1]))
    scatter = _scatter(op, written, [letter in have for letter in written], dims)

    def run(*arrays: Any) -> Any:
        parts = [gather(_array(x)) for (_, gather), x in zip(gathers, arrays, strict=True)]
        term = np.einsum(spec, *map(_array, parts)) if parts else 1.0
        return scatter(_array(term * repeated if repeated != 1 else term))

    return run


def _letters(subscript: Subscript) -> tuple[str, ...]:
    return (subscript,) if isinstance(subscript, str) else tuple(letter for letter, _ in subscript.terms)


def _index_grid(
    subscripts: tuple[Subscript, ...], letters: tuple[str, ...], shape: Shape, dims: dict[str, int]
) -> tuple[tuple[Any, ...], Any]:
    """Index arrays over a grid of letters, and where all of them are inside the shape."""
    grid = np.indices([dims[letter] for letter in letters]) if letters else np.zeros((0,), dtype=int)
    place = {letter: k for k, letter in enumerate(letters)}
    size = tuple(dims[letter] for letter in letters)
    inside = np.ones(size, dtype=bool)
    index = []
    for subscript, n in zip(subscripts, shape, strict=True):
        form = subscript if isinstance(subscript, Affine) else Affine(((subscript, 1),))
        value = np.full(size, int(form.const))
        for letter, c in form.terms:
            value = value + int(c) * grid[place[letter]]
        inside &= (value >= 0) & (value < int(n))
        index.append(value)
    return tuple(index), inside


def _gather(
    read: tuple[Subscript, ...], shape: Shape, dims: dict[str, int]
) -> tuple[tuple[str, ...], Kernel]:
    letters = tuple(dict.fromkeys(letter for s in read for letter in _letters(s)))
    index, inside = _index_grid(read, letters, shape, dims)
    if not read:
        return letters, lambda x: x
    clipped = tuple(np.clip(i, 0, max(int(n) - 1, 0)) for i, n in zip(index, shape, strict=True))
    if inside.all():
        return letters, lambda x: x[clipped]
    return letters, lambda x: np.where(inside, x[clipped], 0 if x.dtype != object else _zero(x))


def _zero(x: Any) -> Any:
    return x.flat[0] * 0 if x.size else 0


def _scatter(op: Contract, letters: tuple[str, ...], present: list[bool], dims: dict[str, int]) -> Kernel:
    index, inside = _index_grid(op.write, letters, op.out, dims)
    size = tuple(dims[letter] for letter in letters)
    expand = tuple(slice(None) if here else None for here in present)
    out = tuple(int(n) for n in op.out)
    kept = tuple(i[inside] for i in index)

    def run(term: Any) -> Any:
        full = np.broadcast_to(term[expand] if expand else term, size)
        if not out:
            return full.sum()
        y = np.zeros(out, dtype=term.dtype)
        if term.dtype == object:
            y[...] = _zero(term) if term.size else 0
        np.add.at(y, kept, full[inside])
        return y

    return run
