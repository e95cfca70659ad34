"""This module tests recurrences over several lines: they are unrolled together, step by step."""

from typing import Any

import numpy as np
import pytest

import symdl

GIVEN = {"z[0]": 0.25, "h[0]": 1, "a": 0.5, "b": 0.3}


def outcomes(solved: Any) -> set[str]:
    return {check.outcome for check in symdl.verify(solved)}


def test_lines_that_need_each_other_at_earlier_steps_are_no_circle() -> None:
    let = {"z[t=1..3]": "a h[t-1] + b z[t-1]", "h[t=1..3]": "tanh(z[t])", "L": "h[3]^2"}
    solved = symdl.derive(symdl.problem(given=GIVEN, let=let, asks=[{"gradient": "L", "by": ["a", "b"]}]))
    assert outcomes(solved) == {"holds"}

    def loss(a: float, b: float) -> float:
        z, h = 0.25, 1.0
        for _ in range(3):
            z = a * h + b * z
            h = float(np.tanh(z))
        return h * h

    step = 1e-6
    assert np.isclose(
        float(solved.gradient["a"].numpy), (loss(0.5 + step, 0.3) - loss(0.5 - step, 0.3)) / 2 / step
    )
    assert np.isclose(
        float(solved.gradient["b"].numpy), (loss(0.5, 0.3 + step) - loss(0.5, 0.3 - step)) / 2 / step
    )


def test_the_order_of_the_lines_does_not_matter_within_a_step() -> None:
    """`h[t]` stands above `z[t]`, which it needs; a third line only looks on, and a layer takes part."""
    let = {
        "h[t=1..2]": "tanh(z[t]) + g[t]",
        "z[t=1..2]": "a h[t-1] + b",
        "g[t=1..2]": "sigmoid(h[t-1])",
        "s[t=1..2]": "h[t] + z[t]",
    }
    solved = symdl.derive(symdl.problem(given=GIVEN, let={**let, "L": "s[1] s[2]"}, asks=[{"value": "L"}]))
    z1 = 0.5 + 0.3
    h1 = np.tanh(z1) + 1 / (1 + np.exp(-1))
    z2 = 0.5 * h1 + 0.3
    h2 = np.tanh(z2) + 1 / (1 + np.exp(-h1))
    assert np.isclose(float(solved.values["L"]), (h1 + z1) * (h2 + z2))


def test_a_cell_typed_line_by_line() -> None:
    """The first line of a recurrence is known to all others, too: `c` needs the gate `w` above it."""
    let = {
        "w[t=1..2]": "sigmoid(a h[t-1])",
        "g[t=1..2]": "tanh(b h[t-1])",
        "z[t=1..2]": "z[t-1] + w[t] * g[t]",
        "h[t=1..2]": "tanh(z[t])",
        "L": "h[2]^2",
    }
    solved = symdl.derive(symdl.problem(given=GIVEN, let=let, asks=[{"gradient": "L", "by": ["a"]}]))
    z, h = 0.25, 1.0
    for _ in range(2):
        z += np.tanh(0.3 * h) / (1 + np.exp(-0.5 * h))
        h = float(np.tanh(z))
    assert np.isclose(float(solved.values["L"]), h * h)


def test_two_cells_that_read_each_other() -> None:
    given: dict[str, Any] = {
        "x": [[1, 2], [0, -1]],
        "W": [[1, 0.5]],
        "U": [[0.5]],
        "b": [0.1],
        "u[0]": [0],
        "v[0]": [0.5],
    }
    let = {
        "u[t=1..2]": "rnn_cell(x[t], v[t-1], W, U, b)",
        "v[t=1..2]": "rnn_cell(x[t], u[t], W, U, b)",
        "L": "sum(v[2])",
    }
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": ["W", "U"]}]))
    assert outcomes(solved) == {"holds"}
    u = v = 0.5
    for row in given["x"]:
        u = np.tanh(row[0] + 0.5 * row[1] + 0.5 * v + 0.1)
        v = np.tanh(row[0] + 0.5 * row[1] + 0.5 * u + 0.1)
    assert np.isclose(float(np.asarray(solved.values["v[2]"], dtype=float)[0]), v)


def test_lines_that_need_each_other_in_one_step_are_a_circle() -> None:
    let = {"z[t=1..3]": "a h[t]", "h[t=1..3]": "tanh(z[t]) + h[t-1]"}
    with pytest.raises(symdl.SymdlError, match=r"z\[1\] → h\[1\] → z\[1\]"):
        symdl.problem(given=GIVEN, let=let)


def test_what_is_needed_from_further_down_is_told() -> None:
    let = {"z[t=1..3]": "a h[t-1]", "c": "2 a", "h[t=1..3]": "tanh(z[t])"}
    with pytest.raises(symdl.SymdlError) as raised:
        symdl.problem(given=GIVEN, let=let)
    assert "defined only further down" in str(raised.value)
    assert "one after the other" in str(raised.value)
