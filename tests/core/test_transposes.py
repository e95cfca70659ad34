"""`^T` behind an array is a transpose, whatever else is called T."""

from __future__ import annotations

import numpy as np
import pytest

import symdl


@pytest.mark.parametrize("T", [3, [1, 2], [[1, 0], [0, 1], [1, 1]]])
def test_behind_an_array_it_transposes(T: object) -> None:
    problem = symdl.problem(given={"T": T, "a": [1, 2], "B": [[1, 2], [3, 4]]}, let={"C": "a a^T + B^T"})
    found = symdl.derive(problem).values["C"]
    assert np.array_equal(np.asarray(found, dtype=float), [[2, 5], [4, 8]])


def test_targets_are_transposed_too() -> None:
    problem = symdl.problem(given={"T": [[1, 0], [0, 1], [1, 1]], "u": [1, 2, 3]}, let={"s": "T^T u"})
    assert list(symdl.derive(problem).values["s"]) == [4, 5]


def test_behind_a_scalar_it_is_an_exponent() -> None:
    problem = symdl.problem(given={"T": 3, "r": 2}, let={"s": "r^T"})
    assert symdl.derive(problem).values["s"] == 8
