"""This module places the words of a step and its formula: beside each other where that takes less of the
page, else the words in a line above.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from symdl.document.blocks import Math, Spans, StepBlock
from symdl.rendering.layout import Line, SetRow, extended, set_rows
from symdl.rendering.theme import Theme

LETTER = 0.5  # mean width of a letter in em
WORDS = 0.3  # of the measure: the column of words beside a formula
WIDE = 0.62  # of the measure: the column of many words beside a narrow formula
MARKS = 2.0  # em at the end of the first line for the mark of the check
TALL = 20.0  # em beyond which a step need not stay on one page
SEVERAL = 3  # lines of formulas that have nothing to do with each other, from which on a page may end in them
GAP = 1.2  # em between words and formula
AIR = 1.1  # of the length of words, for a column of their own
GAIN = 0.5  # em that a step must be lower, for a formula that does not stand where others do
FEW = 2  # lines of words that stand in the column that all steps share
MANY = 4  # lines of words beside a formula that are read with ease
LOSS = 0.9  # em that a step may grow by, for the sake of words beside its formula like those of other steps


@dataclass(frozen=True, slots=True)
class Placed:
    """The rows of a step's formula, and whether its words stand beside them, in a column so many em wide.

    Words begin at the height of the first row, `spare` em lower than the top of it at most, so that long
    ones do not end below the formula.
    """

    rows: list[SetRow]
    beside: bool
    spare: float = 0.0
    tall: bool = False  # whether a page may end inside it, between two lines
    column: float = 0.0


def words_column(theme: Theme) -> float:
    """The width of the column of words, in em."""
    return WORDS * theme.measure


def placed(step: StepBlock, theme: Theme) -> Placed:
    """The formula of a step and its words where they take the least height: in the column that all steps
    share; where few words leave more room to a long formula, in one that is as wide as they are; where a
    narrow formula leaves more room to many words, in a wide one.
    """
    below = set_rows(step.formula, theme, (theme.measure - theme.spacing["indent"]) / theme.spacing["math"])
    if not below:
        return Placed([], False)
    said: Spans = (*step.title, ". ", *step.sentence) if step.sentence else step.title
    high = _lines(said, theme.measure - MARKS, theme) * theme.spacing["line"]
    above = high + theme.spacing["row"] + _height(below, theme)
    several = step.formula.flowing and _count(below) >= SEVERAL
    best = Placed(below, False, tall=several or high + _height(below, theme) > TALL)
    if step.check:
        return best
    least = above + LOSS
    shared = words_column(theme)
    wide = [WIDE * theme.measure] if _lines(said, shared, theme) > FEW else []
    for column in dict.fromkeys((shared, min(shared, _length(said, theme) * AIR), *wide)):
        narrow = set_rows(step.formula, theme, (theme.measure - column - GAP - MARKS) / theme.spacing["math"])
        words, formula = _lines(said, column, theme) * theme.spacing["line"], _height(narrow, theme)
        worse = _smallest(narrow) < _smallest(below) or _opened(narrow) > _opened(below)
        worse = worse or (column > shared and _count(narrow) > _count(below))
        if words > MANY * theme.spacing["line"]:  # a narrow column of text, for the sake of no room
            least = min(least, above)
        if not worse and _widest(said, theme) <= column and max(words, formula) <= least:
            tall = several or max(words, formula) > TALL
            best = Placed(narrow, True, max(0.0, formula - words), tall, column)
            least = max(words, formula) - GAIN
    return best


def _opened(rows: list[SetRow]) -> int:
    """How many lines end inside brackets, or begin there."""
    return sum(r"\big" in line.math.tex for row in rows for line in row.right)


def _count(rows: list[SetRow]) -> int:
    return sum(bool(row.head) + len(row.right) for row in rows)


def _smallest(rows: list[SetRow]) -> float:
    lines = (line for row in rows for line in (*([row.head] if row.head else []), *row.right))
    return min((line.scale for line in lines), default=1.0)


def _length(spans: Spans, theme: Theme) -> float:
    """How long running text is on one line, in em, about."""
    text = sum(len(span) for span in spans if isinstance(span, str)) * LETTER
    formulas = (extended(span, theme, display=False).width for span in spans if isinstance(span, Math))
    return text + sum(formulas) * theme.spacing["math"]


def _widest(spans: Spans, theme: Theme) -> float:
    """The width of the widest formula in running text, which no line breaks."""
    formulas = (extended(span, theme, display=False).width for span in spans if isinstance(span, Math))
    return max(formulas, default=0.0) * theme.spacing["math"]


def _lines(spans: Spans, room: float, theme: Theme) -> int:
    """How many lines running text takes, about."""
    return max(1, ceil(_length(spans, theme) / room * 1.05))


def _height(rows: list[SetRow], theme: Theme) -> float:
    """The height of rows one below the other, in em of the text."""
    heights = [
        max(_one(line, theme), _one(Line(row.before), theme) if k == 0 and row.before else 0.0)
        for row in rows
        for k, line in enumerate((*([row.head] if row.head else []), *row.right))
    ]
    return sum(heights) + theme.spacing["row"] * (len(heights) - 1)


def _one(line: Line, theme: Theme) -> float:
    return extended(line.math, theme).height * line.scale * theme.spacing["math"]
