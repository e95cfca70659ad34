"""This module declares the mistakes on the way forward, and in a step of an update rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from symdl.core.arithmetic import FLOAT
from symdl.core.building import Builder
from symdl.core.evaluation import Values, function_of
from symdl.core.graph import Var
from symdl.core.tape import Tape
from symdl.core.value import Entry
from symdl.errors import SymdlError
from symdl.formula.tree import Negate, Node, Power, Sum, names
from symdl.grading.diagnosing.computing import sum_of
from symdl.grading.diagnosing.misconceptions import Change, Passage, Turn, changing, turning
from symdl.grading.diagnosing.mistakes.line_changes import (
    curved,
    flipped_terms,
    lost_squares,
    lost_terms,
    unactivated,
)
from symdl.grading.diagnosing.mistakes.output_changes import lost_inner_sign, lost_targets
from symdl.grading.diagnosing.mistakes.paths import flipped_paths


@changing("missing_term")
def _missing_term(passage: Passage) -> Iterator[Change]:
    """A term of a line left out, such as the bias or the regularization (rows 9 and 11)."""
    for name, node in passage.forward.written.items():
        if isinstance(node, Sum) and name in passage.forward.by_name:
            for k in range(len(node.terms)):
                rest = node.terms[:k] + node.terms[k + 1 :]
                yield from rewritten_line(passage, name, rest[0] if len(rest) == 1 else Sum(rest))
    yield from lost_targets(passage)
    yield from lost_terms(passage)


@changing("flipped_sign")
def _flipped_sign(passage: Passage) -> Iterator[Change]:
    """The sign of one term of a line turned round (row 2)."""
    for name, node in passage.forward.written.items():
        if isinstance(node, Sum) and name in passage.forward.by_name:
            for k, term in enumerate(node.terms):
                turned = term.arg if isinstance(term, Negate) else Negate(term)
                yield from rewritten_line(passage, name, Sum((*node.terms[:k], turned, *node.terms[k + 1 :])))
    yield from flipped_terms(passage)
    yield from flipped_paths(passage)
    yield from lost_inner_sign(passage)


@changing("missing_square")
def _missing_square(passage: Passage) -> Iterator[Change]:
    """A square forgotten in a forward line."""
    for name, node in passage.forward.written.items():
        if isinstance(node, Power) and name in passage.forward.by_name:
            yield from rewritten_line(passage, name, node.base)
    yield from lost_squares(passage)


@changing("activation_skipped")
def _activation_skipped(passage: Passage) -> Iterator[Change]:
    """A line passed on without its activation."""
    for equation in passage.forward.equations:
        if curved(equation) and equation.out.name is not None and equation.op.key != "identity":
            yield Change(str(equation.out.name), equation.out, sum_of([equation.args[0]]))
    yield from unactivated(passage)


def rewritten_line(passage: Passage, name: str, node: Node) -> Iterator[Change]:
    """A named line written in another way, as a change of its quantity."""
    tape = Tape()
    earlier = [v for v in passage.forward.by_name.values() if isinstance(v.name, str) and v.name != name]
    known = {v: tape.input(str(v.name), v.shape) for v in earlier if str(v.name) in names(node)}
    scope: dict[str, Entry] = {str(v.name): copy for v, copy in known.items()}
    var = passage.forward.by_name[name]
    try:
        builder = Builder(tape, scope)
        out = builder.variable(builder.value(node))
    except SymdlError:
        return
    if out.shape != var.shape:
        return
    equations = tuple(tape.equations)

    def compute(values: Mapping[Var, Any]) -> object:
        found: Values = {copy: values[v] for v, copy in known.items()}
        for equation in equations:
            found[equation.out] = function_of(equation, FLOAT)(*(found[arg] for arg in equation.args))
        return found[out]

    yield Change(name, var, compute)


# Steps of an update rule: `before` is the parameter before the step, `rate` the learning rate


def _step(turn: Callable[[Any, Any, float], Any]) -> Turn:
    def turned(truth: Any, facts: Mapping[str, Any]) -> Any:
        before, rate = facts.get("before"), facts.get("rate")
        return None if before is None or not rate else turn(truth, before, rate)

    return Turn(turned)


turning("step_alone", _step(lambda truth, before, _: truth - before), _step(lambda t, before, _: before - t))


def _longer(factor: float) -> Turn:
    return _step(lambda truth, before, _: before + factor * (truth - before))


turning("wrong_rate", *(_longer(factor) for factor in (10, 1 / 10, 100, 1 / 100)))
turning("step_miscounted", _step(lambda truth, before, rate: before))
