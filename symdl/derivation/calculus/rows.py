"""This module holds the rows of a step: the forms of a formula, each with what it is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from symdl.formula.tree import Apply, Node, Number, Product, Quotient, rebuild
from symdl.formula.walking import walk

Rows = tuple[tuple[str, Node], ...]
DECIMALS = 6  # of a decimal that is written for a fraction
NOT_PLAIN = frozenset({"ln", "log2", "log10", "log_base"})  # beside which the natural logarithm is ln


def distinct(rows: Sequence[tuple[str, Node]]) -> Rows:
    """Rows without repetitions: no line where nothing changes.

    >>> from symdl.formula.tree import ONE, TWO
    >>> [kind for kind, _ in distinct([("line", ONE), ("drop_one", ONE), ("result", TWO)])]
    ['line', 'result']
    """
    return tuple(row for k, row in enumerate(rows) if k == 0 or row[1] != rows[k - 1][1])


def with_decimals(rows: Rows, entered: Node) -> Rows:
    """Rows with short decimals for fractions, where a formula was entered with decimals.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import ONE, TWO
    >>> [(_, node)] = with_decimals((("gather", Quotient(ONE, TWO)),), Number(Fraction("0.1"), "0.1"))
    >>> to_plain(node)
    '0.5'
    """
    if any(isinstance(part, Number) and part.value.denominator != 1 for part in walk(entered)):
        return tuple((kind, _decimals(node)) for kind, node in rows)
    return rows


def _decimals(node: Node) -> Node:
    match node:
        case Quotient(Number(top), Number(bottom)) if bottom and (text := _decimal(top / bottom)):
            return Number(top / bottom, text)
        case Number(value, None) if value.denominator != 1 and (text := _decimal(value)):
            return Number(value, text)
    return rebuild(node, _decimals)


def _decimal(value: Fraction) -> str:
    """A fraction in decimals; nothing if these are many or without end."""
    digits = value * 10**DECIMALS
    if digits.denominator != 1:
        return ""
    return f"{Decimal(digits.numerator).scaleb(-DECIMALS).normalize():f}"


def with_logarithm(rows: Rows, entered: Node) -> Rows:
    """Rows with the natural logarithm by its name in a formula: `ln` too where it has other bases.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Name
    >>> x = Name("x")
    >>> [(_, node)] = with_logarithm((("placed", Apply("log", (x,))),), Apply("log2", (x,)))
    >>> to_plain(node)
    'ln(x)'
    """
    found = {part.function for part in walk(entered) if isinstance(part, Apply)}
    if found.isdisjoint(NOT_PLAIN) or {"log", "ln"} <= found:
        return rows
    old, new = ("ln", "log") if "log" in found else ("log", "ln")

    def renamed(node: Node) -> Node:
        node = rebuild(node, renamed)
        return Apply(new, node.args) if isinstance(node, Apply) and node.function == old else node

    return tuple((kind, renamed(node)) for kind, node in rows)


def regrouped(node: Node, scalars: bool = False) -> Node:
    """A formula without the brackets of products in products of their kind, which say nothing; among scalars
    all products are of one kind.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Name, times
    >>> a, b, c = map(Name, "abc")
    >>> to_plain(regrouped(times(a, times(b, c, style="juxtaposed"), style="juxtaposed")))
    'a b c'
    """
    node = rebuild(node, lambda part: regrouped(part, scalars))
    if not isinstance(node, Product):
        return node
    kinds = {style for part in (node, *node.factors) if isinstance(part, Product) for style in part.styles}
    if not scalars and len(kinds) > 1:
        return node
    factors: list[Node] = []
    for factor in node.factors:
        factors.extend(factor.factors if isinstance(factor, Product) else (factor,))
    return Product(tuple(factors), (node.styles[0] if not scalars else "juxtaposed",) * (len(factors) - 1))
