"""This module compares the rows of a line that brings quantities of its own, as a vector v."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from symdl.checking import probe
from symdl.core.arithmetic import Undecided
from symdl.core.dims import Shape, bind_shape
from symdl.core.evaluation import array_of, to_kind
from symdl.derivation.step import Step
from symdl.errors import DomainError
from symdl.problems.instances import Instance
from symdl.problems.problem import Problem


def deviation(problem: Problem, step: Step, instance: Instance, seed: int) -> float | None:
    """The largest deviation of the rows of a line from the first, read back, at one point."""
    sizes = {**problem.dims, **instance.sizes}
    reader = probe.Reader(instance.graph, sizes, problem.functions, problem.conventions.ties)
    random, known = Random(seed), dict(instance.known)
    with probe.precision():
        for name, shape in step.because.facts["extra"].items():
            copy = reader.tape.input(name, bind_shape(shape, sizes))
            reader.scope[name] = copy
            reader.inputs[copy] = copy
            known[copy] = to_kind(_drawn(copy.shape, random), "ball")
        point = reader.at(known)
        try:
            first, *others = [point[reader.read(node)] for _, node in step.lines]
            return max((probe.difference(other, first) for other in others), default=0.0)
        except (DomainError, Undecided):
            return None


def _drawn(shape: Shape, random: Random) -> Any:
    """Random rationals."""
    count = 1
    for dim in shape:
        count *= int(dim)
    items = [Fraction(random.randint(-900, 900), 311) for _ in range(count)]
    return items[0] if not shape else array_of(items, tuple(int(n) for n in shape))
