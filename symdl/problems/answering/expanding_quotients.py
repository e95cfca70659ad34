"""This module expands a fraction where numerator and denominator are both zero, as sin(x)/x at 0.

Both are expanded, the common power of the distance is canceled, and the coefficients of the quotient follow
one after another from those of the two (Knopp, Theory and Application of Infinite Series, section 105). The
polynomial is that of the continuous extension.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import Any

from symdl.autodiff.gathering import condensed, multiplied_out
from symdl.core.algebra import negative, ratio
from symdl.core.constants import number_at
from symdl.core.differentiation import differentiate
from symdl.derivation.calculus.differentiating import Differentiation
from symdl.derivation.calculus.fractions import Zeros
from symdl.derivation.calculus.taylor import coefficient, distance, scalar_polynomial, term_by_term
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Compare,
    Name,
    Node,
    Partial,
    Power,
    Quotient,
    names,
    number,
    plus,
    substitute,
    times,
)  # fmt: skip

LETTERS = (("U", "V"), ("N", "D"), ("A", "B"))
COEFFICIENT = "q"


@dataclass(frozen=True)
class _Series:
    """One part of a fraction: its derivatives at the point over the factorials, and the next derivative."""

    coefficients: tuple[Node, ...]
    polynomial: Node
    beyond: Node
    id: str
    next_line: str = ""


class Quotients:
    """The expansion of one fraction at a zero of its denominator; `work` writes the steps."""

    def __init__(self, work: Any, zeros: Zeros) -> None:
        self.work, self.parts, self.zeros = work, zeros.parts, zeros
        (self.name,) = work.by
        self.at = work.at[self.name]
        taken = names(work.formula) | {work.of}
        self.letters = next(pair for pair in LETTERS if not taken & set(pair))
        self.q = COEFFICIENT if COEFFICIENT not in taken else "k"

    def polynomial(self, order: int) -> Node:
        """The polynomial of the continuous extension, and what it leaves out."""
        self._opening()
        last = order + self.zeros.bottom
        top, bottom = (
            self._series(part, letter, last) for part, letter in zip(self.parts, self.letters, strict=True)
        )
        result = self._divided(top, bottom, order)
        self._remainder(top, bottom, result, order)
        return result

    def _opening(self) -> None:
        facts = {"where": self._where, "top": self.parts.top, "bottom": self.parts.bottom}
        self.work.add("removable", "removable", facts, Name(self.work.of), (Quotient(*self.parts),), ())

    @property
    def _where(self) -> tuple[Compare, ...]:
        return (Compare("=", Name(self.name), self.at),)

    def _series(self, part: Node, letter: str, last: int) -> _Series:
        """The derivatives of a part, rule by rule, their values and the polynomial."""
        work, id = self.work, f"{self.work.id}.{letter}"
        if (itself := self._polynomial_itself(part, last)) is not None:
            return itself
        slopes, lines = [part], [""]
        for k in range(1, last + 2):
            if slopes[-1] == ZERO:
                break
            slope, line = self._slope(slopes[-1], part, f"{id}.d{k}", k)
            slopes.append(slope)
            lines.append(line)
        values, uses = [], []
        for k, slope in enumerate(slopes[: last + 1]):
            if k and slope == ZERO:
                break
            value = work.put(slope)
            rows = tuple(dict.fromkeys((substitute(slope, work.at), value)))
            left = Partial(part, (Name(self.name),) * k, "total") if k else part
            key = "value" if k else "part_value"
            facts = {"where": self._where, "order": k, "slope": slope}
            work.add(f"{letter}.at{k}", key, facts, left, rows, (lines[k],) if k else ())
            values.append(value)
            uses.append(f"{id}.at{k}")
        written = scalar_polynomial(values, self.name, self.at)
        polynomial = term_by_term(written)
        facts = {"order": last, "where": self._where, "of": part}
        rows = tuple(dict.fromkeys((written, polynomial)))
        work.add(f"{letter}.polynomial", "polynomial", facts, Apply(letter, (Name(self.name),)), rows, uses)
        padded = (*values, *(ZERO for _ in range(last + 1 - len(values))))
        coefficients = tuple(condensed(coefficient(value, k)) for k, value in enumerate(padded))
        beyond = slopes[last + 1] if last + 1 < len(slopes) else ZERO
        return _Series(coefficients, polynomial, beyond, id, lines[min(last + 1, len(lines) - 1)])

    def _polynomial_itself(self, part: Node, last: int) -> _Series | None:
        """A part that is written in powers of the distance already, such as x², needs no lines."""
        values, slope = [], part
        for _ in range(last + 1):
            _, exact = number_at(slope, self.work.at)
            if exact is None:
                return None
            values.append(ratio(exact))
            slope = differentiate(slope, self.name)
        polynomial = term_by_term(scalar_polynomial(values, self.name, self.at))
        if polynomial != part:
            return None
        coefficients = tuple(condensed(coefficient(value, k)) for k, value in enumerate(values))
        return _Series(coefficients, polynomial, multiplied_out(slope), "")

    def _slope(self, node: Node, part: Node, id: str, order: int) -> tuple[Node, str]:
        """The next derivative and the id of its line; the first one by the symbol of the rule itself."""
        work = self.work
        known = work.known.setdefault((self.name, "total"), {})
        derivation = Differentiation(
            Name(self.name), work.claim, id, "total", names(work.formula) | {work.of}, known=known
        )
        if order == 1:
            result = derivation.of(node)
            line = known[node][0]
        else:
            result = derivation.finish(node, Partial(part, (Name(self.name),) * order, "total"))
            line = id
        work.steps.extend(derivation.steps)
        return result, line

    def _divided(self, top: _Series, bottom: _Series, order: int) -> Node:
        """The quotient of the two polynomials: canceled, then coefficient by coefficient."""
        m = self.zeros.bottom
        c, d = top.coefficients[m:], bottom.coefficients[m:]
        power = self._power(m)
        found: list[Node] = []
        for k in range(order + 1):
            less = [
                times(found[j], d[k - j], style="juxtaposed")
                for j in range(k) if ZERO not in (found[j], d[k - j])
            ]  # fmt: skip
            rows = self._coefficient(c[k], less, d[0])
            found.append(rows[-1])
            if any(x != ZERO for x in d[1:]):
                left = Name(f"{self.q}_{k}")
                facts = {"k": k, "parts": self.parts, "order": m, "power": power, "before": tuple(found[:-1])}
                uses = self._of(top, bottom)
                before = tuple(f"{self.work.id}.{self.q}{j}" for j in range(k)) if less else ()
                key = "first_coefficient" if not k else "next_coefficient"
                self.work.add(f"{self.q}{k}", key, facts, left, rows, before or uses)
        written = plus(*(times(q, *(() if not k else (self._power(k),)), style="juxtaposed")
                         for k, q in enumerate(found)))  # fmt: skip
        result = term_by_term(written)
        plain = all(x == ZERO for x in d[1:])
        rows = (Quotient(top.polynomial, bottom.polynomial), result) if plain else (result,)
        facts = {"order": order, "where": self._where, "power": power}
        uses = (
            self._of(top, bottom) if plain
            else tuple(f"{self.work.id}.{self.q}{k}" for k in range(order + 1))
        )  # fmt: skip
        key = "canceled_polynomial" if plain else "quotient_polynomial"
        self.work.add("polynomial", key, facts, Apply("P", (Name(self.name),)), rows, uses)
        return result

    @staticmethod
    def _of(*series: _Series) -> tuple[str, ...]:
        """The lines of the polynomials."""
        return tuple(f"{one.id}.polynomial" for one in series if one.id)

    def _coefficient(self, c: Node, less: Sequence[Node], first: Node) -> tuple[Node, ...]:
        top = plus(c, *(negative(term) for term in less)) if less else c
        written = top if first == ONE else Quotient(top, first)
        return tuple(dict.fromkeys((written, condensed(multiplied_out(written)))))

    def _power(self, k: int) -> Node:
        base = distance(self.name, self.at)
        return base if k == 1 else Power(base, number(k))

    def _remainder(self, top: _Series, bottom: _Series, result: Node, order: int) -> None:
        """Lagrange's remainder of the numerator over the denominator; else what is left, over it."""
        m, name = self.zeros.bottom, Name(self.name)
        left = Apply("R", (name,))
        where = {"name": name, "polynomial": result, "order": order + 1, "top": self.parts.top}
        if bottom.beyond == ZERO and all(x == ZERO for x in bottom.coefficients[m + 1 :]):
            between = Name(next(x for x in ("xi", "zeta", "tau", "c") if x not in names(self.work.formula)))
            slope = substitute(top.beyond, {self.name: between})
            below = condensed(
                times(number(factorial(order + m + 1)), bottom.coefficients[m], style="juxtaposed")
            )
            rest = times(Quotient(slope, below), self._power(order + 1), style="juxtaposed")
            uses = (f"{top.id}.d{order + m + 1}",)
            self.work.add(
                "remainder", "remainder_quotient", {**where, "between": between}, left, (rest,), uses
            )
            return
        product = times(result, self.parts.bottom, style="juxtaposed")
        rest = Quotient(plus(self.parts.top, negative(product)), self.parts.bottom)
        self.work.add(
            "remainder", "remainder_fraction", {**where, "between": (), "last": order + m}, left, (rest,),
            (f"{self.work.id}.polynomial",),
        )  # fmt: skip
