"""This module proves functions of a symmetric matrix convex along lines `X + t V`, all sizes at once.

The second derivative along a symmetric V is a sum of terms `tr(V P V Q)`: with P and Q positive semidefinite,
`|√P V √Q|²`. Of -log det X, where P and Q are the inverse, it is the sum of the squared eigenvalues of
`X^(-1/2) V X^(-1/2)` (Boyd & Vandenberghe, Convex Optimization, section 3.1.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from symdl.autodiff.moving import Facts
from symdl.autodiff.multiplying import Terms, Unwritten
from symdl.autodiff.rewriting import tidied
from symdl.autodiff.terms import Term
from symdl.core.graph import Graph, Var
from symdl.core.naming import leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.derivation.convexity.judging import Signs
from symdl.derivation.convexity.kronecker import direction_name
from symdl.derivation.step import Step
from symdl.derivation.tangent_pass import Along, along
from symdl.errors import SymdlError
from symdl.formula.tree import (
    Apply,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    number,
    plus,
    times,
    unmarked,
)  # fmt: skip
from symdl.formula.walking import walk
from symdl.text import Text

DEFINITE, SEMIDEFINITE = "positive-definite", "positive-semidefinite"
Bend = Literal["convex", "concave"]


@dataclass(frozen=True)
class Line:
    """The gradient of a function differentiated along a direction, and how that is written."""

    found: Along
    direction: Name
    tangent: Node


def line(graph: Graph, of: Var, by: Var, facts: Facts, at_kink: Node | None) -> Line | None:
    """What the gradient by a matrix changes by along a direction; None where matrices do not write it."""
    name = direction_name(graph.by_name)
    direction = Var(name, by.shape, "tangent", 1 + max(var.number for var in graph.variables()))
    moved = Graph((*graph.inputs, direction), graph.equations, graph.output, graph.written)
    try:
        found = along(moved, of, [by], [direction], at_kink)
        product = found.products[0]
        written = tidied(unmarked(matrix_line(Speller(found.graph), product)), facts)
    except (NoMatrixView, SymdlError, KeyError):
        return None
    if any(isinstance(part, Partial) for part in walk(written)):  # of a line that moves as well
        return None
    return Line(found, Name(name), written)


@dataclass(frozen=True)
class Bending:
    """A second derivative along a line as traces none of which changes its sign."""

    form: Node
    kind: Bend
    strict: bool
    inverses: bool  # whether all is `tr(V X^(-1) V X^(-1))`


def bending(found: Line, facts: Facts, signs: Signs) -> Bending | None:
    """The traces of a second derivative along a symmetric direction, None where their signs are not seen."""
    v = found.direction
    known = Terms(
        Facts(
            facts.distributions, facts.sizes, facts.symmetric | {v.text}, {**facts.ranks, v: 2},
        )
    )  # fmt: skip
    try:
        terms = known.counted([_turned(term, v) for term in known.of(found.tangent)])
    except (Unwritten, ValueError):
        return None
    judge = _Judge(known, signs, v)
    if not terms or not all(judge.semidefinite(term) for term in terms):
        return None
    kinds = {term.negative for term in terms}
    if len(kinds) > 1:
        return None
    form = plus(*(_trace(term, v) for term in terms))
    strict = any(judge.definite(term) for term in terms)
    left, right = terms[0].around(v)
    inverses = len(terms) == 1 and left == right != ()
    return Bending(form, "concave" if kinds == {True} else "convex", strict, inverses)


def _turned(term: Term, v: Name) -> Term:
    """Of `tr(V P V Q)` and `tr(V Q V P)`, which are one, the one whose first side is the shorter."""
    left, right = term.around(v)
    return term if len(left) <= len(right) else replace(term, chain=(*right, v, *left))


def _trace(term: Term, v: Name) -> Node:
    whole = times(v, *term.chain, style="juxtaposed")
    front = Term(abs(term.number), term.scalars).node
    body: Node = Apply("trace", (whole,))
    if front != number(1):
        body = times(front, body, style="juxtaposed")
    return Negate(body) if term.negative else body


@dataclass(frozen=True)
class _Judge:
    """What knows which products of matrices are positive semidefinite."""

    terms: Terms
    signs: Signs
    v: Name

    def semidefinite(self, term: Term) -> bool:
        """Whether both sides are positive semidefinite, and all scalars nowhere negative."""
        scalars = all(e % 2 == 0 or self.signs.nonnegative(base) for base, e in term.scalars)
        return scalars and all(map(self._side, term.around(self.v)))

    def definite(self, term: Term) -> bool:
        """Whether the term is zero for no direction but zero."""
        return not term.scalars and all(
            all(self._known(part, (DEFINITE,)) for part in side) for side in term.around(self.v)
        )

    def _side(self, chain: Sequence[Node]) -> bool:
        """Whether a product is `M Mᵀ`, or `M P Mᵀ` around such a P."""
        n = len(chain)
        if any(self.terms.turned(chain[k]) != chain[n - 1 - k] for k in range(n // 2)):
            return False
        return n % 2 == 0 or self._known(chain[n // 2], (DEFINITE, SEMIDEFINITE))

    def _known(self, node: Node, wanted: tuple[str, ...]) -> bool:
        match node:
            case Name(text):
                return bool(set(wanted) & set(self.signs.facts.get(text, ())))
            case Apply("eye"):
                return True
            case Apply("inv", (arg,)):
                return self._known(arg, wanted)
            case Product((Number(value), *rest)) if value > 0:
                return self._known(times(*rest, style="juxtaposed"), wanted)
            case Product(factors, styles) if "star" not in styles and SEMIDEFINITE in wanted:
                return self._side(factors)
            case Sum(terms):
                return all(self._known(term, wanted) for term in terms)
        return False


def bending_step(
    found: Line, bent: Bending, graph: Graph, id: str, of: str, by: Var, uses: tuple[str, ...]
) -> Step:
    """The line that says a function of a positive definite matrix convex, or concave."""
    v, x = found.direction, leaf(str(by.name))
    letter = Name(next(name for name in ("t", "s", "tau", "rho") if name not in graph.by_name))
    start = Apply("trace", (times(Transpose(v), found.tangent, style="juxtaposed"),))
    facts = {
        "of": leaf(of), "by": x, "v": v, "t": letter, "strict": bent.strict,
        "along": plus(x, times(letter, v, style="juxtaposed")),
        "extra": {v.text: by.shape}, "symmetric": (v.text,), "bends": (of, str(by.name), v.text),
        **_rooted(x, v, graph),
    }  # fmt: skip
    key = f"{bent.kind}_along{'_inverse' if bent.inverses else ''}{'_strictly' if bent.strict else ''}"
    return Step(
        f"{id}.along", "hessian", graph.definition[graph.by_name[of]], Text(f"rule.hessian_{key}", facts),
        uses, "outline", left=Partial(leaf(of), (letter, letter), "total"),
        lines=(("line", start), ("line", bent.form)), graph=graph,
    )  # fmt: skip


def _rooted(x: Node, v: Name, graph: Graph) -> dict[str, Node]:
    """The formulas of the argument: a trace with two matrices, their roots around the direction."""
    free = [Name(name) for name in ("P", "Q", "M", "N", "R", "S") if name not in graph.by_name]
    p, q = free[:2]
    half = Quotient(number(1), number(2))
    root = Power(x, Negate(half))
    return {
        "inner": times(root, v, root, style="juxtaposed"), "p": p, "q": q,
        "trace": Apply("trace", (times(v, p, v, q, style="juxtaposed"),)),
        "rooted": times(Power(p, half), v, Power(q, half), style="juxtaposed"),
    }  # fmt: skip
