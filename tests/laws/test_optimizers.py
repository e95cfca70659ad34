"""Laws that every update rule obeys, and the relations between rules that the library states."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from symdl.derivation.running.equations import calculation
from symdl.models.optimizers import OPTIMIZERS, RANGES, RELATIONS, SCHEDULES, Relation, Setup
from symdl.problems.running.rules import exact_number
from tests.helpers.high_precision import path as precise_path
from tests.helpers.running import START, path, run

SETUPS = [
    Setup(key, form=form)
    for key, rule in ((rule.key, rule) for rule in OPTIMIZERS.values())
    for form in rule.forms
]


def name(setup: Setup) -> str:
    return f"{setup.rule}-{setup.form}"


@pytest.mark.parametrize("setup", SETUPS, ids=name)
def test_a_rule_goes_down(setup: Setup) -> None:
    records = run(setup, steps=60).records
    first, last = records[0].objective, records[-1].objective
    assert first is not None and last is not None and last < first


FLAT = [setup for setup in SETUPS if setup.form not in OPTIMIZERS[setup.rule].shaped.values()]


@pytest.mark.parametrize("setup", FLAT, ids=name)
def test_forty_digits_agree(setup: Setup) -> None:
    ours = path(run(setup, steps=10))
    with mpmath.workdps(40):
        exact = precise_path(setup, steps=10)
    assert np.allclose(ours, np.array(exact, dtype=float), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda r: f"{name(r.left)}={name(r.right)}")
def test_relations(relation: Relation) -> None:
    left, right = run(relation.left), run(relation.right)
    if relation.through is None:
        assert np.allclose(path(left), path(right), rtol=0, atol=1e-13)
        return
    settings = {key: exact_number(value) for key, value in OPTIMIZERS[relation.left.rule].settings.items()}
    for mine, other in zip(left.records, right.records, strict=True):
        for key in START:
            known = {"theta": mine.parameters[key], **{k: v[key] for k, v in mine.state.items()}}
            shapes = {k: np.shape(v) for k, v in known.items()}
            found = calculation("x", relation.through, shapes, settings)(known)
            assert np.allclose(found, other.parameters[key], rtol=0, atol=1e-13)


def test_every_setting_has_a_range_and_a_default_in_it() -> None:
    tables = [rule.settings for rule in OPTIMIZERS.values()]
    for settings in (*tables, *(schedule.settings for schedule in SCHEDULES.values())):
        for key, default in settings.items():
            low, high = RANGES[key]
            value = exact_number(default)
            assert (low is None or value >= low) and (high is None or value < high)


@pytest.mark.parametrize(
    ("rate", "t", "expected"),
    [
        ({"schedule": "step", "initial": "0.8", "factor": "1/2", "every": "10"}, 25, 0.2),
        ({"schedule": "exponential", "initial": "1", "factor": "1/2"}, 4, 0.125),
        ({"schedule": "cosine", "initial": "1", "low": "0", "period": "10"}, 6, 0.5),
        ({"schedule": "warm_up", "initial": "1", "period": "10"}, 3, 0.3),
        ({"schedule": "inverse_time", "initial": "1", "decay": "1"}, 4, 0.25),
        ({"schedule": "warm_restarts", "initial": "1", "low": "0", "period": "4"}, 7, 0.5),
        ({"schedule": "linear", "initial": "1", "factor": "0", "last": "1", "period": "4"}, 4, 0.75),
        (
            {
                "schedule": "one_cycle",
                "initial": "1",
                "period": "10",
                "rise": "1/2",
                "divide": "2",
                "end": "2",
            },
            5,
            1.0,
        ),
    ],
    ids=lambda value: value.get("schedule") if isinstance(value, dict) else "",
)
def test_schedules(rate: dict[str, str], t: int, expected: float) -> None:
    settings = {key: exact_number(value) for key, value in rate.items() if key != "schedule"}
    formula = SCHEDULES[rate["schedule"]].formula
    assert calculation("r", formula, {"t": ()}, settings)({"t": float(t)}) == pytest.approx(expected)
