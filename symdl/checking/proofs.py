"""This module proves derivatives for all values: of polynomials by their increments, of others by SymPy."""

from __future__ import annotations

from typing import Literal

from symdl.checking import symbolic
from symdl.core.polynomials import TooLong, is_polynomial, polynomial, written
from symdl.formula.tree import Name, Node, names, plus, substitute

Method = Literal["increment", "sympy"]
INCREMENT = "increment'"  # no name in a formula has a prime


def proof(formula: Node, by: tuple[str, ...], derivative: Node) -> Method | None:
    """What proves the derivative of a formula by some names in turn, None where nothing does.

    >>> from symdl.formula.tree import Apply, Power, TWO, times
    >>> x = Name("x")
    >>> proof(Power(x, TWO), ("x",), times(TWO, x)), proof(Power(x, TWO), ("x",), x)
    ('increment', None)
    >>> proof(Apply("sin", (x,)), ("x",), Apply("cos", (x,)))
    'sympy'
    """
    by_increment = grows_by(formula, by, derivative)
    if by_increment is None:
        return "sympy" if symbolic.confirms(formula, by, derivative) else None
    return "increment" if by_increment else None


def grows_by(formula: Node, by: tuple[str, ...], derivative: Node) -> bool | None:
    """Whether a polynomial has a derivative, by definition: it is what multiplies h in `f(x + h)`.

    No rule of differentiation takes part. None where the formulas are no polynomials, or too long.
    """
    try:
        for name in by:
            formula = _slope(formula, name)
        stated, found = polynomial(derivative), polynomial(formula)
    except (TooLong, _NoPolynomial):
        return None
    proper = is_polynomial(stated, names(derivative)) and is_polynomial(found, names(formula))
    return stated == found if proper else None


class _NoPolynomial(Exception):
    """A formula with other parts than sums and products of names."""


def _slope(formula: Node, name: str) -> Node:
    """What multiplies the first power of the increment of a name."""
    ahead = substitute(formula, {name: plus(Name(name), Name(INCREMENT))})
    grown = polynomial(ahead)
    if not is_polynomial(grown, names(ahead)):
        raise _NoPolynomial
    linear = {
        tuple(pair for pair in monomial if pair[0] != Name(INCREMENT)): coefficient
        for monomial, coefficient in grown.items()
        if (Name(INCREMENT), 1) in monomial
    }
    return written(linear)
