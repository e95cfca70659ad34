"""Pictures with constraints: what a run keeps is drawn as KKT conditions are, with the set it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import symdl
from symdl.document.blocks import Pictures, Plot


def surfaces(lets: dict[str, str], asks: list[dict[str, Any]], given: dict[str, Any]) -> Iterator[Plot]:
    found = symdl.derive(symdl.problem(given=given, let=lets, asks=asks))
    for block in symdl.compose(found, symdl.verify(found)).blocks:
        for part in block.parts if isinstance(block, Pictures) else ():
            if isinstance(part, Plot) and part.surface is not None:
                yield part


def holds(plot: Plot, k: int, i: int, j: int) -> bool:
    return plot.limits[k].values[j][i] <= 0


BARRIER = {"method": "log_barrier", "by": ["u", "v"], "steps": 3}
PROJECTED = {"method": "projected_gradient", "by": ["w"], "learning_rate": "1/10", "steps": 3}


def test_a_barrier_has_its_walls() -> None:
    (plot,) = surfaces(
        {"f": "(u - 2)^2 + (v - 1)^2"},
        [{"minimize": "f", "subject_to": ["u + v <= r", "u >= 0", "0 <= v"], **BARRIER}],
        {"u": 0.5, "v": 0.5, "r": 2},
    )
    assert [limit.label.plain for limit in plot.limits] == ["u + v = 2", "u = 0", "v = 0"]
    assert plot.surface is not None
    for i, u in enumerate(plot.surface.xs):
        for j, v in enumerate(plot.surface.ys):
            assert [holds(plot, k, i, j) for k in range(3)] == [u + v <= 2, u >= 0, v >= 0]


def test_a_projection_onto_a_ball_of_a_vector() -> None:
    (plot,) = surfaces(
        {"h": "w[1]^2 + 3 w[2]^2 - 4 w[1]"},
        [{"minimize": "h", "subject_to": ["w[1]^2 + w[2]^2 <= 1"], **PROJECTED}],
        {"w": [0.1, 0.2]},
    )
    assert plot.surface is not None and not plot.limits[0].equation
    for i, x in enumerate(plot.surface.xs):
        for j, y in enumerate(plot.surface.ys):
            assert plot.limits[0].values[j][i] == pytest.approx(x * x + y * y - 1)


def test_runs_in_one_picture_show_what_both_keep() -> None:
    ask = {
        "minimize": "f",
        "method": "projected_gradient",
        "by": ["u", "v"],
        "learning_rate": "1/4",
        "steps": 3,
    }
    (plot,) = surfaces(
        {"f": "(u - 2)^2 + (v - 1)^2"},
        [{**ask, "subject_to": ["u <= 1"]}, {**ask, "subject_to": ["u <= 1", "v >= 1/2"]}],
        {"u": 0.5, "v": 0.5},
    )
    assert [limit.label.plain for limit in plot.limits] == ["u = 1"]


def test_a_run_without_constraints_has_none() -> None:
    (plot,) = surfaces(
        {"f": "u^2 + v^2"}, [{"minimize": "f", "by": ["u", "v"], "steps": 3}], {"u": 1, "v": 2}
    )
    assert plot.limits == ()
