"""Update rules against torch.optim: twenty steps, several settings, double precision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from symdl.models.optimizers import Setup
from tests.helpers.running import SCALE, START, TARGET, path, run

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
pytestmark = pytest.mark.peers

BETAS = {"beta1": "0.8", "beta2": "0.95"}
CASES = [
    ("gd", None, {"learning_rate": "0.05"}, "SGD", {"lr": 0.05}),
    ("gd", None, {"learning_rate": "0.02", "weight_decay": "0.1"}, "SGD", {"lr": 0.02, "weight_decay": 0.1}),
    ("momentum", None, {"momentum": "0.7"}, "SGD", {"lr": 0.01, "momentum": 0.7}),
    ("momentum", "accumulated", {}, "SGD", {"lr": 0.01, "momentum": 0.9}),
    ("momentum", "damped", {}, "SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.9}),
    ("nesterov", "phi", {"momentum": "0.8"}, "SGD", {"lr": 0.01, "momentum": 0.8, "nesterov": True}),
    ("adagrad", None, {}, "Adagrad", {"lr": 0.01, "eps": 1e-8}),
    ("adagrad", None, {"learning_rate": "0.3", "epsilon": "1e-3"}, "Adagrad", {"lr": 0.3, "eps": 1e-3}),
    ("rmsprop", None, {}, "RMSprop", {"lr": 1e-3, "alpha": 0.9}),
    ("rmsprop", "centered", {"rho": "0.8"}, "RMSprop", {"lr": 1e-3, "alpha": 0.8, "centered": True}),
    ("adadelta", None, {}, "Adadelta", {}),
    ("adadelta", None, {"rho": "0.7", "epsilon": "1e-4"}, "Adadelta", {"rho": 0.7, "eps": 1e-4}),
    ("adam", None, {}, "Adam", {}),
    ("adam", None, BETAS | {"learning_rate": "0.1"}, "Adam", {"lr": 0.1, "betas": (0.8, 0.95)}),
    ("adam", None, {"weight_decay": "0.1"}, "Adam", {"weight_decay": 0.1}),
    ("amsgrad", None, BETAS | {"learning_rate": "0.1"}, "Adam",
     {"lr": 0.1, "betas": (0.8, 0.95), "amsgrad": True}),
    ("adamw", None, {}, "AdamW", {}),
    ("adamw", None, BETAS | {"weight_decay": "0.3"}, "AdamW", {"betas": (0.8, 0.95), "weight_decay": 0.3}),
    ("adamax", None, {}, "Adamax", {}),
    ("adamax", None, BETAS | {"learning_rate": "0.1"}, "Adamax", {"lr": 0.1, "betas": (0.8, 0.95)}),
    ("nadam", None, {}, "NAdam", {}),
    ("nadam", None, BETAS | {"learning_rate": "0.05"}, "NAdam", {"lr": 0.05, "betas": (0.8, 0.95)}),
    ("radam", None, {}, "RAdam", {}),
    ("radam", None, BETAS | {"learning_rate": "0.05"}, "RAdam", {"lr": 0.05, "betas": (0.8, 0.95)}),
    ("adafactor", None, {}, "Adafactor", {}),
    ("adafactor", None, {"learning_rate": "0.3", "decay": "0.6", "threshold": "1.2"}, "Adafactor",
     {"lr": 0.3, "beta2_decay": -0.6, "d": 1.2}),
    ("rprop", None, {}, "Rprop", {}),
    ("rprop", None, {"learning_rate": "0.3", "shrink": "0.4"}, "Rprop", {"lr": 0.3, "etas": (0.4, 1.2)}),
    ("asgd", None, {}, "ASGD", {"lambd": 0.0, "t0": 0.0}),
    ("asgd", None, {"decay": "0.1", "begin": "5"}, "ASGD", {"lambd": 0.1, "t0": 5.0}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    """Torch keeps some state of its rules in the default precision."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def loss(w: Any, b: Any) -> Any:
    difference = w - torch.tensor(TARGET)
    bowl = (torch.tensor(SCALE) * difference**2).sum() / 2
    return bowl + (b - w[0, 0]) ** 2 + b**4 / 10


def torch_path(name: str, options: dict[str, Any], clip: float | None = None, maximize: bool = False) -> Any:
    w, b = (torch.tensor(START[key], requires_grad=True) for key in ("W", "b"))
    rule = getattr(torch.optim, name)([w, b], **options)
    if options.get("dampening"):  # our state starts at zero, torch's with the first gradient
        for p in (w, b):
            rule.state[p]["momentum_buffer"] = torch.zeros_like(p)
    rows = []
    for _ in range(21):
        rows.append([*w.detach().numpy().ravel(), b.item()])
        rule.zero_grad()
        loss(w, b).backward()
        if clip is not None:
            torch.nn.utils.clip_grad_value_([w, b], clip)
        rule.step()
    return np.array(rows)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1] or ''}-{len(case[2])}")
def test_twenty_steps(case: tuple[Any, ...]) -> None:
    key, form, settings, name, options = case
    ours = path(run(Setup(key, settings, form)))
    assert np.allclose(ours, torch_path(name, options), rtol=0, atol=1e-12)


def test_clipping_by_value() -> None:
    ours = path(run(Setup("gd", {"learning_rate": "0.1"}), clip_value="0.5"))
    assert np.allclose(ours, torch_path("SGD", {"lr": 0.1}, clip=0.5), rtol=0, atol=1e-12)


def test_maximizing() -> None:
    ours = path(run(Setup("adam"), maximize=True))
    assert np.allclose(ours, torch_path("Adam", {"maximize": True}), rtol=0, atol=1e-12)
