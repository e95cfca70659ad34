"""This module holds what all parts of a sheet share: the derivation, its checks, language and notation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from symdl.checking.check import Check
from symdl.core.dims import Shape, shape_text
from symdl.derivation.step import Derivation, Phase, Step
from symdl.document.blocks import Math, Span, Spans
from symdl.document.language import Language, language_named, typeset
from symdl.document.lines.equal import equals
from symdl.document.lines.folding import goes_on, passed_over, unsaid
from symdl.document.lines.likewise import Gathered, gathered, is_block, is_large, likenesses, told_before
from symdl.document.lines.parts import origin_of, purpose_key
from symdl.document.lines.repetition import Fold, folds, free_letter, shortened
from symdl.document.lines.stages import LineWriter
from symdl.document.lines.tabled import Tabled, tabled
from symdl.document.lines.working import CROWDED, LINES, MANY, VERY_LONG, unworked
from symdl.document.notation import notation_of
from symdl.document.request import PLAIN, Request
from symdl.formula.notation import Notation
from symdl.formula.tree import Node
from symdl.problems.problem import Problem
from symdl.text import Text

PHASES: tuple[Phase, ...] = (
    "lesson", "forward", "likelihood", "backward", "path", "hessian", "tangent", "calculus", "taylor",
    "stationary", "finding", "update",
)  # fmt: skip


WHOLE = 16  # entries along an axis that an audit prints, which other sheets abbreviate
OF_A_FUNCTION = frozenset(  # rules whose sentence says what one function does
    f"rule.{rule}" for rule in ("loss_function", "activation", "activation_of_rows", "activation_of_columns")
)


@dataclass(frozen=True)
class Sheet:
    """One sheet being composed."""

    problem: Problem
    derivation: Derivation
    checks: Sequence[Check]
    request: Request = PLAIN

    @cached_property
    def language(self) -> Language:
        """The language of the sheet."""
        return replace(language_named(self.request.language), digits=self.digits)

    @cached_property
    def notation(self) -> Notation:
        """The notation of the problem; derivatives are written out where lines naming them are left out."""
        notation = notation_of(self.problem, self.derivation)
        if self.request.detail == "audit":
            notation = replace(notation, longest=WHOLE)
        return notation.without_deltas() if self.request.detail in ("answer", "outline") else notation

    @cached_property
    def plain_notation(self) -> Notation:
        """The same with every adjoint written out as a derivative."""
        return self.notation.without_deltas()

    @cached_property
    def writer(self) -> LineWriter:
        """What writes the lines of steps."""
        written = {name: given.items[0] for name, given in self.problem.given.items() if not given.shape}
        every = self.request.detail == "audit"
        return LineWriter(self.derivation, self.problem.moves_know, written, self.request.view, every)

    @cached_property
    def ordered(self) -> tuple[Step, ...]:
        """The steps in the order of the sheet."""
        place = {phase: k for k, phase in enumerate(PHASES)}
        return tuple(sorted(self.derivation.steps, key=lambda step: place.get(step.phase, len(place))))

    @cached_property
    def lines(self) -> tuple[tuple[Step, ...], ...]:
        """What has a line of its own, in the order of the sheet: steps, and what is folded together."""
        begins = {fold.first.id: fold.steps for fold in self.folds}
        return tuple(
            begins.get(step.id, (step,)) for step in self.ordered if step.id in begins or self.shows(step)
        )

    @cached_property
    def long(self) -> bool:
        """Whether lines like earlier ones are told shortly, as on a sheet of many lines."""
        wanted = self.request.detail == "lecture" and self.request.view == "matrix"
        return wanted and len(self.lines) > LINES

    @cached_property
    def very_long(self) -> bool:
        """Whether a long sheet has so many lines that it has no room for all numbers."""
        return self.long and len(self.lines) > VERY_LONG

    @cached_property
    def gathered(self) -> Mapping[str, Gathered]:
        """Neighboring lines that go like earlier ones and stand together, by the first of them."""
        if not self.long:
            return {}
        shown = [line[0] if self.shows(line[0]) else None for line in self.lines]
        like = likenesses(filter(None, shown), self.writer.chains)
        if self.very_long:
            like = told_before(filter(None, shown), self.writer.chains) | like
        return {each.first.id: each for each in gathered(shown, like)}

    @cached_property
    def together(self) -> Mapping[str, Step]:
        """All lines that stand together, by their ids."""
        return {step.id: step for each in self.gathered.values() for step in each.steps}

    @cached_property
    def valueless(self) -> frozenset[str]:
        """The lines of a very long sheet whose values are left to the sheets that say everything: nobody asks
        for them, and they are large. Lines like earlier ones have no numbers then, others those of an entry.
        """
        if not self.very_long:
            return frozenset()
        asked = {answer.var for answer in self.derivation.answers}
        crowded = len(self.lines) > CROWDED
        blocks = (step for step in self.derivation.steps if self.shows(step) and is_block(step, crowded))
        large = (*filter(is_large, self.together.values()), *blocks)
        return frozenset(step.id for step in large if step.claim.out not in asked)

    @cached_property
    def tabled(self) -> Tabled | None:
        """What a table of all states has, where sums run over them; lines leave it the numbers."""
        whole = self.request.view == "matrix" and not self.thorough
        return tabled(self.problem.graph, self.derivation.values) if whole else None

    @cached_property
    def numbers(self) -> Mapping[str, str]:
        """The printed number of every step that is shown, in the order of the sheet."""
        found: dict[str, str] = {}
        count = 0
        for line in self.lines:
            if line[0].id in found:
                continue
            count += 1
            together = self.gathered.get(line[0].id)
            own = line if together is None else together.steps
            found |= {each.id: str(count) for each in own}
        return found | {id: found[first] for id, first in self.said_before.items() if first in found}

    @cached_property
    def said_before(self) -> Mapping[str, str]:
        """The lines that say nothing but what an earlier line says, with that line: asks that go on from one
        derivative all cite the line that has it.
        """
        if self.request.detail == "audit":
            return {}
        lines = {step.id: step for step in self.derivation.steps}
        found: dict[str, str] = {}
        for step in self.derivation.steps:
            if step.because.key == "rule.derivative.again" and lines[step.uses[0]].left == step.left:
                found[step.id] = found.get(step.uses[0], step.uses[0])
        return found

    @cached_property
    def letter(self) -> str:
        """What the number of a repetition is called."""
        return free_letter({*self.names, *self.problem.dims})

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the quantities, without the numbers of members and entries."""
        return frozenset(str(name).partition("[")[0] for name in self.derivation.graph.by_name)

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """The repetitions that are not shown one by one, but on sheets that say everything."""
        if self.thorough:
            return ()
        lines = [step for step in self.derivation.steps if self._wanted(step)]
        return tuple(folds(lines, self.writer.chains, self.letter))

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The lines that are folded."""
        return frozenset(step.id for fold in self.folds for step in fold.steps)

    @cached_property
    def equals(self) -> Mapping[str, Node]:
        """The lines that compute what an earlier line has, and what that defines; none where all is said."""
        if self.thorough:
            return {}
        return equals(filter(self.shows, self.derivation.steps), self.writer.chains)

    @cached_property
    def unworked(self) -> frozenset[str]:
        """The lines of a long sheet that are not worked with numbers: those like one before."""
        if not self.long:
            return frozenset()
        lines = filter(self.shows, self.derivation.steps)
        alike = unworked(lines, self.writer.chains, scalars=len(self.lines) > MANY)
        return frozenset(self.together).union(alike)

    @cached_property
    def first_uses(self) -> Mapping[str, str]:
        """The first step shown under each rule, by the key of the rule."""
        found: dict[str, str] = {}
        for step in filter(self.shows, self.derivation.steps):
            found.setdefault(step.because.key, step.id)
        return found

    @cached_property
    def first_explained(self) -> Mapping[str, str]:
        """For every step shown the first under its rule; where the rule tells of a function, of that one."""
        found: dict[tuple[str, object, str | None], str] = {}
        return {
            step.id: found.setdefault((step.because.key, self._told_of(step), self._told_by(step)), step.id)
            for step in self.derivation.steps
            if self.shows(step)
        }

    def _told_of(self, step: Step) -> object:
        return step.because.facts.get("function") if step.because.key in OF_A_FUNCTION else None

    def _told_by(self, step: Step) -> str | None:
        """What a forward line says in place of its rule: what it does in its layer."""
        key = purpose_key(origin_of(self.problem.origins, step), step) if step.phase == "forward" else None
        return key if key is not None and self.language.has(key) else None

    @cached_property
    def first_said(self) -> Mapping[str, str]:
        """For every step shown the first of its rule that is explained in the same words, by itself."""
        found: dict[tuple[str, str], str] = {}
        return {
            step.id: found.setdefault((step.because.key, said), step.id)
            for step in self.derivation.steps
            if self.shows(step) and step.id not in self.together
            for said in ["".join(s if isinstance(s, str) else s.plain for s in self.sentence(step))]
        }

    def facts(self, step: Step) -> dict[str, Any]:
        """What the words of a step are about, with the lines that it rests on."""
        lines = self.cited(step)
        facts = step.because.facts
        if not self.thorough:
            facts = {
                key: shortened(fact, self.letter) if isinstance(fact, tuple) else fact
                for key, fact in facts.items()
            }
        return {**facts, "lines": lines, "cited": self._in_brackets(lines)}

    def _in_brackets(self, lines: tuple[str, ...]) -> str | None:
        """The lines that a sentence cites, in brackets; nothing where they all went without saying."""
        if not lines:
            return None
        said = self.say("sheet.cited" if len(lines) == 1 else "sheet.cited_many", lines=lines)
        return "".join(map(str, said))

    def cited(self, step: Step) -> tuple[str, ...]:
        """The numbers of the lines that a step rests on, through those that go without saying."""
        found = dict.fromkeys(self.numbers[id] for id in self._rests_on(step))
        return tuple(map(self.language.prose_number, found))

    def _rests_on(self, step: Step) -> Iterator[str]:
        for id in step.uses:
            if id in self.numbers:
                yield id
            elif id in self.unsaid:
                yield from self._rests_on(self.unsaid[id])

    @cached_property
    def unsaid(self) -> Mapping[str, Step]:
        """The lines that readers who know some rules can do without."""
        return unsaid(self.derivation.steps, self.request.known, self.thorough)

    def sentence(self, step: Step) -> Spans:
        """Why a step holds, in full; nothing is said of the entries of a number, nor of one as of many."""
        cases = {"one": step.because.facts.get("count") == 1, "single": not step.claim.out.shape}
        keys = (f"{step.because.key}.{case}" for case, holds in cases.items() if holds)
        key = next(filter(self.language.has, keys), f"{step.because.key}.text")
        return self.language.say(Text(key, self.facts(step)), self.notation)

    @property
    def thorough(self) -> bool:
        """Whether every use of a rule is explained, not only its first."""
        return self.request.detail in ("tutorial", "audit")

    def gradient_names(self, step: Step) -> tuple[str | None, str | None]:
        """What stands below an upstream and a local gradient: their names where a rule is first used."""
        if self.thorough or self.first_uses.get(step.because.key) == step.id:
            return self.language.word("mark.upstream"), self.language.word("mark.local")
        return None, None

    def shows(self, step: Step) -> bool:
        """Whether a step has a line of its own on the sheet."""
        return step.id not in self.hidden and self._wanted(step)

    def _wanted(self, step: Step) -> bool:
        """Whether the detail of the sheet includes a step, and its readers need it."""
        if self.request.detail == "outline":
            return step.detail in ("answer", "outline") or step.phase == "forward"
        hidden = step.detail in ("tutorial", "audit") and not self.thorough
        if hidden or step.id in self.said_before or self.leaves_to_table(step):
            return False
        return step.id not in self.unsaid and not self.passes_over(step)

    def leaves_to_table(self, step: Step) -> bool:
        """Whether a line is left to the table of its run."""
        return not self.thorough and goes_on(step, self.derivation.answers)

    def passes_over(self, step: Step) -> bool:
        """Whether a backward line is known to the readers, and is only named."""
        known = self.request.known
        return bool(known) and passed_over(step, self.writer.chains(step), known)

    @property
    def digits(self) -> int:
        """Significant digits of printed numbers."""
        return self.derivation.conventions.digits

    def say(self, key: str, **facts: Any) -> Spans:
        """A sentence of the language file."""
        return self.language.say(Text(key, facts), self.notation)

    def math(self, node: Node) -> Math:
        """A formula in the notation of the sheet."""
        return typeset(node, self.notation)

    def shape(self, shape: Shape) -> Span:
        """A shape, or the word for a scalar."""
        if not shape:
            return self.language.word("sheet.scalar")
        text = shape_text(shape)
        return Math(text.replace("×", r"\times"), text)

    def localized(self, words: Any) -> str:
        """A title or name that the problem gives in one or several languages."""
        return self.language.running(self.chosen(words))

    def between(self, words: str) -> str:
        """Words between formulas; a comma or a blank alone goes the way of the page."""
        return self.language.running(words) if any(c.isalnum() for c in words) else words

    def chosen(self, words: Any) -> str:
        """What the problem gives in the language of the sheet, or else in English, or at all."""
        if isinstance(words, Mapping):
            words = words.get(self.language.code) or words.get("en") or next(iter(words.values()))
        return str(words)
