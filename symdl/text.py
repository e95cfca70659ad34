"""This module defines a message that is not yet in any language.

Code below the document layer never holds a sentence. It names one by key and gives the facts;
`templates/languages/<code>.toml` holds the words. Errors and steps both speak this way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from symdl.resources import read_toml

MARK = "\u200e"  # a letter that is not seen and runs left to right
RIGHT = "\u200f"  # and one that runs right to left
STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # what a text brings along to turn its own direction
SCRIPT = re.compile("[\u0600-\u06ff]")
OTHER_SCRIPT = re.compile(  # what is held already, or a run that is to be
    "\u200e[^\u0600-\u06ff\u200e]*\u200e"
    r"|[^\u0600-\u06ff\u200c\u200e\u200f\s]"
    r"(?:[^\u0600-\u06ff\u200c\u200e\u200f]*[^\u0600-\u06ff\u200c\u200e\u200f\s])?"
)
NEIGHBORS = re.compile(  # a run that is held, with no letter of this script before the next, or a digit
    "(\u200e[^\u0600-\u06ff\u200e\u200f]*\u200e)"
    "(?=[^\u0620-\u0669\u066e-\u06d3\u06f0-\u06f9\u200e\u200f]*[\u06f0-\u06f9\u200e])"
)
PERSIAN = str.maketrans("0123456789.-", "۰۱۲۳۴۵۶۷۸۹٫−")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence by key, with the facts that fill it.

    >>> Text("error.unknown_name", {"name": "relux"}).key
    'error.unknown_name'
    """

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return sentence(self)


OWN: dict[str, Mapping[str, str]] = {}  # sentences of declarations of one's own: by key, by language


def template(key: str, language: str = "en") -> str | None:
    """The raw sentence of a dotted key in a language, or None where there is none.

    A sentence of somebody's own stands in for the languages that it was not given in.
    """
    entry: Any = read_toml("languages", language)
    for part in key.split("."):
        if not isinstance(entry, dict) or part not in entry:
            own = OWN.get(key, {})
            return own.get(language, own.get("en", next(iter(own.values()), None)))
        entry = entry[part]
    if isinstance(entry, dict):
        entry = entry.get("text")
    return entry if isinstance(entry, str) else None


def sentence(text: Text, language: str = "en") -> str:
    """A text as a plain sentence; facts are printed by `str`, whole numbers in the digits of the language.
    The key itself where no words exist.
    """
    words = template(text.key, language)
    if words is None:
        return text.key
    said = words.format_map({name: _printed(value, language) for name, value in text.facts.items()})
    return held(said) if template("language.direction", language) == "rtl" else said


def _printed(value: object, language: str) -> str:
    if isinstance(value, Text):  # a message within another, such as the reason for a refusal
        return sentence(value, language)
    if isinstance(value, tuple) and value and all(isinstance(part, Text) for part in value):
        return (template("language.comma", language) or ", ").join(_printed(part, language) for part in value)
    return localized(str(value), language) if type(value) is int else str(value)


def held(text: str) -> str:
    """A text that runs from right to left, with what is in other letters held together by marks of direction:
    without them a reader sees `(1-, 4)` for `(4, -1)` and `3 × 2` for `2 × 3`. Two of them with only a comma
    between them do not become one, and a number after one of them is no part of it.

    >>> held("ابعاد 2 × 3 است") == f"ابعاد {MARK}2 × 3{MARK} است"
    True
    >>> held("نام‌ها: x، y") == f"نام‌ها: {MARK}x{MARK}{RIGHT}، {MARK}y{MARK}"
    True
    """
    text = STEERING.sub("", text)
    if not SCRIPT.search(text):
        return f"{MARK}{text.strip(MARK)}{MARK}"
    return NEIGHBORS.sub(rf"\1{RIGHT}", OTHER_SCRIPT.sub(_held, text))


def parted(text: str) -> list[tuple[str, bool]]:
    """The parts of a text that runs from right to left; phrases in other letters are told.

    >>> parted("منبع: Ng et al. 2013، و f.")
    [('منبع: ', False), ('Ng et al. 2013', True), ('، و f.', False)]
    """
    parts, rest = [], 0
    for run in OTHER_SCRIPT.finditer(text):
        core = _held(run).strip(MARK + ".,:;!? ")
        if " " in core and any(char.isalpha() for char in core):
            start = text.index(core, run.start())
            parts += [(text[rest:start], False), (core, True)]
            rest = start + len(core)
    return [part for part in (*parts, (text[rest:], False)) if part[0]]


def _held(run: re.Match[str]) -> str:
    """A run of other letters between marks; a point, or a bracket whose partner is elsewhere, stays out."""
    text, before, after = run[0], "", ""
    if text[0] == MARK:
        return text
    while text and (text[-1] in " .,:;!?" or (text[-1] in "()[]" and not _paired(text))):
        text, after = text[:-1], text[-1] + after
    while text and (text[0] in " ,:;!?" or _stray(text)):
        text, before = text[1:], before + text[0]
    if "`" not in text and not any(char.isalnum() for char in text):
        return run[0]
    return f"{before}{MARK}{text}{MARK}{after}"


def _stray(text: str) -> bool:
    """Whether a text begins with half of a pair of brackets, or a point but no name such as `.pdf`."""
    return (text[0] == "." and not text[1:2].isalnum()) or (text[0] in "()[]" and not _paired(text))


def _paired(text: str) -> bool:
    return all(text.count(left) == text.count(right) for left, right in ("()", "[]"))


def localized(number: str, language: str) -> str:
    """A number in running text, with the digits and the decimal separator of a language.

    >>> localized("-0.25", "en"), localized("12.5", "fa")
    ('-0.25', '۱۲٫۵')
    """
    if template("language.digits", language) != "persian":
        return number
    # A mark of direction keeps the sign on the left of its number.
    return ("\u200e" if number[:1] in "+-" else "") + number.translate(PERSIAN)


def placeholders(words: str) -> tuple[str, ...]:
    """The names of the facts that a sentence asks for.

    >>> placeholders("{name} is {shape}.")
    ('name', 'shape')
    """
    return tuple(name for _, name, _, _ in Formatter().parse(words) if name)
