"""This module answers `stationary` asks about several variables with symbols beside them, where every slope
is linear: one system of equations, solved by Cramer's rule, and what the point is by the leading minors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symdl.autodiff.gathering import condensed
from symdl.core.algebra import negative, ratio
from symdl.core.differentiation import differentiate
from symdl.core.graph import Equation
from symdl.core.naming import leaf
from symdl.core.polynomials import Polynomial, polynomial, written
from symdl.derivation.step import Answer, Step
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    TWO,
    ZERO,
    Array,
    Compare,
    Name,
    Negate,
    Node,
    Partial,
    Quotient,
    names,
    plus,
    substitute,
    times,
)  # fmt: skip
from symdl.problems.answering.scalars import settled, slopes
from symdl.problems.answering.signs import Matrix, determinant, sign_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

RULE = "rule.stationary."
MAX_NAMES = 3  # variables of a system whose solution is still read


def stationary(solver: Solver, of: str, by: Sequence[str], formula: Node, id: str) -> Iterator[Answer]:
    """The one stationary point of a function that is quadratic in its variables together."""
    claim = solver.graph.definition[solver.named(of)]
    first = slopes(solver, of, by, formula, id)
    matrix = [[settled(differentiate(slope, name)) for name in by] for slope in first]
    inside = names(Array(tuple(map(_row, matrix)))) & set(by)
    minors = [settled(determinant([row[:k] for row in matrix[:k]])) for k in range(1, len(by) + 1)]
    if inside or len(by) > MAX_NAMES or minors[-1] == ZERO:
        from symdl.problems.answering import stationary_cases

        yield from stationary_cases.stationary(solver, of, by, formula, id, first)
        return
    system = _System(solver, id, of, by, claim, first, matrix, minors)
    solver.steps.extend(system.steps(formula))
    yield Answer(
        id, "stationary", of, ",".join(by), left=Array(tuple(map(Name, by))),
        formula={"scalar": Array(tuple(system.point))},
    )  # fmt: skip


def _row(row: Sequence[Node]) -> Node:
    return Array(tuple(row))


def _over(top: Node, bottom: Node) -> Node:
    """A fraction, the common factor of both polynomials canceled."""
    import sympy

    above, below = polynomial(top), polynomial(bottom)
    letters = sorted({atom for poly in (above, below) for m in poly for atom, _ in m}, key=to_plain)
    symbols = [sympy.Symbol(f"s{k}") for k in range(len(letters))]
    if not symbols:
        return condensed(Quotient(top, bottom))

    def there(poly: Polynomial) -> Any:
        terms = {tuple(dict(m).get(a, 0) for a in letters): sympy.Rational(c) for m, c in poly.items()}
        return sympy.Poly(terms, *symbols)

    def back(poly: Any) -> Node:
        terms = [(zip(letters, powers, strict=True), c) for powers, c in poly.terms()]
        return written({tuple((a, e) for a, e in m if e): Fraction(int(c.p), int(c.q)) for m, c in terms})

    scale, short, rest = there(above).cancel(there(below))
    return condensed(Quotient(times(ratio(Fraction(int(scale.p), int(scale.q))), back(short)), back(rest)))


class _System:
    """A linear system of conditions being written and solved."""

    def __init__(
        self, solver: Solver, id: str, of: str, by: Sequence[str], claim: Equation, slopes: Sequence[Node],
        matrix: Matrix, minors: Sequence[Node],
    ) -> None:  # fmt: skip
        self.solver, self.id, self.of, self.by, self.claim = solver, id, of, by, claim
        self.slopes, self.matrix, self.minors = slopes, matrix, minors
        origin: dict[str, Node] = dict.fromkeys(by, ZERO)
        self.right = [settled(Negate(substitute(slope, origin))) for slope in slopes]
        self.tops = [settled(determinant(self._exchanged(j))) for j in range(len(by))]
        self.point = [ZERO if top == ZERO else _over(top, minors[-1]) for top in self.tops]

    def _exchanged(self, j: int) -> list[list[Node]]:
        """The matrix with the right-hand sides as its column j."""
        rows = zip(self.matrix, self.right, strict=True)
        return [[*row[:j], side, *row[j + 1 :]] for row, side in rows]

    def steps(self, formula: Node) -> Iterator[Step]:
        """The conditions, the Hessian, its determinant, the point, the value there and what it is."""
        zeros = tuple(f"{self.id}.{name}.zero" for name in self.by)
        for name, slope, zero in zip(self.by, self.slopes, zeros, strict=True):
            facts = {"of": leaf(self.of), "name": Name(name)}
            left = Partial(leaf(self.of), (Name(name),), "partial")
            rows = (("row", slope), ("row", ZERO))
            yield self._step(zero, Text(f"{RULE}condition", facts), (f"{self.id}.{name}",), left, rows)
        hessian = Array(tuple(map(_row, self.matrix)))
        because = Text(f"{RULE}hessian", {"of": leaf(self.of)})
        uses = tuple(f"{self.id}.{name}" for name in self.by)
        yield self._step(f"{self.id}.hessian", because, uses, leaf("H"), (("row", hessian),))
        yield from self._solution(zeros)
        yield self._kind(formula)

    def _solution(self, zeros: tuple[str, ...]) -> Iterator[Step]:
        size = Name(f"D_{len(self.by)}")
        full, whole = determinant(self.matrix), self.minors[-1]
        rows = (("line", full), ("line", whole)) if full != whole else (("line", whole),)
        facts = {"matrix": leaf("H"), "extra": {size.text: ()}, "equal": (full, whole)}
        yield self._step(
            f"{self.id}.determinant", Text(f"{RULE}system_determinant", facts), (f"{self.id}.hessian",), size,
            rows,
        )  # fmt: skip
        at = dict(zip(self.by, self.point, strict=True))
        for name, top, value, slope in zip(self.by, self.tops, self.point, self.slopes, strict=True):
            raw = Quotient(top, size)
            facts = {
                "name": Name(name), "determinant": Compare("!=", size, ZERO), "extra": {},
                "equal": (substitute(slope, at), ZERO),
            }  # fmt: skip
            shown = (("line", raw), ("line", value)) if value != ZERO else (("line", value),)
            uses = (*zeros, f"{self.id}.determinant")
            yield self._step(
                f"{self.id}.{name}.solved", Text(f"{RULE}system_solved", facts), uses, Name(name), shown
            )

    def _kind(self, formula: Node) -> Step:
        """What the point is: by the signs of the minors, where they are known, else by cases."""
        origin: dict[str, Node] = dict.fromkeys(self.by, ZERO)
        at = dict(zip(self.by, self.point, strict=True))
        # At the point of a quadratic function its linear part counts half.
        halves = [
            Quotient(times(side, value, style="juxtaposed"), TWO)
            for side, value in zip(self.right, self.point, strict=True)
            if ZERO not in (side, value)
        ]
        start = settled(substitute(formula, origin))
        left = (*([] if start == ZERO else [start]), *map(negative, halves))
        value = condensed(plus(*left)) if left else ZERO
        facts: dict[str, Any] = {
            "of": leaf(self.of), "extra": {}, "equal": (substitute(formula, at), value),
            "minors": tuple(Compare("=", Name(f"D_{k}"), m) for k, m in enumerate(self.minors, start=1)),
        }  # fmt: skip
        facts |= self._cases()
        uses = (f"{self.id}.hessian", *(f"{self.id}.{name}.solved" for name in self.by))
        because = Text(f"{RULE}system_{self._known()}", facts)
        return self._step(f"{self.id}.kind", because, uses, leaf(self.of), (("line", value),))

    def _cases(self) -> dict[str, Any]:
        """The signs that make a minimum, a maximum, and the even minor that makes a saddle."""
        numbered = [(k, Name(f"D_{k}")) for k in range(1, len(self.by) + 1)]
        up = tuple(Compare(">", name, ZERO) for _, name in numbered)
        down = tuple(Compare("<" if k % 2 else ">", name, ZERO) for k, name in numbered)
        return {"up": up, "down": down, "singular": Compare("=", numbered[-1][1], ZERO)}

    def _known(self) -> str:
        facts = self.solver.problem.facts
        signs = [sign_of(minor, facts) for minor in self.minors]
        if all(sign > 0 for sign in signs):
            return "minimum"
        if all(sign * (-1) ** k > 0 for k, sign in enumerate(signs, start=1)):
            return "maximum"
        return "saddle" if any(sign < 0 for sign in signs[1::2]) else "open"

    def _step(
        self, id: str, because: Text, uses: tuple[str, ...], left: Node, rows: tuple[tuple[str, Node], ...]
    ) -> Step:
        return Step(
            id, "stationary", self.claim, because, uses, "outline", left=left, lines=rows,
            graph=self.solver.graph,
        )  # fmt: skip
