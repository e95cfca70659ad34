"""Minimizers against the minima that scipy.optimize finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symdl.derivation.running.descent import descend
from symdl.derivation.running.methods import Method, Surface
from symdl.models.minimizers import MINIMIZERS
from symdl.problems.running.rules import exact_number

REASON = "scipy is not installed; `make test-peers` installs it"
optimize = pytest.importorskip("scipy.optimize", reason=REASON)
pytestmark = pytest.mark.peers

ROSENBROCK = Surface(optimize.rosen, optimize.rosen_der, optimize.rosen_hess)


def method(key: str) -> Method:
    rule = MINIMIZERS[key]
    own = {name: float(exact_number(value)) for name, value in rule.settings.items()}
    return Method(rule, rule.forms[0], rule.line_search, settings=own)


def softened(x: Any) -> float:
    """A convex function that is no polynomial."""
    return float(np.log(np.sum(np.exp([x[0] + 3 * x[1], x[0] - 3 * x[1], -2 * x[0]]))))


def slope(x: Any) -> Any:
    parts = np.exp([x[0] + 3 * x[1], x[0] - 3 * x[1], -2 * x[0]])
    return np.array([[1, 1, -2], [3, -3, 0]]) @ parts / parts.sum()


@pytest.mark.parametrize(
    "key", ["damped_newton", "levenberg_marquardt", "bfgs", "dfp", "lbfgs", "trust_region"]
)
def test_rosenbrock_in_three_variables(key: str) -> None:
    start = np.array([-1.2, 1.0, 0.5])
    ours = descend(method(key), ROSENBROCK, start, 500).records[-1]["x"]
    theirs = optimize.minimize(optimize.rosen, start, jac=optimize.rosen_der, method="BFGS", tol=1e-9).x
    assert np.allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize(
    "key", ["steepest_descent", "conjugate_gradient", "bfgs", "lbfgs", "coordinate_descent"]
)
def test_a_convex_function(key: str) -> None:
    start = np.array([1.0, 0.7])
    ours = descend(method(key), Surface(softened, slope), start, 500)
    theirs = optimize.minimize(softened, start, jac=slope, tol=1e-10).x
    assert np.allclose(ours.records[-1]["x"], theirs, atol=1e-6)


def test_lbfgs_goes_as_that_of_torch() -> None:
    """Full steps from where the gradient is small, so that torch does not shorten its first one."""
    torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
    start, steps = [0.02, -0.01], 8
    rule = MINIMIZERS["lbfgs"]
    ours = descend(
        Method(rule, rule.forms[0], "", 1.0, settings={"memory": 3.0}),
        Surface(softened, slope),
        np.array(start),
        steps,
    ).records
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)

    def closure() -> Any:
        lbfgs.zero_grad()
        parts = torch.stack([x[0] + 3 * x[1], x[0] - 3 * x[1], -2 * x[0]])
        value = torch.logsumexp(parts, 0)
        value.backward()
        return value

    lbfgs = torch.optim.LBFGS([x], lr=1.0, max_iter=1, history_size=3, tolerance_change=0, tolerance_grad=0)
    for record in ours:
        np.testing.assert_allclose(record["x"], x.detach().numpy(), rtol=0, atol=1e-12)
        lbfgs.step(closure)
