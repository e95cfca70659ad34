"""This module composes comparisons: one table of all contestants, and one of what batches cost and bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label, places
from symdl.derivation.step import Answer
from symdl.document.blocks import (
    Block,
    Heading,
    Mark,
    Math,
    Paragraph,
    Pictures,
    Plot,
    Span,
    Spans,
    Table,
)  # fmt: skip
from symdl.document.graphs import words
from symdl.document.plots import function_of, progress_plot, reach_of, surface_plot, textual
from symdl.document.sheet import Sheet
from symdl.document.values import number_node
from symdl.formula.tree import Bars, Compare, Name, Partial
from symdl.models.optimizers import SYMBOLS

Record = Mapping[str, Any]
Item = TypeVar("Item")
NOTHING = 1e-15  # of the first value: less than that is not shown
CURVES, PATHS = 5, 3  # of contestants in one picture, so that their lines can be told apart
MEASURES = ("batch_size", "steps_per_epoch", "noise", "rises", "objective")


def comparisons(sheet: Sheet) -> Iterator[Block]:
    """The tables of every comparison."""
    for answer in sheet.derivation.answers:
        if answer.kind == "compare" and answer.table:
            yield Heading(2, sheet.say("phase.compare"), "compare")
            yield _table(sheet, answer)
            yield Paragraph(_best(sheet, answer.table))
            if sheet.request.detail != "answer":
                yield from _pictures(sheet, answer)
            sizes = {record["batch_size"]: record for record in reversed(answer.table) if "noise" in record}
            if len(sizes) > 1:
                yield Heading(2, sheet.say("phase.batches"), "batches")
                yield Paragraph(sheet.say("phase.batches_intro"))
                yield _batches(sheet, list(reversed(sizes.values())))


def _pictures(sheet: Sheet, answer: Answer) -> Iterator[Block]:
    """The values of all contestants step by step, and their paths where there are two variables."""
    records = [record for record in answer.table if len(record["trace"]) > 1]
    labels = _labels(sheet, records)
    parts: list[Plot] = []
    for few in batched(zip(labels, records, strict=True), CURVES):
        runs = [(label, _visible([point["objective"] for point in record["trace"]])) for label, record in few]
        caption = sheet.say("picture.progress", of=leaf(answer.of))
        told = f"{words(caption)} {_told(few)}"
        axes = (sheet.math(Name("t")), sheet.math(leaf(answer.of)))
        parts.append(progress_plot(runs, axes, told, caption))
    parts += _paths(sheet, answer, list(zip(labels, records, strict=True)))
    if parts:
        yield Pictures(tuple(parts))


def _visible(values: Sequence[float]) -> list[float]:
    """Values for an axis in powers of ten: those that are zero but for rounding are left out."""
    least = NOTHING * values[0] if min(values) >= 0 else float("-inf")
    return [value if value > least else float("nan") for value in values]


def _labels(sheet: Sheet, records: Sequence[Record]) -> list[Math]:
    """A name for each contestant: its rule, with its settings where a rule comes twice."""
    names = [_name(sheet, record) for record in records]
    found = []
    for name, record in zip(names, records, strict=True):
        label = textual(name)
        if names.count(name) > 1:
            settings = [span for span in _settings(sheet, record) if isinstance(span, Math)]
            if len(set(names)) == 1 and settings:
                label = settings[0]
                settings = settings[1:]
            for each in settings:
                label = Math(rf"{label.tex},\ {each.tex}", f"{label.plain}, {each.plain}")
        found.append(label)
    return found


def _told(few: Sequence[tuple[Math, Record]]) -> str:
    return "; ".join(f"{label.plain}: {record['objective']:.3g}" for label, record in few)


def _paths(sheet: Sheet, answer: Answer, named: Sequence[tuple[Math, Record]]) -> Iterator[Plot]:
    """The ways of a few contestants at a time over the level lines of the function."""
    start = named[0][1]["trace"][0].get("parameters", {}) if named else {}
    entries = [(name, place) for name, value in start.items() for place in places(np.shape(value))]
    function = function_of(sheet, answer.of, entries) if len(entries) == 2 else None
    if function is None:
        return
    axes = [sheet.math(leaf(str(entry_label(*entry)))) for entry in entries]
    for few in batched(named, PATHS):
        paths = [(label, [_point(record, entries) for record in row["trace"]]) for label, row in few]
        columns = list(zip(*(point for _, path in paths for point in path), strict=True))
        caption = sheet.say("picture.surface_runs", of=leaf(answer.of))
        yield surface_plot(
            function, (reach_of(columns[0]), reach_of(columns[1])), (axes[0], axes[1]),
            f"{words(caption)} {_told(few)}", caption=caption, paths=paths,
            marks=(Mark(paths[0][1][0], None, "start"),),
        )  # fmt: skip


def _point(record: Record, entries: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[float, float]:
    x, y = (float(np.asarray(record["parameters"][name])[place]) for name, place in entries)
    return x, y


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items, so many at a time.

    >>> list(batched("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    every = list(items)
    for k in range(0, len(every), size):
        yield every[k : k + size]


def _best(sheet: Sheet, records: Sequence[Record]) -> Spans:
    best = min(records, key=lambda record: float(record["objective"]))
    settings = tuple(_settings(sheet, best))
    name = _name(sheet, best)
    if not settings:
        return sheet.say("compare.best_plain", rule=name)
    return sheet.say("compare.best", rule=name, settings=settings)


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
    key = f"function.{record['rule']}"
    name = sheet.language.word(key) if sheet.language.has(key) else str(record["rule"])
    return name if record["form"] is None else f"{name} ({record['form']})"


def _settings(sheet: Sheet, record: Record) -> list[Span]:
    return [
        sheet.math(Compare("=", Name(SYMBOLS.get(name, name)), number_node(value, sheet.digits)))
        for name, value in record["settings"].items()
    ]


def _number(sheet: Sheet, value: float) -> Spans:
    return (sheet.math(number_node(value, sheet.digits)),)


def _batches(sheet: Sheet, records: Sequence[Record]) -> Table:
    """The ways to take batches side by side, a row for each thing measured."""
    header: tuple[Spans, ...] = (sheet.say("compare.measure"), *((_name(sheet, r),) for r in records))
    rows = tuple(
        (sheet.say(f"compare.{key}"), *(_number(sheet, record[key]) for record in records))
        for key in MEASURES
    )
    return Table(header, rows, align="l" + "r" * len(records))
