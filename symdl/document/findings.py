"""This module composes what was found: the corrections of a perceptron, the neighbors of vectors."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from symdl.core.naming import array_node, leaf
from symdl.derivation.step import Answer, Step
from symdl.document.blocks import Block, Heading, Paragraph, Spans, Table
from symdl.document.lines.values import number_node
from symdl.document.sheet import Sheet
from symdl.formula.tree import Transpose

MOST = 40  # rows of a table


def separations(sheet: Sheet) -> Iterator[Block]:
    """The trace of the perceptron rule, and what came of it."""
    for answer in sheet.derivation.answers:
        if answer.kind == "separate":
            yield Heading(2, sheet.say("separate.trace", of=leaf(answer.of)), f"trace-{answer.id}")
            yield Table(
                tuple(sheet.say(f"separate.{key}") for key in
                      ("number", "example", "input", "z", "target", "error", "weights", "bias")),
                tuple(_correction(sheet, k, row) for k, row in enumerate(answer.table[:MOST], 1)),
                align="rrlrrrlr",
            )  # fmt: skip
            assert answer.note is not None
            yield Paragraph(sheet.say(f"{answer.note.key}_text"))


def _correction(sheet: Sheet, count: int, row: Any) -> tuple[Spans, ...]:
    def number(value: float) -> Spans:
        return (sheet.math(number_node(Fraction(value).limit_denominator(10**6), sheet.digits)),)

    def vector(values: list[float]) -> Spans:
        nodes = [number_node(value, sheet.digits) for value in values]
        return (sheet.math(Transpose(array_node(nodes, (len(nodes),)))),)

    return (
        (sheet.language.prose_number(str(count)),), (sheet.language.prose_number(str(row["example"])),),
        vector(row["input"]), number(row["z"]), number(row["target"]), number(row["error"]),
        vector(row["weights"]), number(row["bias"]),
    )  # fmt: skip


def neighbors(sheet: Sheet) -> Iterator[Block]:
    """The rows that are most alike, ranked."""
    for answer in sheet.derivation.answers:
        if answer.kind == "nearest":
            step = next(s for s in sheet.derivation.steps if s.id == f"{answer.id}.measure")
            yield Heading(2, _to_what(sheet, step), f"nearest-{answer.id}")
            yield _ranking(sheet, answer, step.because.facts["measure"])


def _to_what(sheet: Sheet, step: Step) -> Spans:
    """The heading: nearest to what, where that is not each row of the table."""
    of, by = step.because.facts["of"], step.because.facts["by"]
    if of == by:
        return sheet.say("nearest.table")
    return sheet.say("nearest.table_to", of=of)


def _ranking(sheet: Sheet, answer: Answer, measure: str) -> Table:
    several = any(row["of"] is not None for row in answer.table)
    keys = (*(("of",) if several else ()), "rank", "nearest", measure)
    rows = tuple(_rank(sheet, row, several) for row in answer.table[:MOST])
    return Table(
        tuple(sheet.say(f"nearest.{key}") for key in keys), rows, align=("l" if several else "") + "rlr"
    )


def _rank(sheet: Sheet, row: Any, several: bool) -> tuple[Spans, ...]:
    value = sheet.math(number_node(row["value"], sheet.digits))
    cells: tuple[Spans, ...] = (
        (sheet.language.prose_number(str(row["rank"])),), (_label(sheet, row["nearest"]),), (value,),
    )  # fmt: skip
    return ((_label(sheet, row["of"]),), *cells) if several else cells


def _label(sheet: Sheet, label: Any) -> str:
    """What a row is called; its number where it has no name."""
    word = sheet.localized(label or "")
    return sheet.language.prose_number(word) if word.isdigit() else word
