"""This module holds arguments of the Python interface against their types before they are used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from symdl.errors import OutputError, ProblemError, SymdlError
from symdl.registry import nearest
from symdl.resources import names_in
from symdl.text import placeholders


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


def spoken(key: str, words: Mapping[str, str] | str, known: tuple[str, ...] = ()) -> Mapping[str, str]:
    """The words of a declaration of one's own by language, each a sentence that asks for `known` facts only.

    >>> spoken("gate", "A gate lets through.")
    {'en': 'A gate lets through.'}
    """
    of_type("words", words, Mapping, str)
    said = {"en": words} if isinstance(words, str) else dict(words)
    for language, sentence in said.items():
        language_code(language)
        of_type(f"words.{language}", sentence, str)
        try:
            asked = placeholders(sentence)
        except ValueError:  # a brace alone
            asked = ("{",)
        if not sentence.strip() or not set(asked) <= set(known):
            strange = ", ".join(sorted({*asked} - {*known}))
            raise SymdlError("own_words", name=key, language=language, facts=strange)
    if not said:
        raise SymdlError("own_words", name=key, language="en", facts="")
    return said
