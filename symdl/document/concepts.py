"""This module explains the concepts of the course: what each is, and where the lecture notes have it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.document.blocks import Block, Formula, Paragraph, Row
from symdl.document.language import Language, typeset
from symdl.document.notation import function_spellings
from symdl.formula.notation import Notation
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Apply, Node, rebuild
from symdl.resources import read_toml
from symdl.text import Text

RELATIONS = {" <= ": "≤", " = ": "="}
GENERAL = frozenset({"f", "g", "h", "f_d", "g_d", "f_dd"})  # functions that stand for any


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
    entry = concepts()[key]
    yield Paragraph((words_of(key, words.code)["what"],))
    rows = tuple(_row(text, entry.get("vectors", ())) for text in entry.get("formulas", ()))
    if rows:
        yield Formula(rows)
    if "see" in entry:
        yield Paragraph(
            words.say(Text("catalog.see", {"command": f"symdl explain {entry['see']}"}), Notation())
        )
    number, _, lines = entry["notes"].partition(":")
    first, _, last = lines.partition("-")
    facts = {"number": number, "first": first, "last": last or first}
    yield Paragraph(words.say(Text("catalog.notes", facts), Notation()))


def _row(text: str, vectors: Iterable[str]) -> Row:
    sign = next(sign for sign in RELATIONS if sign in text)
    sides = text.split(sign, 1)
    general = {name for name in GENERAL if re.search(rf"\b{name}\(", text)}
    scope = Scope(None, frozenset({"where", *general, *FUNCTIONS, *POINTWISE}))
    left, right = (_primed(read_formula(side, scope)) for side in sides)
    notation = Notation(ranks=dict.fromkeys(vectors, 1), functions=function_spellings())
    return Row(typeset(left, notation), RELATIONS[sign], typeset(right, notation))


def _primed(node: Node) -> Node:
    """A formula with `f_d(x)` as f′(x)."""
    node = rebuild(node, _primed)
    if isinstance(node, Apply) and node.function in GENERAL:
        base, _, primes = node.function.partition("_")
        return Apply(base + "'" * len(primes), node.args)
    return node
