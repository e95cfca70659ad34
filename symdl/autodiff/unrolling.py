"""This module writes short sums and products of scalars out, so that they are differentiated term by term."""

from __future__ import annotations

from symdl.autodiff.gathering import condensed
from symdl.core.indexing import evaluate
from symdl.formula.tree import Index, Node, Repeat, RepeatOver, number, plus, rebuild, substitute, times
from symdl.formula.walking import walk

LONGEST = 20  # terms of a sum that is written out


def unrolled(node: Node) -> Node:
    """A formula of scalars with its short bound sums and products written out, any other as it is.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import ONE, TWO, Name, Power
    >>> to_plain(unrolled(Repeat("sum", Power(Name("x"), Name("k")), "k", ONE, TWO)))
    'x + x^2'
    """
    parts = tuple(walk(node))
    if not any(isinstance(part, Repeat) for part in parts):
        return node
    if any(isinstance(part, Index | RepeatOver) for part in parts):
        return node
    return condensed(_written_out(node))


def _written_out(node: Node) -> Node:
    node = rebuild(node, _written_out)
    if not isinstance(node, Repeat):
        return node
    low, high = evaluate(node.start), evaluate(node.stop)
    if low is None or high is None or not 0 <= high - low < LONGEST:
        return node
    terms = [substitute(node.body, {node.index: number(k)}) for k in range(int(low), int(high) + 1)]
    return plus(*terms) if node.kind == "sum" else times(*terms, style="juxtaposed")
