"""This module composes the steps of a derivation, phase by phase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symdl.checking.check import ORDER, Check, Strength
from symdl.core.naming import leaf
from symdl.derivation.calculus.identities import RULE as IDENTITIES
from symdl.derivation.explanation import operation
from symdl.derivation.links import symbol
from symdl.derivation.paths import Edge
from symdl.derivation.step import Phase, Step
from symdl.document.alike import alike
from symdl.document.between import between
from symdl.document.blocks import Block, Heading, Note, Paragraph, Span, Spans, StepBlock, Table
from symdl.document.language import typeset
from symdl.document.lines.folding import WORKED_STEPS
from symdl.document.lines.values import number_node
from symdl.document.origins import purpose, titled
from symdl.document.pictures.plots import run_titles
from symdl.document.rows import step_formula
from symdl.document.settings import settings
from symdl.document.sheet import Sheet
from symdl.errors import SymdlError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Apply, Compare
from symdl.problems.names import library_names
from symdl.text import Text

TRANSPOSES = {  # rules that are explained by entries, and what is asked there
    "rule.left_factor": "transpose.title",
    "rule.right_factor": "transpose.title",
    "rule.convolution_input": "transpose.convolution_title",
    "rule.convolution_kernel": "transpose.kernel_title",
}
GREEK = ("alpha", "beta", "epsilon", "eta", "lambda", "mu", "rho", "tau")  # that remarks may name
EXPLAINED_ONCE = frozenset(  # rules whose sentence says the same each time, but for the names
    f"rule.{rule}"
    for rule in ("seed", "left_factor", "right_factor", "left_factor_inside", "right_factor_inside",
                 "squared_norm", "second", "through_activation", "through_sum", "through_difference",
                 "alias_backward",
                 "affine", "activation", "update_parameter", "update_gradient",
                  "update_upward", "second_symmetric", "tangent_direction", "tangent_forward",
                  "tangent_backward",
                 "activation_of_rows", "activation_of_columns", "loss_function", "through_loss", "chain",
                 "move_barrier", "move_multipliers", "move_gap", "move_sharper", "move_indefinite",
                 "move_damping", "stage_forward", "stage_loss", "again_forward", "again_backward",
                 "taylor.next_coefficient",
                 "likelihood.joint", "likelihood.cost", "likelihood.constants", "likelihood.slope",
                 "likelihood.link_slope", "likelihood.gradient_error", "likelihood.log")
)  # fmt: skip
SELF_EVIDENT = frozenset(  # rules whose title and line say all there is to say
    f"rule.{rule}"
    for rule in ("formula", "function", "product", "multiple", "power", "sum", "quotient")
)  # fmt: skip
SAID_ONCE = frozenset({"rule.update_state"})  # a sentence over several lines in a row, which go without it
SHORT = 40  # letters of a sentence that is said again rather than cited


def phase_blocks(sheet: Sheet, phase: Phase) -> Iterator[Block]:
    """A heading and the steps of one phase, as far as the detail shows them."""
    begins = {fold.first.id: fold for fold in sheet.folds}
    beside = {step.id for lines in sheet.gathered.values() for step in lines.steps}
    steps = [
        step for step in sheet.derivation.steps
        if step.phase == phase and not step.because.key.startswith(IDENTITIES)
        and (step.id in begins or sheet.shows(step))
    ]  # fmt: skip
    if not steps:
        return
    if phase == "backward":
        yield from local_table(sheet)
    if phase not in ("likelihood", "lesson", "finding") and not all(map(_of_lesson, steps)):
        yield Heading(2, sheet.say(f"phase.{phase}"), phase)
    if sheet.language.has(f"phase.{phase}_intro") and sheet.request.detail != "outline":
        first = next((step for step in sheet.ordered if step.id in sheet.valueless), None)
        left = first is not None and first.phase == phase
        yield Paragraph(sheet.say("sheet.values_left" if left else f"phase.{phase}_intro"))
    titles, run = run_titles(sheet) if phase == "update" else {}, None
    before: str | None = None
    for step in steps:
        if step.id in begins:
            yield from between(sheet, begins[step.id], strength_of)
            continue
        if step.id in beside:
            if step.id in sheet.gathered:
                yield alike(sheet, sheet.gathered[step.id], strength_of)
            continue
        if step.because.facts.get("run", run) != run:
            run = step.because.facts["run"]
            yield from ((Heading(3, (titles[run],), f"run-{run}"),) if run in titles else ())
            if sheet.request.detail != "outline":
                of_run = [each for each in steps if each.because.facts.get("run") == run]
                yield from settings(sheet, of_run, titles.get(run))
        if "distribution" in step.because.facts:
            key = step.because.facts["distribution"]
            name = sheet.language.word(f"distribution.{key}")
            yield Heading(2, sheet.say("phase.likelihood", name=name), f"likelihood-{key}")
        heading = _heading_of(step)
        if heading is not None and heading != before:
            yield Heading(2, sheet.say(heading), heading.replace(".", "-"))
        before = heading
        yield step_block(sheet, step)
        yield from transposed(sheet, step)
        if "remark" in step.because.facts:
            yield Note("remark", sheet.say("sheet.remark"), remarked(sheet, step.because.facts["remark"]))
    yield from passed_over(sheet, phase)


def remarked(sheet: Sheet, remark: Any) -> Spans:
    """A remark of the teacher: what stands between backquotes is read as a formula."""
    scope = Scope(frozenset({*map(str, sheet.problem.graph.by_name), *GREEK}), library_names())
    spans: list[Span] = []
    for k, part in enumerate(sheet.chosen(remark).split("`")):
        try:
            spans.append(sheet.math(read_formula(part, scope)) if k % 2 else sheet.between(part))
        except SymdlError:
            spans.append(sheet.localized(part))
    return tuple(span for span in spans if span)


def _heading_of(step: Step) -> str | None:
    """The heading under which a step stands: one of its own, or that of its lesson."""
    own: str | None = step.because.facts.get("heading")
    return f"lesson.{step.because.facts['lesson'].key}" if own is None and _of_lesson(step) else own


def _of_lesson(step: Step) -> bool:
    """Whether a step belongs to a derivation under a heading of its own, not to an update rule."""
    lesson = step.because.facts.get("lesson")
    return lesson is not None and (step.phase == "lesson" or not lesson.rules)


def passed_over(sheet: Sheet, phase: Phase) -> Iterator[Block]:
    """The lines that a table has, and those that readers know, in a sentence each."""
    of_phase = [step for step in sheet.derivation.steps if step.phase == phase]
    if sheet.request.detail != "outline" and any(map(sheet.leaves_to_table, of_phase)):
        yield Paragraph(sheet.say("sheet.goes_on", t=WORKED_STEPS + 1))
    steps = list(filter(sheet.passes_over, of_phase))
    if steps and sheet.request.detail != "outline":
        chains = [chain for step in steps for chain in sheet.writer.chains(step)[:1]]
        lines = tuple(Compare("=", chain.left, chain.rows[-1][1]) for chain in chains)
        yield Paragraph(sheet.say("sheet.passed_over", lines=lines))


def step_block(sheet: Sheet, step: Step) -> StepBlock:
    """One step as it is printed."""
    strength, note = strength_of(sheet, step)
    facts = sheet.facts(step)
    return StepBlock(
        id=step.id,
        number=sheet.language.prose_number(sheet.numbers[step.id]),
        title=titled(
            sheet, step, sheet.language.say(Text(f"{step.because.key}.title", facts), sheet.notation)
        ),
        sentence=_sentence(sheet, step, facts),
        formula=step_formula(sheet, step),
        strength=strength,
        check=note if sheet.request.detail in ("tutorial", "audit") else (),
    )


def _sentence(sheet: Sheet, step: Step, facts: Mapping[str, Any]) -> Spans:
    """Why: said in full where a rule is first used; after that the line is cited that said it."""
    if sheet.request.detail == "outline":
        return ()
    said, (role, again) = sheet.sentence(step), purpose(sheet, step)
    if role:
        said = role if step.phase == "forward" or again else (*said, " ", *role)
    if sheet.thorough:
        resting = facts["lines"] if sheet.request.detail == "audit" else ()
        return (*said, " ", *sheet.say("sheet.rests", lines=resting)) if resting else said
    if role:
        return said
    if step.because.key in SELF_EVIDENT:
        return ()
    shorter = f"{step.because.key}.again"  # what is told of these quantities, without the reason
    if sheet.language.has(shorter) and sheet.first_uses.get(step.because.key) != step.id:
        return sheet.say(shorter, **facts)
    uses = sheet.first_explained if step.because.key in EXPLAINED_ONCE else sheet.first_said
    first = uses.get(step.id, step.id)
    if first != step.id and step.because.key in SAID_ONCE:
        return ()
    short = sum(len(span) if isinstance(span, str) else len(span.plain) for span in said) <= SHORT
    if first == step.id or (short and uses is sheet.first_said):
        return said
    return sheet.say("sheet.as_before", line=sheet.language.prose_number(sheet.numbers[first]))


def _spaced(said: Spans) -> Spans:
    return (" ", *said) if said else ()


def transposed(sheet: Sheet, step: Step) -> Iterator[Block]:
    """Where a transpose or a turned kernel first comes up, why: the same line by its entries."""
    if step.because.key not in TRANSPOSES or sheet.first_uses.get(step.because.key) != step.id:
        return
    if sheet.very_long and step.id != min(
        (id for key, id in sheet.first_uses.items() if key in TRANSPOSES),
        key=lambda id: int(sheet.numbers[id]),
    ):
        return
    if sheet.request.view != "matrix" or sheet.request.detail == "outline" or step.phase != "backward":
        return
    entry = sheet.writer.by_entries(step)
    if entry is not None:
        left, right, summed = entry
        if not summed and "convolution" in step.because.key:
            return
        key = step.because.key.replace("rule.", "transpose.") + ("" if summed else "_outer")
        line = typeset(Compare("=", left, right), sheet.plain_notation)
        yield Note("remark", sheet.say(TRANSPOSES[step.because.key]), sheet.say(key, line=line))


def strength_of(sheet: Sheet, step: Step) -> tuple[Strength, Spans]:
    """How strongly a step is checked, and by which means."""
    mine = [check for check in sheet.checks if check.step == step.id]
    holding = [check for check in mine if check.outcome == "holds"]
    if not mine:
        return "undecided", sheet.say("check.none")
    if not holding:
        return "undecided", sheet.say("check.undecided")
    methods = dict.fromkeys(sheet.language.word(f"method.{check.method}") for check in holding)
    said = sheet.say("check.by", methods=tuple(methods))
    if sheet.request.detail == "audit":
        worst = max(holding, key=lambda check: check.error)
        allowed = {"error": float(f"{worst.error:.1e}"), "tolerance": worst.tolerance}
        said = (*said, " ", *sheet.say("check.audit", count=len(holding), **allowed))
    return _strongest(step, holding), said


def _strongest(step: Step, holding: Sequence[Check]) -> Strength:
    """The best strength; a forward line is a definition, whatever else agrees with it."""
    if step.phase == "forward" and any(check.strength == "definition" for check in holding):
        return "definition"
    if any(check.strength == "convention" for check in holding):
        return "convention"
    return max((check.strength for check in holding), key=ORDER.index)


def local_table(sheet: Sheet) -> Iterator[Block]:
    """The local derivative on every edge of a graph of elementary nodes, with the rule behind it."""
    if sheet.problem.whole is None or sheet.request.detail == "outline":
        return
    rows = [_edge_row(sheet, edge) for edge in sheet.writer.links.finder.all_edges()]
    if rows:
        yield Heading(2, sheet.say("phase.local"), "local")
        yield Paragraph(sheet.say("phase.local_intro"))
        keys = ("node", "rule", "local_derivative", "value")[: 4 if sheet.derivation.values else 3]
        header = tuple(sheet.say(f"sheet.{key}") for key in keys)
        yield Table(header, tuple(row[: len(keys)] for row in rows), align="llll"[: len(keys)])


def _edge_row(sheet: Sheet, edge: Edge) -> tuple[Spans, ...]:
    target = str(edge.target.name)
    written = sheet.problem.graph.written[target]
    key = "call" if isinstance(written, Apply) else operation(written)
    line, local = Compare("=", leaf(target), written), Compare("=", symbol(edge), edge.formula)
    value: Spans = () if edge.value is None else (sheet.math(number_node(edge.value, sheet.digits)),)
    return (sheet.math(line),), sheet.say(f"local.{key}"), (sheet.math(local),), value
