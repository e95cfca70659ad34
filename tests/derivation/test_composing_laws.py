"""Whatever is told of a random formula holds between its points, and has words in every language."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest

from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.core.op import pointwise
from symdl.derivation.convexity.composing import Composed
from symdl.derivation.convexity.judging import Signs
from symdl.errors import SymdlError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.ops.declaring import BUILT_IN
from symdl.text import template

NAMES = "rstab"
POSITIVE = "sta"
SIGNS = Signs({name: () for name in NAMES}, {}, {name: ("positive",) for name in POSITIVE})
SCOPE = Scope(frozenset(NAMES), BUILT_IN | set(FUNCTIONS) | set(POINTWISE))
UNARY = (
    "exp", "log", "sqrt", "abs", "relu", "softplus", "sigmoid", "tanh", "cosh", "sinh", "square", "atan",
    "cbrt", "log1p", "elu", "log_sigmoid", "acosh",
)  # fmt: skip
LEAVES = ("r", "s", "t", "a", "b", "1", "2", "3", "(-1)", "1/2")
EXPONENTS = ("2", "3", "4", "(1/2)", "(-1)", "(3/2)", "(-2)")


def drawn(random: Random, depth: int) -> str:
    """A formula of some depth."""
    parts = [drawn(random, depth - 1) for _ in range(2)] if depth else []
    ways = (
        "({0} + {1})", "({0} - {1})", "({0}) * ({1})", "({0}) / ({1})", "({0})^{p}", "max({0}, {1})",
        "min({0}, {1})", "where({g} <= 1, {0}, {1})", "{f}({0})", "{f}({0})",
        "where(abs({g}) <= a, ({g})^2/2, a*abs({g}) - a^2/2)",
    )  # fmt: skip
    if not depth or random.random() < 0.1:
        return random.choice(LEAVES)
    return random.choice(ways).format(
        *parts, p=random.choice(EXPONENTS), f=random.choice(UNARY), g=random.choice(("r", "s - t", "r + s"))
    )


def _point(random: Random) -> dict[str, float]:
    return {name: random.uniform(0.05, 4) if name in POSITIVE else random.uniform(-3, 3) for name in NAMES}


@pytest.mark.parametrize("seed", range(6))
def test_what_is_told_of_random_formulas_holds(seed: int) -> None:
    random, told = Random(seed), 0
    for _ in range(250):
        formula, by = drawn(random, random.choice((1, 2, 3))), random.choice(("r", "s", "rs", "st", "rst"))
        try:
            node = read_formula(formula, SCOPE)
        except SymdlError:
            continue
        judge = Composed(frozenset(by), SIGNS)
        kind = judge.curve(node)
        if kind not in ("convex", "concave", "affine"):
            continue
        told += 1
        for rule, ground in judge.grounds(node):
            key = f"shape.{rule}_{judge.curve(ground)}"
            assert template(f"{key}.text", "en") and template(f"{key}.text", "fa"), (key, formula)
        run = body_function(pointwise("f", tuple(NAMES), node), FLOAT)
        for _ in range(25):
            start, end = _point(random), _point(random)
            end = {name: end[name] if name in by else start[name] for name in NAMES}
            middle = {name: (start[name] + end[name]) / 2 for name in NAMES}
            with np.errstate(all="ignore"):
                values = [float(run(*at.values())) for at in (start, end, middle)]
            if not all(map(math.isfinite, values[:2])):
                continue
            over = values[2] - (values[0] + values[1]) / 2
            small = 1e-9 * max(1, *map(abs, values[:2]))
            assert kind == "concave" or over <= small, (formula, by)
            assert kind == "convex" or over >= -small, (formula, by)
    assert told > 30
