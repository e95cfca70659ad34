"""Every rule of torch.optim with settings drawn at random: twenty steps, double precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import numpy as np
import pytest

from symdl.derivation.running.update import run_rule
from symdl.models.optimizers import Setup
from symdl.problems.running.rules import plan_of
from tests.helpers.running import START, ask, path, run
from tests.peers.test_optimizers_torch import loss

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
pytestmark = pytest.mark.peers

Pair = tuple[Setup, Any]  # the rule as we have it, and torch's
Options = dict[str, Any]


class Drawn:
    """Settings drawn at random, as exact decimals and as floats under the names that torch has."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.ours: dict[str, str] = {}
        self.theirs: Options = {}

    def number(self, low: float, high: float) -> str:
        return f"{self.random.uniform(low, high):.4f}"

    def set(self, name: str, theirs: str, low: float, high: float) -> Drawn:
        self.ours[name] = self.number(low, high)
        self.theirs[theirs] = float(self.ours[name])
        return self

    def rate(self, low: float = 0.005, high: float = 0.08) -> Drawn:
        return self.set("learning_rate", "lr", low, high)

    def epsilon(self, high: float = 0.01) -> Drawn:
        return self.set("epsilon", "eps", 0.0001, high)

    def decay(self) -> Drawn:
        return self.set("weight_decay", "weight_decay", 0.001, 0.3)

    def betas(self) -> Drawn:
        self.ours |= {"beta1": self.number(0.3, 0.95), "beta2": self.number(0.8, 0.9995)}
        self.theirs["betas"] = tuple(float(self.ours[name]) for name in ("beta1", "beta2"))
        return self

    def pair(self, rule: str, theirs: str, form: str | None = None, **options: Any) -> Pair:
        made = getattr(torch.optim, theirs)
        return Setup(rule, self.ours, form), lambda params: made(params, **self.theirs, **options)


def adam_like(rule: str, theirs: str, form: str | None = None, **options: Any) -> Callable[[Drawn], Pair]:
    return lambda d: d.rate().betas().epsilon().decay().pair(rule, theirs, form, **options)


RULES: Mapping[str, Callable[[Drawn], Pair]] = {
    "SGD": lambda d: d.rate(0.005, 0.05).decay().pair("gd", "SGD"),
    "SGD-momentum": lambda d: (
        d.rate(0.002, 0.02).set("momentum", "momentum", 0.3, 0.95).decay()
        .pair("momentum", "SGD", "accumulated")
    ),
    "SGD-dampening": lambda d: (
        d.rate(0.002, 0.02).set("momentum", "momentum", 0.3, 0.95).set("dampening", "dampening", 0.1, 0.9)
        .decay().pair("momentum", "SGD", "dampened")
    ),
    "SGD-nesterov": lambda d: (
        d.rate(0.002, 0.02).set("momentum", "momentum", 0.3, 0.95).decay()
        .pair("nesterov", "SGD", "phi", nesterov=True)
    ),
    "Adagrad": lambda d: (
        d.rate(0.05, 0.5).epsilon().decay().set("decay", "lr_decay", 0.01, 0.3)
        .set("sum_start", "initial_accumulator_value", 0.1, 2).pair("adagrad", "Adagrad", "decaying")
    ),
    "RMSprop": lambda d: d.rate().set("rho", "alpha", 0.5, 0.99).epsilon().decay().pair("rmsprop", "RMSprop"),
    "RMSprop-centered": lambda d: (
        d.rate().set("rho", "alpha", 0.5, 0.99).epsilon().decay()
        .pair("rmsprop", "RMSprop", "centered", centered=True)
    ),
    "RMSprop-momentum": lambda d: (
        d.rate().set("rho", "alpha", 0.5, 0.99).epsilon().decay().set("momentum", "momentum", 0.2, 0.9)
        .pair("rmsprop", "RMSprop", "momentum")
    ),
    "RMSprop-both": lambda d: (
        d.rate().set("rho", "alpha", 0.5, 0.99).epsilon().decay().set("momentum", "momentum", 0.2, 0.9)
        .pair("rmsprop", "RMSprop", "centered_momentum", centered=True)
    ),
    "Adadelta": lambda d: (
        d.rate(0.5, 2).set("rho", "rho", 0.5, 0.99).epsilon().decay().pair("adadelta", "Adadelta")
    ),
    "Rprop": lambda d: d.rate().pair("rprop", "Rprop"),
    "ASGD": lambda d: (
        d.rate().set("decay", "lambd", 0.01, 0.5).set("power", "alpha", 0.3, 1).set("begin", "t0", 0, 6)
        .pair("asgd", "ASGD")
    ),
    "Adam": adam_like("adam", "Adam"),
    "Adam-amsgrad": adam_like("amsgrad", "Adam", amsgrad=True),
    "AdamW": adam_like("adamw", "AdamW"),
    "AdamW-amsgrad": adam_like("adamw", "AdamW", "amsgrad", amsgrad=True),
    "Adamax": adam_like("adamax", "Adamax"),
    "RAdam": adam_like("radam", "RAdam"),
    "RAdam-decoupled": adam_like("radam", "RAdam", "decoupled", decoupled_weight_decay=True),
    "NAdam": lambda d: (
        d.rate().betas().epsilon().decay().set("drift", "momentum_decay", 0.001, 0.1).pair("nadam", "NAdam")
    ),
    "NAdam-decoupled": lambda d: (
        d.rate().betas().epsilon().decay().set("drift", "momentum_decay", 0.001, 0.1)
        .pair("nadam", "NAdam", "decoupled", decoupled_weight_decay=True)
    ),
    "Adafactor": lambda d: (
        d.rate().set("threshold", "d", 0.5, 2).set("decay", "beta2_decay", 0.5, 0.9).decay()
        .pair("adafactor", "Adafactor")
    ),
}  # fmt: skip
MAXIMIZED = (
    "SGD",
    "SGD-momentum",
    "Adagrad",
    "RMSprop",
    "Adadelta",
    "Adam",
    "AdamW",
    "NAdam",
    "RAdam",
    "Rprop",
)


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    """Torch keeps some state of its rules in the default precision."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def torch_path(make: Any, sparse: bool = False) -> Any:
    w, b = (torch.tensor(START[key], requires_grad=True) for key in ("W", "b"))
    rule = make([w, b])
    rows = []
    for _ in range(21):
        rows.append([*w.detach().numpy().ravel(), b.item()])
        rule.zero_grad()
        loss(w, b).backward()
        if sparse:
            for p in (w, b):
                p.grad = p.grad.to_sparse()
        rule.step()
    return np.array(rows)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", RULES)
def test_drawn_settings(name: str, seed: int) -> None:
    drawn = Drawn(seed)
    setup, make = RULES[name](drawn)
    if "beta2_decay" in drawn.theirs:
        drawn.theirs["beta2_decay"] *= -1
    if name == "Rprop":  # whole tuples there
        drawn.ours |= {"shrink": drawn.number(0.3, 0.8), "grow": drawn.number(1.1, 1.6), "most": "0.2"}
        shrink, grow = (float(drawn.ours[key]) for key in ("shrink", "grow"))
        drawn.theirs |= {"etas": (shrink, grow), "step_sizes": (1e-6, 0.2)}
    np.testing.assert_allclose(path(run(setup)), torch_path(make), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", MAXIMIZED)
def test_drawn_settings_going_up(name: str) -> None:
    setup, make = RULES[name](drawn := Drawn(9))
    drawn.theirs["maximize"] = True
    np.testing.assert_allclose(path(run(setup, maximize=True)), torch_path(make), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_adam_on_sparse_gradients_is_the_efficient_form(seed: int) -> None:
    setup, make = Drawn(seed).rate().betas().epsilon().pair("adam", "SparseAdam", "efficient")
    np.testing.assert_allclose(path(run(setup)), torch_path(make, sparse=True), rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_muon_but_for_the_precision_that_torch_takes(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch iterates in half precision, for speed; here it is made to keep all digits."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda tensor: tensor.clone())
    drawn = Drawn(seed).rate().set("momentum", "momentum", 0.3, 0.95).decay()
    setup, make = drawn.pair("muon", "Muon")
    start = {"W": np.array([[0.7, -1.1, 0.2], [0.4, 0.9, -0.3]])}

    def slope(parameters: Mapping[str, Any], t: int = 0) -> tuple[float, dict[str, Any]]:
        w = parameters["W"]
        return float(np.sum(w**4) + np.sum(w)), {"W": 4 * w**3 + 1}

    ours = run_rule(plan_of("muon", ask(setup)), start, slope, 20, shown=0).records
    w = torch.tensor(start["W"], requires_grad=True)
    rule = make([w])
    for record in ours:
        np.testing.assert_allclose(record.parameters["W"], w.detach().numpy(), rtol=0, atol=1e-12)
        rule.zero_grad()
        ((w**4).sum() + w.sum()).backward()
        rule.step()


def test_every_rule_of_torch_is_tried() -> None:
    classes = {name for name, value in vars(torch.optim).items() if isinstance(value, type)}
    tried = {name.partition("-")[0] for name in RULES} | {"SparseAdam", "Muon"}
    elsewhere = {"Optimizer", "LBFGS"}  # the first is no rule, the other is tested with the minimizers
    assert classes - elsewhere <= tried
