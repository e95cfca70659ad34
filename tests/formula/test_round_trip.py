"""Reading inverts printing: for tables of typed formulas and for random trees."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.errors import FormulaError
from symdl.formula.plain import to_plain
from symdl.formula.pretty import to_text
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tex import to_tex
from symdl.formula.tree import (
    Apply,
    Array,
    Bars,
    Compare,
    Index,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Relation,
    Repeat,
    RepeatOver,
    Slice,
    Style,
    Sum,
    Transpose,
)

NAMES = ("a", "b", "W1", "h_1", "y_hat", "alpha", "T", "x", "e", "loss", "Theta")
BOUND = ("i", "k", "v2")
FUNCTIONS = ("sin", "relu", "softmax", "where", "sqrt", "lstm_cell", "log2")
SCOPE = Scope(frozenset({*NAMES, *BOUND}), frozenset({*FUNCTIONS, "sum", "prod"}))

NUMBERS = [Number(Fraction(value)) for value in (0, 1, 2, 10, 365)]
NUMBERS += [Number(Fraction(text), text) for text in ("0.10", "0.5", ".5", "1e-5", "2.50", "007")]
LEAVES: list[Node] = [*NUMBERS, *map(Name, NAMES), *map(Name, BOUND)]
STYLES: list[Style] = ["juxtaposed", "star", "at"]
RELATIONS: list[Relation] = ["=", "<", ">", "<=", ">=", "!="]
KINDS: list[Literal["sum", "prod"]] = ["sum", "prod"]


@st.composite
def trees(draw: st.DrawFn, depth: int = 4, *, readable: bool = True) -> Node:
    """A random tree; with `readable`, one that some text stands for."""
    return _Grower(draw, readable).node(draw(st.integers(0, depth)))


class _Grower:
    """Grows a tree downwards; `without` are the kinds that the grammar does not have in a place."""

    def __init__(self, draw: st.DrawFn, readable: bool) -> None:
        self.draw = draw
        self.growers = [
            self.negate, self.sum, self.product, self.product, self.quotient, self.power, self.transpose,
            self.bars, self.apply, self.index, self.array, self.compare, self.repeat, self.repeat_over,
            *([] if readable else [self.marked, self.partial]),
        ]  # fmt: skip

    def one(self, items: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(items))

    def flip(self) -> bool:
        return self.draw(st.booleans())

    def node(self, depth: int, *without: type) -> Node:
        if depth:
            found: Node = self.one(self.growers)(depth - 1)
            if not isinstance(found, without):
                return found
        return cast(Node, self.one([leaf for leaf in LEAVES if not isinstance(leaf, without)]))

    def value(self, depth: int, *without: type) -> Node:
        return self.node(depth, Compare, *without)

    def some(self, depth: int, least: int, most: int = 3) -> tuple[Node, ...]:
        return tuple(self.value(depth) for _ in range(self.draw(st.integers(least, most))))

    def negate(self, depth: int) -> Node:
        return Negate(self.value(depth))

    def sum(self, depth: int) -> Node:
        return Sum(self.some(depth, 2))

    def product(self, depth: int) -> Node:
        factors = self.some(depth, 2, 4)
        return Product(factors, tuple(self.one(STYLES) for _ in factors[1:]))

    def quotient(self, depth: int) -> Node:
        return Quotient(self.value(depth), self.value(depth))

    def power(self, depth: int) -> Node:
        return Power(self.value(depth), self.value(depth))

    def transpose(self, depth: int) -> Node:
        return Transpose(self.value(depth))

    def bars(self, depth: int) -> Node:
        return Bars(self.value(depth, Bars))

    def apply(self, depth: int) -> Node:
        words = ((self.one(["axis", "stride"]), self.value(depth)),) if self.flip() else ()
        args = tuple(self.node(depth) for _ in range(self.draw(st.integers(0, 3))))
        return Apply(self.one(FUNCTIONS), args, words)

    def index(self, depth: int) -> Node:
        return Index(self.value(depth, Number), (self.subscript(depth), self.subscript(0)))

    def subscript(self, depth: int) -> Node | Slice:
        if self.flip():
            return self.value(depth)
        return Slice(*(None if self.flip() else self.value(depth) for _ in range(2)))

    def array(self, depth: int) -> Node:
        width = self.draw(st.integers(1, 3))
        rows = [tuple(self.value(depth, Array) for _ in range(width)) for _ in range(1 + self.flip())]
        return Array(tuple(map(Array, rows))) if self.flip() else Array(rows[0])

    def compare(self, depth: int) -> Node:
        return Compare(self.one(RELATIONS), self.value(depth), self.value(depth))

    def repeat(self, depth: int) -> Node:
        return Repeat(self.one(KINDS), self.node(depth), self.one(BOUND), self.value(0), self.value(depth))

    def repeat_over(self, depth: int) -> Node:
        return RepeatOver(self.one(KINDS), self.node(depth), self.one(BOUND), self.value(depth))

    def marked(self, depth: int) -> Node:
        mark = self.one(["upstream", "local", "changed", "shape", "brace"])
        return Marked(self.node(depth), mark, self.one([None, "2 × 3", "a_b 50%"]))

    def partial(self, depth: int) -> Node:
        return Partial(self.value(depth), self.some(depth, 1, 2), self.one(["partial", "local", "total"]))


@settings(max_examples=300, deadline=None)
@given(trees())
def test_reading_inverts_printing(tree: Node) -> None:
    text = to_plain(tree)
    try:
        assert read_formula(text, SCOPE) == tree
    except FormulaError as error:
        assert error.key.endswith(("_too_large", "too_many_terms", "too_long", "too_many_parts")), text


@settings(max_examples=300, deadline=None)
@given(trees(readable=False))
def test_every_tree_prints_with_balanced_brackets(tree: Node) -> None:
    tex, text, plain = to_tex(tree), to_text(tree), to_plain(tree)
    bare = tex.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert tex.count(r"\left") == tex.count(r"\right")
    assert tex.count(r"\begin") == tex.count(r"\end")
    for printed in (text, plain):
        assert printed.count("(") == printed.count(")")
        assert printed.count("[") == printed.count("]")


@pytest.mark.parametrize(
    "text",
    [
        "W1 x + b",
        "a (1 - a)",
        "1/2 x",
        "a/(b x)",
        "-(a + b)",
        "2^(-x)",
        "(-2)^2",
        "a - (b - x)",
        "x^(T)",
        "W1.T x",
        "(W1 x)[1]",
        "|a| - |b|",
        "|(|a| + b)|",
        "a (2)",
        "W1 ([1, 2])",
        "where(a == b, 1, 0)",
        "softmax(x, axis=2)",
        "sum(sum(a[i, k], k=1..3), i=1..3)",
        "0.10 x - 1e-5",
        "[[1, 2], [3, 4]]",
        "x[2:4] + W1[1, :]",
    ],
)
def test_a_typed_formula_prints_as_typed(text: str) -> None:
    assert to_plain(read_formula(text, SCOPE)) == text
