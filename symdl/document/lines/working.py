"""This module decides which lines of a long sheet are worked with numbers: of lines alike, the first.

Two lines are alike where their formulas differ by names only. The others tell their formula and their result;
how it comes about was shown once, and their numbers stand in the lines that they rest on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symdl.derivation.step import Step
from symdl.document.lines.chain import Chain
from symdl.document.lines.folding import NUMERIC
from symdl.document.lines.likewise import form, repeats
from symdl.formula.tree import Array, Node, Partial
from symdl.formula.walking import walk

LINES = 20  # of a sheet, beyond which not every line is worked with arrays of numbers
CONSTANTS = ("merge_constants", "to_front", "collect")  # moves of numbers in front of arrays
VERY_LONG = 36  # beyond which large arrays are only told where they are asked for, or the first of their kind
CROWDED = 60  # beyond which small arrays in between are told by one entry, too
MANY = 30  # beyond which not every line of plain numbers is, either


def unworked(
    steps: Iterable[Step], chains: Callable[[Step], tuple[Chain, ...]], scalars: bool = False
) -> Iterator[str]:
    """The lines, by their ids, whose numbers are left out: those with arrays, or with `scalars` too."""
    seen: set[tuple[Node, ...]] = set()
    for step in steps:
        if not repeats(step):
            continue
        found = chains(step)
        numbers = [node for chain in found for kind, node in chain.rows if kind == "numbers"]
        if not numbers or not (scalars or any(map(_holds_arrays, numbers))):
            continue
        forms = tuple(form(chain) for chain in found)
        if forms in seen:
            yield step.id
        seen.add(forms)


def told_shortly(chain: Chain, forward: bool, valued: bool = True) -> Chain:
    """A chain with one formula and its result: a definition as written, a derivative as it comes out."""
    formulas = [row for row in chain.rows if row[0] not in NUMERIC]
    kept = formulas[:1] if forward else formulas[-1:]
    results = [row for row in chain.rows if row[0] == "result" and (valued or not kept)]
    return Chain(chain.left, (*kept, *results), chain.value)


def brief(chain: Chain) -> Chain:
    """A chain without moves of constants between others, and without numbers that another line has already.

    What comes before and after such a move stays; signs, transposes, sums and what is put in do too.
    """
    formulas = [row for row in chain.rows if row[0] not in NUMERIC]
    if len(formulas) == 1 and isinstance(formulas[0][1], Partial):
        return Chain(chain.left, tuple(formulas), chain.value)
    between = [row for row in formulas[1:-1] if row[0] in CONSTANTS]
    return Chain(chain.left, tuple(row for row in chain.rows if row not in between), chain.value)


def _holds_arrays(node: Node) -> bool:
    return any(isinstance(part, Array) and len(part.items) > 1 for part in walk(node, closed=(Array,)))
