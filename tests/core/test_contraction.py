"""Contractions with any affine subscripts: against plain loops, closed under pullback, entry by entry."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.core.arithmetic import BALL
from symdl.core.contraction import DIRECT, kernel
from symdl.core.dims import Affine, Shape, Subscript
from symdl.core.entries import Entries
from symdl.core.op import Contract, contract, einsum
from symdl.core.positions import symbolic_position
from symdl.core.scalarize import scalarize
from symdl.core.tape import Tape
from symdl.formula.plain import to_plain
from symdl.formula.tree import Node, number, substitute
from tests.helpers.graphs import Array, agree, everything, of_kind, reread
from tests.helpers.programs import many

LETTERS = "ijk"


@st.composite
def contractions(draw: st.DrawFn) -> tuple[Contract, tuple[Shape, ...]]:
    """A random contraction of up to three arrays, its subscripts reaching outside and meeting one another."""
    sizes = st.integers(1, 3)
    loops = tuple((letter, draw(sizes)) for letter in LETTERS[: draw(st.integers(0, 3))])

    def subscript() -> Subscript:
        bare: bool = draw(st.booleans())
        if loops and bare:
            return draw(st.sampled_from([letter for letter, _ in loops]))
        terms = [(letter, draw(st.sampled_from([0, 1, 1, -1, 2, -2]))) for letter, _ in loops]
        return Affine(tuple(term for term in terms if term[1]), draw(st.integers(-1, 3)))

    def access() -> tuple[tuple[Subscript, ...], Shape]:
        subscripts = tuple(subscript() for _ in range(draw(st.integers(0, 2))))
        dims = dict(loops)
        return subscripts, tuple(dims[s] if isinstance(s, str) else draw(sizes) for s in subscripts)

    reads = [access() for _ in range(draw(st.integers(0, 3)))]
    write, out = access()
    op = contract(loops, tuple(read for read, _ in reads), write, out)
    return op, tuple(shape for _, shape in reads)


def arrays(shapes: tuple[Shape, ...], seed: int = 0) -> list[Array]:
    """Small whole numbers, so that sums are exact."""
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.integers(-5, 6, shape), dtype=float) for shape in shapes]


def by_loops(op: Contract, values: list[Array]) -> Array:
    """The contraction as its definition says it."""
    out = np.zeros(op.out)
    for choice in product(*(range(dim) for _, dim in op.loops)):
        env = dict(zip((letter for letter, _ in op.loops), choice, strict=True))
        target = position(op.write, env)
        if inside(target, op.out):
            term = 1.0
            for read, x in zip(op.reads, values, strict=True):
                where = position(read, env)
                term *= x[where] if inside(where, x.shape) else 0.0
            out[target] += term
    return out


def position(subscripts: tuple[Subscript, ...], env: dict[str, int]) -> tuple[int, ...]:
    """The place that subscripts name."""
    return tuple(
        env[s] if isinstance(s, str) else s.const + sum(c * env[letter] for letter, c in s.terms)
        for s in subscripts
    )


def inside(place: tuple[int, ...], shape: Shape) -> bool:
    """Whether a place is one of an array."""
    return all(0 <= k < n for k, n in zip(place, shape, strict=True))


def run(op: Contract, values: list[Array]) -> Array:
    """The contraction as it is computed; scalars are no arrays."""
    return kernel(op, tuple(x.shape for x in values))(*(x if x.shape else x[()] for x in values))


@many
@given(contractions())
def test_vectorized_and_gathered_forms_give_what_the_loops_give(case: tuple[Contract, tuple[Shape, ...]]):
    op, shapes = case
    values = arrays(shapes)
    assert agree(run(op, values), by_loops(op, values))


@pytest.mark.parametrize("pattern", DIRECT)
def test_the_patterns_with_a_quick_way_are_contracted_right(pattern: str):
    op = einsum(pattern, {"a": 2, "b": 3, "c": 4})
    dims = dict(op.loops)
    values = arrays(tuple(tuple(dims[str(letter)] for letter in read) for read in op.reads))
    assert agree(run(op, values), by_loops(op, values))


@many
@given(contractions())
def test_objects_are_contracted_like_floats(case: tuple[Contract, tuple[Shape, ...]]):
    op, shapes = case
    values = arrays(shapes)
    for kind in (Fraction, lambda x: BALL.number(Fraction(x))):
        found = run(op, [np.asarray(of_kind(x if x.shape else float(x), kind), dtype=object) for x in values])
        assert agree(np.vectorize(float, otypes=[float])(found), by_loops(op, values))


@many
@given(contractions())
def test_the_pullback_is_the_adjoint(case: tuple[Contract, tuple[Shape, ...]]):
    """<u, C(x, y)> = <C*(u, y), x>, whatever the subscripts."""
    op, shapes = case
    values = arrays(shapes)
    (up,) = arrays((op.out,), 1)
    for k, shape in enumerate(shapes):
        pulled = op.pullback(k, shape)
        others = [x for j, x in enumerate(values) if j != k]
        assert np.sum(up * run(op, values)) == np.sum(values[k] * run(pulled, [up, *others]))


@many
@given(contractions())
def test_the_pullback_of_the_pullback_is_the_contraction(case: tuple[Contract, tuple[Shape, ...]]):
    op, shapes = case
    for k, shape in enumerate(shapes):
        again = op.pullback(k, shape).pullback(0, op.out)
        assert (again.loops, again.write, again.out) == (op.loops, op.write, op.out)
        assert again.reads[0] == op.reads[k]


@many
@given(contractions(), st.booleans())
def test_entries_are_those_of_the_array(case: tuple[Contract, tuple[Shape, ...]], expanded: bool):
    op, shapes = case
    tape = Tape()
    args = tuple(tape.input(name, shape) for name, shape in zip("xyz", shapes, strict=False))
    out = tape.emit(op, args, "f")
    graph = tape.graph(out)
    at = dict(zip("xyz", (x if x.shape else float(x) for x in arrays(shapes)), strict=False))
    values = everything(graph, at)
    entries = Entries(graph, expanded)
    letters = entries.letters(len(op.out))
    general = entries.line(out, symbolic_position(letters))
    for place in np.ndindex(op.out):
        counted: dict[str, Node] = {letter: number(k + 1) for letter, k in zip(letters, place, strict=True)}
        fixed = entries.line(out, tuple(Affine((), k) for k in place))
        for node in (substitute(general, counted), fixed):
            found = reread(to_plain(node), {str(var.name): var for var in args}, values)
            assert agree(found, np.asarray(values[out])[place])


@many
@given(contractions())
def test_scalars_are_those_of_the_array(case: tuple[Contract, tuple[Shape, ...]]):
    op, shapes = case
    tape = Tape()
    args = tuple(tape.input(name, shape) for name, shape in zip("xyz", shapes, strict=False))
    graph = tape.graph(tape.emit(op, args, "f"))
    at = dict(zip("xyz", arrays(shapes), strict=False))
    scalars = scalarize(graph)
    named = {
        str(var.name): float(at[str(source.name)][place])
        for (source, place), var in scalars.entries.items()
        if source in args
    }
    found = everything(scalars.graph, named)
    expected = by_loops(op, [at[str(var.name)] for var in args])
    assert all(found[scalars.entries[graph.output, place]] == expected[place] for place in np.ndindex(op.out))
