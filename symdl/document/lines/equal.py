"""This module finds lines that compute what an earlier line has: they say so, and do not compute it again.

Two lines are equal where the same formula stands in them; a quantity that equals an earlier one counts as
that one, so that what is made of both is equal too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from symdl.derivation.step import Step
from symdl.document.lines.chain import Chain
from symdl.document.lines.folding import NUMERIC
from symdl.formula.tree import Array, Name, Node, Number, exchanged
from symdl.formula.walking import walk

LEAST = 4  # parts of a formula that is written out once only
LARGE = 6  # entries of a value beyond which it is shown once, however short its formula


def equals(steps: Iterable[Step], chains: Callable[[Step], tuple[Chain, ...]]) -> dict[str, Node]:
    """For every forward line with the formula of an earlier one what that line defines."""
    seen: dict[Node, Node] = {}
    named: dict[Node, Node] = {}
    found: dict[str, Node] = {}
    for step in steps:
        if step.phase != "forward" or len(own := chains(step)) != 1:
            continue
        rows = (node for kind, node in own[0].rows if kind not in NUMERIC)
        formulas = [node for node in rows if not isinstance(node, Array)]  # but as it was called
        if not formulas or not _computes(formulas[-1], step.value):
            continue
        key = exchanged(formulas[-1], named)
        first = seen.setdefault(key, own[0].left)
        if first != own[0].left:
            found[step.id] = named[own[0].left] = first
    return found


def told_equal(chain: Chain, first: Node) -> Chain:
    """A line that names the quantity it equals."""
    return Chain(chain.left, (("line", first),), chain.value)


def _computes(node: Node, value: object) -> bool:
    """Whether a formula works something out, and is longer than a name."""
    if isinstance(node, Number | Name):
        return False
    return np.size(value) > LARGE or len(list(walk(node))) >= LEAST  # type: ignore[arg-type]
