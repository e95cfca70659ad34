"""This module sets lines that are folded: their general formulas, and a table of their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from symdl.checking.check import ORDER, Strength
from symdl.derivation.step import Step
from symdl.document.blocks import Block, Formula, Math, Row, Spans, StepBlock, Table
from symdl.document.lines.laying import laid
from symdl.document.lines.repetition import TERMS, Fold, Repeated
from symdl.document.lines.values import number_node, value_node
from symdl.document.progress import thinned
from symdl.document.rows import rounded
from symdl.document.sheet import Sheet
from symdl.formula.series import gathered
from symdl.formula.tree import Bars, Compare, Name, Node, Transpose, number

SMALL = 3  # entries of an array whose values stand in a table; of others the length does
COLUMNS = 5  # beside the number
MANY = 5  # lines that stand side by side

Strong = Callable[[Sheet, Step], tuple[Strength, Spans]]


def between(sheet: Sheet, fold: Fold, strong: Strong) -> Iterator[Block]:
    """One fold as a line of its own, with the weakest of the strengths of its lines."""
    strengths = {strong(sheet, step) for step in fold.steps}
    strength, note = min(strengths, key=lambda each: ORDER.index(each[0]))
    single = fold.like is not None and all(_writable(step) for step in fold.steps)
    yield StepBlock(
        id=fold.first.id,
        number=sheet.language.prose_number(sheet.numbers[fold.first.id]),
        title=sheet.say("sheet.repeated_title", range=_range(sheet, fold.ends)),
        sentence=_sentence(sheet, fold, single),
        formula=_formula(tuple(_results(sheet, fold) if single else _rows(sheet, fold)), single),
        strength=strength,
        check=note if sheet.request.detail in ("tutorial", "audit") else (),
    )
    shown = [] if single else [part for part in fold.parts if _fits(part)]
    if shown:
        yield _table(sheet, shown)


def _formula(rows: tuple[Row, ...], single: bool) -> Formula:
    """Many lines without remarks side by side, as the values of one number stand; few below each other."""
    many = len(rows) >= MANY and not any(row.note for row in rows)
    return Formula(rows, flowing=single or many)


def _sentence(sheet: Sheet, fold: Fold, single: bool) -> Spans:
    """That each line is the one in t; of the lines of one number, which lines they are like."""
    count, letter = len(fold.steps), Name(sheet.letter)
    if single:
        numbers = {"from": number(fold.like or 0), "to": number(fold.ends[0])}
        return sheet.say("sheet.repeated_like", letter=letter, count=count, **numbers)
    return sheet.say("sheet.repeated" if count > 1 else "sheet.repeated_once", letter=letter, count=count)


def _writable(step: Step) -> bool:
    """Whether the value of a line can be written out."""
    return value_node(step.value, 1) is not None


def _results(sheet: Sheet, fold: Fold) -> Iterator[Row]:
    """The value of every line, where there is one number only."""
    for step in fold.steps:
        node = value_node(step.value, sheet.digits, step.exact)
        if node is not None:
            left = sheet.writer.chains(step)[0].left
            yield Row(sheet.math(left), "≈" if rounded(node, step.value) else "=", sheet.math(laid(node)))


def _fits(part: Repeated) -> bool:
    """Whether the values go into a table: those of numbers and of columns."""
    value = part.steps[0].value
    return value is not None and np.ndim(value) < 2 and len(part.form) == 1


def _rows(sheet: Sheet, fold: Fold) -> Iterator[Row]:
    whole = fold.ends
    for part in fold.parts:
        ends = (part.values[0], part.values[-1])
        note: Spans = ()
        if ends != whole:
            note = sheet.say("sheet.repeated_for", range=_range(sheet, ends))
        for left, right in part.form:
            yield Row(sheet.math(left), "=", sheet.math(gathered(right, _other(sheet), TERMS)), note)


def _range(sheet: Sheet, ends: tuple[int, int]) -> Math:
    """`t = 2, …, 9`; two numbers stand beside each other, and one alone."""
    first, last = ends
    if first == last:
        return sheet.math(Compare("=", Name(sheet.letter), number(first)))
    dots, plain = (r"\dots, ", "…, ") if abs(last - first) > 1 else ("", "")
    letter = sheet.math(Name(sheet.letter))
    return Math(f"{letter.tex} = {first}, {dots}{last}", f"{letter.plain} = {first}, {plain}{last}")


def _other(sheet: Sheet) -> str:
    """A letter for sums within a line in t."""
    return "s" if sheet.letter != "s" else "k"


def _table(sheet: Sheet, parts: Sequence[Repeated]) -> Table:
    """The values, a row a number; of many rows some."""
    chosen = sorted(parts, key=lambda part: np.size(part.steps[0].value))[:COLUMNS]
    kept = [part for part in parts if part in chosen]
    found = [dict(zip(part.values, part.steps, strict=True)) for part in kept]
    numbers = thinned([{"t": t} for t in dict.fromkeys(t for part in kept for t in part.values)])
    header: tuple[Spans, ...] = ((sheet.math(Name(sheet.letter)),), *((_head(sheet, p),) for p in kept))
    rows = tuple(
        (
            (sheet.math(number(record["t"])),),
            *(_cell(sheet, steps[record["t"]]) if record["t"] in steps else () for steps in found),
        )
        for record in numbers
    )
    return Table(header, rows, align="r" + "l" * len(kept))


def _head(sheet: Sheet, part: Repeated) -> Math:
    left = part.form[0][0]
    return sheet.math(left if np.size(part.steps[0].value) == 1 or _listed(part.steps[0]) else Bars(left))


def _cell(sheet: Sheet, step: Step) -> Spans:
    value = np.asarray(step.value, dtype=float)
    node: Node | None = None
    if not value.shape or _listed(step):
        node = value_node(value, sheet.digits)
    if node is None:
        return (sheet.math(number_node(float(np.linalg.norm(value)), sheet.digits)),)
    return (sheet.math(Transpose(node) if value.shape else node),)


def _listed(step: Step) -> bool:
    return np.ndim(step.value) == 1 and 1 < np.size(step.value) <= SMALL
