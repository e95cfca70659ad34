"""This module tabulates runs, a row a step: parameters, gradient, state, objective, step length."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

import numpy as np

from symdl.core.algebra import signed
from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label, places
from symdl.derivation.running.timing import renamed
from symdl.derivation.step import Answer
from symdl.document.blocks import Block, Heading, Math, Note, Spans, Table
from symdl.document.language import typeset
from symdl.document.lines.values import number_node
from symdl.document.pictures.plots import run_names, runs_of
from symdl.document.sheet import Sheet
from symdl.formula.tree import Apply, Bars, Name, Node, Partial
from symdl.models.optimizers import SYMBOLS

Record = Mapping[str, Any]
ROOM = 7  # columns beside the number of the step, as many as a page holds
SHORT, DECIMALS = 7, 4  # digits of a fraction that is printed; of a decimal that is shorter than one
FEW = 4  # rows of a batch that are listed
ROWS = 16  # rows of a table; of longer runs the first, the last and some between
ROWS_EACH = 11  # where there are several runs
RUNS = ("update", "minimize", "root")
WARNINGS = tuple(
    f"note.{key}" for key in ("diverged", "outside", "singular", "flat", "ascent", "exhausted", "unbounded")
)
TRIED = "tried_objective"
FINE = ("parameters", "objective", TRIED)  # what is printed with more digits
SPLIT = ("parameters", "values", "gradient", "state")
SINGLE: Mapping[str, Node] = {
    "step_length": Name("alpha"), "damping": Name("lambda"), "gain": Name("rho"), "tau": Name("tau"),
    "gap": Name("Delta"), "newton_steps": Name("k"),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: what stands above it, and where its number is in a record."""

    head: Node
    path: tuple[str, ...]
    place: tuple[int, ...] | None = None

    def number(self, record: Record) -> float | None:
        """The number in a record, None where there is none."""
        value: Any = record
        for key in self.path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is None:
            return None
        if self.place is not None:
            return float(np.asarray(value)[self.place])
        parts = value.values() if isinstance(value, Mapping) else [value]
        return float(np.sqrt(sum(np.sum(np.square(part)) for part in parts)))

    def exact(self, record: Record, digits: int) -> Node | None:
        """The number as it is in rationals: a short decimal, a short fraction, else rounded."""
        value: Any = record.get("exact")
        for key in self.path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is None or self.place is None:
            return None
        found = np.asarray(value, dtype=object)[self.place]
        if not isinstance(found, Fraction):
            return None
        length = len(str(abs(found.numerator))) + len(str(found.denominator))
        decimal = (found * 10**DECIMALS).denominator == 1
        return number_node(found, digits) if decimal or length > SHORT else signed(found)


def progress(sheet: Sheet) -> Iterator[Block]:
    """The table of every run, with what ended it."""
    runs = [answer for answer in sheet.derivation.answers if answer.kind in RUNS and answer.table]
    if runs:
        yield Heading(2, sheet.say("phase.progress"), "progress")
    several = runs_of(sheet)
    names = {run.answer.id: name for run, name in zip(several, run_names(sheet, several), strict=True)}
    for _, answers in groupby(runs, key=lambda answer: id(answer.table[0]["parameters"])):
        same = list(answers)
        name = names.get(same[0].id)
        yield from _run(sheet, same, () if name is None else (name,), len(runs) == 1)


def _run(sheet: Sheet, answers: Sequence[Answer], caption: Spans, alone: bool) -> Iterator[Block]:
    records = answers[0].table
    found = columns(answers, sheet.names)
    batches = "epoch" in records[0] and len(records[0]["batch"]) <= FEW
    before = ("compare.epoch", "compare.rows") if batches else ()
    header: tuple[Spans, ...] = (
        (sheet.math(Name("t")),), *(sheet.say(key) for key in before),
        *((typeset(column.head, sheet.plain_notation),) for column in found),
    )  # fmt: skip
    shown = thinned(records, ROWS if alone else ROWS_EACH)
    rows = tuple(_row(sheet, record, found, batches) for record in shown)
    if len(rows) < len(records):
        thin = sheet.say("sheet.thinned", shown=len(rows), count=records[-1]["t"] + 1)
        caption = (*caption, " · ", *thin) if caption else thin
    yield Table(header, rows, caption, "r" * len(header))
    note = answers[0].note
    if note is not None:
        kind: Literal["warning", "result"] = "warning" if note.key in WARNINGS else "result"
        yield Note(kind, sheet.say(note.key), sheet.say(f"{note.key}_text", **note.facts))


def thinned(records: Sequence[Record], rows: int = ROWS) -> list[Record]:
    """The first records, the last, and some between, further and further apart."""
    if len(records) <= rows:
        return list(records)
    first = rows // 3
    between = np.geomspace(first, len(records) - 1, rows - first)
    chosen = sorted({*range(first), *(round(float(k)) for k in between)})
    return [records[k] for k in chosen]


def _row(sheet: Sheet, record: Record, found: Sequence[Column], batches: bool) -> tuple[Spans, ...]:
    cells: list[Spans] = [(sheet.math(number_node(record["t"], 9)),)]
    if batches:
        listed = ", ".join(map(str, record["batch"]))
        cells += [(sheet.math(number_node(record["epoch"], 9)),), (Math(listed, listed),)]
    for column in found:
        value = column.number(record)
        digits = max(sheet.digits, 5) if column.path[0] in FINE else sheet.digits
        node = None if value is None else column.exact(record, digits) or number_node(value, digits)
        cells.append(() if node is None else (sheet.math(node),))
    return tuple(cells)


def columns(answers: Sequence[Answer], taken: Collection[str]) -> list[Column]:
    """The columns of a table: entries of parameters, gradients and states as far as there is room; a state
    has another name where its own is taken.
    """
    record = max(answers[0].table, key=len)
    of = leaf(answers[0].of)
    always = [Column(of, ("objective",), ())] if record.get("objective") is not None else []
    by_chance = _has(answers[0], TRIED)
    if by_chance:  # what was tried, and the best so far; it looks at no slope
        always.insert(0, Column(Apply(answers[0].of, (Name("z"),)), (TRIED,), ()))
    else:
        always += [Column(head, (key,), ()) for key, head in SINGLE.items() if _has(answers[0], key)]
    split = tuple(key for key in SPLIT if key != "gradient" or not by_chance)
    groups = [list(_entries(of, record, key, answers, taken)) for key in split]
    chosen: list[Column] = []
    for group in groups:
        if len(chosen) + len(group) + len(always) <= ROOM:
            chosen += group
    if "gradient" in split and record.get("gradient") and all(c.path[0] != "gradient" for c in chosen):
        always += _norms(of, record, ROOM - len(chosen) - len(always))
    return [*chosen, *always]


def _has(answer: Answer, key: str) -> bool:
    return any(record.get(key) is not None for record in answer.table)


def _norms(of: Node, record: Record, room: int) -> list[Column]:
    """The norm of the gradient by each parameter, where its entries do not fit, or by all of them."""
    names = list(record["gradient"])
    if len(names) > room or all(np.ndim(value) == 0 for value in record["gradient"].values()):
        return [Column(Bars(Partial(of, (Name("theta"),))), ("gradient",))]
    return [Column(Bars(Partial(of, (leaf(name),))), ("gradient", name)) for name in names]


def _entries(
    of: Node, record: Record, key: str, answers: Sequence[Answer], taken: Collection[str]
) -> Iterator[Column]:
    called = renamed(record.get(key, {}), taken) if key == "state" else {}
    for name, value in record.get(key, {}).items():
        if key == "state" and len(record["parameters"]) > 1:
            return  # a state for each parameter: too much for a table
        if isinstance(value, Mapping) or np.size(value) > ROOM:
            return
        for place in places(np.shape(value)):
            word = SYMBOLS.get(name, name)
            label = leaf(str(entry_label(called.get(word, word), place)))
            yield Column(Partial(of, (label,)) if key == "gradient" else label, (key, name), place)
