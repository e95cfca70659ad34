"""This module finds what a reader means by a word: a key, a name in any language, a near miss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache

from symdl.document.explaining.concepts import concepts, words_of
from symdl.document.language import language_named
from symdl.resources import names_in

ALIKE = str.maketrans({"ي": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "ؤ": "و", "\u0654": None})
EZAFE = re.compile("ه\u200cی\\b")  # «قاعده‌ی» is «قاعدهٔ»
DROPPED = re.compile(r"[\s\u200c\u064b-\u0652'’\-_–،,.()]+")  # spaces, joiners, vowel signs, marks
NEAR = 0.7  # how much alike a word and a near miss are at least


def plain(word: str) -> str:
    """A word without what people write differently: case, spaces, joiners, Arabic letters, -isation.

    >>> plain("Gradient  Descent"), plain("gradient_descent")
    ('gradientdescent', 'gradientdescent')
    >>> plain("batch normalisation")
    'batchnormalization'
    >>> plain("قاعدهٔ زنجیره‌ای") == plain("قاعده ی زنجیره ای".replace(" ی", ""))
    True
    """
    return DROPPED.sub("", EZAFE.sub("ه", word).translate(ALIKE).casefold()).replace("isation", "ization")


@cache
def spoken(keys: tuple[str, ...]) -> dict[str, str]:
    """Every word for the keys, plain, with the key that it means; keys come before names, names before
    other words for the same, a concept before a function of that name.
    """
    found: dict[str, str] = {}
    for word, key in (*((key, key) for key in keys), *_names(keys), *_others()):
        found.setdefault(plain(word), key)
    return found


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
    table = spoken(keys)
    looked = plain(word)
    return table.get(looked) or table.get(looked.removesuffix("s")) or table.get(looked.removesuffix("ها"))


def near(word: str, keys: tuple[str, ...]) -> str | None:
    """The key whose name is most like a word, None where nothing is."""
    table = spoken(keys)
    found = get_close_matches(plain(word), table, n=1, cutoff=NEAR)
    return table[found[0]] if found else None
