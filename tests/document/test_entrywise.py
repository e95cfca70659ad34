"""Updates entry by entry: what stands in a line of the scalar view gives what the line states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.op import pointwise
from symdl.document.lines.entrywise import works_by_entries
from symdl.document.request import Request
from symdl.document.sheet import Sheet
from symdl.formula.tree import Index, Name, Negate, Node, Sum, names, times
from symdl.models.optimizers import OPTIMIZERS

GIVEN = {"x": [1, -2], "W": [["1/2", "-1/3"], ["1/4", "2/3"]]}


def sheet(rule: str) -> Sheet:
    problem: Any = symdl.problem(
        given=GIVEN,
        let={"L": "sum((W x)^2) / 2"},
        asks=[{"update": rule, "of": "L", "by": ["W"], "steps": 2}],
        rounding={"digits": 12},
        seed=1,
    )
    solved = symdl.derive(problem)
    return Sheet(problem, solved.derivation, (), Request(view="scalar"))


@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_the_numbers_of_a_line_give_its_value(rule: str) -> None:
    shown = sheet(rule)
    lines = 0
    for step in shown.derivation.steps:
        if step.phase != "update":
            continue
        for chain in shown.writer.chains(step):
            numbers = [node for kind, node in chain.rows if kind == "numbers" and not names(node)]
            if numbers and isinstance(chain.left, Index):
                lines += 1
                value = body_function(pointwise("number", (), numbers[-1]), FLOAT)()
                assert value == pytest.approx(float(chain.value), rel=1e-7, abs=1e-9)
    assert lines or rule in ("adafactor", "lamb", "lars")


def test_lines_are_parted_where_entries_do_not_mix() -> None:
    eta, old, slope = Name("eta"), Name("W_old"), Name("g")
    plain: Node = Sum((old, Negate(times(eta, slope, style="juxtaposed"))))
    mixed: Node = times(old, slope, style="juxtaposed")
    placed: dict[Node, Any] = {eta: 0.1, old: np.ones((2, 2)), slope: np.ones((2, 2))}
    assert works_by_entries((plain,), placed, (2, 2))
    assert not works_by_entries((mixed,), placed, (2, 2))
    assert not works_by_entries((plain,), {**placed, slope: np.ones(2)}, (2, 2))
    assert not works_by_entries((plain,), placed, ())


def test_a_step_of_gradient_descent_is_written_for_every_weight() -> None:
    shown = sheet("gd")
    lefts = [c.left for s in shown.derivation.steps if s.phase == "update" for c in shown.writer.chains(s)]
    new = [left for left in lefts if isinstance(left, Index)]
    assert len(new) == 8 and len(lefts) == 12  # two steps, and the gradient before the second
