"""This module declares the mistakes that students make with gradients, each a change to the right graph.

Evidence for each: shared/reference/marking.md, section 4.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

import numpy as np

from symdl.autodiff.pullbacks import MULTIPLY
from symdl.autodiff.reverse import Backward, Contribution
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Equation, Var
from symdl.core.naming import leaf
from symdl.core.op import OUTPUT, Composite, Pointwise
from symdl.formula.tree import Apply, Compare, names
from symdl.grading.line_changes import curved, lost_factors, lost_transposes, place_of, stopped_early
from symdl.grading.misconceptions import Change, Compute, Passage, Turn, changing, turning
from symdl.grading.output_changes import lost_slopes, outputs, residual

LN2, LN10 = math.log(2), math.log(10)

# The answer as a whole


def _scaled(factor: float) -> Turn:
    return Turn(lambda truth, _: truth * factor, {"factor": f"{factor:.6g}"})


def _sizes(power: int, factor: float = 1) -> Turn:
    def turn(truth: Any, facts: Mapping[str, Any]) -> Any:
        count = facts.get("count")
        return None if not count or count < 2 else truth * factor * float(count) ** power

    return Turn(turn)


def _transposed(truth: Any, facts: Mapping[str, Any]) -> Any:
    square = np.ndim(truth) == 2 and np.shape(truth)[0] == np.shape(truth)[1]
    return np.asarray(truth).T if square and not facts.get("hessian") else None


turning("sign", _scaled(-1))
turning("factor_two", _scaled(2), _scaled(1 / 2), _scaled(-2), _scaled(-1 / 2))
turning("average", _sizes(1), _sizes(-1), _sizes(1, 2), _sizes(-1, 2), _sizes(1, 1 / 2), _sizes(-1, 1 / 2))
turning("factor", _scaled(3), _scaled(1 / 3), _scaled(4), _scaled(1 / 4))
turning("log_base", _scaled(LN10), _scaled(1 / LN10), _scaled(LN2), _scaled(1 / LN2))
turning("transposed", Turn(_transposed), convention=True)

# Ways to compute a quantity


def sum_of(parts: list[Var]) -> Compute:
    """The sum of some quantities."""
    return lambda values: reduce(operator.add, (values[part] for part in parts))


def _product_of(parts: list[Var]) -> Compute:
    return lambda values: reduce(operator.mul, (values[part] for part in parts))


def _sloped(up: Var, out: Var) -> Compute:
    return lambda values: values[up] * values[out] * (1 - values[out])


# Local factors of the chain


def _chains(passage: Passage) -> Iterator[tuple[Equation, Equation, Contribution]]:
    """Each product of upstream and local factor: its equation, the forward line it goes through, the use."""
    for swept in passage.backwards.values():
        for part in _parts(swept):
            line = passage.graph.definition.get(part.var)
            if line is not None and line.op is MULTIPLY and isinstance(part.equation.op, Pointwise):
                yield line, part.equation, part


def _parts(swept: Backward) -> Iterator[Contribution]:
    for parts in swept.contributions.values():
        yield from parts


def _factor(passage: Passage, line: Equation, through: Equation) -> Mapping[str, Any]:
    """The local factor as a student writes it: σ'(z) = a(1 - a)."""
    local = passage.lines.spelled(line.args[1])
    if local is None:
        return {}
    arg = through.args[0]
    if curved(through) and arg.name is not None and FUNCTIONS.get(through.op.key) is not None:
        return {"factor": Compare("=", Apply(f"{through.op.key}'", (leaf(arg.name),)), local)}
    return {"factor": local}


@changing("missing_factor")
def _missing_factor(passage: Passage) -> Iterator[Change]:
    """The local derivative of one line is left out (row 1)."""
    for line, through, _ in _chains(passage):
        compute, facts = sum_of([line.args[0]]), _factor(passage, line, through)
        yield Change(place_of(passage.forward, through.out), line.out, compute, facts)
    yield from lost_slopes(passage)
    yield from lost_factors(passage)
    yield from stopped_early(passage)


@changing("extra_factor")
def _extra_factor(passage: Passage) -> Iterator[Change]:
    """The activation's derivative once more, where loss and activation already cancelled it (row 3)."""
    for swept in passage.backwards.values():
        for var, parts in swept.contributions.items():
            for part in parts:
                if part.rule == "fused":
                    out = part.equation.out
                    compute = _sloped(part.var, out)
                    yield Change(place_of(passage.forward, out), swept.adjoints[var], compute)
        for equation, down, targets in outputs(passage, swept):
            out = equation.out
            compute = residual(down, out, targets, lambda delta, _, a, __: delta * a * (1 - a))
            yield Change(place_of(passage.forward, out), down, compute)


@changing("factor_twice")
def _factor_twice(passage: Passage) -> Iterator[Change]:
    """The local derivative of one line is multiplied in twice."""
    for line, through, _ in _chains(passage):
        up, local = line.args
        if curved(through):
            compute, facts = _product_of([up, local, local]), _factor(passage, line, through)
            yield Change(place_of(passage.forward, through.out), line.out, compute, facts)


@changing("value_for_derivative")
def _value_for_derivative(passage: Passage) -> Iterator[Change]:
    """The function itself in place of its derivative: ReLU(z) for 1[z > 0] (row 15)."""
    for line, through, _ in _chains(passage):
        if curved(through):
            compute = _product_of([line.args[0], through.out])
            yield Change(place_of(passage.forward, through.out), line.out, compute)


def _local(through: Equation, part: Contribution, operands: Mapping[str, Var], upstream: Var) -> Compute:
    """Upstream times the local derivative with other operands."""
    assert isinstance(through.op, Pointwise)
    op = through.op.partial(part.k)
    run = body_function(op, FLOAT)

    def compute(values: Mapping[Var, Any]) -> Any:
        return values[upstream] * run(*(values[operands[name]] for name in op.params))

    return compute


@changing("derivative_at_input")
def _derivative_at_input(passage: Passage) -> Iterator[Change]:
    """a(1-a) with the argument in place of the output: z(1-z) (row 4)."""
    for line, through, part in _chains(passage):
        assert isinstance(through.op, Pointwise)
        if curved(through) and OUTPUT in names(through.op.partial_body(part.k)):
            arg = through.args[part.k]
            known = dict(zip(through.op.params, through.args, strict=True)) | {OUTPUT: arg}
            yield Change(
                place_of(passage.forward, through.out), line.out, _local(through, part, known, line.args[0])
            )


@changing("derivative_at_output")
def _derivative_at_output(passage: Passage) -> Iterator[Change]:
    """The derivative taken at the activation: σ'(a) for σ'(z) (row 4)."""
    for line, through, part in _chains(passage):
        if curved(through):
            yield Change(
                place_of(passage.forward, through.out),
                line.out,
                _moved(through, part, through.out, line.args[0]),
            )


def _moved(through: Equation, part: Contribution, at: Var, upstream: Var) -> Compute:
    """Upstream times the local derivative at another quantity."""
    op = through.op
    assert isinstance(op, Pointwise)
    run, forward = body_function(op.partial(part.k), FLOAT), body_function(op, FLOAT)
    params = op.partial(part.k).params

    def compute(values: Mapping[Var, Any]) -> Any:
        known = {op.params[0]: values[at], OUTPUT: forward(values[at])}
        return values[upstream] * run(*(known[name] for name in params))

    return compute


@changing("outer_at_input")
def _outer_at_input(passage: Passage) -> Iterator[Change]:
    """The outer derivative not taken at the inner function: f'(x) g'(x) (row 5)."""
    for line, through, part in _chains(passage):
        inner = passage.graph.definition.get(through.args[part.k])
        if not curved(through) or inner is None:
            continue
        for arg in inner.args:
            if arg.shape == through.out.shape:
                compute = _moved(through, part, arg, line.args[0])
                place = place_of(passage.forward, through.out)  # of a sum, a term is missing as well
                yield Change(place, line.out, compute, later=2 * (len(inner.args) > 1))


# Paths


@changing("missing_path")
def _missing_path(passage: Passage) -> Iterator[Change]:
    """Where a quantity is used several times, one of its paths only, or all but one (row 6)."""
    for swept in passage.backwards.values():
        for var, parts in swept.contributions.items():
            if len(parts) < 2:
                continue
            adjoint = swept.adjoints[var]
            for part in parts:
                compute = sum_of([part.var])
                yield Change(place_of(passage.forward, var), adjoint, compute)
            if len(parts) > 2:
                for part in parts:
                    rest = [p.var for p in parts if p is not part]
                    yield Change(place_of(passage.forward, var), adjoint, sum_of(rest))


def flipped_paths(passage: Passage) -> Iterator[Change]:
    """The sign of one of several paths turned round (rows 2 and 6)."""
    for swept in passage.backwards.values():
        for var, parts in swept.contributions.items():
            for part in parts if len(parts) > 1 else ():
                compute = _turned(part.var, [p.var for p in parts if p is not part])
                yield Change(
                    str(swept.adjoints[var].name or place_of(passage.forward, var)),
                    swept.adjoints[var],
                    compute,
                )


def _turned(part: Var, rest: list[Var]) -> Compute:
    return lambda values: sum_of(rest)(values) - values[part]


# Losses and activations


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
                        compute = _product_of([swept.adjoints[bias], factor])
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
                compute = _sloped(up, equation.out)
                yield Change(place_of(passage.forward, equation.out), down, compute)
