"""This module finds what a reader means by a word: a key, a name in any language, a near miss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache

from symdl.document.explaining.concepts import concepts, words_of
from symdl.document.language import language_named
from symdl.resources import names_in, read_toml

ALIKE = str.maketrans({"ي": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "ؤ": "و", "\u0654": None})
EZAFE = re.compile("ه\u200cی\\b")  # «قاعده‌ی» is «قاعدهٔ»
DROPPED = re.compile(r"[\s\u200c\u064b-\u0652'’\-_–،,.()]+")  # spaces, joiners, vowel signs, marks
PLURAL = re.compile("\u200c?ها(?:ی|یی)?$")
ENDINGS = re.compile(r"is(?=(?:e[drs]{0,2}|ing|ations?)\b)")  # British spelling
NEAR = 0.7  # how much alike a word and a near miss are at least


def plain(word: str) -> str:
    """A word without what people write differently: case, spaces, joiners, Arabic letters, British spelling.

    >>> plain("Gradient  Descent"), plain("gradient_descent")
    ('gradientdescent', 'gradientdescent')
    >>> plain("batch normalisation")
    'batchnormalization'
    >>> plain("قاعدهٔ زنجیره‌ای") == plain("قاعده ی زنجیره ای".replace(" ی", ""))
    True
    """
    return DROPPED.sub("", _american(EZAFE.sub("ه", word).translate(ALIKE).casefold()))


def root(phrase: str) -> str:
    """A phrase without plurals and the words that go with any term, and one spelling for words that have two.

    >>> root("the weights"), root("gradient descent algorithm"), root("nearest neighbours")
    ('weight', 'gradientdescent', 'nearestneighbor')
    >>> root("الگوریتم‌های گرادیان نزولی") == root("گرادیان کاهشی")
    True
    """
    words = re.split(r"[\s_–-]+", EZAFE.sub("ه", phrase).translate(ALIKE).casefold())
    singular = [alike.get(word, word) for word in map(_singular, words)] if (alike := _alike()) else words
    kept = [word for word in singular if word not in _around()]
    return plain("".join(kept or singular))


def _american(words: str) -> str:
    return ENDINGS.sub("iz", words).replace("neighbour", "neighbor").replace("behaviour", "behavior")


def _singular(word: str) -> str:
    """A word without the ending of its plural; what is left of an ending that stands apart is nothing."""
    word = PLURAL.sub("", _american(word))
    if not word.isascii() or len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word.replace("\u200c", "")
    return word.removesuffix("ies") + "y" if word.endswith("ies") else word.removesuffix("s")


@cache
def _alike() -> dict[str, str]:
    """Words that the lectures write in two ways, with the way that is looked up."""
    pairs = read_toml("", "glossary")["alike"]
    return {other: first for first, *others in pairs for other in others}


@cache
def _around() -> frozenset[str]:
    return frozenset(("", "ی", "ای", *read_toml("", "glossary")["around"]))


@cache
def spoken(keys: tuple[str, ...]) -> dict[str, str]:
    """Every word for the keys, plain, with the key that it means; keys come before names, names before
    other words for the same, a concept before a function of that name.
    """
    found: dict[str, str] = {}
    for word, key in _words(keys):
        found.setdefault(plain(word), key)
    return found


def _words(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield from ((key, key) for key in keys)
    yield from _names(keys)
    yield from _others()


def _names(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    for code in names_in("concepts"):
        yield from ((words_of(key, code)["name"], key) for key in concepts())
    for code in names_in("languages"):
        words = language_named(code)
        for family in ("function", "lesson", "distribution"):
            yield from ((words.word(f"{family}.{key}"), key) for key in keys if words.has(f"{family}.{key}"))


def _others() -> Iterator[tuple[str, str]]:
    for code in names_in("concepts"):
        for key in concepts():
            yield from ((word, key) for word in words_of(key, code).get("also", ()))


def meant(word: str, keys: tuple[str, ...]) -> str | None:
    """The key that a word means, in whatever language it is.

    >>> meant("GAN", ()), meant("پس‌انتشار", ()), meant("zebra", ())
    ('generative_adversarial_network', 'backpropagation', None)
    """
    return spoken(keys).get(plain(word)) or _roots(keys).get(root(word))


@cache
def _roots(keys: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, key in _words(keys):
        found.setdefault(root(word), key)
    return found


def near(word: str, keys: tuple[str, ...]) -> str | None:
    """The key whose name is most like a word, None where nothing is."""
    table = spoken(keys)
    found = get_close_matches(plain(word), table, n=1, cutoff=NEAR)
    return table[found[0]] if found else None
