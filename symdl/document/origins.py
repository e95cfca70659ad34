"""This module names the parts of layers that were written out line by line: the write gate, the scores."""

from __future__ import annotations

from symdl.derivation.step import Step
from symdl.document.blocks import Spans
from symdl.document.lines.parts import origin_of, purpose_key
from symdl.document.sheet import Sheet


def part(sheet: Sheet, step: Step) -> str | None:
    """The name of the part, as `write gate`."""
    origin = origin_of(sheet.problem.origins, step)
    return None if origin is None else _word(sheet, f"layer_part.{origin[0]}.{origin[1]}")


def titled(sheet: Sheet, step: Step, title: Spans) -> Spans:
    """A title with the part behind it; the part alone where all else is that it is defined, and how."""
    name = part(sheet, step)
    if step.because.key == "rule.function" or (step.because.key == "rule.formula" and name is not None):
        return _begun(title) if name is None else _begun((name,))
    return title if name is None else (*title, sheet.language.word("sheet.of_part"), name)


def _begun(title: Spans) -> Spans:
    """A title that begins with a capital letter, as the name of a function does not."""
    first, *rest = title
    return (first[:1].upper() + first[1:], *rest) if isinstance(first, str) else title


def purpose(sheet: Sheet, step: Step) -> tuple[Spans, bool]:
    """What a line does in its layer, and whether an earlier line told it, which is cited then."""
    origins = sheet.problem.origins
    key = purpose_key(origin_of(origins, step), step)
    said = _word(sheet, key)
    if said is None:
        return (), False
    first = next(
        each for each in sheet.derivation.steps
        if each.phase == step.phase and sheet.shows(each)
        and purpose_key(origin_of(origins, each), each) == key
    )  # fmt: skip
    if first.id == step.id or sheet.thorough:
        return (said,), False
    return sheet.say("sheet.as_before", line=sheet.language.prose_number(sheet.numbers[first.id])), True


def _word(sheet: Sheet, key: str | None) -> str | None:
    return sheet.language.word(key) if key is not None and sheet.language.has(key) else None
