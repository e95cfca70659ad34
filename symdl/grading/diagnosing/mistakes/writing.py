"""This module declares the mistakes that are made in the writing: rules of calculus, brackets, the variable.

A wrong rule is applied at one place of the formula that is differentiated; the other places are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symdl.core.differentiation import differentiate
from symdl.core.graph import Adjoint
from symdl.core.naming import leaf
from symdl.errors import SymdlError
from symdl.formula.pretty import to_text
from symdl.formula.tree import (
    ONE,
    Apply,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    children,
    names,
    plus,
    rebuild,
    substitute,
    times,
)
from symdl.grading.diagnosing.misconceptions import (
    MISCONCEPTIONS,
    Asked,
    Misconception,
    Rewritten,
    Turn,
    rewriting,
    turning,
)
from symdl.grading.diagnosing.mistakes.line_changes import replaced
from symdl.grading.values import scalar

HOLE = "_part"


def misled(asked: Asked, rule: Any) -> Iterator[Rewritten]:
    """The derivatives with a rule gone wrong at one place of what is differentiated."""
    if asked.of is None or not scalar(asked.of) or asked.by not in names(asked.of):
        return
    try:
        for place, node in _wrong(asked.of, asked.by, rule):
            yield Rewritten(node, to_text(place))
    except SymdlError:
        return


def _wrong(node: Node, by: str, rule: Any) -> Iterator[tuple[Node, Node]]:
    found = rule(node, by)
    if found is not None:
        yield node, found
    parts = children(node)
    for k, part in enumerate(parts):
        if by not in names(part) or isinstance(part, Name):
            continue
        inside = list(_wrong(part, by, rule))
        if not inside:
            continue
        outer = substitute(differentiate(_with(node, k, Name(HOLE)), HOLE), {HOLE: part})
        others = differentiate(_held(node, k, by), by)
        others = substitute(others, {HOLE: part})
        for place, slope in inside:
            yield place, plus(others, times(outer, slope))


def _with(node: Node, k: int, new: Node) -> Node:
    """The node with its k-th part replaced."""
    count = iter(range(len(children(node))))
    return rebuild(node, lambda part: new if next(count, None) == k else part)


def _held(node: Node, k: int, by: str) -> Node:
    """The node with its k-th part held fixed."""
    return _with(node, k, Name(HOLE))


@rewriting("product_rule")
def _product_rule(asked: Asked) -> Iterator[Rewritten]:
    """(fg)' = f'g' (row 16)."""

    def rule(node: Node, by: str) -> Node | None:
        if isinstance(node, Product) and sum(by in names(factor) for factor in node.factors) > 1:
            moving = [differentiate(factor, by) if by in names(factor) else factor for factor in node.factors]
            return times(*moving)
        return None

    yield from misled(asked, rule)


@rewriting("quotient_rule")
def _quotient_rule(asked: Asked) -> Iterator[Rewritten]:
    """(f/g)' = f'/g', or with its terms the other way round (row 16)."""

    def plain(node: Node, by: str) -> Node | None:
        if isinstance(node, Quotient) and by in names(node.denominator):
            return Quotient(differentiate(node.numerator, by), differentiate(node.denominator, by))
        return None

    def turned(node: Node, by: str) -> Node | None:
        if isinstance(node, Quotient) and by in names(node.denominator):
            return Negate(differentiate(node, by))
        return None

    def unsquared(node: Node, by: str) -> Node | None:
        if isinstance(node, Quotient) and by in names(node.denominator):
            return times(differentiate(node, by), node.denominator)
        return None

    for rule in (plain, turned, unsquared):
        yield from misled(asked, rule)


@rewriting("power_rule")
def _power_rule(asked: Asked) -> Iterator[Rewritten]:
    """X e^(x-1) for e^x; a power whose exponent is not lowered, or not brought down (row 16)."""

    def exponential(node: Node, by: str) -> Node | None:
        base, exponent = _powers(node)
        if exponent is None or base is None or by not in names(exponent):
            return None
        return times(exponent, Power(base, plus(exponent, Negate(ONE))))

    def kept(node: Node, by: str) -> Node | None:
        if isinstance(node, Power) and isinstance(node.exponent, Number) and by in names(node.base):
            return times(node.exponent, node, differentiate(node.base, by))
        return None

    def lowered(node: Node, by: str) -> Node | None:
        if isinstance(node, Power) and isinstance(node.exponent, Number) and by in names(node.base):
            return times(Power(node.base, plus(node.exponent, Negate(ONE))), differentiate(node.base, by))
        return None

    for rule in (exponential, kept, lowered):
        yield from misled(asked, rule)


def _powers(node: Node) -> tuple[Node | None, Node | None]:
    match node:
        case Power(base, exponent):
            return base, exponent
        case Apply("exp", (arg,), ()):
            return Name("e"), arg
    return None, None


@rewriting("chain_rule")
def _chain_rule(asked: Asked) -> Iterator[Rewritten]:
    """The inner derivative of a function left out, in a one-line formula (row 1)."""

    def rule(node: Node, by: str) -> Node | None:
        if not isinstance(node, Apply | Power) or isinstance(children(node)[0], Name):
            return None
        inner = children(node)[-1 if isinstance(node, Power) and by in names(node.exponent) else 0]
        if by not in names(inner) or sum(by in names(part) for part in children(node)) > 1:
            return None
        k = children(node).index(inner)
        return substitute(differentiate(_with(node, k, Name(HOLE)), HOLE), {HOLE: inner})

    yield from misled(asked, rule)


@rewriting("wrong_variable")
def _wrong_variable(asked: Asked) -> Iterator[Rewritten]:
    """The derivative by another quantity of the same shape (row 17)."""
    target = asked.target
    if target is None or not isinstance(target.name, Adjoint):
        return
    for name, var in asked.graph.by_name.items():
        if not isinstance(name, Adjoint) or var == target or var.shape != target.shape:
            continue
        if name.of == target.name.of and name.by != name.of:
            yield Rewritten(leaf(name), facts={"other": to_text(leaf(name))})


@rewriting("bracket_lost")
def _bracket_lost(asked: Asked) -> Iterator[Rewritten]:
    """Brackets left out of the right formula: (a - b) c as a - b c, -(a - b) as -a - b (row 19)."""
    for right in asked.right:
        for node in _unbracketed(right):
            yield Rewritten(node)


def _unbracketed(node: Node) -> Iterator[Node]:
    match node:
        case Negate(Sum(terms)):
            yield Sum((Negate(terms[0]), *terms[1:]))
        case Product(factors, styles):
            for k, factor in enumerate(factors):
                if isinstance(factor, Sum):
                    yield _opened(factors, styles, k, factor)
        case Power(Sum(terms), exponent):
            yield Sum((*terms[:-1], Power(terms[-1], exponent)))
        case Quotient(Sum(terms), bottom):
            yield Sum((*terms[:-1], _under(terms[-1], bottom)))
    for child in dict.fromkeys(children(node)):
        for other in _unbracketed(child):
            yield replaced(node, child, other)


def _opened(factors: tuple[Node, ...], styles: Any, k: int, factor: Sum) -> Node:
    """A product whose k-th factor, a sum, has lost its brackets."""
    first, *middle, last = factor.terms
    left = (*factors[:k], first)
    right = ((last.arg if isinstance(last, Negate) else last), *factors[k + 1 :])
    head = left[0] if len(left) == 1 else Product(left, styles[:k])
    tail = right[0] if len(right) == 1 else Product(right, styles[k:])
    return Sum((head, *middle, Negate(tail) if isinstance(last, Negate) else tail))


def _under(term: Node, bottom: Node) -> Node:
    return Negate(Quotient(term.arg, bottom)) if isinstance(term, Negate) else Quotient(term, bottom)


def _integrated(answer: Node, asked: Asked) -> Iterator[tuple[Node, Node]]:
    """An antiderivative: differentiating it gives what was to be differentiated (row 17)."""
    if asked.of is not None and asked.by and asked.by in names(answer) and scalar(answer):
        yield differentiate(answer, asked.by), asked.of


MISCONCEPTIONS.register(Misconception("integrated", undoes=_integrated))

# Second derivatives


def _square(truth: Any) -> bool:
    return np.ndim(truth) == 2 and np.shape(truth)[0] == np.shape(truth)[1] > 1


def _off_diagonal(factor: float) -> Turn:
    def turn(truth: Any, facts: Any) -> Any:
        if not facts.get("hessian") or not _square(truth):
            return None
        diagonal = np.diag(np.diag(truth))
        return diagonal + factor * (np.asarray(truth) - diagonal)

    return Turn(turn)


def _one_sided(lower: bool) -> Turn:
    def turn(truth: Any, facts: Any) -> Any:
        if not facts.get("hessian") or not _square(truth):
            return None
        return np.tril(truth) if lower else np.triu(truth)

    return Turn(turn)


turning("mixed_terms_missing", _off_diagonal(0))
turning("mixed_terms_factor", _off_diagonal(2), _off_diagonal(0.5))
turning("one_sided_hessian", _one_sided(True), _one_sided(False))
