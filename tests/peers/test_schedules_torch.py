"""Schedules of the learning rate against those of torch, over thirty steps, with settings drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from symdl.derivation.running.equations import calculation
from symdl.models.optimizers import SCHEDULES
from symdl.problems.running.rules import exact_number

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
pytestmark = pytest.mark.peers

Pair = tuple[dict[str, str], str, dict[str, Any]]  # our settings, the class of torch, its settings
STEPS = 30
DRAWN: Mapping[str, Callable[[Random], Pair]] = {
    "step": lambda r: (
        {"every": (k := str(r.randint(2, 9))), "factor": (f := f"{r.uniform(0.1, 0.9):.3f}")},
        "StepLR", {"step_size": int(k), "gamma": float(f)},
    ),
    "exponential": lambda r: (
        {"factor": (f := f"{r.uniform(0.5, 0.99):.3f}")}, "ExponentialLR", {"gamma": float(f)},
    ),
    "cosine": lambda r: (
        {"period": (k := str(r.randint(STEPS, 50))), "low": "0.003"},
        "CosineAnnealingLR", {"T_max": int(k), "eta_min": 0.003},
    ),
    "warm_restarts": lambda r: (
        {"period": (k := str(r.randint(4, 11))), "low": "0.002"},
        "CosineAnnealingWarmRestarts", {"T_0": int(k), "eta_min": 0.002},
    ),
    "linear": lambda r: (
        {"period": (k := str(r.randint(3, 20))), "factor": "0.25", "last": "0.9"},
        "LinearLR", {"start_factor": 0.25, "end_factor": 0.9, "total_iters": int(k)},
    ),
    "inverse_time": lambda r: (
        {"decay": (f := f"{r.uniform(0.01, 0.5):.3f}")},
        "LambdaLR", {"lr_lambda": lambda epoch: 1 / (1 + float(f) * epoch)},
    ),
    "warm_up": lambda r: (
        {"period": (k := str(r.randint(3, 20)))},
        "LambdaLR", {"lr_lambda": lambda epoch: min(1.0, (epoch + 1) / int(k))},
    ),
    "one_cycle": lambda r: (
        {"period": (k := str(10 * r.randint(4, 6))), "divide": "20", "end": "500"},
        "OneCycleLR",
        {"max_lr": 0.1, "total_steps": int(k), "div_factor": 20, "final_div_factor": 500,
         "cycle_momentum": False},
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_of_thirty_steps(name: str, seed: int) -> None:
    ours, theirs, options = DRAWN[name](Random(seed))
    schedule = SCHEDULES[name]
    settings = {key: exact_number(value) for key, value in {**schedule.settings, **ours}.items()}
    settings["initial"] = exact_number("1/10")
    rate = calculation("rate", schedule.formula, {"t": ()}, settings)
    rule = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    turns = getattr(torch.optim.lr_scheduler, theirs)(rule, **options)
    for t in range(1, STEPS + 1):
        assert float(rate({"t": float(t)})) == pytest.approx(rule.param_groups[0]["lr"], rel=1e-12), t
        rule.step()
        turns.step()
