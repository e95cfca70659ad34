"""This module times the equality of typed formulas, reading included, on the pairs of the tests.

Peers take the pairs that they can read: `sympy.simplify` of the difference, and math-verify where it is
installed, whose verdicts are not asked for here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import symdl
from symdl.checking.symbolic import Unconvertible, to_sympy
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from tests.benchmarks.timing import Measurement, best, comparisons
from tests.grading.test_comparison import DIFFERENT, EQUAL, pairs

SIMPLIFIED = 12  # pairs that SymPy simplifies; it takes its time


def measure() -> Iterator[Measurement]:
    """Seconds for a pair, beside `simplify(left - right) == 0` and math-verify."""
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

    times = best({"symdl": ours, "sympy.simplify": simplify, "math-verify": _verifying(table)}, rounds=3)
    peer = times["math-verify"]
    each: dict[str, float | None] = {
        "symdl": (times["symdl"] or 0.0) / len(table),
        "sympy.simplify": (times["sympy.simplify"] or 0.0) / len(differences),
        "math-verify": None if peer is None else peer / len(table),
    }
    aim = ("over 500 a second", lambda seconds, _: seconds < 1 / 500)
    yield from comparisons(
        f"equality of two typed formulas, {len(table)} pairs", "symdl", each,
        {"sympy.simplify": aim, "math-verify": aim},
    )  # fmt: skip


def _verifying(table: list[tuple[tuple[str, str], str]]) -> Callable[[], None] | None:
    """Both sides read and verified by math-verify, None where it is not installed."""
    try:
        from math_verify import parse, verify
    except ImportError:
        return None

    def run() -> None:
        for (left, right), _ in table:
            verify(parse(f"${left}$", parsing_timeout=None), parse(f"${right}$", parsing_timeout=None),
                   timeout_seconds=None)  # fmt: skip

    return run


def _differences(table: list[tuple[str, str]]) -> Iterator[Any]:
    for left, right in table:
        try:
            scope = Scope(frozenset("xyz"), frozenset(("exp", "log", "sin", "cos", "sqrt", "tanh")))
            yield to_sympy(read_formula(left, scope)) - to_sympy(read_formula(right, scope))
        except (symdl.SymdlError, Unconvertible):
            continue
