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

from symdl.autodiff.reverse import MULTIPLY, Backward, Contribution
from symdl.core.arithmetic import FLOAT, body_function
from symdl.core.evaluation import Values
from symdl.core.graph import Equation, Graph, Var
from symdl.core.op import OUTPUT, Composite, Pointwise
from symdl.formula.tree import Number, names
from symdl.grading.misconceptions import Change, Compute, Passage, Turn, changing, turning

LN2, LN10 = math.log(2), math.log(10)

# The answer as a whole


def _scaled(factor: float) -> Turn:
    return Turn(lambda truth, _: truth * factor, {"factor": f"{factor:.6g}"})


def _sizes(power: int) -> Turn:
    def turn(truth: Any, facts: Mapping[str, Any]) -> Any:
        count = facts.get("count")
        return None if not count or count < 2 else truth * float(count) ** power

    return Turn(turn)


def _transposed(truth: Any, _: Mapping[str, Any]) -> Any:
    square = np.ndim(truth) == 2 and np.shape(truth)[0] == np.shape(truth)[1]
    return np.asarray(truth).T if square else None


turning("sign", _scaled(-1))
turning("factor_two", _scaled(2), _scaled(1 / 2), _scaled(-2), _scaled(-1 / 2))
turning("average", _sizes(1), _sizes(-1))
turning("factor", _scaled(3), _scaled(1 / 3), _scaled(4), _scaled(1 / 4))
turning("log_base", _scaled(LN10), _scaled(1 / LN10), _scaled(LN2), _scaled(1 / LN2))
turning("transposed", Turn(_transposed))

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


def _place(graph: Graph, var: Var) -> str:
    """The named quantity that an anonymous one is a part of."""
    reached = {var}
    if var.name is not None:
        return str(var.name)
    for equation in graph.equations:
        if not reached.isdisjoint(equation.args):
            if equation.out.name is not None:
                return str(equation.out.name)
            reached.add(equation.out)
    return var.label


def curved(line: Equation) -> bool:
    """Whether a line bends: a function of one quantity, not a constant."""
    op = line.op
    return isinstance(op, Pointwise) and len(op.params) == 1 and not isinstance(op.body, Number)


@changing("missing_factor")
def _missing_factor(passage: Passage) -> Iterator[Change]:
    """The local derivative of one line is left out (row 1)."""
    for line, through, _ in _chains(passage):
        up = line.args[0]
        yield Change(_place(passage.forward, through.out), line.out, sum_of([up]))


@changing("factor_twice")
def _factor_twice(passage: Passage) -> Iterator[Change]:
    """The local derivative of one line is multiplied in twice."""
    for line, through, _ in _chains(passage):
        up, local = line.args
        if curved(through):
            compute = _product_of([up, local, local])
            yield Change(_place(passage.forward, through.out), line.out, compute)


@changing("value_for_derivative")
def _value_for_derivative(passage: Passage) -> Iterator[Change]:
    """The function itself in place of its derivative: ReLU(z) for 1[z > 0] (row 15)."""
    for line, through, _ in _chains(passage):
        if curved(through):
            compute = _product_of([line.args[0], through.out])
            yield Change(_place(passage.forward, through.out), line.out, compute)


def _local(through: Equation, part: Contribution, operands: Mapping[str, Var], upstream: Var) -> Compute:
    """Upstream times the local derivative with other operands."""
    assert isinstance(through.op, Pointwise)
    op = through.op.partial(part.k)
    run = body_function(op, FLOAT)

    def compute(values: Values) -> Any:
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
                _place(passage.forward, through.out), line.out, _local(through, part, known, line.args[0])
            )


@changing("derivative_at_output")
def _derivative_at_output(passage: Passage) -> Iterator[Change]:
    """The derivative taken at the activation: σ'(a) for σ'(z) (row 4)."""
    for line, through, part in _chains(passage):
        if curved(through):
            yield Change(
                _place(passage.forward, through.out),
                line.out,
                _moved(through, part, through.out, line.args[0]),
            )


def _moved(through: Equation, part: Contribution, at: Var, upstream: Var) -> Compute:
    """Upstream times the local derivative at another quantity."""
    op = through.op
    assert isinstance(op, Pointwise)
    run, forward = body_function(op.partial(part.k), FLOAT), body_function(op, FLOAT)
    params = op.partial(part.k).params

    def compute(values: Values) -> Any:
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
                yield Change(
                    _place(passage.forward, through.out), line.out, _moved(through, part, arg, line.args[0])
                )


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
                yield Change(_place(passage.forward, var), adjoint, compute)
            if len(parts) > 2:
                for part in parts:
                    rest = [p.var for p in parts if p is not part]
                    yield Change(_place(passage.forward, var), adjoint, sum_of(rest))


# Losses and activations


@changing("extra_factor")
def _extra_factor(passage: Passage) -> Iterator[Change]:
    """The activation's derivative once more, where loss and activation already cancelled it (row 3)."""
    for swept in passage.backwards.values():
        for var, parts in swept.contributions.items():
            for part in parts:
                if part.rule != "fused":
                    continue
                out = part.equation.out
                compute = _sloped(part.var, out)
                yield Change(_place(passage.forward, out), swept.adjoints[var], compute)


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
                yield Change(_place(passage.forward, equation.out), down, compute)
