"""This module decides which lines of a long sheet are worked with numbers: of lines alike, the first.

Two lines are alike where their formulas differ by names only. The others tell their formula and their result;
how it comes about was shown once, and their numbers stand in the lines that they rest on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symdl.derivation.step import Step
from symdl.document.lines.chain import Chain
from symdl.document.lines.folding import NUMERIC
from symdl.formula.tree import Array, Index, Name, Node, Partial, Transpose, rebuild
from symdl.formula.walking import walk

LINES = 20  # of a sheet, beyond which not every line is worked with arrays of numbers
MANY = 30  # beyond which not every line of plain numbers is, either
PHASES = ("forward", "backward")
ANY = Name("x")


def unworked(
    steps: Iterable[Step], chains: Callable[[Step], tuple[Chain, ...]], scalars: bool = False
) -> Iterator[str]:
    """The lines, by their ids, whose numbers are left out: those with arrays, or with `scalars` too."""
    seen: set[tuple[Node, ...]] = set()
    for step in steps:
        if step.phase not in PHASES:
            continue
        found = chains(step)
        numbers = [node for chain in found for kind, node in chain.rows if kind == "numbers"]
        if not numbers or not (scalars or any(map(_holds_arrays, numbers))):
            continue
        form = tuple(_form(chain) for chain in found)
        if form in seen:
            yield step.id
        seen.add(form)


def told_shortly(chain: Chain, forward: bool) -> Chain:
    """A chain with one formula and its result: a definition as written, a derivative as it comes out."""
    formulas = [row for row in chain.rows if row[0] not in NUMERIC]
    kept = formulas[:1] if forward else formulas[-1:]
    return Chain(chain.left, (*kept, *(row for row in chain.rows if row[0] == "result")), chain.value)


def _form(chain: Chain) -> Node:
    """The formula that numbers are put into, with one name for all quantities."""
    return _nameless([node for kind, node in chain.rows if kind not in NUMERIC][-1])


def _nameless(node: Node) -> Node:
    if isinstance(node, Name | Partial | Index):
        return ANY
    if isinstance(node, Transpose):
        return _nameless(node.arg)
    return rebuild(node, _nameless)


def _holds_arrays(node: Node) -> bool:
    return any(isinstance(part, Array) and len(part.items) > 1 for part in walk(node, closed=(Array,)))
