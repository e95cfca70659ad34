"""This module holds the difference quotients that need an idea: a conjugate, a mean, one of the basic limits.

The basic limits, as t tends to 0: (e^t - 1)/t to 1, sin(t)/t to 1, (cos(t) - 1)/t to 0, log(1 + t)/t to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from symdl.core.differentiation import outer_derivative
from symdl.core.polynomials import TooLong, polynomial, written
from symdl.derivation.calculus.differentiating import tidied
from symdl.derivation.calculus.limits import NoWay, Part, Way, Worked, at_zero, change_over, limit, rational
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Quotient,
    Sum,
    names,
    plus,
    times,
)  # fmt: skip

Row = tuple[str, Node]
MINUS_ONE = Negate(ONE)


def product(*factors: Node) -> Node:
    """A product without its ones, the sign in front."""
    kept = [factor for factor in factors if factor not in (ONE, MINUS_ONE)]
    whole = times(*kept, style="juxtaposed") if kept else ONE
    return Negate(whole) if sum(factor == MINUS_ONE for factor in factors) % 2 else whole


def slope_of(node: Node, x: str) -> Node | None:
    """The factor `a` of a formula `a x + b`, None for any other."""
    try:
        poly = polynomial(node)
    except TooLong:
        return None
    if any(x in names(atom) and (atom != Name(x) or e > 1) for m in poly for atom, e in m):
        return None
    lines = {tuple((a, e) for a, e in m if a != Name(x)): c for m, c in poly.items() if (Name(x), 1) in m}
    return written(lines) if lines else None


def root(part: Part) -> Worked | None:
    """The root of a polynomial, by the conjugate."""
    match part.body:
        case Apply("sqrt", (inner,)) | Power(inner, Quotient(Number(), Number())):
            pass
        case _:
            return None
    if isinstance(part.body, Power) and part.body.exponent != Quotient(ONE, Number(Fraction(2))):
        return None
    if slope_of(inner, part.x) is None and not _is_polynomial(inner, part.x):
        return None
    return "conjugate", tuple(_conjugate(part, inner))


def _is_polynomial(node: Node, x: str) -> bool:
    try:
        return all(x not in names(a) or a == Name(x) for m in polynomial(node) for a, _ in m)
    except TooLong:
        return False


def _conjugate(part: Part, inner: Node) -> Iterator[Row]:
    roots = plus(part.moved(part.body), part.body)
    change = plus(part.moved(inner), Negate(inner))
    yield "limit_conjugate", part.scaled(Quotient(change, times(part.h, roots, style="juxtaposed")))
    rows = list(change_over(part, change, roots))
    yield from ((key, part.scaled(node)) for key, node in rows)
    rest = rows[-1][1]
    assert isinstance(rest, Quotient)
    yield "limit_taken", part.scaled(Quotient(at_zero(rest.numerator, part.h), plus(part.body, part.body)))


def cube_root(part: Part) -> Worked | None:
    """The cube root of a polynomial: a^3 - b^3 is a - b times a^2 + a b + b^2."""
    match part.body:
        case Apply("cbrt", (inner,)) if _is_polynomial(inner, part.x):
            return "cubes", tuple(_cubes(part, inner))
    return None


def _cubes(part: Part, inner: Node) -> Iterator[Row]:
    before, after, two = part.body, part.moved(part.body), Number(Fraction(2))
    squares = Sum((Power(after, two), product(after, before), Power(before, two)))
    change = plus(part.moved(inner), Negate(inner))
    yield "limit_cubes", part.scaled(Quotient(change, product(part.h, squares)))
    rows = list(change_over(part, change, squares))
    yield from ((key, part.scaled(node)) for key, node in rows)
    rest = rows[-1][1]
    assert isinstance(rest, Quotient)
    under = product(Number(Fraction(3)), Power(before, two))
    yield "limit_taken", part.scaled(Quotient(at_zero(rest.numerator, part.h), under))


def exponential(part: Part) -> Worked | None:
    """A power with `a x + b` in the exponent: the power itself comes out, and a basic limit is left."""
    power: Callable[[Node], Node]
    match part.body:
        case Apply("exp", (inner,)):
            base, power = ONE, lambda t: Apply("exp", (t,))
        case Power(base, inner) if part.x not in names(base):
            power = lambda t: Power(base, t)  # noqa: E731
        case _:
            return None
    slope = slope_of(inner, part.x)
    if slope is None:
        return None
    natural = base in (ONE, Name("e"))
    return "exponential", tuple(_grown(part, power, slope, ONE if natural else Apply("log", (base,))))


def _grown(part: Part, power: Callable[[Node], Node], slope: Node, log: Node) -> Iterator[Row]:
    step, whole = product(slope, part.h), part.scaled(part.body)
    yield "limit_factor", product(whole, Quotient(plus(power(step), Negate(ONE)), part.h))
    rate = product(slope, log)
    step = product(slope, log, part.h)
    if log != ONE:
        power = lambda t: Apply("exp", (t,))  # noqa: E731
        yield "limit_base", product(whole, Quotient(plus(power(step), Negate(ONE)), part.h))
    if rate != ONE:
        yield "limit_extend", product(rate, whole, Quotient(plus(power(step), Negate(ONE)), step))
    yield "limit_basic", times(product(rate, whole), ONE, style="juxtaposed")


def wave(part: Part) -> Worked | None:
    """Sine and cosine of `a x + b`: an addition theorem, and two basic limits."""
    match part.body:
        case Apply(("sin" | "cos") as function, (inner,)):
            slope = slope_of(inner, part.x)
            return None if slope is None else ("wave", tuple(_waves(part, function, inner, slope)))
    return None


def _waves(part: Part, function: str, inner: Node, slope: Node) -> Iterator[Row]:
    own, other = Apply(function, (inner,)), Apply("cos" if function == "sin" else "sin", (inner,))
    step = product(slope, part.h)
    sine, cosine = Apply("sin", (step,)), Apply("cos", (step,))
    sign: Callable[[Node], Node] = (lambda node: node) if function == "sin" else Negate

    def both(flat: Node, steep: Node) -> Node:
        """What a row looks like with these in place of the two quotients."""
        return part.scaled(Sum((product(own, flat), sign(product(other, steep)))))

    change = Sum((product(own, cosine), sign(product(other, sine)), Negate(own)))
    yield "limit_addition", part.scaled(Quotient(change, part.h))
    yield "limit_group", both(Quotient(plus(cosine, Negate(ONE)), part.h), Quotient(sine, part.h))
    if slope != ONE:
        inside = both(Quotient(plus(cosine, Negate(ONE)), step), Quotient(sine, step))
        yield "limit_extend", product(slope, inside)
    flat, steep = (times(node, value, style="juxtaposed") for node, value in ((own, ZERO), (other, ONE)))
    yield "limit_basic", product(slope, part.scaled(Sum((flat, sign(steep)))))


def logarithm(part: Part) -> Worked | None:
    """The logarithm of `a x + b`: a difference of logarithms is one of a quotient, and a basic limit."""
    match part.body:
        case Apply(("log" | "ln") as function, (inner,)):
            slope = slope_of(inner, part.x)
            return None if slope is None else ("logarithm", tuple(_logs(part, function, inner, slope)))
    return None


def _logs(part: Part, function: str, inner: Node, slope: Node) -> Iterator[Row]:
    ratio = Quotient(part.moved(inner), inner)
    yield "log_quotient", part.scaled(Quotient(Apply(function, (ratio,)), part.h))
    step = Quotient(product(slope, part.h), inner)
    log = Apply(function, (plus(ONE, step),))
    yield "divide", part.scaled(Quotient(log, part.h))
    rate = Quotient(slope, inner)
    yield "limit_extend", part.scaled(times(rate, Quotient(log, step), style="juxtaposed"))
    yield "limit_basic", part.scaled(times(rate, ONE, style="juxtaposed"))


def integral(part: Part) -> Worked | None:
    """The error function at the variable: over the increment a piece of its integral, whose mean tends to
    the integrand.
    """
    match part.body:
        case Apply("erf", (Name(text),)) if text == part.x:
            density = outer_derivative("erf", (Name(text),), 0)
            return "integral", (("limit_mean", part.scaled(density)),)
    return None


WAYS: tuple[Way, ...] = (root, cube_root, exponential, wave, logarithm, integral)


def worked(part: Part) -> Worked:
    """What the limit rests on, and the rows from the quotient to the derivative, each named by its move.

    >>> from symdl.formula.plain import to_plain
    >>> x = Name("x")
    >>> to_plain(worked(Part(ONE, times(x, x), "x", Name("h")))[1][-1][1])
    '2 x'
    """
    for way in (rational, *WAYS):
        found = way(part)
        if found is not None:
            basis, (*before, last) = found
            under = (("limit_placed", part.quotient), *before)
            return basis, (*((key, limit(node, part.h)) for key, node in under), last, *tidied(last[1]))
    raise NoWay(part.whole)
