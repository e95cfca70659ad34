"""This module lays parameters out in one vector, so that a rule treats all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each parameter stands in the vector of all, and its shape."""

    places: Mapping[str, tuple[slice, tuple[int, ...]]]
    size: int

    def pack(self, values: Mapping[str, Any]) -> Any:
        """All entries one after another."""
        return np.concatenate([np.ravel(np.asarray(values[name], dtype=float)) for name in self.places])

    def unpack(self, vector: Any) -> dict[str, Any]:
        """Each parameter in its own shape."""
        return {name: self.part(name, vector) for name in self.places}

    def part(self, name: str, vector: Any) -> Any:
        """The entries of one parameter; what is one number for all stays."""
        if np.ndim(vector) == 0:
            return float(vector)
        where, shape = self.places[name]
        return vector[where].reshape(shape)


@dataclass(frozen=True, slots=True)
class Whole(Layout):
    """One parameter that keeps its rows and columns."""

    def pack(self, values: Mapping[str, Any]) -> Any:
        """The parameter itself."""
        (name,) = self.places
        return np.asarray(values[name], dtype=float)

    def part(self, name: str, vector: Any) -> Any:
        """All of it; a state may have another shape."""
        return float(vector) if np.ndim(vector) == 0 else vector


def layout(values: Mapping[str, Any]) -> Layout:
    """The layout of some parameters, in their order.

    >>> layout({"W": [[1, 2], [3, 4]], "b": 5}).places["b"]
    (slice(4, 5, None), ())
    """
    places: dict[str, tuple[slice, tuple[int, ...]]] = {}
    end = 0
    for name, value in values.items():
        start, end = end, end + int(np.size(value))
        places[name] = (slice(start, end), np.shape(value))
    return Layout(places, end)
