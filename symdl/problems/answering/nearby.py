"""This module puts a displacement into Taylor's polynomial: its value, the true one, a bound of the error.

Everything is computed in fractions where that is possible, else in balls; the bound encloses the derivatives
of Lagrange's form on the whole way from the point, piece by piece.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_UP, Context, Decimal
from fractions import Fraction
from math import ceil, isfinite, log10
from typing import Any

import numpy as np

from symdl.autodiff.second_order import Hessian
from symdl.checking.probe import precision
from symdl.core.algebra import ratio, signed
from symdl.core.arithmetic import Irrational, Undecided
from symdl.core.evaluation import Values, evaluate, significant
from symdl.core.graph import Var
from symdl.errors import DomainError
from symdl.formula.tree import Negate, Node, Number, Quotient, plus

PIECES = 32  # of the way, on each of which the derivatives are enclosed
SHORT = 6  # digits of a whole number that is written in full
PLACES, SIGNIFICANT = 10, 9  # of a decimal that is
LARGE = 999  # denominators beyond this are not written
EXTRA = 2  # digits by which numbers are told apart
MOST_DIGITS = 15
Quantity = Fraction | float


@dataclass(frozen=True)
class Approximation:
    """The terms of a polynomial at a displacement, order by order, and the function there."""

    terms: tuple[Quantity, ...]
    function: Quantity
    remainder: Quantity
    bound: float | None

    @property
    def value(self) -> Quantity:
        """The polynomial."""
        return sum(self.terms, Fraction(0))

    def polynomial_rows(self, digits: int) -> tuple[list[Node], list[str]]:
        """The terms, and their sum."""
        digits = self._digits(digits)
        terms, exact = shown(self.terms, digits)
        (total,), whole = shown([self.value], digits)
        kept = [node for node, term in zip(terms, self.terms, strict=True) if term] or terms[:1]
        rows = [plus(*kept), total] if len(kept) > 1 else [total]
        kinds = ["line" if exact else "~", "line" if whole and exact else "~"]
        return rows, kinds[-len(rows) :]

    def error_rows(self, digits: int) -> tuple[list[Node], list[str]]:
        """The function less the polynomial."""
        (value, total), exact = shown([self.function, self.value], self._digits(digits))
        (error,), whole = shown([self.remainder], digits)
        difference = plus(value, total.arg if isinstance(total, Negate) else Negate(total))
        return [difference, error], ["line" if exact else "~", "line" if whole and exact else "~"]

    def _digits(self, digits: int) -> int:
        """So many that function and polynomial differ as written."""
        largest, error = max(abs(float(self.function)), abs(float(self.value))), abs(float(self.remainder))
        if not error or not largest:
            return digits
        return min(MOST_DIGITS, max(digits, ceil(log10(largest / error)) + EXTRA))

    @property
    def bound_node(self) -> Node:
        """The bound, rounded upwards."""
        assert self.bound is not None
        rounded = Context(prec=3, rounding=ROUND_UP).create_decimal(Decimal(self.bound))
        return _written(float(rounded))

    @property
    def record(self) -> dict[str, float | None]:
        """What an answer tells of it."""
        return {"polynomial": float(self.value), "function": float(self.function),
                "remainder": float(self.remainder), "bound": self.bound}  # fmt: skip


def shown(values: Sequence[Quantity], digits: int) -> tuple[list[Node], bool]:
    """Numbers as they are written, and whether all of them are exact.

    >>> from symdl.formula.plain import to_plain
    >>> [to_plain(node) for node in shown([Fraction(1, 4), Fraction(-2, 3)], 4)[0]]
    ['0.25', '-2/3']
    """
    exact = [_exactly(value) for value in values]
    if None in exact:  # beside rounded numbers a fraction would be read as exact
        exact = [None if isinstance(node, Quotient) or _is_ratio(node) else node for node in exact]
    nodes = [e if e is not None else _rounded(float(v), digits) for e, v in zip(exact, values, strict=True)]
    return nodes, None not in exact


def _is_ratio(node: Node | None) -> bool:
    return isinstance(node, Negate) and isinstance(node.arg, Quotient)


def _exactly(value: Quantity) -> Node | None:
    if not isinstance(value, Fraction):
        return None
    if value.denominator == 1:
        return signed(value) if abs(value) < 10**SHORT else None
    scaled = value * 10**PLACES
    if scaled.denominator == 1 and len(str(abs(int(scaled))).rstrip("0")) <= SIGNIFICANT:
        return _signed_number(value, format(Decimal(int(scaled)).scaleb(-PLACES).normalize(), "f"))
    return ratio(value) if value.denominator <= LARGE else None


def _rounded(value: float, digits: int) -> Node:
    return _written(float(significant(value, digits))) if value else signed(Fraction(0))


def _written(value: float) -> Node:
    text = repr(value).removesuffix(".0").replace("e+", "e").replace("e-0", "e-")
    return _signed_number(Fraction(text), text)


def _signed_number(value: Fraction, text: str) -> Node:
    number = Number(abs(value), text.removeprefix("-"))
    return Negate(number) if value < 0 else number


class Nearby:
    """A function of arrays around one point: its derivatives there, and what the polynomial makes of them."""

    def __init__(
        self, found: Hessian, of: Var, by: Sequence[Var], order: int, at: Values, balls: Values
    ) -> None:
        self.found, self.of, self.by, self.order = found, of, tuple(by), order
        self.exact, self.balls = at, balls  # inputs as fractions, none where one is not; and in balls
        self.slopes = [found.first.adjoints[var] for var in by]

    @property
    def parts(self) -> tuple[Quantity, list[Quantity], list[list[Quantity]]]:
        """The value, the gradient and the Hessian, arrays row by row."""
        value, gradient, hessian = self._derivatives(self._best(self.exact, self.balls)[0])
        return _plain(value), list(map(_plain, gradient)), [list(map(_plain, row)) for row in hessian]

    def _best(self, exact: Values, balls: Values) -> tuple[Values, str]:
        """All values, as fractions where they are rational."""
        if exact:
            with suppress(Irrational, DomainError):
                found = evaluate(self.found.graph, exact, "exact")
                if all(var in found for var in (self.of, *self.slopes, *self.found.blocks.values())):
                    return found, "exact"
        with precision():
            return evaluate(self.found.graph, balls, "ball"), "ball"

    def _derivatives(self, values: Values) -> tuple[Any, list[Any], list[list[Any]]]:
        gradient = [x for slope in self.slopes for x in _flat(values[slope])]
        rows: list[list[Any]] = []
        for row in self.by:
            parts = [
                np.reshape(
                    np.asarray(values[self.found.blocks[row, column]], dtype=object), (_count(row), -1)
                )
                for column in self.by
            ]
            rows += [list(line) for line in np.hstack(parts)]
        return values[self.of], gradient, rows

    def displaced(self, exact: Mapping[Var, Any], balls: Mapping[Var, Any]) -> Approximation:
        """What the polynomial gives for a displacement, as fractions (none where it is not) and in balls."""
        d = [x for var in self.by for x in _flat(balls[var])]
        moved = {var: self.balls[var] + balls[var] for var in self.by}
        with precision():
            here, kind = self._best(self.exact if exact else {}, self.balls)
            if kind == "exact":
                d = [x for var in self.by for x in _flat(exact[var])]
            terms = self._terms(here, d)
            away = {var: self.exact[var] + exact[var] for var in self.by} if kind == "exact" else {}
            there, other = self._best({**self.exact, **away} if away else {}, {**self.balls, **moved})
            if other != kind:
                balls_here = evaluate(self.found.graph, self.balls, "ball")
                terms = self._terms(balls_here, [x for var in self.by for x in _flat(balls[var])])
            function = there[self.of]
            remainder = function - sum(terms[1:], terms[0])
            bound = self._bound(balls)
        return Approximation(tuple(map(_plain, terms)), _plain(function), _plain(remainder), bound)

    def _terms(self, values: Values, d: Sequence[Any]) -> list[Any]:
        value, gradient, hessian = self._derivatives(values)
        terms = [value, sum(g * x for g, x in zip(gradient, d, strict=True))]
        if self.order > 1:
            terms.append(_form(hessian, d) / 2)
        return terms

    def _bound(self, d: Mapping[Var, Any]) -> float | None:
        """The largest that Lagrange's remainder may be, in intervals; None where nothing encloses it."""
        flat = [x for var in self.by for x in _flat(d[var])]
        try:
            start = self._on_way(self.balls, flat) if self.order > 1 else 0
        except (DomainError, Undecided):
            return None

        def grown(t: Any) -> Any:
            moved = {var: self.balls[var] + t * d[var] for var in self.by}
            return (self._on_way({**self.balls, **moved}, flat) - start) / 2

        return largest(grown)

    def _on_way(self, inputs: Values, d: Sequence[Any]) -> Any:
        """The quadratic form of the second derivatives at other inputs."""
        _, _, hessian = self._derivatives(evaluate(self.found.graph, inputs, "ball"))
        return _form(hessian, d)


def largest(on_piece: Callable[[Any], Any]) -> float | None:
    """The largest size of what is enclosed on the pieces of the way from 0 to 1; None where nothing is."""
    from flint import arb

    pieces = (arb((k + 0.5) / PIECES, 0.5 / PIECES) for k in range(PIECES))
    try:
        sizes = [float(abs(on_piece(piece)).abs_upper()) for piece in pieces]
    except (DomainError, Undecided):
        return None
    return max(sizes) if all(map(isfinite, sizes)) else None


def _form(matrix: Sequence[Sequence[Any]], d: Sequence[Any]) -> Any:
    return sum(x * sum(m * y for m, y in zip(row, d, strict=True)) for x, row in zip(d, matrix, strict=True))


def _flat(value: Any) -> list[Any]:
    return list(np.ravel(np.asarray(value, dtype=object)))


def _count(var: Var) -> int:
    return int(np.prod([int(n) for n in var.shape])) if var.shape else 1


def _plain(value: Any) -> Quantity:
    """A fraction as it is, a ball by its middle."""
    if isinstance(value, int | Fraction):
        return Fraction(value)
    return float(value.mid()) if hasattr(value, "mid") else float(value)
