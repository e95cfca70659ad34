"""The named teaching moves: what each does, and that none changes a value."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.autodiff import gathering, rewriting
from symdl.autodiff.gathering import expanded, gathered
from symdl.autodiff.moving import Facts
from symdl.autodiff.rewriting import simplified
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.op import pointwise
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import (
    Apply,
    Marked,
    Name,
    Negate,
    Node,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    number,
    times,
)
from symdl.formula.walking import walk
from tests.helpers.graphs import agree, build, read, value

NAMES = ["x", "u", "v", "W", "p", "P", "n"]
MOVES = [
    ("1 x", ["drop_one"], "x"),
    ("x * 1 * u", ["drop_one"], "x * u"),
    ("x / 1", ["drop_one"], "x"),
    ("x^1", ["drop_one"], "x"),
    ("eye(n) W.T", ["drop_one"], "W.T"),
    ("0 x + u", ["drop_zero"], "u"),
    ("x - 0", ["drop_zero"], "x"),
    ("-(-x)", ["signs"], "x"),
    ("x (-u)", ["signs"], "-x u"),
    ("(-x) (-u)", ["signs"], "x u"),
    ("(-1) x u", ["signs"], "-x u"),
    ("(-1) (-1)", ["signs"], "1"),
    ("u - (-x)", ["signs"], "u + x"),
    ("1/2 (2 x)", ["merge_constants"], "x"),
    ("W diag(2 v) W", ["to_front"], "2 W diag(v) W"),
    ("diag(-v)", ["signs"], "-diag(v)"),
    ("trace(2 W)", ["to_front"], "2 trace(W)"),
    ("3 (2 x)", ["merge_constants"], "6 x"),
    ("1/(2 n) (2 x)", ["merge_constants"], "1/n x"),
    ("3 (1/(2 n) x)", ["merge_constants"], "3/(2 n) x"),
    ("1/(2 n) x", [], "1/(2 n) x"),
    ("(2 x).T", ["to_front"], "2 x.T"),
    ("u ((1/2) (-1) x).T", ["signs", "to_front"], "-1/2 u x.T"),
    ("(-x).T u", ["signs"], "-x.T u"),
    ("sum(-x u)", ["signs"], "-sum(x u)"),
    ("4/(2 n) x", ["merge_constants"], "2/n x"),
    ("x + x", ["collect"], "2 x"),
    ("2 x + u + 3 x", ["collect"], "5 x + u"),
    ("x - x", ["collect"], "0"),
    ("4 + 9", [], "4 + 9"),
    ("x u", [], "x u"),
    ("W.T eye(n) x", ["drop_one"], "W.T x"),
    ("2 eye(n)", [], "2 eye(n)"),
]


def last(node: Node, facts: Facts | None = None) -> tuple[list[str], str]:
    """The moves made and what is left."""
    forms = list(simplified(node, facts or Facts()))
    return [form.rule for form in forms], to_plain(forms[-1].node if forms else node)


@pytest.mark.parametrize("text, rules, expected", MOVES, ids=[text for text, _, _ in MOVES])
def test_moves(text: str, rules: list[str], expected: str):
    assert last(read(text, NAMES)) == (rules, expected)


def test_scalars_stand_in_front_of_gradients_and_of_transposes():
    L, x, u, s = map(Name, ("L", "x", "u", "s"))
    facts = Facts(ranks={L: 0, x: 1, u: 1, s: 0})
    slope = Partial(L, (x,))
    behind = Product((slope, s), ("juxtaposed",))
    assert last(behind, facts) == (["to_front"], "s (dL/dx)")
    assert last(Product((x, s), ("juxtaposed",)), facts) == ([], "x s")  # as a teacher has written it
    assert last(read("u (s x).T", ["u", "s", "x"]), facts) == (["to_front"], "s u x.T")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("concat(zeros(1), x[1:3]) + u + concat(x[4:4], zeros(3))", "u + concat(x[4:4], x[1:3])"),
        ("concat(zeros(n - 1), x[1:1]) + concat(x[2:n], zeros(1))", "concat(x[2:n], x[1:1])"),
        ("concat(zeros(2), x[1:3]) + concat(x[4:4], zeros(3))",
         "concat(zeros(2), x[1:3]) + concat(x[4:4], zeros(3))"),
        ("concat(x[4:4], zeros(3)) + concat(x[4:4], zeros(3))", "2 concat(x[4:4], zeros(3))"),
    ],
)  # fmt: skip
def test_pieces_with_zeros_are_laid_together(text: str, expected: str):
    assert last(read(text, NAMES))[1] == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("W diag(x) diag(u) W", "W diag(x * u) W"),
        ("W diag(x * u) diag(x) diag(u)", "W diag(x^2 * u^2)"),
        ("((W diag(x)) diag(u)) diag(x) W", "W diag(x^2 * u) W"),
        ("diag(x) W diag(x)", "diag(x) W diag(x)"),
        ("diag(x) * diag(u)", "diag(x) * diag(u)"),
    ],
)
def test_neighboring_diagonal_matrices_are_multiplied(text: str, expected: str):
    facts = Facts(ranks={Name("x"): 1, Name("u"): 1, Name("W"): 2})
    assert last(read(text, NAMES), facts)[1] == expected


def test_the_derivative_of_a_quantity_by_itself_is_one():
    L = Name("L")
    assert last(Product((Partial(L, (L,)), Name("x")), ("juxtaposed",))) == (["seed", "drop_one"], "x")
    assert last(Partial(L, (Name("x"),))) == ([], "dL/dx")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("sum(p) x - u", "x - u"),
        ("sum(p[i], i=1..3) x", "x"),
        ("sum(p[i], i=1..2) x", "sum(p[i], i=1..2) x"),
        ("sum(p[i], i=2..3) x", "sum(p[i], i=2..3) x"),
        ("sum(p[i] x, i=1..3)", "sum(p[i] x, i=1..3)"),
        ("sum(u[i], i=1..3)", "sum(u[i], i=1..3)"),
        ("P ones(3) ones(3).T - W", "1 - W"),
        ("sum(P[2, j], j=1..3)", "1"),
        ("sum(P[i, 2], i=1..4)", "sum(P[i, 2], i=1..4)"),
        ("sum(P)", "sum(P)"),
    ],
)
def test_the_entries_of_a_distribution_sum_to_one(text: str, expected: str):
    assert last(read(text, NAMES), Facts({"p": (3,), "P": (4, 3)}))[1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W.T ((x - u) / n)", "1/n W.T (x - u)"),
        ("W (1/n x)", "1/n W x"),
        ("sum((x - u) / n)", "1/n sum(x - u)"),
        ("sum(2/n x)", "2/n sum(x)"),
        ("-W (x / n)", "-1/n W x"),
        ("(x / n) u.T", "1/n x u.T"),
        ("(x - u) / n", "(x - u)/n"),
        ("1/n W x", "1/n W x"),
        ("W (x / u)", "W (x/u)"),
        ("sum(1 / n)", "sum(1/n)"),
        ("W (1/2 x)", "1/2 W x"),
        ("sum(2 u[i], i=1..3)", "2 sum(u[i], i=1..3)"),
        ("sum(1/2 u[i], i=1..3) + sum(1/2 u[i], i=1..3)", "sum(u[i], i=1..3)"),
    ],
)
def test_constants_and_sizes_stand_in_front(text: str, expected: str) -> None:
    assert last(read(text, NAMES), Facts(sizes=frozenset({"n"})))[1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W.T x", "W x"),
        ("1/2 W x + 1/2 W.T x", "W x"),
        ("1/2 eye(n) W.T + 1/2 W", "W"),
        ("P.T x", "P.T x"),
    ],
)
def test_a_symmetric_matrix_is_its_own_transpose(text: str, expected: str) -> None:
    assert last(read(text, NAMES), Facts(symmetric=frozenset({"W"})))[1] == expected


def test_marks_stay_on_what_is_left():
    node = Product(
        (number(1), Marked(Name("x"), "upstream"), Marked(number(1), "local")), ("juxtaposed",) * 2
    )
    (form,) = simplified(node)
    assert form.node == Marked(Name("x"), "upstream")


# Random formulas of scalars: no move changes what they are worth.

LEAVES: list[Node] = [
    Name("x"),
    Name("u"),
    number(0),
    number(1),
    number(2),
    number(Fraction(1, 3)),
    Negate(number(1)),
]


def grown(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """One step up in a random formula."""
    numbers: list[Node] = [number(0), number(1), number(2), Negate(number(1)), number(3)]
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        several.map(Sum),
        several.map(lambda factors: times(*factors, style="juxtaposed")),
        several.map(lambda factors: times(*factors)),
        st.builds(Quotient, parts, parts),
        st.builds(Power, parts, st.sampled_from(numbers)),
        parts.map(Negate),
        parts.map(lambda part: Apply("exp", (Quotient(part, number(9)),))),
        parts.map(lambda part: Marked(part, "changed")),
    )


formulas = st.recursive(st.sampled_from(LEAVES), grown, max_leaves=8)


def worth(node: Node) -> float:
    """The value of a formula at a fixed point; nan or infinite where it divides by zero."""
    with np.errstate(all="ignore"):
        return float(
            body_function(pointwise("test", ("x", "u"), node), FLOAT)(np.float64(1.37), np.float64(-0.61))
        )


def same(left: Node, right: Node) -> bool:
    """Whether two formulas have one value, where the first has one at all."""
    before = worth(left)
    return not np.isfinite(before) or abs(before) > 1e9 or agree(worth(right), before, 1e-7)


@given(formulas)
def test_no_teaching_move_changes_a_value(node: Node):
    for before, after in pairwise([node, *(form.node for form in simplified(node))]):
        assert same(before, after)


ARRAYS: list[Node] = [
    *LEAVES,
    *map(Name, ("v", "W", "p", "n")),
    Partial(Name("L"), (Name("v"),)),
    Apply("ones", (number(2),)),
    Apply("eye", (number(2),)),
]
ABOUT = Facts(
    {"p": (2,)},
    frozenset({"n"}),
    frozenset({"W"}),
    {Name(name): rank for name, rank in {"x": 0, "u": 0, "v": 1, "W": 2, "p": 1, "n": 0}.items()},
)


def laid_out(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """One step up in a random formula of arrays, whose shapes need not fit."""
    calls = st.sampled_from(["sum", "diag", "trace"])
    return st.one_of(grown(parts), parts.map(Transpose), st.builds(lambda f, x: Apply(f, (x,)), calls, parts))


@given(st.recursive(st.sampled_from(ARRAYS), laid_out, max_leaves=8))
def test_a_move_changes_nothing_without_a_part_of_a_kind_that_it_needs(node: Node) -> None:
    for part in walk(node, (Partial,)):
        kinds = {type(inner) for inner in walk(part, (Partial,))}
        for move in (*rewriting.MOVES, *gathering.GATHERING):
            if type(part) in move.kinds and move.needs and move.needs.isdisjoint(kinds):
                assert move.once(part, ABOUT) == part, move.key


@given(formulas)
def test_no_gathering_move_changes_a_value(node: Node):
    for before, after in pairwise([node, *(form.node for form in gathered(node))]):
        assert same(before, after)


@given(formulas)
def test_multiplying_out_keeps_the_value(node: Node):
    assert same(node, expanded(node))


@given(formulas)
def test_moves_come_to_an_end(node: Node):
    *_, final = [node, *(form.node for form in simplified(node))]
    assert not list(simplified(final))


def test_moves_on_matrices_keep_the_order_of_the_factors():
    inputs = {"W": (2, 3), "V": (3, 2), "x": (2,)}
    node = read("2 W (1 (3 V)) x - W V x", inputs)
    *_, final = [form.node for form in simplified(node)]
    at = {name: np.arange(1.0, 1 + np.prod(shape)).reshape(shape) for name, shape in inputs.items()}
    found, expected = (value(build(inputs, [("f", to_plain(each))]), at) for each in (final, node))
    assert agree(found, expected)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [("1/2 x + 1/2 y", "(x + y) z"), ("1/2 x + 1/3 y", "2 (1/2 x + 1/3 y) z"), ("x + y", "2 (x + y) z")],
)
def test_a_number_that_all_terms_have_meets_others(terms: str, expected: str) -> None:
    scope = Scope(frozenset("xyz"), frozenset())
    node = read_formula(f"2 (({terms}) z)", scope)
    last = [node, *(form.node for form in simplified(node))][-1]
    assert to_plain(last) == to_plain(read_formula(expected, scope))
