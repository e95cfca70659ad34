"""This module puts a point nearby into Taylor's polynomial of scalars, beside the true value and a bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any

from symdl.checking import rows
from symdl.checking.probe import precision
from symdl.core.algebra import signed
from symdl.core.arithmetic import BALL
from symdl.core.constants import constant, number_at
from symdl.errors import ProblemError
from symdl.formula.tree import ZERO, Apply, Compare, Name, Node, Sum, plus, substitute
from symdl.problems.answering.nearby import Approximation, largest, shown
from symdl.problems.given import given_value
from symdl.problems.names import declared

Line = tuple[str, str, Node, list[Node], list[str], dict[str, Any]]  # part, uses, left, rows, kinds, facts


@dataclass(frozen=True)
class Written:
    """An expansion as it stands: function, polynomial and remainder, with the places on the way in it."""

    of: str
    formula: Node
    polynomial: Node
    remainder: Node
    places: tuple[Name, ...]
    at: Mapping[str, Node]


def stated(displacement: Mapping[str, Any], at: Mapping[str, Node]) -> dict[str, Node]:
    """The displacement of each variable, 0 where none is stated."""
    found = {declared(name): given_value(value) for name, value in displacement.items()}
    for name, value in found.items():
        if name not in at:
            raise ProblemError("problem.displacement", name=name, known=", ".join(at))
        if value.shape:
            raise ProblemError("problem.scalars_only", name=name)
    return {name: found[name].items[0] if name in found else ZERO for name in at}


def lines(written: Written, displacement: Mapping[str, Node], digits: int) -> Iterator[Line]:
    """The polynomial at the displaced point, its error, and the bound that the remainder gives."""
    at = {name: _settled(plus(node, displacement[name])) for name, node in written.at.items()}
    found = _approximation(written, displacement, at)
    place = [shown([x if x is not None else f], digits)[0][0] for f, x in map(number_at, at.values())]
    where = tuple(Compare("=", Name(name), node) for name, node in zip(at, place, strict=True))
    facts: dict[str, Any] = {"where": where, "place": at, "polynomial": written.polynomial}
    polynomial, kinds = found.polynomial_rows(digits)
    yield "displaced", "polynomial", Apply("P", tuple(place)), polynomial, kinds, facts
    if written.remainder == ZERO:
        return
    error, kinds = found.error_rows(digits)
    rest = Apply("R", tuple(place))
    yield "error", "displaced", rest, error, kinds, facts | {"whole": Apply(written.of, tuple(place))}
    if found.bound and written.places:
        more = {"remainder": written.remainder, "places": written.places, "displacement": displacement}
        yield "bound", "remainder", Apply("abs", (rest,)), [found.bound_node], ["<="], facts | more


def _settled(node: Node) -> Node:
    _, exact = number_at(node)
    return node if exact is None else signed(exact)


def _approximation(
    written: Written, displacement: Mapping[str, Node], at: Mapping[str, Node]
) -> Approximation:
    terms = written.polynomial.terms if isinstance(written.polynomial, Sum) else (written.polynomial,)
    values = [_quantity(term, at) for term in terms]
    function = _quantity(written.formula, at)
    with precision(rows.BITS):
        balls = [constant(substitute(node, dict(at)), BALL) for node in (written.formula, *terms)]
        rest = balls[0] - sum(balls[2:], balls[1])
        function, *values = (  # in floats 1 - cos(x) would lose the digits that the error is about
            value if isinstance(value, Fraction) else float(ball.mid())
            for value, ball in zip((function, *values), balls, strict=True)
        )
        bound = _bound(written, displacement, at)
    exact = isinstance(function, Fraction) and all(isinstance(value, Fraction) for value in values)
    remainder = function - sum(values, Fraction(0)) if exact else float(rest.mid())
    return Approximation(tuple(values), function, remainder, bound)


def _quantity(node: Node, at: Mapping[str, Node]) -> Fraction | float:
    value, exact = number_at(node, at)
    if exact is None and not isfinite(value):
        raise ProblemError("problem.displaced_outside", point=", ".join(at))
    return value if exact is None else exact


def _bound(written: Written, displacement: Mapping[str, Node], at: Mapping[str, Node]) -> float | None:
    """The largest value of the remainder with its point anywhere on the way, piece by piece; None where
    nothing encloses it.
    """
    if not written.places:
        return None
    return largest(lambda piece: on_the_way(written, displacement, at, piece))


def on_the_way(written: Written, displacement: Mapping[str, Node], at: Mapping[str, Node], part: Any) -> Any:
    """The remainder at a displaced point, with its own point at a part of the way."""
    known = {name: constant(node, BALL) for name, node in at.items()}
    for place, name in zip(written.places, written.at, strict=True):
        known[place.text] = constant(written.at[name], BALL) + part * constant(displacement[name], BALL)
    return rows.Scene({}, {}).value(written.remainder, known)
