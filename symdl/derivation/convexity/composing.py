"""This module recognizes convex formulas of scalars, vectors and matrices by how they are composed.

A convex function of one number, applied entry by entry to what is affine, is convex; so are sums of convex
terms, their positive multiples, norms of what is affine, and a convex function that grows of a convex one
(Boyd & Vandenberghe, Convex Optimization, section 3.2; Grant, Boyd & Ye, Disciplined Convex Programming).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from symdl.core.algebra import constant_of
from symdl.core.function import FUNCTIONS
from symdl.derivation.convexity import multiplied, quadratic
from symdl.derivation.convexity.atoms import (
    ATOMS,
    COUNTS,
    LARGEST,
    LINEAR,
    LOGARITHMS,
    NORMS,
    TURNED,
    Curve,
    through,
)
from symdl.derivation.convexity.judging import Signs
from symdl.derivation.convexity.pieces import bent_in_pieces
from symdl.derivation.convexity.positive import log_kind, mean_of_logarithms
from symdl.derivation.convexity.signing import Form, Sign, form_of, sign_of
from symdl.derivation.convexity.told import AFFINE, CONSTANT, OfOne, Told
from symdl.formula.tree import (
    Apply,
    Array,
    Bars,
    Index,
    Name,
    Negate,
    Node,
    Power,
    Product,
    Quotient,
    Repeat,
    Slice,
    Sum,
    Transpose,
    children,
    names,
    substitute,
)  # fmt: skip

OUTER = frozenset({"sum", "multiple", "inside"})  # rules that pass on what is below


@dataclass(frozen=True)
class Composed:
    """What judges formulas as functions of some quantities, lines put in by what they are."""

    by: frozenset[str]
    signs: Signs
    _seen: dict[Node, Told | None] = field(default_factory=dict, compare=False, repr=False)

    def moves(self, node: Node) -> bool:
        """Whether a formula rests on the quantities."""
        match node:
            case Name(text):
                return text in self.by or (text in self.signs.lines and self.moves(self.signs.lines[text]))
            case Apply(function) if function in COUNTS:
                return False
        return any(map(self.moves, children(node)))

    def sign(self, node: Node) -> Sign:
        """What is known of the signs of all entries of a formula."""
        return sign_of(node, self.signs, opened)

    def form(self, node: Node) -> Form:
        """Whether a formula is a number, a column, a row or a matrix."""
        return form_of(node, self.signs)

    def line(self, node: Node) -> Node:
        """The formula that a name of a line stands for, anything else itself."""
        while isinstance(node, Name) and node.text in self.signs.lines and node.text not in self.by:
            node = self.signs.lines[node.text]
        return node

    def curve(self, node: Node) -> Curve | None:
        """Whether all entries of a formula are constant, affine, convex or concave; None if unseen."""
        told = self.told(node)
        return None if told is None else told.kind

    def told(self, node: Node) -> Told | None:
        """The same, and the rule by which it is seen."""
        if node not in self._seen:
            self._seen[node] = None
            self._seen[node] = self._told(node) if self.moves(node) else CONSTANT
        return self._seen[node]

    def _told(self, node: Node) -> Told | None:
        match node:
            case Name(text):
                return AFFINE if text in self.by else self.told(self.signs.lines[text])
            case Index(base, subscripts):
                fixed = not any(self.moves(part) for part in subscripts if not isinstance(part, Slice))
                return _inside(self.told(base)) if fixed else None
            case Array(items) | Sum(items):
                return self._sum(items) or quadratic.told(self, node)
            case Negate(arg):
                return self.turned(self.told(arg), -1)
            case Transpose(arg):
                return _inside(self.told(arg))
            case Repeat("sum", body, index, start, _):
                return _inside(self._counted(index, start).told(body))
            case Bars(arg):
                return self._norm(arg)
            case Quotient(top, bottom):
                return self._scaled(top, bottom) or multiplied.quotient(self, node)
            case Power(base, exponent):
                return multiplied.power(self, base, exponent)
            case Product():
                return multiplied.product(self, node) or quadratic.told(self, node)
            case Apply():
                return self._call(node)
        return None

    def grounds(self, node: Node) -> Iterator[tuple[str, Node]]:
        """The parts that are convex or concave while nothing in them is, each with the rule that tells it."""
        node = self.line(node)
        told = self.told(node)
        if told is None or told.kind not in ("convex", "concave"):
            return
        if told.rule == "formula" and isinstance(node, Apply) and (whole := opened(node)) is not None:
            yield from self.grounds(whole)
            return
        parts = _split(node) if told.rule in OUTER else children(node)
        inner = [ground for child in parts if self.moves(child) for ground in self.grounds(child)]
        if inner and (told.rule in OUTER or told.rule.startswith("grown")):
            yield from inner
        if not inner or told.rule not in OUTER:
            yield told.rule, node

    def _sum(self, terms: tuple[Node, ...]) -> Told | None:
        kinds = {self.curve(term) for term in terms}
        if None in kinds or {"convex", "concave"} <= kinds:
            return None
        order: tuple[Curve, ...] = ("convex", "concave", "affine")
        return Told(next((kind for kind in order if kind in kinds), "constant"), "sum")

    def turned(self, told: Told | None, sign: int) -> Told | None:
        """A multiple, by the sign of the factor; 0 where it is not known."""
        if told is None or told.kind in ("affine", "constant"):
            return told
        rule = "multiple"
        return Told(told.kind, rule) if sign > 0 else Told(TURNED[told.kind], rule) if sign < 0 else None

    def factor(self, node: Node) -> int:
        """The sign of a constant in front: 1, -1 or 0."""
        up, down = self.sign(node)
        return 1 if up else -1 if down else 0

    def _counted(self, index: str, start: Node) -> Composed:
        """The judge of what is added up for a number that counts: its sign is that of where it starts."""
        first = constant_of(start)
        facts = ("positive",) if first is not None and first > 0 else ()
        signs = Signs({**self.signs.shapes, index: ()}, self.signs.lines, {**self.signs.facts, index: facts})
        return Composed(self.by, signs)

    def of_one(self, node: Node) -> OfOne:
        """A fresh name in the place of a formula, and the judge of functions of it."""
        fresh = next(f"z_{k}" for k in range(len(self.signs.shapes) + 2) if f"z_{k}" not in self.signs.shapes)
        facts = ("positive",) if self.sign(node)[0] else ()
        shape = {"scalar": (), "matrix": (1, 1)}.get(self.form(node), (1,))
        signs = Signs(
            {**self.signs.shapes, fresh: shape}, self.signs.lines, {**self.signs.facts, fresh: facts}
        )
        return OfOne(Name(fresh), Composed(frozenset({fresh}), signs))

    def _scaled(self, top: Node, bottom: Node) -> Told | None:
        return None if self.moves(bottom) else self.turned(self.told(top), self.factor(bottom))

    def _norm(self, arg: Node) -> Told | None:
        kind = self.curve(arg)
        if kind == "affine" and self.form(arg) == "scalar" and any(self.sign(arg)):
            return self.turned(AFFINE, 1)
        if kind == "affine":
            return Told("convex", "absolute" if self.form(arg) == "scalar" else "norm")
        return Told("convex", "grown_norm") if kind == "convex" and self.sign(arg)[0] else None

    def _call(self, node: Apply) -> Told | None:
        function, args = node.function, node.args
        kinds = {self.curve(arg) for arg in args}
        if function in LARGEST and kinds <= {"convex", "affine", "constant"}:
            return Told("convex", "largest" if function == "max" else "logsumexp")
        if function == "min" and kinds <= {"concave", "affine", "constant"}:
            return Told("concave", "smallest")
        if function == "where":
            return bent_in_pieces(self, node)
        if any(map(self.moves, args[1:])) and function not in ("spread",):
            return self._opened(node)
        if function in LINEAR:
            return _inside(self.told(args[0])) or multiplied.traced(self, node)
        if function in NORMS:
            return self._norm(args[0])
        found = self._bent(function, args[0])
        if found is None and function in LOGARITHMS:
            found = log_kind(self, args[0])
        if found is None and function == "exp":
            found = mean_of_logarithms(self, args[0])
        if found is None and function == "sqrt":
            found = multiplied.root(self, args[0])
        if found is None and function == "abs":
            found = self._norm(args[0])
        return found or self._opened(node)

    def _bent(self, function: str, arg: Node) -> Told | None:
        """A function of one number of what is affine, or grown of what is convex."""
        kind = self.curve(arg)
        if kind is None or function not in ATOMS:
            return None
        own = through(ATOMS[function], kind, self.sign(arg))
        if own is None or own == "affine":
            return None if own is None else AFFINE
        return Told(own, "function" if kind == "affine" else "grown")

    def _opened(self, node: Apply) -> Told | None:
        """A function of the library by its formula."""
        whole = opened(node)
        found = None if whole is None else self.told(whole)
        return None if found is None else Told(found.kind, "formula")


def _split(node: Node) -> tuple[Node, ...]:
    """The terms that a formula adds or scales, those of a numerator over its denominator."""
    match node:
        case Quotient(Sum(terms), bottom):
            return tuple(Quotient(term, bottom) for term in terms)
        case Quotient(Negate(arg), bottom):
            return (Quotient(arg, bottom),)
    return children(node)


def _inside(told: Told | None) -> Told | None:
    return told if told is None or told.kind in ("affine", "constant") else Told(told.kind, "inside")


def opened(node: Apply) -> Node | None:
    """A call of a function that the library declares by a formula over other functions, written out."""
    function = FUNCTIONS.get(node.function)
    formula = None if function is None or node.function in ATOMS else function.formula
    if function is None or formula is None or len(node.args) > len(function.params):
        return None
    given = dict(zip(function.params, node.args, strict=False)) | dict(node.keywords)
    whole = substitute(formula, given)
    return None if whole == node else whole


def bend_of(node: Node, by: Collection[str], signs: Signs) -> Curve | None:
    """What the shape of a formula shows of it, as a function of some quantities together.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(frozenset({"X", "w", "y"}), frozenset({"exp", "sum"}))
    >>> signs = Signs({"X": ("N", "n"), "w": ("n",), "y": ("N",)}, {}, {})
    >>> texts = ("sum(exp(X w)) - y^T X w", "w^T X^T y", "sum(exp(X w)) - sum(w^2)")
    >>> [bend_of(read_formula(text, scope), ("w",), signs) for text in texts]
    ['convex', 'affine', None]
    """
    return Composed(frozenset(by), signs).curve(node)


def scalar_curve(node: Node, by: Collection[str]) -> Curve | None:
    """The same of a formula of scalars.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(None, frozenset({"exp", "log"}))
    >>> [scalar_curve(read_formula(text, scope), "xy") for text in ("exp(x - 2 y)", "log(x) - y^2", "x y")]
    ['convex', 'concave', None]
    """
    return bend_of(node, by, Signs({name: () for name in names(node)}, {}, {}))
