"""This module defines the registry: an ordered table of declarations that refuses duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Generic, Protocol, TypeVar

from symdl.errors import SymdlError


class Keyed(Protocol):
    """Anything with a key."""

    @property
    def key(self) -> str:
        """The name under which it is registered."""
        ...


T = TypeVar("T", bound=Keyed)


def nearest(name: str, known: Iterator[str] | tuple[str, ...] | list[str]) -> str | None:
    """The known word most like a misspelt one, or None.

    >>> nearest("sigmiod", ["tanh", "sigmoid"])
    'sigmoid'
    """
    names = list(known)
    by_case = {candidate.lower(): candidate for candidate in names}
    found = get_close_matches(name.lower(), by_case, n=1, cutoff=0.6)
    return by_case[found[0]] if found else None


class Registry(Generic[T]):
    """An ordered table from key to declaration.

    >>> from symdl.ops import FUNCTIONS
    >>> "sigmoid" in FUNCTIONS
    True
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}
        self._plugins_loaded = False

    def register(self, entry: T) -> T:
        """Add a declaration; a second one with the same key is refused."""
        if entry.key in self._entries:
            raise SymdlError("duplicate_key", kind=self.kind, name=entry.key)
        self._entries[entry.key] = entry
        return entry

    def remove(self, key: str) -> None:
        """Take a declaration out again, for tests and for notebooks that redefine one."""
        del self._entries[key]

    def __getitem__(self, key: str) -> T:
        if key not in self:
            raise SymdlError("unknown_key", kind=self.kind, name=key, nearest=nearest(key, list(self)))
        return self._entries[key]

    def get(self, key: str) -> T | None:
        """The declaration, or None."""
        return self._entries[key] if key in self else None

    def __contains__(self, key: object) -> bool:
        if key not in self._entries and not self._plugins_loaded:
            self._load_plugins()
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def values(self) -> tuple[T, ...]:
        """All declarations in the order in which they were made."""
        return tuple(self._entries.values())

    def _load_plugins(self) -> None:
        """Import packages that announce themselves under the entry point group `symdl.<kind>`."""
        from importlib.metadata import entry_points  # slow to import, and seldom needed

        self._plugins_loaded = True
        for point in entry_points(group=f"symdl.{self.kind}"):
            point.load()
