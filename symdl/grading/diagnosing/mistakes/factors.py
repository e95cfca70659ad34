"""This module declares mistakes in the local factors of the chain: lost, twice, taken at another place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symdl.autodiff.pullbacks import MULTIPLY
from symdl.autodiff.reverse import Backward, Contribution
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Equation, Var
from symdl.core.naming import leaf
from symdl.core.op import OUTPUT, Pointwise
from symdl.formula.tree import Apply, Compare, names
from symdl.grading.diagnosing.computing import product_of, quotient_of, sum_of, with_slope
from symdl.grading.diagnosing.misconceptions import Change, Compute, Passage, changing
from symdl.grading.diagnosing.mistakes.line_changes import (
    curved,
    inverted_factors,
    lost_factors,
    place_of,
    stopped_early,
)
from symdl.grading.diagnosing.mistakes.output_changes import lost_slopes, outputs, residual


def chains(passage: Passage) -> Iterator[tuple[Equation, Equation, Contribution]]:
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
    for line, through, _ in chains(passage):
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
                    compute = with_slope(part.var, out)
                    yield Change(place_of(passage.forward, out), swept.adjoints[var], compute)
        for equation, down, targets in outputs(passage, swept):
            out = equation.out
            compute = residual(down, out, targets, lambda delta, _, a, __: delta * a * (1 - a))
            yield Change(place_of(passage.forward, out), down, compute)


@changing("factor_twice")
def _factor_twice(passage: Passage) -> Iterator[Change]:
    """The local derivative of one line is multiplied in twice."""
    for line, through, _ in chains(passage):
        up, local = line.args
        if curved(through):
            compute, facts = product_of([up, local, local]), _factor(passage, line, through)
            yield Change(place_of(passage.forward, through.out), line.out, compute, facts)


@changing("inverted_factor")
def _inverted_factor(passage: Passage) -> Iterator[Change]:
    """Divided by a factor of the chain instead of multiplied: δ/σ'(z), (o - y)/w (row 1)."""
    for line, through, _ in chains(passage):
        if curved(through):
            compute, facts = quotient_of(*line.args), _factor(passage, line, through)
            yield Change(place_of(passage.forward, through.out), line.out, compute, facts)
    yield from inverted_factors(passage)


@changing("value_for_derivative")
def _value_for_derivative(passage: Passage) -> Iterator[Change]:
    """The function itself in place of its derivative: ReLU(z) for 1[z > 0] (row 15)."""
    for line, through, _ in chains(passage):
        if curved(through):
            place = place_of(passage.forward, through.out)
            yield Change(place, line.out, product_of([line.args[0], through.out]))
            if through.op.key in ("relu", "leaky_relu"):  # z and a are the same where the gate is open
                yield Change(place, line.out, product_of([line.args[0], through.args[0]]), later=1)


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
    for line, through, part in chains(passage):
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
    for line, through, part in chains(passage):
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
    for line, through, part in chains(passage):
        inner = passage.graph.definition.get(through.args[part.k])
        if not curved(through) or inner is None:
            continue
        for arg in inner.args:
            if arg.shape == through.out.shape:
                compute = _moved(through, part, arg, line.args[0])
                place = place_of(passage.forward, through.out)  # of a sum, a term is missing as well
                yield Change(place, line.out, compute, later=2 * (len(inner.args) > 1))
