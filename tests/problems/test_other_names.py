"""Rules and functions answer to the other names that people know them by."""

from __future__ import annotations

from pathlib import Path

import pytest

import symdl
from symdl.errors import FormulaError
from symdl.models.optimizers import OPTIMIZERS, OTHER_RULES

PROBLEM = """
title = "t"
[given]
w = 3
[let]
L = "w^2"
[[ask]]
update = "{rule}"
of = "L"
by = ["w"]
learning_rate = 0.1
steps = 2
"""


def steps(folder: Path, rule: str) -> object:
    path = folder / "problem.toml"
    path.write_text(PROBLEM.format(rule=rule), "utf-8")
    return symdl.derive(symdl.load(path)).derivation.answers[0].value


@pytest.mark.parametrize(("other", "key"), OTHER_RULES.items())
def test_a_rule_by_another_name(other: str, key: str, tmp_path: Path) -> None:
    assert other not in OPTIMIZERS
    assert steps(tmp_path, other) == steps(tmp_path, key)


def test_what_users_call_plain_gradient_descent(tmp_path: Path) -> None:
    assert steps(tmp_path, "SGD") == steps(tmp_path, "gd")


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("binary_cross_entropy", "bce"),
        ("mean_squared_error", "mse"),
        ("categorical_cross_entropy", "cross_entropy"),
    ],
)
def test_a_loss_by_its_long_name(name: str, function: str) -> None:
    by_name, by_key = (
        symdl.solve(f"{key}([a, b], [0, 1])", at={"a": 0.25, "b": 0.5}).values for key in (name, function)
    )
    assert list(by_name.values())[-1] == list(by_key.values())[-1]
    with pytest.raises(FormulaError, match=f"`{function}`"):
        symdl.solve(f"{name}(a)", at={"a": 0.5})
