"""This module prints lessons where no sheet is: the lines of a derivation, each with its sentence."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.document.blocks import Block, Formula, Heading, Paragraph, Row
from symdl.document.explaining.functions import notation
from symdl.document.language import Language, typeset
from symdl.document.rows import SIGNS
from symdl.models.lessons import LESSONS, Lesson, names_in
from symdl.text import Text


def lessons_of(key: str, words: Language) -> Iterator[Block]:
    """The lessons on a rule, a layer or a function, or the lesson of that name."""
    for lesson in LESSONS.values():
        if key == lesson.key:
            yield from lesson_lines(lesson, words)
        elif key in lesson.rules:
            if words.has(f"lesson.{lesson.key}"):
                yield Heading(2, (words.word(f"lesson.{lesson.key}"),), lesson.key)
            yield from lesson_lines(lesson, words)


def lesson_lines(lesson: Lesson, words: Language) -> Iterator[Block]:
    """The lines of a derivation."""
    for line in lesson.lines:
        said = Text(f"rule.lesson_{lesson.key}_{line.key}.text", names_in(lesson))
        yield Paragraph(words.say(said, notation()))
        rows = [Row(None, SIGNS.get(sign, sign), typeset(form, notation())) for sign, form in line.rows]
        first, *rest = rows
        yield Formula((Row(typeset(line.left, notation()), first.relation, first.right), *rest))
    if lesson.source:
        yield Paragraph((words.word("catalog.source"), " ", lesson.source))
