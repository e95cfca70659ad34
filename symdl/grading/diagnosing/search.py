"""This module searches for the changes to the right derivation that give an answer: one, or two at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, get_args

import numpy as np

from symdl.core.graph import Adjoint
from symdl.core.naming import leaf
from symdl.errors import SymdlError
from symdl.formula.pretty import to_text
from symdl.formula.tree import Node
from symdl.grading.diagnosing.altered import LIKELY, Altered, Variant, answer_of
from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS, Misconception, Turn
from symdl.grading.diagnosing.notation import notation
from symdl.grading.diagnosing.variants import Variants
from symdl.grading.judging.judgement import Judgement
from symdl.grading.judging.likeness import Answer, close, same, same_number, same_or_none
from symdl.grading.question import Question
from symdl.grading.stepping import picked
from symdl.text import Text, template

MOST = 2
ALONE, PAIRS_ALONE = 4, 150  # kinds of mistakes, and pairs of them, that a single number is held against
SMALL, FEW = 1e-3, 2  # a step beside its parameter, and the digits of it that a sum still shows
CONSTANTS = ("sign", "factor_two", "average", "factor")
ALSO = ("sign", "factor_two", "average")  # that go together with a change of the graph


@dataclass(frozen=True, slots=True)
class Found:
    """Mistakes that lead to the answer, each with its place and words."""

    keys: tuple[str, ...]
    place: str
    texts: tuple[Text, ...]
    convention: bool = False
    later: bool = False  # said only where nothing else explains the answer


class Search:
    """The search for the mistake behind one answer."""

    def __init__(self, question: Question, answer: Answer, variants: Variants) -> None:
        self.question, self.answer, self.variants = question, answer, variants
        self.altered: Altered = variants.altered
        self.same_graph = question.graph is variants.graph
        self.true_points = variants.true_points(question) if answer.points is not None else []

    # Kinds of mistakes

    def conventions(self) -> list[Found]:
        """Other conventions, under which the answer is right."""
        found = chain(self._turned(), self._changed(True), self._rewritten(True), self._stepped())
        return self._distinct(each for each in found if each.convention)[:1]

    def single(self) -> list[Found]:
        """Single mistakes, the likeliest first."""
        if self.question.record is not None:  # a factor of a whole parameter says nothing about its step
            turned = (found for found in self._turned() if found.keys[0] not in (*CONSTANTS, "log_base"))
            return self._distinct(f for f in chain(self._stepped(), turned) if not f.convention)
        each = [self._turned, self._changed, self._rewritten]
        if len(self.variants.judge.problem.raw.let) == 1:  # a formula, not a network
            each = [each[0], each[2], each[1]]
        found = chain(
            self._stepped(), chain.from_iterable(find(own) for own in (True, False) for find in each)
        )
        return self._distinct(f for f in found if not f.convention)

    def pairs(self) -> list[Found]:
        """Two mistakes at once; a single number is held against the likeliest, for others meet by chance."""
        if not self.same_graph:
            return []
        return self._distinct(chain(self._turned_twice(), self._turned_changes(), self._changed_twice()))

    def undone(self, result: Judgement) -> list[Found]:
        """An answer from which the question follows, rather than the other way round."""
        node, variants = result.node, self.variants
        if node is None or self.answer.points is None:
            return []
        asked = variants.asked(self.question)
        found: list[Found] = []
        for mistake in MISCONCEPTIONS.values():
            try:
                pairs = list(mistake.undoes(node, asked)) if mistake.undoes else []
            except SymdlError:
                continue
            for back, start in pairs:
                left, right = variants.values(self.question, back), variants.values(self.question, start)
                if left and right and left[0] and all(map(same_or_none, left[0], right[0])):
                    found.append(self.named(mistake, self.question.place, {}))
        return found

    def _distinct(self, found: Iterator[Found]) -> list[Found]:
        kept: dict[tuple[str, ...], Found] = {}
        for each in found:
            if not each.later or all(other.later for other in kept.values()):
                kept.setdefault(each.keys, each)
            named = self.answer.points is not None and each.keys[0] not in CONSTANTS
            if named or len(kept) == MOST:  # random points tell all but constant factors apart
                break
        return list(kept.values())

    # Where they come from

    def _turned(self, own: bool | None = None) -> Iterator[Found]:
        question = self.question
        for mistake, turn, facts in self.turns():
            if own not in (None, mistake.own):
                continue
            points = [None if t is None else turn.turn(t, facts) for t in self.true_points]
            given = None if question.known is None else turn.turn(question.known, facts)
            if self._agrees(points, given):
                yield self.named(mistake, question.place, {**facts, **turn.facts}, self._free(mistake, turn))

    def turns(self) -> Iterator[tuple[Misconception, Turn, dict[str, Any]]]:
        """Every mistake that turns the answer as a whole, with its facts."""
        for mistake in sorted(MISCONCEPTIONS.values(), key=lambda mistake: not mistake.own):
            for turn in mistake.turns:
                for count in self.variants.counts() if mistake.key == "average" else (0,):
                    yield mistake, turn, {**self.question.history, "count": count}

    def _free(self, mistake: Misconception, turn: Turn) -> bool:
        """Whether a turn is a matter of convention: the layout, a factor that the library's loss decides."""
        if mistake.convention:
            return True
        name = None if self.question.target is None else self.question.target.name
        loss = name.of if isinstance(name, Adjoint) else name
        factor = str(turn.facts.get("factor", ""))
        return (
            mistake.key in ("factor_two", "average")
            and loss in self.variants.by_convention
            and not factor.startswith("-")
        )

    def _changed(self, own: bool) -> Iterator[Found]:
        for variant in self._concerning():
            if variant.mistake.own is not own:
                continue
            points, given = self._led_to(variant)
            if self._agrees(points, given):
                yield self._of(variant)

    def _concerning(self) -> list[Variant]:
        return self.altered.concerning(self.question.target) if self.same_graph else []

    def _led_to(self, variant: Variant) -> tuple[list[Any], Any]:
        """What a change leads to: at the points, or at the given values; the first point settles most."""
        altered, question = self.altered, self.question
        if self.answer.points is None:
            return [], altered.answer(question, variant, None)
        first = altered.answer(question, variant, 0)
        if first is None or self.answer.points[0] is None or not same(self.answer.points[0], first):
            return [], None
        return altered.answers(question, variant), None

    def _rewritten(self, own: bool) -> Iterator[Found]:
        for formulated in self.variants.formulated(self.question):
            if formulated.mistake.own is own and self._agrees(list(formulated.points), formulated.given):
                place = formulated.rewritten.place or self.question.place
                yield self.named(formulated.mistake, place, formulated.rewritten.facts)

    def _stepped(self) -> Iterator[Found]:
        record = self.question.record or self.question.history.get("record")
        if record is None or self.answer.points is not None:
            return
        parameter, state, t = record
        place = self.question.history.get("place", ())
        for stepped in self.variants.stepped:
            if stepped.stepping.start is self.question.start:
                given = picked(stepped.records.get(t), parameter, state)
                if given is not None and self._agrees([], np.asarray(given)[place]):
                    yield self.named(stepped.mistake, parameter, stepped.facts, stepped.mistake.convention)

    @property
    def _alone(self) -> bool:
        """Whether there is nothing but one number to go by."""
        return self.answer.points is None and np.size(self.answer.number) < 2

    def _turned_twice(self) -> Iterator[Found]:
        turns = [(m, t, f) for m, t, f in self.turns() if m.key in ALSO]
        known = self.question.known
        for k, (first, turn, facts) in enumerate(turns):
            for second, again, more in turns[k + 1 :]:
                if first is second:
                    continue
                points = [_twice(t, (turn, facts), (again, more)) for t in self.true_points]
                given = _twice(known, (turn, facts), (again, more))
                if self._agrees(points, given):
                    place = self.question.place
                    yield _both(
                        self.named(first, place, {**facts, **turn.facts}),
                        self.named(second, place, {**more, **again.facts}),
                    )

    def _turned_changes(self) -> Iterator[Found]:
        by_number = self.answer.points is None
        concerning = self._concerning()
        if self._alone:
            concerning = [variant for variant in concerning if variant.mistake.key in LIKELY[:ALONE]]
        for mistake, turn, facts in self.turns():
            for variant in concerning if mistake.key in ALSO else ():
                first = self.altered.answer(self.question, variant, None if by_number else 0)
                if first is None or not self._starts(first, turn, facts):
                    continue
                at_points = [] if by_number else self.altered.answers(self.question, variant)
                points = [None if p is None else turn.turn(p, facts) for p in at_points]
                if self._agrees(points, turn.turn(first, facts) if by_number else None):
                    other = self.named(mistake, self.question.place, {**facts, **turn.facts})
                    yield _both(self._of(variant), other)

    def _starts(self, first: Any, turn: Turn, facts: Mapping[str, Any]) -> bool:
        """Whether the answer agrees at the first point, which settles most cases."""
        turned = turn.turn(first, facts)
        if turned is None:
            return False
        if self.answer.points is None:
            return close(self.answer, turned)
        return self.answer.points[0] is not None and same(self.answer.points[0], turned)

    def _changed_twice(self) -> Iterator[Found]:
        by_number = self.answer.points is None
        at = None if by_number else self._live
        pairs = self.altered.paired_answers(self.question, at)
        for first, second, given in pairs[:PAIRS_ALONE] if self._alone else pairs:
            if not self._agrees_at(given, at):
                continue
            rest = range(0 if by_number else len(self.altered.points))
            if all(self._same_at(self._paired(first, second, k), k) for k in rest if k != at):
                yield _both(self._of(first), self._of(second))

    def _paired(self, first: Variant, second: Variant, k: int) -> Any:
        return answer_of(self.question, self.altered.paired(first, second, k))

    def _agrees_at(self, found: Any, k: int | None) -> bool:
        if found is None:
            return False
        if k is None:
            return self._agrees([], found)
        truth = self.true_points[k]
        return self._same_at(found, k) and not (truth is not None and same(found, truth))

    def _same_at(self, found: Any, k: int) -> bool:
        assert self.answer.points is not None
        answer = self.answer.points[k]
        return found is not None and answer is not None and same(answer, found)

    @property
    def _live(self) -> int:
        """The first point at which the right answer is not zero, so that mistakes show in it."""
        alive = (k for k, truth in enumerate(self.true_points) if truth is not None and np.any(truth))
        return next(alive, 0)

    # Agreement

    def _agrees(self, points: list[Any], given: Any) -> bool:
        """Whether the answer is what a mistake leads to, and the mistake makes a difference here."""
        answer = self.answer
        if answer.points is None:
            if given is None:
                return False
            known, before = self.question.known, self.question.history.get("before")
            if before is not None and _tiny(known, before):  # the step is what can be off
                answer = replace(answer, number=answer.number - before, digits=FEW)
                known, given = known - before, given - before
            return close(answer, given) and not same_number(given, known, answer.digits)
        if len(points) != len(answer.points) or not points:
            return False
        pairs = list(zip(answer.points, points, strict=True))
        if any(a is None or b is None or not same(a, b) for a, b in pairs):
            return False
        return any(t is None or not same(b, t) for (_, b), t in zip(pairs, self.true_points, strict=True))

    # Words

    def _of(self, variant: Variant) -> Found:
        change = variant.change
        return replace(self.named(variant.mistake, change.place, change.facts), later=bool(change.later))

    def named(
        self, mistake: Misconception, place: str, facts: Mapping[str, Any], convention: bool = False
    ) -> Found:
        """A mistake with its words, in the symbols of the problem."""
        words = notation(self.variants.judge.problem, self.variants.graph)
        said = {name: to_text(f, words) if isinstance(f, get_args(Node)) else f for name, f in facts.items()}
        key = f"misconception.{mistake.key}"
        if "factor" in said and template(f"factor.{mistake.key}") is not None:
            key = f"factor.{mistake.key}"
        text = Text(key, {**said, "place": _shown(place, self.variants)})
        return Found((mistake.key,), place, (text,), convention or mistake.convention)


def _tiny(known: Any, before: Any) -> bool:
    """Whether a step is so small that it hardly shows in the parameter."""
    if np.shape(known) != np.shape(before):
        return False
    step, whole = (np.max(np.abs(x), initial=0.0) for x in (np.asarray(known) - before, np.asarray(known)))
    return bool(0 < step < SMALL * whole)


def _twice(truth: Any, *turns: tuple[Turn, Mapping[str, Any]]) -> Any:
    for turn, facts in turns:
        truth = None if truth is None else turn.turn(truth, facts)
    return truth


def _both(first: Found, second: Found) -> Found:
    return Found((*first.keys, *second.keys), first.place, (*first.texts, *second.texts))


def _shown(place: str, variants: Variants) -> str:
    """A place in the student's own symbols."""
    var = next((v for v in variants.graph.variables() if v.name is not None and str(v.name) == place), None)
    if var is None or not isinstance(var.name, str | Adjoint):
        return place
    return to_text(leaf(var.name), notation(variants.judge.problem, variants.graph))
