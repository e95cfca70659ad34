"""This module decides how quantities are written: layers, indices, accents, profiles, overrides.

Digits that end the name of a vector or matrix are its layer (`W1` as W^(1)), of a scalar its index (`x1`
as x with a subscript 1); a part after an underscore is always a subscript. An override wins over all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from symdl.errors import FormulaError
from symdl.formula.functions import SPELLINGS, FunctionSpelling
from symdl.formula.spelling import (
    Form,
    Parts,
    joined,
    parts,
    tex_base,
    tex_letters,
    tex_name,
    tex_raised,
    tex_subscript,
    text_base,
    text_letters,
    text_name,
    text_raised,
)
from symdl.registry import nearest


@dataclass(frozen=True, slots=True)
class Profile:
    """A school of notation: how a layer is raised, which letters it prefers, whether it writes delta."""

    key: str
    layer: str = "({})"
    letters: Mapping[str, str] = field(default_factory=dict, hash=False)  # for layered names only
    deltas: bool = True


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.key: profile
        for profile in (
            Profile("z-a"),
            Profile("net-out", "{}", MappingProxyType({"z": "In", "a": "h", "o": "O"}), deltas=False),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Notation:
    """How the quantities of one problem are printed.

    `ranks` tells scalars (0), vectors (1) and matrices (2) apart; `timed` are the names of repeated lines,
    whose index is a time; `layered` are scalars whose digits are a layer all the same; `deltas` gives the
    adjoint of a quantity a name; `local` marks local derivatives where they differ from the total ones;
    arrays longer than `longest` are abbreviated (None: never).
    """

    profile: str = "z-a"
    overrides: Mapping[str, str] = field(default_factory=dict, hash=False)
    ranks: Mapping[str, int] = field(default_factory=dict, hash=False)
    timed: frozenset[str] = frozenset()
    layered: frozenset[str] = frozenset()
    deltas: Mapping[str, str] = field(default_factory=dict, hash=False)
    functions: Mapping[str, FunctionSpelling] = field(default_factory=lambda: SPELLINGS, hash=False)
    local: bool = False
    longest: int | None = 8
    _raised: frozenset[str] = field(init=False, repr=False, compare=False)
    _school: Profile = field(init=False, repr=False, compare=False)
    _letters: frozenset[str] = field(init=False, repr=False, compare=False)
    _tex: dict[tuple[str, int], Form] = field(init=False, repr=False, compare=False)
    _text: dict[tuple[str, int], Form] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            known = nearest(self.profile, list(PROFILES))
            raise FormulaError("formula.unknown_profile", name=self.profile, nearest=known)
        object.__setattr__(self, "_school", PROFILES[self.profile])
        object.__setattr__(self, "_letters", frozenset(parts(name).letters for name in self.ranks))
        adjoints = {delta for name, delta in self.deltas.items() if self.rank(name) or name in self.layered}
        object.__setattr__(self, "_raised", self.layered | self.timed | adjoints)
        object.__setattr__(self, "_tex", {})
        object.__setattr__(self, "_text", {})

    def tex(self, name: str) -> str:
        """A name in TeX.

        >>> Notation(ranks={"W1": 2}).tex("W1"), Notation().tex("x1"), Notation().tex("W1_2_1")
        ('W^{(1)}', 'x_{1}', 'w^{(1)}_{21}')
        """
        return tex_name(self.tex_form(name))

    def text(self, name: str) -> str:
        """A name in Unicode.

        >>> Notation(ranks={"W1": 2}).text("W1"), Notation().text("alpha")
        ('W⁽¹⁾', 'α')
        """
        return text_name(self.text_form(name))

    def tex_form(self, name: str, entries: int = 0) -> Form:
        """A name in TeX, scripts apart; for an entry of a matrix (two `entries`) with a small letter."""
        form = self._tex.get((name, entries))
        if form is None:
            form = self._tex[name, entries] = self._tex_form(name, entries)
        return form

    def text_form(self, name: str, entries: int = 0) -> Form:
        """A name in Unicode, scripts apart."""
        form = self._text.get((name, entries))
        if form is None:
            form = self._text[name, entries] = self._text_form(name, entries)
        return form

    def rank(self, name: str) -> int:
        """0 for a scalar and for what is not known, 1 for a vector, 2 for a matrix."""
        return self.ranks.get(name, 0)

    def without_deltas(self) -> Notation:
        """The same notation with every adjoint written out as a derivative."""
        return replace(self, deltas={})

    def delta(self, name: str) -> str | None:
        """The name of the adjoint of a quantity, where the notation has one."""
        return self.deltas.get(name) if self._school.deltas else None

    def _tex_form(self, name: str, entries: int) -> Form:
        override = self.overrides.get(name)
        if override is not None:
            return Form(override)
        found = parts(name)
        digits, layer = self._placed(name, found)
        base = tex_base(tex_letters(self._lettered(name, found, entries)), found.accents)
        lower = joined([*digits, *(tex_subscript(part) for part in found.subscripts)])
        return Form(base, layer + tex_raised(found.raised), lower)

    def _text_form(self, name: str, entries: int) -> Form:
        found = parts(name)
        digits, layer = self._placed(name, found)
        base = text_base(text_letters(self._lettered(name, found, entries)), found.accents)
        lower = joined([*digits, *map(text_letters, found.subscripts)])
        return Form(base, layer + text_raised(found.raised), lower)

    def _placed(self, name: str, found: Parts) -> tuple[list[str], str]:
        """The digits of a name as an index or as a layer, whichever they are."""
        if not found.digits:
            return [], ""
        if self.has_layer(name, found):
            return [], self._school.layer.format(found.digits)
        return [found.digits], ""

    def has_layer(self, name: str, found: Parts | None = None) -> bool:
        """Whether the digits of a name are a layer."""
        found = found or parts(name)
        return bool(found.digits) and (self.rank(name) > 0 or name in self._raised or found.entry)

    def _lettered(self, name: str, found: Parts, entries: int) -> str:
        """The letters of a name: of the profile for layers, small for an entry of a matrix."""
        letters = found.letters
        if self.has_layer(name, found):
            letters = self._renamed(letters)
        count = entries or (len(found.subscripts) if found.entry else 0)
        if (
            count == 2
            and name not in self.timed
            and len(letters) == 1
            and letters.lower() not in self._letters
        ):
            return letters.lower()
        return letters

    def _renamed(self, letters: str) -> str:
        """The letter of the profile, unless the problem uses it for something else."""
        other = self._school.letters.get(letters, letters)
        return letters if other in self._letters else other
