"""These tests hold given values against what is assumed of them."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.errors import ProblemError

HOLDING: list[tuple[str, Any]] = [
    ("positive", [1, "1/3"]),
    ("integer", [1, -2]),
    ("unit", [0, 1]),
    ("distribution", ["1/3", "2/3"]),
    ("distribution", [[0.5, 0.5], [1, 0]]),
    ("one-hot", [0, 1, 0]),
    ("symmetric", [[1, 2], [2, 3]]),
    ("orthogonal", [["3/5", "4/5"], ["-4/5", "3/5"]]),
    ("orthogonal", [[0.7071, 0.7071], [-0.7071, 0.7071]]),
    ("positive", ["sqrt(2)"]),  # not rational, taken on trust
]
FALSE: list[tuple[str, Any]] = [
    ("positive", [1, 0]),
    ("integer", [0.5]),
    ("unit", [1.5]),
    ("distribution", [0.3, 0.3, 0.3]),
    ("distribution", [1.5, -0.5]),
    ("one-hot", [0.5, 0.5]),
    ("symmetric", [[1, 2], [0, 3]]),
    ("symmetric", [[1, 2, 3], [2, 3, 4]]),
    ("orthogonal", [[1, 1], [0, 1]]),
]


def problem(fact: str, value: Any) -> Any:
    return symdl.problem(given={"x": value}, assume={"x": fact}, let={"L": "sum(x)"}, asks=[{"value": "L"}])


@pytest.mark.parametrize(("fact", "value"), HOLDING)
def test_a_fact_that_holds_is_taken(fact, value):
    assert problem(fact, value).facts == {"x": (fact,)}


@pytest.mark.parametrize(("fact", "value"), FALSE)
def test_a_fact_that_is_false_of_the_given_value_is_refused(fact, value):
    with pytest.raises(ProblemError) as caught:
        problem(fact, value)
    assert (caught.value.key, caught.value.facts["fact"]) == ("problem.contradicted", fact)
