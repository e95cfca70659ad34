"""Calls of long layers inside formulas have lines of their own; short ones are read where they stand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from tests.helpers.layers import NUMPY

GIVEN: dict[str, Any] = {
    "x": [1, 0], "y": [1, 1], "X": [[1, 0], [0, 1]],
    "W": [[0.1, -0.2], [0.3, 0.1]], "a": [0, 0.2], "b": [0.1, 0],
}  # fmt: skip
MEAN = {"J": "(rbm_likelihood(x, W, a, b) + rbm_likelihood(y, W, a, b)) / 2"}


def names(let: dict[str, str], **more: Any) -> list[str]:
    problem = symdl.problem(given={**GIVEN, **more}, let=let)
    return [str(var.name) for var in problem.graph.variables() if var.name is not None]


def likelihood(v: Any) -> Any:
    return NUMPY["rbm_likelihood"](*map(np.array, (v, GIVEN["W"], GIVEN["a"], GIVEN["b"])))


def test_every_call_has_lines_under_a_name_of_its_own():
    """The sum over all states is the same for both: its lines are those of the first."""
    own = ["z1", "F1", "U1", "Z1", "g1", "J1", "z2", "F2", "J2", "J"]
    assert names(MEAN)[-len(own) :] == own
    solved = symdl.derive(symdl.problem(given=GIVEN, let=MEAN, asks=[{"gradient": "J", "by": ["W", "a"]}]))
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert np.isclose(float(solved.values["J"]), (likelihood([1, 0]) + likelihood([1, 1])) / 2)


def test_equal_calls_are_written_out_once():
    assert "J2" not in names({"L": "rbm_likelihood(x, W, a, b)^2 + rbm_likelihood(x, W, a, b)"})


def test_a_name_of_the_problem_is_left_alone():
    found = names({**MEAN, "J1": "J^2"})
    assert found.count("J1") == 1 and {"J2", "J3"} < set(found)


def test_a_repetition_has_them_at_every_step():
    let = {"l[t=1..2]": "2 rbm_likelihood(X[t,:], W, a, b) + a^T a", "L": "l[1] + l[2]"}
    assert {"J1[1]", "J1[2]", "l[2]"} < set(names(let))
    solved = symdl.derive(symdl.problem(given=GIVEN, let=let, asks=[{"gradient": "L", "by": ["b"]}]))
    assert np.isclose(float(solved.values["L"]), 2 * (likelihood([1, 0]) + likelihood([0, 1]) + 0.04))
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize("line", ["1 - cosine_similarity(x, y)", "sum(rbm_hidden(x, W, b))"])
def test_short_layers_stay_where_they_are(line: str):
    assert names({"L": line})[-1:] == ["L"] and len(names({"L": line})) == len(GIVEN) + 1


def test_a_call_for_each_term_of_a_sum_stays_in_it():
    let = {"L": "sum(rbm_likelihood(v, W, a, b), v in binary(2))"}
    assert names(let)[-1] == "L" and len(names(let)) == len(GIVEN) + 1


def test_a_layer_inside_the_argument_of_another_comes_first():
    found = names({"L": "sum(content_addressing(content_addressing(x, X, 1), X, 2))"})
    assert found.index("w1") < found.index("w2") < found.index("L")
