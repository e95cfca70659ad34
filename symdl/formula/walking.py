"""This module walks through formulas: all parts of one, and whether it holds another."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.formula.tree import Node, children


def walk(node: Node, closed: tuple[type, ...] = ()) -> Iterator[Node]:
    """A formula and all its parts, each before its own; parts of a `closed` kind are not entered.

    >>> from symdl.formula.tree import Name, Negate, Power, TWO
    >>> [type(part).__name__ for part in walk(Negate(Power(Name("x"), TWO)))]
    ['Negate', 'Power', 'Name', 'Number']
    """
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, closed):
            waiting.extend(reversed(children(part)))


def holds(node: Node, part: Node) -> bool:
    """Whether a formula is another one, or holds it.

    >>> from symdl.formula.tree import Name, Negate
    >>> holds(Negate(Name("x")), Name("x"))
    True
    """
    return any(each == part for each in walk(node))
