"""This module finds where a constraint qualification fails: where gradients of active constraints depend.

A minimum is a point that satisfies the KKT conditions or one of these (Fritz John): there the gradients of
some constraints, with weights not all zero and those of inequalities not negative, add up to zero. Linear
constraints alone need no qualification.

Source: Mangasarian and Fromovitz, Journal of Mathematical Analysis and Applications 17, 1967.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from symdl.checking import elimination
from symdl.core.constants import number_at
from symdl.core.differentiation import differentiate
from symdl.derivation.convexity.kkt import Standard, sign
from symdl.formula.tree import Name, Node, plus, times

Place = Mapping[str, Node]


def abnormal(standard: Standard) -> tuple[Place, ...] | None:
    """The feasible points where gradients of active constraints depend; None where they are not known.

    >>> from symdl.formula.tree import Power, TWO
    >>> x = Name("x")
    >>> [dict(place) for place in abnormal(Standard(("x",), x, (Power(x, TWO),), (), ("m",), ())) or ()]
    [{'x': Number(value=Fraction(0, 1), written=None)}]
    """
    constraints = (*standard.inequalities, *standard.equations)
    found: list[Place] = []
    for size in range(1, len(constraints) + 1):
        for chosen in combinations(range(len(constraints)), size):
            if any(standard.order(constraints[k]) not in (0, 1) for k in chosen):
                places = _dependent(standard, chosen)
                if places is None:
                    return None
                found.extend(place for place in places if place not in found and _feasible(standard, place))
    return tuple(found)


def _dependent(standard: Standard, chosen: Sequence[int]) -> list[Place] | None:
    """Where some constraints are active and their gradients depend, the last with weight one."""
    constraints = (*standard.inequalities, *standard.equations)
    labels = (*standard.multipliers, *standard.factors)
    unknown = [labels[k] for k in chosen[:-1]]
    weighted = [
        *(times(Name(labels[k]), constraints[k], style="juxtaposed") for k in chosen[:-1]),
        constraints[chosen[-1]],
    ]
    total = plus(*weighted)
    slopes = [differentiate(total, name) for name in standard.by]
    by = (*standard.by, *unknown)
    zeros = elimination.real_zeros([*slopes, *(constraints[k] for k in chosen)], by)
    if zeros is None or zeros.left_open:
        return None
    return list(_placed(standard, chosen, zeros, by))


def _placed(
    standard: Standard, chosen: Sequence[int], zeros: elimination.Eliminated, by: Sequence[str]
) -> Iterator[Place]:
    """The places whose weights have the signs that a minimum needs."""
    below = [k < len(standard.inequalities) for k in chosen]
    for zero in zeros.zeros:
        weights = [root.value for root in zero[len(standard.by) :]] + [1.0]
        own = [weight for weight, inequality in zip(weights, below, strict=True) if inequality]
        nodes = elimination.exact_nodes(zero[: len(standard.by)], standard.by)
        if nodes is not None and (all(w >= 0 for w in own) or all(w <= 0 for w in own)):
            yield nodes


def _feasible(standard: Standard, place: Place) -> bool:
    above = any(sign(node, place) > 0 for node in standard.inequalities)
    return not above and not any(sign(node, place) for node in standard.equations)


def lowest(standard: Standard, places: Sequence[Place]) -> tuple[Place, ...]:
    """The places of the smallest value."""
    values = [number_at(standard.objective, place)[0] for place in places]
    return tuple(place for place, value in zip(places, values, strict=True) if value <= min(values) + 1e-12)
