"""This module names runs that stand side by side: by their rules, or by what parts those of one rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdl.core.naming import leaf
from symdl.document.blocks import Math
from symdl.document.language import textual
from symdl.document.lines.values import value_node
from symdl.document.sheet import Sheet
from symdl.errors import ProblemError
from symdl.formula.tree import Compare
from symdl.models.optimizers import SYMBOLS
from symdl.problems.reading.settings import RuleSettings, SearchSettings
from symdl.problems.running.rules import exact_number

TRAITS = (
    "form", *(name for name in RuleSettings.model_fields if name not in ("form", "settings")),
    *(name for name in SearchSettings.model_fields if name != "method"), "batch_size",
)  # fmt: skip
SHORT = 3  # entries of a start that stand in a name


@dataclass(frozen=True, slots=True)
class Traits:
    """What a run is known by: its rule, the settings that were stated, where it starts."""

    rule: str
    stated: Mapping[str, Any]
    start: Mapping[str, Any] | None = None
    label: Any = None


def traits_of(ask: Any, start: Mapping[str, Any]) -> Traits:
    """What an ask says of its run, and where that started."""
    rule = getattr(ask, "rule", None) or getattr(ask, "method", None)
    usual = {"minimize": "steepest_descent", "root": "newton"}.get(ask.kind, "")
    stated = {name: getattr(ask, name, None) for name in TRAITS} | dict(getattr(ask, "settings", None) or {})
    return Traits(str(rule or usual), {k: v for k, v in stated.items() if v is not None}, start)


def side_by_side(sheet: Sheet, runs: Sequence[Traits]) -> list[Math | None]:
    """A name for each run; none where two runs would have the same."""
    found = [_named(sheet, run, runs) for run in runs]
    plain = [name.plain for name in found]
    return [name if plain.count(name.plain) == 1 else None for name in found]


def _named(sheet: Sheet, run: Traits, runs: Sequence[Traits]) -> Math:
    if run.label is not None:
        return textual(sheet.localized(run.label))
    mates = [other for other in runs if other.rule == run.rule]
    parts = list(_telling(sheet, run, mates)) if len(mates) > 1 else []
    if not parts or len(mates) < len(runs):
        parts.insert(0, textual(rule_word(sheet, run.rule)))
    return Math(",\\; ".join(part.tex for part in parts), ", ".join(part.plain for part in parts))


def _telling(sheet: Sheet, run: Traits, mates: Sequence[Traits]) -> Iterator[Math]:
    """What is not the same among the runs of one rule."""
    told = [
        key for key in dict.fromkeys(key for mate in mates for key in mate.stated)
        if key in run.stated and len({str(mate.stated.get(key)) for mate in mates}) > 1
    ]  # fmt: skip
    for key in told:
        yield _trait(sheet, key, run.stated[key])
    names = {tuple(mate.start or ()) for mate in mates}
    if len(names) > 1 and not told:  # runs of other parameters
        yield from (sheet.math(leaf(name)) for name in run.start or ())
    elif len(names) == 1 and len({str(mate.start) for mate in mates}) > 1:
        for name, value in (run.start or {}).items():
            if np.size(value) <= SHORT:
                yield equation(sheet, f"{name}_t0", value)


def _trait(sheet: Sheet, key: str, value: Any) -> Math:
    if isinstance(value, bool) and sheet.language.has(word := f"compare.{key}_{str(value).lower()}"):
        return textual(sheet.language.word(word))
    number = _plain(value)
    if isinstance(number, float):
        return equation(sheet, SYMBOLS.get(key.rstrip("_"), key.rstrip("_")), number)
    text = str(value.get("schedule", "")) if isinstance(value, Mapping) else str(value)
    return textual(text.replace("_", " "))


def equation(sheet: Sheet, name: str, value: Any) -> Math:
    """A quantity with its number."""
    node = value_node(value, sheet.digits)
    return sheet.math(leaf(name) if node is None else Compare("=", leaf(name), node))


def rule_word(sheet: Sheet, rule: str) -> str:
    """The name of a rule; the key of one that a user declared."""
    key = f"function.{rule}"
    return sheet.language.word(key) if sheet.language.has(key) else rule.replace("_", " ")


def _plain(value: Any) -> Any:
    """A stated number as a float; all else as it is."""
    if isinstance(value, bool | Mapping):
        return value
    try:
        return float(exact_number(value))
    except ProblemError:
        return value
