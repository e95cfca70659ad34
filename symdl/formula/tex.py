"""This module prints a tree in TeX, as a teacher writes it on the board."""

from __future__ import annotations

from symdl.formula.kinds import kind
from symdl.formula.notation import Notation
from symdl.formula.printing import (
    ATOM,
    BIG,
    COMPARISON,
    NEGATION,
    POSTFIX,
    POWER,
    PRODUCT,
    QUOTIENT,
    SUM,
    Piece,
    is_factorial,
    numeric,
    shortened,
    unmarked_top,
)
from symdl.formula.spelling import Form, tex_name
from symdl.formula.tex_functions import RELATIONS, TexFunctions
from symdl.formula.tree import (
    Apply,
    Array,
    Bars,
    Compare,
    Marked,
    Name,
    Node,
    Number,
    Partial,
    Power,
    Quotient,
    Repeat,
    RepeatOver,
    Sum,
    Transpose,
)

_ESCAPES = str.maketrans(
    {c: f"\\{c}" for c in "{}$&#_%"} | {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\sim "}
)
_DERIVATIVE = {"partial": r"\partial", "local": r"\partial", "total": r"\mathrm{d}"}


def to_tex(node: Node, notation: Notation | None = None) -> str:
    r"""A formula in TeX.

    >>> from symdl.formula.tree import TWO, Name, Power, Quotient
    >>> to_tex(Quotient(Power(Name("x1"), TWO), TWO))
    '\\frac{x_{1}^{2}}{2}'
    """
    return TexPrinter(notation or Notation()).free(node)


class TexPrinter(TexFunctions):
    """The TeX of each kind of node."""

    star = r" \odot "
    dot = r" \cdot "

    def _grouped(self, text: str) -> str:
        return f"{{{text}}}"

    def _form_of_name(self, name: str, entries: int = 0) -> Form:
        return self.notation.tex_form(name, entries)

    def _spell(self, form: Form) -> str:
        return tex_name(form)

    def _number(self, node: Number) -> Piece:
        if node.written is not None:
            return _digits(node.written)
        top, bottom = node.value.numerator, node.value.denominator
        if bottom == 1:
            return str(top), ATOM if top >= 0 else NEGATION
        sign = "-" if top < 0 else ""
        return rf"{sign}\frac{{{abs(top)}}}{{{bottom}}}", NEGATION if sign else POWER

    def _quotient(self, node: Quotient) -> Piece:
        return rf"\frac{{{self.free(node.numerator)}}}{{{self.free(node.denominator)}}}", POWER

    def _power(self, node: Power) -> Piece:
        exponent = self._exponent(node.exponent)
        base = node.base
        if isinstance(base, Apply) and self._takes_exponent(base) and exponent.isdigit():
            return self._prefixed(base, bare=True, exponent=exponent)
        return f"{self.at_least(base, ATOM)}^{{{exponent}}}", POWER

    def _exponent(self, node: Node) -> str:
        """An exponent on one line: `x^{1/2}`."""
        if isinstance(node, Number) and node.written is None:
            return str(node.value)
        if isinstance(node, Quotient):
            return f"{self.at_least(node.numerator, PRODUCT)}/{self.at_least(node.denominator, ATOM)}"
        return self.free(node)

    def _transposed(self, node: Node) -> str:
        if isinstance(node, Marked):
            return rf"{self.at_least(node, POSTFIX)}^{{\top}}"
        if isinstance(node, Array) and not isinstance(node.items[0], Array):
            return _matrix([self._cells(node, r"\cdots")])
        form = self.form(node)
        if form is None:
            return rf"{self.at_least(node, ATOM)}^{{\top}}"
        if "^" in form.base:
            return rf"{{{tex_name(form)}}}^{{\top}}"
        return tex_name(form._replace(upper=form.upper + r"\top"))

    def _laid(self, node: Node) -> Piece:
        return rf"{self._transposed(node)}^{{\top}}", POSTFIX

    def _bars(self, node: Bars) -> Piece:
        return self._fenced("|" if kind(node.arg, self.notation) == "scalar" else "‖", node.arg)

    def _compare(self, node: Compare) -> Piece:
        return (
            f"{self.at_least(node.left, SUM)} {RELATIONS[node.relation]} {self.at_least(node.right, SUM)}",
            COMPARISON,
        )

    def _repeat(self, node: Repeat) -> Piece:
        if is_factorial(node):
            return f"{self.at_least(node.stop, ATOM)}!", POSTFIX
        index = self.notation.tex(node.index)
        sign = rf"\{node.kind}_{{{index}={self.free(node.start)}}}^{{{self.free(node.stop)}}}"
        return f"{sign} {self.at_least(node.body, BIG)}", BIG

    def _repeatover(self, node: RepeatOver) -> Piece:
        sign = rf"\{node.kind}_{{{self.notation.tex(node.index)} \in {self.free(node.collection)}}}"
        return f"{sign} {self.at_least(node.body, BIG)}", BIG

    # arrays

    def _array(self, node: Array) -> Piece:
        depth = _depth(node)
        if depth == 1:
            return _matrix([[cell] for cell in self._cells(self._by_rows(node), r"\vdots")]), ATOM
        if depth == 3:  # its slices beside each other; with four axes they are rows of slices
            return _matrix([self._cells(node, r"\cdots")]), ATOM
        rows = [self._row(row) for row in shortened(node.items, self.notation.longest)]
        return _matrix([row or [r"\vdots"] * len(rows[0]) for row in rows]), ATOM

    def _by_rows(self, node: Array) -> Array:
        """Vectors that are the rows of a matrix, lying down as they do there."""
        if any(kind(item, self.notation) != "column" for item in node.items):
            return node
        return Array(tuple(Transpose(item) for item in node.items))

    def _row(self, row: Node | None) -> list[str]:
        return self._cells(row, r"\cdots") if isinstance(row, Array) else []

    def _cells(self, node: Array, dots: str) -> list[str]:
        shown = shortened(node.items, self.notation.longest)
        return [dots if item is None else self.free(item) for item in shown]

    # products

    def _between(self, left: Node, right: Node, text: str) -> str:
        left, right = unmarked_top(left), unmarked_top(right)
        if numeric(right) or (isinstance(left, Number) and self._is_fraction(right)):
            return r" \cdot "
        if self._is_fraction(left):
            return r" \cdot " if self._is_fraction(right) else self._after_fraction(right)
        if isinstance(right, Apply | Repeat | RepeatOver):  # operators bring their own space
            return " "
        return r" \, " if isinstance(left, Apply) or self._is_word(left) else " "

    def _is_fraction(self, node: Node) -> bool:
        if isinstance(node, Number):
            return node.written is None and node.value.denominator != 1
        return isinstance(node, Quotient) or (isinstance(node, Partial) and self.form(node) is None)

    def _after_fraction(self, right: Node) -> str:
        return " " if isinstance(right, Apply | Repeat | RepeatOver | Sum) else r" \, "

    def _is_word(self, node: Node) -> bool:
        return isinstance(node, Name) and self.notation.tex_form(node.text).base.startswith(r"\math")

    # derivatives

    def _derivative(self, node: Partial) -> Piece:
        d = _DERIVATIVE[node.kind] + (r"^{+}" if node.kind == "local" and self.notation.local else "")
        order = f"^{{{len(node.by)}}}" if len(node.by) > 1 else ""
        if order and d.endswith("}"):
            d = _DERIVATIVE[node.kind]
        below = self._below(node.by, _DERIVATIVE[node.kind])
        if self.form(unmarked_top(node.of)) is None:
            return rf"\frac{{{d}{order}}}{{{below}}} {self.at_least(node.of, POSTFIX)}", POWER
        return rf"\frac{{{d}{order} {self.free(node.of)}}}{{{below}}}", POWER

    def _below(self, by: tuple[Node, ...], d: str) -> str:
        r"""`\partial x^{2}` for the same variable again, `\partial x \, \partial y` for another."""
        if len(by) > 1 and all(each == by[0] for each in by):
            return f"{d} {self.at_least(by[0], ATOM)}^{{{len(by)}}}"
        return r" \, ".join(f"{d} {self.at_least(each, POSTFIX)}" for each in by)

    # marks

    def _mark(self, node: Marked, text: str) -> str:
        if node.kind == "shape":
            return rf"\underset{{{_shape(node.label or '')}}}{{{text}}}"
        if node.kind != "brace":
            text = rf"\textcolor{{symdl{node.kind}}}{{{text}}}"
        if node.label is None or node.kind == "changed":
            return text
        return rf"\underbrace{{{text}}}_{{\text{{{node.label.translate(_ESCAPES)}}}}}"


def _digits(written: str) -> Piece:
    """`1.2e-5` as 1.2 times a power of ten."""
    mantissa, _, exponent = written.lower().partition("e")
    sign = NEGATION if mantissa.startswith("-") else 0
    if not exponent:
        return mantissa, sign or ATOM
    power = f"10^{{{int(exponent)}}}"
    if mantissa in ("1", "-1"):
        return mantissa.replace("1", power), sign or POWER
    return rf"{mantissa} \times {power}", sign or QUOTIENT


def _matrix(rows: list[list[str]]) -> str:
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def _shape(label: str) -> str:
    """A shape as mathematics: `m × n` in brackets."""
    inner = label.strip("()").translate(_ESCAPES).replace("×", r"\times")
    return f"({inner})"


def _depth(node: Node) -> int:
    """The number of axes of an array literal."""
    return 1 + _depth(node.items[0]) if isinstance(node, Array) else 0
