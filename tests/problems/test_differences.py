"""The error of difference quotients against their step: its orders, its floor, where it is least."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Pictures, Plot, Table

GIVEN = {"W": [[0.3, -0.2], [0.5, 0.9]], "x": [0.4, -1.2], "b": 0.1}
LET = {"h": "tanh(W x + b)", "L": "sum(exp(h))"}


def swept(by: Any, **ask: Any) -> tuple[symdl.Solved, list[dict[str, Any]]]:
    asks = [{"check": "L", "by": by, "sweep": True, **ask}]
    found = symdl.derive(symdl.problem(given=GIVEN, let=LET, asks=asks))
    table = json.loads(found.to_json())["answers"][0]["table"]
    return found, [row for row in table if "h" in row]


@pytest.mark.parametrize("by", ["W", ["W", "b"], "W[1,2]"], ids=str)
def test_truncation_falls_with_h_and_its_square(by: Any) -> None:
    _, rows = swept(by)
    assert [row["h"] for row in rows] == [10.0**-k for k in range(1, 13)]
    forward, central = (np.log10([row[key] for row in rows[:4]]) for key in ("forward", "central"))
    assert np.diff(forward) == pytest.approx([-1, -1, -1], abs=0.2)
    assert np.diff(central) == pytest.approx([-2, -2, -2], abs=0.2)


def test_round_off_grows_again_and_the_best_steps_are_the_roots_of_epsilon() -> None:
    _, rows = swept(["W", "b"])
    best = {key: min(rows, key=lambda row: float(row[key]))["k"] for key in ("forward", "central")}
    assert 7 <= best["forward"] <= 9 and 4 <= best["central"] <= 6
    assert rows[-1]["central"] > 1e3 * min(row["central"] for row in rows)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_table_and_a_picture(language: str) -> None:
    found, rows = swept("W")
    blocks = symdl.compose(found, symdl.verify(found), language=language).blocks
    tables = [block for block in blocks if isinstance(block, Table) and len(block.header) == 3]
    assert [len(table.rows) for table in tables][-1] == len(rows)
    plots = [part for block in blocks if isinstance(block, Pictures) for part in block.parts]
    (plot,) = (plot for plot in plots if isinstance(plot, Plot))
    assert plot.logarithmic and len(plot.curves) == 2


def test_without_a_sweep_there_is_none() -> None:
    _, rows = swept("W", sweep=False)
    assert rows == []
