"""This module states the settings of a run before its first line: η = 0.1, β₁ = 0.9."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from symdl.derivation.running.timing import PLAIN
from symdl.derivation.running.tracing import Worked
from symdl.derivation.step import Step
from symdl.document.blocks import Block, Formula, Math, Paragraph, Row
from symdl.document.lines.values import number_node
from symdl.document.sheet import Sheet
from symdl.formula.tree import Name
from symdl.formula.walking import walk
from symdl.models.optimizers import RANGES, SYMBOLS

LETTERS = {SYMBOLS.get(setting, setting) for setting in RANGES}


def settings(sheet: Sheet, steps: Sequence[Step], title: Math | None) -> Iterator[Block]:
    """The settings that stand in the lines of a run and stay as they are, without those in its title."""
    own = {str(name) for name in sheet.derivation.graph.by_name}
    called: Mapping[str, str] = next(
        (s.because.facts["called"] for s in steps if "called" in s.because.facts), PLAIN
    )
    letters = {called.get(letter, letter) for letter in LETTERS}
    order: dict[object, None] = {}  # as the rule has its settings
    found: dict[Name, set[float]] = {}
    for step in steps:
        worked = step.because.facts.get("worked")
        if not isinstance(worked, Worked):
            continue
        order |= dict.fromkeys(worked.placed)
        inside = {part for _, line in step.lines for part in walk(line) if isinstance(part, Name)}
        for name in inside & worked.placed.keys():
            if name.text in letters - own and not np.ndim(worked.placed[name]):
                found.setdefault(name, set()).add(float(worked.placed[name]))
    said = "" if title is None else title.plain
    rows = tuple(
        Row(letter, "=", sheet.math(number_node(value, sheet.digits)))
        for name, (value, *others) in ((name, [*found[name]]) for name in order if name in found)
        if not others and f"{(letter := sheet.math(name)).plain} =" not in said
    )
    if rows:
        yield Formula(rows, flowing=True)
    for word, other in called.items():
        if not other.endswith("_hat") and any(
            other == part.text.split("_")[0] or other == part.text for part in _names(steps)
        ):
            yield Paragraph(sheet.say("sheet.renamed", name=Name(word), other=Name(other)))


def _names(steps: Sequence[Step]) -> Iterator[Name]:
    """The names that stand in the lines of a run."""
    for step in steps:
        for node in (step.left, *(line for _, line in step.lines)):
            if node is not None:
                yield from (part for part in walk(node) if isinstance(part, Name))
