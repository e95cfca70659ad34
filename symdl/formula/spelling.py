"""This module spells names: letters, accents, layers and indices out of a name as typed, in TeX and in text.

A name is letters with digits at their end, then parts after underscores: `W1`, `h_1`, `y_hat`, `W1_2_1`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from symdl.formula.characters import GREEK

_LETTERS_OF = {name: letter for letter, name in GREEK.items()}
_TEX_LETTERS = {name: f"\\{name}" for name in _LETTERS_OF} | {"epsilon": r"\varepsilon"}
_TEX_ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde", "dot": r"\dot"}
_MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}
_TEX_RAISED = {"star": "*", "prime": r"\prime"}
_RAISED = {"star": "*", "prime": "′"}

_HEAD = re.compile(r"(.*?[A-Za-z])([0-9]*)")
_STATES = frozenset(
    {"new", "old", "max", "min", "best", "star", "prime", "opt", "avg", "mean", "total"}
)  # said of a quantity
_WORD = re.compile(r"[a-z]{4,}")  # letters that are no sign but a word
_PARTED = re.compile(r"[,:+\-(/ ]")
_ACCENT = re.compile(r"(hat|bar|tilde|dot)([0-9]*)")

_SUPERSCRIPTS = str.maketrans("0123456789+-()niT*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵀ*")
_SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_CAN_RAISE = frozenset("0123456789+-()niT*′")
_CAN_LOWER = frozenset("0123456789+-=()aehijklmnoprstuvx")


class Parts(NamedTuple):
    """A name taken apart: `W1_2_1` is letters W, digits 1, subscripts 2 and 1."""

    letters: str
    accents: tuple[str, ...]
    raised: tuple[str, ...]
    digits: str
    subscripts: tuple[str, ...]

    @property
    def entry(self) -> bool:
        """Whether every subscript is a number, as in the name of an entry."""
        return bool(self.subscripts) and all(part.isdigit() for part in self.subscripts)


class Form(NamedTuple):
    """A printed name before its scripts are attached: a base, what is raised and what is lowered."""

    base: str
    upper: str = ""
    lower: str = ""


@lru_cache(maxsize=4096)
def parts(name: str) -> Parts:
    """A name taken apart.

    >>> parts("y_hat1")
    Parts(letters='y', accents=('hat',), raised=(), digits='1', subscripts=())
    >>> parts("learning_rate"), parts("loss_new").subscripts
    (Parts(letters='learning_rate', accents=(), raised=(), digits='', subscripts=()), ('new',))
    """
    head, *rest = name.split("_")
    while rest and _one_word(head, rest[0]):
        head = f"{head}_{rest.pop(0)}"
    found = _HEAD.fullmatch(head)
    letters, digits = found.groups() if found else (head, "")
    accents, raised, subscripts = [], [], []
    for part in rest:
        accent = _ACCENT.fullmatch(part)
        if accent:
            accents.append(accent.group(1))
            digits += accent.group(2)
        elif part in _RAISED:
            raised.append(part)
        else:
            subscripts.append(part)
    return Parts(letters, tuple(accents), tuple(raised), digits, tuple(subscripts))


def _one_word(head: str, part: str) -> bool:
    """Whether what follows an underscore goes on with a name in words, rather than tells two apart."""
    first = head.split("_")[0]
    if first in _TEX_LETTERS or part in _TEX_LETTERS or part in _STATES or part in _TEX_ACCENTS:
        return False
    return (
        bool(_WORD.fullmatch(first) or _WORD.fullmatch(part))
        and min(len(first), len(part)) > 1
        and (first.isalpha() and part.isalpha())
    )


def tex_letters(letters: str) -> str:
    r"""Letters as mathematicians set them: `alpha` as a letter, words upright or italic as one word.

    >>> tex_letters("alpha"), tex_letters("W"), tex_letters("loss"), tex_letters("MSE")
    ('\\alpha', 'W', '\\mathit{loss}', '\\mathrm{MSE}')
    """
    if len(letters) == 1:
        return letters
    if letters in _TEX_LETTERS:
        return _TEX_LETTERS[letters]
    letters = letters.replace("_", r"\_")
    return rf"\mathrm{{{letters}}}" if letters.isupper() else rf"\mathit{{{letters}}}"


def text_letters(letters: str) -> str:
    """Letters for a terminal: Greek names as letters."""
    return _LETTERS_OF.get(letters, letters)


def tex_base(letters: str, accents: tuple[str, ...]) -> str:
    r"""Letters under their accents: `\hat{y}`."""
    base = letters
    for accent in accents:
        wide = accent == "hat" and base.startswith(r"\math")
        command = r"\widehat" if wide else _TEX_ACCENTS[accent]
        base = f"{command}{{{base}}}"
    return base


def text_base(letters: str, accents: tuple[str, ...]) -> str:
    """Letters with combining accents, composed where a single character exists."""
    return unicodedata.normalize("NFC", letters + "".join(_MARKS[accent] for accent in accents))


def tex_subscript(part: str) -> str:
    """A subscript of a name: digits and single letters as they are, Greek as a letter, words upright."""
    if part.isdigit() or len(part) == 1:
        return part
    if part in _TEX_LETTERS:
        return _TEX_LETTERS[part]
    return rf"\mathrm{{{part}}}"


def tex_raised(marks: tuple[str, ...]) -> str:
    """Star and prime, raised."""
    return "".join(_TEX_RAISED[mark] for mark in marks)


def text_raised(marks: tuple[str, ...]) -> str:
    """Star and prime, for a terminal."""
    return "".join(_RAISED[mark] for mark in marks)


def joined(subscripts: list[str]) -> str:
    """Indices side by side: `12` and `ij`, but `1,12`, `i+1,j` and `1,:`."""
    close = all(len(part) == 1 and part != ":" for part in subscripts)
    return ("" if close else ",").join(subscripts)


def tex_name(form: Form) -> str:
    """A base with its scripts: `W^{(1)}`, `w^{(1)}_{12}`."""
    base, upper, lower = form
    if upper:
        base = f"{base}^{{{upper}}}"
    return f"{base}_{{{lower}}}" if lower else base


def text_name(form: Form) -> str:
    """A base with its scripts in Unicode, and in brackets or after an underscore where Unicode has none."""
    base, upper, lower = form
    return base + (superscript(upper) or f"^{upper}") * bool(upper) + _lowered(lower) * bool(lower)


def superscript(text: str) -> str | None:
    """Raised characters, or None where one of them does not exist.

    >>> superscript("(1)"), superscript("q")
    ('⁽¹⁾', None)
    """
    return text.translate(_SUPERSCRIPTS) if _CAN_RAISE.issuperset(text) else None


def subscript(text: str) -> str | None:
    """Lowered characters, or None where one of them does not exist.

    >>> subscript("t-1"), subscript("N")
    ('ₜ₋₁', None)
    """
    return text.translate(_SUBSCRIPTS) if _CAN_LOWER.issuperset(text) else None


def _lowered(text: str) -> str:
    """A subscript in Unicode; after an underscore, or in brackets for what has parts, where there is none.

    >>> _lowered("12"), _lowered("2,new"), _lowered("N,m"), _lowered("b"), _lowered("b+1")
    ('₁₂', '₂_new', '[N,m]', '_b', '[b+1]')
    """
    whole = subscript(text)
    if whole is not None:
        return whole
    start, _, word = text.rpartition(",")
    if len(word) > 1 and word.isalpha() and (first := subscript(start)):
        return f"{first}_{word}"
    return f"[{text}]" if _PARTED.search(text) else f"_{text}"
