r"""This module reads answers entry by entry: `∂L/∂W_{ij} = δ_i x_j` is a matrix, written by its entry.

The letters of the label say which subscript comes first; without a label they come in the order of the
alphabet. An answer with other letters than there are axes is none.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symdl.errors import FormulaError
from symdl.formula.scope import free_names
from symdl.formula.tree import Index, Name, Node, Partial, Slice
from symdl.formula.vocabulary import Vocabulary
from symdl.formula.walking import walk

LETTERS = ("i", "j", "k", "l", "m", "n", "r", "s", "t", "p", "q")


def with_letters(words: Vocabulary) -> Vocabulary:
    """The words of a question and the letters of indices that are not among them."""
    names = words.scope.names or frozenset()
    more = [letter for letter in LETTERS if letter not in names and letter not in words.aliases]
    return Vocabulary(words.scope.with_names(*more), words.shapes, words.aliases) if names else words


def letters_of(node: Node, label: Node | None, words: Vocabulary) -> tuple[str, ...]:
    """The free letters of an answer, in the order of the axes."""
    known = words.scope.names or frozenset()
    free = [name for name in free_names(node) if name in LETTERS and name not in known]
    places = [p for index in _indices(node) for p in index.subscripts if not isinstance(p, Slice)]
    subscripts = {name for place in places for name in free_names(place)}
    if not set(free) <= subscripts:
        stray = next(name for name in free if name not in subscripts)
        raise FormulaError("formula.unknown_name", name=stray, nearest=None)
    stated = [name.text for name in _stated(label) if isinstance(name, Name)]
    return tuple(stated) if set(free) <= set(stated) else tuple(sorted(free))


def without_letters(label: Node | None) -> Node | None:
    """The label of an entry as that of the whole quantity."""
    if isinstance(label, Partial) and len(label.by) == 1 and _lettered(label.by[0]):
        assert isinstance(label.by[0], Index)
        return Partial(label.of, (label.by[0].base,))
    if label is not None and _lettered(label):
        assert isinstance(label, Index)
        return label.base
    return label


def _lettered(node: Node) -> bool:
    return isinstance(node, Index) and all(isinstance(place, Name) for place in node.subscripts)


def _stated(label: Node | None) -> tuple[object, ...]:
    if isinstance(label, Partial) and len(label.by) == 1:
        return _stated(label.by[0])
    return label.subscripts if isinstance(label, Index) else ()


def _indices(node: Node) -> Iterator[Index]:
    for part in walk(node):
        if isinstance(part, Index):
            yield part


def places(letters: tuple[str, ...], shape: tuple[int, ...]) -> Iterator[dict[str, int]]:
    """The numbers that the letters stand for, entry by entry."""
    for index in np.ndindex(*shape):
        yield {letter: k + 1 for letter, k in zip(letters, index, strict=True)}
