"""This module declares update rules: state, settings with defaults, and the update equations, written once.

In an equation `theta` is the parameter and `g` its gradient; a state written on the left takes its new
value from there on, and `t` counts the steps from 1. Numbers, TeX, the worked line and the tests are read
off these equations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symdl.formula.tree import Node
from symdl.ops.declaring import read
from symdl.registry import Registry

THETA, GRADIENT, TIME = "theta", "g", "t"
SYMBOLS = {"learning_rate": "eta", "momentum": "mu", "weight_decay": "lambda"}  # settings as they are printed


@dataclass(frozen=True, slots=True, eq=False)
class Optimizer:
    """An update rule; `lines` are its equations in order, the last one for the parameter.

    `settings` are hyper-parameters with their default as exact text, `state` the quantities carried from
    step to step (zero at the start), `inner` the names that live within one step.
    """

    key: str
    settings: Mapping[str, str]
    state: tuple[str, ...]
    lines: tuple[tuple[str, Node], ...]
    source: str = ""
    inside: tuple[tuple[str, Node], ...] = ()  # the lines with ε inside the root, where that is a choice


OPTIMIZERS: Registry[Optimizer] = Registry("optimizers")


def optimizer(
    key: str, *, settings: Mapping[str, str], lines: Mapping[str, str], state: str = "", source: str = "",
    inside: Mapping[str, str] | None = None,
) -> Optimizer:  # fmt: skip
    """Declare an update rule.

    >>> OPTIMIZERS["gd"].state
    ()
    """
    names = (*settings, *state.split(), *lines, THETA, GRADIENT, TIME)
    trees = tuple((name, read(text, *names)) for name, text in lines.items())
    within = {**lines, **(inside or {})}
    other = tuple((name, read(text, *names)) for name, text in within.items()) if inside else ()
    return OPTIMIZERS.register(Optimizer(key, dict(settings), tuple(state.split()), trees, source, other))


RATE = {"learning_rate": "1/100"}
SMALL = {"epsilon": "1/10^8"}
BETAS = {"beta1": "9/10", "beta2": "999/1000"}

optimizer("gd", settings=RATE, lines={"theta": "theta - learning_rate g"}, source="Cauchy 1847")
optimizer(
    "momentum", settings=RATE | {"momentum": "9/10"}, state="v",
    lines={"v": "momentum v - learning_rate g", "theta": "theta + v"}, source="Polyak 1964",
)  # fmt: skip
optimizer(
    "adagrad", settings=RATE | SMALL, state="s",
    lines={"s": "s + g^2", "theta": "theta - learning_rate g / (sqrt(s) + epsilon)"},
    inside={"theta": "theta - learning_rate g / sqrt(s + epsilon)"},
    source="Duchi, Hazan & Singer 2011",
)  # fmt: skip
optimizer(
    "rmsprop", settings={"learning_rate": "1/1000", "rho": "9/10"} | SMALL, state="s",
    lines={"s": "rho s + (1 - rho) g^2", "theta": "theta - learning_rate g / (sqrt(s) + epsilon)"},
    inside={"theta": "theta - learning_rate g / sqrt(s + epsilon)"},
    source="Tieleman & Hinton 2012",
)  # fmt: skip
optimizer(
    "adadelta", settings={"learning_rate": "1", "rho": "9/10", "epsilon": "1/10^6"}, state="s u",
    lines={
        "s": "rho s + (1 - rho) g^2",
        "d": "sqrt(u + epsilon) / sqrt(s + epsilon) g",
        "u": "rho u + (1 - rho) d^2",
        "theta": "theta - learning_rate d",
    },
    source="Zeiler 2012",
)  # fmt: skip
ADAM = {
    "m": "beta1 m + (1 - beta1) g",
    "v": "beta2 v + (1 - beta2) g^2",
    "m_hat": "m / (1 - beta1^t)",
    "v_hat": "v / (1 - beta2^t)",
}
optimizer(
    "adam", settings={"learning_rate": "1/1000"} | BETAS | SMALL, state="m v",
    lines=ADAM | {"theta": "theta - learning_rate m_hat / (sqrt(v_hat) + epsilon)"},
    inside={"theta": "theta - learning_rate m_hat / sqrt(v_hat + epsilon)"},
    source="Kingma & Ba 2015, Algorithm 1",
)  # fmt: skip
optimizer(
    "adamw", settings={"learning_rate": "1/1000", "weight_decay": "1/100"} | BETAS | SMALL, state="m v",
    lines=ADAM | {"theta": "theta - learning_rate (m_hat / (sqrt(v_hat) + epsilon) + weight_decay theta)"},
    source="Loshchilov & Hutter 2019, Algorithm 2",
)  # fmt: skip
