"""This module defines a message that is not yet in any language.

Code below the document layer never holds a sentence. It names one by key and gives the facts;
`templates/languages/<code>.toml` holds the words. Errors and steps both speak this way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from symdl.resources import read_toml


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence by key, with the facts that fill it.

    >>> Text("error.unknown_name", {"name": "relux"}).key
    'error.unknown_name'
    """

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return sentence(self)


def template(key: str, language: str = "en") -> str | None:
    """The raw sentence of a dotted key in a language, or None where there is none."""
    entry: Any = read_toml("languages", language)
    for part in key.split("."):
        if not isinstance(entry, dict) or part not in entry:
            return None
        entry = entry[part]
    if isinstance(entry, dict):
        entry = entry.get("text")
    return entry if isinstance(entry, str) else None


def sentence(text: Text, language: str = "en") -> str:
    """A text as a plain sentence; facts are printed by `str`. The key itself where no words exist."""
    words = template(text.key, language)
    if words is None:
        return text.key
    return words.format_map({name: str(value) for name, value in text.facts.items()})


def placeholders(words: str) -> tuple[str, ...]:
    """The names of the facts that a sentence asks for.

    >>> placeholders("{name} is {shape}.")
    ('name', 'shape')
    """
    return tuple(name for _, name, _, _ in Formatter().parse(words) if name)
