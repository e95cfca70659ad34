"""This module defines dimensions: positive integers, known or symbolic, and affine subscripts over them.

A known dimension is a plain `int`; a symbolic one is a SymPy expression in positive integer symbols.
SymPy is imported only when the first symbol is made, so that problems with numbers start fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Dim = Any  # int, or a SymPy expression of positive integer symbols
Shape = tuple[Dim, ...]  # () scalar, (n,) vector, (m, n) matrix
Sizes = Mapping[str, int]  # values of the symbolic dimensions


def dim_symbol(name: str) -> Dim:
    """A symbolic dimension by name.

    >>> dim_symbol("N")
    N
    """
    from sympy import Symbol

    return Symbol(name, integer=True, positive=True)


def bind_dim(dim: Dim, sizes: Sizes) -> Dim:
    """The dimension with the sizes put in; an `int` as soon as nothing symbolic is left.

    >>> bind_dim(dim_symbol("n") + 1, {"n": 3})
    4
    """
    if isinstance(dim, int):
        return dim
    bound = dim.subs({symbol: sizes[symbol.name] for symbol in dim.free_symbols if symbol.name in sizes})
    return int(bound) if bound.is_Integer else bound


def bind_shape(shape: Shape, sizes: Sizes) -> Shape:
    """The shape with the sizes put in."""
    return tuple(bind_dim(dim, sizes) for dim in shape)


def dim_names(shapes: Iterable[Shape]) -> tuple[str, ...]:
    """The names of the symbolic dimensions in some shapes, in the order of their appearance."""
    found: dict[str, None] = {}
    for shape in shapes:
        for dim in shape:
            if not isinstance(dim, int):
                found.update(dict.fromkeys(sorted(symbol.name for symbol in dim.free_symbols)))
    return tuple(found)


def size_of(shape: Shape) -> Dim:
    """The number of entries."""
    total: Dim = 1
    for dim in shape:
        total = total * dim
    return total


def never_negative(dim: Dim) -> bool:
    """Whether a formula in sizes is shown to be zero or more, whatever the sizes are.

    >>> never_negative(dim_symbol("n") - 1), never_negative(dim_symbol("n") - 2)
    (True, False)
    """
    if isinstance(dim, int):
        return dim >= 0
    from sympy import expand

    beyond_one = expand(dim.subs({symbol: symbol + 1 for symbol in dim.free_symbols}))
    if not beyond_one.is_polynomial():
        return dim.is_nonnegative is True
    return all(coefficient >= 0 for coefficient in beyond_one.as_coefficients_dict().values())


def shape_text(shape: Shape) -> str:
    """A shape as mathematicians write it.

    >>> shape_text((2, 3)), shape_text((4,)), shape_text(())
    ('2 × 3', '4', '1')
    """
    return " × ".join(str(dim) for dim in shape) if shape else "1"


@dataclass(frozen=True, slots=True)
class Affine:
    """A subscript `const + Σ coefficient · letter` over the letters of a contraction, counted from 0."""

    terms: tuple[tuple[str, Dim], ...]
    const: Dim = 0

    def __str__(self) -> str:
        parts = [letter if c == 1 else f"{c}*{letter}" for letter, c in self.terms]
        return " + ".join([*parts, *([str(self.const)] if self.const != 0 or not parts else [])])


Subscript = str | Affine  # a bare letter is the common case


def affine(subscript: Subscript) -> Affine:
    """A subscript as an `Affine`, a bare letter included."""
    return Affine(((subscript, 1),)) if isinstance(subscript, str) else subscript


def compose(subscript: Subscript, env: Mapping[str, Affine]) -> Affine:
    """The subscript with letters replaced by affine forms.

    >>> str(compose(Affine((("i", 2),), 1), {"i": Affine((("k", 1),), 3)}))
    '2*k + 7'
    """
    form = affine(subscript)
    total: dict[str, Dim] = {}
    const = form.const
    for letter, coefficient in form.terms:
        inner = env.get(letter, Affine(((letter, 1),)))
        const = const + coefficient * inner.const
        for name, c in inner.terms:
            total[name] = total.get(name, 0) + coefficient * c
    return Affine(tuple((name, c) for name, c in total.items() if c != 0), const)


def bind_subscript(subscript: Subscript, sizes: Sizes) -> Subscript:
    """The subscript with the sizes put into its coefficients."""
    if isinstance(subscript, str):
        return subscript
    terms = tuple((letter, bind_dim(c, sizes)) for letter, c in subscript.terms)
    return Affine(terms, bind_dim(subscript.const, sizes))
