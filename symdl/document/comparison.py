"""This module composes comparisons: one table of all contestants, and one of what batches cost and bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symdl.core.naming import leaf
from symdl.derivation.step import Answer
from symdl.document.blocks import Block, Heading, Math, Paragraph, Span, Spans, Table
from symdl.document.lines.values import number_node, value_node
from symdl.document.pictures.plots import contest_names, contest_pictures
from symdl.document.pictures.side_by_side import rule_word
from symdl.document.sheet import Sheet
from symdl.formula.tree import Bars, Compare, Name, Partial
from symdl.models.optimizers import SYMBOLS

Record = Mapping[str, Any]
MEASURES = ("batch_size", "steps_per_epoch", "noise", "rises", "objective")


def comparisons(sheet: Sheet) -> Iterator[Block]:
    """The tables of every comparison."""
    for answer in sheet.derivation.answers:
        if answer.kind == "compare" and answer.table:
            yield Heading(2, sheet.say("phase.compare"), "compare")
            yield _table(sheet, answer)
            yield Paragraph(_best(sheet, answer.table))
            if sheet.request.detail != "answer":
                yield from contest_pictures(sheet, answer)
            sizes = {record["batch_size"]: record for record in reversed(answer.table) if "noise" in record}
            if len(sizes) > 1:
                yield Heading(2, sheet.say("phase.batches"), "batches")
                yield Paragraph(sheet.say("phase.batches_intro"))
                yield _batches(sheet, list(reversed(sizes.values())), contest_names(sheet, answer))


def _best(sheet: Sheet, records: Sequence[Record]) -> Spans:
    """Who came lowest; where several came as near as they had to, who did so in the fewest steps."""
    arrived = [record for record in records if record["stopped"] == "gradient"]
    key, among = ("best", records) if len(arrived) < 2 else ("fewest", arrived)
    steps = (record["steps"] if key == "fewest" else 0 for record in among)
    best, count = min(zip(among, steps, strict=True), key=lambda pair: (pair[1], float(pair[0]["objective"])))
    settings = tuple(_settings(sheet, best))
    return sheet.say(
        f"compare.{key}" if settings else f"compare.{key}_plain",
        rule=_name(sheet, best), settings=settings, count=count,
    )  # fmt: skip


def _table(sheet: Sheet, answer: Answer) -> Table:
    of = leaf(answer.of)
    header: tuple[Spans, ...] = (
        sheet.say("compare.rule"), sheet.say("compare.settings"), sheet.say("compare.steps"),
        (sheet.math(of),), (sheet.math(Bars(Partial(of, (Name("theta"),)))),), sheet.say("compare.ended"),
    )  # fmt: skip
    return Table(header, tuple(_row(sheet, record) for record in answer.table), align="llrrrl")


def _row(sheet: Sheet, record: Record) -> tuple[Spans, ...]:
    return (
        (_name(sheet, record),), tuple(sheet.language.joined(_settings(sheet, record))),
        (sheet.language.prose_number(record["steps"]),), _number(sheet, record["objective"]),
        _number(sheet, record["gradient_norm"]), sheet.say(f"compare.by_{record['stopped']}"),
    )  # fmt: skip


def _name(sheet: Sheet, record: Record) -> str:
    """The label of a contestant, or the name of its rule with the form."""
    if record["label"] is not None:
        return sheet.localized(record["label"])
    name = rule_word(sheet, record["rule"])
    form = record["form"] or record.get("line_search")
    return name if form is None else f"{name} ({form})"


def _settings(sheet: Sheet, record: Record) -> list[Span]:
    sizes = {} if record["batch_size"] is None else {"batch_size": record["batch_size"]}
    stated = {**record["settings"], **sizes}
    settings = {Name(SYMBOLS.get(name, name)): value for name, value in stated.items()}
    start = {leaf(f"{name}_t0"): value for name, value in (record["start"] or {}).items()}
    inside = [] if record["epsilon_inside"] is None else sheet.say(
        f"compare.epsilon_inside_{str(record['epsilon_inside']).lower()}"
    )  # fmt: skip
    return [
        sheet.math(Compare("=", name, node))
        for name, value in (settings | start).items()
        if (node := value_node(value, sheet.digits)) is not None
    ] + list(inside)


def _number(sheet: Sheet, value: float) -> Spans:
    return (sheet.math(number_node(value, sheet.digits)),)


def _batches(sheet: Sheet, records: Sequence[Record], names: Mapping[int, Math]) -> Table:
    """The ways to take batches side by side, a row for each thing measured."""
    header: tuple[Spans, ...] = (sheet.say("compare.measure"), *((names[id(r)],) for r in records))
    rows = tuple(
        (sheet.say(f"compare.{key}"), *(_number(sheet, record[key]) for record in records))
        for key in MEASURES
    )
    return Table(header, rows, align="l" + "r" * len(records))
