"""This module lays long columns of numbers down: a row with a sign of transposition takes one line of a page.

A column stays upright where it is short, where a matrix beside it is as tall, and where it is too broad for
a row. Matrices of several columns are never turned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symdl.formula.notation import Notation
from symdl.formula.plain import to_plain
from symdl.formula.printing import shortened
from symdl.formula.tree import Array, Marked, Negate, Node, Number, Transpose, rebuild
from symdl.formula.walking import walk

LONG, SHORT = 4, 3  # entries from which on a column is laid down, on a long sheet a short one too
PAIR = 2  # among what is given, where many quantities are
WHOLE = Notation().longest
ROOM = 96  # letters of plain text beyond which it stays upright
BETWEEN = 3  # letters, about, that two entries stand apart


def laid(node: Node, tallest: int = 0, least: int = LONG, longest: int | None = WHOLE) -> Node:
    r"""A formula whose columns are laid down where they are longer than its matrices, and than `tallest`; of
    those that are longer than `longest` only a few entries are printed.

    >>> from symdl.formula.tex import to_tex
    >>> from symdl.formula.tree import number
    >>> to_tex(laid(Array(tuple(map(number, (1, 2, 3, 4))))))
    '\\begin{pmatrix} 1 & 2 & 3 & 4 \\end{pmatrix}^{\\top}'
    """
    least = max(least, tallest + 1, height((node,)) + 1)
    columns = [column for array in _arrays(node) if len(column := _column(array)) >= least]
    return node if any(_is_broad(column, longest) for column in columns) else _laid(node, least)


def height(nodes: Iterable[Node]) -> int:
    """The number of rows of the tallest matrix of several columns."""
    return max(
        (len(array.items) for node in nodes for array in _arrays(node) if not _column(array)), default=0
    )


def _arrays(node: Node) -> Iterator[Array]:
    return (part for part in walk(node, closed=(Array,)) if isinstance(part, Array))


def _laid(node: Node, least: int) -> Node:
    if isinstance(node, Transpose) and isinstance(node.arg, Array):
        return node  # a row as it is
    if isinstance(node, Array):
        column = _column(node)
        return Marked(Array(column), "laid") if len(column) >= least else node
    return rebuild(node, lambda part: _laid(part, least))


def _column(node: Array) -> tuple[Node, ...]:
    """The entries of a column of numbers, a matrix of one column too; nothing of other arrays."""
    entries = [
        item.items[0] if isinstance(item, Array) and len(item.items) == 1 else item for item in node.items
    ]
    return tuple(entries) if all(map(_is_number, entries)) else ()


def _is_number(node: Node) -> bool:
    return isinstance(node.arg if isinstance(node, Negate) else node, Number)


def _is_broad(column: tuple[Node, ...], longest: int | None) -> bool:
    """Whether the entries that are printed of a column are too broad for a row."""
    printed = shortened(column, longest)
    return sum((len(to_plain(entry)) if entry else 1) + BETWEEN for entry in printed) > ROOM
