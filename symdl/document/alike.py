"""This module sets lines that go like earlier ones: side by side, under one number, and which these are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from symdl.checking.check import ORDER, Strength
from symdl.derivation.step import Step
from symdl.document.blocks import Formula, Span, Spans, StepBlock
from symdl.document.lines.likewise import Gathered
from symdl.document.origins import part, purpose
from symdl.document.rows import short_rows
from symdl.document.sheet import Sheet
from symdl.text import Text

PARTS = 3  # of layers that are named
RUN = 3  # numbers that count on are told by the first and the last

Strong = Callable[[Sheet, Step], tuple[Strength, Spans]]


def alike(sheet: Sheet, lines: Gathered, strong: Strong) -> StepBlock:
    """Several lines as one block, with the weakest of their strengths."""
    strength, _ = min((strong(sheet, step) for step in lines.steps), key=lambda each: ORDER.index(each[0]))
    return StepBlock(
        id=lines.first.id,
        number=sheet.language.prose_number(sheet.numbers[lines.first.id]),
        title=_title(sheet, lines),
        sentence=tuple(_sentence(sheet, lines)),
        formula=Formula(tuple(short_rows(sheet, lines.steps)), flowing=True),
        strength=strength,
    )


def _title(sheet: Sheet, lines: Gathered) -> Spans:
    """That these lines go like others, with the names of a few parts of layers."""
    parts = tuple(dict.fromkeys(filter(None, (part(sheet, step) for step in lines.steps))))
    if 0 < len(parts) <= PARTS:
        return sheet.say("sheet.likewise_parts", parts=parts)
    return sheet.say("sheet.likewise")


def _sentence(sheet: Sheet, lines: Gathered) -> Iterator[Span]:
    """Which lines these go like, and what those do that no line before has told of."""
    numbers = sorted({int(sheet.numbers[id]) for id in lines.like})
    if len(numbers) == 1:
        yield from sheet.say("sheet.as_before", line=sheet.language.prose_number(numbers[0]))
    else:
        yield from sheet.say("sheet.as_before_many", lines=tuple(_ranges(numbers)))
    for step in lines.steps:
        said, told = purpose(sheet, step)
        if said and not told:
            yield from (" ", *said)


def _ranges(numbers: Sequence[int]) -> Iterator[Text | int]:
    """Numbers that count on by their ends, others one by one."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        if len(run) >= RUN:
            yield Text("sheet.range", {"first": run[0], "last": run[-1]})
        else:
            yield from run
