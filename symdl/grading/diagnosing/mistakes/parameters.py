"""This module declares mistakes with weights and biases: transposes, regularization, a diagonal softmax."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.graph import Var
from symdl.core.op import Composite
from symdl.grading.diagnosing.computing import product_of, sum_of, with_slope
from symdl.grading.diagnosing.misconceptions import Change, Compute, Passage, changing
from symdl.grading.diagnosing.mistakes.line_changes import lost_transposes, place_of


@changing("weights_not_transposed")
def _weights_not_transposed(passage: Passage) -> Iterator[Change]:
    """W δ for W^T δ on the way back through a square matrix (row 10)."""
    for swept in passage.backwards.values():
        for var, parts in swept.contributions.items():
            for part in parts:
                matrix = part.equation.args[0]
                square = len(matrix.shape) == 2 and matrix.shape[0] == matrix.shape[1]
                up = swept.adjoints.get(part.equation.out)
                if part.rule != "linear" or part.k != 1 or not square or up is None:
                    continue
                if len(part.equation.args) == 2 and len(var.shape) == 1 and up.shape == var.shape:
                    yield Change(place_of(passage.forward, var), part.var, _through(matrix, up))
    yield from lost_transposes(passage)


def _through(matrix: Var, up: Var) -> Compute:
    return lambda values: np.asarray(values[matrix]) @ np.asarray(values[up])


@changing("bias_times_input")
def _bias_times_input(passage: Passage) -> Iterator[Change]:
    """The gradient of a bias multiplied by the input, as that of a weight is (row 11)."""
    for swept in passage.backwards.values():
        for bias, parts in swept.contributions.items():
            if len(parts) != 1 or bias in passage.forward.definition or bias not in swept.adjoints:
                continue
            if parts[0].equation.op.key != "add":
                continue
            near = [arg for arg in parts[0].equation.args if arg != bias]
            for line in (passage.forward.definition.get(arg) for arg in near):
                for factor in () if line is None else line.args:
                    if factor.shape == bias.shape and factor.name is not None:
                        compute = product_of([swept.adjoints[bias], factor])
                        yield Change(place_of(passage.forward, bias), _own(swept, bias), compute)


@changing("regularized_bias")
def _regularized_bias(passage: Passage) -> Iterator[Change]:
    """The regularization applied to a bias that has none (row 9)."""
    for swept in passage.backwards.values():
        for weight, parts in swept.contributions.items():
            if len(parts) < 2 or weight in passage.forward.definition:
                continue
            for part in parts:
                for bias, other in swept.contributions.items():
                    free = bias not in passage.forward.definition and len(other) == 1
                    if free and bias != weight and len(bias.shape) < max(len(weight.shape), 1):
                        compute = _decayed(swept.adjoints[bias], bias, part.var, weight)
                        yield Change(place_of(passage.forward, bias), _own(swept, bias), compute)


def _own(swept: Backward, var: Var) -> Var:
    return swept.adjoints[var]


def _decayed(adjoint: Var, bias: Var, part: Var, weight: Var) -> Compute:
    """The gradient with λ b added, where the part of the weight's is λ W."""

    def compute(values: Mapping[Var, Any]) -> Any:
        ratio = np.asarray(values[part], dtype=float) / np.asarray(values[weight], dtype=float)
        if not np.allclose(ratio, ratio.flat[0], rtol=1e-9, atol=0):
            raise ValueError
        return values[adjoint] + float(ratio.flat[0]) * values[bias]

    return compute


@changing("regularization_scaled")
def _regularization_scaled(passage: Passage) -> Iterator[Change]:
    """The regularization's part of a gradient with a 2 lost or gained, or averaged with the data (row 9)."""
    counts = sorted({n for var in passage.forward.inputs for n in var.shape if isinstance(n, int) and n > 1})
    factors = [2.0, 0.5, *(x for n in counts for x in (1.0 / n, float(n)))]
    for swept in passage.backwards.values():
        for weight, parts in swept.contributions.items():
            if len(parts) < 2 or weight in passage.forward.definition:
                continue
            for part in parts:
                rest = [p.var for p in parts if p is not part]
                for factor in dict.fromkeys(factors):
                    compute = _partly(rest, part.var, weight, factor)
                    yield Change(place_of(passage.forward, weight), swept.adjoints[weight], compute)


def _partly(rest: list[Var], part: Var, weight: Var, factor: float) -> Compute:
    def compute(values: Mapping[Var, Any]) -> Any:
        ratio = np.asarray(values[part], dtype=float) / np.asarray(values[weight], dtype=float)
        if not np.allclose(ratio, ratio.flat[0], rtol=1e-9, atol=0):
            raise ValueError
        return sum_of(rest)(values) + factor * values[part]

    return compute


@changing("diagonal_softmax")
def _diagonal_softmax(passage: Passage) -> Iterator[Change]:
    """The softmax Jacobian taken as diagonal: s(1-s) entry by entry (row 7)."""
    for swept in passage.backwards.values():
        for equation in passage.forward.equations:
            if not isinstance(equation.op, Composite) or equation.op.key != "softmax":
                continue
            up, down = swept.adjoints.get(equation.out), swept.adjoints.get(equation.args[0])
            if up is not None and down is not None:
                compute = with_slope(up, equation.out)
                yield Change(place_of(passage.forward, equation.out), down, compute)
