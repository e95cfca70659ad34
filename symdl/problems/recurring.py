"""This module finds lines of a recurrence that need each other: they are unrolled together, step by step.

`z[t]` on one line and `h[t]` on another are no circle when each needs the other at an earlier step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile

from symdl.core.indexing import evaluate
from symdl.errors import FormulaError
from symdl.formula.tree import Index, Name, Node, Slice
from symdl.formula.walking import walk
from symdl.problems.names import defined

RANGE = re.compile(r"\[([^\]]*=[^\]]*)\]")
WORD = re.compile(r"[^\W\d]\w*")


def together(lines: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The left sides in order, those of one recurrence together.

    >>> list(together({"a": "1", "z[t=1..2]": "h[t-1]", "h[t=1..2]": "z[t]", "s[t=1..2]": "h[t]"}))
    [('a',), ('z[t=1..2]', 'h[t=1..2]'), ('s[t=1..2]',)]
    """
    lefts = list(lines)
    while lefts:
        size = 1
        stretch = _alike(lefts)
        for k, left in enumerate(stretch):
            if k and any(_needs(lines[each], left) for each in stretch[:k]) and k >= size:
                size = k + 1
        yield tuple(lefts[:size])
        del lefts[:size]


def _alike(lefts: list[str]) -> list[str]:
    """The lines at the beginning that repeat over one range."""
    first = _ranges(lefts[0])
    return list(takewhile(lambda left: _ranges(left) == first, lefts)) if len(first) == 1 else lefts[:1]


def _ranges(left: str) -> set[str]:
    return {re.sub(r"\s", "", found) for found in RANGE.findall(left)}


def repeated(lines: Mapping[str, str], name: str) -> bool:
    """Whether a quantity is defined by a line that is repeated."""
    return any(name in defined(left) and RANGE.search(left) for left in lines)


def _needs(right: str, left: str) -> bool:
    return not set(defined(left)).isdisjoint(WORD.findall(right))


def in_step(values: Mapping[tuple[str, ...], Node], k: int) -> list[tuple[str, ...]]:
    """The lines of one step in an order in which they can be computed; none where they go in a circle.

    >>> from symdl.formula.tree import number
    >>> h, z = Index(Name("h"), (number(2),)), Index(Name("z"), (number(1),))
    >>> in_step({("z",): h, ("h",): z}, 2)
    [('h',), ('z',)]
    """
    waiting, found = dict(values), list[tuple[str, ...]]()
    while waiting:
        pending = {name for names in waiting for name in names}
        ready = [names for names, value in waiting.items() if not _uses(value, pending, k)]
        if not ready:
            ring = " → ".join(f"{names[0]}[{k}]" for names in (*waiting, next(iter(waiting))))
            raise FormulaError("formula.cycle", name=f"{next(iter(waiting))[0]}[{k}]", ring=ring)
        found.append(ready[0])
        del waiting[ready[0]]
    return found


def _uses(value: Node, names: set[str], k: int) -> bool:
    """Whether a formula uses one of some quantities at step k."""
    return any(
        isinstance(part, Index)
        and isinstance(part.base, Name)
        and part.base.text in names
        and not isinstance(part.subscripts[0], Slice)
        and evaluate(part.subscripts[0]) == k
        for part in walk(value)
    )
