"""This module holds the named teaching moves: small rewritings of a formula, each logged as a step.

A move changes how a line is written and never what it is worth; every one is checked like any other
line. There are few on purpose: what a lecturer does in the head while writing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from symdl.autodiff.associating import associated, rank_of
from symdl.autodiff.coefficients import gather, merge_constants, scaled, to_front, without
from symdl.autodiff.diagonals import one_diagonal
from symdl.autodiff.moving import LINEAR, NO_FACTS, Facts, Form, bare, move, moved
from symdl.autodiff.pieces import laid_together
from symdl.autodiff.scalar_factors import canceled, scalars_first, scalars_out, without_ones
from symdl.autodiff.transposing import taken
from symdl.core.algebra import UNIT, constant_of, unsigned
from symdl.core.naming import dim_node
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Repeat,
    Sum,
    Transpose,
    number,
    rebuild,
    times,
    unmarked,
)  # fmt: skip


def simplified(node: Node, facts: Facts = NO_FACTS) -> Iterator[Form]:
    """The forms that a formula takes, move after move, until nothing changes.

    >>> from symdl.formula.tree import Name, times
    >>> [form.rule for form in simplified(times(ONE, Name("x")))]
    ['drop_one']
    """
    before: Node | None = None
    for form in moved(node, MOVES, facts):
        after = associated(form.node, facts)
        if after != before:  # only brackets have moved
            yield Form(form.rule, after)
        before = after


def begun(node: Node, facts: Facts = NO_FACTS, norms: bool = False) -> Node:
    """A formula as a hand begins to write it: no derivative of a quantity by itself, no factor 1; where it
    comes from squared `norms`, whose argument stands twice in a product, equal terms are counted.

    >>> from symdl.formula.plain import to_plain
    >>> half = times(ONE, Quotient(Name("r"), number(2)))
    >>> to_plain(begun(half)), to_plain(begun(Sum((half, half)), norms=True))
    ('r/2', '2 (r/2)')
    """
    for form in moved(node, MOVES_BEFORE, facts):
        node = form.node
    return _counted(node) if norms else node


def _counted(node: Node) -> Node:
    """Sums with n times a term in place of n equal terms."""
    node = node if isinstance(node, Partial) else rebuild(node, _counted)
    if not isinstance(node, Sum) or len(set(node.terms)) == len(node.terms):
        return node
    counts = Counter(node.terms)
    return _sum(tuple(t if n == 1 else times(number(n), t, style="juxtaposed") for t, n in counts.items()))


def tidied(node: Node, facts: Facts = NO_FACTS) -> Node:
    """A formula after all moves, without marks."""
    node = associated(unmarked(node), facts)
    for form in simplified(node, facts):
        node = form.node
    return node


def _seed(node: Node, facts: Facts) -> Node:
    return ONE if isinstance(node, Partial) and node.by == (node.of,) else node


def _is(node: Node, value: int) -> bool:
    inner = bare(node)
    return isinstance(inner, Number) and inner.value == value


def _drop_zero(node: Node, facts: Facts) -> Node:
    match node:
        case Sum(terms):
            kept = tuple(term for term in terms if not _is(unsigned(term), 0))
            return node if len(kept) == len(terms) else _sum(kept)
        case Product(factors) if any(_is(factor, 0) for factor in factors):
            return ZERO
        case Quotient(top, _) if _is(top, 0):
            return ZERO
        case Negate(arg) | Transpose(arg) if _is(arg, 0):
            return ZERO
    return node


def _sum(terms: tuple[Node, ...]) -> Node:
    return ZERO if not terms else terms[0] if len(terms) == 1 else Sum(terms)


def _drop_one(node: Node, facts: Facts) -> Node:
    match node:
        case Product(factors):
            return without(
                node,
                [k for k in range(len(factors)) if _is_neutral(node, k, facts)],
            )
        case Quotient(top, bottom) if _is(bottom, 1):
            return top
        case Power(base, exponent) if _is(exponent, 1):
            return base
        case Transpose(Apply("eye")):
            return node.arg
    return node


def _is_neutral(node: Product, k: int, facts: Facts) -> bool:
    """Whether a factor changes nothing: the number 1, an identity matrix, an array of ones."""
    return _is(node.factors[k], 1) or _is_eye(node, k, facts) or _is_ones(node, k, facts)


def _is_eye(node: Product, k: int, facts: Facts) -> bool:
    """Whether a factor is the identity matrix beside an array, with which it certainly multiplies."""
    if not _calls(node.factors[k], "eye"):
        return False
    beside = [bare(node.factors[j]) for j in _beside(node, k) if node.styles[min(j, k)] != "star"]
    return any(isinstance(other, Transpose) or rank_of(other, facts) for other in beside)


def _is_ones(node: Product, k: int, facts: Facts) -> bool:
    """Whether a factor is an array of ones that an array of its shape is multiplied by entry by entry."""
    match bare(node.factors[k]):
        case Apply("ones", args):
            beside = [bare(node.factors[j]) for j in _beside(node, k) if node.styles[min(j, k)] == "star"]
            return any(rank_of(other, facts) == len(args) and not _calls(other, "ones") for other in beside)
    return False


def _beside(node: Product, k: int) -> list[int]:
    return [j for j in (k - 1, k + 1) if 0 <= j < len(node.factors)]


def _calls(node: Node, function: str) -> bool:
    return isinstance(call := bare(node), Apply) and call.function == function


def _signs(node: Node, facts: Facts) -> Node:
    """Two minus signs cancel; one in a product, a transpose or a sum of entries stands in front of it."""
    match node:
        case Transpose(arg) if isinstance(bare(arg), Negate):
            return Negate(Transpose(unsigned(bare(arg))))
        case Apply(function, (arg, *others), keywords) if function in LINEAR and isinstance(
            bare(arg), Negate
        ):
            return Negate(Apply(function, (unsigned(bare(arg)), *others), keywords))
        case Negate(arg) if isinstance(bare(arg), Negate):
            return unsigned(bare(arg))
        case Product(factors, styles) if any(isinstance(bare(f), Negate) for f in factors):
            bodies = tuple(unsigned(bare(f)) if isinstance(bare(f), Negate) else f for f in factors)
            count = sum(isinstance(bare(f), Negate) for f in factors)
            inner = without(  # (-1) t is -t, not -(1 t)
                Product(bodies, styles),
                [k for k, f in enumerate(factors) if f is not bodies[k] and _is(bodies[k], 1)],
            )
            return inner if count % 2 == 0 else Negate(inner)
        case Quotient(top, bottom) if isinstance(bare(top), Negate):
            return Negate(Quotient(unsigned(bare(top)), bottom))
        case Sum(terms) if any(isinstance(t, Negate) and isinstance(bare(t.arg), Negate) for t in terms):
            return Sum(
                tuple(
                    unsigned(bare(t.arg)) if isinstance(t, Negate) and isinstance(bare(t.arg), Negate) else t
                    for t in terms
                )
            )
    return node


def _collect(node: Node, facts: Facts) -> Node:
    """Equal terms of a sum are counted: x + x is 2 x, 4 - 1 + x is 3 + x; 4 + 9 stays as it is."""
    match node:
        case Apply("sum", (Apply("ones", sizes),), ()):
            return times(*sizes, style="juxtaposed")
    if not isinstance(node, Sum):
        return node
    order: dict[Node, Fraction] = {}
    for term in node.terms:
        coefficient, _, rest = gather(term) if constant_of(term) is None else (UNIT, 0, term)
        if isinstance(rest, Negate):
            coefficient, rest = -coefficient, rest.arg
        order[rest] = order[rest] + coefficient if rest in order else coefficient
    order = _whole_added(order)
    if len(order) == len(node.terms):
        return node
    return _sum(tuple(scaled(c, rest, facts) for rest, c in order.items() if c != 0))


def _whole_added(order: dict[Node, Fraction]) -> dict[Node, Fraction]:
    """Several whole numbers beside other terms as one, in the place of the first."""
    whole = {rest: n for rest in order if (n := constant_of(rest)) is not None and n.denominator == 1}
    if not 1 < len(whole) < len(order):
        return order
    total = sum((order[rest] * n for rest, n in whole.items()), Fraction(0))
    first = next(iter(whole))
    sign = Fraction(-1 if total < 0 else int(total != 0))
    added = {number(abs(total)): sign}
    return {
        k: c
        for rest, c0 in order.items()
        if rest not in whole or rest is first
        for k, c in (added if rest is first else {rest: c0}).items()
    }


def _collected(node: Node, facts: Facts) -> Node:
    """The same; what is multiplied by a difference that vanishes goes with it, or its shape would not fit."""
    return _drop_zero(_collect(node, facts), facts)


def _symmetric(node: Node, facts: Facts) -> Node:
    """A symmetric matrix is its own transpose."""
    match node:
        case Transpose(Name(text) | Apply("inv", (Name(text),))) if text in facts.symmetric:
            return node.arg
        case Index(Name(text), (Name(first), Name(second))) if text in facts.symmetric and second < first:
            return Index(node.base, (Name(second), Name(first)))
    return node


def _sum_to_one(node: Node, facts: Facts) -> Node:
    """The entries of a distribution sum to one."""
    match node:
        case Product((Name(text), Apply("ones"), Transpose(Apply("ones"))), _) if facts.rank(text) == 2:
            return ONE
        case Apply("sum", (vector,), ()) if facts.is_row(vector):
            return ONE
        case Repeat("sum", Index(Name(text), (*rows, Name(last))), index, start, stop) if facts.rank(text):
            whole = start == ONE and stop == dim_node(facts.distributions[text][-1])
            return ONE if last == index and whole and Name(index) not in rows else node
        case Product(factors, styles) if facts.columns and set(styles) == {"star"}:
            kept = tuple(ONE if _is_column_sum(bare(factor), facts) else factor for factor in factors)
            return node if kept == factors else Product(kept, styles)
    return node


def _is_column_sum(node: Node, facts: Facts) -> bool:
    """Whether a factor is the sums of the columns of a matrix in which each is one."""
    match node:
        case Product((Transpose(Name(text)), Apply("ones")), _):
            return text in facts.columns
    return False


MOVES_BEFORE = (
    move("seed", _seed, Partial),
    move("drop_one", _drop_one, Product, Quotient, Power, Transpose, needs=(Number, Apply)),
    move("to_front", scalars_first, Product, needs=(Partial,)),
    move("laid_together", laid_together, Apply, Sum, needs=(Apply,)),
)
MOVES = (
    MOVES_BEFORE[0],
    move("sum_to_one", _sum_to_one, Product, Apply, Repeat, needs=(Apply, Repeat)),
    move("drop_zero", _drop_zero, Sum, Product, Quotient, Negate, Transpose, needs=(Number,)),
    MOVES_BEFORE[1],
    move("symmetric", _symmetric, Transpose, Index),
    move("transposes", taken, Transpose, Apply, needs=(Transpose,)),
    move("signs", _signs, Negate, Product, Quotient, Sum, Transpose, Apply, needs=(Negate,)),
    move("merge_constants", merge_constants, Product, Quotient, Negate, needs=(Number,)),
    move("drop_one", without_ones, Product, needs=(Apply,)),
    move("cancel", canceled, Quotient, Product, needs=(Quotient,)),
    move("to_front", to_front, Repeat, Apply, Product, Transpose, needs=(Number, Quotient)),
    move("to_front", scalars_out, Apply, Product, Transpose),
    move("diagonals", one_diagonal, Product, needs=(Apply,)),
    *MOVES_BEFORE[2:],
    move("collect", _collected, Apply, Sum, Product, Quotient, Negate, Transpose, needs=(Apply, Sum, Number)),
)
