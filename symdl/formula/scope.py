"""This module decides what a run of letters means: one name, a function, or several names side by side.

With names declared, the longest declared name wins, and a run splits only when every piece is declared.
With nothing declared (a one-line expression on the command line), letters stand for themselves: `3xy` is
3 x y, while `x1`, `x_i`, Greek names and the names of functions stay whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from symdl.formula.characters import GREEK, units
from symdl.formula.tree import Name, Node, Partial, Repeat, RepeatOver, children

CONSTANTS = frozenset({"e", "pi"})  # known everywhere unless declared otherwise
TRANSPOSE = "T"

_GREEK_NAMES = frozenset(GREEK.values())
_SUFFIX = re.compile(r"(?:[0-9]+|_[0-9]+|_[A-Za-z]+)*")


@dataclass(frozen=True, slots=True)
class Scope:
    """The words that a formula may use; `names=None` means that nothing is declared.

    Declared names win over functions and constants of the same name.
    """

    names: frozenset[str] | None = None
    functions: frozenset[str] = frozenset()

    def find(self, word: str) -> str | None:
        """The declared name, function or constant that a whole word stands for.

        `x_1` stands for `x1` (and the other way round) where only one of the two is declared.
        """
        if self.knows(word):
            return word
        found = _by_letters(self.names, self.functions).get(word.replace("_", ""), frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def knows(self, word: str) -> bool:
        """Whether exactly this word may be used."""
        return word in self.functions or word in CONSTANTS or (self.names is not None and word in self.names)

    def calls(self, word: str) -> bool:
        """Whether a bracket after this word holds arguments."""
        return word in self.functions and not (self.names is not None and word in self.names)

    def shadows(self, word: str) -> bool:
        """Whether a quantity bears the name of a function, so that a bracket after it is ambiguous."""
        return word in self.functions and self.names is not None and word in self.names

    def with_names(self, *more: str) -> Scope:
        """The scope with some names declared as well: a bound index, the parameters of a function."""
        return self if self.names is None else Scope(self.names | set(more), self.functions)


@lru_cache(maxsize=64)
def _by_letters(names: frozenset[str] | None, functions: frozenset[str]) -> dict[str, frozenset[str]]:
    """The words of a scope by what is left of them without underscores."""
    found: dict[str, frozenset[str]] = {}
    for word in (*(names or ()), *functions):
        bare = word.replace("_", "")
        found[bare] = found.get(bare, frozenset()) | {word}
    return found


def split(word: str, scope: Scope, bound: tuple[str, ...] = ()) -> list[str] | None:
    """The names that a run of letters and digits stands for, or None when a piece is not declared.

    >>> split("wx", Scope(frozenset({"w", "x"}))), split("3xy"[1:], Scope())
    (['w', 'x'], ['x', 'y'])
    """
    if word in bound or scope.knows(word):
        return [word]
    parts = units(word)
    whole = "".join(parts)
    if whole in bound:
        return [whole]
    found = scope.find(whole)
    if found is not None:
        return [found]
    if scope.names is None:
        return _letters(parts, scope, bound)
    return _declared(parts, scope, bound)


def _declared(parts: list[str], scope: Scope, bound: tuple[str, ...]) -> list[str] | None:
    """The split into declared pieces with the longest possible piece first, found from the right."""
    best: list[list[str] | None] = [None] * len(parts) + [[]]
    for start in reversed(range(len(parts))):
        for stop in range(start + 1, len(parts) + 1):
            rest, piece = best[stop], "".join(parts[start:stop])
            if rest is None:
                continue
            if piece in bound or scope.knows(piece):
                best[start] = [piece, *rest]
            elif "_" in piece[1:-1] and (found := scope.find(piece)) is not None:
                best[start] = [found, *rest]
    return best[0]


def _letters(parts: list[str], scope: Scope, bound: tuple[str, ...]) -> list[str]:
    """One-letter names with the digits and subscripts that follow; longer words only where known."""
    pieces: list[str] = []
    at = 0
    while at < len(parts):
        stop = _longest(parts, at, scope, bound)
        piece = "".join(parts[at:stop])
        if not scope.calls(piece):
            tail = _SUFFIX.match("".join(parts[stop:]))
            piece += tail.group() if tail else ""
            stop = _unit_after(parts, at, len(piece))
        pieces.append(piece)
        at = stop
    return pieces


def _longest(parts: list[str], start: int, scope: Scope, bound: tuple[str, ...]) -> int:
    for stop in range(len(parts), start + 1, -1):
        piece = "".join(parts[start:stop])
        if piece in bound or piece in scope.functions or piece in CONSTANTS or piece in _GREEK_NAMES:
            return stop
    return start + 1


def _unit_after(parts: list[str], start: int, length: int) -> int:
    while length > 0:
        length -= len(parts[start])
        start += 1
    return start


def free_names(node: Node) -> tuple[str, ...]:
    """The free names of a tree in reading order, each once, without the constants e and pi.

    >>> free_names(Name("x"))
    ('x',)
    """
    return tuple(dict.fromkeys(_walk(node, CONSTANTS)))


def _walk(node: Node, hidden: frozenset[str]) -> list[str]:
    if isinstance(node, Name):
        return [] if node.text in hidden else [node.text]
    if isinstance(node, Partial):
        return []
    inner = hidden | {node.index} if isinstance(node, Repeat | RepeatOver) else hidden
    own = [_walk(child, inner if k == 0 else hidden) for k, child in enumerate(children(node))]
    return [name for names in own for name in names]
