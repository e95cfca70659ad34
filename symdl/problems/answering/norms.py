"""This module measures gradients layer by layer, beside what the slopes of the activations let through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.evaluation import to_float
from symdl.core.graph import Graph, Var

LARGEST = {"sigmoid": Fraction(1, 4)}  # slopes; of the other activations the largest is 1 or more


def norm_rows(
    graph: Graph, of: Var, swept: Backward, targets: Sequence[Var], values: Mapping[Var, Any]
) -> dict[Var, tuple[dict[str, Any], ...]]:
    """A record for each parameter: the length of its gradient, that over the length nearest to the loss, and
    the product of the largest slopes between the two.
    """
    let_through = slopes_to(graph, of)
    lengths = {
        var: float(np.linalg.norm(np.asarray(to_float(values[swept.adjoints[var]]), dtype=float)))
        for var in targets
        if swept.adjoints[var] in values
    }
    if not lengths:
        return {}
    nearest = max(lengths, key=lambda var: let_through[var])
    found: dict[Var, tuple[dict[str, Any], ...]] = {}
    for var, length in lengths.items():
        bound = let_through[var] / let_through[nearest]
        relative = length / lengths[nearest] if lengths[nearest] else None
        found[var] = ({"norm": length, "relative": relative, "slopes": bound},)
    return found


def slopes_to(graph: Graph, of: Var) -> dict[Var, Fraction]:
    """For each quantity the largest product of slopes of sigmoids on a way to the loss."""
    found = {of: Fraction(1)}
    for equation in reversed(graph.equations):
        if equation.out in found:
            passed = found[equation.out] * LARGEST.get(equation.op.key, Fraction(1))
            for arg in equation.args:
                found[arg] = max(passed, found.get(arg, Fraction(0)))
    return found
