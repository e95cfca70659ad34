"""This module times the numbers of a gradient: one call of the compiled graph beside NumPy by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symdl.core.evaluation import compile_graph
from symdl.problems.construction import build
from symdl.problems.solution import derive
from tests.benchmarks.networks import Network
from tests.benchmarks.timing import Measurement, at_most, best, comparisons

CASES = ((Network(2, 2), 0), (Network(3, 4), 0), (Network(2, 2), 1000), (Network(3, 64), 256))


def measure() -> Iterator[Measurement]:
    """All gradients of networks, of one sample and of batches."""
    for network, batch in CASES:
        rows = f"batch of {batch}" if batch else "one sample"
        what = f"its numbers, {network.depth} layers of {network.width}, {rows}"
        aims = {"NumPy by hand": ("within 2x", at_most(2))}
        yield from comparisons(what, "symdl", _times(network, batch), aims)


def _times(network: Network, batch: int) -> dict[str, float | None]:
    derivation = derive(build(network.raw(batch=batch)))
    adjoints = [answer.var for answer in derivation.answers if answer.var is not None]
    program = compile_graph(derivation.graph, adjoints)
    known, by_hand = network.numbers(batch), network.by_hand(batch)
    inputs = [known[str(var.name)] for var in derivation.graph.inputs]
    for ours, theirs in zip(program(*inputs), by_hand(known), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    return best({"symdl": lambda: program(*inputs), "NumPy by hand": lambda: by_hand(known)})
