"""This module gathers the numbers of a formula and writes them, and one over a size, in front of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symdl.autodiff.associating import rank_of
from symdl.autodiff.moving import LINEAR, Facts
from symdl.core.algebra import UNIT, constant_of, ratio, signed
from symdl.formula.tree import (
    ONE,
    Apply,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Product,
    Quotient,
    Repeat,
    Style,
    Sum,
    Transpose,
    number,
    times,
)  # fmt: skip


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


def merge_constants(node: Node, facts: Facts) -> Node:
    """Numbers in a product are multiplied and stand in front."""
    if not isinstance(node, Product | Quotient | Negate):
        return node
    coefficient, count, rest = gather(node)
    if count < 2 or coefficient == 0:
        return node
    return scaled(coefficient, rest, facts)


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
            return (-coefficient, count, rest) if count else (UNIT, 0, node)
        case Transpose(arg):
            coefficient, count, rest = gather(arg)
            return (coefficient, count, Transpose(rest)) if count and rest != ONE else (UNIT, 0, node)
        case Quotient(top, bottom):
            return _gather_quotient(node, top, bottom)
        case Product(factors, styles):
            return _gather_product(factors, styles)
        case Sum(terms):
            return _gather_sum(node, terms)
    return UNIT, 0, node


def _gather_sum(node: Node, terms: tuple[Node, ...]) -> tuple[Fraction, int, Node]:
    """A number that all terms have in front of something: ½ a + ½ b is half of a + b."""
    coefficients, counts, rests = zip(*map(gather, terms), strict=True)
    if len({*coefficients}) > 1 or not all(counts) or coefficients[0] == 1 or ONE in rests:
        return UNIT, 0, node
    return coefficients[0], 1, Sum(rests)


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
        return UNIT, 1, node  # 1/N takes a number that meets it into its numerator
    return (coefficient, count, Quotient(rest, bottom)) if count else (UNIT, 0, node)


def _gather_product(factors: tuple[Node, ...], styles: tuple[Style, ...]) -> tuple[Fraction, int, Node]:
    total, count = UNIT, 0
    kept: list[Node] = []
    for factor in factors:
        coefficient, found, rest = gather(factor)
        if found:
            total, count = total * coefficient, count + found
        kept.append(rest)
    if not count:
        return UNIT, 0, Product(factors, styles)
    rest = without(Product(tuple(kept), styles), [k for k, factor in enumerate(kept) if factor == ONE])
    return total, count, rest


def scaled(coefficient: Fraction, rest: Node, facts: Facts) -> Node:
    """A formula times a number, written as a teacher does: `-½ x` keeps its sign in front."""
    if rest == ONE:
        return signed(coefficient)
    size = abs(coefficient)
    if size == 1:
        body = rest
    elif size.denominator == 1:
        body = _front(number(size), rest, facts)
    else:
        body = _front(ratio(size), rest, facts)
    return Negate(body) if coefficient < 0 else body


def _front(factor: Node, rest: Node, facts: Facts) -> Node:
    match rest:
        case Product((Product() as inner, *_)) if rank_of(inner, facts) == 0:
            pass  # the brackets of an inner product stay
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


def to_front(node: Node, facts: Facts) -> Node:
    """A number or one over a size, such as 1/N, stands in front of products, sums of entries, diagonals."""
    if isinstance(node, Repeat) and node.kind == "sum":
        coefficient, count, body = gather(node.body)
        return scaled(coefficient, replace(node, body=body), facts) if count == 1 and body != ONE else node
    if isinstance(node, Apply) and node.function in LINEAR and len(node.args) == 1:
        coefficient, count, body = gather(node.args[0])
        if count == 1 and body != ONE:
            return scaled(coefficient, replace(node, args=(body,)), facts)
    elif not isinstance(node, Product | Transpose):
        return node
    coefficient, count, rest = gather(node)
    if count == 1 and (moved_number := scaled(coefficient, rest, facts)) != node:
        return moved_number
    front, rest = _size_out(node, facts) if facts.sizes else (None, node)
    return node if front is None else _front(front, rest, facts)


def _size_out(node: Node, facts: Facts) -> tuple[Node | None, Node]:
    """The first factor such as 1/N that can be taken out of a formula, and the formula without it."""
    match node:
        case Quotient(top, bottom) if _is_size(bottom, facts):
            return (node, ONE) if isinstance(top, Number) else (Quotient(ONE, bottom), top)
        case Product(factors, styles):
            for k, factor in enumerate(factors):
                front, rest = _size_out(factor, facts)
                if front is not None:
                    if k == 0 and rest == ONE:
                        return front, without(node, [0])
                    changed = Product((*factors[:k], rest, *factors[k + 1 :]), styles)
                    return front, without(changed, [k]) if rest == ONE else changed
        case Apply(function, (arg,), keywords) if function in LINEAR:
            front, rest = _size_out(arg, facts)
            if front is not None and rest != ONE:
                return front, Apply(function, (rest,), keywords)
        case Transpose(arg):
            front, rest = _size_out(arg, facts)
            if front is not None and rest != ONE:
                return front, Transpose(rest)
    return None, node


def _is_size(node: Node, facts: Facts) -> bool:
    match node:
        case Name(text):
            return text in facts.sizes
        case Product(factors):
            return all(isinstance(f, Number) or _is_size(f, facts) for f in factors)
    return False
