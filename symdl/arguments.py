"""This module holds arguments of the Python interface against their types before they are used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symdl.errors import OutputError, ProblemError
from symdl.registry import nearest
from symdl.resources import names_in


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


def language_code(code: str) -> None:
    """Refuse a language that has no file, with those that have one.

    >>> language_code("Fa")
    Traceback (most recent call last):
    ...
    symdl.errors.OutputError: There is no language `Fa`; there are en, fa.
      hint: did you mean `fa`?
    """
    known = names_in("languages")
    if code not in known:
        raise OutputError(
            "cli.unknown_language", name=code, nearest=nearest(code, known), known=", ".join(known)
        )
