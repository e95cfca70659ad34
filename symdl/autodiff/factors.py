"""This module takes products of scalars apart: a number, and bases with exponents, among them exponentials.

Of e^(2 x - y) the bases are e^x and e^y, with the exponents 2 and -1: so e^x e^(-x) is 1, and e^x e^y is
e^(x + y).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from fractions import Fraction

from symdl.core.algebra import UNIT, constant_of, ratio, signed
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    Apply,
    Bars,
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
    times,
)  # fmt: skip
from symdl.formula.walking import walk

CONSTANTS = frozenset({"pi", "e"})
Exponents = frozenset[tuple[Node, Fraction]]


@dataclass
class Factors:
    """A product as a number and bases with exponents; `divided` where it was written as a quotient, `parted`
    where that was one by a number.
    """

    number: Fraction = Fraction(1)
    powers: dict[Node, Fraction] = field(default_factory=dict)
    divided: bool = False
    parted: bool = False
    seen: dict[Exponents, Node] = field(default_factory=dict)  # exponentials as they were written
    over: set[Node] = field(default_factory=set)  # of which some stands above the line

    def add(self, node: Node, exponent: Fraction = Fraction(1)) -> None:
        """Multiply by a power of a formula, taken apart into its factors where that is allowed."""
        whole = exponent.denominator == 1
        match node:
            case Number(value) if whole and (value or exponent > 0):
                self.number *= value ** int(exponent)
            case Negate(arg) if whole:
                self.number *= Fraction(-1) ** int(exponent)
                self.add(arg, exponent)
            case Product(factors) if whole:
                for factor in factors:
                    self.add(factor, exponent)
            case Quotient(top, bottom) if whole:
                self.divided = self.divided or constant_of(bottom) is None
                self.parted = self.parted or rational(top) is None
                self.add(top, exponent)
                self.add(bottom, -exponent)
            case Power(base, power) if (count := rational(power)) is not None and _joins(base, count, whole):
                self._count(base, exponent * count)
            case _ if whole and is_exponential(node):
                self._exponential(node, exponent)
            case _:
                self._count(node, exponent)

    def _exponential(self, node: Node, exponent: Fraction) -> None:
        """Multiply by a power of e^(a x + b y), counted as one of e^x and one of e^y."""
        atoms = {_with(node, part): count for part, count in summands(_exponent(node)).items()}
        self.seen.setdefault(frozenset(atoms.items()), node)
        if exponent > 0:
            self.over.add(_with(node, ONE))
        for atom, count in atoms.items():
            self.powers[atom] = self.powers.get(atom, Fraction(0)) + count * exponent

    def _count(self, base: Node, exponent: Fraction) -> None:
        if isinstance(base, Sum):  # a + b is b + a
            base = next((known for known in self.powers if reordered(known, base)), base)
        if comes_apart(base) and exponent.denominator == 1:
            self.add(base, exponent)
            return
        self.powers[base] = self.powers.get(base, Fraction(0)) + exponent
        if isinstance(base, Apply) and base.function == "sqrt" and abs(self.powers[base]) >= 2:
            whole = int(self.powers[base] / 2)
            self.powers[base] -= 2 * whole
            self.add(base.args[0], Fraction(whole))
        self._rooted(base)
        self._signed(argument_of_size(base) or base)

    def _rooted(self, base: Node) -> None:
        """A formula over its root is the root."""
        root = base if isinstance(base, Apply) and base.function == "sqrt" else Apply("sqrt", (base,))
        assert isinstance(root, Apply)
        over, under = self.powers.get(root.args[0], Fraction(0)), self.powers.get(root, Fraction(0))
        if over * under < 0 and over.denominator == under.denominator == 1:
            side = 1 if over > 0 else -1
            self.powers[root.args[0]] = over - side
            self.powers[root] = under + 2 * side

    def _signed(self, arg: Node) -> None:
        """The sign of a number over its size is one over the number, their product the number, the number by
        its sign its size; an even power of the size is one of the number.
        """
        sign = Apply("sign", (arg,))
        for size_of in (Apply("abs", (arg,)), Bars(arg)):
            power = self.powers.get(size_of, Fraction(0))
            if self.powers.get(sign, 0) >= 1 and power:
                self.powers[sign] -= 1
                self.powers[size_of] -= 1 if power > 0 else -1
                self.add(arg, Fraction(1 if power > 0 else -1))
            elif abs(power) >= 2 and power.denominator == 1:
                self.powers[size_of] -= 2 * int(power / 2)
                self.add(arg, Fraction(2 * int(power / 2)))
        if self.powers.get(sign, 0) >= 1 and self.powers.get(arg, 0) >= 1:
            self.powers[sign] -= 1
            self.powers[arg] -= 1
            self._count(Bars(arg), Fraction(1))

    def node(self) -> Node:
        """The product as it is written: number, names, functions, sums; a minus in front of all."""
        powers = self._powers()
        above = [(b, e) for b, e in powers.items() if e > 0 or (e < 0 and not self.divided)]
        below = [(b, -e) for b, e in powers.items() if e < 0 and self.divided]
        front = abs(self.number)
        if below or (self.parted and above and front.denominator != 1):
            top, bottom = map(Fraction, front.as_integer_ratio())
            body: Node = Quotient(_product(top, above), _product(bottom, below))
        else:
            body = _product(front, above)
        return Negate(body) if self.number < 0 else body

    def _powers(self) -> dict[Node, Fraction]:
        """The powers, those of one base with sums as exponents as one."""
        groups: dict[Node, dict[Node, Fraction]] = {}
        counted = {b for b in self.powers if is_atom(b)}
        for base, power in self.powers.items():
            if power and (whole := Power(base, ONE)) not in counted and _is_powered(base, counted):
                groups.setdefault(whole, {})[whole] = power  # x among x^n: x x^n is x^(n + 1)
            else:
                groups.setdefault(_with(base, ONE) if is_atom(base) else base, {})[base] = power
        joined: dict[Node, Fraction] = {}
        for base, powers in groups.items():
            if not is_atom(base):
                joined[base] = powers[base]
            elif any(powers.values()):
                node, power = self._joined(base, powers)
                joined[node] = power
        return joined

    def _joined(self, base: Node, atoms: dict[Node, Fraction]) -> tuple[Node, Fraction]:
        """Exponentials of one base as one, and 1 or -1 as its power; as it was written where it was one."""
        for power in (1, -1) if base in self.over or not self.divided else (-1, 1):
            counts = frozenset((atom, power * count) for atom, count in atoms.items() if count)
            if counts in self.seen and (power == 1 or base not in self.over):
                return self.seen[counts], Fraction(power)
        below = self.divided and base not in self.over and all(count <= 0 for count in atoms.values())
        sign = -1 if below else 1
        parts = sorted(atoms.items(), key=lambda item: (_exponent(item[0]) == ONE, to_plain(item[0])))
        terms = [_times(sign * count, _exponent(atom)) for atom, count in parts if count]
        return _with(base, plus(*terms)), Fraction(sign)


def _is_powered(base: Node, atoms: Set[Node]) -> bool:
    """Whether a base stands under an exponent with other names as well."""
    return any(
        isinstance(atom, Power) and atom.base == base and names(base).isdisjoint(names(atom.exponent))
        for atom in atoms
    )


def argument_of_size(base: Node) -> Node | None:
    """What a formula is the sign or the size of, if it is one."""
    match base:
        case Bars(arg) | Apply("sign" | "abs", (arg,), ()):
            return arg
    return None


def is_exponential(node: Node) -> bool:
    """Whether a formula is a power whose exponent has names in it."""
    match node:
        case Power(_, exponent):
            return bool(names(exponent))
        case Apply("exp", (exponent,), ()):
            return bool(names(exponent))
    return False


def is_atom(node: Node) -> bool:
    """Whether a base is an exponential, or the constant part e^1 of one."""
    match node:
        case Power(_, exponent) | Apply("exp", (exponent,), ()):
            return exponent == ONE or bool(names(exponent))
    return False


def _exponent(node: Node) -> Node:
    return node.exponent if isinstance(node, Power) else children(node)[0]


def _with(node: Node, exponent: Node) -> Node:
    """An exponential with another exponent."""
    return Power(node.base, exponent) if isinstance(node, Power) else Apply("exp", (exponent,))


def summands(node: Node, scale: Fraction = UNIT) -> dict[Node, Fraction]:
    """A sum as numbers times its parts.

    >>> x, y = Name("x"), Name("y")
    >>> [int(count) for count in summands(Sum((x, Negate(times(Number(Fraction(2)), y))))).values()]
    [1, -2]
    """
    found: dict[Node, Fraction] = {}
    for term in node.terms if isinstance(node, Sum) else (node,):
        factors = factors_of(term)
        count, factors.number = factors.number * scale, Fraction(1)
        part = factors.node()
        inner = summands(part, count) if isinstance(part, Sum) else {part: count}
        for each, times_counted in inner.items():
            found[each] = found.get(each, Fraction(0)) + times_counted
    return found


def _times(count: Fraction, node: Node) -> Node:
    factors = factors_of(node)
    factors.number *= count
    return factors.node()


def _joins(base: Node, power: Fraction, whole: bool) -> bool:
    """Whether powers of a base are counted with others of it: whole ones, and any of a name."""
    return isinstance(base, Name) or (whole and power.denominator == 1)


def reordered(one: Node, other: Sum) -> bool:
    """Whether two sums differ in the order of their terms alone."""
    return isinstance(one, Sum) and len(one.terms) == len(other.terms) and set(one.terms) == set(other.terms)


def rational(node: Node) -> Fraction | None:
    """The value of a number, a fraction of two, or minus one of these; None of anything else."""
    match node:
        case Negate(arg):
            value = rational(arg)
            return None if value is None else -value
        case Quotient(top, bottom):
            above, below = rational(top), rational(bottom)
            return above / below if above is not None and below else None
    return constant_of(node)


def comes_apart(base: Node) -> bool:
    """Whether a whole power of a formula is the product of the powers of its parts."""
    if is_exponential(base):
        return True
    if isinstance(base, Power):
        return (constant_of(base.exponent) or Fraction(1, 2)).denominator == 1
    return isinstance(base, Number | Negate | Product | Quotient) and constant_of(base) != 0


def _product(coefficient: Fraction, powers: list[tuple[Node, Fraction]]) -> Node:
    factors = [_power(b, e) for b, e in sorted(powers, key=lambda pair: _rank(pair[0]))]
    front = [ratio(coefficient)] if coefficient != 1 or not factors else []
    return times(*front, *factors, style="juxtaposed")


def _power(base: Node, exponent: Fraction) -> Node:
    return base if exponent == 1 else Power(base, signed(exponent))


def _rank(base: Node) -> int:
    """The place of a factor: names, sums of them, powers, functions, sums with functions; logarithms of
    numbers before functions.
    """
    match base:
        case Name():
            return 0
        case Sum():
            plain = not any(isinstance(part, Apply | Bars) or is_exponential(part) for part in walk(base))
            return 1 if plain else 5
        case Apply(function):
            return 4 if names(base) - CONSTANTS else 3 if function in ("log", "ln") else 0
    return 2


def factors_of(node: Node) -> Factors:
    """A formula as a number times powers."""
    factors = Factors()
    factors.add(node)
    return factors
