"""This module writes second derivatives with what already has a name: the value and the gradient.

Of a ratio `r = N/D` the numerator is `r D`; a gradient `2/(xᵀ x) (A x - r x)`, solved for its term `A x`,
puts itself in place of it. So the Hessian of the Rayleigh quotient is `2/(xᵀ x) (A - r I - g xᵀ - x gᵀ)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symdl.autodiff.associating import rank_of
from symdl.autodiff.moving import Facts
from symdl.autodiff.multiplying import Terms, Unwritten
from symdl.autodiff.rewriting import tidied
from symdl.autodiff.terms import Term, joined, swapped
from symdl.formula.tree import Compare, Name, Node, Partial, children, plus, size, times

SHORT = 24  # parts of a formula that is read as it stands
GAIN = 0.8  # of its size at most, for which a formula is written anew
PASSES = 4  # in which a gradient comes into terms, on either side of each


@dataclass(frozen=True)
class Named:
    """A formula row by row, each with what was done, and the equations by which names come into it."""

    rows: tuple[tuple[str, Node], ...]
    solved: tuple[Compare, ...]
    gradient: bool  # whether the gradient is among the names


@dataclass(frozen=True)
class Quantity:
    """A quantity that has a name, and the formula of its line."""

    name: Node
    formula: Node


def named(node: Node, value: Quantity, gradients: Sequence[Quantity], facts: Facts) -> Named | None:
    """A formula with names for what its terms have of a value and of gradients; None where it is no shorter.

    >>> import symdl.models
    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Apply, Negate, Transpose, number
    >>> x, r, A = Name("x"), Name("r"), Name("A")
    >>> inner = times(Transpose(x), A, x, style="juxtaposed")
    >>> bell = Apply("exp", (Negate(inner),))
    >>> facts = Facts(ranks={x: 1, r: 0, A: 2})
    >>> terms = (times(number(4), bell, x, Transpose(x), style="juxtaposed"),
    ...          Negate(times(number(2), bell, Apply("eye", (Name("n"),)), style="juxtaposed")))
    >>> found = named(plus(*terms), Quantity(r, bell), (), facts)
    >>> to_plain(found.rows[-1][1])
    '2 r (2 x x.T - eye(n))'
    """
    before = size(tidied(node, facts))
    if before < SHORT:
        return None
    facts = Facts(facts.distributions, facts.sizes, facts.symmetric, {**facts.ranks, value.name: 0})
    whole = Terms(facts)
    try:
        terms = whole.of(node)
        rows = [("multiplied_out", plus(*(term.node for term in terms)))]
        solved: list[Compare] = []
        table = _value(whole, value)
        if table is not None:
            base, own = table
            after = whole.counted(list(swapped(terms, {base: own})))
            if after != terms:
                terms = after
                solved.append(Compare("=", base, own.node))
                rows.append(("by_name", plus(*(term.node for term in terms))))
        best = _shortest(whole, terms, gradients, dict([table] if table is not None and solved else []))
    except Unwritten:
        return None
    if best is not None:
        terms, equation = best
        solved.append(equation)
    last = whole.written(terms)
    if best is not None or last != rows[-1][1]:
        rows.append(("gradient_by_name" if best is not None else "common", last))
    if not solved or _length(last) > GAIN * before:
        return None
    return Named(tuple(rows), tuple(solved), best is not None)


def _value(whole: Terms, value: Quantity) -> tuple[Node, Term] | None:
    """A scalar of a line with one term, solved for its largest part: `N` is `r D` where r is `N/D`."""
    if rank_of(value.formula, whole.facts) != 0:
        return None
    try:
        (line,) = whole.of(value.formula)
    except (Unwritten, ValueError):
        return None
    parts = [(base, e) for base, e in line.scalars if e == 1 and not isinstance(base, Name)]
    if not parts or line.chain:
        return None
    base, _ = max(parts, key=lambda part: size(part[0]))
    rest = Term(line.number, line.scalars - {(base, 1)}).power(-1)
    return base, Term(scalars=frozenset({(value.name, 1)})).times(rest)


def _shortest(
    whole: Terms, terms: Sequence[Term], gradients: Sequence[Quantity], values: dict[Node, Term]
) -> tuple[list[Term], Compare] | None:
    """The terms with a gradient in them where that is shorter than without, and how it came in."""
    best, least = None, _length(whole.written(terms))
    for gradient in gradients:
        own = whole.counted(list(swapped(whole.of(gradient.formula), values)))
        for pivot in own:
            facts = whole.facts
            known = Terms(
                Facts(facts.distributions, facts.sizes, facts.symmetric, {**facts.ranks, gradient.name: 1})
            )
            found = list(terms)
            for _ in range(PASSES):
                found = known.counted(list(_with_gradient(known, found, gradient.name, own, pivot)))
                if (length := _length(known.written(found))) < least:
                    best, least = (found, _equation(whole, gradient.name, own, pivot)), length
    return best


def _length(node: Node) -> int:
    """The number of parts of a formula, the symbol of a derivative being one."""
    return 1 if isinstance(node, Partial) else 1 + sum(map(_length, children(node)))


def _solved(name: Node, own: Sequence[Term], pivot: Term) -> list[Term]:
    """A gradient solved for the chain of one of its terms."""
    front = Term(pivot.number, pivot.scalars).power(-1)
    others = [
        Term(-t.number * front.number, joined(t.scalars, front.scalars), t.chain) for t in own if t != pivot
    ]
    return [Term(front.number, front.scalars, (name,)), *others]


def _equation(whole: Terms, name: Node, own: Sequence[Term], pivot: Term) -> Compare:
    chain = times(*pivot.chain, style="juxtaposed")
    return Compare("=", chain, plus(*(term.node for term in _solved(name, own, pivot))))


def _with_gradient(
    whole: Terms, terms: Sequence[Term], name: Node, own: Sequence[Term], pivot: Term
) -> Iterator[Term]:
    """The terms with the solved gradient for its chain, as a column in front and as a row behind."""
    solved = _solved(name, own, pivot)
    column = pivot.chain
    row = tuple(whole.turned(part) for part in reversed(column))
    n = len(column)
    for term in terms:
        chain = term.chain
        if len(chain) > n and chain[:n] == column and rank_of(chain[n], whole.facts) != 1:
            for part in solved:
                yield _put(term, part, (*part.chain, *chain[n:]))
        elif len(chain) > n and chain[-n:] == row:
            for part in solved:
                turned = tuple(whole.turned(each) for each in reversed(part.chain))
                yield _put(term, part, (*chain[:-n], *turned))
        else:
            yield term


def _put(term: Term, part: Term, chain: tuple[Node, ...]) -> Term:
    return replace(Term(term.number * part.number, joined(term.scalars, part.scalars)), chain=chain)
