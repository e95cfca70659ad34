"""This module turns typed characters into the few that the grammar knows, or refuses them by name.

Characters are mapped one by one and never normalized as a whole (that would turn x² into x2), and each
mapped character remembers where it stood, so that an error points at what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from symdl.errors import FormulaError, Place
from symdl.text import Text

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma",
    "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot"}

_DIGITS = {chr(zero + k): str(k) for zero in (0x6F0, 0x660, 0x2080, 0xFF10) for k in range(10)}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵀ", "0123456789+-()niT", strict=True))
SUBSCRIPTS = dict(zip("ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", "aeoxhklmnpstijruv", strict=True))
_VARIANTS = {"ϵ": "ε", "ϑ": "θ", "ϕ": "φ", "ϱ": "ρ", "ϖ": "π", "\u00b5": "μ", "\u2126": "Ω", "\u2206": "Δ"}
_OPERATORS = {
    "−": "-", "–": "-", "‐": "-", "‑": "-", "﹣": "-", "·": "@", "⋅": "@", "∙": "@", "×": "@", "⊙": "*",
    "∘": "*", "∗": "*", "÷": "/", "∕": "/", "⁄": "/", "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=", "≠": "!=",
    "∣": "|", "‖": "|", "∥": "|", "…": "..", "∈": " in ", "⊤": "⊤", "√": "√", "٫": ".", "٬": "", "،": ",",
}  # fmt: skip
_FRACTIONS = {sign: f"({n}/{d})" for sign, n, d in zip("½⅓⅔¼¾⅕⅛", "1121311", "2334458", strict=True)}
_WIDE = {chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F)}
SCRIPTS = frozenset({"arabic", "cyrillic", "greek", "fullwidth", "mathematical"})
_WRITTEN = "\u200c\u200e\u200f"  # not seen, but part of how Persian is written
AS_TYPED = "W^T x + 1/2 b"  # how a formula looks that is typed as text
_INVISIBLE = dict.fromkeys("\u200c\u200e\u200f\u00a0\u2009\u202f\u3000", " ")  # joiners, marks, odd spaces
_PLAIN = {letter: letter for letter in GREEK} | {accent: accent for accent in ACCENTS}
_MAPPED = _WIDE | _PLAIN | _VARIANTS | _OPERATORS | _FRACTIONS | _DIGITS | _INVISIBLE

_CYRILLIC = dict(zip("аеорсухіјѕАВЕКМНОРСТХІЈЅ", "aeopcyxijsABEKMHOPCTXIJS", strict=True))
_LOOKALIKES = _CYRILLIC | dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))

_RUN = re.compile(f"[{''.join(SUPERSCRIPTS)}]+|[{''.join(SUBSCRIPTS)}]+|.", re.DOTALL)
_RAISED = re.compile(r"(\([0-9]+\))?(.*?)(T?)", re.DOTALL)
_UNIT = re.compile("([A-Za-zΑ-ω])([\u0302-\u0307]*)|[0-9]+|_")


@dataclass(frozen=True, slots=True)
class Clean:
    """Text in the characters of the grammar; `starts[k]` is the place of character k as typed."""

    text: str
    starts: Sequence[int]


def clean(text: str) -> Clean:
    """The text with the digits, signs, scripts and letters of all spellings mapped to one.

    >>> clean("۳x² − w₁").text
    '3x^(2) - w1'
    """
    if text.isascii():
        return Clean(text, range(len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    previous = " "
    for run in _RUN.finditer(text):
        piece = _piece(run.group(), previous, text, run.start())
        pieces.append(piece)
        starts += [run.start()] * len(piece)
        previous = piece[-1:] or previous
    return Clean("".join(pieces), [*starts, len(text)])


def _piece(run: str, previous: str, text: str, start: int) -> str:
    if run[0] in SUPERSCRIPTS:
        return _raised("".join(SUPERSCRIPTS[character] for character in run), previous)
    if run[0] in SUBSCRIPTS:
        return "_" + "".join(SUBSCRIPTS[character] for character in run)
    if run.isascii():
        return run
    if run in _FRACTIONS and previous.isdigit():
        raise FormulaError("formula.mixed_number", place=place(text, start, start + 1), character=run)
    piece = _MAPPED.get(run)
    return _accented(run, text, start) if piece is None else piece


def _raised(run: str, previous: str) -> str:
    """A raised run: `x²` is a power, `W⁽¹⁾` the name of a layer, `Wᵀ` a transpose."""
    found = _RAISED.fullmatch(run)
    layer, power, transpose = found.groups(default="") if found else ("", run, "")
    if not previous.isalnum():
        layer, power = "", layer + power
    return layer[1:-1] + (f"^({power})" if power else "") + ("⊤" if transpose else "")


def _accented(character: str, text: str, start: int) -> str:
    """A letter with a hat, tilde, bar or dot as letter and mark; everything else is refused."""
    parts = unicodedata.normalize("NFD", character)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in ACCENTS:
        return parts
    raise refused(text, start, start + 1)


def refused(text: str, start: int, stop: int) -> FormulaError:
    """The error for a character that no formula has: what it is, and which one it looks like."""
    character = text[start]
    name = _called(character)
    twin = _LOOKALIKES.get(character) or unicodedata.normalize("NFKC", character)
    if character != twin and twin.isascii() and twin.isalnum():
        return FormulaError("formula.lookalike", place=place(text, start, stop), name=name, twin=twin)
    if character in "\\$":
        return FormulaError("formula.latex", place=place(text, start, stop), plain=AS_TYPED)
    if character == ";":
        return FormulaError("formula.semicolon", place=place(text, start, stop))
    key = "formula.character" if _shows(character) else "formula.invisible"
    return FormulaError(key, place=place(text, start, stop), character=visible(character), name=name)


def _called(character: str) -> Text:
    """A character by its code, and what sort of character it is."""
    script = unicodedata.name(character, "").split(" ")[0].lower()
    key = script if script in SCRIPTS else "other" if _shows(character) else "unseen"
    return Text(f"character.{key}", {"code": f"U+{ord(character):04X}"})


@lru_cache(maxsize=1024)
def canonical(word: str) -> str:
    """The one spelling of a name: Greek letters and accents spelled out, raised and lowered digits level.

    >>> canonical("α"), canonical("ŷ₁"), canonical("W1")
    ('alpha', 'y_hat1', 'W1')
    """
    return "".join(units(clean(word).text))


def units(word: str) -> list[str]:
    """The parts of a clean word that no splitting divides: letters spelled out, runs of digits.

    >>> units("αx12")
    ['alpha', 'x', '12']
    """
    return [_spelled(unit) for unit in _UNIT.finditer(word)]


def _spelled(unit: re.Match[str]) -> str:
    letter, accents = unit.groups()
    if letter is None:
        return unit.group()
    return "_".join((GREEK.get(letter, letter), *(ACCENTS[accent] for accent in accents)))


def place(text: str, start: int, stop: int) -> Place:
    """A place in a formula, with its source safe to quote."""
    return Place(source=visible(text), start=start, stop=stop)


def visible(text: str) -> str:
    """The text with each character that steers rather than shows replaced, for quoting it safely."""
    if text.isprintable():
        return text
    kept = (character if _shows(character) or character in _WRITTEN else "\ufffd" for character in text)
    return "".join(kept)


def _shows(character: str) -> bool:
    return character.isprintable() or character in "\t\n\u00a0\u3000"
