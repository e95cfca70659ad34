"""This module explains the concepts of the course: what each is, and where the lecture notes have it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.document.blocks import Block, Formula, Math, Note, Paragraph, Row, Spans
from symdl.document.language import Language, typeset
from symdl.document.notation import function_spellings
from symdl.formula.notation import Notation
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Apply, Node, Partial, rebuild
from symdl.resources import read_toml
from symdl.text import Text

RELATIONS = {" = ": "=", " <= ": "≤", " >= ": "≥", " -> ": "→"}  # the first that stands in a line parts it
TEX_SIGNS = {"≤": r"\le", "≥": r"\ge", "=": "=", "→": r"\to"}
GENERAL = frozenset(
    {"f", "g", "h", "f_d", "g_d", "f_dd", "phi", "E", "D", "G", "by"}
)  # functions that stand for any


NOTATION = Notation(functions=function_spellings())


@cache
def concepts() -> dict[str, dict[str, Any]]:
    """The concepts by key, without their words.

    >>> concepts()["taylor_series"]["notes"]
    '003:286-316'
    """
    return read_toml("", "concepts")


def words_of(key: str, language: str) -> dict[str, Any]:
    """The name of a concept, other words for it, and what it is, in a language."""
    found: dict[str, Any] = read_toml("concepts", language)[key]
    return found


def concept(key: str, words: Language) -> Iterator[Block]:
    """What a concept is."""
    yield from meaning(key, words)
    entry = concepts()[key]
    rows = tuple(_row(text, entry.get("vectors", ())) for text in entry.get("formulas", ()))
    if rows:
        yield Formula(rows)
    yield from places(key, words)


def meaning(key: str, words: Language) -> Iterator[Block]:
    """What a concept is, in a few sentences; an entry of the library may say it itself."""
    said = words_of(key, words.code).get("what")
    if said is not None:
        yield Paragraph(_spans(said))


def places(key: str, words: Language) -> Iterator[Block]:
    """Where the lecture notes have a concept, what in them is a slip, and what works it out."""
    entry, slip = concepts()[key], words_of(key, words.code).get("slip")
    if slip is not None:
        yield Note("remark", (words.word("catalog.slip"),), _spans(slip))
    if "see" in entry:
        yield Paragraph(
            words.say(Text("catalog.see", {"command": f"symdl explain {entry['see']}"}), Notation())
        )
    if "notes" in entry:
        number, _, lines = entry["notes"].partition(":")
        first, _, last = lines.partition("-")
        facts = {"number": number, "first": first, "last": last or first}
        key = "catalog.notes" if last else "catalog.notes_line"
        yield Paragraph(words.say(Text(key, facts), Notation()))


def _spans(text: str) -> Spans:
    """A text whose formulas stand between backquotes."""
    parts = text.split("`")
    spans = [_math(part) if k % 2 else part for k, part in enumerate(parts)]
    return tuple(span for span in spans if span)


def _math(text: str) -> Math:
    sign = next((sign for sign in RELATIONS if sign in text), None)
    if sign is None:
        return typeset(_tree(text), NOTATION)
    left, right = (typeset(_tree(side), NOTATION) for side in text.split(sign, 1))
    tex, said = TEX_SIGNS[RELATIONS[sign]], RELATIONS[sign]
    return Math(f"{left.tex} {tex} {right.tex}", f"{left.plain} {said} {right.plain}")


def _tree(text: str) -> Node:
    general = {name for name in GENERAL if re.search(rf"\b{name}\(", text)}
    scope = Scope(None, frozenset({"where", "prod", *general, *FUNCTIONS, *POINTWISE}))
    return _primed(read_formula(text, scope))


def _row(text: str, vectors: Iterable[str]) -> Row:
    sign = next(sign for sign in RELATIONS if sign in text)
    sides = text.split(sign, 1)
    left, right = map(_tree, sides)
    notation = Notation(ranks=dict.fromkeys(vectors, 1), functions=function_spellings())
    return Row(typeset(left, notation), RELATIONS[sign], typeset(right, notation))


def _primed(node: Node) -> Node:
    """A formula with `f_d(x)` as f′(x) and `by(f, x)` as ∂f/∂x."""
    node = rebuild(node, _primed)
    if isinstance(node, Apply) and node.function == "by":
        return Partial(node.args[0], node.args[1:])
    if isinstance(node, Apply) and node.function in GENERAL:
        base, _, primes = node.function.partition("_")
        return Apply(base + "'" * len(primes), node.args)
    return node
