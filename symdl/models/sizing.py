"""This module fits the sizes that a layer declares to those of its arguments."""

from __future__ import annotations

from symdl.core.dims import Dim
from symdl.core.indexing import dimension
from symdl.formula.tree import Node, Quotient

Dims = dict[str, Dim]  # the sizes of a call, by their names in the declaration


def declared_size(node: Node) -> Dim:
    """A size as a layer declares it; it may be a part of another, as of the channels in groups."""
    if isinstance(node, Quotient):
        return dimension(node.numerator, "size") / dimension(node.denominator, "size")
    return dimension(node, "size")


def fits(node: Node, got: Dim, found: Dims) -> bool:
    """Whether a declared size is met, once the one new name in it has its value."""
    wanted = declared_size(node)
    if isinstance(wanted, int):
        return bool(wanted == got)
    from sympy import Integer, Symbol

    known = {symbol: found[symbol.name] for symbol in wanted.free_symbols if symbol.name in found}
    fresh: list[Symbol] = [symbol for symbol in wanted.free_symbols if symbol.name not in found]
    if not fresh:
        return bool(wanted.subs(known, simultaneous=True) == got)
    (symbol,) = fresh
    factor = wanted.subs(known, simultaneous=True).coeff(symbol)
    size = Integer(got) / factor if isinstance(got, int) else got / factor
    if isinstance(got, int) and not size.is_Integer:
        return False
    found[symbol.name] = int(size) if size.is_Integer else size
    return True
