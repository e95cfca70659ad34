r"""This module spells out what a student abbreviates: `r = p - t`, then `r h`, is `(p - t) h`.

A line before the last that gives a name which the question does not have says what the name stands for, in
all lines that follow. A name that nothing uses is no abbreviation: nothing of an answer is ever dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from symdl.errors import FormulaError
from symdl.formula.tree import Node
from symdl.formula.vocabulary import Vocabulary

MOST = 8  # in one answer
_BREAK = re.compile(r"\n|(?<!\\);|\\\\(?:\[[^\]\n]*\])?")
_GIVEN = re.compile(
    r"\$*(?:(?:let|set|define|put|with)\s+)?"
    r"(?P<name>\\?[^\W\d_]+[0-9]*(?:_(?:\{\w+\}|[^\W_]+))?(?:\^(?:\{\(\w+\)\}|\(\w+\)))?)\s*:?=(?P<meaning>[^=]+)"
)
Read = Callable[[str, Vocabulary], Node]


def spelled_out(text: str, vocabulary: Vocabulary, read: Read) -> tuple[str, Vocabulary] | None:
    """The lines that follow a student's abbreviations, and the vocabulary that has them; None without any.

    >>> from symdl.formula.answer import readings
    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.scope import Scope
    >>> words = Vocabulary(Scope(frozenset("pth")))
    >>> [to_plain(reading.node) for reading in readings("r = p - t; r h", words)]
    ['(p - t) h']
    """
    if vocabulary.scope.names is None or r"\begin" in text:
        return None
    *before, last = [piece for piece in _BREAK.split(text) if piece.strip()] or [""]
    kept: list[str] = []
    abbreviations: dict[str, str] = {}
    for piece in before:
        for written, word in abbreviations.items():
            piece = _exchanged(piece, written, word)
        given = _GIVEN.fullmatch(piece.strip())
        if given is None or len(abbreviations) == MOST or _known(given["name"], vocabulary):
            kept.append(piece)
            continue
        word = "abbreviation" + "abcdefgh"[len(abbreviations)]
        try:
            meaning = read(given["meaning"].strip(" $.,"), vocabulary)
        except FormulaError:
            return None
        abbreviations[given["name"]] = word
        vocabulary = replace(vocabulary, aliases={**vocabulary.aliases, word: meaning})
    for written, word in abbreviations.items():
        last = _exchanged(last, written, word)
    rest = "\n".join([*kept, last])
    return (rest, vocabulary) if abbreviations and _used(abbreviations, text, last) else None


def _known(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a name is one of the question, in any of its spellings."""
    plain = re.sub(r"[{}()\\]", "", name)
    spellings = (plain, plain.replace("_", ""), plain.replace("^", ""))
    return any(vocabulary.known(each) is not None for each in spellings)


def _places(name: str) -> re.Pattern[str]:
    """Where a name stands as a whole."""
    return re.compile(rf"(?<![^\W\d])(?<![\\^]){re.escape(name)}(?!\w|\^\{{?\()")


def _exchanged(text: str, written: str, word: str) -> str:
    return _places(written).sub(f" {word} ", text)


def _used(abbreviations: dict[str, str], text: str, last: str) -> bool:
    """Whether each stands in a line after its own, and some in the answer."""
    counts = [len(_places(name).findall(text)) for name in abbreviations]
    return all(count > 1 for count in counts) and any(word in last for word in abbreviations.values())
