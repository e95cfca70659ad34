"""This module times the equality of typed formulas, reading included, on the pairs of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import symdl
from symdl.checking.symbolic import Unconvertible, to_sympy
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from tests.benchmarks.timing import Measurement, best, comparisons
from tests.grading.test_comparison import DIFFERENT, EQUAL, pairs

SIMPLIFIED = 12  # pairs that SymPy simplifies; it takes its time


def measure() -> Iterator[Measurement]:
    """Seconds for a pair, beside `simplify(left - right) == 0` on those that SymPy can say."""
    table = [(pair, "equal") for pair in pairs(EQUAL)] + [(pair, "different") for pair in pairs(DIFFERENT)]
    wrong = [pair for pair, outcome in table if symdl.compare(*pair).outcome != outcome]
    assert not wrong, wrong
    differences = list(_differences([pair for pair, _ in table]))[::4][:SIMPLIFIED]

    def ours() -> None:
        for pair, _ in table:
            symdl.compare(*pair)

    def simplify() -> None:
        from sympy import simplify
        from sympy.core.cache import clear_cache

        clear_cache()
        for difference in differences:
            simplify(difference)

    times = best({"symdl": ours, "sympy.simplify": simplify}, rounds=3)
    each: dict[str, float | None] = {
        "symdl": (times["symdl"] or 0.0) / len(table),
        "sympy.simplify": (times["sympy.simplify"] or 0.0) / len(differences),
    }
    yield from comparisons(
        f"equality of two typed formulas, {len(table)} pairs", "symdl", each,
        {"sympy.simplify": ("over 500 a second", lambda seconds, _: seconds < 1 / 500)},
    )  # fmt: skip


def _differences(table: list[tuple[str, str]]) -> Iterator[Any]:
    for left, right in table:
        try:
            scope = Scope(frozenset("xyz"), frozenset(("exp", "log", "sin", "cos", "sqrt", "tanh")))
            yield to_sympy(read_formula(left, scope)) - to_sympy(read_formula(right, scope))
        except (symdl.SymdlError, Unconvertible):
            continue
