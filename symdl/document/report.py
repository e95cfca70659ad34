"""This module composes the table of checks that `symdl check` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symdl.checking.check import Check
from symdl.document.blocks import Block, Document, Math, Paragraph, Spans, Table
from symdl.document.language import Language, language_named
from symdl.formula.notation import Notation
from symdl.text import Text

COLUMNS = ("line", "claim", "method", "strength", "outcome", "deviation", "allowed")


def check_document(
    title: Spans, checks: Sequence[Check], language: str = "en", findings: Sequence[Text] = ()
) -> Document:
    """All checks as one table, with their totals, and what was found about the questions."""
    words = language_named(language)
    return Document(
        title,
        words.code,
        words.direction,
        (*_blocks(checks, words), *(Paragraph(words.say(text, Notation())) for text in findings)),
        tuple(words.words.get("label", {}).items()),
    )


def _blocks(checks: Sequence[Check], words: Language) -> Iterator[Block]:
    header = tuple((words.word(f"checktable.{column}"),) for column in COLUMNS)
    yield Table(header, tuple(_row(check, words) for check in checks), align="lllllrr")
    counts = {
        outcome: sum(check.outcome == outcome for check in checks)
        for outcome in ("holds", "fails", "undecided")
    }
    yield Paragraph(words.say(Text("checktable.total", {"count": len(checks), **counts}), Notation()))


def _row(check: Check, words: Language) -> tuple[Spans, ...]:
    return (
        (check.step,), (words.word(f"claim.{check.claim}"),), (words.word(f"method.{check.method}"),),
        (words.word(f"label.{check.strength}"),), (words.word(f"outcome.{check.outcome}"),),
        (_number(check.error),), (_number(check.tolerance),),
    )  # fmt: skip


def _number(value: float) -> Math:
    plain = "0" if value == 0 else f"{value:.0e}".replace("e-0", "e-")
    if "e" not in plain:
        return Math(plain, plain)
    mantissa, power = plain.split("e")
    return Math(rf"{mantissa} \times 10^{{{int(power)}}}", plain)
