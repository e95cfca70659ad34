"""These tests hold sentences against lines: a rule is named only where the line is an instance of it."""

from __future__ import annotations

from typing import Any

import pytest

import symdl

GIVEN: dict[str, Any] = {"x": "7/10", "m": [-1, 2], "s": ["1/2", "3/2"], "y": [1, 0], "p": "1/3"}
GIVEN |= {"Q": [[1, 2], [3, 5]], "K": [[1, 0], [2, 1]]}


def rules(let: dict[str, str], by: str) -> str:
    """The rule of the backward line of a quantity."""
    used = " ".join(let.values())
    given = {name: value for name, value in GIVEN.items() if name in used}
    derivation = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": [by]}]))
    (step,) = (step for step in derivation.steps if step.id == f"backward.L.{by}")
    return str(step.because.key).removeprefix("rule.")


@pytest.mark.parametrize(
    ("let", "by", "rule"),
    [
        ({"d": "p exp(-(x - m)^2 / 2) / s", "L": "sum(log(d))"}, "m", "chain"),
        ({"r": "m - y", "L": "sum(r^2)"}, "m", "through_sum"),
        ({"r": "m - y", "L": "sum(r^2)"}, "y", "through_difference"),
        ({"r": "m + s - y", "L": "sum(r^2)"}, "s", "through_sum"),
        ({"z": "Q K^T", "L": "sum(z * z)"}, "K", "through_transpose_inside"),
        ({"z": "K^T", "L": "sum(z * z)"}, "K", "through_transpose"),
        ({"q": "s^2", "t": "sum(q)", "L": "t^2"}, "q", "through_total"),
        ({"q": "s^2", "L": "log(sum(q))"}, "q", "through_loss"),
        ({"q": "s^2", "t": "log(sum(q))", "L": "t^2"}, "q", "chain"),
    ],
)
def test_a_rule_of_one_operation_is_named_where_the_line_is_that_operation(let, by, rule):
    assert rules(let, by) == rule


def test_a_loss_is_called_so_whatever_its_last_operation_is():
    for loss in ("sum(r^2)", "sum(r^2) / 2"):
        problem = symdl.problem(given={"m": [1, 2]}, let={"r": "m", "L": loss}, asks=[{"gradient": "L"}])
        assert symdl.derive(problem).steps[1].because.key == "rule.loss"


@pytest.mark.parametrize(
    ("let", "of", "rule"),
    [
        ({"f": "x^2 p"}, "f", "objective"),
        ({"g": "sum(s^2)"}, "g", "objective"),
        ({"J": "x^2 p"}, "J", "loss"),
        ({"L_total": "x^2 p"}, "L_total", "loss"),
        ({"a": "sigmoid(s)", "f": "sum(a^2)"}, "f", "loss"),
    ],
)
def test_a_loss_is_called_a_loss_and_any_other_function_is_not(
    let: dict[str, str], of: str, rule: str
) -> None:
    used = " ".join(let.values())
    given = {
        name: value for name, value in GIVEN.items() if name in used.replace("exp", "").replace("sum", "")
    }
    by = "s" if "s" in given else "x"
    derivation = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": of, "by": [by]}]))
    last = [step for step in derivation.steps if step.phase == "forward"][-1]
    assert last.because.key == f"rule.{rule}"


@pytest.mark.parametrize(
    ("loss", "rule"),
    [
        ("|r|^2 / 6", "squared_norm"),
        ("|r|^2 / 2 + sum(exp(r))", "sum_in_line"),
        ("r^T r", "sum_in_line"),
        ("r[1]^2 + 3 r[2] r[1]", "by_entries"),
        ("r[1]^2 + sum(r)", "sum_in_line"),
    ],
)
def test_the_gradient_of_a_squared_norm_is_named(loss: str, rule: str) -> None:
    assert rules({"r": "m - y", "L": loss}, "r") == rule
