"""This module prints a tree in the ASCII grammar, so that reading inverts printing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdl.formula.calls import REDUCTIONS, entry_sizes
from symdl.formula.printing import (
    ATOM,
    COMPARISON,
    NEGATION,
    POSTFIX,
    POWER,
    PRODUCT,
    QUOTIENT,
    SUM,
    Piece,
    subtracted,
)
from symdl.formula.tree import (
    Apply,
    Array,
    Bars,
    Compare,
    Index,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Repeat,
    RepeatOver,
    Slice,
    Sum,
    Transpose,
)

_SIGNS = {"star": " * ", "at": " @ ", "juxtaposed": " "}


def to_plain(node: Node) -> str:
    """The formula as it would be typed: `read_formula(to_plain(tree)) == tree`.

    >>> to_plain(Sum((Name("a"), Negate(Power(Name("b"), Number(2))))))
    'a - b^2'
    """
    return _piece(node)[0]


def _piece(node: Node) -> Piece:
    return _PRINTERS[type(node)](node)


def _at_least(node: Node, level: int) -> str:
    text, own = _piece(node)
    return text if own >= level else f"({text})"


def _number(node: Number) -> Piece:
    level = ATOM if node.value >= 0 else NEGATION
    if node.written is not None:
        return node.written, level
    return str(node.value), min(level, ATOM if node.value.denominator == 1 else QUOTIENT)


def _partial(node: Partial) -> Piece:
    by = " ".join(f"d{_at_least(each, POSTFIX)}" for each in node.by)
    order = f"^{len(node.by)}" if len(node.by) > 1 else ""
    return f"d{order}{_at_least(node.of, POSTFIX)}/{by if not order else f'({by})'}", QUOTIENT


def _negate(node: Negate) -> Piece:
    return "-" + _at_least(node.arg, PRODUCT), NEGATION


def _sum(node: Sum) -> Piece:
    parts = [_at_least(node.terms[0], NEGATION)]
    for term in node.terms[1:]:
        taken = subtracted(term)
        parts += (" + ", _at_least(term, PRODUCT)) if taken is None else (" - ", _at_least(taken, PRODUCT))
    return "".join(parts), SUM


def _product(node: Product) -> Piece:
    parts = [_at_least(node.factors[0], QUOTIENT)]
    for k, (factor, style) in enumerate(zip(node.factors[1:], node.styles, strict=True)):
        text = _at_least(factor, POWER)
        if style == "juxtaposed" and _needs_brackets(text, node.factors[: k + 1]):
            text = f"({text})"
        parts += (_SIGNS[style], text)
    return "".join(parts), PRODUCT


def _needs_brackets(text: str, before: tuple[Node, ...]) -> bool:
    """Whether a juxtaposed factor would run into what stands before it."""
    if text[0] == "|":
        return not isinstance(before[-1], Bars) and any(isinstance(factor, Bars) for factor in before)
    return text[0] == "[" or text[0] == "." or text[0].isdigit()


def _quotient(node: Quotient) -> Piece:
    return f"{_at_least(node.numerator, PRODUCT)}/{_at_least(node.denominator, POWER)}", QUOTIENT


def _power(node: Power) -> Piece:
    exponent = _at_least(node.exponent, POWER)
    if exponent[0] == "T":  # would be read as a transpose
        exponent = f"({exponent})"
    return f"{_at_least(node.base, POSTFIX)}^{exponent}", POWER


def _bars(node: Bars) -> Piece:
    text = _piece(node.arg)[0]
    return (f"|({text})|" if "|" in text else f"|{text}|"), ATOM


def _apply(node: Apply) -> Piece:
    parts = [_piece(arg)[0] for arg in node.args]
    if node.function in REDUCTIONS and len(node.args) == 1 and entry_sizes(node.args[0]) != node.args[0]:
        parts[0] = _doubled(node.args[0])
    parts += [f"{key}={_piece(value)[0]}" for key, value in node.keywords]
    return f"{node.function}({', '.join(parts)})", ATOM


def _doubled(node: Node) -> str:
    """A norm, or its power, whose bars would be read entry by entry if they were single."""
    if isinstance(node, Power):
        return f"|{_piece(node.base)[0]}|{_power(node)[0].removeprefix(_piece(node.base)[0])}"
    return f"|{_piece(node)[0]}|"


def _index(node: Index) -> Piece:
    return f"{_at_least(node.base, POSTFIX)}[{', '.join(map(_subscript, node.subscripts))}]", POSTFIX


def _subscript(item: Node | Slice) -> str:
    if not isinstance(item, Slice):
        return _piece(item)[0]
    return ":".join("" if end is None else _piece(end)[0] for end in (item.start, item.stop))


def _array(node: Array) -> Piece:
    return f"[{', '.join(_piece(item)[0] for item in node.items)}]", ATOM


def _compare(node: Compare) -> Piece:
    relation = "==" if node.relation == "=" else node.relation
    return f"{_at_least(node.left, SUM)} {relation} {_at_least(node.right, SUM)}", COMPARISON


def _repeat(node: Repeat) -> Piece:
    body, start, stop = _piece(node.body)[0], _piece(node.start)[0], _piece(node.stop)[0]
    return f"{node.kind}({body}, {node.index}={start}..{stop})", ATOM


def _repeat_over(node: RepeatOver) -> Piece:
    return f"{node.kind}({_piece(node.body)[0]}, {node.index} in {_piece(node.collection)[0]})", ATOM


_PRINTERS: dict[type, Callable[[Any], Piece]] = {
    Number: _number,
    Name: lambda node: (node.text, ATOM),
    Partial: _partial,
    Negate: _negate,
    Sum: _sum,
    Product: _product,
    Quotient: _quotient,
    Power: _power,
    Transpose: lambda node: (_at_least(node.arg, POSTFIX) + ".T", POSTFIX),
    Bars: _bars,
    Apply: _apply,
    Index: _index,
    Array: _array,
    Compare: _compare,
    Repeat: _repeat,
    RepeatOver: _repeat_over,
    Marked: lambda node: _piece(node.arg),
}
