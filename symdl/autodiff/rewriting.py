"""This module holds the named teaching moves: small rewritings of a formula, each logged as a step.

A move changes how a line is written and never what it is worth; every one is checked like any other
line. There are few on purpose: what a lecturer does in the head while writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symdl.core.algebra import constant_of, ratio, signed
from symdl.core.dims import Shape
from symdl.core.naming import dim_node
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
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
    Repeat,
    Style,
    Sum,
    Transpose,
    number,
    rebuild,
    times,
    unmarked,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What the moves may assume: what has entries, in a matrix each row, that sum to one; names of sizes."""

    distributions: Mapping[str, Shape] = field(default_factory=dict)
    sizes: frozenset[str] = frozenset()
    symmetric: frozenset[str] = frozenset()

    def rank(self, text: str) -> int:
        """The number of axes of a distribution, 0 for any other quantity."""
        return len(self.distributions.get(text, ()))

    def is_row(self, node: Node) -> bool:
        """Whether a vector sums to one: a distribution, a member `y[2]` of that name, a row of a matrix."""
        match node:
            case Name(text):
                return self.rank(text) == 1
            case Index(Name(text), (Number(value),)) if value.denominator == 1:
                return self.rank(text) == 2 or self.rank(f"{text}[{value}]") == 1
        return False


Rewrite = Callable[[Node, Facts], Node]
ROUNDS = 20  # of moves, after which a formula is left as it is


@dataclass(frozen=True, slots=True)
class Move:
    """A named move; `once` rewrites one node whose parts are already rewritten."""

    key: str
    once: Rewrite


@dataclass(frozen=True, slots=True)
class Form:
    """A formula with the move that led to it."""

    rule: str
    node: Node


def simplified(node: Node, facts: Facts = Facts()) -> Iterator[Form]:
    """The forms that a formula takes, move after move, until nothing changes.

    >>> from symdl.formula.tree import Name, times
    >>> [form.rule for form in simplified(times(ONE, Name("x")))]
    ['drop_one']
    """
    return moved(node, MOVES, facts)


def tidied(node: Node, facts: Facts = Facts()) -> Node:
    """A formula after all moves, without marks."""
    node = unmarked(node)
    for form in simplified(node, facts):
        node = form.node
    return node


def moved(node: Node, moves: Sequence[Move], facts: Facts = Facts()) -> Iterator[Form]:
    """The forms that a formula takes by some moves in turn, until none changes it."""
    for _ in range(ROUNDS):
        before = node
        for move in moves:
            after = everywhere(node, move, facts)
            if after != node:
                node = after
                yield Form(move.key, node)
        if node == before:
            return


def everywhere(node: Node, move: Move, facts: Facts) -> Node:
    """A move applied to every part of a formula, innermost first."""
    if isinstance(node, Partial):
        return move.once(node, facts)
    return move.once(rebuild(node, lambda child: everywhere(child, move, facts)), facts)


def _seed(node: Node, facts: Facts) -> Node:
    return ONE if isinstance(node, Partial) and node.by == (node.of,) else node


def _is(node: Node, value: int) -> bool:
    return isinstance(bare(node), Number) and constant_of(bare(node)) == value


def bare(node: Node) -> Node:
    """A node without a mark on itself."""
    return bare(node.arg) if isinstance(node, Marked) else node


def _drop_zero(node: Node, facts: Facts) -> Node:
    match node:
        case Sum(terms):
            kept = tuple(term for term in terms if not _is(_unsigned(term), 0))
            return node if len(kept) == len(terms) else _sum(kept)
        case Product(factors) if any(_is(factor, 0) for factor in factors):
            return ZERO
        case Quotient(top, _) if _is(top, 0):
            return ZERO
        case Negate(arg) if _is(arg, 0):
            return ZERO
    return node


def _unsigned(node: Node) -> Node:
    return node.arg if isinstance(node, Negate) else node


def _sum(terms: tuple[Node, ...]) -> Node:
    return ZERO if not terms else terms[0] if len(terms) == 1 else Sum(terms)


def _drop_one(node: Node, facts: Facts) -> Node:
    match node:
        case Product(factors):
            return without(node, [k for k in range(len(factors)) if _is(factors[k], 1) or _is_eye(node, k)])
        case Quotient(top, bottom) if _is(bottom, 1):
            return top
        case Power(base, exponent) if _is(exponent, 1):
            return base
    return node


def _is_eye(node: Product, k: int) -> bool:
    """Whether a factor is the identity matrix beside a transpose, with which it certainly multiplies."""
    match bare(node.factors[k]):
        case Apply("eye"):
            beside = [
                j for j in (k - 1, k + 1) if 0 <= j < len(node.factors) and node.styles[min(j, k)] != "star"
            ]
            return any(isinstance(bare(node.factors[j]), Transpose) for j in beside)
    return False


def without(node: Product, dropped: list[int]) -> Node:
    """A product without some of its factors; what stood between the others stays."""
    if not dropped:
        return node
    factors: list[Node] = []
    styles: list[Style] = []
    pending: Style | None = None
    for k, factor in enumerate(node.factors):
        style = node.styles[k - 1] if k else None
        if k in dropped:
            pending = pending or style
            continue
        if factors:
            styles.append(pending if pending == "star" else style or "star")
        factors.append(factor)
        pending = None
    if not factors:
        return ONE
    return factors[0] if len(factors) == 1 else Product(tuple(factors), tuple(styles))


def _merge_constants(node: Node, facts: Facts) -> Node:
    """Numbers in a product are multiplied and stand in front."""
    if not isinstance(node, Product | Quotient | Negate):
        return node
    coefficient, count, rest = gather(node)
    if count < 2 or coefficient == 0:
        return node
    return scaled(coefficient, rest)


def gather(node: Node) -> tuple[Fraction, int, Node]:
    """The constant factor of a formula, how many numbers it comes from, and the formula without it."""
    match node:
        case Marked(arg):
            coefficient, count, rest = gather(arg)
            return coefficient, count, rest if count else node
        case Number(value):
            return value, int(value != 1), ONE
        case Negate(arg):
            coefficient, count, rest = gather(arg)
            return (-coefficient, count, rest) if count else (Fraction(1), 0, node)
        case Quotient(top, bottom):
            return _gather_quotient(node, top, bottom)
        case Product(factors, styles):
            return _gather_product(factors, styles)
    return Fraction(1), 0, node


def _gather_quotient(node: Node, top: Node, bottom: Node) -> tuple[Fraction, int, Node]:
    divisor = constant_of(bottom)
    coefficient, count, rest = gather(top)
    if divisor:
        whole = constant_of(top)
        return (whole / divisor, 1, ONE) if whole is not None else (coefficient / divisor, count + 1, rest)
    below, many, under = gather(bottom)
    if many and below:  # 1/(2 N) is half of 1/N
        return coefficient / below, count + many, Quotient(rest, under)
    if constant_of(top) == 1:
        return Fraction(1), 1, node  # 1/N takes a number that meets it into its numerator
    return (coefficient, count, Quotient(rest, bottom)) if count else (Fraction(1), 0, node)


def _gather_product(factors: tuple[Node, ...], styles: tuple[Style, ...]) -> tuple[Fraction, int, Node]:
    total, count = Fraction(1), 0
    kept: list[Node] = []
    for factor in factors:
        coefficient, found, rest = gather(factor)
        total, count = total * coefficient, count + found
        kept.append(rest)
    if not count:
        return Fraction(1), 0, Product(factors, styles)
    rest = without(Product(tuple(kept), styles), [k for k, factor in enumerate(kept) if factor == ONE])
    return total, count, rest


def scaled(coefficient: Fraction, rest: Node) -> Node:
    """A formula times a number, written as a teacher does: `-½ x` keeps its sign in front."""
    if rest == ONE:
        return signed(coefficient)
    size = abs(coefficient)
    if size == 1:
        body = rest
    elif size.denominator == 1:
        body = _front(number(size), rest)
    else:
        body = _front(ratio(size), rest)
    return Negate(body) if coefficient < 0 else body


def _front(factor: Node, rest: Node) -> Node:
    match rest:
        case Product((Product(inner, styles), *others), outer) if not {"star"} & {*styles, *outer}:
            rest = Product((*inner, *others), (*styles, *outer))
    if isinstance(rest, Quotient) and rest.numerator == ONE:
        return _over(factor, rest.denominator)
    if (
        isinstance(rest, Product)
        and isinstance(rest.factors[0], Quotient)
        and rest.factors[0].numerator == ONE
    ):
        return Product((_over(factor, rest.factors[0].denominator), *rest.factors[1:]), rest.styles)
    if isinstance(rest, Product) and set(rest.styles) == {"juxtaposed"}:
        return Product((factor, *rest.factors), ("juxtaposed", *rest.styles))
    return times(factor, rest, style="juxtaposed")


def _over(factor: Node, bottom: Node) -> Node:
    """A number over something: 3/(2 N), not 3/2 over N."""
    if isinstance(factor, Quotient):
        return Quotient(factor.numerator, times(factor.denominator, bottom, style="juxtaposed"))
    return Quotient(factor, bottom)


def _to_front(node: Node, facts: Facts) -> Node:
    """A number or one over a size, such as 1/N, stands in front of a product and of a sum of entries."""
    if isinstance(node, Repeat) and node.kind == "sum":
        coefficient, count, body = gather(node.body)
        return scaled(coefficient, replace(node, body=body)) if count == 1 and body != ONE else node
    if not isinstance(node, Product) and not (isinstance(node, Apply) and node.function == "sum"):
        return node
    coefficient, count, rest = gather(node)
    if count == 1 and (moved_number := scaled(coefficient, rest)) != node:
        return moved_number
    front, rest = _size_out(node, facts)
    return node if front is None else _front(front, rest)


def _size_out(node: Node, facts: Facts) -> tuple[Node | None, Node]:
    """The first factor such as 1/N that can be taken out of a formula, and the formula without it."""
    match node:
        case Quotient(top, bottom) if facts.sizes and _is_size(bottom, facts):
            return (node, ONE) if isinstance(top, Number) else (Quotient(ONE, bottom), top)
        case Product(factors, styles):
            for k, factor in enumerate(factors):
                front, rest = _size_out(factor, facts)
                if front is not None:
                    if k == 0 and rest == ONE:
                        return front, without(node, [0])
                    changed = Product((*factors[:k], rest, *factors[k + 1 :]), styles)
                    return front, without(changed, [k]) if rest == ONE else changed
        case Apply("sum", (arg,), keywords):
            front, rest = _size_out(arg, facts)
            return (None, node) if front is None or rest == ONE else (front, Apply("sum", (rest,), keywords))
        case Transpose(arg):
            front, rest = _size_out(arg, facts)
            return (None, node) if front is None or rest == ONE else (front, Transpose(rest))
    return None, node


def _is_size(node: Node, facts: Facts) -> bool:
    match node:
        case Name(text):
            return text in facts.sizes
        case Product(factors):
            return all(isinstance(f, Number) or _is_size(f, facts) for f in factors)
    return False


def _signs(node: Node, facts: Facts) -> Node:
    """Two minus signs cancel; one in a product stands in front of it."""
    match node:
        case Negate(arg) if isinstance(bare(arg), Negate):
            return _unsigned(bare(arg))
        case Product(factors, styles) if any(isinstance(bare(f), Negate) for f in factors):
            bodies = tuple(_unsigned(bare(f)) if isinstance(bare(f), Negate) else f for f in factors)
            count = sum(isinstance(bare(f), Negate) for f in factors)
            inner = without(  # (-1) t is -t, not -(1 t)
                Product(bodies, styles),
                [k for k, f in enumerate(factors) if f is not bodies[k] and _is(bodies[k], 1)],
            )
            return inner if count % 2 == 0 else Negate(inner)
        case Quotient(top, bottom) if isinstance(bare(top), Negate):
            return Negate(Quotient(_unsigned(bare(top)), bottom))
        case Sum(terms) if any(isinstance(t, Negate) and isinstance(bare(t.arg), Negate) for t in terms):
            return Sum(
                tuple(
                    _unsigned(bare(t.arg)) if isinstance(t, Negate) and isinstance(bare(t.arg), Negate) else t
                    for t in terms
                )
            )
    return node


def _collect(node: Node, facts: Facts) -> Node:
    """Equal terms of a sum are counted: x + x is 2 x, and 4 + 9 stays for the reader to add."""
    if not isinstance(node, Sum):
        return node
    order: dict[Node, Fraction] = {}
    for term in node.terms:
        coefficient, _, rest = gather(term) if constant_of(term) is None else (Fraction(1), 0, term)
        sign = Fraction(1)
        if isinstance(rest, Negate):
            sign, rest = Fraction(-1), rest.arg
        order[rest] = order.get(rest, Fraction(0)) + sign * coefficient
    if len(order) == len(node.terms):
        return node
    return _sum(tuple(scaled(c, rest) for rest, c in order.items() if c != 0))


def _symmetric(node: Node, facts: Facts) -> Node:
    """A symmetric matrix is its own transpose."""
    match node:
        case Transpose(Name(text)) if text in facts.symmetric:
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
    return node


MOVES = (
    Move("seed", _seed),
    Move("sum_to_one", _sum_to_one),
    Move("drop_zero", _drop_zero),
    Move("drop_one", _drop_one),
    Move("symmetric", _symmetric),
    Move("signs", _signs),
    Move("merge_constants", _merge_constants),
    Move("to_front", _to_front),
    Move("collect", _collect),
)
