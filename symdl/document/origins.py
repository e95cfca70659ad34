"""This module names the parts of layers that were written out line by line: the write gate, the scores."""

from __future__ import annotations

from symdl.core.graph import Adjoint
from symdl.derivation.step import Step
from symdl.document.blocks import Spans
from symdl.document.sheet import Sheet

Origin = tuple[str, str]  # the key of a layer and the name that the line has in its declaration


def origin_of(sheet: Sheet, step: Step) -> Origin | None:
    """The layer and line that a forward line, or the gradient of one, comes from."""
    name = step.claim.out.name
    own = name.by if isinstance(name, Adjoint) else name
    if step.phase not in ("forward", "backward") or not isinstance(own, str):
        return None
    return sheet.problem.origins.get(own.partition("[")[0])


def part(sheet: Sheet, step: Step) -> str | None:
    """The name of the part, as `write gate`."""
    return _word(sheet, "layer_part", origin_of(sheet, step))


def titled(sheet: Sheet, step: Step, title: Spans) -> Spans:
    """A title with the part behind it."""
    name = part(sheet, step)
    return title if name is None else (*title, sheet.language.word("sheet.of_part"), name)


def purpose(sheet: Sheet, step: Step) -> Spans:
    """What a line does in its layer, where it is the first of its kind; later ones cite that line."""
    key = "layer_line" if step.phase == "forward" else "layer_back"
    origin = origin_of(sheet, step)
    said = _word(sheet, key, origin)
    if said is None or (key == "layer_back" and not _tells(step)):
        return ()
    first = next(
        each for each in sheet.derivation.steps
        if each.phase == step.phase and sheet.shows(each) and origin_of(sheet, each) == origin
        and (key == "layer_line" or _tells(each))
    )  # fmt: skip
    if first is step or first.id == step.id or sheet.thorough:
        return (said,)
    return sheet.say("sheet.as_before", line=sheet.language.prose_number(sheet.numbers[first.id]))


def _tells(step: Step) -> bool:
    """Whether the gradient of a part comes on several ways, or through a known Jacobian."""
    return len(tuple(step.because.facts.get("through", ()))) > 1 or step.because.key == "rule.known"


def _word(sheet: Sheet, table: str, origin: Origin | None) -> str | None:
    if origin is None:
        return None
    key = f"{table}.{origin[0]}.{origin[1]}"
    return sheet.language.word(key) if sheet.language.has(key) else None
