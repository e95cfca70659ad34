"""This module checks that the tables of a problem fit each other: names declared once, none out of nowhere.

A name counts as known when it is declared or when it stands in a formula; whether it is a parameter or an
input there is for the builder to say. So nothing is refused here that could have a meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from symdl.formula.characters import ACCENTS, GREEK
from symdl.models.layer import LAYERS
from symdl.problems.reading.asks import UpdateAsk, answer_ids
from symdl.problems.reading.faults import Fault, Path
from symdl.problems.reading.schema import RawProblem
from symdl.problems.reading.settings import Ask
from symdl.registry import nearest

Finding = tuple[Path, Fault]

_WORD = re.compile(r"([^\W\d]\w*)\s*(\(?)")
_SPELLINGS = str.maketrans(GREEK | ACCENTS | {"_": ""})
_FREE_KINDS = ("likelihood", "show")  # these may name things of the library


def inconsistencies(raw: RawProblem) -> list[Finding]:
    """Everything in a problem that contradicts something else in it."""
    if not (raw.let or raw.network or raw.asks):
        return [((), Fault("nothing"))]
    return [
        *_declared_twice(raw),
        *_unknown_names(raw),
        *_repeated_ids(raw),
        *_unknown_after(raw),
        *_unseeded(raw),
    ]


def _declared_twice(raw: RawProblem) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for section, name in _declarations(raw):
        if name in seen and seen[name] != section:
            yield (section, name), Fault("declared_twice", key=name, first=seen[name], second=section)
        seen.setdefault(name, section)


def _declarations(raw: RawProblem) -> Iterator[tuple[str, str]]:
    for section in ("dims", "given", "draw", "symbols", "let"):
        for key in getattr(raw, section):
            yield section, key


def _unknown_names(raw: RawProblem) -> Iterator[Finding]:
    """Names used outside formulas that no formula and no declaration knows."""
    if raw.network is not None:  # its layers name quantities that are not written here
        return
    known = _Vocabulary(raw)
    for path, name in _uses(raw):
        if not known.declared:
            yield path, Fault("no_names", key=name)
        elif not known.has(name):
            near = nearest(name, known.declared)
            yield path, Fault("unknown_name", key=name, nearest=near, known=", ".join(known.declared[:12]))


def _uses(raw: RawProblem) -> Iterator[tuple[Path, str]]:
    for name in raw.notation.names:
        yield ("notation", "names", name), name
    for name in raw.assume:
        yield ("assume", name), name
    for k, ask in enumerate(raw.asks):
        yield from ((("ask", k, *path), name) for path, name in _uses_of(ask))


def _uses_of(ask: Ask) -> Iterator[tuple[Path, str]]:
    if ask.kind in _FREE_KINDS:
        return
    of = str(getattr(ask, "of", ""))
    if of.isidentifier():
        yield ("of" if isinstance(ask, UpdateAsk) else ask.kind,), of
    for k, entry in enumerate(ask.wanted):
        yield ("by", k), entry.split("[")[0]
    for setting in ("at", "start"):
        yield from (((setting, name), name) for name in getattr(ask, setting, None) or ())
    for k, entry in enumerate(getattr(ask, "data", None) or ()):
        yield ("data", k), entry.split("[")[0]


class _Vocabulary:
    """The names of a problem, in one spelling: θ_1 is theta1."""

    def __init__(self, raw: RawProblem) -> None:
        self.declared = list(dict.fromkeys(word for _, key in _declarations(raw) for word in _words(key)))
        words = [found for text in raw.let.values() for found in _WORD.findall(str(text))]
        calls = [(_spelled(word), bool(call)) for word, call in words]
        self.exact = {_spelled(word) for word in self.declared} | {word for word, _ in calls}
        self.runs = {word for word, call in calls if not call}
        self.stems = frozenset(_lines_of(word for word, call in words if call))

    def has(self, name: str) -> bool:
        """Whether a name is declared, part of a run of letters such as `xy`, or made from a layer's line."""
        word = _spelled(name)
        if word in self.exact or any(word in run for run in self.runs):
            return True
        return any(re.fullmatch(rf"{re.escape(stem)}(\d|_).*|{re.escape(stem)}", name) for stem in self.stems)


def _lines_of(called: Iterable[str]) -> Iterator[str]:
    """The names that the lines of some layers have, those of the layers that they call too."""
    for key in called:
        layer = LAYERS.get(key)
        if layer is not None:
            yield from layer.params
            yield from (word for left in layer.lines for word in _words(left)[:1])
            yield from _lines_of(
                word for text in layer.lines.values() for word, call in _WORD.findall(text) if call
            )


def _words(key: str) -> list[str]:
    return [word for word, _ in _WORD.findall(key)]


def _spelled(word: str) -> str:
    return unicodedata.normalize("NFKD", word).translate(_SPELLINGS)


def _repeated_ids(raw: RawProblem) -> Iterator[Finding]:
    """Two asks with one written id; ids that we made ourselves are told apart by us."""
    seen: dict[str, int] = {}
    for k, ask in enumerate(raw.asks):
        if ask.id is not None and ask.id in seen:
            yield ("ask", k, "id"), Fault("repeated_id", id=ask.id, first=seen[ask.id] + 1)
        elif ask.id is not None:
            seen[ask.id] = k


def _unseeded(raw: RawProblem) -> Iterator[Finding]:
    """An order drawn by lot needs a seed, so that everybody gets the same."""
    for k, ask in enumerate(raw.asks):
        if getattr(ask, "shuffle", None) and raw.seed is None:
            yield ("ask", k, "shuffle"), Fault("no_seed")


def _unknown_after(raw: RawProblem) -> Iterator[Finding]:
    """`after` names an update that came before."""
    earlier: list[str] = []
    for k, ask in enumerate(raw.asks):
        after = getattr(ask, "after", None)
        if after is not None and after not in earlier:
            yield ("ask", k, "after"), Fault("unknown_after", id=after, nearest=nearest(after, earlier))
        earlier += [] if ask.id is None else [ask.id]
        earlier += [answer.id for answer in answer_ids(ask)]
