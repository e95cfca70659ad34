"""This module adds up squares that belong together: sin² + cos² is 1, cosh² - sinh² is 1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations

from symdl.autodiff.factors import Factors, factors_of
from symdl.autodiff.moving import Facts, Move, move
from symdl.formula.tree import Apply, Node, Sum, plus

PAIRS = (("circle", "cos", "sin", 1), ("hyperbola", "cosh", "sinh", -1))
KEYS = frozenset(key for key, *_ in PAIRS)


def moves() -> Iterator[Move]:
    """The moves: sin² + cos² = 1 and cosh² - sinh² = 1, also with a factor before both squares.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import TWO, Name, Power, times
    >>> a, sine, cosine = Name("a"), Apply("sin", (Name("x"),)), Apply("cos", (Name("x"),))
    >>> node = plus(times(a, Power(sine, TWO)), times(a, Power(cosine, TWO)))
    >>> [to_plain(one.once(node, Facts())) for one in moves()]
    ['a', 'a * sin(x)^2 + a * cos(x)^2']
    """
    for key, first, second, sign in PAIRS:

        def once(node: Node, _: Facts, first: str = first, second: str = second, sign: int = sign) -> Node:
            return _added(node, first, second, sign) if isinstance(node, Sum) else node

        yield move(key, once, Sum)


def _added(node: Sum, first: str, second: str, sign: int) -> Node:
    for i, j in permutations(range(len(node.terms)), 2):
        arg = _argument(node.terms[i], first)
        if arg is None:
            continue
        one, other = _without(node.terms[i], first, arg), _without(node.terms[j], second, arg)
        if one and other and one.powers == other.powers and one.number == sign * other.number:
            rest = [term for k, term in enumerate(node.terms) if k not in (i, j)]
            return plus(*rest, one.node()) if rest else one.node()
    return node


def _argument(term: Node, function: str) -> Node | None:
    """What a function is of whose square is a factor."""
    for base, power in factors_of(term).powers.items():
        if power >= 2 and isinstance(base, Apply) and base.function == function:
            return base.args[0]
    return None


def _without(term: Node, function: str, arg: Node) -> Factors | None:
    """A term without the square of a function, none where that is no factor of it."""
    factors, base = factors_of(term), Apply(function, (arg,))
    if factors.powers.get(base, Fraction(0)) < 2:
        return None
    factors.powers[base] -= 2
    factors.powers = {b: power for b, power in factors.powers.items() if power}
    return factors
