"""This module works one entry of an array with numbers, where those of all entries would not be read.

The entry is the largest: a wrong sign at a zero would not be seen. Its line is that of the index view, which
is checked like every other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from symdl.core.entries import Entries
from symdl.core.evaluation import telling_place
from symdl.core.op import Select
from symdl.core.positions import entry_name, fixed_position
from symdl.derivation.calculus.rows import distinct
from symdl.derivation.step import Step
from symdl.document.lines.chain import Chain
from symdl.document.lines.folding import NUMERIC
from symdl.document.lines.number_rows import number_rows
from symdl.document.lines.values import Substitution
from symdl.formula.plain import to_plain
from symdl.formula.tree import Array, Node, Number, Quotient
from symdl.formula.walking import walk

MOST, CROWDED = 24, 12  # numbers in a line that are read with ease, and that a very long sheet has room for
FEW = 8  # there, where an entry can be worked instead
LETTERS = {"line": 80, "numbers": 64}  # letters of the line of an entry that are read with ease
NUMBERS = {**LETTERS, "line": 0}  # of one without letters
ALONE = {**NUMBERS, "numbers": 112}  # of one that stands for the whole array

Forms = Callable[[Node], list[tuple[str, Node]]]


def is_heavy(chain: Chain, most: int = MOST) -> bool:
    """Whether a line has more numbers than so many, or arrays below a fraction bar."""
    placed = [node for kind, node in chain.rows if kind == "numbers"]
    return any(
        sum(isinstance(part, Number) for part in walk(node)) > most or any(map(_is_tower, walk(node)))
        for node in placed
    )


def is_numberless(chain: Chain) -> bool:
    """Whether the numbers of a line are too many to be put in."""
    return bool(np.shape(chain.value)) and not any(kind in ("numbers", "terms") for kind, _ in chain.rows)


def lightened(chain: Chain, kept: tuple[str, ...] = ("result",)) -> Chain:
    """A chain without numbers on the way to its result."""
    return replace(chain, rows=tuple(row for row in chain.rows if row[0] not in NUMERIC or row[0] in kept))


def unvalued(chain: Chain) -> Chain:
    """A chain without any numbers, its formulas only."""
    return lightened(chain, kept=())


def picked(
    entries: Entries, forms: Forms, numbers: Substitution, step: Step, room: Mapping[str, int]
) -> Iterator[Chain]:
    """The line of the largest entry, where it is not too long: `c[2,1] = x[2,1] - m[2] = 2.6 - 0.9 = 1.7`."""
    var, shape = step.claim.out, np.shape(step.value)
    if not shape or step.value is None or isinstance(step.claim.op, Select):  # what is selected is seen
        return
    spot = telling_place(step.value)
    place = fixed_position(spot)
    line = forms(entries.line(var, place))[-1]
    value = float(np.asarray(step.value)[spot])
    exact = None if step.exact is None else np.asarray(step.exact, dtype=object)[spot]
    rows = distinct([("line", line[1]), *number_rows(numbers, line[1], line[1], value, exact)])
    kept = tuple(
        (kind, node)
        for kind, node in rows
        if kind != "terms" and len(to_plain(node)) <= room.get(kind, LETTERS["line"])
    )
    if any(kind == "numbers" for kind, _ in kept):
        yield Chain(entry_name(var, place), kept, value)


def _is_tower(node: Node) -> bool:
    return isinstance(node, Quotient) and any(isinstance(part, Array) for part in walk(node.denominator))
