"""This module holds arguments of the Python interface against their types before they are used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symdl.errors import ProblemError


def of_type(name: str, value: Any, kind: type, *others: type) -> None:
    """Refuse an argument of another type; the first of several is the one that is told.

    >>> of_type("at", [1], dict)
    Traceback (most recent call last):
    ...
    symdl.errors.ProblemError: The argument `at` is of type dict, not list.
    """
    if not isinstance(value, (kind, *others)):
        raise ProblemError(
            "problem.argument_type", name=name, expected=kind.__name__, got=type(value).__name__
        )


def identifier(name: str, value: Any) -> None:
    """Refuse what cannot be called by its name in a formula.

    >>> identifier("key", "my act")
    Traceback (most recent call last):
    ...
    symdl.errors.ProblemError: `my act` is not a name that a formula can use.
    """
    of_type(name, value, str)
    if not value.isidentifier():
        raise ProblemError("problem.no_identifier", name=value)


def texts_in(name: str, values: Any) -> None:
    """Refuse what is no collection of texts; a text itself is one, of its letters."""
    of_type(name, values, Iterable)
    for value in values:
        of_type(name, value, str)
