"""This module writes positions of entries: affine forms counted from 0, which print counted from 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product as combinations

from symdl.core.dims import Affine, Dim, Shape
from symdl.core.graph import Adjoint, Var
from symdl.core.naming import dim_node, is_negative, leaf, name_node, origin
from symdl.formula.tree import ONE, Index, Name, Negate, Node, Partial, Product, Sum, plus, times

Position = tuple[Affine, ...]
PRINTED = "'"  # marks an index letter that is printed, apart from the loop letters of an op


def minus(left: Affine, right: Affine) -> Affine:
    """The difference of two affine forms."""
    terms = dict(left.terms)
    for letter, c in right.terms:
        terms[letter] = terms.get(letter, 0) - c
    return Affine(tuple((letter, c) for letter, c in terms.items() if c != 0), left.const - right.const)


def subscript(form: Affine) -> Node:
    """A position as it is printed, counted from 1."""
    return written_form(form.terms, form.const + 1 - sum(c for _, c in form.terms))


def written_form(forms: tuple[tuple[str, Dim], ...], const: Dim) -> Node:
    """Multiples of letters and a constant as a sum, what is subtracted last."""
    match forms:
        case ((letter, 1),) if const == 0:
            return Name(letter.removeprefix(PRINTED))
    terms = [
        _multiple(letter.removeprefix(PRINTED), c)
        for letter, c in sorted(forms, key=lambda term: is_negative(term[1]))
    ]
    if not terms or const != 0:
        terms.append(dim_node(const))
    return plus(*(part for term in terms for part in (term.terms if isinstance(term, Sum) else (term,))))


def _multiple(letter: str, c: Dim) -> Node:
    if is_negative(c):
        return Negate(_multiple(letter, -c))
    factor = dim_node(c)
    factors = factor.factors if isinstance(factor, Product) else (factor,)
    return times(*(f for f in factors if f != ONE), Name(letter), style="juxtaposed")


def entry_name(var: Var, position: Position) -> Node:
    """The name of an entry: `W[1,2]`, or the derivative by it for an adjoint."""
    subscripts = tuple(map(subscript, position))
    if isinstance(var.name, Adjoint):
        rank, (of, before) = var.name.rank, origin(var.name)
        last = _subscripted(leaf(var.name.by), subscripts[rank:])
        if before:
            return Partial(
                leaf(of), (*map(leaf, before[:-1]), _subscripted(leaf(before[-1]), subscripts[:rank]), last)
            )
        return Partial(_subscripted(leaf(of), subscripts[:rank]), (last,))
    return _subscripted(name_node(var), subscripts)


def _subscripted(node: Node, subscripts: tuple[Node, ...]) -> Node:
    if not subscripts:
        return node
    if isinstance(node, Index):
        return Index(node.base, (*node.subscripts, *subscripts))
    return Index(node, subscripts)


def positions(shape: Shape) -> Iterator[Position]:
    """All positions of an array of known size, row by row."""
    return map(fixed_position, combinations(*(range(dim) for dim in shape)))


def fixed_position(index: Iterable[int]) -> Position:
    """The position of an entry, counted from 0."""
    return tuple(Affine((), int(k)) for k in index)


def symbolic_position(letters: tuple[str, ...]) -> Position:
    """A general position, by its letters."""
    return tuple(Affine(((PRINTED + letter, 1),)) for letter in letters)


def printed_letters(forms: Position) -> set[str]:
    """The index letters that some positions show."""
    return {letter.removeprefix(PRINTED) for form in forms for letter, _ in form.terms}
