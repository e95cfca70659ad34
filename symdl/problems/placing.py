"""This module tells where in a problem file something went wrong."""

from __future__ import annotations

from typing import Any

from symdl.errors import SymdlError
from symdl.problems.reading.schema import RawProblem


def with_place(action: Any, raw: RawProblem, *path: str) -> Any:
    """Run a step of the construction; what goes wrong is told with its line in the file."""
    try:
        return action()
    except SymdlError as error:
        raise error.at(raw.place(*path)) from None
