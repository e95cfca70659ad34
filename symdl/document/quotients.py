"""This module tabulates difference quotients: what they are for ever smaller increments, beside the limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symdl.document.blocks import Block, Heading, Paragraph, Spans, Table
from symdl.document.lines.values import number_node
from symdl.document.sheet import Sheet

DIGITS = 8


def quotients(sheet: Sheet) -> Iterator[Block]:
    """The table of each derivative that was taken by definition at a point."""
    for answer in sheet.derivation.answers:
        if answer.kind == "derivative" and answer.table:
            yield Heading(2, sheet.say("phase.quotients"), "quotients")
            yield Paragraph(sheet.say("phase.quotients_intro", of=answer.left, value=float(answer.value)))
            header = tuple(sheet.say(f"sheet.{key}") for key in ("increment", "forward", "numeric", "off"))
            yield Table(header, tuple(_row(sheet, row) for row in answer.table), align="rrrr")


def _row(sheet: Sheet, row: Mapping[str, Any]) -> tuple[Spans, ...]:
    digits = {"h": 1, "forward": DIGITS, "central": DIGITS, "error": 2}
    return tuple(
        () if row[key] is None else (sheet.math(number_node(row[key], n)),) for key, n in digits.items()
    )
