r"""This module knows what the words of a question mean: declared names, their shapes, their other spellings.

`\delta^{(1)}`, `w^{(1)}_{21}` and `x1` are spellings of an adjoint, an entry of `W1` and an entry of `x`.
Which spelling means what is decided by those who know the graph; here they are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symdl.formula.commands import FUNCTIONS
from symdl.formula.scope import Scope, split
from symdl.formula.tree import Name, Node, Partial, number, rebuild

PRIME = "'"
_SLOPE = re.compile(r"(\w+?)_(?:prime|derivative|deriv|gradient)")  # of a function, as code calls it
ONES = "\N{MATHEMATICAL BOLD DIGIT ONE}"  # a bold 1, which may be the number or a column of ones of some size


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of a question with their shapes; `aliases` are other spellings and what they stand for.

    Without declared names every letter stands for itself.
    """

    scope: Scope
    shapes: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    aliases: Mapping[str, Node] = field(default_factory=dict)

    @property
    def reading(self) -> Scope:
        """The scope with the other spellings."""
        return self.scope if self.scope.names is None else self.scope.with_names(*self.aliases)

    def known(self, word: str) -> str | None:
        """The declared name or alias that a word spells, or None."""
        names = self.scope.names
        if names is None:
            return None
        for candidate in (word, word[:1].upper() + word[1:]):
            found = self.reading.find(candidate)
            if found is not None and (found in names or found in self.aliases):
                return found
        return None

    def rank(self, name: str) -> int:
        """How many subscripts an entry of a quantity has."""
        return len(self.shapes.get(name, ()))

    def function(self, word: str) -> str | None:
        """The function that a word calls, under one of its names."""
        functions = self.scope.functions
        for candidate in (word, FUNCTIONS.get(word, ""), word.lower()):
            if candidate in functions:
                return candidate
        sloped = _SLOPE.fullmatch(word)
        base = None if sloped is None else self.function(sloped[1])
        return None if base is None else f"{base}{PRIME}"

    def is_function(self, word: str, called: bool) -> bool:
        """Whether a word is no name of the question but a function; `called` where arguments follow."""
        if self.scope.names is None:
            return self.scope.calls(word) or (called and word in FUNCTIONS)
        pieces = split(word, self.reading)
        return (pieces is None or self.scope.calls(word)) and self.function(word) is not None

    @property
    def sizes(self) -> tuple[Node, ...]:
        """The sizes that the quantities have, each once."""
        dims = dict.fromkeys(dim for shape in self.shapes.values() for dim in shape)
        return tuple(Name(str(dim)) if not str(dim).isdigit() else number(int(dim)) for dim in dims)

    def meaning(self, node: Node, symbols: Mapping[str, Partial]) -> Node:
        """The tree with every other spelling replaced by what it stands for."""
        if isinstance(node, Name):
            return symbols.get(node.text) or self.aliases.get(node.text) or node
        return rebuild(node, lambda child: self.meaning(child, symbols))
