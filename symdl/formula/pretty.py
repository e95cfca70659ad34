"""This module prints a tree as one line of Unicode, for a terminal and for readers who listen."""

from __future__ import annotations

from symdl.formula.functions import FunctionSpelling, spelling
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
    Printer,
    is_factorial,
    is_indicator,
    numeric,
    shortened,
    unmarked_top,
)
from symdl.formula.spelling import Form, parts, superscript, text_name
from symdl.formula.tree import (
    ONE,
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
    Product,
    Quotient,
    Repeat,
    RepeatOver,
    Transpose,
)

_RELATIONS = {"=": "=", "<": "<", ">": ">", "<=": "≤", ">=": "≥", "!=": "≠", "|": "|"}
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SIGNS = {"sum": "∑", "prod": "∏"}


def to_text(node: Node, notation: Notation | None = None) -> str:
    """A formula in Unicode.

    >>> from symdl.formula.tree import TWO, Name, Power, Transpose
    >>> to_text(Power(Name("x1"), TWO)), to_text(Transpose(Name("h1")), Notation(ranks={"h1": 1}))
    ('x₁²', 'h⁽¹⁾ᵀ')
    """
    return TextPrinter(notation or Notation()).free(node)


class TextPrinter(Printer):
    """The text of each kind of node."""

    star = " ⊙ "
    dot = " · "

    def _brackets(self, text: str) -> str:
        return f"({text})"

    def _mark(self, node: Marked, text: str) -> str:
        return text

    def _grouped(self, text: str) -> str:
        return text

    def _form_of_name(self, name: str, entries: int = 0) -> Form:
        return self.notation.text_form(name, entries)

    def _spell(self, form: Form) -> str:
        return text_name(form)

    def _number(self, node: Number) -> Piece:
        if node.written is not None:
            mantissa, _, exponent = node.written.lower().partition("e")
            level = NEGATION if mantissa.startswith("-") else QUOTIENT if exponent else ATOM
            raised = superscript(str(int(exponent))) if exponent else None
            if raised is None:
                return mantissa, level
            return (f"10{raised}" if mantissa == "1" else f"{mantissa}·10{raised}"), level
        level = ATOM if node.value.denominator == 1 else QUOTIENT
        return str(node.value), level if node.value >= 0 else NEGATION

    def _quotient(self, node: Quotient) -> Piece:
        return f"{self._above(node.numerator)}/{self.at_least(node.denominator, POWER)}", QUOTIENT

    def _above(self, node: Node) -> str:
        """What stands before the stroke, closed: log(x)/x is no logarithm of a quotient."""
        match unmarked_top(node):
            case Quotient() | Partial():
                return self._brackets(self.free(node))
            case Apply() as call:
                text, level = self._called(call, bare=False)
                return text if level >= PRODUCT else self._brackets(text)
            case Product() as product if node == product:
                text, level = self._product(product, after=ONE)
                return text if level >= PRODUCT else self._brackets(text)
        return self.at_least(node, PRODUCT)

    def _power(self, node: Power) -> Piece:
        exponent = self.free(node.exponent)
        raised = superscript(exponent) or "^" + self.at_least(node.exponent, POSTFIX)
        base = node.base
        if isinstance(base, Apply) and self._spelled(base).layout == "prefix" and exponent.isdigit():
            return f"{self._spelled(base).word}{raised}({', '.join(map(self.free, base.args))})", POWER
        return self.at_least(base, ATOM) + raised, POWER

    def _transposed(self, node: Node) -> str:
        return self.at_least(node, ATOM if isinstance(node, Transpose) else POSTFIX) + "ᵀ"

    def _bars(self, node: Bars) -> Piece:
        return self._fenced("|" if kind(node.arg, self.notation) == "scalar" else "‖", node.arg)

    def _fenced(self, fence: str, node: Node) -> Piece:
        return f"{fence}{self.free(node)}{fence}", ATOM

    def _compare(self, node: Compare) -> Piece:
        left, right = self.at_least(node.left, SUM), self.at_least(node.right, SUM)
        return f"{left} {_RELATIONS[node.relation]} {right}", COMPARISON

    def _repeat(self, node: Repeat) -> Piece:
        if is_factorial(node):
            return f"{self.at_least(node.stop, ATOM)}!", POSTFIX
        limits = f"{self.notation.text(node.index)}={self.free(node.start)}..{self.free(node.stop)}"
        return f"{_SIGNS[node.kind]}[{limits}] {self.at_least(node.body, BIG)}", BIG

    def _repeatover(self, node: RepeatOver) -> Piece:
        limits = f"{self.notation.text(node.index)} ∈ {self.free(node.collection)}"
        return f"{_SIGNS[node.kind]}[{limits}] {self.at_least(node.body, BIG)}", BIG

    def _array(self, node: Array) -> Piece:
        shown = shortened(node.items, self.notation.longest)
        return f"[{', '.join('…' if item is None else self.free(item) for item in shown)}]", ATOM

    def _derivative(self, node: Partial) -> Piece:
        d = "d" if node.kind == "total" else "∂"
        local = "⁺" if node.kind == "local" and self.notation.local else ""
        below = self._below(node.by, d)
        order = superscript(str(len(node.by))) if len(node.by) > 1 else ""
        if self.form(unmarked_top(node.of)) is None:
            return f"{d}{order or local}/{below} {self.at_least(node.of, ATOM)}", QUOTIENT
        return f"{d}{order or local}{self.free(node.of)}/{below}", POWER

    def _below(self, by: tuple[Node, ...], d: str) -> str:
        if len(by) > 1 and all(each == by[0] for each in by):
            return f"{d}{self.at_least(by[0], ATOM)}{superscript(str(len(by)))}"
        return "".join(f"{d}{self.at_least(each, POSTFIX)}" for each in by)

    def _between(self, left: Node, right: Node, text: str) -> str:
        left, right = unmarked_top(left), unmarked_top(right)
        fractions = isinstance(left, Quotient | Partial) and isinstance(right, Quotient | Partial)
        if numeric(right) or text[0].isdigit() or fractions:
            return " · "
        if text[0] == "[":
            return " "
        word = text[:2].isalpha() and len(text) > 1  # `2 sin x`, but `2x`
        if not isinstance(left, Number) or word or (left.written is None and left.value.denominator > 1):
            return "" if isinstance(left, Name) and text[0] == "(" else " "
        return " " if "e" in (left.written or "") + text[0] else ""

    # functions

    def _called(self, node: Apply, *, bare: bool) -> Piece:
        found = self._spelled(node)
        single = len(node.args) == 1 and not node.keywords
        match found.layout:
            case "cases" if is_indicator(node):
                return f"1[{self.free(node.args[0])}]", ATOM
            case "prefix" if single and bare and isinstance(node.args[0], Name):
                return f"{found.word} {self.free(node.args[0])}", POWER
            case "base" if len(node.args) == 2:
                argument, base = node.args
                script = self.free(base)
                script = script.translate(LOWERED) if script.isdigit() else f"_{self.at_least(base, ATOM)}"
                return f"{found.word}{script}({self.free(argument)})", ATOM
            case "limit" if len(node.args) == 3:
                body, name, goal = node.args
                under = f"{self.free(name)}→{self.free(goal)}"
                return f"{found.word}[{under}] {self.at_least(body, BIG)}", BIG
            case "postfix" if single:
                return self.at_least(node.args[0], ATOM) + found.word, POWER
            case "root" if single:
                return f"√{self.at_least(node.args[0], ATOM)}", POWER
            case "bars" | "norm" if single:
                return self._fenced("|" if found.layout == "bars" else "‖", node.args[0])
            case "big" if single:
                return f"{found.word} {self.at_least(node.args[0], BIG)}", BIG
            case "infix" if len(node.args) == 2:
                return f" {found.word} ".join(self.at_least(arg, POWER) for arg in node.args), PRODUCT
        word = found.word if found.layout in ("call", "prefix") else found.key
        inner = [self.free(arg) for arg in node.args]
        inner += [f"{key}={self.free(value)}" for key, value in node.keywords]
        return f"{word}({', '.join(inner)})", ATOM

    def _spelled(self, node: Apply) -> FunctionSpelling:
        key = node.function
        if key not in self.notation.functions and len(parts(key).letters) == 1:
            return FunctionSpelling(key, "", self.notation.text(key))
        return spelling(key, self.notation.functions)
