"""This module composes lengths of gradients by layer and norms of Jacobians in time, beside their bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symdl.core.naming import leaf
from symdl.derivation.step import Answer
from symdl.document.blocks import Block, Curve, Heading, Math, Paragraph, Pictures, Plot, Spans, Table
from symdl.document.language import textual
from symdl.document.lines.values import number_node
from symdl.document.pictures.graphs import words
from symdl.document.sheet import Sheet
from symdl.formula.tree import number

KEYS = ("relative", "slopes")
REACH = ("norm", "bound")


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


def reaches(sheet: Sheet) -> Iterator[Block]:
    """How far back a state remembers: the norm of each Jacobian in time beside its bound."""
    asked = [answer for answer in sheet.derivation.answers if answer.kind == "jacobian" and answer.table]
    for of in dict.fromkeys(answer.of for answer in asked):
        rows = [(answer, answer.table[0]) for answer in asked if answer.of == of]
        rows.sort(key=lambda row: row[1]["back"])
        yield Heading(2, sheet.say("phase.reach"), f"reach-{of}")
        yield Paragraph(sheet.say("phase.reach_intro", of=leaf(of)))
        header = tuple(
            sheet.say(f"sheet.{key}") for key in ("reach_by", "reach_back", "reach_norm", "reach_bound")
        )
        yield Table(header, tuple(_reach(sheet, *row) for row in rows), align="lrrr")
        last, record = rows[-1]
        if record["norm"] > 0:
            factor = record["norm"] ** (1 / record["back"])
            key = "vanishes" if factor < 1 else "explodes"
            yield Paragraph(
                sheet.say(
                    f"phase.reach_{key}",
                    factor=float(f"{factor:.3g}"),
                    count=record["back"],
                    by=leaf(last.by),
                )
            )
        if len(rows) > 2:
            caption = sheet.say("picture.reach")
            back = textual(words(sheet.say("sheet.reach_back")))
            curves = tuple(
                Curve(
                    tuple((float(row["back"]), float(row[key])) for _, row in rows if row[key]),
                    textual(words(sheet.say(f"sheet.reach_{key}"))),
                )
                for key in REACH
            )
            yield Pictures((Plot(curves, back, Math("", ""), words(caption), caption, logarithmic=True),))


def _reach(sheet: Sheet, answer: Answer, row: Mapping[str, Any]) -> tuple[Spans, ...]:
    numbers: tuple[Spans, ...] = tuple(
        () if row[key] is None else (sheet.math(number_node(row[key], sheet.digits)),) for key in REACH
    )
    return ((sheet.math(leaf(answer.by)),), (sheet.math(number(row["back"])),), *numbers)


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
