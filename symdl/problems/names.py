"""This module knows names: how a problem spells them, what they belong to, what a formula may call."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.formula.characters import canonical

BUILT_IN = frozenset({"where", "binary", "prod"})


def declared(name: str) -> str:
    """A declared name in its one spelling; the index of a state such as `h[0]` is kept.

    >>> declared("α"), declared("h[0]")
    ('alpha', 'h[0]')
    """
    base, bracket, index = name.partition("[")
    return canonical(base) + bracket + index.replace(" ", "")


def defined(left: str) -> tuple[str, ...]:
    """The names that the left side of a line defines, a function without its parameters.

    >>> defined("D(x)"), defined("h, c"), defined("s[t=1..T]"), defined("h[0]")
    (('D',), ('h', 'c'), ('s',), ('h[0]',))
    """
    plain = re.sub(r"\(.*\)|\[[^\]]*=[^\]]*\]", "", left)
    return tuple(declared(part.strip()) for part in plain.split(","))


def library_names() -> frozenset[str]:
    """The names of all functions that a formula may call."""
    return BUILT_IN | FUNCTIONS.keys | POINTWISE.keys


def base_name(name: str) -> str:
    """The quantity of an entry: `W1[1,2]` belongs to `W1`, but `h[0]` is a name of its own.

    >>> base_name("W1[1,2]")
    'W1'
    """
    return name.split("[")[0]


def cycle(lines: Mapping[str, str], start: str) -> tuple[str, ...]:
    """A way from a line back to itself through the words of the formulas, empty where there is none.

    >>> cycle({"a": "b + 1", "b": "2 a"}, "a")
    ('a', 'b', 'a')
    """
    pending: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while pending:
        path = pending.pop()
        for word in re.findall(r"[^\W\d]\w*", lines[path[-1]]):
            if word == start:
                return (*path, word)
            if word in lines and word not in seen:
                seen.add(word)
                pending.append((*path, word))
    return ()
