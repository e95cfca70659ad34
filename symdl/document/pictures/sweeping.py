"""This module composes the error of difference quotients against their step: a table and its picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symdl.document.blocks import Block, Curve, Math, Paragraph, Pictures, Plot, Table
from symdl.document.language import textual
from symdl.document.lines.values import number_node
from symdl.document.pictures.graphs import words
from symdl.document.sheet import Sheet
from symdl.formula.tree import Name

KINDS = ("forward", "central")
AXIS = Math(r"k,\; h=10^{-k}", "k, h = 10⁻ᵏ")


def sweep_blocks(sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    """The errors over all steps, which step is best, and a picture of both."""
    best = {kind: min(rows, key=lambda row: float(row[kind]))["h"] for kind in KINDS}
    facts = {f"best_{kind}": sheet.math(number_node(h, 1)) for kind, h in best.items()}
    yield Paragraph(sheet.say("sheet.sweep_intro", **facts))
    header = ((sheet.math(Name("h")),), *(sheet.say(f"sheet.by_{kind}") for kind in KINDS))
    cells = tuple(tuple((sheet.math(number_node(row[key], 2)),) for key in ("h", *KINDS)) for row in rows)
    yield Table(header, cells, align="rrr")
    curves = tuple(
        Curve(
            tuple((float(row["k"]), float(row[kind])) for row in rows if row[kind] > 0),
            textual(words(sheet.say(f"sheet.by_{kind}"))),
        )
        for kind in KINDS
    )
    caption = sheet.say("picture.sweep")
    yield Pictures((Plot(curves, AXIS, Math("", ""), words(caption), caption, logarithmic=True),))
