"""Update rules run on one small function of two parameters, a matrix and a scalar, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from symdl.derivation.running.update import Run, run_rule
from symdl.models.optimizers import Setup
from symdl.problems.reading.settings import RuleSettings
from symdl.problems.running.rules import plan_of

START = {"W": np.array([[0.7, -1.1], [0.4, 0.9]]), "b": np.array(0.3)}
TARGET = np.array([[1.5, 0.2], [-0.8, 0.1]])
SCALE = np.array([[3.0, 0.5], [1.0, 8.0]])


def slope(parameters: Mapping[str, Any], t: int = 0) -> tuple[float, dict[str, Any]]:
    """A quadratic bowl, stretched, with a coupling to the scalar and a quartic wall."""
    difference = parameters["W"] - TARGET
    rest = parameters["b"] - parameters["W"][0, 0]
    value = 0.5 * float(np.sum(SCALE * difference**2)) + float(rest**2) + 0.1 * float(parameters["b"] ** 4)
    by_w = SCALE * difference
    by_w[0, 0] -= 2 * float(rest)
    return value, {"W": by_w, "b": np.asarray(2 * rest + 0.4 * parameters["b"] ** 3)}


def ask(setup: Setup, **options: Any) -> Any:
    """What an `update` ask would say."""
    fields = dict.fromkeys(RuleSettings.model_fields)
    stated = {"form": setup.form, "settings": dict(setup.settings)}
    return SimpleNamespace(**{**fields, **stated, **options})


def run(setup: Setup, steps: int = 20, start: Mapping[str, Any] = START, **options: Any) -> Run:
    """A rule run some steps from the common start."""
    plan = plan_of(setup.rule, ask(setup, **options))
    return run_rule(plan, dict(start), slope, steps, shown=0)


def path(run: Run) -> Any:
    """All parameters of all steps, a row a step."""
    return np.array([[*np.ravel(r.parameters["W"]), float(r.parameters["b"])] for r in run.records])
