"""Norms of Jacobians in time, beside the product of the norms of the steps between."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl

STEPS = 6


def table(scale: float, by: tuple[int, ...] = tuple(range(STEPS))) -> tuple[Any, dict[str, dict[str, Any]]]:
    """A recurrence of two units; the records by the states that the last one is differentiated by."""
    V = scale * np.array([[0.6, 0.2], [-0.1, 0.5]])
    x = [0.1 * k - 0.3 for k in range(STEPS)]
    problem = symdl.problem(
        given={"x": x, "h[0]": [0.2, -0.1], "u": [0.5, -0.3], "V": V.tolist()},
        let={f"h[t=1..{STEPS}]": "tanh(u x[t] + V h[t-1])"},
        asks=[{"jacobian": f"h[{STEPS}]", "by": [f"h[{k}]" for k in by], "norms": True}],
    )
    solved = symdl.derive(problem)
    return solved, {answer.by: dict(answer.table[0]) for answer in solved.derivation.answers}


@pytest.mark.parametrize("scale", [0.5, 1.0, 4.0])
def test_norms_and_bounds_are_those_of_numpy(scale: float):
    solved, rows = table(scale)
    V = scale * np.array([[0.6, 0.2], [-0.1, 0.5]])
    product, bound = np.eye(2), 1.0
    for k in range(STEPS - 1, -1, -1):
        h = np.asarray(solved.values[f"h[{k + 1}]"], dtype=float)
        step = np.diag(1 - h**2) @ V
        product, bound = product @ step, bound * float(np.linalg.norm(step, 2))
        row = rows[f"h[{k}]"]
        assert row["back"] == STEPS - k
        assert row["norm"] == pytest.approx(np.linalg.norm(product, 2))
        assert row["bound"] == pytest.approx(bound)
        assert row["norm"] <= row["bound"] * (1 + 1e-12)


def test_steps_between_are_counted_where_few_are_asked_for():
    _, rows = table(1.0, by=(0, 4))
    _, every = table(1.0)
    assert rows == {name: every[name] for name in ("h[0]", "h[4]")}


def test_there_is_no_bound_where_the_past_takes_other_ways():
    problem = symdl.problem(
        given={
            "x": [[1], [-0.5], [0.25]], "h[0]": [0.1], "c[0]": [0.4], "b": [0.1, 1, 0, -0.2],
            "W": [[0.5], [0.4], [0.9], [0.6]], "U": [[0.2], [-0.3], [0.5], [0.1]],
        },
        let={"h[t=1..3], c[t=1..3]": "lstm_cell(x[t], h[t-1], c[t-1], W, U, b)"},
        asks=[{"jacobian": "c[3]", "by": ["c[0]", "c[2]"], "norms": True}],
    )  # fmt: skip
    rows = {answer.by: answer.table[0] for answer in symdl.derive(problem).derivation.answers}
    assert rows["c[2]"]["bound"] == pytest.approx(rows["c[2]"]["norm"])
    assert rows["c[0]"]["bound"] is None


@pytest.mark.parametrize(("language", "word"), [("en", "vanishes"), ("fa", "محو")])
def test_a_sheet_says_what_becomes_of_it(language: str, word: str):
    solved, _ = table(0.5)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert word in str(symdl.render(solved.compose(language=language), "txt"))
