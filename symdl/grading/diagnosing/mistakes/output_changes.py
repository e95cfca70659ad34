"""This module changes what stands at the output of a network, where activation and loss cancel to a - y."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.graph import Equation, Var
from symdl.core.naming import leaf
from symdl.formula.tree import ONE, Apply, Compare, Negate, plus, times
from symdl.grading.diagnosing.misconceptions import Change, Compute, Passage
from symdl.grading.diagnosing.mistakes.line_changes import place_of


def outputs(passage: Passage, swept: Backward) -> Iterator[tuple[Equation, Var, list[Var]]]:
    """Activations whose slope may cancel with the loss: the line, the adjoint before it, targets."""
    for equation in passage.forward.equations:
        if equation.op.key in ("softmax", "sigmoid", "identity") and equation.args[0] in swept.adjoints:
            targets = [var for var in passage.forward.inputs if var.shape == equation.out.shape]
            yield equation, swept.adjoints[equation.args[0]], targets


def lost_targets(passage: Passage) -> Iterator[Change]:
    """The target left out of output minus target."""
    for swept in passage.backwards.values():
        for equation, down, targets in outputs(passage, swept):
            place = place_of(passage.forward, equation.out)
            yield Change(place, down, residual(down, equation.out, targets, lambda _, r, a, y: r * a))
            if equation.op.key == "sigmoid":
                for part in (lambda _, r, a, y: -r * y * (1 - a), lambda _, r, a, y: r * (1 - y) * a):
                    yield Change(place, down, residual(down, equation.out, targets, part))


def lost_inner_sign(passage: Passage) -> Iterator[Change]:
    """The minus of 1 - a lost in a cross-entropy: -y(1-a) - (1-y)a."""
    for swept in passage.backwards.values():
        for equation, down, targets in outputs(passage, swept):
            if equation.op.key == "sigmoid":
                compute = residual(
                    down, equation.out, targets, lambda _, r, a, y: -r * (y * (1 - a) + (1 - y) * a)
                )
                yield Change(place_of(passage.forward, equation.out), down, compute)


def lost_slopes(passage: Passage) -> Iterator[Change]:
    """The activation's derivative left out behind a cross-entropy, whose own derivative divides by it."""
    for swept in passage.backwards.values():
        for equation, down, targets in outputs(passage, swept):
            arg = equation.args[0]
            if equation.op.key == "sigmoid" and arg.name is not None:
                out = passage.lines.spelled(equation.out)
                facts: dict[str, Any] = {"factor": Apply("sigmoid'", (leaf(arg.name),))}
                if out is not None:
                    slope = times(out, plus(ONE, Negate(out)), style="juxtaposed")
                    facts = {"factor": Compare("=", facts["factor"], slope)}
                compute = residual(down, equation.out, targets, lambda delta, _, a, __: delta / (a * (1 - a)))
                yield Change(place_of(passage.forward, equation.out), down, compute, facts)


def _plain(ratio: float) -> float:
    """The plain fraction nearest to a factor: 1, 2, 1/N, 2/N."""
    return float(Fraction(ratio).limit_denominator(1000)) if math.isfinite(ratio) else math.nan


def residual(down: Var, out: Var, targets: list[Var], other: Callable[[Any, Any, Any, Any], Any]) -> Compute:
    """Another adjoint where it is a multiple of output minus target; no value where it is none."""

    def compute(values: Mapping[Var, Any]) -> Any:
        adjoint, given = np.asarray(values[down]), np.asarray(values[out])
        for target in targets:
            with np.errstate(all="ignore"):
                ratio = (adjoint / (given - np.asarray(values[target]))).ravel()
            if np.allclose(ratio, _plain(ratio[0]), rtol=1e-9, atol=0):
                return other(adjoint, ratio[0], given, np.asarray(values[target]))
        raise ValueError

    return compute
