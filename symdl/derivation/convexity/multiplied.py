"""This module recognizes convex products, quotients, powers and roots.

Squares of what is affine and quadratic forms with a positive semidefinite matrix, powers of positive formulas
and their products, a square over what is positive and affine, geometric and harmonic means (Boyd &
Vandenberghe, Convex Optimization, sections 3.1.5, 3.2.6 and problem 3.16).
"""

from __future__ import annotations

from fractions import Fraction

from symdl.core.constants import exact_value
from symdl.core.matrix_patterns import t
from symdl.derivation.convexity.atoms import TURNED
from symdl.derivation.convexity.positive import entrywise, log_convex
from symdl.derivation.convexity.together import entropy, perspective
from symdl.derivation.convexity.told import CONSTANT, Judge, Told
from symdl.formula.tree import (
    Apply,
    Bars,
    Name,
    Negate,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    names,
    plus,
    times,
)  # fmt: skip

Exponents = dict[Node, Fraction]
HALF = Fraction(1, 2)


def product(judge: Judge, node: Product) -> Told | None:
    """A constant times one formula, a square, a quadratic form, or a product of powers."""
    factors = _flat(node)
    moving = [factor for factor in factors if judge.moves(factor)]
    if len(moving) == 1:
        sign = 1
        for factor in factors:
            sign *= 1 if factor is moving[0] else judge.factor(factor)
        return judge.turned(judge.told(moving[0]), sign)
    if not entrywise(judge, node):
        found = _gram(judge, factors, ("scalar",))
        return found or (entropy(judge, factors) if judge.form(node) == "scalar" else None)
    return (
        entropy(judge, factors) or _powers(judge, node) or perspective(judge, _flat(node))
        or _log_convex(judge, node)
    )  # fmt: skip


def _flat(node: Node) -> list[Node]:
    """The factors of a product and of the products in it that are of its kind."""
    if not isinstance(node, Product):
        return [node]
    found: list[Node] = []
    for factor in node.factors:
        inside = isinstance(factor, Product) and set(factor.styles) == set(node.styles)
        found.extend(_flat(factor) if inside else [factor])
    return found


def _gram(judge: Judge, factors: list[Node], forms: tuple[str, ...]) -> Told | None:
    """`Rᵀ R`, or `Rᵀ A R` with A positive semidefinite, where R is affine."""
    front = [factor for factor in factors if judge.form(factor) == "scalar"]
    rest = [factor for factor in factors if judge.form(factor) != "scalar"]
    n = len(rest)
    if n < 2 or any(map(judge.moves, front)) or any(rest[k] != t(rest[n - 1 - k]) for k in range(n // 2)):
        return None
    right = times(*rest[(n + 1) // 2 :], style="juxtaposed")
    middle = rest[n // 2] if n % 2 else None
    if judge.curve(right) != "affine" or judge.form(times(*rest, style="juxtaposed")) not in forms:
        return None
    if middle is not None and (judge.moves(middle) or not semidefinite(judge, middle)):
        return None
    sign = judge.factor(times(*front)) if front else 1
    found = Told("convex", "square" if middle is None else "form")
    return found if sign > 0 else Told("concave", found.rule) if sign < 0 else None


def semidefinite(judge: Judge, node: Node) -> bool:
    """Whether a matrix is positive semidefinite, by assumption or by how it is built."""
    node = judge.line(node)
    match node:
        case _ if judge.signs.definite(node):
            return True
        case Apply("eye"):
            return True
        case Apply("diag", (weights,)):
            return judge.form(weights) == "column" and judge.sign(weights)[0] > 0
        case Sum(terms):
            return all(semidefinite(judge, term) for term in terms)
        case Product(_, styles) if "star" not in styles or entrywise(judge, node):
            factors = _flat(node)
            front = [factor for factor in factors if judge.form(factor) == "scalar"]
            rest = [factor for factor in factors if judge.form(factor) != "scalar"]
            n = len(rest)
            mirrored = all(rest[k] == t(rest[n - 1 - k]) for k in range(n // 2))
            whole = n % 2 == 0 or semidefinite(judge, rest[n // 2])
            square = "star" not in styles or n == 1
            return square and mirrored and n > 0 and whole and all(judge.sign(f)[0] for f in front)
    return False


def traced(judge: Judge, node: Apply) -> Told | None:
    """The trace, or the sum of all entries, of `Rᵀ A R` with R affine."""
    (arg, *_) = node.args
    arg = judge.line(arg)
    if node.keywords or node.function not in ("trace", "sum", "mean") or not isinstance(arg, Product):
        return None
    return None if "star" in arg.styles else _gram(judge, _flat(arg), ("matrix",))


def power(judge: Judge, base: Node, exponent: Node) -> Told | None:
    """A power by a number, or of a positive number by what is affine."""
    if judge.moves(exponent):
        return _exponential(judge, base, exponent)
    p, kind, (up, down) = rational(exponent), judge.curve(base), judge.sign(base)
    if p in (0, 1) or p is None:
        return None if p is None else judge.told(base) if p else CONSTANT
    if p.denominator == 1 and p > 0 and p % 2 == 0:
        if kind == "affine" or (p == 2 and _size(judge, base)):
            return Told("convex", "square" if p == 2 else "power")
        if kind == "concave" and down:
            return Told("convex", "grown_power")
    if p > 1 and up and kind in ("affine", "convex"):
        return Told("convex", "power" if kind == "affine" else "grown_power")
    return _powers(judge, Power(base, exponent)) or _log_convex(judge, Power(base, exponent))


def rational(node: Node) -> Fraction | None:
    """The value of a formula without names, None where it has names or is irrational."""
    return None if names(node) else exact_value(node)


def _size(judge: Judge, node: Node) -> bool:
    """Whether a formula is a length of what is affine."""
    match node:
        case Bars(arg) | Apply("norm", (arg,), ()):
            return judge.curve(arg) == "affine"
    return False


def _exponential(judge: Judge, base: Node, exponent: Node) -> Told | None:
    """`a^u` with a positive number a is `exp(u log a)`."""
    a, kind = rational(base), judge.curve(exponent)
    if judge.moves(base) or judge.sign(base)[0] < 2:
        return None
    grows = base == Name("e") or (a is not None and a > 1)
    falls = a is not None and a < 1
    bent = kind == "affine" or (kind == "convex" and grows) or (kind == "concave" and falls)
    return Told("convex", "function" if kind == "affine" else "grown") if bent else None


def quotient(judge: Judge, node: Quotient) -> Told | None:
    """A quotient whose denominator moves."""
    top, bottom = judge.line(node.numerator), node.denominator
    if isinstance(top, Sum):
        parts = [judge.told(Quotient(term, bottom)) for term in top.terms]
        kinds = {None if part is None else part.kind for part in parts}
        if kinds <= {"affine", "constant", "convex"} or kinds <= {"affine", "constant", "concave"}:
            return judge.told(plus(*(Quotient(term, bottom) for term in top.terms)))
    if isinstance(top, Negate):
        return judge.turned(judge.told(Quotient(top.arg, bottom)), -1)
    if not judge.moves(top) and judge.factor(top) and _reciprocals(judge, bottom):
        return Told("concave" if judge.factor(top) > 0 else "convex", "harmonic")
    return _powers(judge, node) or perspective(judge, _flat(node)) or _log_convex(judge, node)


def _reciprocals(judge: Judge, node: Node) -> bool:
    """Whether a formula adds up positive multiples of `1/u` with u positive and affine."""
    node = judge.line(node)
    match node:
        case Sum(terms):
            return all(_reciprocals(judge, term) for term in terms)
        case Apply("sum" | "mean", (arg,), ()):
            return _reciprocals(judge, arg)
        case Quotient(top, bottom):
            positive = not judge.moves(top) and judge.sign(top)[0] == 2 and judge.sign(bottom)[0] > 0
            return positive and judge.curve(bottom) in ("affine", "concave")
    return False


def _powers(judge: Judge, node: Node) -> Told | None:
    """A product of powers of concave or convex formulas of known sign.

    With negative exponents alone it is convex; with positive ones that add up to at most 1 concave; with one
    positive exponent that is larger than the others together by at least 1 convex (Boyd & Vandenberghe,
    problem 3.16 and section 3.2.6).
    """
    exponents: Exponents = {}
    sign = _collect(judge, node, Fraction(1), exponents)
    exponents = {base: p for base, p in exponents.items() if p}
    if not sign or not exponents:
        return None
    found = _told_powers(judge, exponents)
    return found if found is None or sign > 0 else Told(TURNED[found.kind], found.rule)


def _told_powers(judge: Judge, exponents: Exponents) -> Told | None:
    above = {base: p for base, p in exponents.items() if p > 0}
    falling = all(_concave(judge, base) for base in exponents if base not in above)
    if not above:
        return Told("convex", "reciprocal") if falling else None
    total = sum(exponents.values(), Fraction(0))
    if len(above) == len(exponents) and total <= 1 and all(_concave(judge, base) for base in above):
        return Told("concave", "geometric" if len(above) > 1 else "power")
    ((base, p), *others) = above.items()
    if others or total < 1 or not falling or not _convex(judge, base, p):
        return None
    return Told("convex", "over" if len(exponents) > 1 else "power")


def _concave(judge: Judge, base: Node) -> bool:
    return judge.curve(base) in ("affine", "concave") and judge.sign(base)[0] > 0


def _convex(judge: Judge, base: Node, p: Fraction) -> bool:
    """Whether a base is convex and nowhere negative; an even power of what is affine is one of its size."""
    if judge.curve(base) == "affine" and p.denominator == 1 and p % 2 == 0:
        return True
    return judge.curve(base) in ("affine", "convex") and judge.sign(base)[0] > 0


def _collect(judge: Judge, node: Node, p: Fraction, into: Exponents) -> int:
    """The exponents of the factors of a formula; the sign of the constant in front, 0 where it is unknown."""
    node = judge.line(node)
    if not judge.moves(node):
        sign = judge.factor(node)
        return _powered(sign, p)
    match node:
        case Negate(arg):
            return _collect(judge, arg, p, into) * _powered(-1, p)
        case Quotient(top, bottom):
            return _collect(judge, top, p, into) * _collect(judge, bottom, -p, into)
        case Power(base, exponent) if (q := rational(exponent)) is not None:
            return _collect(judge, base, p * q, into)
        case Apply("sqrt", (arg,)):
            return _collect(judge, arg, p * HALF, into)
        case Product(factors) if entrywise(judge, node):
            sign = 1
            for factor in factors:
                sign *= _collect(judge, factor, p, into)
            return sign
        case Product():
            found = _gram(judge, _flat(node), ("scalar",))
            if found is not None and found.kind == "convex":
                size = Apply("sqrt", (node,))
                into[size] = into.get(size, Fraction(0)) + 2 * p
                return 1
    into[node] = into.get(node, Fraction(0)) + p
    return 1


def _powered(sign: int, p: Fraction) -> int:
    """The sign of a power of a constant, 0 where it is not known."""
    if sign > 0 or p % 2 == 0:
        return abs(sign)
    return sign if p.denominator == 1 else 0


def _log_convex(judge: Judge, node: Node) -> Told | None:
    """A positive formula whose logarithm is convex."""
    return Told("convex", "log_convex_itself") if log_convex(judge, node) else None


def root(judge: Judge, arg: Node) -> Told | None:
    """The square root of a sum of squares, a length, or of a product of powers."""
    if _squares(judge, arg):
        return Told("convex", "norm")
    return _powers(judge, Apply("sqrt", (arg,))) or _log_convex(judge, Apply("sqrt", (arg,)))


def _squares(judge: Judge, node: Node) -> bool:
    """Whether a formula adds squares of what is affine, and constants that are not negative."""
    node = judge.line(node)
    match node:
        case _ if not judge.moves(node):
            return judge.sign(node)[0] > 0
        case Sum(terms):
            return all(_squares(judge, term) for term in terms)
        case Apply("sum" | "mean", (arg,), ()):
            return _squares(judge, arg)
        case Power(base, exponent) if rational(exponent) == 2:
            return judge.curve(base) == "affine" or _size(judge, base)
        case Quotient(top, bottom):
            return not judge.moves(bottom) and judge.sign(bottom)[0] > 0 and _squares(judge, top)
        case Product():
            factors = _flat(node)
            still = [factor for factor in factors if not judge.moves(factor)]
            moving = [factor for factor in factors if judge.moves(factor)]
            if entrywise(judge, node):
                positive = all(judge.sign(factor)[0] for factor in still)
                same = len(moving) == 2 and moving[0] == moving[1] and judge.curve(moving[0]) == "affine"
                return positive and (same or (len(moving) == 1 and _squares(judge, moving[0])))
            found = _gram(judge, factors, ("scalar",))
            return found is not None and found.kind == "convex"
    return False
