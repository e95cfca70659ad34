"""This module composes what a problem asks to be shown: functions of the library, the parts of a network."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.function import FUNCTIONS
from symdl.document.architecture import architecture
from symdl.document.blocks import Block, Heading
from symdl.document.explaining.functions import function_blocks
from symdl.document.explaining.layers import explained
from symdl.document.sheet import Sheet
from symdl.document.stepping import step_block
from symdl.models.layer import LAYERS


def definitions(sheet: Sheet) -> Iterator[Block]:
    """Formula, derivative, range and plot of each function, then its identities; the table of a network."""
    for answer in sheet.derivation.answers:
        if answer.kind == "show" and answer.table:
            yield from architecture(sheet, answer)
        if answer.kind != "show" or answer.of not in FUNCTIONS or answer.table:
            continue
        words = sheet.language
        key = f"function.{answer.of}"
        title = words.word(key) if words.has(key) else answer.of
        yield Heading(2, (title,), answer.of)
        if answer.of in LAYERS:
            yield from explained(LAYERS[answer.of], words)
        else:
            yield from function_blocks(FUNCTIONS[answer.of], words, proved=True)
        for step in sheet.derivation.steps:
            if step.phase != "lesson" and step.id.startswith(f"{answer.id}."):
                yield step_block(sheet, step)
