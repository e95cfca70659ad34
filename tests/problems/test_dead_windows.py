"""This module tests max pooling after ReLU where whole windows are zero: a tie, a convention, checked."""

from __future__ import annotations

import numpy as np

import symdl


def test_windows_without_an_active_entry_are_decided() -> None:
    rng = np.random.default_rng(4)
    given = {
        "Z": np.round(rng.normal(size=(4, 6, 6)), 2).tolist(),
        "G": rng.integers(-3, 4, (4, 3, 3)).tolist(),
    }
    let = {"H": "relu(Z)", "P": "max_pool(H, 2)", "L": "sum(G * P) + sum(P * P)"}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["Z"]}]))
    checks = symdl.verify(solved)
    assert {check.outcome for check in checks} == {"holds"}
    differences = [c for c in checks if c.step == "backward.L.Z" and c.method == "central_difference"]
    assert [check.strength for check in differences] == ["convention"]
    assert any(check.error > 0 for check in differences)  # a number was compared, the tie as it is
