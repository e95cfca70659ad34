"""This module composes the lengths of gradients by layer, in a table and a picture beside a bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symdl.core.naming import leaf
from symdl.derivation.step import Answer
from symdl.document.blocks import Block, Curve, Heading, Math, Paragraph, Pictures, Plot, Spans, Table
from symdl.document.graphs import words
from symdl.document.language import textual
from symdl.document.sheet import Sheet
from symdl.document.values import number_node

KEYS = ("relative", "slopes")


def norms(sheet: Sheet) -> Iterator[Block]:
    """The table of each question that asks for it, from the layer nearest to the loss backward."""
    asked = [answer for answer in sheet.derivation.answers if answer.kind == "gradient" and answer.table]
    for of in dict.fromkeys(answer.of for answer in asked):
        rows = [(answer, answer.table[0]) for answer in asked if answer.of == of]
        rows.sort(key=lambda row: -row[1]["slopes"])
        yield Heading(2, sheet.say("phase.norms"), "norms")
        yield Paragraph(sheet.say("phase.norms_intro", of=leaf(of), nearest=leaf(rows[0][0].by)))
        header = tuple(sheet.say(f"sheet.{key}") for key in ("parameter", "norm", *KEYS))
        yield Table(header, tuple(_row(sheet, *row) for row in rows), align="lrrr")
        if len(rows) > 2:
            yield _picture(sheet, rows)


def _row(sheet: Sheet, answer: Answer, row: Mapping[str, Any]) -> tuple[Spans, ...]:
    values = (row["norm"], row["relative"], float(row["slopes"]))
    cells: tuple[Spans, ...] = tuple(
        () if value is None else (sheet.math(number_node(value, sheet.digits)),) for value in values
    )
    return ((sheet.math(leaf(answer.by)),), *cells)


def _picture(sheet: Sheet, rows: Sequence[tuple[Answer, Mapping[str, Any]]]) -> Pictures:
    """Both curves over the layers, counted back from the loss, in powers of ten."""
    curves = tuple(
        Curve(
            tuple((float(k), float(row[key])) for k, (_, row) in enumerate(rows) if row[key]),
            textual(words(sheet.say(f"sheet.{key}"))),
        )
        for key in KEYS
    )
    caption = sheet.say("picture.norms")
    layers = textual(words(sheet.say("sheet.layers_back")))
    return Pictures((Plot(curves, layers, Math("", ""), words(caption), caption, logarithmic=True),))
