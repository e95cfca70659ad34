"""This module defines the registry: an ordered table of declarations that refuses duplicates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

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
    from difflib import get_close_matches

    names = list(known)
    by_case = {candidate.lower(): candidate for candidate in names}
    found = get_close_matches(name.lower(), by_case, n=1, cutoff=0.6)
    return by_case[found[0]] if found else None


class Promise(Generic[T]):
    """A declaration that is still to be made."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], T]) -> None:
        self.make = make


class Registry(Generic[T]):
    """An ordered table from key to declaration.

    A promised declaration is made when it is looked up: a problem reads the few formulas that it uses.

    >>> from symdl.ops import FUNCTIONS
    >>> "sigmoid" in FUNCTIONS
    True
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T | Promise[T]] = {}
        self._values: tuple[T, ...] | None = None
        self._keys: frozenset[str] | None = None

    def register(self, entry: T) -> T:
        """Add a declaration; a second one with the same key is refused."""
        self._add(entry.key, entry)
        return entry

    def promise(self, key: str, make: Callable[[], T]) -> None:
        """Add a declaration that is made when it is first looked up."""
        self._add(key, Promise(make))

    def _add(self, key: str, entry: T | Promise[T]) -> None:
        if key in self._entries:
            raise SymdlError("duplicate_key", kind=self.kind, name=key)
        self._entries[key] = entry
        self._values = self._keys = None

    def remove(self, key: str) -> None:
        """Take a declaration out again, for tests and for notebooks that redefine one."""
        del self._entries[key]
        self._values = self._keys = None

    def __getitem__(self, key: str) -> T:
        entry = self.get(key)
        if entry is None:
            raise SymdlError("unknown_key", kind=self.kind, name=key, nearest=nearest(key, list(self)))
        return entry

    def get(self, key: str) -> T | None:
        """The declaration, or None."""
        entry = self._entries.get(key)
        if isinstance(entry, Promise):
            entry = self._entries[key] = entry.make()
        return entry

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def keys(self) -> frozenset[str]:
        """The names of all declarations."""
        if self._keys is None:
            self._keys = frozenset(self._entries)
        return self._keys

    def values(self) -> tuple[T, ...]:
        """All declarations in the order in which they were made."""
        if self._values is None:
            self._values = tuple(self[key] for key in self)
        return self._values


@dataclass(frozen=True, slots=True)
class Recipe:
    """The call that made a declaration of one's own, so that another process can make it again."""

    make: Callable[..., object]
    key: str
    values: tuple[Any, ...]
    options: Mapping[str, Any]

    def __call__(self) -> None:
        """Declare it again, where it is not declared yet."""
        try:
            self.make(self.key, *self.values, **self.options)
        except SymdlError as error:
            if error.key != "duplicate_key":
                raise


_RECIPES: dict[tuple[Registry[Any], str], Recipe] = {}


def remember(
    registry: Registry[Any], make: Callable[..., object], key: str, *values: Any, **options: Any
) -> None:
    """Keep how a declaration was made, as long as it stands in its registry."""
    _RECIPES.pop((registry, key), None)  # what is made last may rest on all before it
    _RECIPES[registry, key] = Recipe(make, key, values, options)


def recipes() -> tuple[Recipe, ...]:
    """The calls that made the declarations of one's own which are still there, in their order."""
    return tuple(recipe for (registry, key), recipe in _RECIPES.items() if key in registry)


GROUP = "symdl"  # of the entry points of packages with declarations


@cache
def plugins() -> int:
    """Import the packages that announce declarations under the entry point group `symdl`, and count them.

    Looking for them is slow, so it is done when a name turns out to be unknown. One that cannot be imported
    raises a `SymdlError` that names it.
    """
    from importlib.metadata import entry_points

    points = entry_points(group=GROUP)
    for point in points:
        try:
            point.load()
        except SymdlError as error:
            raise SymdlError("plugin", name=point.name, module=point.value, reason=error.text) from error
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise SymdlError("plugin", name=point.name, module=point.value, reason=reason) from error
    return len(points)
