"""Losses and activations against PyTorch at extreme values: logits of ±800, probabilities of 1e-12, kinks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import symdl

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
pytestmark = pytest.mark.peers

F = torch.nn.functional
Peer = Callable[..., Any]


def _softplus(x: Any) -> Any:
    return torch.logaddexp(x, torch.zeros((), dtype=torch.float64))


def _log_cosh(p: Any, t: Any) -> Any:
    away = (p - t).abs()
    return (away + _softplus(-2 * away) - np.log(2)).mean()


def _binary(p: Any, t: Any) -> Any:
    return -(torch.xlogy(t, p) + torch.xlogy(1 - t, 1 - p)).mean()


def _focal(p: Any, t: Any) -> Any:
    return -(torch.xlogy(t * (1 - p) ** 2, p) + torch.xlogy((1 - t) * p**2, 1 - p)).mean()


def _rows(p: Any) -> int:
    return p.shape[0] if p.dim() > 1 else 1


def _cross(p: Any, t: Any) -> Any:
    return -torch.xlogy(t, p).sum() / _rows(p)


def _relative(p: Any, t: Any) -> Any:
    return (torch.xlogy(t, t) - torch.xlogy(t, p)).sum() / _rows(p)


def _from_logits(z: Any, t: Any) -> Any:
    return -(t * F.log_softmax(z, -1)).sum() / _rows(z)


def _cosine(p: Any, t: Any) -> Any:
    return 1 - F.cosine_similarity(p, t, dim=0)


NUMBERS = ([[0.3, -1.2, 0.5], [0.1, 2, 0.5]], [[50, -50, 1], [0, 0, 0.5]], [[800, -800, 0.25], [0, 1, 0.5]])
MARGINS = ([[0.3, -1.2, 0.5], [1, -1, 1]], [[1, -1, 0.5], [1, -1, 1]], [[800, -800, 50], [1, 1, -1]])
PROBABILITIES = (
    [[0.2, 0.7, 0.5], [0.3, 0.6, 0.5]],
    [[0.2, 0.7, 0.5], [0, 1, 1]],
    [[1e-12, 1e-300, 0.5], [1, 0, 0]],
    [[[0.2, 0.3], [0.1, 0.6]], [[1, 0], [0, 1]]],
)
CLASSES = (
    [[0.2, 0.3, 0.5], [0.3, 0.6, 0.1]],
    [[0.2, 0.3, 0.5], [0, 1, 0]],
    [[1e-12, 1e-300, 0.5], [1, 0, 0]],
    [[[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]], [[1, 0, 0], [0, 0.5, 0.5]]],
)
LOGITS = (
    [[0.2, -0.7, 0.5], [0.3, 0.6, 0.1]],
    [[50, -50, 30], [0, 1, 0]],
    [[800, -800, 0], [0, 1, 0]],
    [[[800, -800, 0], [1, 2, 3]], [[0, 1, 0], [1, 0, 0]]],
)
LOSSES: dict[str, tuple[Peer, Sequence[Any]]] = {
    "mae": (F.l1_loss, NUMBERS),
    "huber": (F.huber_loss, (*NUMBERS, [[1.0, 0, 3], [0, 1, 1.5]])),
    "log_cosh": (_log_cosh, NUMBERS),
    "rmse": (lambda p, t: F.mse_loss(p, t).sqrt(), NUMBERS),
    "hinge": (lambda p, t: F.relu(1 - t * p).mean(), MARGINS),
    "squared_hinge": (lambda p, t: F.relu(1 - t * p).square().mean(), MARGINS),
    "bce": (_binary, PROBABILITIES),
    "focal": (_focal, PROBABILITIES),
    "cross_entropy": (_cross, CLASSES),
    "kl_divergence": (_relative, CLASSES),
    "bce_logits": (F.binary_cross_entropy_with_logits, LOGITS),
    "softmax_cross_entropy": (_from_logits, LOGITS),
    "cosine_loss": (_cosine, NUMBERS),
}
POINTS = [(key, numbers) for key, (_, several) in LOSSES.items() for numbers in several]


@pytest.mark.parametrize(("key", "numbers"), POINTS)
def test_a_loss_and_its_gradient_are_those_of_torch(key: str, numbers: Any) -> None:
    asks = [{"gradient": "L", "by": ["p"]}]
    solved = symdl.derive(
        symdl.problem(given={"p": numbers[0], "t": numbers[1]}, let={"L": f"{key}(p, t)"}, asks=asks)
    )
    p = torch.tensor(numbers[0], dtype=torch.float64, requires_grad=True)
    loss = LOSSES[key][0](p, torch.tensor(numbers[1], dtype=torch.float64))
    loss.backward()
    assert float(solved.values["L"]) == pytest.approx(loss.item(), rel=1e-9, abs=1e-300)
    mine = np.asarray(solved.answers["gradient.L.p"].numpy, dtype=float)
    assert np.allclose(mine, p.grad.numpy(), rtol=1e-9, atol=1e-300)
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


ACTIVATIONS: dict[str, Peer] = {
    "sigmoid": torch.sigmoid, "hard_sigmoid": F.hardsigmoid, "tanh": torch.tanh, "tansig": torch.tanh,
    "relu": torch.relu, "leaky_relu": lambda x: F.leaky_relu(x, 0.01), "elu": F.elu, "selu": F.selu,
    "softplus": _softplus, "swish": F.silu, "silu": F.silu, "gelu": F.gelu, "softsign": F.softsign,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "mish": lambda x: x * torch.tanh(_softplus(x)),
    "gaussian": lambda x: torch.exp(-x * x), "log_sigmoid": lambda x: -_softplus(-x),
    "tanh_shrink": F.tanhshrink,
}  # fmt: skip
PLACES = [-800.0, -50.0, -20.0, -3.0, -1.0, -1e-9, 0.0, 1e-9, 0.3, 1.0, 3.0, 20.0, 50.0, 800.0]


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_an_activation_and_its_derivative_are_those_of_torch(key: str) -> None:
    asks = [{"gradient": "L", "by": ["x"]}]
    solved = symdl.derive(
        symdl.problem(given={"x": PLACES}, let={"a": f"{key}(x)", "L": "sum(a)"}, asks=asks)
    )
    x = torch.tensor(PLACES, dtype=torch.float64, requires_grad=True)
    value = ACTIVATIONS[key](x)
    value.sum().backward()
    assert np.allclose(solved.values["a"], value.detach().numpy(), rtol=1e-9, atol=1e-300)
    mine = np.asarray(solved.answers["gradient.L.x"].numpy, dtype=float)
    assert np.allclose(mine, x.grad.numpy(), rtol=1e-7, atol=1e-16)


def _sparsemax(x: Any) -> Any:
    """The projection onto the distributions, by the threshold of Martins and Astudillo."""
    ordered = torch.sort(x, descending=True)[0]
    sums, count = torch.cumsum(ordered, 0), torch.arange(1, len(x) + 1)
    support = int((1 + count * ordered > sums).sum())
    return torch.relu(x - (sums[support - 1] - 1) / support)


@pytest.mark.parametrize(
    "scores",
    [[1, 2, 3], [0.1, 0.2, 0.3], [800, -800, 0], [0, 0, 0], [1, 1, 0], [2, 1, 1], [3, 1.5, 1.2, 2.9]],
)
def test_sparsemax_at_ties_and_at_the_edge_of_its_support(scores: list[float]) -> None:
    weights = [1, 2, 4, -1][: len(scores)]
    asks = [{"gradient": "L", "by": ["x"]}]
    let = {"s": "sparsemax(x)", "L": "dot(s, c)"}
    solved = symdl.derive(symdl.problem(given={"x": scores, "c": weights}, let=let, asks=asks))
    x = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    value = _sparsemax(x)
    (value * torch.tensor(weights)).sum().backward()
    assert np.allclose(np.asarray(solved.values["s"], dtype=float), value.detach().numpy(), atol=1e-12)
    mine = np.asarray(solved.answers["gradient.L.x"].numpy, dtype=float)
    assert np.allclose(mine, x.grad.numpy(), atol=1e-12)
