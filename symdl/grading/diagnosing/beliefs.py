"""This module finds where something mistaken, believed of functions and lines, can occur in a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.differentiation import differentiate
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.core.graph import Var
from symdl.core.op import OUTPUT, Pointwise, pointwise
from symdl.derivation.running.equations import calculation
from symdl.derivation.running.update import Plan
from symdl.errors import SymdlError
from symdl.formula.matching import matches, partly
from symdl.formula.reader import Scope, read_formula
from symdl.formula.tree import Apply, Name, Node, Product, Sum, names, plus, substitute, times, unmarked
from symdl.grading.diagnosing.misconceptions import Asked, Change, Passage, Rerun, Rewritten, Turn
from symdl.grading.diagnosing.mistakes.factors import chains
from symdl.grading.diagnosing.mistakes.forward import rewritten_line
from symdl.grading.diagnosing.mistakes.line_changes import everywhere, place_of, rewritten
from symdl.grading.diagnosing.mistakes.writing import misled
from symdl.models.optimizers import GRADIENT, OPTIMIZERS, THETA, TIME
from symdl.ops.declaring import BUILT_IN, read
from symdl.registry import nearest

ANSWER = "answer"
Texts = Mapping[str, str]
Changes = Callable[[Passage], Iterator[Change]]


def turned(text: str) -> Turn:
    """What becomes of the right `answer` as a whole, by a formula."""
    return Turn(_function(read(text, ANSWER)))


def _function(node: Node) -> Callable[[Any, Mapping[str, Any]], Any]:
    """A formula of the answer as a function of its value."""

    def turn(truth: Any, _: Mapping[str, Any]) -> Any:
        value = np.asarray(truth, dtype=float)
        try:
            with np.errstate(all="ignore"):
                return calculation(ANSWER, node, {ANSWER: value.shape}, {})({ANSWER: value})
        except (SymdlError, ArithmeticError, ValueError):
            return None

    return turn


def _pattern(text: str) -> Node:
    """A part of a line, in which letters stand for anything."""
    return read_formula(text, Scope(None, BUILT_IN | set(FUNCTIONS) | set(POINTWISE)))


@dataclass(frozen=True)
class _Trees:
    """What is believed, as formulas."""

    derivative: Mapping[str, Node]
    value: Mapping[str, Node]
    lines: tuple[tuple[Node, Node], ...]
    updates: Mapping[str, Mapping[str, Node]]


@dataclass(frozen=True)
class Beliefs:
    """What is believed of functions, of parts of lines, of update rules, as it was written down."""

    derivative: Texts
    value: Texts
    lines: Texts
    updates: Mapping[str, Texts]
    changes: Changes | None

    @property
    def empty(self) -> bool:
        """Whether nothing is believed."""
        return not (self.derivative or self.value or self.lines or self.updates or self.changes)

    @cached_property
    def trees(self) -> _Trees:
        """The formulas, read."""
        return _Trees(
            {key: read(text, *_op(key).params, OUTPUT) for key, text in self.derivative.items()},
            {key: read(text, *_op(key).params) for key, text in self.value.items()},
            tuple(map(_pair, self.lines.items())),
            {rule: _rule(rule, texts) for rule, texts in self.updates.items()},
        )

    def changed(self, passage: Passage) -> Iterator[Change]:
        """The changes of the graph, where the functions and the parts occur."""
        if self.changes is not None:
            yield from self.changes(passage)
        for line, through, part in chains(passage):
            body = self.trees.derivative.get(through.op.key)
            if body is not None and part.k == 0 and isinstance(through.op, Pointwise):
                known = dict(zip((*through.op.params, OUTPUT), (*through.args, through.out), strict=True))
                compute = _slope(body, known, line.args[0])
                yield Change(place_of(passage.forward, through.out), line.out, compute)
        for line in passage.forward.equations:
            body = self.trees.value.get(line.op.key)
            if body is not None and isinstance(line.op, Pointwise):
                compute = _slope(body, dict(zip(line.op.params, line.args, strict=True)), None)
                yield Change(place_of(passage.forward, line.out), line.out, compute)
        for change in rewritten(passage, self._otherwise) if self.trees.lines else ():
            yield replace(change, later=0)
        for name, node in passage.forward.written.items() if self.trees.lines else ():
            for other, _ in everywhere(node, self._otherwise):
                if name in passage.forward.by_name:
                    yield from rewritten_line(passage, name, other)

    def _otherwise(self, node: Node) -> Iterator[tuple[Node, Node | None]]:
        """A part of a line as it is written by mistake."""
        for pattern, other in self.trees.lines:
            for found in _instances(pattern, other, unmarked(node)):
                yield found, None

    def rewritten(self, asked: Asked) -> Iterator[Rewritten]:
        """The formulas that it leads to where a formula is differentiated."""
        for node in asked.right if self.trees.lines else ():
            for other, _ in everywhere(node, self._otherwise):
                yield Rewritten(other)
        if self.trees.derivative:
            yield from misled(asked, self._slope_of)

    def _slope_of(self, node: Node, by: str) -> Node | None:
        if not isinstance(node, Apply) or len(node.args) != 1 or by not in names(node.args[0]):
            return None
        body = self.trees.derivative.get(node.function)
        if body is None:
            return None
        outer = substitute(body, {_op(node.function).params[0]: node.args[0], OUTPUT: node})
        return times(outer, differentiate(node.args[0], by))

    def rerun(self, plan: Plan) -> Iterator[Rerun]:
        """The update rule with its mistaken lines."""
        other = self.trees.updates.get(plan.rule.key)
        if other is not None:
            lines = tuple((target, other.get(target, formula)) for target, formula in plan.lines)
            yield Rerun(replace(plan, lines=lines))


def _op(key: str) -> Pointwise:
    """A function that works entry by entry, by its key."""
    found = POINTWISE.get(key)
    if found is None:
        raise SymdlError("unknown_key", kind="functions", name=key, nearest=nearest(key, list(POINTWISE)))
    return found


def _pair(texts: tuple[str, str]) -> tuple[Node, Node]:
    """A part of a line and what it is written as; letters that the part does not have mean nothing."""
    pattern = _pattern(texts[0])
    strange = names(other := _pattern(texts[1])) - names(pattern)
    if isinstance(pattern, Name) or strange:
        raise SymdlError("misconception_pattern", pattern=texts[0], names=", ".join(sorted(strange)))
    return pattern, other


def _rule(key: str, texts: Texts) -> Mapping[str, Node]:
    """Lines of an update rule as they are mistaken."""
    rule = OPTIMIZERS[key]
    targets = [target for target, _ in rule.lines]
    for target in texts:
        if target not in targets:
            raise SymdlError("unknown_key", kind=key, name=target, nearest=nearest(target, targets))
    known = (*rule.settings, *rule.state, *targets, THETA, GRADIENT, TIME)
    return {target: read(text, *known) for target, text in texts.items()}


def _slope(body: Node, known: Mapping[str, Var], upstream: Var | None) -> Callable[[Mapping[Var, Any]], Any]:
    """A formula of some quantities, times what comes from above where there is something."""
    params = tuple(name for name in known if name in names(body))
    run = body_function(pointwise("belief", params, body), FLOAT)

    def compute(values: Mapping[Var, Any]) -> Any:
        found = run(*(values[known[name]] for name in params))
        return found if upstream is None else values[upstream] * found

    return compute


def _instances(pattern: Node, other: Node, node: Node) -> Iterator[Node]:
    """The node with the pattern in it written otherwise: as a whole, as some terms, as neighbors."""
    holes = frozenset(names(pattern))
    for bound in matches(pattern, node, holes):
        yield substitute(other, dict(bound))
    if isinstance(pattern, Sum) and isinstance(node, Sum):
        for bound, left in partly(pattern, node, holes):
            yield plus(*left, substitute(other, dict(bound)))
    if isinstance(pattern, Product) and isinstance(node, Product) and len(node.factors) > 2:
        for k, (first, second) in enumerate(pairwise(node.factors)):
            style = (node.styles[k],)
            for bound in matches(pattern, Product((first, second), style), holes):
                styles = (*node.styles[:k], *node.styles[k + 1 :])
                yield Product(
                    (*node.factors[:k], substitute(other, dict(bound)), *node.factors[k + 2 :]), styles
                )
